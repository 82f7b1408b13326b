"""What Kustomize builds from a folder, followed step by step without running it.

Source: `api/internal/target/kusttarget.go` and `api/internal/builtins` of kustomize 5.8.2; `vectors/overlays`.
"""

from __future__ import annotations

import json
import posixpath
from typing import TYPE_CHECKING

from podhosts.document import Mapping, Sequence
from podhosts.kubernetes import is_broken_by_template, is_template
from podhosts.kustomize.config_maps import generated
from podhosts.kustomize.delivered import with_changes
from podhosts.kustomize.files import is_above, is_remote
from podhosts.kustomize.loading import (
    file_refusal,
    identified,
    refuse_out_of_reach,
    resources_in,
    unlisted,
    without_schema,
)
from podhosts.kustomize.located import (
    List,
    LocatedString,
    Map,
    locate_list,
    locate_map,
    lookup,
    place_of,
    value_of,
    written_at,
    written_in,
)
from podhosts.kustomize.model import COMPONENT, FIELDS, Kustomization, Patch, documents_in, patch_of, selector
from podhosts.kustomize.refusals import BuildRefusedError, Refusal, refused
from podhosts.kustomize.replacements import ReplacementError, replace_values
from podhosts.kustomize.resources import Resource
from podhosts.kustomize.selectors import Id, SelectorError, UnknownSelectorError
from podhosts.kustomize.substituting import substituted
from podhosts.kustomize.transforming import merged, patched, set_names, set_replicas
from podhosts.records import NamedTuple, field, record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.kustomize.delivered import DeliveredFolder
    from podhosts.kustomize.files import Files
    from podhosts.kustomize.substituting import FluxVariables
    from podhosts.placed import Place, Placed
    from podhosts.source import Source

_ALIASES = "hostAliases"
#: How many objects a message points at.
_SHOWN = 3
#: How many objects a kustomization may build to be followed, and how many components it may use, used ones' ones
#: included: bases that each use two others twice make twice as many at each level.
MOST_OBJECTS = 1_000
MOST_COMPONENTS = 1_000


class Unfollowed(NamedTuple):
    """A reference or part that is not followed, and why."""

    place: Place
    reason: str


@record(frozen=True, slots=True, eq=False)
class PatchedObject:
    """A patch applied to one object. `after` is None where it removes the object.

    `patch` is the patch as written: a Map (strategic merge), or a List (JSON 6902). `is_keyed` says whether Kustomize
    merges the object's `hostAliases` by `ip`. `is_certain` is False where something that is not followed may have
    changed the object.
    """

    patch: Map | List
    id: Id
    before: Map
    after: Map | None
    is_keyed: bool
    is_certain: bool


@record(slots=True, eq=False)
class PatchTargets:
    """A patch and how many objects it is for; of one in a component, in all builds of the run.

    `candidates` are the objects there were for one that has hit none yet; `is_certain` is False if there may be others.
    """

    patch: Map | List
    target: Map | None
    hits: int = 0
    candidates: list[Resource] = field(default_factory=list)
    is_certain: bool = True

    def near_misses(self) -> tuple[str, tuple[tuple[Place, Id], ...]] | None:
        """A field of the target without which it would fit some objects, and these."""
        wanted = selector(self.target)
        for name, asked in wanted._asdict().items():
            near = [item for item in self.candidates if asked and item.is_selected_by(wanted._replace(**{name: ""}))]
            places = ((place_of(lookup(item.value, "metadata", "name")), item.id) for item in near[:_SHOWN])
            if near:
                return FIELDS[name], tuple((place, known) for place, known in places if place is not None)
        return None


@record(slots=True)
class Build:
    """The objects of a kustomization, in order; `is_complete` is False where something was not followed.

    `delivery` is what people call that which deploys the folder with changes of its own; None where nothing does.
    """

    resources: list[Resource] = field(default_factory=list)
    is_complete: bool = True
    delivery: str | None = None


