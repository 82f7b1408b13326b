"""Real charts, where the shared folder is there: the pods that we evaluate are those that the real Helm printed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.effort import sampled
from tests.helm_real_charts import ROWS, compare, rows

if TYPE_CHECKING:
    from tests.figures import Figures

pytestmark = pytest.mark.skipif(not ROWS.is_file(), reason="the shared vectors are not on this machine")


@pytest.mark.parametrize("helm_version", [3, 4])
def test_pods_of_real_charts(helm_version: int, shown_figures: Figures) -> None:
    """None is different, at least 95 % are equal: pods, or the error."""
    found = sampled(rows(), 6)
    verdicts = [(row, compare(row, helm_version)) for row in found]
    counts = Counter(verdict.word for _, verdict in verdicts)
    reasons = Counter(verdict.reason for _, verdict in verdicts if verdict.word == "unknown")
    with shown_figures():
        charts = len({row["path"] for row in found})
        print(f"Helm {helm_version}, {charts} real charts, {len(found)} rows: {dict(counts)}; unknown: {dict(reasons)}")
    different = [(row["path"], row["values_files"], one.reason) for row, one in verdicts if one.word == "different"]
    assert different == []
    assert counts["equal"] >= 0.95 * len(found)
