"""Findings as the diagnostics of the protocol."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls import uris

from podhosts.diagnostics import Severity
from podhosts.reporters.grouping import grouped
from podhosts.rules.unused_suppression import UnusedSuppression
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from podhosts.diagnostics import Diagnostic, Related
    from podhosts.lsp.buffers import Buffer, Positions
    from podhosts.lsp.checked import CheckedFile
    from podhosts.source import Source

SOURCE = "podhosts"
#: The code of what is no finding: parts that were not read.
NOT_CHECKED = "not-checked"
_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}


def diagnostics(checked: CheckedFile, positions_in: Callable[[Source], Positions]) -> list[types.Diagnostic]:
    """All that is to be said about a file, in its order; what was not read as hints."""
    # Most related places are in the file itself.
    positions_in = cache(positions_in)
    return [
        *from_findings(checked.buffer, checked.result.findings, positions_in),
        *_not_checked(checked, positions_in(checked.buffer)),
    ]


def from_findings(
    buffer: Buffer, findings: Iterable[Diagnostic], positions_in: Callable[[Source], Positions]
) -> Iterator[types.Diagnostic]:
    """Findings in a file; those about one text in several objects as one."""
    positions = positions_in(buffer)
    for finding, words in grouped(findings):
        yield types.Diagnostic(
            range=positions.range(finding.span),
            message="\n".join(filter(None, (words.headline, words.why))),
            severity=_SEVERITIES[finding.severity],
            code=finding.rule,
            source=SOURCE,
            tags=[types.DiagnosticTag.Unnecessary] if finding.rule == UnusedSuppression.name else None,
            related_information=[_related(buffer, item, positions_in) for item in finding.related] or None,
        )


def _related(
    buffer: Buffer, related: Related, positions_in: Callable[[Source], Positions]
) -> types.DiagnosticRelatedInformation:
    source = related.source or buffer
    return types.DiagnosticRelatedInformation(
        location=types.Location(uri_of(source, buffer), positions_in(source).range(related.span)),
        message=related.message,
    )


def uri_of(source: Source, buffer: Buffer) -> str:
    """The address of a source; an open file keeps the one that the editor gave it."""
    return buffer.uri if source.path == buffer.path else uris.from_fs_path(source.path) or source.path


def _not_checked(checked: CheckedFile, positions: Positions) -> Iterator[types.Diagnostic]:
    if checked.failure is not None:
        yield _note(positions, Span(0, 0), checked.failure, types.DiagnosticSeverity.Error)
    for item in checked.result.unread:
        count = f" ({item.count} in this file)" if item.count > 1 else ""
        message = f"not checked: {item.full_reason}{count}"
        yield _note(positions, item.span or Span(0, 0), message, types.DiagnosticSeverity.Hint)


def _note(positions: Positions, span: Span, message: str, severity: types.DiagnosticSeverity) -> types.Diagnostic:
    return types.Diagnostic(positions.range(span), message, severity=severity, code=NOT_CHECKED, source=SOURCE)
