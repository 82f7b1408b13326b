"""No fix takes anything away that neither its title nor its result says, comments included."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from podhosts.edits import Safety, splice
from podhosts.engine import Options, default_selection, lint
from podhosts.engine.removals import Removals
from podhosts.kubernetes import KnownKinds
from podhosts.rules import RULES, Settings
from podhosts.source import Source
from tests.paths import CASES, EXAMPLES
from tests.test_rule_cases import load, manifests, run
from tests.test_rule_examples import bare, examples

if TYPE_CHECKING:
    from pathlib import Path

    from podhosts.diagnostics import Diagnostic
    from podhosts.edits import Fix
    from podhosts.rules import Rule

KINDS = KnownKinds()
POD = """\
apiVersion: v1
kind: Pod
metadata: {{name: web}}
spec:
  hostAliases:
{entries}
  containers: [{{name: web, image: web}}]
"""


def assert_said(source: Source, findings: list[Diagnostic]) -> None:
    fixes = [finding.fix for finding in findings if finding.fix is not None]
    removals = Removals(source, KINDS, fixes)
    for fix in fixes:
        assert removals.unsaid(fix) is None, fix.title


@pytest.mark.parametrize(
    "path", [*manifests(CASES), *manifests(EXAMPLES)], ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_fixes_of_cases(path: Path) -> None:
    case = load(path)
    assert_said(case.source, run(case).findings)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_fixes_of_examples(rule: type[Rule]) -> None:
    for text in examples(rule, "Bad"):
        source = Source("bad.yaml", bare(text).encode())
        findings = lint(source, Options(Settings(), default_selection() | {rule.name})).findings
        assert_said(source, findings)


def fixes(entries: str, rule: str) -> tuple[Source, list[Fix]]:
    source = Source("pod.yaml", POD.format(entries=entries).encode())
    findings = lint(source, Options(Settings(), frozenset({rule}))).findings
    assert_said(source, findings)
    return source, [finding.fix for finding in findings if finding.fix is not None]


def test_names_of_another_type_are_not_dropped() -> None:
    """A string or mapping where a list of names belongs holds names too."""
    for names in ('"db, api"', '"a.example.com,b.example.com"', "{db: api}", "[db, {api: x}]", "db", "[[db]]"):
        first, second = "  - {ip: 10.0.0.3, hostnames: [a.b.c]}", f"  - {{ip: 10.0.0.3, hostnames: {names}}}"
        assert fixes(f"{first}\n{second}", "duplicate-ip")[1] == []


def test_an_entry_with_a_key_twice_is_not_merged() -> None:
    """What kubectl drops of it is for people to look at."""
    text = "  - {ip: 10.0.0.3, hostnames: [a]}\n  - {ip: 10.0.0.3, hostnames: [b], hostnames: [c]}"
    assert fixes(text, "duplicate-ip")[1] == []


@pytest.mark.parametrize("names", ["", ", hostnames: null", ", hostnames: []"])
def test_nothing_is_lost_with_an_entry_without_names(names: str) -> None:
    text = f"  - {{ip: 10.0.0.3, hostnames: [a.b.c]}}\n  - {{ip: 10.0.0.3{names}}}"
    _, (fix,) = fixes(text, "duplicate-ip")
    assert fix.title == "Merge into entry 1 of `10.0.0.3`; bring it to a live object with `kubectl replace`"


@pytest.mark.parametrize("quotes", ["''", '""', ""])
@pytest.mark.parametrize("written", ['"it\'s a"', "'it''s a'", '"a\\\\b"', '"a \\" b"', '"größe\\u202e"', "it's b"])
def test_a_name_in_other_quotes_is_the_same_one(written: str, quotes: str) -> None:
    """Merged into an entry of another style it is written with that one's escapes."""
    first = f"{quotes[:1]}a{quotes[:1]}"
    entries = f"  - {{ip: 10.0.0.1, hostnames: [{first}]}}\n  - {{ip: 10.0.0.1, hostnames: [{written}]}}"
    source = Source("pod.yaml", POD.format(entries=entries).encode())
    findings = lint(source, Options(Settings(), default_selection())).findings
    assert "duplicate-ip" in {item.rule for item in findings if item.fix is not None}
    assert_said(source, findings)


def test_names_that_the_first_entry_has_already() -> None:
    text = "  - {ip: 10.0.0.3, hostnames: [db, api]}\n  - {ip: 10.0.0.3, hostnames: [api, web, db]}"
    _, (fix,) = fixes(text, "duplicate-ip")
    assert fix.title.startswith("Merge into entry 1 of `10.0.0.3`, which has `api`, `db` already; bring it to")


ENTRY = """\
  - ip: 10.0.0.4
    # what remains of the old setup
    hostnames:
    - localhost  # first
    - ip6-localhost
"""
OTHER = "  - {ip: 10.0.0.5, hostnames: [db]}"


def test_a_title_names_all_names_and_comments_of_an_entry() -> None:
    source, found = fixes(ENTRY + OTHER, "localhost-alias")
    (fix,) = dict.fromkeys(found)
    assert fix.title == (
        "Remove the entry `10.0.0.4 localhost ip6-localhost` "
        "(with the comments `# what remains of the old setup`, `# first`)"
    )
    assert splice(source.text, fix.edits) == POD.format(entries=OTHER)


def test_a_title_names_all_entries_of_a_list() -> None:
    more = "  - {ip: '::1', hostnames: [localhost]}  # second"
    (fix,) = dict.fromkeys(fixes(ENTRY + more, "localhost-alias")[1])
    assert fix.title == (
        "Remove `hostAliases`: `10.0.0.4 localhost ip6-localhost`, `::1 localhost` "
        "(with the comments `# what remains of the old setup`, `# first`, `# second`)"
    )


def test_a_title_names_the_name_that_goes_alone() -> None:
    text = "  - ip: 10.0.0.4\n    hostnames:\n    - db\n    - localhost  # why?\n"
    _, (fix,) = fixes(text.rstrip(), "localhost-alias")
    assert fix.title == "Remove the alias `localhost` (with the comment `# why?`)"


def test_own_line_comments_around_an_entry_stay() -> None:
    text = "  # above\n  - {ip: 10.0.0.4, hostnames: [localhost]}\n  # below\n"
    source, (fix,) = fixes(text + OTHER, "localhost-alias")
    after = splice(source.text, fix.edits)
    assert "  # above\n  # below\n" in after
    assert "comment" not in fix.title


def test_an_entry_without_names_is_named_by_its_address() -> None:
    _, (fix,) = fixes(f"  - ip: 10.0.0.4\n{OTHER}", "empty-hostnames")
    assert fix.title == "Remove the entry `10.0.0.4`"
    _, (fix,) = fixes(f"  - {{}}\n{OTHER}", "empty-hostnames")
    assert fix.title == "Remove the empty entry"


def test_a_suppression_is_named_with_its_reason() -> None:
    text = "  - {ip: 10.0.0.5, hostnames: [db]}  # podhosts: ignore[invalid-ip] filled in later"
    source = Source("pod.yaml", POD.format(entries=text).encode())
    (finding,) = lint(source, Options(Settings(), default_selection())).findings
    assert finding.fix is not None
    assert finding.fix.safety is Safety.SAFE
    assert finding.fix.title == (
        "Remove the suppression of `invalid-ip` (with the comment `# podhosts: ignore[invalid-ip] filled in later`)"
    )
