"""Workspace: all sources of a run, and the look-up of objects by kind and name among them."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, TypeAlias

from podhosts.document import Document, Part, split, whole, whole_word
from podhosts.helm import Charts
from podhosts.kubernetes import objects
from podhosts.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.document import File, Piece
    from podhosts.kubernetes import KubernetesObject

#: What a name can be made of, and a little more.
_WORD = re.compile(r"[^\s\"'{}\[\],:\\]+")

#: A document: its source, its number, and the index of the item it is, -1 if none.
_Key: TypeAlias = tuple[Source, int, int]


class Workspace:
    """Sources and files that may refer to each other. Nothing is read or parsed until an object is asked for.

    `given` is gone through once for each kind that is asked for; only what mentions the kind is kept of it. `charts`
    are those that the files of the run belong to.
    """

    def __init__(self, given: Iterable[Source | File], charts: Charts | None = None) -> None:
        self._given = given
        self.charts = charts or Charts()
        self._replaced: dict[str, Source] = {}
        self._indexes: dict[str, dict[str, list[tuple[Source, Piece]]]] = {}
        self._objects: dict[_Key, list[KubernetesObject]] = {}
        self._by_name: dict[_Key, dict[tuple[str | None, str | None], list[KubernetesObject]]] = {}

    def replace(self, source: Source) -> None:
        """Let a source stand for the one of the same path, whose text has changed."""
        self._replaced[source.path] = source

    def find(self, kind: str, name: str, namespace: str | None) -> KubernetesObject | None:
        """The first object of that kind and name; a namespace counts only where both sides name one."""
        for manifest in self.named(kind, name):
            if namespace in {None, manifest.namespace or namespace}:
                return manifest
        return None

    def named(self, kind: str, name: str) -> Iterator[KubernetesObject]:
        """Every object of that kind and name, in order."""
        for key in self._mentioning(name, kind):
            yield from self._by_name[key].get((kind, name), ())

    def mentioning(self, name: str, kind: str) -> Iterator[KubernetesObject]:
        """Every object of the documents whose text holds a name and a kind (or another word), in order."""
        for key in self._mentioning(name, kind):
            yield from self._objects[key]

    def _mentioning(self, name: str, kind: str) -> Iterator[_Key]:
        """The documents whose text holds a name and a kind, each read."""
        if kind not in self._indexes:
            self._indexes[kind] = self._index(kind)
        # A name that a template decides in part is looked up by its longest word.
        word = max(_WORD.findall(name), key=len, default="")
        known = self._indexes[kind].get(word, [])
        current = [(source, piece) for source, piece in known if source.path not in self._replaced]
        for source in self._replaced.values():
            current += ((source, piece) for piece in split(source.text) if source.text.find(kind, *piece.span) >= 0)
        for source, piece in current:
            if source.text.find(name, *piece.span) >= 0:
                yield self._read(source, piece)

    def _index(self, kind: str) -> dict[str, list[tuple[Source, Piece]]]:
        """The pieces that hold `kind` as a word, by each of their words: every text is gone through once."""
        index: dict[str, list[tuple[Source, Piece]]] = {}
        for source, piece in self._holding(kind):
            words = set(_WORD.findall(source.cut(piece.span)))
            if kind in words:
                for word in words:
                    index.setdefault(word, []).append((source, piece))
        return index

    def _holding(self, word: str) -> Iterator[tuple[Source, Piece]]:
        pattern = whole_word(word)
        for given in self._given:
            if isinstance(given, Source):
                if pattern.search(given.data):
                    yield from _with_word(whole(given), word)
                continue
            # One that cannot be opened is told of when its turn comes.
            with suppress(OSError):
                for part in given if given.holds(word) else ():
                    if isinstance(part, Part):
                        yield from _with_word(part, word)
                    else:
                        yield from part.items(lambda data: pattern.search(data) is not None)

    def _read(self, source: Source, piece: Piece) -> _Key:
        key = (source, piece.number, piece.item.index if piece.item else -1)
        if key not in self._objects:
            self._objects[key] = list(objects(Document(source, piece)))
            by_name: dict[tuple[str | None, str | None], list[KubernetesObject]] = {}
            for manifest in self._objects[key]:
                by_name.setdefault((manifest.kind, manifest.name), []).append(manifest)
            self._by_name[key] = by_name
        return key


def _with_word(part: Part, word: str) -> Iterator[tuple[Source, Piece]]:
    for piece in part.pieces:
        if part.source.text.find(word, *piece.span) >= 0:
            yield part.own(piece)
