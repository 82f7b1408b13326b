"""The documents of many files by the words in them. Nothing is read or parsed before it is asked for."""

from __future__ import annotations

import re
from contextlib import suppress
from heapq import merge
from typing import TYPE_CHECKING, TypeAlias

from podhosts.document import Document, Part, whole, whole_word
from podhosts.kubernetes import objects
from podhosts.patterns import regex
from podhosts.records import NamedTuple
from podhosts.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.document import File, Piece
    from podhosts.kubernetes import KubernetesObject
    from podhosts.kubernetes.schemas.definitions import ResourceDefinition

#: What a name can be made of, and a little more.
_WORD = regex(r"[^\s\"'{}\[\],:\\]+")
#: Characters up to which all words of a document are noted.
_LONGEST_INDEXED = 1 << 16


#: What a look-up asks for: documents that hold all these words, the first one a kind. Without a word: all documents.
Words: TypeAlias = "tuple[str, ...]"


class DocumentPlace(NamedTuple):
    """A document that is not parsed yet, or an item of a large List, in its source."""

    source: Source
    piece: Piece


class Documents:
    """The documents of some sources and files.

    These are gone through once for each kind that is asked for, of which only what mentions the kind is kept. Each
    document is parsed once.
    """

    def __init__(self, *given: Iterable[Source | File]) -> None:
        self._given = given
        self._indexes: dict[str, _WordIndex] = {}
        self._objects: dict[DocumentPlace, list[KubernetesObject]] = {}
        self._by_name: dict[tuple[DocumentPlace, str], dict[str | None, list[KubernetesObject]]] = {}
        self._definitions: dict[KubernetesObject, ResourceDefinition | None] = {}

    def __iter__(self) -> Iterator[Source | File]:
        """All that is given, in the order of paths where each of its parts has that."""
        return merge(*self._given, key=path_of)

    def places(self, kind: str, *words: str) -> Iterator[DocumentPlace]:
        """The documents whose text holds the kind as a word and all these words, in order, unparsed."""
        if kind not in self._indexes:
            self._indexes[kind] = _WordIndex(self._holding(kind), kind)
        return self._indexes[kind].holding(words)

    def objects(self, place: DocumentPlace) -> list[KubernetesObject]:
        """The objects of a document, parsed once."""
        if place not in self._objects:
            self._objects[place] = list(objects(Document(*place)))
        return self._objects[place]

    def named(self, place: DocumentPlace, kind: str, name: str) -> list[KubernetesObject]:
        """The objects of a document that have this kind and name."""
        if (place, kind) not in self._by_name:
            by_name = self._by_name[place, kind] = {}
            # Many documents hold both words, and definitions of custom resources are large.
            may_have = place.piece.item is not None or says_kind(kind).search(place.source.text, *place.piece.span)
            for manifest in self.objects(place) if may_have else ():
                if manifest.kind == kind:
                    by_name.setdefault(manifest.name, []).append(manifest)
        return self._by_name[place, kind].get(name, [])

    def definition(self, manifest: KubernetesObject) -> ResourceDefinition | None:
        """The kind that a CustomResourceDefinition defines, read once; None for what is none or is broken."""
        if manifest not in self._definitions:
            # Imported here: few runs ask.
            from podhosts.kubernetes.schemas.definitions import definition

            self._definitions[manifest] = definition(manifest)
        return self._definitions[manifest]

    def _holding(self, word: str) -> Iterator[DocumentPlace]:
        """The documents of all files that hold a word."""
        pattern = whole_word(word)
        for given in self:
            if isinstance(given, Source):
                if pattern.search(given.data):
                    yield from _holding(whole(given), word)
                continue
            # One that cannot be opened is reported when its turn comes.
            with suppress(OSError, ValueError):
                for part in given if given.holds(word) else ():
                    if isinstance(part, Part):
                        yield from _holding(part, word)
                    else:
                        items = part.items(lambda data: pattern.search(data) is not None)
                        yield from (DocumentPlace(source, piece) for source, piece in items)


def path_of(given: Source | File) -> str:
    """The path under which a text or file is shown."""
    return given.path if isinstance(given, Source) else given.name


def says_kind(kind: str) -> re.Pattern[str]:
    """A pattern for what a text holds that says `kind: KIND`, or that it is a list of those.

    Properties and tags of YAML, comments and line breaks may stand before the value.
    """
    return re.compile(rf"kind[\"']?\s*:\s*(?:[\"']?{re.escape(kind)}(?:List)?\b|[&*!|>#])")


def _holding(part: Part, word: str) -> Iterator[DocumentPlace]:
    for piece in part.pieces:
        if part.source.text.find(word, *piece.span) >= 0:
            yield DocumentPlace(*part.own(piece))


class _WordIndex:
    """Documents that hold `kind` as a word, by each of their words, so that every text is gone through once.

    Long ones, like definitions of custom resources, have many words and are asked for seldom: these are searched.
    """

    def __init__(self, places: Iterable[DocumentPlace], kind: str) -> None:
        self._places: list[DocumentPlace] = []
        self._by_word: dict[str, list[int]] = {}
        self._long: list[int] = []
        for place in places:
            start, end = place.piece.span
            words = set(_WORD.findall(place.source.text, start, end)) if end - start <= _LONGEST_INDEXED else None
            if words is not None and kind not in words:
                continue
            for word in words or ():
                self._by_word.setdefault(word, []).append(len(self._places))
            if words is None:
                self._long.append(len(self._places))
            self._places.append(place)

    def holding(self, words: tuple[str, ...]) -> Iterator[DocumentPlace]:
        """The documents whose text holds all these words, the first one not only as a part of another."""
        # A name that a template decides in part is looked up by its longest word.
        first = max(_WORD.findall(words[0]), key=len, default="")
        for number in merge(self._by_word.get(first, ()), self._long):
            place = self._places[number]
            # A search is cheap, parsing is not.
            if all(place.source.text.find(word, *place.piece.span) >= 0 for word in words):
                yield place
