"""Comments and annotations that silence findings: what each form covers, and which of them are reported.

Findings are written as `(line, rule)`.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest

from podhosts.engine import Options, default_selection, lint
from podhosts.source import Source
from tests.expectations import spoken

if TYPE_CHECKING:
    from podhosts.engine import Result

TODAY = datetime.date(2026, 5, 17)
UNUSED, EXPIRED = "unused-suppression", "expired-suppression"

#: Line 6 and 8 have a bad address, line 7 and 10 a bad name; `<line>` marks take a comment.
MANIFEST = """\
apiVersion: v1
kind: Pod<2>
metadata: {name: web}
spec:<4>
  hostAliases:<5>
  - ip: nowhere<6>
    hostnames: [A_b]<7>
  - ip: "also # nowhere"<8>
    hostnames:<9>
    - C_d<10>
  containers: []
"""
IP_6, NAME_7, IP_8, NAME_10 = (6, "invalid-ip"), (7, "invalid-hostname"), (8, "invalid-ip"), (10, "invalid-hostname")
ALL = [IP_6, NAME_7, IP_8, NAME_10]


def commented(**comments: str) -> str:
    """The manifest with comments at the ends of lines: `commented(_6="ignore[invalid-ip]")`."""
    text = MANIFEST
    for line in range(1, 12):
        comment = comments.get(f"_{line}")
        text = text.replace(f"<{line}>", f"  # podhosts: {comment}" if comment else "")
    return text


def run(
    text: str, *, selected: frozenset[str] | None = None, use_suppressions: bool = True, path: str = "pod.yaml"
) -> Result:
    options = Options(selected=selected or default_selection(), use_suppressions=use_suppressions, today=TODAY)
    return lint(Source(path, text.encode()), options)


def left(result: Result) -> list[tuple[int, str]]:
    return [(finding.source.position(finding.span.start).line, finding.rule) for finding in result.findings]


def silenced(result: Result) -> list[tuple[int, str]]:
    return [
        (item.finding.source.position(item.finding.span.start).line, item.finding.rule) for item in result.suppressed
    ]


def test_without_suppressions_everything_is_found() -> None:
    assert left(run(commented())) == ALL


@pytest.mark.parametrize(
    ("comments", "covered"),
    [
        ({"_6": "ignore[invalid-ip] known"}, [IP_6]),
        ({"_6": "ignore[invalid-ip]"}, [IP_6]),
        ({"_8": "ignore[invalid-ip] the `#` in the string is none"}, [IP_8]),
        ({"_6": "ignore[invalid-ip, invalid-hostname] the whole entry"}, [IP_6, NAME_7]),
        ({"_6": "ignore[ invalid-hostname ,invalid-ip,] blanks"}, [IP_6, NAME_7]),
        ({"_8": "ignore[invalid-hostname] an entry over three lines"}, [NAME_10]),
        ({"_5": "ignore[invalid-ip] the whole list"}, [IP_6, IP_8]),
        ({"_5": "ignore[invalid-hostname,invalid-ip] the whole list"}, ALL),
        ({"_7": "ignore[invalid-hostname] one line"}, [NAME_7]),
        ({"_10": "ignore[invalid-hostname]"}, [NAME_10]),
        ({"_6": "ignore[invalid-ip] a", "_8": "ignore[invalid-ip] b"}, [IP_6, IP_8]),
        ({"_2": "ignore-document[invalid-ip] generated"}, [IP_6, IP_8]),
        ({"_2": "ignore-file[invalid-ip,invalid-hostname] generated"}, ALL),
    ],
)
def test_comment_at_the_end_of_a_line(comments: dict[str, str], covered: list[tuple[int, str]]) -> None:
    result = run(commented(**comments))
    assert silenced(result) == covered
    assert left(result) == [finding for finding in ALL if finding not in covered]


@pytest.mark.parametrize(
    ("comments", "place"),
    [
        ({"_9": "ignore[invalid-hostname] a line covers itself only"}, 9),
        ({"_4": "ignore[invalid-ip] only the key `hostAliases` covers the list"}, 4),
        ({"_7": "ignore[invalid-ip] nothing of the kind on this line"}, 7),
    ],
)
def test_comment_that_covers_nothing(comments: dict[str, str], place: int) -> None:
    assert left(run(commented(**comments))) == sorted([*ALL, (place, UNUSED)])


@pytest.mark.parametrize(
    ("before", "covered"),
    [
        ("  hostAliases:", [IP_6, IP_8]),
        ("  - ip: nowhere", [IP_6]),
        ("    hostnames: [A_b]", []),
        ('  - ip: "also', [IP_8]),
    ],
)
@pytest.mark.parametrize("gap", ["", "\n", "  # another comment\n\n"])
def test_comment_on_a_line_of_its_own(before: str, covered: list[tuple[int, str]], gap: str) -> None:
    own_line = f"    # podhosts: ignore[invalid-ip] above\n{gap}"
    result = run(commented().replace(before, own_line + before))
    assert [rule for _, rule in silenced(result)] == ["invalid-ip"] * len(covered)
    assert (UNUSED in [rule for _, rule in left(result)]) == (not covered)


FLOW = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  hostAliases: [  # podhosts: ignore[invalid-ip] the list
    {ip: nowhere, hostnames: [a]},
    {  # podhosts: ignore[invalid-hostname] the entry
      ip: nowhere-2,
      hostnames: [B]}, {ip: 10.0.0.1, hostnames: [C]},  # podhosts: ignore[invalid-hostname] the line
  ]
"""


