"""One HTML page that needs nothing else: findings by file with snippets and filters, and the hosts entries of each pod.

It loads nothing from anywhere (its content security policy forbids it) and is whole without JavaScript, but for the
filters. Every text from outside is escaped.
"""

from __future__ import annotations

import base64
import hashlib
from bisect import bisect_left
from collections import Counter
from html import escape
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from podhosts import __version__
from podhosts.diagnostics import Severity
from podhosts.edits import Edit, splice
from podhosts.patterns import regex
from podhosts.reporters.concise import place
from podhosts.reporters.grouping import SharedFixes, grouped
from podhosts.reporters.naming import object_name, place_in_file
from podhosts.reporters.snippets import printable, snippet
from podhosts.reporters.visible import visible
from podhosts.source import Span
from podhosts.summary import summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.diagnostics import Diagnostic, Words
    from podhosts.edits import Fix
    from podhosts.engine import CheckedObject, CheckedPod, Unread
    from podhosts.reporters.report import Repair, Report
    from podhosts.source import Source

_FOLDER = Path(__file__).parent

_CODE = regex(r"`([^`]+)`")


def render(report: Report) -> Iterator[str]:
    """The page in lines."""
    style, script = ((_FOLDER / name).read_text("utf-8") for name in ("page.css", "page.js"))
    findings = list(grouped(report.result.findings))
    yield "<!DOCTYPE html>"
    yield '<html lang="en">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    policy = f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'"
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield "<title>podhosts report</title>"
    yield f"<style>{style}</style>"
    yield "</head>"
    yield "<body>"
    yield "<header>"
    yield "<h1>podhosts</h1>"
    yield f"<p>{escape(_summary(report))}</p>"
    yield f'<p class="dim">podhosts {__version__}, for Kubernetes {report.settings.version}</p>'
    yield "</header>"
    yield "<main>"
    yield "<h2>Findings</h2>"
    if findings:
        yield from _filters([finding for finding, _ in findings])
    else:
        yield "<p>No findings.</p>"
    shown = SharedFixes()
    for path, group in groupby(findings, lambda pair: pair[0].source.path):
        yield '<section class="file">'
        yield f"<h3>{_shown(path)}</h3>"
        for finding, words in group:
            yield from _finding(finding, words, is_shown=shown.first(finding, id(finding)) != id(finding))
        yield "</section>"
    yield from _repairs(report.repairs)
    yield from _pods(report)
    yield from _unread(report.result.unread)
    yield "</main>"
    if findings:
        yield f"<script>{script}</script>"
    yield "</body>"
    yield "</html>"