class _TooMuchError(Exception):
    """More objects or components than are followed; the text says what."""


class Builder:
    """Builds kustomizations and keeps what it saw: each is built once, a component once for each that uses it."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._builds: dict[str, Build | None] = {}
        self._delivered: dict[DeliveredFolder, Build | None] = {}
        self._kustomizations: dict[str, Kustomization | None] = {}
        self._choices: dict[tuple[Place | None, Place | None], PatchTargets] = {}
        #: How many components the folder that is being built has used so far.
        self._components = 0
        self.changes: list[PatchedObject] = []
        self.refusals: list[Refusal] = []
        self.unfollowed: dict[Place, Unfollowed] = {}
        #: The documents about hosts that Kustomize does not read, as they follow a JSON 6902 patch.
        self.ignored: dict[Place, None] = {}

    @property
    def choices(self) -> list[PatchTargets]:
        return list(self._choices.values())

    def build(self, folder: str) -> Build | None:
        """The objects of the kustomization in a folder; None where Kustomize refuses it (see `refusals`)."""
        folder = posixpath.normpath(folder)
        try:
            return self._build_folder(folder, ())
        except BuildRefusedError as end:
            self._tell(end)
        except RecursionError:
            kustomization = self._load(folder)
            place = kustomization.place() if kustomization is not None else None
            if place is not None:
                self.unfollowed[place] = Unfollowed(place, "a file that is too deeply nested cannot be followed")
        return None

    def build_delivered(self, delivered: DeliveredFolder) -> Build | None:
        """The objects of a folder as a delivery changes it; None where Kustomize refuses it (see `refusals`)."""
        if delivered not in self._delivered:
            self._delivered[delivered] = self._build_delivered(delivered)
        return self._delivered[delivered]

    def _build_delivered(self, delivered: DeliveredFolder) -> Build | None:
        folder = posixpath.normpath(delivered.folder)
        kustomization = delivered.generated or self._load(folder)
        if kustomization is None:
            return None
        try:
            build = self._built(with_changes(kustomization, delivered.changes), (folder,))
            if build is not None:
                build.delivery = delivered.shown
            if build is None or delivered.variables is None:
                return build
            return _with_variables(build, delivered.variables)
        except RecursionError:
            # Told where the folder is built by itself.
            return None

    def _built(self, kustomization: Kustomization, above: tuple[str, ...]) -> Build | None:
        """What a kustomization builds; None where that is refused, or too much to follow."""
        self._components, around = 0, self._components
        try:
            return self._accumulate(kustomization, Build(), above)
        except BuildRefusedError as end:
            self._tell(end)
        except _TooMuchError as error:
            if (place := kustomization.place()) is not None:
                self.unfollowed[place] = Unfollowed(place, f"{error} is not followed")
        finally:
            self._components = around
        return None

    def _tell(self, end: BuildRefusedError) -> None:
        if end.refusal is not None and end.refusal not in self.refusals:
            self.refusals.append(end.refusal)

    def _build_folder(self, folder: str, above: tuple[str, ...]) -> Build:
        if folder not in self._builds:
            self._builds[folder] = None
            kustomization = self._load(folder)
            if kustomization is None:
                raise BuildRefusedError(None)
            self._builds[folder] = self._built(kustomization, (*above, folder))
        build = self._builds[folder]
        if build is None:
            raise BuildRefusedError(None)
        return Build([resource.copy() for resource in build.resources], build.is_complete)

    def _load(self, folder: str) -> Kustomization | None:
        """The kustomization of a folder; None, with a refusal, where there is no single readable one."""
        if folder in self._kustomizations:
            return self._kustomizations[folder]
        kustomization = None
        found = self._files.kustomizations(folder)
        if found and (kustomization := Kustomization.of(found[0])) is not None:
            refusal = file_refusal(kustomization, [source.path for source in found[1:]])
            if refusal is not None or kustomization.fields is None:
                self._tell(BuildRefusedError(refusal))
                kustomization = None
        self._kustomizations[folder] = kustomization
        return kustomization

    def _accumulate(self, kustomization: Kustomization, build: Build, above: tuple[str, ...]) -> Build:
        known = {resource.id.key: resource for resource in build.resources}
        for reference in kustomization.texts("resources", "bases"):
            self._add_reference(kustomization, reference, build, above, known)
        for name in ("helmCharts", "helmChartInflationGenerator", "generators"):
            for item in kustomization.items(name):
                self._leave_open(item, f"`{name}` is not run", build)
        if (schema := kustomization.map("openapi")) is not None and "path" in schema:
            self._leave_open(schema, "`openapi` changes how lists are merged", build)
            _make_uncertain(build)
        _append(build, generated(kustomization, self._files), None, known)
        for reference in kustomization.texts("components"):
            build = self._add_component(kustomization, reference, build, above)
        self._transform(kustomization, build)
        return build

    def _add_reference(
        self,
        kustomization: Kustomization,
        reference: LocatedString,
        build: Build,
        above: tuple[str, ...],
        known: dict[tuple[str, ...], Resource],
    ) -> None:
        path = posixpath.normpath(posixpath.join(kustomization.folder, reference))
        if not is_remote(reference) and (source := self._files.get(path)) is not None:
            refuse_out_of_reach(reference, path, kustomization.folder, self._files)
            for placed in map(without_schema, written_in(source)):
                self._add_document(placed, reference, build, known)
        elif self._is_local(kustomization, reference, build, above):
            part = self._build_folder(path, above)
            kind = loaded.kind if (loaded := self._load(path)) else None
            if kind == COMPONENT:
                raise refused(reference, f"`{reference}` is a component: list it in `components`")
            build.is_complete &= part.is_complete
            _append(build, part.resources, place_of(reference), known)

    def _is_local(
        self, kustomization: Kustomization, reference: LocatedString, build: Build, above: tuple[str, ...]
    ) -> bool:
        """Whether a reference names a folder to follow. What leads elsewhere is left open, what is missing refused."""
        path = posixpath.normpath(posixpath.join(kustomization.folder, reference))
        if is_remote(reference):
            self._leave_open(reference, "remote references are not followed", build)
            return False
        if is_template(reference):
            self._leave_open(reference, "a template or placeholder decides the reference", build)
            return False
        if not self._files.is_inside(path):
            self._leave_open(reference, "references out of the repository are not followed", build)
            return False
        if any(is_above(path, folder) for folder in above):
            raise refused(reference, f"`{reference}` leads back to a folder that is being built: a cycle")
        if not self._files.kustomizations(path):
            raise refused(reference, f"`{reference}` is neither a file nor a folder with a kustomization")
        return True

    def _add_document(
        self, placed: Placed, reference: LocatedString, build: Build, known: dict[tuple[str, ...], Resource]
    ) -> None:
        document = placed.document
        if document.problem is not None or document.actions:
            if document.actions or is_broken_by_template(document):
                self._leave_open(reference, "a resource is a template", build)
                return
            raise BuildRefusedError(None)
        _append(build, resources_in(placed), place_of(reference), known)

    def _add_component(
        self, kustomization: Kustomization, reference: LocatedString, build: Build, above: tuple[str, ...]
    ) -> Build:
        if not self._is_local(kustomization, reference, build, above):
            # A component may change whatever has been read so far.
            _make_uncertain(build)
            return build
        path = posixpath.normpath(posixpath.join(kustomization.folder, reference))
        component = self._load(path)
        if component is None:
            raise BuildRefusedError(None)
        if component.kind != COMPONENT:
            raise refused(reference, f"`{reference}` is not a component (`kind: Component`): list it in `resources`")
        self._components += 1
        if self._components > MOST_COMPONENTS:
            raise _TooMuchError(f"a kustomization that uses more than {MOST_COMPONENTS} components")
        return self._accumulate(component, build, (*above, path))

    def _leave_open(self, value: object, reason: str, build: Build) -> None:
        build.is_complete = False
        if (place := place_of(value)) is not None:
            self.unfollowed.setdefault(place, Unfollowed(place, reason))

    def _transform(self, kustomization: Kustomization, build: Build) -> None:
        """The transformers in Kustomize's order."""
        for resource in build.resources:
            resource.is_noted |= bool(kustomization.items("buildMetadata"))
        for patch in (*kustomization.strategic_patches(), *kustomization.patches()):
            self._patch(kustomization, patch, build)
        set_names(kustomization, build.resources)
        for patch in kustomization.patches("patchesJson6902"):
            self._patch(kustomization, patch, build)
        set_replicas(kustomization, build.resources, is_complete=build.is_complete)
        self._replace(kustomization, build)
        for item in kustomization.items("transformers"):
            patches = self._patch_transformers(kustomization, item, build)
            for patch in patches or ():
                self._patch(kustomization, patch, build)
            if patches is None:
                self._leave_open(item, "`transformers` are not run", build)
                _make_uncertain(build)
        build.resources[:] = [resource for resource in build.resources if resource.value]

    def _patch_transformers(self, kustomization: Kustomization, item: object, build: Build) -> list[Patch] | None:
        """The patches of an item of `transformers`, in a file or written there; None where it is anything else."""
        if not isinstance(item, LocatedString):
            return None
        source = self._files.get(posixpath.join(kustomization.folder, item))
        documents = documents_in(item) if source is None else written_in(source)
        values = [located for placed in documents if (located := value_of(placed)) is not None]
        if source is None and not any(isinstance(value, Map) for value in values):
            self._is_local(kustomization, item, build, ())
        patches = [
            patch_of(value) for value in values if isinstance(value, Map) and value.get("kind") == "PatchTransformer"
        ]
        return patches if values and len(patches) == len(values) else None

    def _patch(self, kustomization: Kustomization, patch: Patch, build: Build) -> None:
        documents = self._patch_documents(kustomization, patch, build)
        values: list[Map | List] = []
        for number, placed in enumerate(documents, 1):
            root = placed.document.root
            if placed.document.problem is not None or placed.document.actions:
                if placed.document.actions or is_broken_by_template(placed.document):
                    self._leave_open(patch.entry, "a patch is a template", build)
                    _make_uncertain(build)
                    return
                raise BuildRefusedError(_syntax(patch, placed))
            if isinstance(root, Sequence):
                # Of a JSON 6902 patch Kustomize reads the first document only.
                values.append(_operations(locate_list(root, placed), patch))
                self.ignored |= {place: None for other in documents[number:] for place in _about_hosts(other)}
                break
            if isinstance(root, Mapping) and root.fields:
                if patch.is_old_json:
                    raise refused(patch.entry, "`patchesJson6902` takes lists of operations only")
                values += (identified(value, "the patch") for value in unlisted(locate_map(root, placed)))
        if not values and _is_refused_without_content(patch, documents):
            raise refused(patch.entry, "the patch is empty")
        if patch.is_old_json and not lookup(patch.target, "name"):
            raise refused(patch.target or patch.entry, "`patchesJson6902` needs a `target` with a `name`")
        if patch.target is not None and len(values) > 1:
            raise refused(patch.target, "a patch with a `target` can hold one patch only, and this one holds several")
        for value in values:
            self._apply(patch, value, build)

    def _patch_documents(self, kustomization: Kustomization, patch: Patch, build: Build) -> list[Placed]:
        if patch.inline is not None and patch.file is not None:
            raise refused(patch.file, "a patch has either `path` or `patch`, not both")
        if patch.inline is not None:
            return documents_in(patch.inline)
        if patch.file is None:
            raise refused(patch.entry, "a patch needs `path` or `patch`")
        source = self._file(kustomization, patch.file, "patches", build)
        return written_in(source) if source is not None else []

    def _file(self, kustomization: Kustomization, reference: LocatedString, what: str, build: Build) -> Source | None:
        """A file that changes objects; None for one that is not followed. A missing one is refused."""
        path = posixpath.normpath(posixpath.join(kustomization.folder, reference))
        source = None if is_remote(reference) else self._files.get(path)
        if source is None:
            if not (is_remote(reference) or is_template(reference)) and self._files.is_inside(path):
                raise refused(reference, f"there is no file `{reference}`")
            self._leave_open(reference, f"{what} out of the repository are not followed", build)
            _make_uncertain(build)
        else:
            refuse_out_of_reach(reference, path, kustomization.folder, self._files)
        return source

    def _apply(self, patch: Patch, value: Map | List, build: Build) -> None:
        chosen = self._chosen(patch, value, build)
        choice = self._choice(patch, value)
        choice.is_certain &= build.is_complete
        choice.hits += len(chosen)
        if choice.hits:
            choice.candidates = []
        else:
            choice.candidates += (item.copy() for item in build.resources)
        for resource in chosen:
            before, known, keyed = resource.value, resource.id, resource.is_keyed
            if isinstance(value, Map):
                after = merged(resource, patch, value)
            else:
                if not patch.is_old_json:
                    resource.remember()
                after = patched(resource, value)
            self.changes.append(PatchedObject(value, known, before, after, keyed, resource.is_certain))
            resource.value = Map(before.node, before.placed) if after is None else after
            resource.is_changed = True
        build.resources[:] = [resource for resource in build.resources if resource.value]
        _refuse_equal_ids(build, value)

    def _choice(self, patch: Patch, value: Map | List) -> PatchTargets:
        written, asked = place_of(value), place_of(patch.entry)
        return self._choices.setdefault((written, asked), PatchTargets(value, patch.target))

    def _chosen(self, patch: Patch, value: Map | List, build: Build) -> list[Resource]:
        if patch.target is None:
            if isinstance(value, List):
                raise refused(patch.entry, "a JSON 6902 patch needs a `target`")
            return self._named(value, build)
        try:
            wanted = selector(patch.target)
            return [resource for resource in build.resources if resource.is_selected_by(wanted)]
        except UnknownSelectorError as error:
            self._leave_open(patch.target, str(error), build)
            _make_uncertain(build)
            return []
        except SelectorError as error:
            raise refused(patch.target, str(error)) from None

    def _named(self, patch: Map, build: Build) -> list[Resource]:
        """The one object that a patch without a target names."""
        wanted = Resource(patch).id
        found = [resource for resource in build.resources if any(wanted.key == known.key for known in resource.ids)]
        at = lookup(patch, "metadata", "name")
        if len(found) > 1:
            raise refused(at, f"several objects are or were called {wanted}: the patch needs a `target`")
        if not found:
            if not build.is_complete:
                return []
            raise refused(
                at,
                f"there is no {wanted} ({wanted.api_version or 'without `apiVersion`'}) to patch",
                _similar(wanted, build),
            )
        return found

    def _replace(self, kustomization: Kustomization, build: Build) -> None:
        for item in kustomization.items("replacements"):
            if not isinstance(item, Map):
                continue
            for replacement in self._replacement_file(kustomization, item, build) if "path" in item else [item]:
                try:
                    replace_values(replacement, build.resources, is_complete=build.is_complete)
                except ReplacementError as error:
                    raise refused(error.at or item, str(error)) from None

    def _replacement_file(self, kustomization: Kustomization, entry: Map, build: Build) -> list[Map]:
        path = entry["path"]
        if not isinstance(path, LocatedString):
            raise refused(entry, "the `path` of a replacement should be a path")
        source = self._file(kustomization, path, "replacements", build)
        if source is None:
            return []
        found: list[Map] = []
        for value in (value_of(placed) for placed in written_in(source)):
            found += [item for item in (value if isinstance(value, List) else [value]) if isinstance(item, Map)]
        return found


