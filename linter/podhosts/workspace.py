"""Workspace: all sources of a run, and the look-up of objects by kind and name among them."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from podhosts.document import Document, split
from podhosts.helm import Charts, FileFacts
from podhosts.kubernetes import objects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.document import Piece
    from podhosts.kubernetes import KubernetesObject
    from podhosts.kustomize.overlays import Overlays, Told
    from podhosts.source import Source


#: The kinds that rules ask for, and the field that mounts one, as they stand in a file (UTF-16 files are not searched).
_LOOKED_UP = (b"ConfigMap", b"Service", b"configMap")


class Place(NamedTuple):
    """A document of a source."""

    source: Source
    piece: Piece


class Workspace:
    """Sources that may refer to each other. Nothing is read or parsed until an object is asked for.

    Of the sources only those are kept that mention a kind that is looked up. `charts` are those that the files of the
    run belong to, `overlays` its kustomizations; without them each file is looked at alone. `is_whole` says that these
    are all files of the run, and not one file alone.
    """

    def __init__(
        self,
        sources: Iterable[Source],
        charts: Charts | None = None,
        overlays: Overlays | None = None,
        *,
        is_whole: bool = True,
    ) -> None:
        self.is_whole = is_whole
        self._given = sources
        self.charts = charts or Charts()
        self.overlays = overlays
        self._replaced: set[str] = set()
        self._objects: dict[tuple[Source, int], list[KubernetesObject]] = {}

    @cached_property
    def _sources(self) -> list[tuple[Source, list[Piece]]]:
        kept = (source for source in self._given if any(kind in source.data for kind in _LOOKED_UP))
        return [(source, split(source.text)) for source in kept]

    def replace(self, source: Source) -> None:
        """Let a source stand for the one of the same path, whose text has changed.

        What overlays know of the file has places in the old text, and is not told any more.
        """
        self._replaced.add(source.path)
        for index, (old, _) in enumerate(self._sources):
            if old.path == source.path:
                self._sources[index] = (source, split(source.text))
        self.charts = self.charts.with_source(source)

    def facts(self, path: str) -> FileFacts:
        """What the charts of the run know of a file."""
        return self.charts.facts(path)

    def overlays_of(self, path: str) -> Overlays | None:
        """The kustomizations that may say something about a file."""
        return None if path in self._replaced else self.overlays

    def told(self, path: str) -> Told | None:
        """What the kustomizations of the run say about a file; None for nothing."""
        overlays = self.overlays_of(path)
        return overlays.told(path) if overlays is not None else None

    def find(self, kind: str, name: str, namespace: str | None) -> KubernetesObject | None:
        """The first object of that kind and name; a namespace counts only where both sides name one."""
        for manifest in self.named(kind, name):
            if namespace in {None, manifest.namespace or namespace}:
                return manifest
        return None

    def named(self, kind: str, name: str) -> Iterator[KubernetesObject]:
        """Every object of that kind and name, in order."""
        for manifest in self.mentioning(name, kind):
            if manifest.kind == kind and manifest.name == name:
                yield manifest

    def mentioning(self, *words: str) -> Iterator[KubernetesObject]:
        """Every object of the documents whose text holds all these words, in order. The rarest should stand first."""
        for source, piece in self.places(*words):
            yield from self.objects_in(source, piece)

    def places(self, *words: str) -> Iterator[Place]:
        """The documents whose text holds all these words, unparsed. Every look-up comes down to this search."""
        first, *others = words
        for source, pieces in self._sources:
            for piece in _with_word(source, pieces, first):
                # A search is cheap, parsing is not.
                if all(source.text.find(word, *piece.span) >= 0 for word in others):
                    yield Place(source, piece)

    def objects_in(self, source: Source, piece: Piece) -> list[KubernetesObject]:
        """The objects of a document, parsed once."""
        key = (source, piece.number)
        if key not in self._objects:
            self._objects[key] = list(objects(Document(source, piece)))
        return self._objects[key]


def _with_word(source: Source, pieces: list[Piece], word: str) -> Iterator[Piece]:
    """The pieces that hold a word, found with one search of the text."""
    at = source.text.find(word)
    while at >= 0:
        number = bisect_right(pieces, at, key=lambda piece: piece.span.start) - 1
        searched = at + 1
        # Between the pieces there are the lines that separate them.
        if number >= 0 and at + len(word) <= pieces[number].span.end:
            yield pieces[number]
            searched = pieces[number].span.end
        at = source.text.find(word, searched)
