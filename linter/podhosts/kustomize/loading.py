"""Files of a kustomization to objects, and what Kustomize refuses of them.

Source: `api/resource/factory.go` and `api/types/kustomization.go` of kustomize 5.8.2.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from podhosts.document import Document, Mapping, Scalar, nodes
from podhosts.kubernetes.fields import edit_distance
from podhosts.kustomize.located import List, Map, locate_map, lookup, place_of, typed, written_at
from podhosts.kustomize.model import COMPONENT, KUSTOMIZATION
from podhosts.kustomize.refusals import BuildRefusedError, Refusal, refused
from podhosts.kustomize.resources import Resource
from podhosts.patterns import regex
from podhosts.placed import Placed
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.kustomize.files import Files
    from podhosts.kustomize.located import LocatedString
    from podhosts.kustomize.model import Kustomization

#: The lists of a kustomization that are followed, by what they hold.
_PATHS = ("resources", "bases", "components", "patchesStrategicMerge")
_ENTRIES = ("patches", "patchesJson6902", "replacements", "configMapGenerator", "secretGenerator")
#: All fields of a kustomization, by their names in lower case.
_FIELDS = {
    name.lower(): name
    for name in (
        "apiVersion", "kind", "metadata", "openapi", "namePrefix", "nameSuffix", "namespace", "commonLabels", "labels",
        "commonAnnotations", "patchesStrategicMerge", "patchesJson6902", "patches", "images", "imageTags",
        "replacements", "replicas", "vars", "sortOptions", "resources", "components", "crds", "bases",
        "configMapGenerator", "secretGenerator", "helmGlobals", "helmCharts", "helmChartInflationGenerator",
        "generatorOptions", "configurations", "generators", "transformers", "validators", "buildMetadata",
    )
}  # fmt: skip
#: A name that differs from a field's in no more letters was meant to be that one.
_MOST_EDITS = 2
_DEFINITION = "CustomResourceDefinition"
#: All up to its `spec`, where that is the last of the keys that tell what it is.
_DEFINITION_HEAD = regex(
    rf"(?:---[^\n]*\n)?(?:(?!spec:)[^\n]*\n)*?kind: {_DEFINITION}\s*\n(?:(?!spec:)[^\n]*\n)*?metadata:\s*\n"
    r"(?:(?!spec:)[^\n]*\n)*(?=spec:)"
)


def file_refusal(kustomization: Kustomization, others: list[str]) -> Refusal | None:
    """Why Kustomize refuses the kustomization file itself; None too where another rule says that it is not YAML."""
    place = kustomization.place()
    if place is None:
        return None
    if others:
        return Refusal(place, f"the folder has another kustomization file, `{others[0]}`")
    if kustomization.kind not in {KUSTOMIZATION, COMPONENT}:
        at = place_of(kustomization.text("kind")) or place
        return Refusal(at, "`kind` should be Kustomization or Component")
    if kustomization.document.template is not None:
        return None
    if kustomization.fields is None:
        return Refusal(place, "a kustomization should be a mapping")
    wrong = (refusal for name in (*_PATHS, *_ENTRIES) for refusal in _wrong_list(kustomization, name))
    return next(chain(_unknown_fields(kustomization), wrong), None)


def _unknown_fields(kustomization: Kustomization) -> Iterator[Refusal]:
    """The fields that no kustomization has; the case of a name does not count."""
    for name, entry in kustomization.fields.node.fields.items() if kustomization.fields is not None else ():
        if name.lower() not in _FIELDS:
            meant = min(_FIELDS, key=lambda known: edit_distance(name.lower(), known, _MOST_EDITS))
            is_near = edit_distance(name.lower(), meant, _MOST_EDITS) <= _MOST_EDITS
            hint = f", but `{_FIELDS[meant]}`" if is_near else ""
            yield Refusal(written_at(kustomization.placed, entry.key), f"a kustomization has no field `{name}`{hint}")


def _wrong_list(kustomization: Kustomization, name: str) -> Iterator[Refusal]:
    """What is wrong with a field that should be a list of paths, or of mappings."""
    value = kustomization.field(name)
    at = place_of(value)
    if value is None or at is None:
        return
    if not isinstance(value, List):
        yield Refusal(at, f"`{name}` should be a list")
        return
    kind, what = (str, "a path") if name in _PATHS else (Map, "a mapping")
    for item, node in zip(value, value.node.items, strict=True):
        if not isinstance(item if kind is Map else typed(item), kind):
            yield Refusal(written_at(value.placed, node), f"an item of `{name}` should be {what}")


def without_schema(placed: Placed) -> Placed:
    """The head of a CustomResourceDefinition: its schema can be large, and no hosts file depends on it."""
    document = placed.document
    match = _DEFINITION_HEAD.match(document.source.text, *document.span)
    if match is None:
        return placed
    head = document.piece._replace(span=Span(document.span.start, match.end()))
    return Placed(Document(document.source, head))


def resources_in(placed: Placed) -> Iterator[Resource]:
    """The objects of a document of resources, those in a List one by one."""
    root = placed.document.root
    if root is None or (isinstance(root, Scalar) and root.value is None):
        return
    for node in nodes(root):
        if isinstance(node, Mapping) and node.duplicates:
            earlier, later = node.duplicates[0]
            first = (written_at(placed, earlier.key), "first written here")
            message = f"the key `{later.key.text}` is written twice"
            raise BuildRefusedError(Refusal(written_at(placed, later.key), message, (first,)))
    if not isinstance(root, Mapping):
        raise BuildRefusedError(Refusal(written_at(placed, root), "a resource is no mapping"))
    for value in unlisted(locate_map(root, placed)):
        if value:
            yield Resource(identified(value, "a resource"), is_certain=value.get("kind") != _DEFINITION)


def refuse_out_of_reach(reference: LocatedString, path: str, folder: str, files: Files) -> None:
    """Raise BuildRefusedError for a file at a path that Kustomize does not read for the kustomization in a folder."""
    if files.is_out_of_reach(path, folder):
        raise refused(reference, f"`{reference}` is outside of this folder: Kustomize reads files inside it only")


def unlisted(value: Map) -> Iterator[Map]:
    """The items of a List, or the value itself."""
    waiting = [value]
    while waiting:
        found = waiting.pop(0)
        kind, items = found.get("kind"), found.get("items")
        if isinstance(kind, str) and kind.endswith("List") and "items" in found:
            waiting += [item for item in items if isinstance(item, Map)] if isinstance(items, List) else []
        else:
            yield found


def identified(value: Map, what: str) -> Map:
    """The value, which Kustomize wants to have a kind and a name."""
    kind, name = value.get("kind"), lookup(value, "metadata", "name")
    missing = "kind" if not kind else "metadata.name" if not name and not str(kind).endswith("List") else None
    if missing is not None:
        entries = value.node.entries
        place = written_at(value.placed, entries[0].key if entries else value.node)
        raise BuildRefusedError(Refusal(place, f"{what} has no `{missing}`"))
    return value
