"""Where the parts of a collection begin and end as written, and what stands around them on their lines."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from podhosts.document import Mapping
from podhosts.patterns import regex
from podhosts.records import NamedTuple
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Sequence as Items

    from podhosts.document import Document, Entry, Sequence

#: What may follow a part on its last line, the colon of a key without a value included.
_TAIL = regex(r"[ \t]*:?[ \t]*(?:#.*)?")
#: Blanks, breaks and comments between the tokens of a flow collection.
_GAP = regex(r"(?:[ \t\r\n]|#[^\r\n]*)*")
#: Line breaks to YAML, but not to anybody else.
_RARE_BREAKS = regex("[\x85\u2028\u2029]")
#: What stands before the first part of a collection that begins on the line of a dash.
_DASHES = regex(r"[ ]*(?:-[ ]+)+")
_NOT_BLANK = regex(r"[^ ]")


def column(document: Document, offset: int) -> int:
    """How many characters stand before an offset on its line."""
    source = document.source
    return offset - source.line_starts[source.line_at(offset) - 1]


def before(document: Document, offset: int) -> str:
    """The text before an offset on its line."""
    return document.source.text[offset - column(document, offset) : offset]


def line_end(document: Document, offset: int) -> int:
    """Where the line of an offset ends, before its break."""
    return document.source.line_span(document.source.line_at(offset)).end


def has_clean_tail(document: Document, end: int) -> bool:
    """Whether nothing but blanks and a comment follows on the line."""
    return _TAIL.fullmatch(document.source.text, end, line_end(document, end)) is not None


def begins_line(document: Document, offset: int) -> bool:
    """Whether nothing but blanks stands before an offset on its line."""
    return not before(document, offset).strip(" ")


def begins_after_dash(document: Document, offset: int) -> bool:
    """Whether nothing but dashes of lists stands before an offset on its line."""
    return _DASHES.fullmatch(before(document, offset)) is not None


def whole_lines(document: Document, start: int, end: int) -> Span | None:
    """The lines from `start` to `end` with their breaks; None where something else stands on them too.

    At the end of a file without a final line break the break before the lines is taken instead.
    """
    if not begins_line(document, start) or not has_clean_tail(document, end):
        return None
    source = document.source
    first, last = source.line_at(start), source.line_at(end)
    begin = source.line_starts[first - 1]
    stop = source.line_starts[last] if last < len(source.line_starts) else len(source.text)
    if first > 1 and last == len(source.line_starts):
        begin = source.line_span(first - 1).end
    return None if _RARE_BREAKS.search(source.text, begin, stop) else Span(begin, stop)


class WrittenPart(NamedTuple):
    """An item of a list (in block style with its dash) or an entry of a mapping, from its first character to its last.

    `content` is where the item itself begins, or the key's value.
    """

    start: int
    content: int
    end: int


# Every fix of a long list asks for its parts, so those of the last few lists are kept.
@lru_cache(maxsize=8)
def parts(document: Document, collection: Sequence | Mapping) -> Items[WrittenPart] | None:
    """The parts of a collection in order; None where they cannot be told apart (a key that is an alias)."""
    if isinstance(collection, Mapping):
        return _entries(collection)
    found: list[WrittenPart] = []
    for index, item in enumerate(collection.items):
        start, end = collection.aliases.get(index, item.span)
        if not collection.flow:
            dash = collection.start if index == 0 else _dash(document, collection, start)
            if dash is None:
                return None
            found.append(WrittenPart(dash, max(start, dash + 1), max(end, dash + 1)))
        else:
            found.append(WrittenPart(start, start, end))
    return found


def _entries(mapping: Mapping) -> list[WrittenPart] | None:
    found: list[WrittenPart] = []
    for entry in mapping.entries:
        start, end = entry_span(entry)
        if not mapping.start <= start <= end <= mapping.end or (found and start < found[-1].end):
            return None
        found.append(WrittenPart(start, (entry.alias or entry.value.span).start, end))
    return found


def entry_span(entry: Entry) -> Span:
    """A key and its value."""
    value = entry.alias or entry.value.span
    return Span(entry.key.start, max(entry.key.end, value.end))


def _dash(document: Document, sequence: Sequence, start: int) -> int | None:
    """The dash of an item that is not the first: it stands in the column of the first one's."""
    source = document.source
    wanted = column(document, sequence.start)
    line = source.line_at(start)
    while line > 0:
        span = source.line_span(line)
        at = _NOT_BLANK.search(source.text, span.start, span.end)
        if at and at.start() == span.start + wanted and at.group() == "-":
            return at.start()
        if span.start <= sequence.start:
            return None
        line -= 1
    return None


def comma_after(document: Document, part: WrittenPart) -> int | None:
    """The comma behind a part of a flow collection, past blanks, breaks and comments."""
    found = _GAP.match(document.source.text, part.end)
    assert found is not None  # matches the empty string
    return found.end() if document.source.text.startswith(",", found.end()) else None


def with_comments_above(document: Document, line: int, indent: int) -> int:
    """The first line of the comments that stand right above a line in the same column, or that line."""
    source = document.source
    while line > 1:
        span = source.line_span(line - 1)
        above = document.comments_in(Span(span.start, span.end))
        if not above or not above[0].own_line or above[0].span.start - span.start != indent:
            break
        line -= 1
    return line
