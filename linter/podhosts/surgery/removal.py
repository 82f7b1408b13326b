"""Taking items out of lists and keys out of mappings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.edits import Edit
from podhosts.source import Span
from podhosts.surgery.places import begins_after_dash, comma_after, parts, whole_lines

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Sequence as Items

    from podhosts.document import Document, Entry, Mapping, Sequence
    from podhosts.surgery.places import WrittenPart


def remove_item(document: Document, sequence: Sequence, index: int) -> tuple[Edit, ...] | None:
    """Remove one item of a list; None where it is the only one of a block list, or cannot be cut out alone."""
    return remove_items(document, sequence, {index})


def remove_items(document: Document, sequence: Sequence, to_remove: Collection[int]) -> tuple[Edit, ...] | None:
    """Remove items of a list. A flow list may become `[]`; a block list must keep an item, or the edit is refused.

    In a block list whole lines go, with the comments on them; comments on lines of their own above an item stay.
    """
    return _remove(document, sequence, to_remove)


def remove_key(document: Document, mapping: Mapping, entry: Entry) -> tuple[Edit, ...] | None:
    """Remove a key with its value. A flow mapping may become `{}`; a block mapping must keep a key.

    The first key after a dash gives its place to the next. Refused where the key overrides another one or merged ones:
    what it hid would come to light.
    """
    if mapping.hides(entry):
        return None
    return _remove(document, mapping, {mapping.entries.index(entry)})


def _remove(document: Document, collection: Sequence | Mapping, to_remove: Collection[int]) -> tuple[Edit, ...] | None:
    places = parts(document, collection)
    if places is None or not to_remove or document.is_partial(collection):
        return None
    spans = [Span(places[index].start, places[index].end) for index in to_remove]
    if any(document.sharing.marks(span) for span in spans):
        return None
    if collection.flow:
        return _remove_from_flow(document, collection, places, sorted(to_remove))
    return _remove_from_block(document, places, sorted(to_remove))


def _remove_from_block(
    document: Document, places: Items[WrittenPart], to_remove: Items[int]
) -> tuple[Edit, ...] | None:
    if len(to_remove) == len(places):
        return None
    edits: list[Edit] = []
    gone = set(to_remove)
    rest = list(to_remove)
    if 0 in gone and begins_after_dash(document, places[0].start):
        # The first line is another dash's too: what comes next slides up onto it.
        kept = next(index for index in range(len(places)) if index not in gone)
        if any(comment.own_line for comment in document.comments_in(Span(places[0].start, places[kept].start))):
            return None
        edits.append(Edit(Span(places[0].start, places[kept].start), ""))
        rest = [index for index in to_remove if index > kept]
    for index in rest:
        lines = whole_lines(document, places[index].start, places[index].end)
        if lines is None:
            return None
        edits.append(Edit(lines, ""))
    return tuple(edits)


def _remove_from_flow(
    document: Document, collection: Sequence | Mapping, places: Items[WrittenPart], to_remove: Items[int]
) -> tuple[Edit, ...] | None:
    if len(to_remove) == len(places):
        inside = Span(collection.start + 1, collection.end - 1)
        return None if document.comments_in(inside) else (Edit(inside, ""),)
    by_lines = _own_lines(document, places, to_remove)
    if by_lines is not None:
        return by_lines
    gone = set(to_remove)
    kept = next(index for index in range(len(places)) if index not in gone)
    edits = []
    if kept > 0:
        # The first kept one takes the place of those before it.
        edits.append(Edit(Span(places[0].start, places[kept].start), ""))
    edits += [Edit(Span(places[index - 1].end, places[index].end), "") for index in to_remove if index > kept]
    if any(document.comments_in(edit.span) for edit in edits):
        return None
    return tuple(edits)


def _own_lines(document: Document, places: Items[WrittenPart], to_remove: Items[int]) -> tuple[Edit, ...] | None:
    """Whole lines, where each item has lines of its own; a comma may be left behind only if one was there before."""
    edits: list[Edit] = []
    for index in to_remove:
        part = places[index]
        if document.comments_in(Span(part.start, part.end)):
            return None
        comma = comma_after(document, part)
        lines = whole_lines(document, part.start, part.end if comma is None else comma + 1)
        if lines is None:
            return None
        edits.append(Edit(lines, ""))
    gone = set(to_remove)
    last_kept = next(index for index in reversed(range(len(places))) if index not in gone)
    if last_kept < len(places) - 1 and comma_after(document, places[-1]) is None:
        comma = comma_after(document, places[last_kept])
        if comma is None or any(edit.span.start <= comma < edit.span.end for edit in edits):
            return None
        edits.insert(0, Edit(Span(comma, comma + 1), ""))
    return tuple(edits)
