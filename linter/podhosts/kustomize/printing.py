"""A built object as a document of its own, which still knows where each part is written."""

from __future__ import annotations

import json
import posixpath
from bisect import bisect_right
from typing import TYPE_CHECKING

from podhosts.document import Document, nodes, split
from podhosts.kustomize.located import List, LocatedString, Map, SubstitutedString, place_of, typed, written_at
from podhosts.kustomize.names import KUSTOMIZATION_NAMES
from podhosts.placed import Placed
from podhosts.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from podhosts.document import Node
    from podhosts.placed import Place

_STEP = "  "


class Printed(Placed):
    """A built object as JSON. `document` can be read like any other; `place` leads to the files it is built of.

    `folder` is that of the kustomization that builds it, `delivery` what deploys that with changes of its own.
    """

    is_editable = False

    def __init__(self, value: Map, path: str, folder: str, delivery: str | None = None) -> None:
        self.folder = folder
        self.delivery = delivery
        self._parts: list[str] = []
        self._length = 0
        self._starts: list[int] = []
        self._places: list[Place | None] = []
        self._substituted: set[int] = set()
        self._print(value, "\n")
        source = Source(path, "".join(self._parts).encode("utf-8", "surrogatepass"))
        super().__init__(Document(source, split(source.text)[0]))

    def step(self, span: Span, item: int | None = None) -> Place | None:
        """Where the key or value is written that begins at a span or holds it; None for what nobody wrote."""
        index = bisect_right(self._starts, span.start) - 1
        return self._places[index] if index >= 0 else None

    def is_substituted(self, span: Span) -> bool:
        """Whether a scalar is what Flux has put variables into."""
        return span.start in self._substituted

    @property
    def documents(self) -> set[tuple[str, int]]:
        """The documents that the object is built of: the paths of their files, and their numbers there."""
        return {(place.source.path, place.document) for place in self._places if place is not None}

    def is_of(self, paths: AbstractSet[str]) -> bool:
        """Whether a part of the object is written in one of some files, or one of them is its kustomization."""
        own = (posixpath.join(self.folder, name) for name in KUSTOMIZATION_NAMES)
        return not paths.isdisjoint(own) or not paths.isdisjoint(path for path, _ in self.documents)

    def origins(self, node: Node) -> list[Place]:
        """Where a value is written; before it, where what a patch or replacement put into it is written."""
        own = self.place(node.span)
        parts = [place for part in nodes(node) if (place := self.place(part.span)) is not None]
        others = {place[:2]: place for place in reversed(parts) if own is None or place[:2] != own[:2]}
        return [*reversed(others.values()), *([own] if own is not None else [])]

    def _print(self, value: object, line_break: str) -> None:
        self._begin(_place(value))
        inner = line_break + _STEP
        if isinstance(value, dict) and value:
            self._add("{")
            for number, (key, item) in enumerate(value.items()):
                self._add(f"{',' if number else ''}{inner}")
                self._begin(_key_place(value, key))
                self._add(f"{json.dumps(key, ensure_ascii=False)}: ")
                self._print(item, inner)
            self._add(line_break + "}")
        elif isinstance(value, list) and value:
            self._add("[")
            for number, item in enumerate(value):
                self._add(f"{',' if number else ''}{inner}")
                self._print(item, inner)
            self._add(line_break + "]")
        else:
            if isinstance(value, SubstitutedString):
                self._substituted.add(self._length)
            self._add(json.dumps(typed(value), ensure_ascii=False))

    def _begin(self, place: Place | None) -> None:
        """What follows is written there."""
        self._starts.append(self._length)
        self._places.append(place)

    def _add(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


def _key_place(value: dict[str, object], key: str) -> Place | None:
    """Where a key, or the path that ends in it, is written; its value's place if that came from elsewhere."""
    if isinstance(key, LocatedString):
        return place_of(key)
    item = value[key]
    if isinstance(value, Map) and not (
        isinstance(item, (Map, List, LocatedString)) and item.placed is not value.placed
    ):
        for entry in value.node.entries:
            if entry.key.text == key:
                return written_at(value.placed, entry.key)
    return _place(item)


def _place(value: object) -> Place | None:
    """Where a value is written, or the first part of one that a replacement made up."""
    place = place_of(value)
    if place is None and isinstance(value, (dict, list)):
        parts = value.values() if isinstance(value, dict) else value
        return next((found for part in parts if (found := _place(part)) is not None), None)
    return place
