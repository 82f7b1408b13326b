"""The line that a place is on, cut where it is too long, with the marked part told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.records import NamedTuple
from podhosts.reporters.visible import visible

if TYPE_CHECKING:
    from podhosts.source import Source, Span

#: A line longer than this (a minified JSON file) is shown around the marked part only.
WIDTH = 160
CONTEXT = 60


class Snippet(NamedTuple):
    """A line as shown: its number from 1, and its text before, inside and after the mark."""

    line: int
    before: str
    marked: str
    after: str


def snippet(source: Source, span: Span) -> Snippet:
    """The line on which a span begins; of a span over several lines, the part on the first is marked."""
    number = source.position(span.start).line
    line = source.line_span(source.line_at(span.start))
    start = span.start
    end = max(start, min(span.end, line.end))
    begin, stop = line
    head = tail = ""
    if stop - begin > WIDTH:
        begin = max(begin, start - CONTEXT)
        stop = min(stop, max(min(end, start + WIDTH), begin + WIDTH))
        head, tail = ("..." if begin > line.start else ""), ("..." if stop < line.end else "")
    text = source.text
    end = min(end, stop)
    return Snippet(
        number, head + printable(text[begin:start]), printable(text[start:end]), printable(text[end:stop]) + tail
    )


def printable(text: str) -> str:
    """Text of a file fit to be shown: tabs as blanks, hidden characters as escapes."""
    return visible(text.replace("\t", "    "))