def test_flow_collections() -> None:
    result = run(FLOW)
    assert silenced(result) == [(6, "invalid-ip"), (8, "invalid-ip"), (9, "invalid-hostname"), (9, "invalid-hostname")]
    assert left(result) == []


BLOCK_SCALARS = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  hostAliases:
  - hostnames: [a]
    ip: |  # podhosts: ignore[invalid-ip] the text below belongs to the key
      nowhere
  - ip: 10.0.0.1
    hostnames:
    - >-  # podhosts: ignore[invalid-hostname]
      B # podhosts: ignore[invalid-ip] no comment, it is text
    - |
      C # podhosts: ignore[invalid-hostname] nor this
    - "D # podhosts: ignore[invalid-hostname]
      nor this"
    - 'E # podhosts: ignore[invalid-hostname]'
    - f#podhosts:ignore[invalid-hostname]
"""


def test_block_scalars_and_text_that_is_no_comment() -> None:
    result = run(BLOCK_SCALARS)
    assert silenced(result) == [(7, "invalid-ip"), (11, "invalid-hostname")]
    assert left(result) == [(line, "invalid-hostname") for line in (13, 15, 17, 18)]


def test_document_and_file_scope() -> None:
    document = commented(_2="ignore-document[invalid-ip]")
    both = run(f"---\n{document}---\n{commented()}")
    assert len(silenced(both)) == 2
    assert len(left(both)) == 6
    file_wide = run(f"# podhosts: ignore-file[invalid-ip] generated\n{commented()}---\n{commented()}")
    assert len(silenced(file_wide)) == 4
    assert [rule for _, rule in left(file_wide)] == ["invalid-hostname"] * 4


def test_windows_line_ends() -> None:
    text = commented(_6="ignore[invalid-ip] known", _5="ignore[duplicate-ip] nothing").replace("\n", "\r\n")
    result = run(text)
    assert silenced(result) == [IP_6]
    assert left(result) == [(5, UNUSED), NAME_7, IP_8, NAME_10]
    assert result.suppressed[0].suppression.reason == "known"


@pytest.mark.parametrize(
    ("until", "works"), [("2026-05-16", False), ("2026-05-17", True), ("2026-05-18", True), ("9999-12-31", True)]
)
def test_until(until: str, works: bool) -> None:
    result = run(commented(_6=f"ignore[invalid-ip] until={until} after the move"))
    if works:
        assert silenced(result) == [IP_6]
        assert left(result) == [NAME_7, IP_8, NAME_10]
        suppression = result.suppressed[0].suppression
        assert suppression.until == datetime.date.fromisoformat(until)
        assert suppression.reason == "after the move"
    else:
        assert silenced(result) == []
        assert left(result) == [IP_6, (6, EXPIRED), NAME_7, IP_8, NAME_10]


def test_reason_and_kind_are_kept() -> None:
    result = run(commented(_6="ignore[invalid-ip]", _8="ignore[invalid-ip] until then"))
    assert [(item.suppression.by, item.suppression.reason) for item in result.suppressed] == [
        ("comment", None),
        ("comment", "until then"),
    ]


@pytest.mark.parametrize(
    ("comment", "word"),
    [
        ("ignore", "brackets"),
        ("ignore because it is so", "brackets"),
        ("ignore [invalid-ip]", "brackets"),
        ("ignore-line[invalid-ip]", "brackets"),
        ("ignore-document", "brackets"),
        ("ignore-file all of it", "brackets"),
        ("ignore[no-such-rule]", "no rule"),
        ("ignore[*]", "no rule"),
        ("ignore[Invalid-IP]", "no rule"),
        ("ignore[invalid-ip] until=tomorrow", "not a date"),
        ("ignore[invalid-ip] until=2026-13-01", "not a date"),
        ("ignore[invalid-ip] until=17.5.2026 x", "not a date"),
    ],
)
def test_mistakes_are_reported_and_silence_nothing(comment: str, word: str) -> None:
    result = run(commented(_6=comment))
    assert silenced(result) == []
    assert left(result) == [IP_6, (6, UNUSED), NAME_7, IP_8, NAME_10]
    assert word in next(spoken(finding) for finding in result.findings if finding.rule == UNUSED)


@pytest.mark.parametrize("comment", ["# podhosts is a linter", "# see podhosts: the docs", "# podhosts:", "#podhosts"])
def test_other_comments_that_name_the_program(comment: str) -> None:
    assert left(run(f"{comment}\n{commented()}")) == [(line + 1, rule) for line, rule in ALL]


def test_one_of_several_rules_is_unused() -> None:
    result = run(commented(_6="ignore[invalid-ip, duplicate-ip, duplicate-key]"))
    assert silenced(result) == [IP_6]
    assert left(result) == [(6, UNUSED), (6, UNUSED), NAME_7, IP_8, NAME_10]


def test_unused_at_the_end_of_the_file() -> None:
    text = commented() + "# podhosts: ignore[invalid-ip] nothing follows\n"
    assert left(run(text)) == [*ALL, (12, UNUSED)]


def test_a_rule_that_did_not_run_leaves_no_suppression_unused() -> None:
    text = commented(
        _6="ignore[invalid-ip] known", _7="ignore[duplicate-ip]", _10="ignore[invalid-ip] until=2020-01-01"
    )
    assert left(run(text, selected=frozenset({"invalid-hostname", UNUSED, EXPIRED}))) == [NAME_7, NAME_10]
    assert left(run(text, selected=frozenset({"invalid-ip", UNUSED, EXPIRED}))) == [IP_8, (10, EXPIRED)]
    assert left(run(text, selected=frozenset({"duplicate-ip", UNUSED}))) == [(7, UNUSED)]
    assert left(run(text, selected=frozenset({"duplicate-ip"}))) == []


def test_a_suppressed_finding_of_a_rule_that_is_not_selected_is_not_listed() -> None:
    result = run(commented(_6="ignore[invalid-ip]"), selected=frozenset({"invalid-hostname"}))
    assert silenced(result) == []


def test_suppressions_can_be_switched_off() -> None:
    text = commented(
        _6="ignore[invalid-ip]", _5="ignore[duplicate-ip]", _10="ignore[invalid-hostname] until=2020-01-01"
    )
    result = run(text, use_suppressions=False)
    assert left(result) == ALL
    assert silenced(result) == []


ANNOTATED = """\
apiVersion: {version}
kind: {kind}
metadata: {{name: web}}
{path}
{indent}metadata:
{indent}  annotations: {{podhosts/ignore: "invalid-ip", podhosts/reason: generated}}
{indent}spec:
{indent}  hostAliases:
{indent}  - {{ip: nowhere, hostnames: [A_b]}}
"""


@pytest.mark.parametrize(
    ("version", "kind", "path"),
    [
        ("apps/v1", "Deployment", ["spec", "template"]),
        ("batch/v1", "CronJob", ["spec", "jobTemplate", "spec", "template"]),
        ("argoproj.io/v1alpha1", "Rollout", ["spec", "template"]),
    ],
)
def test_annotation_of_the_pod_template(version: str, kind: str, path: list[str]) -> None:
    steps = "\n".join(f"{'  ' * depth}{step}:" for depth, step in enumerate(path))
    text = ANNOTATED.format(version=version, kind=kind, path=steps, indent="  " * len(path))
    result = run(text)
    assert [rule for _, rule in silenced(result)] == ["invalid-ip"]
    assert [rule for _, rule in left(result)] == ["invalid-hostname"]
    assert [(item.suppression.by, item.suppression.reason) for item in result.suppressed] == [
        ("annotation", "generated")
    ]


LIST = """\
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Pod
  metadata:
    name: one
    annotations: {podhosts/ignore: "invalid-ip, duplicate-ip"}
  spec: {hostAliases: [{ip: nowhere, hostnames: [a]}]}
