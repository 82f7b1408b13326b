"""One immutable view of all files of a run."""

from __future__ import annotations

import re
from copy import copy
from enum import Enum, auto
from operator import attrgetter
from typing import TYPE_CHECKING

from podhosts.helm import Charts, FileFacts
from podhosts.kubernetes.kinds import CUSTOM_RESOURCE_DEFINITION
from podhosts.kustomize.names import is_kustomization
from podhosts.repository.documents import DocumentPlace, Documents, Words, path_of, says_kind

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from podhosts.document import File
    from podhosts.inventory import AddressIndex
    from podhosts.kubernetes import KnownKinds, KubernetesObject
    from podhosts.kubernetes.known_kinds import DefinitionLookUp
    from podhosts.kubernetes.schemas.definitions import ResourceDefinition
    from podhosts.kustomize.overlays import OverlayReport, Overlays
    from podhosts.source import Source


class Reader(Enum):
    """A program other than kubectl that reads a file, and as what."""

    HELM_VALUES = auto()
    HELM_TEMPLATE = auto()
    KUSTOMIZATION = auto()
    KUSTOMIZE_INPUT = auto()


class Repository:
    """Sources and files that may refer to each other.

    Findings are reported of the files that the user has `named`, by themselves or by their folder, and of those that
    belong with them; the `others` are only read where a look-up leads there. Nothing is read or parsed until something
    is asked for. `charts` are those that the files belong to, `overlays` its kustomizations; without them each file is
    looked at alone. `is_whole` is False for one file alone, of which it is not known what is around it.
    """

    def __init__(
        self,
        named: Iterable[Source | File] = (),
        others: Iterable[Source | File] = (),
        *,
        charts: Charts | None = None,
        overlays: Overlays | None = None,
        is_whole: bool = True,
    ) -> None:
        self.is_whole = is_whole
        self.charts = charts or Charts()
        self.overlays = overlays
        self._stored = Documents(named, others)
        self._near = Documents(named)
        #: The sources that stand for files of the same path, and their documents.
        self._replaced: dict[str, Source] = {}
        self._replacing = Documents()
        #: What was looked up since whoever wants to know emptied it.
        self.lookups: set[Words] = set()
        self._addresses: AddressIndex | None = None
        #: The view that has the files as they are.
        self._base = self
        self._definitions: dict[tuple[str, str, str], list[ResourceDefinition]] = {}
        self._look_up: DefinitionLookUp | None = None

    def with_source(self, source: Source) -> Repository:
        """A view with the text of `source` in the place of one file; what is read of the others serves both."""
        if not self.is_whole:
            return Repository([source], is_whole=False)
        view = copy(self)
        view._replaced = {**self._replaced, source.path: source}
        view._replacing = Documents(view._replaced.values())
        view.lookups = set()
        view.charts = self.charts.with_source(source)
        view._definitions = {}
        return view

    def near(self) -> Repository:
        """A view whose look-ups do not lead to the `others`. What is looked up is noted for both."""
        view = copy(self)
        view._stored = view._near
        return view

    def with_built(self, texts: Iterable[Source], instead_of: Collection[str]) -> Repository:
        """A view with texts that are built of the files before all others, and without some that these stand for."""
        view = copy(self)
        kept = [given for given in self._stored if path_of(given) not in instead_of]
        view._stored = Documents([*texts, *kept])
        view._near = view._stored
        view._definitions = {}
        return view

    def apart(self, source: Source) -> Repository:
        """A text that is no file of the repository, such as one in a string, with the definitions that hold here."""
        view = Repository([source])
        view._look_up = self.definitions
        return view

    def facts(self, path: str) -> FileFacts:
        """The facts that the charts of the run know of a file."""
        return self.charts.facts(path)

    def reader(self, path: str) -> Reader | None:
        """The program that reads a file, where that is not kubectl; None too where nothing is known of it."""
        if self.charts.has_values(path):
            return Reader.HELM_VALUES
        if self.charts.has_template(path):
            return Reader.HELM_TEMPLATE
        if is_kustomization(path):
            return Reader.KUSTOMIZATION
        return Reader.KUSTOMIZE_INPUT if self.overlays is not None and self.overlays.lists(path) else None

    def overlays_of(self, path: str) -> Overlays | None:
        """The kustomizations that may say something about a file; none if its text is not the one they have read."""
        replaced = self._replaced.get(path)
        if replaced is None or self.overlays is None or self.overlays.have_read(replaced):
            return self.overlays
        return None

    def overlay_report(self, path: str) -> OverlayReport | None:
        """The effects and refusals of the kustomizations of the run in a file; None for nothing."""
        overlays = self.overlays_of(path)
        return overlays.report(path) if overlays is not None else None

    def find(self, kind: str, name: str, namespace: str | None) -> KubernetesObject | None:
        """The first object of that kind and name; a namespace counts only where both sides name one."""
        for manifest in self.named(kind, name):
            if namespace in {None, manifest.namespace or namespace}:
                return manifest
        return None

    def named(self, kind: str, name: str) -> Iterator[KubernetesObject]:
        """Every object of that kind and name, in order."""
        for place in self.places(kind, name):
            yield from self._documents(place.source).named(place, kind, name)

    def mentioning(self, kind: str, *words: str) -> Iterator[KubernetesObject]:
        """Every object of the documents whose text holds a kind, or another word, and all these words, in order."""
        for place in self.places(kind, *words):
            yield from self._documents(place.source).objects(place)

    def definitions(self, group: str, kind: str, declaring: str = "") -> list[ResourceDefinition]:
        """The CustomResourceDefinitions of a group and kind, in order; none at all if no one's text has
        a key `declaring`."""
        key = (group, kind, declaring)
        self.lookups.add((CUSTOM_RESOURCE_DEFINITION, kind, group))
        if key not in self._definitions:
            self._definitions[key] = (self._look_up or self._read_definitions)(group, kind, declaring)
        return self._definitions[key]

    def _read_definitions(self, group: str, kind: str, declaring: str) -> list[ResourceDefinition]:
        # They are large, and many name other kinds.
        named = says_kind(kind)
        places = self.places(CUSTOM_RESOURCE_DEFINITION, kind, group)
        naming = [place for place in places if named.search(place.source.text, *place.piece.span)]
        declared = re.compile(rf"{re.escape(declaring)}[\"']?\s*:" if declaring else "")
        if not any(declared.search(place.source.text, *place.piece.span) for place in naming):
            return []
        found: list[ResourceDefinition] = []
        for place in naming:
            documents = self._documents(place.source)
            read = (documents.definition(manifest) for manifest in documents.objects(place))
            found += [item for item in read if item is not None and (item.group, item.kind) == (group, kind)]
        return found

    def addresses(self, kinds: KnownKinds, environment_of: Callable[[str], str | None] | None = None) -> AddressIndex:
        """The addresses of every name in all sources, read when first asked for; in a view those of the files."""
        self.lookups.add(())
        base = self._base
        if base._addresses is None:
            # Imported here: few runs ask.
            from podhosts.inventory import index

            base._addresses = index(self._stored, kinds, environment_of, base.facts)
        return base._addresses

    def places(self, kind: str, *words: str) -> Iterator[DocumentPlace]:
        """The documents whose text holds all these words, unparsed. Every look-up comes down to this search."""
        self.lookups.add((kind, *words))
        # One after another: of many objects of one name the first is often enough.
        stored = self._stored.places(kind, *words)
        if not self._replaced:
            return stored
        stored = (place for place in stored if place.source.path not in self._replaced)
        replacing = [*self._replacing.places(kind, *words)]
        return iter(sorted((*stored, *replacing), key=attrgetter("source.path"))) if replacing else stored

    def _documents(self, source: Source) -> Documents:
        return self._replacing if source.path in self._replaced else self._stored
