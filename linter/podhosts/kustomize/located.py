"""Values that remember where they are written, so that whatever merging makes of them can be traced.

The merge models work on plain data. Here maps, lists and scalars are subclasses of `dict`, `list` and `str` that keep
their node; a copy keeps it too. Every scalar but null is its text: Kustomize merges scalars by their text.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, TypeAlias

from podhosts.document import Document, Mapping, Scalar, Sequence, split
from podhosts.placed import Placed

if TYPE_CHECKING:
    from podhosts.document import Node
    from podhosts.placed import Place
    from podhosts.source import Source, Span

#: From here on Go writes floats with an exponent.
_LARGE = 1e21
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


def value_of(placed: Placed) -> Located | None:
    """A document as data; None for an empty one."""
    root = placed.document.root
    return locate(root, placed) if root is not None else None


def written_at(placed: Placed, at: Node | Span) -> Place:
    """Where a node or span of a document that Kustomize reads stands in its file."""
    place = placed.place(at if isinstance(at, tuple) else at.span)
    assert place is not None  # all that Kustomize reads is written in files
    return place


class Map(dict[str, object]):
    """A mapping that keeps its node."""

    __slots__ = ("node", "placed")

    def __init__(self, node: Mapping, placed: Placed) -> None:
        super().__init__()
        self.node = node
        self.placed = placed

    def __copy__(self) -> Map:
        copy = Map(self.node, self.placed)
        copy.update(self)
        return copy

    def __deepcopy__(self, memo: dict[int, object]) -> Map:
        copy = Map(self.node, self.placed)
        copy.update((key, deepcopy(value, memo)) for key, value in self.items())
        return copy


class List(list[object]):
    """A list that keeps its node."""

    __slots__ = ("node", "placed")

    def __init__(self, node: Sequence, placed: Placed) -> None:
        super().__init__()
        self.node = node
        self.placed = placed

    def __deepcopy__(self, memo: dict[int, object]) -> List:
        copy = List(self.node, self.placed)
        copy.extend(deepcopy(value, memo) for value in self)
        return copy


class LocatedString(str):
    """A scalar as it is written, which keeps its node."""

    __slots__ = ("node", "placed")

    node: Scalar
    placed: Placed

    def __deepcopy__(self, memo: dict[int, object]) -> LocatedString:
        return self


class SubstitutedString(LocatedString):
    """A scalar that Flux has put variables into: the quotes that were around it are gone. `before` is the text."""

    __slots__ = ("before",)

    before: LocatedString


Located: TypeAlias = Map | List | LocatedString


def locate(node: Node, placed: Placed) -> Located | None:
    """A node as data. Keys written in a mapping beat those that `<<` brings in. Recursion is as deep as the node."""
    if isinstance(node, Scalar):
        if node.tag is None and not node.style and node.text in _NULLS:
            return None
        return text(node.text, node, placed)
    return locate_list(node, placed) if isinstance(node, Sequence) else locate_map(node, placed)


def locate_list(node: Sequence, placed: Placed) -> List:
    """`locate` for a list."""
    items = List(node, placed)
    items.extend(locate(item, placed) for item in node.items)
    return items


def locate_map(node: Mapping, placed: Placed) -> Map:
    """`locate` for a mapping."""
    fields = Map(node, placed)
    for entry in node.entries:
        if entry.is_merge and isinstance(merged := locate(entry.value, placed), (Map, List)):
            for part in reversed(merged) if isinstance(merged, List) else [merged]:
                fields.update(part if isinstance(part, Map) else {})
    fields.update((entry.key.text, locate(entry.value, placed)) for entry in node.entries if not entry.is_merge)
    return fields


def written_in(source: Source) -> list[Placed]:
    """The documents of a file."""
    return [Placed(Document(source, piece)) for piece in split(source.text)]


def text(value: str, node: Scalar, placed: Placed) -> LocatedString:
    """A text that stands for a scalar."""
    located = LocatedString(value)
    located.node, located.placed = node, placed
    return located


def typed(value: object) -> object:
    """A value as Kustomize prints it: other than for kubectl, `y` and `on` are strings (`vectors/overlays`)."""
    if isinstance(value, LocatedString):
        read = value.node.written if value == value.node.text else str(value)
        if isinstance(read, bool):
            return read if value.lower() in {"true", "false"} else str(value)
        return int(read) if isinstance(read, float) and read.is_integer() and abs(read) < _LARGE else read
    if isinstance(value, dict):
        return {key: typed(item) for key, item in value.items()}
    return [typed(item) for item in value] if isinstance(value, list) else value


def place_of(value: object) -> Place | None:
    """Where a value is written; None for one that is not (null, what a merge made)."""
    return written_at(value.placed, value.node) if isinstance(value, (Map, List, LocatedString)) else None


def lookup(value: object, *path: str) -> object:
    """The value below some keys; None where one is missing."""
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value