- apiVersion: v1
  kind: Pod
  metadata: {name: two}
  spec: {hostAliases: [{ip: nowhere, hostnames: [a]}]}
- apiVersion: apps/v1
  kind: Deployment
  metadata:
    name: three
    annotations:
      podhosts/ignore: misplaced-host-aliases,no-such-rule
  spec: {hostAliases: []}
"""


def test_annotation_covers_its_own_object() -> None:
    result = run(LIST)
    assert silenced(result) == [(9, "invalid-ip"), (20, "misplaced-host-aliases")]
    assert left(result) == [(8, UNUSED), (13, "invalid-ip"), (19, UNUSED)]


JSON = """\
{"apiVersion": "v1", "kind": "Pod",
 "metadata": {"name": "web", "annotations": {"podhosts/ignore": "invalid-ip", "podhosts/reason": "# generated"}},
 "spec": {"hostAliases": [
  {"ip": "nowhere", "hostnames": ["A # podhosts: ignore[invalid-hostname]"]}
 ]}}
"""


def test_annotation_in_json() -> None:
    result = run(JSON, path="pod.json")
    assert silenced(result) == [(4, "invalid-ip")]
    assert left(result) == [(4, "invalid-hostname")]
    assert result.suppressed[0].suppression.reason == "# generated"


def test_values_files_take_comments_too() -> None:
    result = run(
        "web:\n  hostAliases:\n  - ip: nowhere  # podhosts: ignore[invalid-ip] set by CI\n    hostnames: [a]\n"
    )
    assert silenced(result) == [(3, "invalid-ip")]
    assert left(result) == []


OWN_CHUNK = f"# podhosts: ignore-file[invalid-ip] generated\n---\n{commented()}"
ON_SEPARATOR = f"{commented()}--- # podhosts: ignore-document[invalid-ip] generated\n{commented()}"
POD_TEMPLATE = ANNOTATED.format(version="v1", kind="PodTemplate", path="template:", indent="  ")
EMPTY_BRACKETS = commented(_6="ignore[] which one?")
LONE_DASH = commented().replace("  - ip: nowhere", "  -  # podhosts: ignore[invalid-ip] the entry\n    ip: nowhere")
ANCHORED = """\
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Pod, spec: {hostAliases: &list [{ip: nowhere, hostnames: [a]}]}}
- apiVersion: v1
  kind: Pod
  metadata: {annotations: {podhosts/ignore: invalid-ip}}
  spec: {hostAliases: *list}
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(OWN_CHUNK, ["invalid-hostname"] * 2, id="ignore-file in a chunk of its own"),
        pytest.param(ON_SEPARATOR, sorted([rule for _, rule in ALL] + ["invalid-hostname"] * 2), id="on the separator"),
        pytest.param(POD_TEMPLATE, ["invalid-hostname"], id="annotation in a PodTemplate's template"),
        pytest.param(EMPTY_BRACKETS, sorted([UNUSED, *(rule for _, rule in ALL)]), id="no rule in the brackets"),
        pytest.param(
            LONE_DASH, ["invalid-hostname", "invalid-hostname", "invalid-ip"], id="a dash on a line of its own"
        ),
        pytest.param(ANCHORED, ["invalid-ip"], id="annotation of the object that uses an anchor"),
    ],
)
def test_less_common_places(text: str, expected: list[str]) -> None:
    assert sorted(rule for _, rule in left(run(text))) == expected


