"""Overlays: all kustomizations of a run that have to do with hostAliases, built once when first asked for."""

from __future__ import annotations

import posixpath
from functools import cached_property
from typing import TYPE_CHECKING

from podhosts.document import split
from podhosts.document.placeholders import is_placeholder
from podhosts.kustomize.building import Builder
from podhosts.kustomize.effects import Effect, IgnoredDocument, effects, has_aliases, is_as_written, without_target
from podhosts.kustomize.located import LocatedString, Map, SubstitutedString, place_of, written_at
from podhosts.kustomize.model import COMPONENT, Kustomization
from podhosts.kustomize.names import is_kustomization
from podhosts.kustomize.printing import Printed
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from podhosts.kustomize.building import Build, Unfollowed
    from podhosts.kustomize.delivered import DeliveredFolder
    from podhosts.kustomize.files import Files
    from podhosts.kustomize.refusals import Refusal
    from podhosts.kustomize.resources import Resource
    from podhosts.placed import Place
    from podhosts.source import Source

#: A file without this word has nothing to lose.
_WORD = b"hostAliases"
_DEFINITION = b"CustomResourceDefinition"


class OverlayReport(NamedTuple):
    """What there is to say about one file: what patches in it do, what Kustomize refuses, what was not followed."""

    effects: list[Effect]
    refusals: list[Refusal]
    unfollowed: list[Unfollowed]


class Built(NamedTuple):
    """An object that the kustomization in a folder builds, as a document.

    `written` is where the object stands; `is_certain` is False where something that is not followed may change it
    further.
    """

    folder: str
    printed: Printed
    written: Place
    is_certain: bool


