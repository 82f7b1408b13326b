"""The JSON report, version 1 (`schemas/report.schema.json`). Written out by hand: it is a contract, not a dump."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from podhosts import __version__
from podhosts.baseline.fingerprints import fingerprint
from podhosts.diagnostics import Severity
from podhosts.edits import Safety
from podhosts.reporters.json_text import Streamed, identity_fields, lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import BuiltBy, Diagnostic
    from podhosts.edits import Fix
    from podhosts.engine import Suppressed, Unread
    from podhosts.reporters.report import Repair, Report
    from podhosts.source import Position, Source


def render(report: Report) -> Iterator[str]:
    """The report as one indented JSON text, in lines."""
    result = report.result
    fixes = _Fixes()
    written: dict[str, object] = {
        "version": 1,
        "tool": {"name": "podhosts", "version": __version__, "kubernetes": str(report.settings.version)},
        "summary": {
            "files": result.files,
            "documents": result.documents,
            "pods": result.pods,
            **{str(level): sum(finding.severity is level for finding in result.findings) for level in Severity},
            "fixable": sum(
                finding.fix is not None and finding.fix.safety is not Safety.DISPLAY_ONLY for finding in result.findings
            ),
            "suppressed": len(result.suppressed),
            "unread": len(result.unread),
            "others_read": result.others_read,
        },
        "findings": Streamed(_finding(finding, fixes) for finding in result.findings),
        # Those that the findings above refer to.
        "fixes": Streamed(fixes.written()),
        "fixed": Streamed(map(_repair, report.repairs)),
        "suppressed": Streamed(map(_suppressed, result.suppressed)),
        "unread": Streamed(map(_unread, result.unread)),
    }
    return lines(written)


class _Fixes:
    """The fixes of a report, numbered in the order in which findings refer to them; each once, whoever shares it."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, Position, Fix], int] = {}
        self._sources: list[Source] = []

    def number(self, finding: Diagnostic) -> int | None:
        """The index of a finding's fix; None if it has none."""
        if finding.fix is None:
            return None
        key = (finding.source.path, finding.source.start, finding.fix)
        number = self._numbers.setdefault(key, len(self._numbers))
        if number == len(self._sources):
            self._sources.append(finding.source)
        return number

    def written(self) -> Iterator[dict[str, Any]]:
        """All fixes that were numbered so far."""
        for (_, _, fix), source in zip(self._numbers, self._sources, strict=True):
            yield _fix(source, fix)


def _position(source: Source, offset: int) -> dict[str, int]:
    return _as_json(source.position(offset))


def _as_json(at: Position) -> dict[str, int]:
    return {"line": at.line, "column": at.column, "offset": at.offset}


def _finding(finding: Diagnostic, fixes: _Fixes) -> dict[str, Any]:
    source = finding.source
    return {
        "rule": finding.rule,
        "severity": str(finding.severity),
        "message": finding.message,
        "why": finding.why,
        "help": finding.help,
        "path": source.path,
        "document": finding.document,
        "item": finding.item,
        "start": _position(source, finding.span.start),
        "end": _position(source, finding.span.end),
        "object": identity_fields(finding.object),
        "field": finding.field,
        "built": [*map(_built, finding.built)],
        "refused_by": list(finding.refused_by),
        "related": [
            {
                "message": related.message,
                "path": (related.source or source).path,
                "start": _position(related.source or source, related.span.start),
                "end": _position(related.source or source, related.span.end),
            }
            for related in finding.related
        ],
        "related_total": finding.related_total,
        "fix": fixes.number(finding),
        "fingerprint": fingerprint(finding),
    }


def _built(built: BuiltBy) -> dict[str, Any]:
    if built.by == "helm":
        return {"by": built.by, "chart": built.folder, "values": [*built.values]}
    return {"by": built.by, "folder": built.folder}


def _fix(source: Source, fix: Fix) -> dict[str, Any]:
    return {
        "title": fix.title,
        "safety": str(fix.safety),
        "edits": [
            {
                "path": source.path,
                "start": _position(source, edit.span.start),
                "end": _position(source, edit.span.end),
                "text": edit.text,
            }
            for edit in fix.edits
        ],
    }


def _repair(repair: Repair) -> dict[str, Any]:
    return {"rule": repair.rule, "path": repair.path, "start": _as_json(repair.start), "title": repair.title}


def _suppressed(item: Suppressed) -> dict[str, Any]:
    finding, suppression = item
    return {
        "rule": finding.rule,
        "path": finding.source.path,
        "start": _position(finding.source, finding.span.start),
        "by": suppression.by,
        "reason": suppression.reason,
        "until": suppression.until.isoformat() if suppression.until else None,
    }


def _unread(item: Unread) -> dict[str, Any]:
    start = _position(item.source, item.span.start) if item.source is not None and item.span is not None else None
    return {"path": item.path, "reason": item.full_reason, "count": item.count, "start": start}