def test_an_annotation_at_the_end_of_a_file_silences_its_own_object_only() -> None:
    """Without a final newline the last object ends where the file ends; the other documents are still checked."""
    bad = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  hostAliases: [{ip: nope, hostnames: [db]}]\n"
    annotated = (
        "apiVersion: v1\nkind: Pod\nspec:\n  hostAliases: [{ip: nope, hostnames: [db]}]\n"
        'metadata:\n  annotations: {podhosts/ignore: "invalid-ip"}'
    )
    result = run(f"{bad}---\n{annotated}")
    assert left(result) == [(5, "invalid-ip")]
    assert silenced(result) == [(10, "invalid-ip")]


def test_every_finding_behind_an_anchor_names_its_uses() -> None:
    text = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {}\n---\n"
        "apiVersion: v1\nkind: List\nitems:\n"
        "- {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {hostAliases: &x [{ip: nope, hostnames: [A, B]}]}}\n"
        "- {apiVersion: v1, kind: Pod, metadata: {name: b}, spec: {hostAliases: *x}}\n"
    )
    findings = run(text).findings
    assert len(findings) == 6
    assert all([related.message for related in finding.related] == ["also used here"] for finding in findings)


STYLES = {
    "block.yaml": "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  annotations:\n    podhosts/ignore: RULES\n"
    "spec:\n  containers:\n  - name: web\n    image: web\n",
    "flow.yaml": "{apiVersion: v1, kind: Pod, metadata: {name: web, annotations: {podhosts/ignore: 'RULES'}}, "
    "spec: {containers: [{name: web, image: web}]}}\n",
    "pod.json": '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "annotations": '
    '{"podhosts/ignore": "RULES"}}, "spec": {"containers": [{"name": "web", "image": "web"}]}}\n',
    "escaped.json": '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "annotations": '
    '{"podhosts\\/ignore": "RULES"}}, "spec": {"containers": [{"name": "web", "image": "web"}]}}\n',
}


@pytest.mark.parametrize(
    "rules", ["invalid-ip", "duplicate-hostname", "invalid-ip, duplicate-hostname", "no-such-rule"]
)
def test_an_annotation_has_one_verdict_in_all_styles(rules: str) -> None:
    """Also where nothing else in the file is about hosts."""
    options = Options(selected=default_selection())
    verdicts = set()
    for name, text in STYLES.items():
        findings = lint(Source(name, text.replace("RULES", rules).encode()), options).findings
        verdicts.add(tuple((finding.rule, spoken(finding)) for finding in findings))
    (verdict,) = verdicts
    assert [rule for rule, _ in verdict] == ["unused-suppression"] * len(rules.split(","))
