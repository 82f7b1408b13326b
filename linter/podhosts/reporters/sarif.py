"""SARIF 2.1.0, for code scanning: findings with fixes, suppressed findings, and what was not read.

Paths are relative URIs below `%SRCROOT%`, the base that GitHub's code scanning knows.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from podhosts import __version__
from podhosts.baseline.fingerprints import fingerprint
from podhosts.diagnostics import Severity
from podhosts.edits import Safety
from podhosts.reporters.grouping import SharedFixes, grouped, shown
from podhosts.reporters.json_text import Streamed, lines
from podhosts.reporters.visible import visible
from podhosts.rules import RULES
from podhosts.rules.documentation import documentation, page
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic, Related, Words
    from podhosts.edits import Fix
    from podhosts.engine import Suppressed, Unread
    from podhosts.reporters.report import Report
    from podhosts.rules import Rule
    from podhosts.source import Source

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_RULE_INDEX = {rule.name: index for index, rule in enumerate(RULES)}


def render(report: Report) -> Iterator[str]:
    """The report as one indented JSON text, in lines."""
    result = report.result
    run = {
        "tool": {
            "driver": {
                "name": "podhosts",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(rule) for rule in RULES],
            }
        },
        "invocations": [
            {
                "executionSuccessful": all(item.source is not None for item in result.unread),
                "toolExecutionNotifications": [_notification(report, item) for item in result.unread],
            }
        ],
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The folder that podhosts ran in."}}},
        "columnKind": "unicodeCodePoints",
        "properties": {"kubernetesVersion": str(report.settings.version)},
        "results": Streamed(_results(report)),
    }
    return lines({"$schema": _SCHEMA, "version": "2.1.0", "runs": Streamed([run])})


def _results(report: Report) -> Iterator[dict[str, Any]]:
    seen = SharedFixes()
    for number, (finding, words) in enumerate(grouped(report.result.findings)):
        result = _result(report, finding, words)
        first = seen.first(finding, number)
        if first == number:
            result |= _fixes(report, finding)
        elif first is not None:
            # SARIF has no way to refer to a fix.
            result["properties"]["fixOfResult"] = first
        yield result
    for item in report.result.suppressed:
        yield _suppressed(report, item)


def _rule(rule: type[Rule]) -> dict[str, Any]:
    text = documentation(rule)
    return {
        "id": rule.name,
        "name": rule.name.title().replace("-", ""),
        "shortDescription": {"text": text.summary},
        "fullDescription": {"text": text.why},
        "help": {"text": f"{text.summary} {text.why}", "markdown": "\n".join(page(rule))},
        "defaultConfiguration": {"enabled": rule.is_default, "level": _LEVELS[rule.severity]},
    }


def _result(report: Report, finding: Diagnostic, words: Words) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": words.headline},
        "locations": [_location(report, finding.source, finding.span) | _logical(finding)],
        "partialFingerprints": {"podhosts/v1": fingerprint(finding)},
        "properties": {"why": words.why, "help": words.help, "refusedBy": list(finding.refused_by)},
    }
    if finding.rule in _RULE_INDEX:
        result["ruleIndex"] = _RULE_INDEX[finding.rule]
    if finding.related:
        result["relatedLocations"] = [
            _related(report, finding, number, related) for number, related in enumerate(finding.related, 1)
        ]
    return result


def _fixes(report: Report, finding: Diagnostic) -> dict[str, Any]:
    if finding.fix is None or finding.fix.safety is Safety.DISPLAY_ONLY:
        return {}
    return {"fixes": [_fix(report, finding.source, finding.fix)]}


def _suppressed(report: Report, item: Suppressed) -> dict[str, Any]:
    suppression: dict[str, Any] = {
        "kind": "inSource",
        "location": _location(report, item.finding.source, item.suppression.span),
    }
    if item.suppression.reason is not None:
        suppression["justification"] = item.suppression.reason
    own = _result(report, item.finding, shown(item.finding)) | _fixes(report, item.finding)
    return own | {"suppressions": [suppression]}


def _logical(finding: Diagnostic) -> dict[str, Any]:
    identity = finding.object
    if identity is None or identity.kind is None:
        return {}
    name = "/".join(part for part in (identity.kind, identity.namespace, identity.name) if part)
    shown = name if finding.field is None else f"{name} {finding.field}"
    return {"logicalLocations": [{"kind": "object", "fullyQualifiedName": shown}]}


def _related(report: Report, finding: Diagnostic, number: int, related: Related) -> dict[str, Any]:
    source = related.source or finding.source
    return {"id": number, "message": {"text": visible(related.message)}} | _location(report, source, related.span)


def _location(report: Report, source: Source, span: Span) -> dict[str, Any]:
    region = _region(source, span) | {"snippet": {"text": source.cut(span)}}
    return {"physicalLocation": {"artifactLocation": _artifact(report, source.path), "region": region}}


def _artifact(report: Report, path: str) -> dict[str, Any]:
    shown = report.relative(path)
    uri = quote(os.fsencode(shown), safe="/")
    return {"uri": f"file://{uri}"} if os.path.isabs(shown) else {"uri": uri, "uriBaseId": _ROOT}


def _region(source: Source, span: Span) -> dict[str, Any]:
    start, end = source.position(span.start), source.position(span.end)
    return {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "byteOffset": start.offset,
        "byteLength": end.offset - start.offset,
    }


def _fix(report: Report, source: Source, fix: Fix) -> dict[str, Any]:
    note = "" if fix.safety is Safety.SAFE else " (unsafe: look at it before you take it)"
    replacements = [
        {"deletedRegion": _region(source, edit.span), "insertedContent": {"text": edit.text}} for edit in fix.edits
    ]
    change = {"artifactLocation": _artifact(report, source.path), "replacements": replacements}
    return {"description": {"text": f"{fix.title}{note}"}, "artifactChanges": [change]}


def _notification(report: Report, item: Unread) -> dict[str, Any]:
    notification: dict[str, Any] = {
        "level": "error" if item.source is None else "note",
        "message": {"text": f"not read: {item.full_reason} ({item.count})"},
    }
    if item.source is None:
        notification["locations"] = [{"physicalLocation": {"artifactLocation": _artifact(report, item.path)}}]
    else:
        span = item.span if item.span is not None else Span(0, 0)
        notification["locations"] = [_location(report, item.source, span)]
    return notification
