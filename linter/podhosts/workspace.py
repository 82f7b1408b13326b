"""Workspace: all files of a run, and the look-up of objects by kind and name among them."""

from __future__ import annotations

import re
from contextlib import suppress
from copy import copy
from enum import Enum, auto
from heapq import merge
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from podhosts.document import Document, Part, whole, whole_word
from podhosts.helm import Charts, FileFacts
from podhosts.kubernetes import objects
from podhosts.kubernetes.kinds import CUSTOM_RESOURCE_DEFINITION
from podhosts.kustomize.names import is_kustomization
from podhosts.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from podhosts.document import File, Piece
    from podhosts.inventory import AddressIndex
    from podhosts.kubernetes import KnownKinds, KubernetesObject
    from podhosts.kubernetes.known_kinds import DefinitionLookUp
    from podhosts.kubernetes.schemas.definitions import ResourceDefinition
    from podhosts.kustomize.overlays import Overlays, Told

#: What a name can be made of, and a little more.
_WORD = re.compile(r"[^\s\"'{}\[\],:\\]+")
#: Characters up to which all words of a document are noted.
_LONGEST_INDEXED = 1 << 16


#: What a look-up asks for: documents that hold all these words. Without a word: all documents.
Words: TypeAlias = "tuple[str, ...]"


class Place(NamedTuple):
    """A document, or an item of a large List, in its source."""

    source: Source
    piece: Piece


class Reader(Enum):
    """What else than kubectl reads a file, and as what."""

    HELM_VALUES = auto()
    HELM_TEMPLATE = auto()
    KUSTOMIZATION = auto()
    KUSTOMIZE_INPUT = auto()