class Overlays:
    """The kustomizations among the files of a run. Nothing is read before something is asked.

    `only` are those of the files that may mention hostAliases, where the files refer to no others: if none does, no
    kustomization is read. `deliveries` gives the folders that something deploys with changes of its own; it is asked
    when some kustomization has to do with hostAliases.
    """

    def __init__(
        self,
        paths: list[str],
        files: Files,
        only: Collection[str] | None = None,
        deliveries: Callable[[], Iterable[DeliveredFolder]] = tuple,
    ) -> None:
        self._paths = paths
        self._files = files
        self._only = only
        self._find_deliveries = deliveries
        self._reached: dict[str, bool] = {}

    def have_read(self, source: Source) -> bool:
        """Whether a file's text is the one that they know."""
        known = self._files.get(source.path)
        return known is not None and known.data == source.data

    def file(self, path: str) -> Source | None:
        """The text of a file of the repository, such as one that a generator takes in; None where there is none."""
        return self._files.get(path)

    @staticmethod
    def key(path: str) -> str:
        """A path as files are looked up by it."""
        return posixpath.normpath(path)

    def keys(self, paths: Iterable[str]) -> frozenset[str]:
        """Some paths as files are looked up by them."""
        return frozenset(map(self.key, paths))

    def report(self, path: str) -> OverlayReport | None:
        """What there is to say about a file; None for nothing."""
        return self._reports.get(self.key(path))

    def lists(self, path: str) -> bool:
        """Whether a kustomization of the run lists a file as a resource or patch."""
        return self.key(path) in self._listed

    @cached_property
    def _listed(self) -> frozenset[str]:
        folders = {self.key(posixpath.dirname(path)) for path in self._paths if is_kustomization(path)}
        loaded = [(folder, kustomization) for folder in folders if (kustomization := self._load(folder)) is not None]
        return frozenset(
            self.key(posixpath.join(folder, name))
            for folder, kustomization in loaded
            for name in kustomization.references()
        )

    @cached_property
    def _builder(self) -> Builder:
        """All that has been seen on the way."""
        builder = Builder(self._files)
        for folder in self.folders:
            builder.build(folder)
        for delivery in self._deliveries:
            builder.build_delivered(delivery)
        return builder

    @cached_property
    def _deliveries(self) -> list[DeliveredFolder]:
        """The folders that something deploys with changes of its own, as far as these have to do with hostAliases."""
        is_worth_it = self.folders or (self._only is not None and self._mention_aliases(self._only))
        found = self._find_deliveries() if is_worth_it else ()
        return [
            delivery for delivery in found if delivery.generated or self._reaches_aliases(self.key(delivery.folder))
        ]

    def _mention_aliases(self, paths: Iterable[str]) -> bool:
        return any(self._files.any(path, _mentions_aliases) for path in paths)

    @cached_property
    def folders(self) -> list[str]:
        """The folders to build: those with a kustomization that has to do with hostAliases."""
        if self._only is not None and not self._mention_aliases(self._only):
            return []
        folders = (self.key(posixpath.dirname(path)) for path in self._paths if is_kustomization(path))
        return [folder for folder in folders if self._reaches_aliases(folder) and self._kind(folder) != COMPONENT]

    @cached_property
    def effects(self) -> list[Effect]:
        """What the patches of all kustomizations do."""
        ignored = (Effect(place, IgnoredDocument(), None) for place in self._builder.ignored)
        return [*effects(self._builder.changes), *without_target(self._builder.choices), *ignored]

    @cached_property
    def printed(self) -> list[Printed]:
        """The objects that a kustomization has changed and that have hostAliases."""
        return [_printed(resource, folder) for folder, resource in self._with_aliases() if resource.is_changed]

    @cached_property
    def applied(self) -> list[Printed]:
        """The objects with hostAliases that the outermost kustomizations build."""
        return [_printed(resource, folder) for folder, resource in self._with_aliases_in(self.outermost())]

    def outermost(self) -> list[tuple[str, Build | None]]:
        """The builds of the kustomizations that no other one takes in, with their folders.

        One that a delivery changes is there as that builds it.
        """
        taken_in = {
            self.key(posixpath.join(folder, name))
            for folder in self.folders
            if (kustomization := self._load(folder)) is not None
            for name in kustomization.texts("resources", "bases", "components")
        }
        taken_in |= {self.key(delivery.folder) for delivery in self._deliveries}
        own = (pair for pair in self._own_builds() if pair[0] not in taken_in)
        return [*own, *self._delivered()]

    def filled_in(self, path: str) -> frozenset[int]:
        """Where texts of a file begin that deliveries put variables into, so that nothing of them is left open."""
        return self._filled_in.get(self.key(path), frozenset())

    @cached_property
    def _filled_in(self) -> dict[str, frozenset[int]]:
        known: dict[str, set[int]] = {}
        unknown: dict[str, set[int]] = {}
        for _, build in self._delivered() if any(one.variables for one in self._deliveries) else ():
            for value in (part for one in (build.resources if build else ()) for part in _strings(one.value)):
                before = value.before if isinstance(value, SubstitutedString) else value
                if is_placeholder(before) and (place := place_of(before)) is not None:
                    into = unknown if is_placeholder(value) else known
                    into.setdefault(self.key(place.source.path), set()).add(place.span.start)
        return {path: frozenset(starts - unknown.get(path, set())) for path, starts in known.items()}

    def set_replicas(self, name: str) -> bool:
        """Whether a kustomization's `replicas` sets the number of pods of an object of that name."""
        found = (self._load(folder) for folder in self.folders)
        entries = [entry for kustomization in found if kustomization for entry in kustomization.items("replicas")]
        return any(isinstance(entry, Map) and entry.get("name") == name for entry in entries)

    def built(self, paths: Iterable[str]) -> Iterator[Built]:
        """The objects with hostAliases that kustomizations build of some files, but for those that one has as such.

        These have the same name and the same lists there.
        """
        files = self.keys(paths)
        for folder, resource in self._with_aliases():
            place = written_at(resource.value.placed, resource.value.node)
            if place.source.path not in files or not is_as_written(resource.value):
                printed = _printed(resource, folder)
                if printed.is_of(files):
                    yield Built(folder, printed, place, resource.is_certain)

    def _own_builds(self) -> Iterator[tuple[str, Build | None]]:
        """What each kustomization builds, with its folder."""
        return ((folder, self._builder.build(folder)) for folder in self.folders)

    def _delivered(self) -> Iterator[tuple[str, Build | None]]:
        """What each delivery makes of a kustomization, with the folder of that."""
        return ((self.key(item.folder), self._builder.build_delivered(item)) for item in self._deliveries)

    def _with_aliases(self) -> Iterator[tuple[str, Resource]]:
        """The objects with hostAliases, each with the folder of the kustomization that builds it."""
        return self._with_aliases_in((*self._own_builds(), *self._delivered()))

    @staticmethod
    def _with_aliases_in(builds: Iterable[tuple[str, Build | None]]) -> Iterator[tuple[str, Resource]]:
        for folder, build in builds:
            for resource in build.resources if build is not None else ():
                if has_aliases(resource.value):
                    yield folder, resource

    def open_places(self, paths: Iterable[str]) -> Iterator[tuple[Place, str]]:
        """Where in some files it is not known what is built, and why: what is not followed, or Kustomize refuses."""
        files = self.keys(paths)
        for report in (report for path, report in self._reports.items() if path in files):
            yield from report.unfollowed
            yield from ((refusal.place, refusal.message) for refusal in report.refusals)

    @cached_property
    def _reports(self) -> dict[str, OverlayReport]:
        found: dict[str, OverlayReport] = {}

        def at(place: Place) -> OverlayReport:
            return found.setdefault(self.key(place.source.path), OverlayReport([], [], []))

        for effect in self.effects:
            at(effect.place).effects.append(effect)
        for refusal in self._builder.refusals:
            at(refusal.place).refusals.append(refusal)
        for unfollowed in self._builder.unfollowed.values():
            at(unfollowed.place).unfollowed.append(unfollowed)
        return found

    def _kind(self, folder: str) -> str | None:
        kustomization = self._load(folder)
        return kustomization.kind if kustomization is not None else None

    def _load(self, folder: str) -> Kustomization | None:
        found = self._files.kustomizations(folder)
        return Kustomization.of(found[0]) if found else None

    def _reaches_aliases(self, folder: str) -> bool:
        """Whether a kustomization, or a file that it leads to, mentions hostAliases."""
        if folder in self._reached:
            return self._reached[folder]
        self._reached[folder] = False
        kustomization = self._load(folder)
        if kustomization is not None:
            self._reached[folder] = _WORD in kustomization.source.data or any(
                self._files.any(path, _mentions_aliases) or self._reaches_aliases(path)
                for path in (posixpath.normpath(posixpath.join(folder, name)) for name in kustomization.references())
            )
        return self._reached[folder]


def _strings(value: object) -> Iterator[LocatedString]:
    """The scalars in a value."""
    if isinstance(value, LocatedString):
        yield value
    elif isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)


def _printed(resource: Resource, folder: str) -> Printed:
    return Printed(resource.value, resource.value.placed.document.source.path, folder)


def _mentions_aliases(data: bytes) -> bool:
    """Whether a file says something of hostAliases, other than in the schema of a CustomResourceDefinition."""
    if _WORD not in data or _DEFINITION not in data:
        return _WORD in data
    text = data.decode("utf-8", "replace")
    pieces = (text[slice(*piece.span)] for piece in split(text))
    return any(_WORD.decode() in piece and f"kind: {_DEFINITION.decode()}" not in piece for piece in pieces)
