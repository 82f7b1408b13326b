"""The lists of values files that templates print as they stand, seen in what they print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Related
from podhosts.document import Mapping, Sequence
from podhosts.kubernetes import Pod, every_object, is_built_in_workload, walk
from podhosts.kubernetes.schemas import BUILT_IN, UNKNOWN
from podhosts.placed import Placed
from podhosts.records import NamedTuple
from podhosts.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.document import Document, Node
    from podhosts.helm.building import ChartBuild
    from podhosts.helm.printed import PrintedDocument
    from podhosts.helm.traced import ValuePlace
    from podhosts.kubernetes import KnownKinds, KubernetesObject, ListSchema, Path

KEY = "hostAliases"


class PrintedList(NamedTuple):
    """A list of a values file that is printed as `hostAliases`: its path there, and how many of its entries are.

    `api_version` and `kind` are those of the object that it becomes a part of; `span` is that of the action in
    `template` that prints it.
    """

    path: Path
    entries: int
    api_version: str | None
    kind: str | None
    template: Source
    span: Span


def printed_lists(builds: Iterable[ChartBuild]) -> dict[str, list[PrintedList]]:
    """The lists that builds print as they stand, by the paths of their values files, each way to print one once."""
    found: dict[str, dict[PrintedList, None]] = {}
    for document in (document for build in builds for text in build.printed for document in text.documents()):
        for path, item in _in_document(document):
            found.setdefault(path, {})[item] = None
    return {path: [*lists] for path, lists in found.items()}


def add_lists(known: dict[str, list[PrintedList]], others: dict[str, list[PrintedList]]) -> None:
    """Add those lists that are not known yet."""
    for path, lists in others.items():
        paths = {item.path for item in known.get(path, ())}
        known.setdefault(path, []).extend(item for item in lists if item.path not in paths)


def _in_document(document: PrintedDocument) -> Iterator[tuple[str, PrintedList]]:
    """The lists of a printed document with the paths of their files."""
    for manifest in every_object(document.document):
        for _, node in walk(manifest.node):
            listed = node.get(KEY)
            items: dict[ValuePlace, list[Node]] = {}
            for item in listed.items if isinstance(listed, Sequence) else ():
                if (place := _list_of(document, item)) is not None:
                    items.setdefault(place, []).append(item)
            for place, found in items.items():
                source = document.files.source(place.file)
                action = document.action(found[0].span)
                template = action and document.files.source(action.path)
                if source is not None and action is not None and template is not None:
                    span = Span(action.start, action.end)
                    target = manifest.api_version, manifest.kind
                    yield source.path, PrintedList(place.path, len(found), *target, template, span)


def _list_of(document: PrintedDocument, item: Node) -> ValuePlace | None:
    """The list of values that a printed entry is an item of, with all its keys; None for another entry."""
    item_places: set[ValuePlace] = set()
    for entry in item.entries if isinstance(item, Mapping) else ():
        place = document.value(entry.key.span)
        if place is None or not place.is_key or not all(map(place.holds, document.values(entry.value.span))):
            return None
        item_places.add(place.outer())
    if len(item_places) != 1:
        return None
    (place,) = item_places
    return place.outer() if len(place.path) > 1 and isinstance(place.path[-1], int) else None


class ListPlace(Placed):
    """The document of a list in a values file: what is found in the list has to do with the template that prints it."""

    def __init__(self, document: Document, printed: PrintedList) -> None:
        super().__init__(document)
        self.related = (Related(printed.span, "printed as `hostAliases` here", printed.template),)


def pods_of_lists(
    manifest: KubernetesObject, lists: Iterable[PrintedList], kinds: KnownKinds
) -> Iterator[tuple[Pod, ListPlace]]:
    """The lists in a values file (`manifest` is its root) as pods, and how each is placed."""
    by_path: dict[Path, list[PrintedList]] = {}
    for printed in lists:
        by_path.setdefault(printed.path, []).append(printed)
    for path, prints in by_path.items():
        *steps, name = path
        parent: Node | None = manifest.node
        for step in steps:
            parent = _below(parent, step)
        entry = parent.fields.get(name) if isinstance(parent, Mapping) and isinstance(name, str) else None
        if entry is None or not isinstance(entry.value, Sequence):
            continue
        # A list of which a template leaves out items is not judged as one.
        if any(isinstance(item, Mapping) for item in entry.value.items[prints[0].entries :]):
            continue
        spec = Mapping(entry.key.start, max(entry.value.end, entry.key.end), flow=False)
        spec.entries = [entry]
        pod = Pod(manifest, spec, tuple(steps), str(name), _schema(prints, kinds), False)
        yield pod, ListPlace(manifest.document, prints[0])


def _below(node: Node | None, step: str | int) -> Node | None:
    if isinstance(step, str):
        return node.get(step) if isinstance(node, Mapping) else None
    return node.items[step] if isinstance(node, Sequence) and step < len(node.items) else None


def _schema(prints: Iterable[PrintedList], kinds: KnownKinds) -> ListSchema:
    """What the server checks of the list: the strictest of the objects that it becomes a part of."""
    found: set[ListSchema] = set()
    for printed in prints:
        if is_built_in_workload(printed.api_version, printed.kind):
            return BUILT_IN
        if printed.kind is not None:
            found |= {place.schema for place in kinds.pod_spec_paths(printed.api_version, printed.kind)}
    return found.pop() if len(found) == 1 else UNKNOWN
