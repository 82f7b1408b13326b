"""Values that remember where they are written, so that whatever merging makes of them can be traced.

The merge models work on plain data. Here maps, lists and scalars are subclasses of `dict`, `list` and `str` that keep
their node; a copy keeps it too. Every scalar but null is its text: Kustomize merges scalars by their text.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from podhosts.document import Document, Mapping, Scalar, Sequence, split

if TYPE_CHECKING:
    from podhosts.document import Node
    from podhosts.source import Source, Span

#: From here on Go writes floats with an exponent.
_LARGE = 1e21
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


class Place(NamedTuple):
    """A piece of a file: its source, the document's number in it, and the span."""

    source: Source
    document: int
    span: Span


class Writing(NamedTuple):
    """A document in a file, or in a string of one: `holder` is then the document of the file and the string in it."""

    document: Document
    holder: tuple[Document, Scalar] | None = None

    def value(self) -> Located | None:
        """The document as data; None for an empty one."""
        root = self.document.root
        return locate(root, self) if root is not None else None

    def place(self, at: Node | Span) -> Place:
        """Where a node or span of the document stands in the file."""
        span = at if isinstance(at, tuple) else at.span
        if self.holder is None:
            return Place(self.document.source, self.document.number, span)
        outer, scalar = self.holder
        return Place(outer.source, outer.number, outer.locate(scalar, span.start, span.end))


class Map(dict[str, object]):
    """A mapping that keeps its node."""

    __slots__ = ("node", "writing")

    def __init__(self, node: Mapping, writing: Writing) -> None:
        super().__init__()
        self.node = node
        self.writing = writing

    def __copy__(self) -> Map:
        copy = Map(self.node, self.writing)
        copy.update(self)
        return copy

    def __deepcopy__(self, memo: dict[int, object]) -> Map:
        copy = Map(self.node, self.writing)
        copy.update((key, deepcopy(value, memo)) for key, value in self.items())
        return copy


class List(list[object]):
    """A list that keeps its node."""

    __slots__ = ("node", "writing")

    def __init__(self, node: Sequence, writing: Writing) -> None:
        super().__init__()
        self.node = node
        self.writing = writing

    def __deepcopy__(self, memo: dict[int, object]) -> List:
        copy = List(self.node, self.writing)
        copy.extend(deepcopy(value, memo) for value in self)
        return copy


class Text(str):
    """A scalar as it is written, which keeps its node."""

    __slots__ = ("node", "writing")

    node: Scalar
    writing: Writing

    def __deepcopy__(self, memo: dict[int, object]) -> Text:
        return self


Located: TypeAlias = Map | List | Text


def locate(node: Node, writing: Writing) -> Located | None:
    """A node as data. Keys written in a mapping beat those that `<<` brings in. Recursion is as deep as the node."""
    if isinstance(node, Scalar):
        if node.tag is None and not node.style and node.text in _NULLS:
            return None
        return text(node.text, node, writing)
    return locate_list(node, writing) if isinstance(node, Sequence) else locate_map(node, writing)


def locate_list(node: Sequence, writing: Writing) -> List:
    """`locate` for a list."""
    items = List(node, writing)
    items.extend(locate(item, writing) for item in node.items)
    return items


def locate_map(node: Mapping, writing: Writing) -> Map:
    """`locate` for a mapping."""
    fields = Map(node, writing)
    for entry in node.entries:
        if entry.is_merge and isinstance(merged := locate(entry.value, writing), (Map, List)):
            for part in reversed(merged) if isinstance(merged, List) else [merged]:
                fields.update(part if isinstance(part, Map) else {})
    fields.update((entry.key.text, locate(entry.value, writing)) for entry in node.entries if not entry.is_merge)
    return fields


def written_in(source: Source) -> list[Writing]:
    """The documents of a file."""
    return [Writing(Document(source, piece)) for piece in split(source.text)]


def text(value: str, node: Scalar, writing: Writing) -> Text:
    """A text that stands for a scalar."""
    located = Text(value)
    located.node, located.writing = node, writing
    return located


def typed(value: object) -> object:
    """A value as Kustomize prints it: other than for kubectl, `y` and `on` are strings (`vectors/overlays`)."""
    if isinstance(value, Text):
        read = value.node.written if value == value.node.text else str(value)
        if isinstance(read, bool):
            return read if value.lower() in {"true", "false"} else str(value)
        return int(read) if isinstance(read, float) and read.is_integer() and abs(read) < _LARGE else read
    if isinstance(value, dict):
        return {key: typed(item) for key, item in value.items()}
    return [typed(item) for item in value] if isinstance(value, list) else value


def place_of(value: object) -> Place | None:
    """Where a value is written; None for one that is not (null, what a merge made)."""
    return value.writing.place(value.node) if isinstance(value, (Map, List, Text)) else None


def lookup(value: object, *path: str) -> object:
    """The value below some keys; None where one is missing."""
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value
