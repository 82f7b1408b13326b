"""Values that something else puts into a pod spec: operations of JSON patches, mutations, parameters of Helm charts.

Only the value is written where it is read; where it will stand is said by a path in the syntax of each tool.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.document import Entry, Mapping, Scalar, Sequence, written_string
from podhosts.kubernetes.kinds import group_of, is_strict
from podhosts.kubernetes.objects import KubernetesObject, mapping
from podhosts.kubernetes.pods import Pod, is_shaped_like_aliases, never_inside
from podhosts.kubernetes.schemas import UNKNOWN
from podhosts.kubernetes.walking import walk
from podhosts.patterns import regex
from podhosts.records import record

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from podhosts.document import Document, Node
    from podhosts.kubernetes.fields import Path

_LIST = "hostAliases"
_HOST_NAMES = frozenset({"hostname", "subdomain", "hostnameOverride"})
_OPERATIONS = frozenset({"add", "remove", "replace", "move", "copy", "test"})
_SETTING_OPERATIONS = frozenset({"add", "replace"})
#: A name as `helm --set` takes it: `web.hostAliases[0].hostnames[1]`.
_PARAMETER = regex(
    r"(?:.+\.)?hostAliases(?:\[(?P<entry>[0-9]+)\](?:\.(?P<key>ip|hostnames)(?:\[(?P<name>[0-9]+)\])?)?)?"
)
#: What every path to a hosts-related field holds, in whatever syntax.
_PATHS = regex(r"[/.]\"?hostAliases|hostAliases\[|spec[/.](?:hostname|subdomain)")
_GATEKEEPER = "mutations.gatekeeper.sh"
_WORDS = regex(r"\w+")
#: A step of Gatekeeper's `location`: `[ip: 10.0.0.1]`, a quoted or a bare word.
_LOCATION = regex(r"(?P<item>\[[^\]]*\])|\"(?P<quoted>(?:[^\"\\]|\\.)*)\"|(?P<word>[^.\[\]\"]+)")


@record(frozen=True, eq=False)
class PlacedPod(Pod):
    """A pod spec of which one value is known, the one that stands at `steps` in it.

    The mappings and lists around it are made up; `value_path` leads to the value from the object's root. `target_kind`
    is the kind of the objects that it is put into, as a pattern of Kustomize; None where it is not known.
    """

    steps: Path = ()
    value_path: Path = ()
    target_kind: str | None = None

    @property
    def has_names_of_controller(self) -> bool:
        """Whether the controller writes names of its own over these; also if so for one kind of the target."""
        return any(word == "StatefulSet" for word in _WORDS.findall(self.target_kind or ""))

    def field(self, *steps: str | int) -> str:
        """The path of the value, or of something in it, as it is written."""
        depth = len(self.steps)
        return self.object.field(*self.value_path, *(steps[depth:] if steps[:depth] == self.steps else ()))

    @property
    def list_node(self) -> Node | None:
        """The value: all that is written."""
        node: Node = self.spec
        for _ in self.steps:
            node = node.items[0] if isinstance(node, Sequence) else _only_entry(node).value
        return node


def placed_pods(manifest: KubernetesObject) -> Iterator[Pod]:
    """The hosts-related fields of pods that the JSON patches, mutations and chart parameters in an object set."""
    if is_strict(manifest.api_version, manifest.kind):
        return
    # A search is cheap, a walk is not.
    if not _PATHS.search(manifest.document.source.text, *manifest.node.span):
        return
    if group_of(manifest.api_version) == _GATEKEEPER:
        yield from _mutation(manifest)
        return
    for path, node in walk(manifest.node, never_inside(manifest)):
        if is_operation(node):
            yield from _operation(manifest, path, node)
        else:
            yield from _parameters(manifest, path, node)


def pod_of_list(document: Document) -> Pod:
    """The pod that a document which is nothing but a list of entries will be put into; its root is a list."""
    root = document.root
    assert isinstance(root, Sequence)
    node = around(root, _LIST, Scalar(root.start, root.start, _LIST, '"'))
    assert isinstance(node, Mapping)  # the step is a key
    manifest = KubernetesObject(document, node, None, None, None)
    return PlacedPod(manifest, node, (), _LIST, UNKNOWN, False, steps=(_LIST,), value_path=())


def is_operation(node: Node) -> bool:
    """Whether a node is an operation of a JSON patch (RFC 6902), or of Karmada's plain text overriders."""
    if not isinstance(node, Mapping) or _operator(node) not in _OPERATIONS:
        return False
    return (written_string(node.get("path")) or "").startswith("/")


def _operator(node: Mapping) -> str | None:
    return written_string(node.get("op" if "op" in node.fields else "operator"))


def is_patch(root: Node | None) -> bool:
    """Whether a document is a JSON patch: a list of operations."""
    return isinstance(root, Sequence) and bool(root.items) and all(map(is_operation, root.items))


