"""Workspace: all sources of a run, and the look-up of objects by kind and name among them."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from podhosts.document import Document, split
from podhosts.helm import Charts, FileFacts
from podhosts.inventory import index
from podhosts.kubernetes import objects
from podhosts.kubernetes.definitions import KIND as CUSTOM_RESOURCE_DEFINITION
from podhosts.kubernetes.definitions import Definition, definition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from podhosts.document import Piece
    from podhosts.inventory import AddressIndex
    from podhosts.kubernetes import KnownKinds, KubernetesObject
    from podhosts.kustomize.overlays import Overlays, Told
    from podhosts.source import Source


#: The kinds that rules ask for, and the field that mounts one, as they stand in a file (UTF-16 files are not searched).
DEFINITION_WORDS = (b"CustomResourceDefinition",)
_LOOKED_UP = (b"ConfigMap", b"Service", b"configMap", *DEFINITION_WORDS)


class Place(NamedTuple):
    """A document of a source."""

    source: Source
    piece: Piece


class Workspace:
    """Sources that may refer to each other. Nothing is read or parsed until an object is asked for.

    They are gone through once for the objects and once for the addresses, if a rule asks for these.
    Of the sources only those are kept that hold one of `words`: the kinds that are looked up. `charts` are those that
    the files of the run belong to, `overlays` its kustomizations; without them each file is looked at alone.
    `definitions` gives CustomResourceDefinitions where they are not to be looked for in the sources. `is_whole` says
    that these are all files of the run, and not one file alone.
    """

    def __init__(
        self,
        sources: Iterable[Source],
        charts: Charts | None = None,
        overlays: Overlays | None = None,
        *,
        words: tuple[bytes, ...] = _LOOKED_UP,
        definitions: Callable[[str, str], list[Definition]] | None = None,
        is_whole: bool = True,
    ) -> None:
        self.is_whole = is_whole
        self._given = sources
        self._words = words
        self.charts = charts or Charts()
        self.overlays = overlays
        self._replaced: set[str] = set()
        self._objects: dict[tuple[Source, int], list[KubernetesObject]] = {}
        self._addresses: AddressIndex | None = None
        self._definitions: dict[tuple[str, str], list[Definition]] = {}
        self._definition_in: dict[KubernetesObject, Definition | None] = {}
        self._look_up = definitions or self._read_definitions

    @cached_property
    def _sources(self) -> list[tuple[Source, list[Piece]]]:
        kept = (source for source in self._given if any(word in source.data for word in self._words))
        return [(source, split(source.text)) for source in kept]

    def replace(self, source: Source) -> None:
        """Let a source stand for the one of the same path, whose text has changed.

        What overlays know of the file has places in the old text, and is not told any more.
        """
        self._replaced.add(source.path)
        for number, (old, _) in enumerate(self._sources):
            if old.path == source.path:
                self._sources[number] = (source, split(source.text))
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

    def definitions(self, group: str, kind: str) -> list[Definition]:
        """The CustomResourceDefinitions of a group and kind, in order."""
        if (group, kind) not in self._definitions:
            self._definitions[group, kind] = self._look_up(group, kind)
        return self._definitions[group, kind]

    def _read_definitions(self, group: str, kind: str) -> list[Definition]:
        read = map(self.definition_in, self.mentioning(CUSTOM_RESOURCE_DEFINITION, kind, group))
        return [item for item in read if item is not None and (item.group, item.kind) == (group, kind)]

    def definition_in(self, manifest: KubernetesObject) -> Definition | None:
        """What a CustomResourceDefinition defines, read once; None for what is none or is broken."""
        if manifest not in self._definition_in:
            self._definition_in[manifest] = definition(manifest)
        return self._definition_in[manifest]

    def addresses(self, kinds: KnownKinds, environment_of: Callable[[str], str | None] | None = None) -> AddressIndex:
        """The addresses of every name in all sources, read when first asked for."""
        if self._addresses is None:
            self._addresses = index(self._given, kinds, environment_of)
        return self._addresses

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
