"""Real repositories by other people, where the shared folder is there: each finding was read in its file and judged.

`tests/data/field.jsonl` lists every finding with a verdict: `useful` (the owner would mend it), `true` (right, and
worth little to the owner) or `noise` (right, but nobody wants to read it: `why` says what keeps it). A finding that is
false has no place in the list.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.paths import DATA, SHARED
from tests.running import podhosts

if TYPE_CHECKING:
    from pathlib import Path

    from tests.figures import Figures

FIELD = SHARED / "field"
VERDICTS = ("useful", "true", "noise")
pytestmark = pytest.mark.skipif(not FIELD.is_dir(), reason="the shared field is not on this machine")


class Judged(NamedTuple):
    """A finding in a repository; `line` is 1-based."""

    path: str
    line: int
    rule: str


def rows() -> list[dict[str, str | int]]:
    return [json.loads(line) for line in (DATA / "field.jsonl").read_text("utf-8").splitlines()]


def expected(repository: str) -> Counter[Judged]:
    return Counter(
        Judged(str(row["path"]), int(row["line"]), str(row["rule"]))
        for row in rows()
        if row["repository"] == repository
    )


def found(folder: Path, *paths: str) -> Counter[Judged]:
    """All findings in the folder, whatever their severity."""
    run = podhosts("check", "--fail-on", "never", "--format", "json", *paths, cwd=folder)
    assert run.stderr.find(b"Traceback") < 0, run.stderr.decode()
    findings = json.loads(run.stdout)["findings"]
    return Counter(Judged(item["path"], item["start"]["line"], item["rule"]) for item in findings)


def repositories() -> list[str]:
    return sorted(path.name for path in FIELD.iterdir() if path.is_dir()) if FIELD.is_dir() else []


@pytest.mark.parametrize("repository", repositories())
def test_nothing_is_found_that_was_not_judged(repository: str) -> None:
    folder = FIELD / repository
    assert found(folder, ".") == expected(repository)
    manifests = [
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in {".yaml", ".yml", ".json"}
    ]
    assert found(folder, *manifests) == expected(repository), "named one by one, as pre-commit does"


def test_verdicts(shown_figures: Figures) -> None:
    assert {row["repository"] for row in rows()} <= set(repositories())
    assert all(row["verdict"] in VERDICTS for row in rows())
    assert all(row.get("why") for row in rows())
    counts = Counter(row["verdict"] for row in rows())
    with shown_figures():
        told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS)
        print(f"field: {len(repositories())} repositories, {len(rows())} findings: {told}, 0 false")
