"""One line a finding; every problem matcher rests on it: `path:line:column: severity: message; help [rule]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.reporters.grouping import grouped
from podhosts.reporters.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic, Words
    from podhosts.reporters.report import Report


def render(report: Report) -> Iterator[str]:
    """The lines of the report, without line breaks."""
    for finding, words in grouped(report.result.findings):
        yield line(finding, words)


def line(finding: Diagnostic, words: Words) -> str:
    """One finding in one line, with the words to show."""
    return f"{place(finding)}: {finding.severity}: {words.headline} [{finding.rule}]"


def place(finding: Diagnostic) -> str:
    """Where a finding begins, as `path:line:column`."""
    at = finding.source.position(finding.span.start)
    return f"{visible(finding.source.path)}:{at.line}:{at.column}"
