"""The evaluator of Helm charts, compared with what the real Helm 3.22 and 4.3 printed for 1,444 small charts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.helm_vectors import cases, compare

if TYPE_CHECKING:
    from tests.helm_vectors import Verdict

#: Groups in which nothing may be unknown: the language, values, sub-charts, conditions, and lists of hostAliases.
COMPLETE = (
    *("trim", "lex", "var", "if", "with", "range", "define", "order", "field", "pos"),
    *("ha", "values", "sub", "cond"),
)
GROUPS = sorted({case["group"] for case in cases()} - {"gen"})
#: The generated cases, in as many parts.
PARTS = 8


def counted(verdicts: list[tuple[str, Verdict]]) -> Counter[str]:
    """How many cases have which answer; those that are not equal are printed."""
    for name, verdict in verdicts:
        if verdict.word != "equal":
            print(f"{name}: {verdict.word}: {verdict.detail[:500]}")
    return Counter(verdict.word for _, verdict in verdicts)


def judged(group: str, helm_version: int, part: int = 0, parts: int = 1) -> list[tuple[str, Verdict]]:
    chosen = [case for case in cases() if case["group"] == group][part::parts]
    return [(case["id"], compare(case, helm_version)) for case in chosen]


@pytest.mark.parametrize("helm_version", [3, 4])
@pytest.mark.parametrize("group", GROUPS)
def test_small_charts(group: str, helm_version: int) -> None:
    count = counted(judged(group, helm_version))
    print(f"{group}, Helm {helm_version}: {dict(count)}")
    assert count["different"] == 0
    if group in COMPLETE:
        assert count["unknown"] == 0


@pytest.mark.parametrize("helm_version", [3, 4])
@pytest.mark.parametrize("part", range(PARTS))
def test_generated_charts(part: int, helm_version: int) -> None:
    count = counted(judged("gen", helm_version, part, PARTS))
    print(f"gen {part}, Helm {helm_version}: {dict(count)}")
    assert count["different"] == 0
    assert count["unknown"] == 0


@pytest.mark.parametrize("helm_version", [3, 4])
def test_nearly_all_are_known(helm_version: int) -> None:
    chosen = [case for case in cases() if case["group"] != "gen"]
    unknown = [case["id"] for case in chosen if compare(case, helm_version).word == "unknown"]
    print(f"Helm {helm_version}: {len(unknown)} of {len(chosen)} unknown: {unknown}")
    assert len(unknown) <= 0.05 * len(chosen)
