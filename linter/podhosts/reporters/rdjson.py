"""Reviewdog Diagnostic Format: findings with suggestions for review comments. Its columns count bytes of UTF-8."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from podhosts.diagnostics import Severity
from podhosts.edits import Safety, splice
from podhosts.reporters.grouping import SharedFixes, grouped
from podhosts.reporters.json_text import Streamed, lines
from podhosts.reporters.visible import visible
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic, Words
    from podhosts.edits import Edit, Fix
    from podhosts.reporters.report import Report
    from podhosts.source import Source

_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.INFO: "INFO"}


def render(report: Report) -> Iterator[str]:
    """The report as one indented JSON text, in lines."""
    return lines({"source": {"name": "podhosts"}, "diagnostics": Streamed(_diagnostics(report))})


def _diagnostics(report: Report) -> Iterator[dict[str, Any]]:
    seen = SharedFixes()
    for number, (finding, words) in enumerate(grouped(report.result.findings)):
        # There is no way to refer to a suggestion: the first finding has it.
        yield _diagnostic(report, finding, words, has_fix=seen.first(finding, number) == number)


def _diagnostic(report: Report, finding: Diagnostic, words: Words, *, has_fix: bool) -> dict[str, Any]:
    diagnostic: dict[str, Any] = {
        "message": "\n".join(filter(None, (words.headline, words.why))),
        "location": _location(report, finding.source, finding.span),
        "severity": _SEVERITIES[finding.severity],
        "code": {"value": finding.rule},
    }
    if finding.related:
        diagnostic["relatedLocations"] = [
            {"message": visible(item.message), "location": _location(report, item.source or finding.source, item.span)}
            for item in finding.related
        ]
    if has_fix and finding.fix is not None and finding.fix.safety is not Safety.DISPLAY_ONLY:
        diagnostic["suggestions"] = [_suggestion(finding.source, finding.fix)]
    return diagnostic


def _suggestion(source: Source, fix: Fix) -> dict[str, Any]:
    """One suggestion for all edits of a fix: reviewdog takes several for alternatives."""
    span = fix.span
    edits = [edit._replace(span=_moved(edit, -span.start)) for edit in fix.edits]
    return {"range": _range(source, span), "text": splice(source.cut(span), edits)}


def _moved(edit: Edit, distance: int) -> Span:
    return Span(edit.span.start + distance, edit.span.end + distance)


def _location(report: Report, source: Source, span: Span) -> dict[str, Any]:
    return {"path": report.relative(source.path), "range": _range(source, span)}


def _range(source: Source, span: Span) -> dict[str, Any]:
    return {"start": _position(source, span.start), "end": _position(source, span.end)}


def _position(source: Source, offset: int) -> dict[str, int]:
    at = source.position(offset)
    start = source.line_span(source.line_at(offset)).start
    if source.encoding == "utf-8":
        # Of the file's bytes, also where they are no UTF-8.
        before = at.offset - source.position(start).offset
    else:
        before = len(source.cut(Span(start, offset)).encode("utf-8", "replace"))
    return {"line": at.line, "column": before + 1}
