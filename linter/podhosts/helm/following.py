"""The lists of a values file that templates print, as the views of pods that rules look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from podhosts.diagnostics import Related
from podhosts.document import Entry, Mapping, Scalar, Sequence
from podhosts.helm.rendering import KEY
from podhosts.helm.values import EACH
from podhosts.kubernetes import EntryKeys, KubernetesObject, ListSchema, Pod, is_built_in_workload, walk
from podhosts.kubernetes.schemas import BUILT_IN, UNKNOWN
from podhosts.placed import Placed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.document import Document, Node
    from podhosts.helm.facts import FollowedList
    from podhosts.helm.lists import PrintedObject, ValuesUse
    from podhosts.helm.values import ValuesPath
    from podhosts.kubernetes import KnownKinds, Path

#: Stands for what the template itself writes.
_PRINTED_ELSEWHERE = "{{ }}"
#: What makes more of a text than one name, where it is printed without quotes.
_FLOW = frozenset(",[]{}")
_ENTRY_FIELDS = frozenset({"ip", "hostnames"})


class FollowedPod(NamedTuple):
    """A list of a values file, and where a template prints it."""

    pod: Pod
    use: ValuesUse


class PrintedList(Placed):
    """The document of a list in a values file: what is found in the list has to do with the template that prints it."""

    def __init__(self, document: Document, use: ValuesUse, *, is_editable: bool) -> None:
        super().__init__(document)
        self.is_editable = is_editable
        self.related = (Related(use.span, "printed as `hostAliases` here", use.place.source),)


def followed_pods(
    manifest: KubernetesObject, lists: Iterable[FollowedList], kinds: KnownKinds
) -> Iterator[FollowedPod]:
    """The lists of a values file (`manifest` is its root) as pods; what is falsy is not printed, and not given."""
    by_path: dict[ValuesPath, list[FollowedList]] = {}
    for item in lists:
        by_path.setdefault(item.path, []).append(item)
    for path, uses in by_path.items():
        verbatim = [item for item in uses if item.use.entries is None]
        chosen = (verbatim or uses)[0]
        declared = frozenset().union(*(item.declared for item in uses)) - _ENTRY_FIELDS
        takes_text = any(item.use.takes_text for item in uses)
        is_certain = any(item.use.is_certain for item in verbatim)
        schema = _schema((item.use.target for item in verbatim or uses), kinds)
        for place, parent, name in _entries(manifest.node, path):
            entry = parent.fields[name]
            if _is_printed(entry.value, chosen.use.entries, takes_text=takes_text, is_certain=is_certain):
                spec = _spec(entry, chosen.use.entries, declared)
                yield FollowedPod(Pod(manifest, spec, place, name, schema, False, chosen.use.entries), chosen.use)


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


def _is_printed(value: Node, entries: EntryKeys | None, *, takes_text: bool, is_certain: bool) -> bool:
    """Whether a value becomes a list, or would have to: not what is empty under a condition, nor a text for `tpl`."""
    if isinstance(value, Sequence):
        return bool(value.items)
    if entries is not None:
        return False
    if isinstance(value, Scalar):
        return not (value.is_string and takes_text) and (bool(value.value) or (is_certain and value.value is not None))
    return bool(value.entries) or is_certain


def _schema(targets: Iterable[PrintedObject], kinds: KnownKinds) -> ListSchema:
    """What the server checks of the list: the strictest of the objects that it becomes a part of."""
    found: set[ListSchema] = set()
    for target in targets:
        for kind in target.kinds:
            if is_built_in_workload(target.api_version, kind):
                return BUILT_IN
            found |= {place.schema for place in kinds.pod_spec_paths(target.api_version, kind)}
    return found.pop() if len(found) == 1 else UNKNOWN


def _spec(entry: Entry, entries: EntryKeys | None, declared: frozenset[str]) -> Mapping:
    """A pod spec that holds nothing but the list, its entries as they are printed."""
    value = entry.value
    if isinstance(value, Sequence) and (entries is not None or declared):
        printed = Sequence(value.start, value.end, flow=value.flow)
        printed.items = [_entry(item, entries, declared) for item in value.items]
        entry = Entry(entry.key, printed, None)
    spec = Mapping(entry.key.start, max(entry.value.end, entry.key.end), flow=False)
    spec.entries = [entry]
    return spec


def _entry(item: Node, entries: EntryKeys | None, declared: frozenset[str]) -> Node:
    """An entry without the keys that are the chart's own; where the template writes it, from the keys that it reads."""
    if not isinstance(item, Mapping):
        return item
    result = Mapping(item.start, item.end, flow=item.flow)
    if entries is None:
        result.entries = [entry for entry in item.fields.values() if entry.name not in declared]
        return result
    for name, key in (("ip", entries.ip), ("hostnames", entries.hostnames)):
        own = item.fields.get(key) if key is not None else None
        value = _printed_value(own.value, entries, name) if own is not None else None
        key_node = own.key if own is not None and value is not None else Scalar(item.start, item.start, name, "")
        named = Scalar(key_node.start, key_node.end, name, "")
        result.entries.append(Entry(named, value or Scalar(item.start, item.start, _PRINTED_ELSEWHERE, ""), None))
    return result


def _printed_value(value: Node, entries: EntryKeys, name: str) -> Node | None:
    """The value as it is printed; None where it depends on the template what becomes of it."""
    if isinstance(value, Scalar):
        if not value.is_string or not value.text:
            return None
        if name == "hostnames" and not entries.names_are_listed:
            if _FLOW.intersection(value.text):
                return None
            names = Sequence(value.start, value.end, flow=True)
            names.items = [value]
            return names
        return value if name == "ip" else None
    if name == "hostnames" and isinstance(value, Sequence) and entries.names_are_listed:
        names = Sequence(value.start, value.end, flow=value.flow)
        names.items = [item for item in value.items if isinstance(item, Scalar) and item.is_string]
        return names if names.items else None
    return None


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
                yield Pod(manifest, _spec(entry, None, frozenset()), path, KEY, schema, False)
