"""Findings behind an anchor: one text for many objects: people want to read it once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Words
from podhosts.records import replace
from podhosts.reporters.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.edits import Fix
    from podhosts.source import Position


def grouped(findings: Iterable[Diagnostic]) -> Iterator[tuple[Diagnostic, Words]]:
    """Findings in order, those that differ only in their object as one, with the words to show: each part one line
    without hidden characters."""
    groups: dict[object, list[Diagnostic]] = {}
    for finding in findings:
        place = (finding.source.path, finding.source.start, finding.span)
        key = (*place, finding.rule, finding.severity, finding.words)
        groups.setdefault(key, []).append(finding)
    for group in groups.values():
        first = group[0]
        if len(group) == 1:
            yield first, shown(first)
            continue
        related = list(dict.fromkeys(related for finding in group for related in finding.related))
        more = max(finding.more_related for finding in group)
        together = replace(first, related=(), more_related=0).with_related(related, more)
        yield together, shown(first)._replace(message=f"{visible(first.message)} (in {len(group)} objects)")


def shown(finding: Diagnostic) -> Words:
    """The words of a finding, each part as one line without hidden characters."""
    return Words(*map(visible, finding.words))


class SharedFixes:
    """The number of the first finding with a fix: one fix may serve thousands, and is written once."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, Position, Fix], int] = {}

    def first(self, finding: Diagnostic, number: int) -> int | None:
        """The number of the first finding with this one's fix, `number` for this one itself; None without a fix."""
        if finding.fix is None:
            return None
        return self._first.setdefault((finding.source.path, finding.source.start, finding.fix), number)
