"""Taking comments out, and putting them in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.document import Scalar, nodes
from podhosts.edits import Edit
from podhosts.source import Span
from podhosts.surgery.places import before, whole_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.document import Comment, Document


def remove_comment(document: Document, comment: Comment) -> tuple[Edit, ...] | None:
    """Remove a comment: its whole line, or from the blanks before it on."""
    start, end = comment.span
    if comment.own_line:
        lines = whole_lines(document, start, end)
        return None if lines is None else (Edit(lines, ""),)
    start -= len(before(document, start)) - len(before(document, start).rstrip(" \t"))
    return (Edit(Span(start, end), ""),)


def add_comment(document: Document, offset: int, text: str) -> tuple[Edit, ...] | None:
    """Put a comment at the end of `commented_line`, or above it where another comment stands there.

    None where no place is free: in JSON, between the lines of a scalar, beside the actions of a template.
    """
    if document.piece.language == "json" or document.root is None or document.problem is not None:
        return None
    source = document.source
    line = source.line_span(commented_line(document, offset))
    if document.has_action_near(line):
        return None
    if not _is_inside_scalar(document, line.end) and not document.comments_in(line):
        gap = "" if source.text[line.start : line.end].endswith((" ", "\t")) else "  "
        return (Edit(Span(line.end, line.end), f"{gap}{text}"),)
    if _is_inside_scalar(document, line.start):
        return None
    written = source.cut(line)
    indent = written[: len(written) - len(written.lstrip(" "))]
    return (Edit(Span(line.start, line.start), f"{indent}{text}{source.line_break}"),)


def commented_line(document: Document, offset: int) -> int:
    """The 1-based line that a comment about an offset belongs to: of text in a block scalar the one it begins on."""
    for scalar in _scalars(document):
        if scalar.style in {"|", ">"} and scalar.start <= offset < scalar.end:
            offset = scalar.start
    return document.source.line_at(offset)


def _is_inside_scalar(document: Document, offset: int) -> bool:
    """Whether an offset lies between the characters of a scalar; the end of a block scalar's first line does not."""
    line = document.source.line_at(offset)
    for scalar in _scalars(document):
        is_header = scalar.style in {"|", ">"} and document.source.line_at(scalar.start) == line
        if scalar.start < offset < scalar.end and not is_header:
            return True
    return False


def _scalars(document: Document) -> Iterator[Scalar]:
    return (node for node in nodes(document.root) if isinstance(node, Scalar))
