"""The fix loop: which fixes are made, when it ends, and that no wrong fix gets through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from podhosts.diagnostics import Severity
from podhosts.edits import Edit, Fix, Safety, moved, splice, without_conflicts
from podhosts.engine import Options, default_selection, linting
from podhosts.engine.fixing import MAX_ROUNDS, Fixed, fix
from podhosts.kubernetes import ConfiguredPodSpec
from podhosts.records import replace
from podhosts.repository import Repository
from podhosts.rules import RULES, Rule, Settings
from podhosts.source import Source, Span
from tests.manifests import definition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.kubernetes import Pod

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  hostAliases:
  - ip: 10.0.0.25
    hostnames: [db.internal, db.internal]
  - ip: 10.0.0.26
    hostnames: [Cache.internal]
  containers: [{name: web, image: web}]
"""
OPTIONS = Options(selected=default_selection())


def fixed(text: str, *, unsafe: bool = False, options: Options = OPTIONS) -> Fixed:
    return fix(Source("pod.yaml", text.encode()), options, unsafe=unsafe)


def test_a_name_that_a_resolver_comes_to_see_is_no_loss() -> None:
    """uClibc reads a few names of a line: without the second `on`, it finds the last one at this address, too."""
    text = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  hostAliases:\n"
        "  - {ip: 10.0.0.1, hostnames: [a, b, a, c, cache]}\n  - {ip: 10.0.0.2, hostnames: [cache]}\n"
        "  containers: [{name: web, image: web}]\n"
    )
    done = fix(Source("pod.yaml", text.encode()), Options(selected=default_selection()))
    assert "[a, b, c, cache]" in done.source.text


def test_safe_fixes_only() -> None:
    done = fixed(POD)
    assert done.source.text == POD.replace("[db.internal, db.internal]", "[db.internal]")
    assert [finding.rule for finding in done.applied] == ["duplicate-hostname"]
    assert [finding.rule for finding in done.result.findings] == ["invalid-hostname"]


def test_unsafe_fixes_come_after_the_safe_ones() -> None:
    done = fixed(POD, unsafe=True)
    assert [finding.rule for finding in done.applied] == ["duplicate-hostname", "invalid-hostname"]
    assert len(done.rounds) == 2
    assert done.result.findings == []


def test_nothing_to_fix_is_the_same_source() -> None:
    source = Source("pod.yaml", POD.replace("[db.internal, db.internal]", "[db.internal]").encode())
    assert fix(source, OPTIONS).source is source


def test_what_one_fix_brings_to_light_is_fixed_next() -> None:
    text = POD.replace("db.internal, db.internal", "on, on, 'on'")
    assert fixed(text).source.text == POD.replace("db.internal, db.internal", '"on"')


def test_suppressed_findings_are_not_fixed() -> None:
    text = POD.replace("  - ip: 10.0.0.25\n", "  - ip: 10.0.0.25  # podhosts: ignore[duplicate-hostname] kept\n")
    assert fixed(text).rounds == []


def test_last_document_may_hold_a_suppression_alone() -> None:
    text = POD.replace(", db.internal", "") + "---\n# podhosts: ignore-document[invalid-ip] nothing here\n"
    assert fixed(text).source.text == text.rpartition("#")[0]


@pytest.mark.parametrize("selected", [{"invalid-ip"}, default_selection() - {"duplicate-hostname"}])
def test_only_selected_rules_fix(selected: set[str]) -> None:
    assert fixed(POD, options=Options(selected=frozenset(selected))).rounds == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_encoding_byte_order_mark_and_line_breaks_stay(encoding: str, line_break: str) -> None:
    mark = "" if encoding == "utf-8-sig" else "\ufeff"
    before = mark + POD.replace("\n", line_break) + "# 日本"
    after = before.replace("[db.internal, db.internal]", "[db.internal]")
    assert fix(Source("pod.yaml", before.encode(encoding)), OPTIONS).source.data == after.encode(encoding)


def test_file_that_is_not_valid_utf_8_is_left_alone() -> None:
    source = Source("pod.yaml", POD.encode() + b"# \xff\n")
    done = fix(source, OPTIONS, unsafe=True)
    assert done.source is source
    (finding, *_) = done.result.findings
    assert finding.fix is not None
    assert finding.fix.safety is Safety.DISPLAY_ONLY


