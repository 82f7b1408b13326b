"""Comments that editors put in to silence a finding: in every case of every rule they silence just that."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from podhosts.document import Document, split
from podhosts.edits import splice
from podhosts.engine import Options, default_selection, lint
from podhosts.kubernetes import parse_version
from podhosts.rules import RULES, Settings
from podhosts.source import Source
from podhosts.suppressions import addition
from tests.paths import CASES, EXAMPLES
from tests.test_rule_cases import load, manifests

if TYPE_CHECKING:
    from pathlib import Path

    from podhosts.diagnostics import Diagnostic

#: Rules about suppressions, and about text in which nothing can be suppressed.
NOT_SILENCED = {"unused-suppression", "expired-suppression", "syntax-error"}
MOST_FINDINGS = 12
EVERYTHING = frozenset(rule.name for rule in RULES)


def silenced(source: Source, finding: Diagnostic) -> Source | None:
    """The source with a comment that silences the finding; None where no comment can."""
    for piece in split(source.text):
        if piece.span.start <= finding.span.start < piece.span.end:
            edits = addition(Document(source, piece), finding.span.start, finding.rule)
            return source.with_text(splice(source.text, edits)) if edits else None
    return None


def kinds(findings: list[Diagnostic]) -> Counter[tuple[str, str, str | None]]:
    return Counter((item.rule, item.message, item.field) for item in findings)


@pytest.mark.parametrize(
    "path", [*manifests(CASES), *manifests(EXAMPLES)], ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_every_case_can_be_silenced(path: Path) -> None:
    case = load(path)
    options = Options(Settings(parse_version(case.version)[0]), EVERYTHING)
    before = lint(case.source, options).findings
    # Long lists repeat themselves.
    for finding in before[:MOST_FINDINGS]:
        if finding.rule in NOT_SILENCED:
            continue
        after = silenced(case.source, finding)
        if after is None:
            is_broken = any(item.rule == "syntax-error" for item in before)
            assert path.suffix == ".json" or "{{" in case.source.text or is_broken, finding
            continue
        left = kinds(lint(after, options).findings)
        assert left <= kinds(before), after.text
        key = (finding.rule, finding.message, finding.field)
        assert left[key] < kinds(before)[key], after.text


POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  hostAliases:
%s
  containers: [{name: web, image: web}]
"""
ADDED = "# podhosts: ignore[invalid-ip]"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  - ip: nope", f"  - ip: nope  {ADDED}"),
        ("  - ip: nope ", f"  - ip: nope {ADDED}"),
        ("  - ip: nope # from the old list", f"  {ADDED}\n  - ip: nope # from the old list"),
        (
            "  - ip: nope # podhosts: ignore[long-label] old",
            "  - ip: nope # podhosts: ignore[long-label, invalid-ip] old",
        ),
        (
            "  # podhosts: ignore[long-label]\n  - ip: nope",
            "  # podhosts: ignore[long-label, invalid-ip]\n  - ip: nope",
        ),
        (
            "  - ip: nope # podhosts: ignore[long-label] until=2999-01-01",
            f"  {ADDED}\n  - ip: nope # podhosts: ignore[long-label] until=2999-01-01",
        ),
        ("  - {ip: nope,\n     hostnames: [a]}", f"  - {{ip: nope,  {ADDED}\n     hostnames: [a]}}"),
        ('  - ip: "no\n      pe"', f'  {ADDED}\n  - ip: "no\n      pe"'),
        ('  - hostnames: ["a\n     b"]\n    ip: nope', f'  - hostnames: ["a\n     b"]\n    ip: nope  {ADDED}'),
        ('  - {hostnames: ["a\n     b"], ip: "no\n     pe"}', None),
        ("  - {ip: nope, hostnames: [{{ .name }}]}", None),
    ],
)
@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_where_the_comment_goes(before: str, after: str | None, line_break: str) -> None:
    source = Source("a.yaml", (POD % before).replace("\n", line_break).encode())
    options = Options(selected=frozenset({"invalid-ip"}))
    (finding,) = lint(source, options).findings
    changed = silenced(source, finding)
    if after is None:
        assert changed is None
        return
    assert changed is not None
    assert changed.text == (POD % after).replace("\n", line_break)
    assert lint(changed, options).findings == []


@pytest.mark.parametrize("piece", ["- ip: 10.0.0.256", "a: 1"])
def test_a_suppression_in_a_piece_that_no_rule_looks_at_is_not_unused(piece: str) -> None:
    text = f"{piece}  # podhosts: ignore[invalid-ip] why\n"
    assert lint(Source("piece.yaml", text.encode()), Options(selected=default_selection())).findings == []
