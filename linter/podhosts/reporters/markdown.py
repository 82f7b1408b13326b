"""Markdown as GitHub reads it, for a job summary or a comment: a table of the findings, errors first."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from podhosts.diagnostics import Severity
from podhosts.patterns import regex
from podhosts.reporters.concise import place
from podhosts.reporters.grouping import grouped
from podhosts.reporters.naming import object_name
from podhosts.reporters.visible import visible
from podhosts.summary import found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic, Words
    from podhosts.reporters.report import Report

#: GitHub cuts off a job summary of more than a mebibyte; the log has all of them.
_MAX_ROWS = 1000
_PUNCTUATION = regex(r"[!-/:-@\[-`{-~]")
#: What GitHub reads as markup, a mention, an issue, a formula, an emoji or an address somewhere in a line.
_MARKUP = regex(r"[\\`*_\[\]<>|~&@#$]|:(?=\S)|(?<=www)\.", re.IGNORECASE)
_CODE = regex(r"`([^`]+)`")


def render(report: Report) -> Iterator[str]:
    """The report in lines."""
    order = list(Severity)
    findings = sorted(grouped(report.result.findings), key=lambda pair: order.index(pair[0].severity))
    counts = Counter(str(finding.severity) for finding, _ in findings)
    yield "## podhosts"
    yield ""
    yield f"{found({str(level): counts[str(level)] for level in Severity}).capitalize()}."
    if findings:
        yield ""
        yield "| severity | place | object | finding |"
        yield "|---|---|---|---|"
    for finding, words in findings[:_MAX_ROWS]:
        yield _row(finding, words)
    if len(findings) > _MAX_ROWS:
        yield ""
        yield f"{len(findings) - _MAX_ROWS} more are not shown."
    if report.repairs:
        yield ""
        yield "Fixed:"
        yield ""
        for repair in report.repairs[:_MAX_ROWS]:
            yield f"- {_code(visible(repair.place))}: {escaped(repair.title)} {_code(f'[{repair.rule}]')}"
        if len(report.repairs) > _MAX_ROWS:
            yield f"- and {len(report.repairs) - _MAX_ROWS} more"
    if report.result.unread:
        yield ""
        yield "Not read:"
        yield ""
        for item in report.result.unread:
            yield f"- {_code(visible(item.path))}: {escaped(item.full_reason)} ({item.count})"


def _row(finding: Diagnostic, words: Words) -> str:
    name = object_name(finding.object)
    cells = (
        str(finding.severity),
        _code(place(finding)),
        escaped(name) if name else "",
        f"{escaped(words.headline)} {_code(f'[{finding.rule}]')}",
    )
    return f"| {' | '.join(cells)} |"


def escaped(text: str) -> str:
    """Text that Markdown shows as it is, on one line; what stands between backticks becomes code."""
    parts = _CODE.split(visible(text))
    return "".join(_code(part) if number % 2 else _plain(part) for number, part in enumerate(parts))


def _plain(text: str) -> str:
    return _MARKUP.sub(lambda match: f"\\{match[0]}", text)


def _code(text: str) -> str:
    """A code span. HTML where a span in a table could not hold the text."""
    if text.strip() == text and not re.search(r"[`|\\]", text):
        return f"`{text}`"
    return f"<code>{_PUNCTUATION.sub(lambda match: f'&#{ord(match[0])};', text)}</code>"
