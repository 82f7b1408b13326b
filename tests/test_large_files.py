"""Nothing lost: read in windows, item by item, by several processes or after a search, a file gives the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.commands.run_settings import Request
from podhosts.discovery import Input
from podhosts.document import File, large_lists, large_lists_json, large_lists_yaml, parts
from podhosts.document.large_lists import LargeList
from podhosts.engine import Options, Result, check_parts, conclude, lint
from podhosts.engine.fixing import fix
from podhosts.reporters import json_report, text
from podhosts.reporters.differences import unified_diff
from podhosts.reporters.report import Report
from podhosts.repository import Repository
from podhosts.rules import RULES
from podhosts.run.repairing import fixable, repaired_in_sections
from podhosts.source import Source
from podhosts.triggers import file_mentions
from tests.effort import sampled
from tests.manifests import BAD_POD, GOOD_POD, SERVICE
from tests.measured import custom_resources, manifests
from tests.paths import CASES, EXAMPLES
from tests.report_samples import SampleSettings
from tests.running import podhosts
from tests.test_triggers import SECONDARY, UNRELATED, lint_without_a_search, written_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from podhosts.diagnostics import Diagnostic

ALL = Options(selected=frozenset(rule.name for rule in RULES))
#: What the vectors about custom resources are about.
ABOUT_ALIASES = Options(selected=frozenset({"invalid-ip", "wrong-type", "unknown-field", "misplaced-host-aliases"}))
#: How many tests share the measured files.
SHARES = 8


@pytest.fixture(autouse=True)
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows so small that every file is a large one."""
    monkeypatch.setattr(parts, "WINDOW", 64)
    monkeypatch.setattr(large_lists, "_GROUP", 256)
    for module in (large_lists_json, large_lists_yaml):
        monkeypatch.setattr(module, "_WINDOW", 64)


def in_parts(path: Path, options: Options = ALL) -> Result:
    file = File("a.yaml", str(path))
    if not file_mentions(str(path)):
        return Result(files=1)
    return conclude(check_parts(file, options, Repository([file])), options, sees_others=False)


def reported(result: Result) -> tuple[Any, str]:
    shown = Report(result, SampleSettings())
    report = json.loads("\n".join(json_report.render(shown)))
    seen = "\n".join(map(str, text.render(shown)))
    return (report["findings"], report["suppressed"], report["unread"]), seen


def assert_same(data: bytes, path: Path, options: Options = ALL) -> None:
    path.write_bytes(data)
    assert reported(in_parts(path, options)) == reported(lint(Source("a.yaml", data), options))


def primary(result: Result) -> list[Diagnostic]:
    return [finding for finding in result.findings if finding.rule not in SECONDARY]


def is_same_in_all_ways(data: bytes, path: Path) -> bool:
    """Whether a file gives the same read whole, in windows, and with no text passed over for want of a word."""
    source = Source("a.yaml", data)
    path.write_bytes(data)
    usual = lint(source, ALL)
    return reported(in_parts(path)) == reported(usual) and primary(lint_without_a_search(source)) == primary(usual)


def encoded(data: bytes) -> Iterator[bytes]:
    """A file with other line breaks, a byte order mark, and in UTF-16."""
    text = data.replace(b"\r\n", b"\n")
    yield text.replace(b"\n", b"\r\n")
    yield text.replace(b"\n", b"\r")
    yield b"\xef\xbb\xbf" + data
    yield "\ufeff".encode("utf-16-be") + data.decode("utf-8", "replace").encode("utf-16-be", "replace")


@pytest.mark.parametrize("share", range(SHARES))
def test_real_and_measured_files(share: int, tmp_path: Path) -> None:
    files = sampled(manifests()[share::SHARES], 4)
    assert len(files) > 50
    different = [data for data in files if not is_same_in_all_ways(data, tmp_path / "a.yaml")]
    assert different == []


@pytest.mark.parametrize("variant", range(4))
def test_other_line_breaks_and_encodings(variant: int, tmp_path: Path) -> None:
    files = [list(encoded(data))[variant] for data in manifests()[variant::20]]
    different = [data for data in files if not is_same_in_all_ways(data, tmp_path / "a.yaml")]
    assert different == []