def _hash(text: str) -> str:
    """The source of an inline style or script as the content security policy names it."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _summary(report: Report) -> str:
    result = report.result
    counts = Counter(str(finding.severity) for finding in result.findings)
    by_severity = {str(level): counts[str(level)] for level in Severity}
    return summary(result.files, result.documents, result.pods, by_severity, len(result.suppressed), result.baselined)


def _shown(text: str) -> str:
    return escape(visible(text))


def _prose(text: str) -> str:
    """A message; what stands between backticks becomes code."""
    parts = _CODE.split(visible(text))
    return "".join(f"<code>{escape(part)}</code>" if number % 2 else escape(part) for number, part in enumerate(parts))


def _filters(findings: list[Diagnostic]) -> Iterator[str]:
    """The form, hidden until the script that serves it runs."""
    severities = Counter(str(finding.severity) for finding in findings)
    rules = Counter(finding.rule for finding in findings)
    yield "<form hidden>"
    for level in filter(severities.__contains__, map(str, Severity)):
        box = f'<input type="checkbox" value="{level}" checked>'
        yield f'<label class="{level}">{box}<span class="severity">{level}</span> {severities[level]}</label>'
    yield '<label>rule <select name="rule">'
    yield f'<option value="">all ({len(findings)})</option>'
    for rule, count in sorted(rules.items()):
        yield f'<option value="{escape(rule)}">{escape(rule)} ({count})</option>'
    yield "</select></label>"
    yield '<output class="dim"></output>'
    yield "</form>"


def _finding(finding: Diagnostic, words: Words, *, is_shown: bool) -> Iterator[str]:
    """A finding; `is_shown` says that its fix has been shown before."""
    severity, rule = str(finding.severity), escape(finding.rule)
    yield f'<article class="{severity}" data-severity="{severity}" data-rule="{rule}">'
    yield f'<p><span class="severity">{severity}</span> <code class="rule">{rule}</code> {_prose(words.message)}</p>'
    about = [place(finding), object_name(finding.object), finding.field]
    yield f'<p class="dim">{_shown(", ".join(filter(None, about)))}</p>'
    yield _snippet(finding.source, finding.span)
    for related in finding.related:
        source = related.source or finding.source
        where = "" if related.source is None else f"{_shown(source.path)}: "
        yield f'<p class="dim">{where}{_prose(related.message)}</p>'
        yield _snippet(source, related.span)
    if finding.more_related:
        yield f'<p class="dim">and {finding.more_related} more places</p>'
    if words.why:
        yield f"<p>Why: {_prose(words.why)}</p>"
    if words.help:
        yield f"<p>Help: {_prose(words.help)}</p>"
    if finding.fix is not None:
        yield f'<p class="dim">Fix ({finding.fix.safety}): {_prose(finding.fix.title)}</p>'
        if not is_shown:
            yield _fix(finding.source, finding.fix)
    yield "</article>"


def _snippet(source: Source, span: Span) -> str:
    number, before, marked, after = snippet(source, span)
    text = f"{escape(before)}<mark>{escape(marked)}</mark>{escape(after)}"
    return f'<pre><span class="dim">{number} | </span>{text}</pre>'


def _fix(source: Source, fix: Fix) -> str:
    """The lines that a fix changes, as they would be."""
    first, last = source.line_at(fix.span.start), source.line_at(fix.span.end)
    lines = Span(source.line_span(first).start, source.line_span(last).end)
    edits = [Edit(Span(span.start - lines.start, span.end - lines.start), text) for span, text in fix.edits]
    changed = splice(source.cut(lines), edits).splitlines()
    return f"<pre>{escape(chr(10).join(map(printable, changed)))}</pre>"


def _pods(report: Report) -> Iterator[str]:
    objects = [checked for checked in report.result.objects if checked.pods]
    if not objects:
        return
    by_path: dict[str, list[Diagnostic]] = {}
    for finding in report.result.findings:
        by_path.setdefault(finding.source.path, []).append(finding)
    yield "<h2>Hosts entries of each pod</h2>"
    for checked in objects:
        for pod in checked.pods:
            yield from _table(checked, pod, by_path.get(checked.source.path, []))


def _place(finding: Diagnostic) -> tuple[int, int]:
    """Where a finding is in its file, which may have been read in parts."""
    return finding.source.start.offset, finding.span.start


def _table(checked: CheckedObject, pod: CheckedPod, findings: list[Diagnostic]) -> Iterator[str]:
    """One pod's entries; `findings` are those of its file, in order."""
    name = object_name(checked.identity) or place_in_file(checked.document, checked.item)
    caption = ", ".join(filter(None, (name, pod.field, checked.source.path)))
    if not pod.entries:
        yield f"<p>{_shown(caption)}: no entries.</p>"
        return
    yield '<div class="table"><table>'
    yield f"<caption>{_shown(caption)}</caption>"
    yield "<thead><tr><th>address</th><th>names</th><th>line</th><th>findings</th></tr></thead>"
    yield "<tbody>"
    for entry in pod.entries:
        ends = [(checked.source.start.offset, at) for at in entry.span]
        first, last = (bisect_left(findings, end, key=_place) for end in ends)
        named = ", ".join(dict.fromkeys(finding.rule for finding in findings[first:last]))
        yield (
            f"<tr><td>{_shown(entry.address)}</td>"
            f'<td class="names">{_shown(" ".join(entry.names))}</td>'
            f"<td>{checked.source.position(entry.span.start).line}</td><td>{escape(named)}</td></tr>"
        )
    yield "</tbody></table></div>"


def _repairs(repairs: Iterable[Repair]) -> Iterator[str]:
    rows = [
        f'<li>{_shown(repair.place)}: {_prose(repair.title)} <code class="rule">{escape(repair.rule)}</code></li>'
        for repair in repairs
    ]
    if rows:
        yield "<h2>Fixed</h2>"
        yield "<ul>"
        yield from rows
        yield "</ul>"


def _unread(unread: Iterable[Unread]) -> Iterator[str]:
    rows = [f"<li>{_shown(item.path)}: {_prose(item.reason)} ({item.count})</li>" for item in unread]
    if rows:
        yield "<h2>Not read</h2>"
        yield "<ul>"
        yield from rows
        yield "</ul>"