def _operation(manifest: KubernetesObject, path: Path, node: Mapping) -> Iterator[Pod]:
    entry = node.fields.get("value")
    if entry is None or _operator(node) not in _SETTING_OPERATIONS:
        return
    tokens = (written_string(node.get("path")) or "").split("/")[1:]
    words = [token.replace("~1", "/").replace("~0", "~") for token in tokens]
    steps: Path = tuple(0 if word == "-" or word.isdecimal() else word for word in words)
    yield from _place(manifest, entry, (*path, "value"), steps)


def _parameters(manifest: KubernetesObject, path: Path, node: Mapping) -> Iterator[Pod]:
    """Parameters as `{name: web.hostAliases[0].ip, value: ...}`, or as `web.hostAliases[0].ip: ...`."""
    name, value = written_string(node.get("name")), node.fields.get("value")
    if name is not None and value is not None and (match := _parameter(name)):
        yield from _place(manifest, value, (*path, "value"), _parameter_steps(match))
    for key, entry in node.fields.items():
        if key != _LIST and (match := _parameter(key)):
            yield from _place(manifest, entry, (*path, key), _parameter_steps(match))


def _parameter(name: str) -> re.Match[str] | None:
    return _PARAMETER.fullmatch(name) if _LIST in name else None


def _parameter_steps(match: re.Match[str]) -> Path:
    entry, key, name = match.group("entry", "key", "name")
    return (_LIST, *([] if entry is None else [0]), *([] if key is None else [key]), *([] if name is None else [0]))


def _mutation(manifest: KubernetesObject) -> Iterator[Pod]:
    """Gatekeeper's `Assign` and `ModifySet`; its `location` is a path in the object that is mutated."""
    spec = manifest.spec
    location = written_string(spec.get("location")) if spec else None
    parameters = mapping(spec.get("parameters")) if spec else None
    if location is None or parameters is None:
        return
    holder, key = ("assign", "value") if manifest.kind == "Assign" else ("values", "fromList")
    values = mapping(parameters.get(holder))
    entry = values.fields.get(key) if values else None
    if entry is None or written_string(parameters.get("operation")) == "prune":
        return
    yield from _place(manifest, entry, ("spec", "parameters", holder, key), location_steps(location))


def location_steps(location: str) -> Path:
    """The steps of a `location` of Gatekeeper; 0 stands for an item of a list, whichever it is."""
    return tuple(0 if step["item"] else step["quoted"] or step["word"] for step in _LOCATION.finditer(location))


def _place(manifest: KubernetesObject, entry: Entry, path: Path, steps: Path) -> Iterator[Pod]:
    """The pod spec that the value of `entry` is put into at `steps`, if these lead to a hosts-related field."""
    at = max((number for number, step in enumerate(steps) if step == _LIST), default=len(steps) - 1)
    above, inside = steps[:at], steps[at:]
    in_pod_spec = _is_pod_spec(above) or (above == ("spec",) and group_of(manifest.api_version) == _GATEKEEPER)
    if inside[:1] == (_LIST,):
        if not _is_field(inside[1:]) or not (in_pod_spec or _is_shaped(entry.value, inside[1:])):
            return
    elif not in_pod_spec or inside[0] not in _HOST_NAMES:
        return
    node = entry.value
    for step in reversed(inside):
        node = around(node, step, entry.key)
    assert isinstance(node, Mapping)  # the first step is a key
    yield PlacedPod(manifest, node, (), _LIST, UNKNOWN, inside[0] in _HOST_NAMES, steps=inside, value_path=path)


def _is_pod_spec(path: Path) -> bool:
    """Whether a path ends like that of a pod template's spec: `spec.template.spec`, `spec.podTemplate.spec`."""
    return path[-1:] == ("spec",) and len(path) > 1 and str(path[-2]).endswith(("template", "Template"))


def _is_field(steps: Path) -> bool:
    """Whether steps below the list lead to an entry, or to a field of one."""
    return steps in {(), (0,), (0, "ip"), (0, "hostnames"), (0, "hostnames", 0)}


def _is_shaped(value: Node, steps: Path) -> bool:
    """Whether a value fits its place below a list of which only the name is known."""
    if steps == ():
        return is_shaped_like_aliases(value)
    if steps == (0,):
        return isinstance(value, Mapping) and not value.fields.keys().isdisjoint({"ip", "hostnames"})
    return isinstance(value, Sequence if steps[-1] == "hostnames" else Scalar)


def around(node: Node, step: str | int, key: Scalar) -> Mapping | Sequence:
    """A mapping or list that holds nothing but a node, at its place; keys point at the key of the value.

    What else it holds is not known.
    """
    if isinstance(step, int):
        items = Sequence(node.start, node.end, flow=False)
        items.is_open = True
        items.items.append(node)
        return items
    made_up = Mapping(node.start, node.end, flow=False)
    made_up.is_open = True
    made_up.entries.append(Entry(Scalar(key.start, key.end, step, ""), node, None))
    return made_up


def _only_entry(node: Node) -> Entry:
    assert isinstance(node, Mapping)  # made by `around`
    return node.entries[0]