#: Ways to write hosts that a search for words could miss: escapes, folded scalars, anchors, breaks in quoted scalars.
HIDDEN = [
    'kind: Pod\nspec:\n  "host\\x41liases":\n  - "\\u0069p": 10.0.0.256\n    hostnames: [a, a]\n',
    'kind: Pod\nspec:\n  hostAliases:\n  - ip: "10.0.\\\n      0.256"\n    hostnames: ["b\\x21"]\n',
    "kind: ConfigMap\ndata:\n  a: >-\n    apiVersion: v1\n\n    kind: Pod\n\n    spec: {hostAliases: [{ip: 1.2.3}]}\n",
    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command:\n    - sh\n    - -c\n"
    "    - >-\n      echo 1.2.3.4 a\n      >> /etc/hosts\n",
    "x: &list [{ip: 1.2.3, hostnames: [a]}]\nkind: Pod\nspec: {hostAliases: *list}\n",
    "x: &key hostAliases\nkind: Pod\nspec:\n  *key : [{ip: 1.2.3}]\n",
    "kind: Pod\nspec:\n  ? hostAliases\n  : - {ip: 1.2.3, hostnames: [é, ☃, \U0001f600]}\n",
]


@given(st.lists(written_keys() | st.sampled_from(HIDDEN + UNRELATED), min_size=1, max_size=5), st.integers(0, 4))
def test_generated_streams(tmp_path_factory: pytest.TempPathFactory, documents: list[str], encoding: int) -> None:
    data = "---\n".join(documents).encode()
    data = [data, *encoded(data)][encoding]
    assert is_same_in_all_ways(data, tmp_path_factory.getbasetemp() / "stream.yaml")


@pytest.mark.parametrize("encoding", range(5))
@pytest.mark.parametrize("hidden", HIDDEN)
def test_hidden_hosts_are_found(hidden: str, encoding: int, tmp_path: Path) -> None:
    data = [hidden.encode(), *encoded(hidden.encode())][encoding]
    assert lint(Source("a.yaml", data), ALL).findings
    assert is_same_in_all_ways(data, tmp_path / "a.yaml")


def test_custom_resources(tmp_path: Path) -> None:
    for data in sampled(custom_resources(), 5):
        assert_same(data, tmp_path / "a.yaml", ABOUT_ALIASES)


ITEMS = [
    "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  hostAliases:\n  - ip: 10.0.0.256\n    hostnames: [db]",
    "apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {ports: [{port: 80}]}",
    "kind: Pod\nmetadata:\n  annotations: {podhosts/ignore: invalid-ip}\nspec:\n  hostAliases: [{ip: 1.2.3}]",
    "kind: Pod\nspec:\n  hostAliases: [{ip: 1.2.3, hostnames: [a]}]  # podhosts: ignore[invalid-ip] why",
    "kind: ConfigMap\ndata:\n  a: |\n    - ip: 10.0.0.256\n\n    # no comment\n  b: 'it''s'",
    "kind: ConfigMap\ndata:\n  a: \"x\n- ip: 10.0.0.256\n\"",
    "kind: ConfigMap\ndata: {a: x\n- hostAliases, b: c}",
    "kind: ConfigMap\ndata: {a: [b, # ]\n c]}",
    "&anchor {kind: Pod, spec: {hostAliases: [{ip: 1.2.3, hostnames: [a]}]}}",
    "*anchor",
    "kind: List\nitems:\n- kind: Pod\n  spec:\n    hostAliases: [{ip: 1.2.3, hostnames: [é]}]",
    "plain é ☃ 😀",
    "kind: Pod\nspec:\n  hostAliases:\n  - ip: \"{{ x }}\"\n    hostnames: [a, a]\n# comment\n",
]  # fmt: skip


