"""The lists in named templates, and values by their paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.document import Entry, Mapping, Scalar, Sequence
from podhosts.helm.rendering import KEY
from podhosts.helm.values import EACH
from podhosts.kubernetes import KubernetesObject, Pod, is_built_in_workload, walk
from podhosts.kubernetes.schemas import BUILT_IN, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.document import Document, Node
    from podhosts.helm.lists import PrintedObject
    from podhosts.helm.values import ValuesPath
    from podhosts.kubernetes import KnownKinds, ListSchema, Path


def values_at(root: Mapping, path: ValuesPath) -> list[Node]:
    """What stands at a path of the values, for each item on the way."""
    if not path:
        return [root]
    if path[-1] == EACH:
        return [item for value in values_at(root, path[:-1]) if isinstance(value, Sequence) for item in value.items]
    return [parent.fields[name].value for _, parent, name in _entries(root, path)]


def _entries(root: Mapping, path: ValuesPath) -> list[tuple[Path, Mapping, str]]:
    """The mappings that hold the last step of a path, with the paths to them."""
    *steps, last = path
    places: list[tuple[Path, Node]] = [((), root)]
    for step in steps:
        following: list[tuple[Path, Node]] = []
        for place, node in places:
            if step == EACH and isinstance(node, Sequence):
                following += [((*place, index), item) for index, item in enumerate(node.items)]
            elif step == EACH and isinstance(node, Mapping):
                following += [((*place, name), entry.value) for name, entry in node.fields.items()]
            elif isinstance(node, Mapping) and (value := node.get(step)) is not None:
                following.append(((*place, step), value))
        places = following
    return [(place, node, last) for place, node in places if isinstance(node, Mapping) and last in node.fields]


def _schema(targets: Iterable[PrintedObject], kinds: KnownKinds) -> ListSchema:
    """What the server checks of the list: the strictest of the objects that it becomes a part of."""
    found: set[ListSchema] = set()
    for target in targets:
        for kind in target.kinds:
            if is_built_in_workload(target.api_version, kind):
                return BUILT_IN
            found |= {place.schema for place in kinds.pod_spec_paths(target.api_version, kind)}
    return found.pop() if len(found) == 1 else UNKNOWN


def fragment_pods(document: Document, targets: Iterable[PrintedObject], kinds: KnownKinds) -> Iterator[Pod]:
    """The lists in the body of a named template: the body itself, or what stands there at `hostAliases`."""
    root = document.root
    schema = _schema(targets, kinds)
    if isinstance(root, Sequence):
        spec = Mapping(root.start, root.end, flow=False)
        spec.entries = [Entry(Scalar(root.start, root.start, KEY, ""), root, None)]
        yield Pod(KubernetesObject(document, spec, None, None, None), spec, (), KEY, schema, False)
    elif isinstance(root, Mapping):
        manifest = KubernetesObject(document, root, None, None, None)
        for path, node in walk(root):
            entry = node.fields.get(KEY)
            if entry is not None and isinstance(entry.value, Sequence):
                spec = Mapping(entry.key.start, max(entry.value.end, entry.key.end), flow=False)
                spec.entries = [entry]
                yield Pod(manifest, spec, path, KEY, schema, False)
