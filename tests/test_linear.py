"""Cost grows with the input and not faster: sizes of reports and counts of operations, never the clock.

`benchmarks/linear.py` measures the commands.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.diagnostics import MOST_RELATED
from podhosts.engine import Options, default_selection, lint
from podhosts.reporters import lines
from podhosts.reporters.json_text import Streamed
from podhosts.reporters.json_text import lines as json_lines
from podhosts.reporters.report import Report
from podhosts.source import Source
from tests.report_samples import SampleSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n"
CONTAINERS = "  containers: [{name: web, image: web}]\n"
ENTRIES = POD + CONTAINERS + "  hostAliases:\n"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def report(text: str, name: str) -> str:
    result = lint(Source("a.yaml", text.encode()), Options(selected=default_selection()))
    return "".join(f"{line}\n" for line in lines(name, Report(result, SampleSettings())))


def json_report(text: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(report(text, "json"))
    return read


def writing_containers(count: int) -> str:
    return POD + "  initContainers:\n" + "".join(
        f"  - {{name: c{n}, image: web, command: [sh, -c, 'echo 10.0.0.{n % 250} a{n} >> /etc/hosts; web']}}\n"
        for n in range(count)
    ) + CONTAINERS  # fmt: skip


def bad_entry_uses(count: int) -> str:
    return ENTRIES + "  - &bad {ip: 10.0.0.256, hostnames: [a]}\n" + "  - *bad\n" * count


def list_of_bad_entries(count: int) -> str:
    item = "- apiVersion: v1\n  kind: Pod\n  metadata: {name: p}\n  spec: {hostAliases: [*bad]}\n"
    first = item.replace("*bad", "&bad {ip: 10.0.0.256, hostnames: [a]}")
    return "apiVersion: v1\nkind: List\nitems:\n" + first + item * count


@contextmanager
def calls() -> Iterator[Counter[str]]:
    """Counts the calls of podhosts' functions and of what they call in C."""
    counted: Counter[str] = Counter()

    def note(frame: Any, event: str, _: Any) -> None:
        if event in {"call", "c_call"}:
            counted[frame.f_code.co_filename] += 1

    sys.setprofile(note)
    try:
        yield counted
    finally:
        sys.setprofile(None)


def count_of(work: Callable[[], object]) -> int:
    with calls() as counted:
        work()
    return sum(counted.values())


@given(st.lists(JSON, max_size=4), st.dictionaries(st.text(max_size=3), st.lists(JSON, max_size=3), max_size=3))
def test_streamed_json_is_what_dumps_gives(items: list[Any], members: dict[str, list[Any]]) -> None:
    """Also where lists stand in mappings in lists."""
    plain = [*items, {**members, "last": 1}]
    streamed = Streamed([*items, {**{name: Streamed(value) for name, value in members.items()}, "last": 1}])
    assert "\n".join(json_lines(streamed)) == json.dumps(plain, indent=2)


def test_a_shared_fix_is_written_once() -> None:
    read = json_report(writing_containers(20))
    findings = [finding for finding in read["findings"] if finding["rule"] == "hosts-file-write"]
    assert len(findings) == 20
    assert {finding["fix"] for finding in findings} == {0}
    (fix,) = read["fixes"]
    assert {edit["path"] for edit in fix["edits"]} == {"a.yaml"}
    assert len(fix["edits"]) >= 20


@pytest.mark.parametrize("name", ["json", "sarif", "rdjson", "html", "text", "gitlab", "markdown"])
@pytest.mark.parametrize("shape", [writing_containers, bad_entry_uses, list_of_bad_entries])
def test_reports_grow_with_their_findings(shape: Callable[[int], str], name: str) -> None:
    """Ten more of what there are many of take as much as the ten before."""
    sizes = [len(report(shape(count), name)) for count in (30, 60, 90)]
    assert sizes[2] - sizes[1] <= 1.2 * (sizes[1] - sizes[0]) + 100


def test_a_shared_fix_is_one_of_sarif_and_reviewdog() -> None:
    results = json.loads(report(writing_containers(20), "sarif"))["runs"][0]["results"]
    assert [number for number, result in enumerate(results) if "fixes" in result] == [0]
    assert {result["properties"].get("fixOfResult") for result in results[1:]} == {0}
    diagnostics = json.loads(report(writing_containers(20), "rdjson"))["diagnostics"]
    assert [number for number, item in enumerate(diagnostics) if "suggestions" in item] == [0]


@pytest.mark.parametrize("shape", [bad_entry_uses, list_of_bad_entries])
def test_uses_of_an_anchor_are_named_up_to_a_limit(shape: Callable[[int], str]) -> None:
    """One finding of JSON for each place of the entry; the related places of each are limited, and counted."""
    read = json_report(shape(50))
    findings = [finding for finding in read["findings"] if finding["rule"] == "invalid-ip"]
    assert len(findings) == 51
    assert {len(finding["related"]) for finding in findings} == {MOST_RELATED}
    assert {finding["related_total"] for finding in findings} == {50}
    shown = report(shape(50), "text")
    assert shown.count("error[invalid-ip]") == (1 if shape is list_of_bad_entries else shown.count("[invalid-ip]"))
    assert "and 45 more places" in shown
