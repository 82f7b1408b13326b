"""Moving a key with all below it to another mapping, at another indentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.edits import Edit
from podhosts.source import Span
from podhosts.surgery.places import (
    column,
    entry_span,
    has_clean_tail,
    line_end,
    parts,
    whole_lines,
    with_comments_above,
)
from podhosts.surgery.removal import remove_key

if TYPE_CHECKING:
    from podhosts.document import Document, Entry, Mapping


def move_key(document: Document, mapping: Mapping, entry: Entry, target: Mapping) -> tuple[Edit, ...] | None:
    """Move `entry` of `mapping` to the end of `target`, its lines with their comments; each line keeps what it says.

    Lines that already stand where they belong only get another indentation. Refused for flow mappings, and where a line
    cannot be moved as far to the left.
    """
    places = parts(document, target)
    if mapping.flow or target.flow or not places or entry.name in target.fields:
        return None
    start, end = entry_span(entry)
    lines = whole_lines(document, start, end)
    if lines is None or document.sharing.marks(Span(start, end)) or not has_clean_tail(document, places[-1].end):
        return None
    source = document.source
    first = with_comments_above(document, source.line_at(start), column(document, start))
    numbers = range(first, source.line_at(end) + 1)
    shift = column(document, places[0].start) - column(document, start)
    at = line_end(document, places[-1].end)
    removal = remove_key(document, mapping, entry)
    if removal is None or len(removal) != 1:
        return None
    # Right below the target, or at its end already but too deep.
    if source.line_at(at) in {numbers[0] - 1, numbers[-1]}:
        return _reindented(document, numbers, shift)
    moved = [_shifted(source.cut(source.line_span(number)), shift) for number in numbers]
    if None in moved:
        return None
    begin = source.line_starts[first - 1] if first < source.line_at(start) else removal[0].span.start
    text = "".join(f"{source.line_break}{line}" for line in moved)
    return Edit(Span(begin, removal[0].span.end), ""), Edit(Span(at, at), text)


def _reindented(document: Document, numbers: range, shift: int) -> tuple[Edit, ...] | None:
    edits = []
    for number in numbers:
        span = document.source.line_span(number)
        shifted = _shifted(document.source.cut(span), shift)
        if shifted is None:
            return None
        if shift > 0 and shifted:
            edits.append(Edit(Span(span.start, span.start), " " * shift))
        elif shifted:
            edits.append(Edit(Span(span.start, span.start - shift), ""))
    return tuple(edits)


def _shifted(line: str, shift: int) -> str | None:
    """A line moved to the right, or to the left if it has the blanks for it; blank lines stay."""
    if not line.strip():
        return line
    if shift >= 0:
        return " " * shift + line
    return line[-shift:] if not line[:-shift].strip(" ") else None
