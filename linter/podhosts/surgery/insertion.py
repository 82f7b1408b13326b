"""Putting new items into lists and new keys into mappings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.document import Mapping, Scalar, Sequence
from podhosts.edits import Edit
from podhosts.patterns import regex
from podhosts.source import Span
from podhosts.surgery.places import (
    begins_line,
    column,
    comma_after,
    has_clean_tail,
    line_end,
    parts,
    with_comments_above,
)
from podhosts.surgery.writing import JSON_STYLE, Style, block_lines, flow_text, item_lines, scalar_text, style_of

if TYPE_CHECKING:
    from collections.abc import Sequence as Items

    from podhosts.document import Document, Entry, Node
    from podhosts.surgery.places import WrittenPart
    from podhosts.surgery.writing import Value

_DASH_AND_BLANKS = regex(r"-[ ]+")


def append_items(document: Document, sequence: Sequence, values: Items[Value]) -> tuple[Edit, ...] | None:
    """Add items at the end of a list, written as its last item is.

    Refused after a block scalar that keeps its last line breaks, where a comment would have no line of its own, and
    where a template may add items.
    """
    places = parts(document, sequence)
    if places is None or not values or document.is_partial(sequence):
        return None
    style = _style(document, sequence)
    if sequence.flow:
        return _append_to_flow(document, sequence, places, [flow_text(value, style) for value in values])
    model, last = sequence.items[-1], places[-1]
    dash = _DASH_AND_BLANKS.match(document.source.text, last.start, last.content)
    opening = dash.group() if dash and dash.end() == last.content else "- "
    lines = [line for value in values for line in item_lines(value, model, style, opening)]
    return _append_lines(document, model, last, lines)


def insert_key(
    document: Document, mapping: Mapping, key: str, value: Value, *, before: str | None = None
) -> tuple[Edit, ...] | None:
    """Add a key to a mapping that does not have it; refused where `append_items` is.

    It comes at the end, or in a block mapping above the key `before` and the comments of that, if it is there.
    """
    places = parts(document, mapping)
    if places is None or key in mapping.fields or document.is_partial(mapping):
        return None
    style = _style(document, mapping)
    if mapping.flow:
        text = flow_text(value, style)
        written = None if text is None else f"{scalar_text(key, style.keys)}: {text}"
        return _append_to_flow(document, mapping, places, [written])
    lines = block_lines({key: value}, None, Style(keys=style.keys, lists=_list_indent(document, mapping)))
    follower = mapping.fields.get(before) if before else None
    if follower is not None and begins_line(document, follower.key.start):
        return _insert_above(document, follower, lines)
    return _append_lines(document, mapping.entries[-1].value, places[-1], lines)


def _insert_above(document: Document, follower: Entry, lines: Items[str]) -> tuple[Edit, ...]:
    source = document.source
    indent = column(document, follower.key.start)
    line = with_comments_above(document, source.line_at(follower.key.start), indent)
    at = source.line_starts[line - 1]
    return (Edit(Span(at, at), "".join(f"{' ' * indent}{text}{source.line_break}" for text in lines)),)


def _list_indent(document: Document, mapping: Mapping) -> str:
    """How far the lists of a mapping stand to the right of their keys."""
    for entry in mapping.entries:
        if isinstance(entry.value, Sequence) and not entry.value.flow and entry.alias is None:
            return " " * max(column(document, entry.value.start) - column(document, entry.key.start), 0)
    return ""


def _style(document: Document, model: Node) -> Style:
    return JSON_STYLE if document.piece.language == "json" else style_of(model)


def _append_lines(document: Document, last: Node, place: WrittenPart, lines: Items[str]) -> tuple[Edit, ...] | None:
    """Lines below the last part of a block collection, in its column."""
    if not has_clean_tail(document, place.end) or _keeps_line_breaks(document, last):
        return None
    line_break = document.source.line_break
    indent = " " * column(document, place.start)
    text = "".join(f"{line_break}{indent}{line}" for line in lines)
    at = line_end(document, place.end)
    return (Edit(Span(at, at), text),)


def _keeps_line_breaks(document: Document, node: Node) -> bool:
    """Whether a node ends in a block scalar to which the blank lines below it belong (`|+`)."""
    while not isinstance(node, Scalar):
        parts_of_node = [entry.value for entry in node.entries] if isinstance(node, Mapping) else node.items
        if not parts_of_node:
            return False
        node = parts_of_node[-1]
    header = document.source.text[node.start : line_end(document, node.start)].partition("#")[0]
    return node.style in {"|", ">"} and "+" in header


def _append_to_flow(
    document: Document, collection: Sequence | Mapping, places: Items[WrittenPart], texts: Items[str | None]
) -> tuple[Edit, ...] | None:
    written = [text for text in texts if text is not None]
    if len(written) < len(texts):
        return None
    if not places:
        if document.comments_in(collection.span):
            return None
        # The brackets too: two edits that fill the same empty list are then seen to meet.
        opening, closing = ("[", "]") if isinstance(collection, Sequence) else ("{", "}")
        return (Edit(collection.span, f"{opening}{', '.join(written)}{closing}"),)
    last = places[-1]
    comma = comma_after(document, last)
    end = last.end if comma is None else comma + 1
    source = document.source
    previous_end = places[-2].end if len(places) > 1 else collection.start + 1
    if source.line_at(previous_end) == source.line_at(last.start) or not has_clean_tail(document, end):
        return (Edit(Span(last.end, last.end), "".join(f", {text}" for text in written)),)
    # Each item on a line of its own, below the last one and its comment.
    below = source.line_break + " " * column(document, last.start)
    at = line_end(document, end)
    if comma is not None:
        return (Edit(Span(at, at), "".join(f"{below}{text}," for text in written)),)
    text = "".join((below, f",{below}".join(written)))
    if at == last.end:
        return (Edit(Span(at, at), f",{text}"),)
    return Edit(Span(last.end, last.end), ","), Edit(Span(at, at), text)