class Workspace:
    """Sources and files that may refer to each other. Nothing is read or parsed until an object is asked for.

    `given` is gone through once for each kind that is asked for, of which only what mentions the kind is kept, and
    once for the addresses. `charts` are those that the files of the run belong to, `overlays` its kustomizations;
    without them each file is looked at alone. `definitions` gives CustomResourceDefinitions where they are not to be
    looked for in the files. `is_whole` says that these are all files of the run, and not one file alone.
    """

    def __init__(
        self,
        given: Iterable[Source | File],
        charts: Charts | None = None,
        overlays: Overlays | None = None,
        *,
        definitions: DefinitionLookUp | None = None,
        is_whole: bool = True,
    ) -> None:
        self.is_whole = is_whole
        self._given = given
        self.charts = charts or Charts()
        self.overlays = overlays
        #: The sources that stand for files of the same path, and the documents of these by kind.
        self._replaced: dict[str, Source] = {}
        self._replacing: dict[str, _WordIndex] = {}
        #: Of a view, the files as they are.
        self._stored: Workspace | None = None
        #: What was looked up since whoever wants to know emptied it.
        self.lookups: set[Words] = set()
        self._indexes: dict[str, _WordIndex] = {}
        self._objects: dict[Place, list[KubernetesObject]] = {}
        self._by_name: dict[tuple[Place, str], dict[str | None, list[KubernetesObject]]] = {}
        self._addresses: AddressIndex | None = None
        self._definitions: dict[tuple[str, str, str], list[ResourceDefinition]] = {}
        self._definition_in: dict[KubernetesObject, ResourceDefinition | None] = {}
        self._look_up = definitions or self._read_definitions

    def with_source(self, source: Source) -> Workspace:
        """The same files, but for one whose text is now that of `source`; what is read of the others serves both.

        What overlays know of the file has places in the old text, and is not told any more.
        """
        view = copy(self)
        view._replaced = {**self._replaced, source.path: source}
        view._replacing = {}
        view.lookups = set()
        view.charts = self.charts.with_source(source)
        view._definitions = {}
        view._stored = self._stored or self
        if view._look_up == self._read_definitions:
            view._look_up = view._read_definitions
        return view

    def facts(self, path: str) -> FileFacts:
        """What the charts of the run know of a file."""
        return self.charts.facts(path)

    def reader(self, path: str) -> Reader | None:
        """What reads a file, where that is not kubectl; None too where nothing is known of it."""
        if self.charts.has_values(path):
            return Reader.HELM_VALUES
        if self.charts.has_template(path):
            return Reader.HELM_TEMPLATE
        if is_kustomization(path):
            return Reader.KUSTOMIZATION
        return Reader.KUSTOMIZE_INPUT if self.overlays is not None and self.overlays.lists(path) else None

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
        says_kind = _saying_kind(kind)
        for place in self.places(kind, name):
            if (place, kind) not in self._by_name:
                by_name = self._by_name[place, kind] = {}
                # Many documents hold both words, and definitions of custom resources are large.
                may_have = place.piece.item is not None or says_kind.search(place.source.text, *place.piece.span)
                for manifest in self.objects_in(place) if may_have else ():
                    if manifest.kind == kind:
                        by_name.setdefault(manifest.name, []).append(manifest)
            yield from self._by_name[place, kind].get(name, ())

    def definitions(self, group: str, kind: str, declaring: str = "") -> list[ResourceDefinition]:
        """The CustomResourceDefinitions of a group and kind, in order; none at all if no one's text has
        a key `declaring`."""
        key = (group, kind, declaring)
        self.lookups.add((CUSTOM_RESOURCE_DEFINITION, kind, group))
        if key not in self._definitions:
            self._definitions[key] = self._look_up(group, kind, declaring)
        return self._definitions[key]

    def _read_definitions(self, group: str, kind: str, declaring: str) -> list[ResourceDefinition]:
        # They are large, and many name other kinds.
        named = _saying_kind(kind)
        places = self.places(CUSTOM_RESOURCE_DEFINITION, kind, group)
        naming = [place for place in places if named.search(place.source.text, *place.piece.span)]
        declared = re.compile(rf"{re.escape(declaring)}[\"']?\s*:" if declaring else "")
        if not any(declared.search(place.source.text, *place.piece.span) for place in naming):
            return []
        read = (self.definition_in(manifest) for place in naming for manifest in self.objects_in(place))
        return [item for item in read if item is not None and (item.group, item.kind) == (group, kind)]

    def definition_in(self, manifest: KubernetesObject) -> ResourceDefinition | None:
        """What a CustomResourceDefinition defines, read once; None for what is none or is broken."""
        if manifest not in self._definition_in:
            # Imported here and below: few runs ask.
            from podhosts.kubernetes.schemas.definitions import definition

            self._definition_in[manifest] = definition(manifest)
        return self._definition_in[manifest]

    def addresses(self, kinds: KnownKinds, environment_of: Callable[[str], str | None] | None = None) -> AddressIndex:
        """The addresses of every name in all sources, read when first asked for; in a view those of the files."""
        self.lookups.add(())
        if self._stored is not None:
            return self._stored.addresses(kinds, environment_of)
        if self._addresses is None:
            from podhosts.inventory import index

            self._addresses = index(self._given, kinds, environment_of, self.facts)
        return self._addresses

    def mentioning(self, kind: str, *words: str) -> Iterator[KubernetesObject]:
        """Every object of the documents whose text holds a kind, or another word, and all these words, in order."""
        for place in self.places(kind, *words):
            yield from self.objects_in(place)

    def places(self, kind: str, *words: str) -> Iterator[Place]:
        """The documents whose text holds all these words, unparsed. Every look-up comes down to this search."""
        self.lookups.add((kind, *words))
        if kind not in self._indexes:
            self._indexes[kind] = _WordIndex(self._holding(kind), kind)
        # One after another: of many objects of one name the first is often enough.
        holding = self._indexes[kind].holding(words)
        if not self._replaced:
            return holding
        holding = (place for place in holding if place.source.path not in self._replaced)
        if kind not in self._replacing:
            replaced = self._replaced.values()
            places = (place for source in replaced for place in _holding(whole(source), kind))
            self._replacing[kind] = _WordIndex(places, kind)
        replacing = [*self._replacing[kind].holding(words)]
        return iter(sorted((*holding, *replacing), key=attrgetter("source.path"))) if replacing else holding

    def objects_in(self, place: Place) -> list[KubernetesObject]:
        """The objects of a document, parsed once."""
        if place not in self._objects:
            self._objects[place] = list(objects(Document(*place)))
        return self._objects[place]

    def _holding(self, word: str) -> Iterator[Place]:
        """The documents of all files that hold a word."""
        pattern = whole_word(word)
        for given in self._given:
            if isinstance(given, Source):
                if pattern.search(given.data):
                    yield from _holding(whole(given), word)
                continue
            # One that cannot be opened is told of when its turn comes.
            with suppress(OSError, ValueError):
                for part in given if given.holds(word) else ():
                    if isinstance(part, Part):
                        yield from _holding(part, word)
                    else:
                        items = part.items(lambda data: pattern.search(data) is not None)
                        yield from (Place(source, piece) for source, piece in items)


def _saying_kind(kind: str) -> re.Pattern[str]:
    """A pattern for what a text holds that says `kind: KIND`, or that it is a list of those.

    Properties and tags of YAML, comments and line breaks may stand before the value.
    """
    return re.compile(rf"kind[\"']?\s*:\s*(?:[\"']?{re.escape(kind)}(?:List)?\b|[&*!|>#])")


def _holding(part: Part, word: str) -> Iterator[Place]:
    for piece in part.pieces:
        if part.source.text.find(word, *piece.span) >= 0:
            yield Place(*part.own(piece))


class _WordIndex:
    """Documents that hold `kind` as a word, by each of their words, so that every text is gone through once.

    Long ones, like definitions of custom resources, have many words and are asked for seldom: these are searched.
    """

    def __init__(self, places: Iterable[Place], kind: str) -> None:
        self._places: list[Place] = []
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

    def holding(self, words: tuple[str, ...]) -> Iterator[Place]:
        """The documents whose text holds all these words, the first one not only as a part of another."""
        # A name that a template decides in part is looked up by its longest word.
        first = max(_WORD.findall(words[0]), key=len, default="")
        for number in merge(self._by_word.get(first, ()), self._long):
            place = self._places[number]
            # A search is cheap, parsing is not.
            if all(place.source.text.find(word, *place.piece.span) >= 0 for word in words):
                yield place
