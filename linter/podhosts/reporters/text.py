"""The report for people: each finding with the lines it is about, underlined, and what belongs to it."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from rich.cells import cell_len

from podhosts.diagnostics import Diagnostic, Severity, Words
from podhosts.edits import Safety
from podhosts.records import NamedTuple
from podhosts.reporters.differences import changes, compared
from podhosts.reporters.grouping import SharedFixes, grouped
from podhosts.reporters.snippets import CONTEXT, WIDTH, printable, snippet
from podhosts.reporters.styled import Styled
from podhosts.reporters.visible import visible
from podhosts.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.edits import Fix
    from podhosts.reporters.report import Report
    from podhosts.source import Span

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold cyan"}
_RELATED_STYLE = "blue"
_GUTTER_STYLE = "dim"
_MAX_RELATED = 5
#: How many lines of a fix are shown.
_MAX_CHANGED = 20
_HOW = {
    Safety.SAFE: "--fix applies it",
    Safety.UNSAFE: "--fix --unsafe-fixes applies it",
    Safety.DISPLAY_ONLY: "not applied: make the change by hand",
}


class _Underline(NamedTuple):
    source: Source
    span: Span
    label: str
    style: str
    character: str

    @property
    def line(self) -> int:
        return self.source.position(self.span.start).line


def render(report: Report) -> Iterator[Styled]:
    """The report in lines of styled text, an empty one after each finding."""
    shown = SharedFixes()
    for number, (finding, words) in enumerate(grouped(report.result.findings)):
        yield from _render_finding(finding, words)
        if finding.fix is not None:
            # One fix may serve many findings; its lines are shown once.
            yield from _render_fix(finding, finding.fix, with_lines=shown.first(finding, number) == number)
        yield Styled()


def _render_finding(finding: Diagnostic, words: Words) -> Iterator[Styled]:
    style = _STYLES[finding.severity]
    yield Styled((f"{finding.severity}[{finding.rule}]", style), (f": {words.message}", "bold"))
    marks = [_Underline(finding.source, finding.span, "", style, "^")]
    related = finding.related[:_MAX_RELATED]
    marks += [
        _Underline(item.source or finding.source, item.span, item.message, _RELATED_STYLE, "-") for item in related
    ]
    by_file: dict[str, list[_Underline]] = {}
    for mark in marks:
        by_file.setdefault(mark.source.path, []).append(mark)
    width = max(len(str(mark.line)) for mark in marks)
    for number, (path, group) in enumerate(by_file.items()):
        at = group[0].source.position(group[0].span.start)
        arrow = "-->" if number == 0 else ":::"
        where = f"  {_about(finding)}" if number == 0 else ""
        yield Styled(
            (" " * width + arrow + " ", _GUTTER_STYLE), f"{visible(path)}:{at.line}:{at.column}", (where, "dim")
        )
        yield from _snippet(sorted(group, key=lambda mark: (mark.line, mark.span.start)), width)
    if finding.related_total > len(related):
        yield Styled((" " * width + f" = and {finding.related_total - len(related)} more places", _GUTTER_STYLE))
    for label, text in (("note", words.why), ("help", words.help)):
        if text:
            yield Styled((" " * width + f" = {label}: ", _GUTTER_STYLE), text)


def _render_fix(finding: Diagnostic, fix: Fix, *, with_lines: bool) -> Iterator[Styled]:
    """The title of a fix and the lines that it changes."""
    source = finding.source
    width = len(str(source.position(finding.span.start).line))
    yield Styled(
        (" " * width + " = fix: ", _GUTTER_STYLE), visible(fix.title), (f" ({_HOW[fix.safety]})", _GUTTER_STYLE)
    )
    shown = list(islice(_changed_lines(source, fix), _MAX_CHANGED + 1)) if with_lines else []
    for number, mark, line in shown[:_MAX_CHANGED]:
        style = "red" if mark == "-" else "green"
        place = f"{number:>{width}}" if number else " " * width
        yield Styled((f"{place} | ", _GUTTER_STYLE), (f"{mark} {line}", style))
    if len(shown) > _MAX_CHANGED:
        yield Styled((" " * width + "...", _GUTTER_STYLE))


def _changed_lines(source: Source, fix: Fix) -> Iterator[tuple[int | None, str, str]]:
    """Removed lines with their numbers, and added ones."""
    for change in changes(source.text, source.line_starts, fix.edits):
        old = [source.cut(source.line_span(number + 1)) for number in range(change.first, change.last)]
        after = Source("", change.text.encode("utf-8", "surrogatepass"))
        new = [after.cut(after.line_span(number + 1)) for number in range(len(after.line_starts))]
        if change.text.endswith(("\n", "\r")) or not change.text:
            new.pop()
        for is_equal, removed, added in compared(old, new):
            if not is_equal:
                begin = _begin([old[index] for index in removed] + [new[index] for index in added])
                yield from (
                    (source.start.line + change.first + index, "-", _shortened(old[index], begin)) for index in removed
                )
                yield from ((None, "+", _shortened(new[index], begin)) for index in added)


def _begin(lines: list[str]) -> int:
    """Where lines that differ are shown from: of long ones, a little before they differ."""
    if max(map(len, lines)) <= WIDTH:
        return 0
    columns = enumerate(zip(*lines, strict=False))
    differ = next((at for at, characters in columns if len(set(characters)) > 1), 0 if len(lines) == 1 else WIDTH)
    return max(0, differ - CONTEXT)


def _shortened(line: str, begin: int) -> str:
    cut = line[begin : begin + WIDTH]
    return printable(("..." if begin else "") + cut + ("..." if begin + WIDTH < len(line) else ""))


def _about(finding: Diagnostic) -> str:
    identity = finding.object
    words = []
    if identity is not None and identity.kind:
        words.append(f"{identity.kind} {identity.name or ''}".strip())
    if finding.field:
        words.append(finding.field)
    return visible(", ".join(words))


def _snippet(marks: list[_Underline], width: int) -> Iterator[Styled]:
    gutter = (" " * width + " | ", _GUTTER_STYLE)
    previous = None
    yield Styled(gutter)
    for mark in marks:
        line, before, marked, after = snippet(mark.source, mark.span)
        if line != previous:
            if previous is not None and line > previous + 1:
                yield Styled((" " * width + "...", _GUTTER_STYLE))
            yield Styled((f"{line:>{width}} | ", _GUTTER_STYLE), f"{before}{marked}{after}")
        underline = mark.character * max(1, cell_len(marked))
        yield Styled(gutter, " " * cell_len(before), (f"{underline} {mark.label}".rstrip(), mark.style))
        previous = line
