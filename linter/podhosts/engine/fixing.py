"""Fixing a source: all fixes that do not meet at a time, again and again until none is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.edits import Edit, Safety, splice, without_conflicts
from podhosts.engine.linting import lint
from podhosts.engine.verifying import VerificationError, Verifier
from podhosts.records import field, record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from podhosts.diagnostics import Diagnostic
    from podhosts.edits import Fix
    from podhosts.engine.results import Options, Result
    from podhosts.source import Source
    from podhosts.workspace import Workspace

#: How often a source is read again; each round makes all fixes that do not meet, so few are needed.
MAX_ROUNDS = 100


class FixError(Exception):
    """A fix broke its promise: a mistake in podhosts, so the file is left as it is. The text names the rule."""


@record(slots=True)
class Fixed:
    """What fixing gave: the source after it, what is left to find there, and what was done.

    `applied` are the findings as they stood when they were fixed; `rounds` the edits of each round, each in the text
    that the round before it left.
    """

    source: Source
    result: Result
    applied: list[Diagnostic] = field(default_factory=list)
    rounds: list[tuple[Edit, ...]] = field(default_factory=list)


def fix(source: Source, options: Options, workspace: Workspace | None = None, *, unsafe: bool = False) -> Fixed:
    """Apply the safe fixes of what `lint` finds, with `unsafe` the unsafe ones too, to a fixed point.

    Suppressed findings and those of rules that are not selected are not fixed. After each round the text is read again
    and checked. Raises FixError where a fix did what it may not do, or the rounds do not end.
    """
    fixed = Fixed(source, lint(source, options, workspace))
    verifier = Verifier(options, workspace)
    seen = {source.text}
    while chosen := _choose(fixed.result.findings, unsafe=unsafe):
        after = _applied(fixed.source, chosen)
        if len(fixed.rounds) == MAX_ROUNDS or after.text in seen:
            raise FixError(f"the fixes of {_rules(chosen)} do not come to an end")
        safe = _fix_of(chosen[0]).safety is Safety.SAFE
        try:
            verifier.check(fixed.source, after, safe=safe)
        except VerificationError as error:
            raise FixError(_blame(fixed.source, chosen, verifier, error, safe=safe)) from None
        seen.add(after.text)
        fixed.applied += chosen
        fixed.rounds.append(tuple(edit for finding in chosen for edit in _fix_of(finding).edits))
        if workspace is not None:
            workspace.replace(after)
        fixed.source = after
        fixed.result = lint(after, options, workspace)
    return fixed


def _choose(findings: Iterable[Diagnostic], *, unsafe: bool) -> list[Diagnostic]:
    """The findings to fix in this round: safe ones alone, so that they can be held to their promise."""
    for safety in (Safety.SAFE, Safety.UNSAFE) if unsafe else (Safety.SAFE,):
        by_fix = {finding.fix: finding for finding in findings if finding.fix and finding.fix.safety is safety}
        if by_fix:
            return [by_fix[fix] for fix in without_conflicts(by_fix)]
    return []


def _applied(source: Source, findings: Iterable[Diagnostic]) -> Source:
    edits = [edit for finding in findings for edit in _fix_of(finding).edits]
    return source.with_text(splice(source.text, edits))


def _fix_of(finding: Diagnostic) -> Fix:
    assert finding.fix is not None  # `_choose` takes no others
    return finding.fix


def _blame(
    before: Source, chosen: list[Diagnostic], verifier: Verifier, error: VerificationError, *, safe: bool
) -> str:
    """The message about a round that failed: the first fix that fails alone, or else all rules of the round."""
    for finding in chosen:
        try:
            verifier.check(before, _applied(before, [finding]), safe=safe)
        except VerificationError as alone:
            at = before.position(finding.span.start)
            return f"the fix of {finding.rule} at line {at.line}, column {at.column} is wrong: {alone}"
    return f"the fixes of {_rules(chosen)} together are wrong: {error}"


def _rules(findings: Iterable[Diagnostic]) -> str:
    return ", ".join(sorted({finding.rule for finding in findings}))
