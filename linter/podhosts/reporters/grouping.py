"""What stands behind an anchor is one text for many objects: people want to read it once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.records import replace
from podhosts.reporters.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.diagnostics import Diagnostic


def grouped(findings: Iterable[Diagnostic]) -> Iterator[tuple[Diagnostic, str]]:
    """Findings in order, those that differ only in their object as one, with the message to show: one line without
    hidden characters."""
    groups: dict[object, list[Diagnostic]] = {}
    for finding in findings:
        place = (finding.source.path, finding.source.start, finding.span)
        key = (*place, finding.rule, finding.severity, finding.message)
        groups.setdefault(key, []).append(finding)
    for group in groups.values():
        first = group[0]
        related = tuple(dict.fromkeys(related for finding in group for related in finding.related))
        note = f" (in {len(group)} objects)" if len(group) > 1 else ""
        yield (replace(first, related=related) if len(group) > 1 else first), visible(first.message) + note