def test_text_behind_an_anchor_is_left_alone() -> None:
    again = "---\n" + POD.replace("[db.internal, db.internal]", "&names [db.internal, db.internal]").replace(
        "[Cache.internal]", "*names"
    )
    done = fixed(again, unsafe=True)
    assert done.rounds == []
    assert {finding.fix.safety for finding in done.result.findings if finding.fix} == {Safety.DISPLAY_ONLY}


def test_names_that_a_template_prints_are_left_alone() -> None:
    text = POD.replace("[db.internal, db.internal]", "\n    - a\n    {{- if .x }}\n    - b\n    {{- end }}\n    - a")
    assert fixed(text, unsafe=True).source.text == text.replace("Cache", "cache")


def test_thousands_of_findings_take_one_round() -> None:
    names = "".join(f"    - n{number % 2000}.internal\n" for number in range(4000))
    done = fixed(POD.replace("[db.internal, db.internal]", f"\n{names}".rstrip("\n")))
    assert (len(done.rounds), len(done.applied)) == (1, 2000)


def test_workspace_sees_the_fixed_text() -> None:
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: cache}\nspec: {ports: [{port: 80}]}\n---\n"
    source = Source("pod.yaml", (service + POD.replace("Cache.internal", "Cache")).encode())
    repository = Repository([source])
    done = fix(source, OPTIONS, repository, unsafe=True)
    (finding,) = done.result.findings
    assert finding.rule == "shadowed-service"
    assert [related.source for related in finding.related] == [done.source]


DEFINITION = definition("Widget", "spec", "extraHosts", ip="^(10[.]|2001:DB8::)", hostname="internal$")
WIDGET = """apiVersion: example.com/v1
kind: Widget
spec:
  extraHosts:
  - {ip: 10.0.0.25, hostnames: [db.internal, db.internal]}
  # The CRD refuses the canonical spelling, and the name without the dot is no better.
  - {ip: "2001:DB8::1", hostnames: [Cache]}
"""


@pytest.mark.parametrize("in_one_file", [True, False])
def test_lists_that_only_a_definition_names_are_fixed_as_it_allows(in_one_file: bool) -> None:
    """The proof of a fix knows the same kinds as the rules; what the CRD refuses is not proposed."""
    above = f"{DEFINITION}---\n" if in_one_file else ""
    source = Source("widget.yaml", (above + WIDGET).encode())
    repository = None if in_one_file else Repository([source, Source("crd.yaml", DEFINITION.encode())])
    done = fix(source, OPTIONS, repository, unsafe=True)
    assert done.source.text == above + WIDGET.replace("[db.internal, db.internal]", "[db.internal]")


def test_lists_that_only_the_config_names_are_fixed() -> None:
    text = WIDGET.replace("extraHosts", "names")
    settings = Settings(configured_pod_specs=(ConfiguredPodSpec("Widget", None, "spec.names"),))
    done = fixed(text, options=replace(OPTIONS, settings=settings))
    assert done.source.text == text.replace("[db.internal, db.internal]", "[db.internal]").replace("DB8", "db8", 1)


# Fixes that break their promise: they are left out, and their finding says why.


class Broken(Rule):
    """A rule that puts `new` in the place of `old`."""

    name = "broken"
    severity = Severity.WARNING
    old = new = title = ""
    safety = Safety.SAFE

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        at = pod.object.document.source.text.find(self.old)
        if at >= 0:
            edit = Edit(Span(at, at + len(self.old)), self.new)
            yield self.report(pod, pod.spec, "broken", field="spec", fix=Fix(self.title, (edit,), self.safety))


def broken(
    old: str,
    new: str,
    safety: Safety,
    monkeypatch: pytest.MonkeyPatch,
    text: str = POD,
    *,
    title: str = "",
    others: str = "",
) -> Fixed:
    monkeypatch.setattr(linting, "RULES", (*RULES, Broken))
    for name, value in {"old": old, "new": new, "safety": safety, "title": title or f"Replace {old}"}.items():
        monkeypatch.setattr(Broken, name, value)
    return fixed(text, unsafe=True, options=Options(selected=frozenset({"broken", others or "broken"})))


