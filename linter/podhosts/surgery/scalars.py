"""Changing scalars: their text, a part of it, their quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.edits import Edit
from podhosts.patterns import regex
from podhosts.source import Span
from podhosts.surgery.places import column
from podhosts.surgery.writing import double_quoted, scalar_text

if TYPE_CHECKING:
    from podhosts.document import Document, Entry, Mapping, Scalar

_BREAKS = regex(r"[\r\n\x85\u2028\u2029]")
_BLOCK_STYLES = frozenset("|>")
#: Text that is the same in a plain scalar, inside or outside a flow collection.
_PLAIN_PART = regex(r"[A-Za-z0-9._/-]*")


def replace_scalar(document: Document, scalar: Scalar, value: str) -> tuple[Edit, ...] | None:
    """Give a scalar another string as its value; its quotes stay. Refused for block scalars, several lines and tags."""
    if not _is_simple(document, scalar):
        return None
    quotes = '"' if document.piece.language == "json" else scalar.style
    # A plain scalar that holds a colon shows that one may stand here.
    text = scalar_text(value, quotes, in_flow=":" not in scalar.text)
    return (Edit(scalar.span, text),)


def rename_key(document: Document, mapping: Mapping, entry: Entry, name: str) -> tuple[Edit, ...] | None:
    """Give a key another name that its mapping does not have; refused where the key overrides another one."""
    if name in mapping.fields or mapping.hides(entry) or entry not in mapping.entries:
        return None
    return replace_scalar(document, entry.key, name)


def quote(document: Document, scalar: Scalar) -> tuple[Edit, ...] | None:
    """Put a plain scalar's own text in double quotes, so that it is a string."""
    if scalar.style or not _is_simple(document, scalar):
        return None
    return (Edit(scalar.span, double_quoted(scalar.text)),)


def wrap_in_list(document: Document, scalar: Scalar) -> tuple[Edit, ...] | None:
    """Make a scalar the only item of a flow list."""
    if not _is_simple(document, scalar) or (not scalar.style and not _PLAIN_PART.fullmatch(scalar.text)):
        return None
    start, end = scalar.span
    return Edit(Span(start, start), "["), Edit(Span(end, end), "]")


def _is_simple(document: Document, scalar: Scalar) -> bool:
    """Whether a scalar is a single token on one line that nothing else speaks of."""
    return (
        scalar.style not in _BLOCK_STYLES
        and scalar.tag is None
        and scalar.end > scalar.start
        and not _BREAKS.search(document.source.text, scalar.start, scalar.end)
        and not document.sharing.marks(scalar.span)
    )


def replace_in_scalar(document: Document, scalar: Scalar, start: int, end: int, text: str) -> tuple[Edit, ...] | None:
    """Put `text` in the place of `scalar.text[start:end]`; both as values, without quotes, escapes and indentation.

    Refused where the style cannot hold it: line breaks anywhere but in `|` and `"`, anything special in a plain scalar.
    """
    removed = scalar.text[start:end]
    if scalar.style == "|":
        return _replace_in_literal(document, scalar, start, end, text)
    if "\n" in removed and scalar.style != '"':
        return None
    if scalar.style == '"':
        written = double_quoted(text)[1:-1]
    elif "\n" in text or not text.isprintable():
        return None
    elif scalar.style == "'":
        written = text.replace("'", "''")
    elif scalar.style == ">" or _PLAIN_PART.fullmatch(text):
        written = text
    else:
        return None
    if removed == scalar.text or not _is_followed(document, scalar):
        return None
    return (Edit(document.locate(scalar, start, end), written),)


def _replace_in_literal(document: Document, scalar: Scalar, start: int, end: int, text: str) -> tuple[Edit, ...] | None:
    value = scalar.text
    if not _is_followed(document, scalar) or (start == 0 and (text or value[end:]).startswith((" ", "\n"))):
        # The first line says how far the others are indented.
        return None
    first_character = next(index for index, character in enumerate(value) if character != "\n")
    place = document.locate(scalar, first_character, first_character + 1)
    line_start = value.rfind("\n", 0, first_character) + 1
    indent = " " * (column(document, place.start) - (first_character - line_start))
    written = text.replace("\n", document.source.line_break + indent)
    begin = document.locate(scalar, start, start + 1).start if start < len(value) else None
    stop = document.locate(scalar, end, end + 1).start if end < len(value) else None
    if begin is None or stop is None:
        return _replace_at_end(document, scalar, start, text, indent)
    return (Edit(Span(begin, stop), written),)


def _replace_at_end(document: Document, scalar: Scalar, start: int, text: str, indent: str) -> tuple[Edit, ...] | None:
    """Put `text` in the place of everything from `start` on; lines stay whole."""
    value = scalar.text
    at_line_start = start == 0 or value[start - 1] == "\n"
    if not value.endswith("\n") or value.endswith("\n\n") or not at_line_start or (text and not text.endswith("\n")):
        return None
    line_break = document.source.line_break
    lines = "".join(f"{line_break}{indent}{line}" for line in text.split("\n")[:-1])
    # From the end of the line before, so that the file's last line break stays as it is.
    begin = document.locate(scalar, start - 1, start).start
    return (Edit(Span(begin, max(begin, scalar.end)), lines),)


def _is_followed(document: Document, scalar: Scalar) -> bool:
    """Whether the places of the value's characters are known."""
    if document.sharing.marks(scalar.span):
        return False
    return not scalar.text or document.locate(scalar, 0, 1) != scalar.span or scalar.end - scalar.start == 1
