"""Placed: the way from the text of a document to the files in which it is written.

A document may be a piece of a file, the text of a string in another document, a block of a page, or built of several
files. Findings, lists of names and rendered lines all go this way from where they were found to what people can open.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from podhosts.document import Document
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from podhosts.diagnostics import ObjectIdentity, Related
    from podhosts.document import Scalar
    from podhosts.source import Source, Span


class Place(NamedTuple):
    """A piece of a source: the number of its document there (from 1), the span, and the index in a List, if any.

    `field` is the path there where that is another one than in the document that the way began at.
    """

    source: Source
    document: int
    span: Span
    item: int | None = None
    field: str | None = None


class Placed:
    """A document and where it is written. This class: in a file, as it is.

    `outer` is the document that this one is written in the text of; None where the next step outward is a file.
    """

    #: Whether an edit of the document's text is one of the file. Text in a string has other indentation and escapes.
    is_editable = True
    #: Whether the API server may get the text, so that it refuses what is wrong in it.
    is_sent = True
    #: Places that belong to whatever is found in the document.
    related: tuple[Related, ...] = ()

    def __init__(self, document: Document, outer: Placed | None = None) -> None:
        self.document = document
        self.outer = outer

    def unparsed(self) -> Placed:
        """A copy without the nodes of the document, which take more memory than its text."""
        other = copy(self)
        other.document = Document(self.document.source, self.document.piece, is_embedded=self.document.is_embedded)
        return other

    def step(self, span: Span, item: int | None = None) -> Place | None:
        """Where a span of the document stands one step further out: in `outer`, or in a file.

        `item` is the index in a List of what the span belongs to. None for text that nobody wrote.
        """
        return Place(self.document.source, self.document.number, span, item)

    def related_to(self, span: Span) -> tuple[Related, ...]:
        """Places that belong to what is found at a span."""
        del span
        return self.related

    def step_field(self, identity: ObjectIdentity, path: str) -> tuple[ObjectIdentity, str]:
        """The object in `outer` that a field of an object here belongs to, and the field's path from its root."""
        return identity, path

    def place(self, span: Span, item: int | None = None) -> Place | None:
        """Where a span of the document stands in a file; None for text that nobody wrote."""
        placed, place = self, self.step(span, item)
        while place is not None and placed.outer is not None:
            placed = placed.outer
            place = placed.step(place.span, place.item)
        return place

    def span(self, span: Span) -> Span | None:
        """`place` without the file, where that is known."""
        place = self.place(span)
        return place and place.span

    def field(self, identity: ObjectIdentity, path: str) -> tuple[ObjectIdentity, str]:
        """The object of a file that a field of an object here belongs to, and the field's path from its root."""
        placed: Placed | None = self
        while placed is not None:
            identity, path = placed.step_field(identity, path)
            placed = placed.outer
        return identity, path


class InString(Placed):
    """A document in a string: the text of its source is that of a scalar in `outer`.

    `item` is the index in a List of the object that the string is a field of.
    """

    is_editable = False
    outer: Placed

    def __init__(self, document: Document, outer: Placed, scalar: Scalar, item: int | None = None) -> None:
        super().__init__(document, outer)
        self.scalar = scalar
        self.item = item

    def step(self, span: Span, item: int | None = None) -> Place:
        holder = self.outer.document
        return Place(holder.source, holder.number, holder.locate(self.scalar, *span), self.item)