def assert_left_out(done: Fixed, why: str) -> None:
    assert (done.source.text, done.rounds, done.applied) == (POD, [], [])
    (left_out,) = done.left_out
    assert left_out.rule == "broken"
    assert why in left_out.reason
    (finding,) = done.result.findings
    assert finding.message == f"broken (not repaired: {left_out.reason})"
    assert finding.fix is not None
    assert finding.fix.safety is Safety.DISPLAY_ONLY


WRONG_FOR_ALL = [
    ("spec:", "spec: [", "the result cannot be read"),
    ("kind: Pod", "kind: Job", "the objects change"),
    ("spec:", "---\nspec:", "the number of documents changes"),
    ("10.0.0.25", "10.0.0.25 ", None),
]
WRONG_IF_SAFE = [
    ("image: web", "image: [web]", "data beside the aliases changes"),
    ("image: web", "image: web, tty: true", "data beside the aliases changes"),
    ("[{name", "[{image: x}, {name", "data beside the aliases changes"),
    ("10.0.0.25", "10.0.0.27", "a pod's names and addresses change"),
    ("db.internal, db.internal", "db", "a pod's names and addresses change"),
    ("10.0.0.26", "010.0.0.26", "a pod's names and addresses change"),
]


@pytest.mark.parametrize(("old", "new", "why"), WRONG_FOR_ALL)
@pytest.mark.parametrize("safety", [Safety.SAFE, Safety.UNSAFE])
def test_wrong_fix(old: str, new: str, why: str | None, safety: Safety, monkeypatch: pytest.MonkeyPatch) -> None:
    done = broken(old, new, safety, monkeypatch)
    if why is None:
        # It is made again and again, and the text stays readable.
        assert len(done.rounds) == MAX_ROUNDS
        assert f"no end to it after {MAX_ROUNDS} rounds" in done.left_out[0].reason
    else:
        assert_left_out(done, why)


