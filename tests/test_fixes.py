"""What the rules' fixes make of all case files and of the examples in the rules' docstrings.

`pytest --update tests/test_fixes.py` writes the fixed case files anew; read what changes.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from podhosts.diagnostics import Severity
from podhosts.edits import Safety, splice
from podhosts.engine import Options, default_selection, lint
from podhosts.engine.fixing import fix
from podhosts.rules import RULES
from podhosts.rules.base import Fixable
from podhosts.source import Source
from tests.charts import files_in_one
from tests.paths import CASES, EXAMPLES
from tests.test_rule_cases import FIXED, load, manifests, options, run
from tests.test_rule_examples import bare, examples

if TYPE_CHECKING:
    from pathlib import Path

    from podhosts.diagnostics import Diagnostic
    from podhosts.rules import Rule
    from tests.goldens import Golden

#: Without charts, of which a fix needs more than one file: `test_evaluated_charts.py`.
FILES = [
    path
    for path in (*manifests(CASES), *manifests(EXAMPLES))
    if not files_in_one(path.read_bytes().decode("utf-8", "replace"))
]
every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")


def counted(findings: list[Diagnostic], severity: Severity = Severity.INFO) -> Counter[str]:
    return Counter(finding.rule for finding in findings if finding.severity.at_least(severity))


@every_file
def test_each_fix_alone_removes_its_finding_and_brings_no_error(path: Path) -> None:
    case = load(path)
    findings = run(case).findings
    for finding in findings:
        if finding.fix is None or finding.fix.safety is Safety.DISPLAY_ONLY:
            continue
        fixed = case.source.with_text(splice(case.source.text, finding.fix.edits))
        left = lint(fixed, options(case)).findings
        assert counted(left)[finding.rule] < counted(findings)[finding.rule], finding.message
        assert counted(left, Severity.ERROR) <= counted(findings, Severity.ERROR), finding.message


@every_file
@pytest.mark.parametrize("ending", FIXED)
def test_fixed_file(path: Path, ending: str, golden: Golden) -> None:
    """The whole way, checked as in a run: it ends, and a second run has nothing to do."""
    case = load(path)
    fixed = fix(case.source, options(case), unsafe=ending == ".unsafe-fixed")
    # What the safe fixes make of a file need not be written down again where there are no others.
    is_told = bool(fixed.rounds) and path.is_relative_to(CASES) and (ending == ".fixed" or has_unsafe(fixed.applied))
    golden(path.with_name(f"{path.stem}{ending}{path.suffix}"), fixed.source.data if is_told else None)
    assert fix(fixed.source, options(case), unsafe=ending == ".unsafe-fixed").rounds == []


def has_unsafe(findings: list[Diagnostic]) -> bool:
    return any(finding.fix is not None and finding.fix.safety is Safety.UNSAFE for finding in findings)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_bad_example_becomes_the_good_one(rule: type[Rule]) -> None:
    """Where the bad example's findings carry fixes, they make the good example of it, but for a name that is chosen."""
    (bad,), (good,) = examples(rule, "Bad"), examples(rule, "Good")
    selected = Options(selected=default_selection() | {rule.name})
    fixed = fix(Source("example.yaml", bare(bad).encode()), selected, unsafe=True)
    of_rule = [finding for finding in fixed.applied if finding.rule == rule.name]
    if rule.fixable is Fixable.NEVER:
        assert of_rule == []
    elif of_rule and rule.name not in CHOSEN:
        assert fixed.source.text == bare(good)


#: Rules whose good example shows another way than their fix takes.
CHOSEN = {"pod-hostname-alias", "localhost-alias", "empty-hostnames", "unused-suppression"}


def test_rules_say_which_of_them_have_fixes() -> None:
    offered = {finding.rule for path in FILES for finding in run(load(path)).findings if finding.fix is not None}
    fixable = {rule.name for rule in RULES if rule.fixable is not Fixable.NEVER}
    assert offered | {"host-path-hosts-file"} == fixable  # with a node's file alone: `test_moves.py`
