"""One line a finding; every problem matcher rests on it: `path:line:column: severity: message [rule]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.reporters.grouping import grouped
from podhosts.reporters.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.engine import Result


def render(result: Result) -> Iterator[str]:
    """The lines of the report, without line breaks."""
    for finding, message in grouped(result.findings):
        at = finding.source.position(finding.span.start)
        place = f"{visible(finding.source.path)}:{at.line}:{at.column}"
        yield f"{place}: {finding.severity}: {visible(message)} [{finding.rule}]"
