"""The report for people: each finding with the lines it is about, underlined, and what belongs to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from rich.text import Text

from podhosts.diagnostics import Diagnostic, Severity
from podhosts.reporters.grouping import grouped
from podhosts.reporters.snippets import snippet
from podhosts.reporters.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.reporters.report import Report
    from podhosts.source import Source, Span

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold cyan"}
_RELATED_STYLE = "blue"
_GUTTER_STYLE = "dim"
_MAX_RELATED = 5


class _Mark(NamedTuple):
    source: Source
    span: Span
    label: str
    style: str
    character: str

    @property
    def line(self) -> int:
        return self.source.position(self.span.start).line


def render(report: Report) -> Iterator[Text]:
    """The report in lines of styled text, an empty one after each finding."""
    for finding, message in grouped(report.result.findings):
        yield from _render_finding(finding, message)
        yield Text()


def _render_finding(finding: Diagnostic, message: str) -> Iterator[Text]:
    style = _STYLES[finding.severity]
    yield Text.assemble((f"{finding.severity}[{finding.rule}]", style), (f": {message}", "bold"))
    marks = [_Mark(finding.source, finding.span, "", style, "^")]
    related = finding.related[:_MAX_RELATED]
    marks += [_Mark(item.source or finding.source, item.span, item.message, _RELATED_STYLE, "-") for item in related]
    by_file: dict[str, list[_Mark]] = {}
    for mark in marks:
        by_file.setdefault(mark.source.path, []).append(mark)
    width = max(len(str(mark.line)) for mark in marks)
    for number, (path, group) in enumerate(by_file.items()):
        at = group[0].source.position(group[0].span.start)
        arrow = "-->" if number == 0 else ":::"
        where = f"  {_about(finding)}" if number == 0 else ""
        yield Text.assemble(
            (" " * width + arrow + " ", _GUTTER_STYLE), f"{visible(path)}:{at.line}:{at.column}", (where, "dim")
        )
        yield from _snippet(sorted(group, key=lambda mark: (mark.line, mark.span.start)), width)
    if len(finding.related) > _MAX_RELATED:
        yield Text(" " * width + f" = and {len(finding.related) - _MAX_RELATED} more places", _GUTTER_STYLE)


def _about(finding: Diagnostic) -> str:
    identity = finding.object
    words = []
    if identity is not None and identity.kind:
        words.append(f"{identity.kind} {identity.name or ''}".strip())
    if finding.field:
        words.append(finding.field)
    return visible(", ".join(words))


def _snippet(marks: list[_Mark], width: int) -> Iterator[Text]:
    gutter = (" " * width + " | ", _GUTTER_STYLE)
    previous = None
    yield Text.assemble(gutter)
    for mark in marks:
        line, before, marked, after = snippet(mark.source, mark.span)
        if line != previous:
            if previous is not None and line > previous + 1:
                yield Text(" " * width + "...", _GUTTER_STYLE)
            yield Text.assemble((f"{line:>{width}} | ", _GUTTER_STYLE), f"{before}{marked}{after}")
        underline = mark.character * max(1, cell_len(marked))
        yield Text.assemble(gutter, " " * cell_len(before), (f"{underline} {mark.label}".rstrip(), mark.style))
        previous = line
