"""Cost grows with the input and not faster: sizes of reports and counts of operations, never the clock.

`benchmarks/linear.py` measures the commands.
"""

from __future__ import annotations

import json
import sys
import tracemalloc
from collections import Counter
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.commands import check
from podhosts.commands.run_settings import Request
from podhosts.diagnostics import MOST_RELATED
from podhosts.document import Document, Scalar, nodes, reading, split
from podhosts.edits import Edit, Fix, Safety
from podhosts.engine import Options, default_selection, fixing, lint
from podhosts.engine.removals import Removals
from podhosts.kubernetes import KnownKinds
from podhosts.records import replace
from podhosts.reporters import lines
from podhosts.reporters.json_text import Streamed
from podhosts.reporters.json_text import lines as json_lines
from podhosts.reporters.report import Report
from podhosts.repository import Repository
from podhosts.source import Source, Span
from tests.report_samples import SampleSettings
from tests.running import podhosts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

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


def opcodes_in(work: Callable[[], object]) -> int:
    """How many instructions of Python's own are executed: those of a loop count, too, that calls nothing."""
    count = 0

    def note(frame: Any, event: str, _: Any) -> Any:
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return note

    before = sys.gettrace()
    sys.settrace(note)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def readings_in(work: Callable[[], object]) -> int:
    """How often nodes are made of the text of a document."""
    count = 0

    def note(frame: Any, event: str, _: Any) -> None:
        nonlocal count
        count += event == "call" and frame.f_code is reading.read.__code__

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def test_each_text_is_read_once_while_it_is_fixed() -> None:
    """Linting, the search for what gets lost, and the checks of a round share what is read of a document."""
    entry = "  - {ip: 10.0.0.1, hostnames: [a, a]}\n"
    source = Source("a.yaml", f"{ENTRIES}{entry}---\n{ENTRIES}{entry}".encode())
    # Two documents before and two after.
    assert readings_in(lambda: fixing.fix(source, Options(selected=default_selection()))) == 4


@pytest.mark.parametrize("request_", [Request(diff=True), Request(fix=True)], ids=["diff", "fix"])
def test_a_fixed_file_is_read_once_before_and_once_after(request_: Request, tmp_path: Path) -> None:
    """What linting read is fixed at once, and what fixing found is not looked for again."""
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(f"{ENTRIES}  - {{ip: 10.0.0.1, hostnames: [a, a]}}\n", "utf-8")
    asked = replace(request_, paths=[str(tmp_path)], quiet=True, jobs="1")
    assert readings_in(lambda: check.run(asked)) == 4


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


def entries_of_one_ip(count: int) -> str:
    return ENTRIES + "".join(f"  - {{ip: 10.0.0.1, hostnames: [n{n}]}}\n" for n in range(count))


def entries_of_one_name(count: int) -> str:
    return ENTRIES + "".join(f"  - {{ip: 10.0.{n >> 8}.{n & 255}, hostnames: [db]}}\n" for n in range(count))


def mounts(count: int) -> str:
    listed = "".join(f"    - {{name: v{n}, mountPath: /etc/hosts}}\n" for n in range(count))
    volumes = "".join(f"  - {{name: v{n}, configMap: {{name: c{n}}}}}\n" for n in range(count))
    return POD + "  containers:\n  - name: web\n    volumeMounts:\n" + listed + "  volumes:\n" + volumes


def list_with_anchor(count: int) -> str:
    pod = POD.replace("web", "&name web") + CONTAINERS + "  hostAliases: [{ip: 10.0.0.1, hostnames: [a]}]\n"
    first = "- " + pod.rstrip("\n").replace("\n", "\n  ") + "\n"
    return "apiVersion: v1\nkind: List\nitems:\n" + first + first.replace("&name web", "*name") * count


def template_branches(count: int) -> str:
    entry = "  {{{{- if .Values.a{0} }}}}\n  - {{ip: 10.0.0.1, hostnames: [n{0}]}}\n  {{{{- end }}}}\n"
    return ENTRIES + "".join(entry.format(n) for n in range(count))


@pytest.mark.parametrize(
    "shape",
    [
        writing_containers,
        bad_entry_uses,
        list_of_bad_entries,
        entries_of_one_ip,
        entries_of_one_name,
        mounts,
        list_with_anchor,
        template_branches,
    ],
)
def test_calls_grow_with_the_input(shape: Callable[[int], str]) -> None:
    """Twice as many take about twice as many calls."""
    report(shape(3), "json")  # what is imported and cached at first
    once, twice = (count_of(partial(report, shape(size), "json")) for size in (60, 120))
    assert twice <= 2.2 * once


def test_what_a_fix_removes_is_looked_for_once_for_each_edit() -> None:
    def removing(count: int) -> int:
        names = "".join(f"    - n{n}\n" for n in range(count))
        source = Source("a.yaml", f"{ENTRIES}  - ip: 10.0.0.1\n    hostnames:\n{names}".encode())
        starts = [source.text.index(f" n{n}\n") for n in range(count)]
        fix = Fix(
            "Remove names", tuple(Edit(Span(at, at + len(f" n{n}")), "") for n, at in enumerate(starts)), Safety.SAFE
        )
        removals = Removals(source, KnownKinds(), [fix])
        assert removals.unsaid(fix) == "n0"
        said = replace(fix, title=" ".join(f"`n{n}`" for n in range(count)))
        return opcodes_in(lambda: removals.unsaid(said))

    removing(3)
    assert removing(800) <= 2.1 * removing(400)


