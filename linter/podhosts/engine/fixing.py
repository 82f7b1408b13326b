"""Fixing a source: all fixes that do not meet at a time, again and again until none is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.document import Part, whole
from podhosts.edits import Edit, Safety, moved, splice, without_conflicts
from podhosts.engine.results import Result
from podhosts.engine.verifying import VerificationError, Verifier
from podhosts.records import NamedTuple, field, record, replace
from podhosts.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Iterable

    from podhosts.diagnostics import Diagnostic
    from podhosts.edits import Fix
    from podhosts.engine.results import Options
    from podhosts.repository import Words
    from podhosts.source import Source, Span

#: How often a source is read again; each round makes all fixes that do not meet, so few are needed.
MAX_ROUNDS = 100


class LeftOut(NamedTuple):
    """A fix that was not made: the rule and the span of its finding, in the text after fixing, and the reason."""

    rule: str
    span: Span
    reason: str


@record(slots=True)
class Fixed:
    """What fixing gave: the source after it, what is left to find there, and what was done.

    `applied` are the findings as they stood when they were fixed; `rounds` the edits of each round, each in the text
    that the round before it left. `left_out` are fixes that failed their check; their findings say so.
    """

    source: Source
    result: Result
    applied: list[Diagnostic] = field(default_factory=list)
    rounds: list[tuple[Edit, ...]] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    #: What the last round looked up in the repository, to find `result`.
    lookups: frozenset[Words] = frozenset()
    #: By how many bytes the source is longer than before.
    growth: int = 0


def fix(
    given: Source | Part,
    options: Options,
    repository: Repository | None = None,
    *,
    unsafe: bool = False,
    findings: list[Diagnostic] | None = None,
) -> Fixed:
    """Apply the safe fixes of what `lint` finds, with `unsafe` the unsafe ones too, to a fixed point.

    `given` is a source or a section of a large file, `findings` what `lint` finds in it, where that is known.
    Suppressed findings and those of rules that are not selected are not fixed. Each round is checked, and its text read
    again. A fix that does what it may not do is left out, and the others are made.
    """
    text = given if isinstance(given, Part) else whole(given)
    if text.kept is None:
        text = text.keeping()
    verifier = Verifier(text, options, repository or Repository([text.source], is_whole=False))
    if findings is not None:
        verifier.know(text, Result(findings=findings))
    fixed = Fixed(text.source, verifier.lint(text))
    seen = {text.source.text}
    while chosen := _choose(fixed, unsafe=unsafe):
        if len(fixed.rounds) == MAX_ROUNDS:
            _leave_out(fixed, chosen, f"there is no end to it after {MAX_ROUNDS} rounds")
            continue
        if unsaid := verifier.unsaid(text, [_fix_of(finding) for finding in chosen]):
            for number, lost in unsaid.items():
                _leave_out(fixed, [chosen[number]], f"`{lost}` would get lost unnoticed")
            continue
        after, problem = _try(text, chosen, verifier, seen)
        while problem is not None and len(chosen) > 1:
            # Those that cannot be made together wait for the next round, and one that fails alone is found by halves.
            chosen = chosen[: len(chosen) // 2]
            after, problem = _try(text, chosen, verifier, seen)
        if problem is not None:
            _leave_out(fixed, chosen, problem)
            continue
        text = after
        _make(fixed, chosen, after.source)
        seen.add(after.source.text)
        fixed.result = verifier.lint(after)
        fixed.lookups = verifier.lookups
    fixed.result.findings = explained(fixed.result.findings, fixed.left_out)
    return fixed


def explained(
    findings: Iterable[Diagnostic], left_out: Iterable[LeftOut], rounds: Iterable[Iterable[Edit]] = ()
) -> list[Diagnostic]:
    """The findings of a text, those whose fix was left out with the reason, and the fix only to be looked at.

    `rounds` are the edits that lead from that text to the one that `left_out` is about.
    """
    findings = list(findings)
    reasons = {(item.rule, item.span): item.reason for item in left_out}
    if not reasons:
        return findings
    spans = [finding.span for finding in findings]
    for edits in rounds:
        spans = moved(spans, edits)
    return [
        _explained(finding, reason) if (reason := reasons.get((finding.rule, span))) else finding
        for finding, span in zip(findings, spans, strict=True)
    ]


def _explained(finding: Diagnostic, reason: str) -> Diagnostic:
    fix = finding.fix and replace(finding.fix, safety=Safety.DISPLAY_ONLY)
    return replace(finding, message=f"{finding.message} (not repaired: {reason})", fix=fix)


def _choose(fixed: Fixed, *, unsafe: bool) -> list[Diagnostic]:
    """The findings to fix in this round: safe ones alone, so that they can be held to their promise."""
    left_out = {(item.rule, item.span) for item in fixed.left_out}
    for safety in (Safety.SAFE, Safety.UNSAFE) if unsafe else (Safety.SAFE,):
        by_fix = {
            finding.fix: finding
            for finding in fixed.result.findings
            if finding.fix and finding.fix.safety is safety and (finding.rule, finding.span) not in left_out
        }
        if by_fix:
            return [by_fix[fix] for fix in without_conflicts(by_fix)]
    return []


def _try(text: Part, chosen: list[Diagnostic], verifier: Verifier, seen: set[str]) -> tuple[Part, str | None]:
    """The text with the fixes made, and what is wrong with it, if anything."""
    try:
        after = text.with_text(splice(text.source.text, _edits(chosen)))
        if after.source.text in seen:
            return after, "it only undoes another repair"
        verifier.check(text, after, safe=_fix_of(chosen[0]).safety is Safety.SAFE)
    except (VerificationError, ValueError) as error:
        # Edits of one fix that overlap are a ValueError.
        return text, str(error)
    return after, None


def _make(fixed: Fixed, chosen: list[Diagnostic], after: Source) -> None:
    edits = _edits(chosen)
    spans = moved((item.span for item in fixed.left_out), edits)
    fixed.left_out = [item._replace(span=span) for item, span in zip(fixed.left_out, spans, strict=True)]
    fixed.growth += len(after.data) - len(fixed.source.data)
    fixed.source = after
    fixed.applied += chosen
    fixed.rounds.append(edits)


def _leave_out(fixed: Fixed, findings: Iterable[Diagnostic], reason: str) -> None:
    fixed.left_out += [LeftOut(finding.rule, finding.span, reason) for finding in findings]


def _edits(findings: Iterable[Diagnostic]) -> tuple[Edit, ...]:
    return tuple(edit for finding in findings for edit in _fix_of(finding).edits)


def _fix_of(finding: Diagnostic) -> Fix:
    assert finding.fix is not None  # `_choose` takes no others
    return finding.fix
