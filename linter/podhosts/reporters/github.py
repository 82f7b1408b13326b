"""Workflow commands of GitHub Actions: annotations on the changed files.

GitHub shows only the first ten of a level, so errors come first and the total is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Severity
from podhosts.reporters.concise import place
from podhosts.reporters.grouping import grouped
from podhosts.reporters.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.reporters.report import Report

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report) -> Iterator[str]:
    """The lines of the report, without line breaks."""
    order = list(Severity)
    findings = sorted(grouped(report.result.findings), key=lambda pair: order.index(pair[0].severity))
    for finding, words in findings:
        start, end = finding.source.position(finding.span.start), finding.source.position(finding.span.end)
        path = report.relative(finding.source.path)
        properties = {"file": path, "line": start.line, "col": start.column, "endLine": end.line}
        if end.line == start.line:
            properties["endColumn"] = end.column
        properties["title"] = f"podhosts {finding.rule}"
        written = ",".join(f"{name}={_escape_property(str(value))}" for name, value in properties.items())
        text = f"{place(finding)}: {words.headline}"
        yield f"::{_LEVELS[finding.severity]} {written}::{_escape(text)}"
    if findings:
        yield f"podhosts: {len(findings)} {'finding' if len(findings) == 1 else 'findings'}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    # A line break in a path has an escape that GitHub undoes; other control characters have none.
    return visible(_escape(text).replace(":", "%3A").replace(",", "%2C"))
