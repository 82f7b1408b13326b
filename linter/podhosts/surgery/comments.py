"""Taking comments out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.edits import Edit
from podhosts.source import Span
from podhosts.surgery.places import before, whole_lines

if TYPE_CHECKING:
    from podhosts.document import Comment, Document


def remove_comment(document: Document, comment: Comment) -> tuple[Edit, ...] | None:
    """Remove a comment: its whole line, or from the blanks before it on."""
    start, end = comment.span
    if comment.own_line:
        lines = whole_lines(document, start, end)
        return None if lines is None else (Edit(lines, ""),)
    start -= len(before(document, start)) - len(before(document, start).rstrip(" \t"))
    return (Edit(Span(start, end), ""),)