def _with_variables(build: Build, variables: FluxVariables) -> Build | None:
    """A build with variables put into its objects; None where Flux fails to."""
    for resource in build.resources:
        after = substituted(resource.value, variables)
        if after is None:
            return None
        resource.is_changed |= after is not resource.value
        resource.value = after
    return build


def _about_hosts(placed: Placed) -> Iterator[Place]:
    """The place of a document that holds hostAliases: its first key or item."""
    root = placed.document.root
    if isinstance(root, (Mapping, Sequence)) and _ALIASES in placed.document.text:
        first = root.entries[0].key if isinstance(root, Mapping) and root.entries else root
        yield written_at(placed, first if isinstance(root, Mapping) else root.items[0] if root.items else root)


def _is_refused_without_content(patch: Patch, documents: list[Placed]) -> bool:
    """Whether Kustomize refuses a patch that says nothing. In a file of `patches` it does not."""
    if patch.inline is not None and not patch.inline.strip():
        return True
    return bool(documents) and (patch.is_old_json or not isinstance(patch.entry, Map))


def _operations(value: List, patch: Patch) -> List:
    """The operations of a JSON 6902 patch, which Kustomize reads as JSON if its text begins with `[`."""
    document = value.placed.document
    text = document.source.text
    if (text if patch.inline is None or patch.is_old_json else text.strip()).startswith("["):
        try:
            json.loads(text)
        except ValueError:
            raise refused(
                value,
                "a patch that begins with `[` is read as JSON, and this is YAML: write each operation as an item "
                "(`- op: ...`)",
            ) from None
    if patch.is_old_json and not value:
        raise refused(patch.entry, "the patch is empty")
    return value