def test_a_path_of_mounts_is_looked_for_in_the_pod_alone() -> None:
    """The text of a List is not gone through again for each of its pods, also where it cannot be split."""
    hits = mounts(1).replace("web", "other")
    text = list_with_anchor(3) + "- " + hits.rstrip("\n").replace("\n", "\n  ") + "\n"
    result = lint(Source("a.yaml", text.encode()), Options(selected=default_selection()))
    assert {finding.rule for finding in result.findings} == {"hosts-file-mount"}


def test_mounts_behind_an_anchor_are_seen() -> None:
    """They are written outside the pod that uses them."""
    mount = "[{name: v, mountPath: /etc/hosts}]"
    text = (
        "apiVersion: v1\nkind: List\nx: &m "
        + mount
        + "\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n"
        "  spec:\n    containers: [{name: a, image: a, volumeMounts: *m}]\n"
        "    volumes: [{name: v, configMap: {name: c}}]\n"
    )
    result = lint(Source("a.yaml", text.encode()), Options(selected=default_selection()))
    assert [finding.rule for finding in result.findings] == ["hosts-file-mount"]


def test_a_view_with_another_text_reads_no_other_file() -> None:
    """A view with another text for one file reads that text alone; what is read of the others serves all views."""
    service = "apiVersion: v1\nkind: Service\nmetadata: {{name: s{0}}}\n"
    sources = [Source(f"{n:03}.yaml", service.format(n).encode()) for n in range(200)]

    def look_up(size: int) -> Callable[[], None]:
        def work() -> None:
            repository = Repository(sources[:size])
            for n, source in enumerate(sources[:size]):
                view = repository.with_source(Source(source.path, service.format(f"{n}-new").encode()))
                assert view.find("Service", f"s{n}", None) is None
                assert view.find("Service", f"s{n}-new", None) is not None
                view = view.with_source(Source(source.path, service.format(f"{n}-newer").encode()))
                assert view.find("Service", f"s{n}-new", None) is None
                assert view.find("Service", f"s{n}-newer", None) is not None

        return work

    look_up(2)()
    assert count_of(look_up(200)) <= 2.2 * count_of(look_up(100))


def test_a_template_keeps_no_objects_for_its_characters() -> None:
    """A block scalar of half a megabyte that holds one action."""
    lines = "".join(f"    {'x' * 60}\n" for _ in range(8_000))
    text = f"kind: ConfigMap\ndata:\n  hostname: {{{{ .a }}}}\n  b: |\n    {{{{ .b }}}}\n{lines}"
    tracemalloc.start()
    try:
        document = Document(Source("a.yaml", text.encode()), split(text)[0])
        scalar = next(node for node in nodes(document.root) if isinstance(node, Scalar) and node.style == "|")
        assert document.locate(scalar, len(scalar.text) - 3, len(scalar.text) - 1) == Span(len(text) - 3, len(text) - 1)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20 * len(text)


def write_kustomizations(folder: Path, levels: int, field: str, kind: str) -> None:
    """Each level uses two that both use the next one."""

    def write(name: str, used: list[str], prefix: str = "") -> None:
        (folder / name).mkdir()
        head = f"apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: {kind}\n" if name != "top" else ""
        (folder / name / "kustomization.yaml").write_text(f"{head}{prefix}{field}: [{', '.join(used)}]\n", "utf-8")

    for level in range(1, levels + 1):
        for side in ("l", "r"):
            write(f"{level}{side}", [f"../{level - 1}"], f"namePrefix: {side}-\n" if kind != "Component" else "")
        write(str(level), [f"../{level}l", f"../{level}r"])


def test_bases_that_fan_out_have_a_limit(tmp_path: Path) -> None:
    (tmp_path / "0").mkdir()
    (tmp_path / "0" / "kustomization.yaml").write_text("resources: [pod.yaml]\n", "utf-8")
    (tmp_path / "0" / "pod.yaml").write_text(ENTRIES + "  - {ip: 10.0.0.1, hostnames: [a]}\n", "utf-8")
    write_kustomizations(tmp_path, 14, "resources", "Kustomization")
    done = podhosts("check", ".", cwd=tmp_path)
    assert done.returncode == 0
    assert b"not read: a kustomization that builds more than 1000 objects is not followed: 1, in 1 file" in done.stderr


def test_components_that_fan_out_have_a_limit(tmp_path: Path) -> None:
    (tmp_path / "0").mkdir()
    patch = "- op: add\\n  path: /spec/hostname\\n  value: b"
    component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
    (tmp_path / "0" / "kustomization.yaml").write_text(
        f'{component}patches: [{{target: {{kind: Pod}}, patch: "{patch}"}}]\n', "utf-8"
    )
    write_kustomizations(tmp_path, 14, "components", "Component")
    (tmp_path / "top").mkdir()
    (tmp_path / "top" / "kustomization.yaml").write_text("resources: [pod.yaml]\ncomponents: [../14]\n", "utf-8")
    (tmp_path / "top" / "pod.yaml").write_text(ENTRIES + "  - {ip: 10.0.0.1, hostnames: [a]}\n", "utf-8")
    done = podhosts("check", ".", cwd=tmp_path)
    assert done.returncode == 0
    assert b"a kustomization that uses more than 1000 components is not followed: 1" in done.stderr