@st.composite
def yaml_lists(draw: st.DrawFn) -> str:
    """A List in block YAML, with what can go wrong in one."""
    indent = draw(st.sampled_from(["", "", "  ", " "]))
    lines = draw(st.permutations(["apiVersion: v1", "kind: List", "ITEMS"]))
    body = "items:\n"
    for item in draw(st.lists(st.sampled_from(ITEMS), min_size=1, max_size=7)):
        pad = "\n  " + indent
        body += (
            draw(st.sampled_from(["", "", "", "# comment\n", "\n"])) + indent + "- " + item.replace("\n", pad) + "\n"
        )
    text = "".join(body if line == "ITEMS" else line + "\n" for line in lines)
    if draw(st.integers(0, 9)) == 0:
        text += "items:\n- kind: Pod\n"
    before = draw(st.sampled_from(["", "", "a: b\n---\n", "--- # x\n", "# podhosts: ignore-file[invalid-ip] x\n"]))
    return before + text + draw(st.sampled_from(["", "", "---\n" + BAD_POD.decode(), "...\n"]))


@given(yaml_lists())
def test_yaml_lists(tmp_path_factory: pytest.TempPathFactory, content: str) -> None:
    assert_same(content.encode(), tmp_path_factory.getbasetemp() / "list.yaml")


@given(st.data())
def test_json_lists(tmp_path_factory: pytest.TempPathFactory, chosen: st.DataObject) -> None:
    pod = {"kind": "Pod", "spec": {"hostAliases": [{"ip": "10.0.0.256", "hostnames": ["é", "é", "\U0001f600"]}]}}
    silent = {**pod, "metadata": {"annotations": {"podhosts/ignore": "invalid-ip"}}}
    nested = {"kind": "List", "items": [pod]}
    item = st.sampled_from([pod, silent, nested, {"kind": "Service", "x": "ü" * 40}, 1, "a", None, [pod], {}])
    items = chosen.draw(st.lists(item, max_size=8))
    fields = chosen.draw(st.permutations([("apiVersion", "v1"), ("kind", "PodList"), ("items", items)]))
    content = json.dumps(
        dict(fields), indent=chosen.draw(st.sampled_from([None, 1, 4])), ensure_ascii=chosen.draw(st.booleans())
    )
    content = content.replace("\n", chosen.draw(st.sampled_from(["\n", "\r\n", "\r"])))
    content += chosen.draw(st.sampled_from(["", "\n", " x", "\n{}", ',"items":[]}']))
    content = chosen.draw(st.sampled_from(["", "\ufeff", " \n"])) + content
    assert_same(content.encode(), tmp_path_factory.getbasetemp() / "list.json")


def test_items_that_nobody_wants_are_not_parsed(tmp_path: Path) -> None:
    pods = "".join(f"- {BAD_POD.decode()}".replace("\n", "\n  ").rstrip(" ") for _ in range(3))
    others = "- kind: Service\n  spec: {ports: [{port: 80}]}\n" * 20
    (tmp_path / "list.yaml").write_text(f"apiVersion: v1\nitems:\n{others}{pods}{others}kind: List\n")
    [large] = File("a", str(tmp_path / "list.yaml"))
    assert isinstance(large, LargeList)
    assert len(large.begins) == 43
    result = in_parts(tmp_path / "list.yaml")
    assert (result.documents, result.pods) == (1, 3)
    assert [finding.item for finding in result.findings] == [20, 21, 22]


def test_of_documents_with_nothing_to_tell_only_numbers_are_kept(tmp_path: Path) -> None:
    unknown = GOOD_POD.replace(b"10.0.0.25", b"$(DB)")
    (tmp_path / "stream.yaml").write_bytes(b"---\n".join([unknown, *[GOOD_POD] * 20, BAD_POD, unknown]))
    file = File("a.yaml", str(tmp_path / "stream.yaml"))
    found = check_parts(file, ALL, Repository([file]))
    assert [placed.document.number for placed, _ in found] == [22]
    result = conclude(found, ALL, sees_others=False)
    assert (result.documents, result.pods) == (23, 23)
    [unread] = result.unread
    assert unread.count == 2
    assert unread.source is not None
    assert unread.span is not None
    assert unread.source.position(unread.span.start).line == 6