def _syntax(patch: Patch, placed: Placed) -> Refusal | None:
    """A patch that is not YAML: told here if it stands in a string, else by the rule about syntax."""
    place, problem = place_of(patch.inline), placed.document.problem
    if place is None or problem is None:
        return None
    return Refusal(written_at(placed, problem.span), f"the patch cannot be read: {problem.message}")


def _append(
    build: Build, resources: Iterable[Resource], at: Place | None, known: dict[tuple[str, ...], Resource]
) -> None:
    """Add objects, whose ids must be new; `known` are those of the build by their ids."""
    for resource in resources:
        other = known.setdefault(resource.id.key, resource)
        if other is not resource:
            first = place_of(lookup(other.value, "metadata", "name"))
            second = place_of(lookup(resource.value, "metadata", "name"))
            # What is read twice is told where it is asked for the second time.
            place = at if second is None or second == first else second
            related = ((first, "first added here"),) if first is not None else ()
            message = f"{resource.id} is added twice"
            raise BuildRefusedError(Refusal(place, message, related) if place is not None else None)
        build.resources.append(resource)
        if len(build.resources) > MOST_OBJECTS:
            raise _TooMuchError(f"a kustomization that builds more than {MOST_OBJECTS} objects")


def _refuse_equal_ids(build: Build, patch: Map | List) -> None:
    seen: set[tuple[str, ...]] = set()
    for resource in build.resources:
        if resource.id.key in seen:
            raise refused(patch, f"the patch makes a second {resource.id}")
        seen.add(resource.id.key)


def _make_uncertain(build: Build) -> None:
    for resource in build.resources:
        resource.is_certain = False


def _similar(wanted: Id, build: Build) -> tuple[tuple[Place, str], ...]:
    """Objects that a patch may have meant: of its kind or its name."""
    found = [item for item in build.resources if wanted.kind == item.id.kind] or [
        item for item in build.resources if item.id.name == wanted.name
    ]
    places = ((place_of(lookup(item.value, "metadata", "name")), item.id) for item in found[:_SHOWN])
    return tuple((place, f"there is {known}") for place, known in places if place is not None)
