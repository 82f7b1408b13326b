"""Suppressions at work: what they suppress, and what is wrong with the suppressions themselves."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from podhosts.diagnostics import Diagnostic, Words
from podhosts.document import Document, Piece
from podhosts.engine.results import Suppressed
from podhosts.rules import RULES
from podhosts.rules.expired_suppression import ExpiredSuppression
from podhosts.rules.unused_suppression import UnusedSuppression
from podhosts.source import Span
from podhosts.suppressions import SuppressionIndex, corefile_suppressions, removal
from podhosts.surgery import repair

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.engine.results import Options, Result
    from podhosts.source import Source
    from podhosts.suppressions import MalformedSuppression, Suppression

_LOOKING_ELSEWHERE = frozenset(rule.name for rule in RULES if rule.looks_elsewhere)


def complaints(
    document: Document, suppressions: list[Suppression], mistakes: list[MalformedSuppression], options: Options
) -> Iterator[Diagnostic]:
    """Findings about suppressions that can be told without the other findings."""
    if not options.use_suppressions:
        return
    for mistake in mistakes:
        yield _complaint(document, mistake.span, mistake.words)
    known = {rule.name for rule in RULES}
    for item in suppressions:
        if item.rule not in known:
            words = Words(f"there is no rule `{item.rule}`", help=_nearest(item.rule, known))
            yield _complaint(document, item.span, words)
        if options.require_reason and item.reason is None:
            words = Words(f"this suppression of `{item.rule}` gives no reason", help="write why after the bracket")
            yield _complaint(document, item.span, words)


def _nearest(name: str, known: Iterable[str]) -> str:
    """What to write instead of a name that no rule has."""
    import difflib

    near = difflib.get_close_matches(name.lower(), sorted(known), n=1)
    return f"write `{near[0]}`" if near else "`podhosts rules` lists the rules"


def _complaint(document: Document, span: Span, words: Words) -> Diagnostic:
    return Diagnostic(
        UnusedSuppression.name,
        UnusedSuppression.severity,
        words.message,
        document.source,
        span,
        document.number,
        why=words.why,
        help=words.help,
    )


def suppress(findings: list[Diagnostic], suppressions: Iterable[Suppression], options: Options, result: Result) -> None:
    active = SuppressionIndex(
        item for item in suppressions if options.use_suppressions and not item.is_expired(options.today)
    )
    for finding in dict.fromkeys(findings):
        by = active.covering(finding)
        for item in by:
            item.used = True
        if by:
            if finding.rule in options.selected:
                result.suppressed.append(Suppressed(finding, by[0]))
        else:
            result.findings.append(finding)


def told_where_written(result: Result, options: Options, told: set[tuple[str, str, Span, str]]) -> Result:
    """The result with its findings about files that are taken in at their places there, but for those `told` already.

    The comments of a Corefile suppress them. What is told now is added to `told`, by `Diagnostic.written_at`.
    """
    moved = copy(result)
    moved.findings = [finding for finding in result.findings if finding.taken_in is None]
    moved.suppressed = [*result.suppressed]
    by_source: dict[Source, list[Diagnostic]] = {}
    for finding in (finding.taken_in for finding in result.findings):
        if finding is not None and finding.written_at not in told:
            told.add(finding.written_at)
            by_source.setdefault(finding.source, []).append(finding)
    for source, findings in by_source.items():
        document = Document(source, Piece(1, Span(0, len(source.text)), "yaml"))
        suppress(findings, corefile_suppressions(document), options, moved)
    return moved


def unused(
    document: Document, suppressions: list[Suppression], options: Options, *, sees_others: bool
) -> Iterator[Diagnostic]:
    """Expired suppressions, and unused ones of rules that have seen all they look at."""
    for item in suppressions:
        if item.rule not in options.selected:
            continue
        if item.is_expired(options.today):
            yield Diagnostic(
                ExpiredSuppression.name,
                ExpiredSuppression.severity,
                f"this suppression of `{item.rule}` ended on {item.until}",
                document.source,
                item.span,
                help="fix the finding, or set a new date",
            )
        elif not item.used and ((sees_others and item.rule not in options.near) or item.rule not in _LOOKING_ELSEWHERE):
            title = f"Remove the suppression of `{item.rule}`"
            fix = repair(document, title, removal(document, item))
            yield Diagnostic(
                UnusedSuppression.name,
                UnusedSuppression.severity,
                f"`{item.rule}` finds nothing here",
                document.source,
                item.span,
                fix=fix,
                help="remove the suppression",
            )