@pytest.mark.parametrize("output", ["text", "json"])
def test_processes_change_nothing(output: str, tmp_path: Path) -> None:
    stream = b"---\n".join([BAD_POD, SERVICE * 1, b"# podhosts: ignore-document[invalid-ip] x\n" + BAD_POD] * 500)
    (tmp_path / "large.yaml").write_bytes(b"# podhosts: ignore-file[empty-hostnames] x\n" + stream)
    for number in range(12):
        (tmp_path / f"{number}.yaml").write_bytes(BAD_POD + b"---\n" + SERVICE.replace(b"web", b"db") + b"# \xff\n")
    arguments = ("check", "--format", output, ".", "gone.yaml")
    serial, parallel = (podhosts(*arguments, "--jobs", jobs, cwd=tmp_path) for jobs in ("1", "3"))
    assert serial.returncode == 2
    assert b"invalid-ip" in serial.stdout
    assert (serial.stdout, serial.stderr) == (parallel.stdout, parallel.stderr)


def test_processes_change_nothing_about_examples_and_cases() -> None:
    arguments = ("check", "--format", "json", "--select", ",".join(ALL.selected), str(EXAMPLES), str(CASES))
    serial, parallel = (podhosts(*arguments, "--jobs", jobs) for jobs in ("1", "3"))
    assert serial.returncode == 1
    assert (serial.stdout, serial.stderr) == (parallel.stdout, parallel.stderr)


def test_what_comes_through_a_pipe_is_what_is_in_the_file(tmp_path: Path) -> None:
    data = (SERVICE + b"---\n") * 6000 + BAD_POD
    (tmp_path / "a.yaml").write_bytes(data)
    file = podhosts("check", "a.yaml", cwd=tmp_path)
    pipe = podhosts("check", "-", "--stdin-filename", "a.yaml", stdin=data)
    assert (file.returncode, file.stdout, file.stderr) == (pipe.returncode, pipe.stdout, pipe.stderr)


@pytest.mark.parametrize("jobs", ["0", "-1", "two", ""])
def test_wrong_number_of_processes(jobs: str, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(BAD_POD)
    done = podhosts("check", f"--jobs={jobs}", "a.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert b"--jobs" in done.stderr


_WORKLOAD = """apiVersion: v1
kind: Pod
metadata: {name: w}
spec:
  hostAliases:
  - ip: 10.0.0.1
    hostnames: [a.example, %s]  # \u00fc
  - ip: 2001:DB8::1
    hostnames: [b.example]
"""


def _list(items: list[str]) -> str:
    indented = ("- " + item.replace("\n", "\n  ").rstrip(" ") for item in items)
    return "apiVersion: v1\nkind: List\nitems:\n" + "".join(indented)


def _json(items: list[str]) -> str:
    entry = {"ip": "10.0.0.1", "hostnames": ["\u00fc", "a", "a"]}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "w"}, "spec": {"hostAliases": [entry]}}
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": [pod] * len(items)}, indent=1, ensure_ascii=False)


@pytest.mark.parametrize("whole", ["---\n".join, _list, _json])
@pytest.mark.parametrize("above", ["", "# podhosts: ignore-file[duplicate-hostname]\n"])
@pytest.mark.parametrize("flags", [[], ["unsafe"]])
def test_a_large_file_is_repaired_like_a_small_one(
    whole: Callable[[list[str]], str], above: str, flags: list[str], tmp_path: Path
) -> None:
    """Only the documents and items with fixes are read again; edits and patch are those of the whole file."""
    items = [_WORKLOAD % ("a.example" if number % 3 else "c.example") for number in range(12)]
    text_before = (above if whole is not _json else "") + whole(items)
    before = Source("a.yaml", text_before.encode())
    path = tmp_path / "a.yaml"
    path.write_bytes(before.data)
    request = Request(unsafe_fixes=bool(flags), diff=True)
    expected = fix(before, ALL, unsafe=bool(flags))
    file, item = File("a.yaml", str(path)), Input(str(path), named=True)
    findings = in_parts(path).findings
    done = repaired_in_sections(item, file, findings, ALL, None, request)
    assert fixable(findings, request) or above
    assert done.after.text == expected.source.text
    assert (len(done.fixed) > 1) is bool(not above or whole is _json)
    changes = unified_diff("a.yaml", before, expected.source, expected.rounds)
    assert list(done.diff)[2:] == list(changes)[2:]