@pytest.mark.parametrize(("old", "new", "why"), WRONG_IF_SAFE)
def test_fix_that_is_not_safe(old: str, new: str, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if old not in new:
        assert broken(old, new, Safety.UNSAFE, monkeypatch).source.text == POD.replace(old, new, 1)
    assert_left_out(broken(old, new, Safety.SAFE, monkeypatch), why)


BESIDE = """\
metadata:
  name: web
  annotations:
    tagged: !!str 5
    anchored: &it one
    alias: *it
    kept: |+
      text

    other: two
"""


@pytest.mark.parametrize(
    ("old", "new"), [("!!str 5", "!!int 5"), ("&it one", "&it two"), ("      text\n\n", "      text\n")]
)
def test_data_beside_that_changes_with_text_outside_of_it(old: str, new: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tag, an anchor elsewhere, and the blank lines behind a block scalar."""
    pod = POD.replace("metadata: {name: web}\n", BESIDE)
    done = broken(old, new, Safety.SAFE, monkeypatch, pod, title="`5` `it` `one` `text`")
    assert [item.reason for item in done.left_out] == ["data beside the aliases changes"]
    assert done.source.text == pod


def test_safe_fix_that_hides_a_name_from_a_resolver(monkeypatch: pytest.MonkeyPatch) -> None:
    """uClibc reads the first four names of a line."""
    pod = POD.replace("[Cache.internal]", "[a.internal, b.internal, c.internal, d.internal, e.internal]")
    pod = pod.replace("e.internal]", "e.internal, a.internal]")
    done = broken("[a.internal, b", "[b", Safety.SAFE, monkeypatch, pod)
    assert [item.reason for item in done.left_out] == ["uclibc no longer finds `a.internal`"]
    assert done.source.text == pod


def test_fix_with_a_new_error(monkeypatch: pytest.MonkeyPatch) -> None:
    done = broken("  hostAliases:", "  subdomain: A\n  hostAliases: ", Safety.UNSAFE, monkeypatch)
    assert_left_out(done, "an error that was not there before: invalid-pod-hostname")


@pytest.mark.parametrize(
    ("old", "new", "lost"),
    [
        ("Cache.internal", "cache.internal", "Cache.internal"),
        ("db.internal, db.internal", "db.internal", None),
        ("db.internal, db.internal", "db", "db.internal"),
        ("{name: web, image: web}", "{name: web}", "image"),
        ("  - ip: 10.0.0.26\n    hostnames: [Cache.internal]\n", "", "10.0.0.26"),
    ],
)
def test_fix_that_takes_something_away_without_a_word(
    old: str, new: str, lost: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = broken(old, new, Safety.UNSAFE, monkeypatch, title="Improve it")
    if lost is None:
        assert done.source.text == POD.replace(old, new)
    else:
        assert_left_out(done, f"`{lost}` would get lost unnoticed")


def test_the_other_fixes_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    done = broken("image: web", "image: [web]", Safety.SAFE, monkeypatch, others="duplicate-hostname")
    assert done.source.text == POD.replace("[db.internal, db.internal]", "[db.internal]")
    assert [finding.rule for finding in done.applied] == ["duplicate-hostname"]
    (finding,) = done.result.findings
    assert "not repaired: data beside the aliases changes" in finding.message


def test_repairs_that_undo_each_other_come_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """`Cache` becomes `cache` by one rule, and by another one again what it was."""
    done = broken("cache.internal", "Cache.internal", Safety.UNSAFE, monkeypatch, others="invalid-hostname")
    assert done.source.text == POD.replace("Cache", "cache")
    assert [(item.rule, item.reason) for item in done.left_out] == [("broken", "it only undoes another repair")]


# Which fixes can be made together.


def a_fix(*edits: tuple[int, int, str], scope: Span | None = None) -> Fix:
    return Fix("fix", tuple(Edit(Span(start, end), text) for start, end, text in edits), scope=scope)


def test_of_fixes_that_fill_one_list_only_the_first_is_made() -> None:
    fills = Span(0, 90)
    first, second, elsewhere = (
        replace(a_fix((at, at, "x")), fills=pod) for at, pod in ((3, fills), (8, fills), (99, Span(95, 120)))
    )
    assert without_conflicts([first, second, elsewhere, a_fix((9, 9, "y"))]) == [first, elsewhere, a_fix((9, 9, "y"))]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Span(0, 2), Span(0, 2)),
        (Span(2, 5), Span(2, 4)),
        (Span(5, 9), Span(4, 8)),
        (Span(9, 12), Span(8, 14)),
        (Span(12, 13), Span(14, 15)),
    ],
)
def test_where_a_piece_stands_after_edits(before: Span, after: Span) -> None:
    assert moved([before], [Edit(Span(10, 10), "abc"), Edit(Span(3, 4), "")]) == [after]


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        (a_fix((0, 2, "")), a_fix((2, 4, "")), True),
        (a_fix((0, 3, "")), a_fix((2, 4, "")), False),
        (a_fix((2, 4, "")), a_fix((0, 6, "")), False),
        (a_fix((0, 2, ""), (8, 9, "")), a_fix((4, 5, "")), True),
        (a_fix((0, 2, ""), (8, 9, "")), a_fix((4, 5, ""), (8, 9, "x")), False),
        (a_fix((3, 3, "a")), a_fix((3, 3, "b")), True),
        (a_fix((3, 3, "a")), a_fix((3, 3, "a")), False),
        (a_fix((3, 3, "a")), a_fix((3, 5, "")), False),
        (a_fix((3, 5, "")), a_fix((5, 5, "a")), False),
        (a_fix((3, 5, "")), a_fix((4, 4, "a")), False),
        (a_fix((3, 5, "")), a_fix((6, 6, "a")), True),
        (a_fix((3, 3, "a"), scope=Span(0, 9)), a_fix((6, 6, "b")), False),
        (a_fix((3, 3, "a"), scope=Span(0, 9)), a_fix((12, 12, "b")), True),
    ],
)
def test_fixes_that_meet(first: Fix, second: Fix, together: bool) -> None:
    assert without_conflicts([first, second]) == ([first, second] if together else [first])


def test_insertions_at_one_place_keep_their_order() -> None:
    assert splice("xy", [Edit(Span(1, 1), "a"), Edit(Span(1, 2), ""), Edit(Span(1, 1), "b")]) == "xab"
