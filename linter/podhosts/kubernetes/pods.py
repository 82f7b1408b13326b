"""Typed views of pod specs; each keeps its nodes, so that a finding can point at them.

What a template or placeholder decides is hidden: a value that is not known is None, a list or mapping that may get more
is never empty and lacks nothing (`Mapping.get` gives an unknown scalar), and what is counted over a list is None where
not all of it is written. Texts with placeholders are given only under names with `written`.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, TypeVar

from podhosts.document import Mapping, Scalar, Sequence, is_null, is_unknown, string, unwritten, written_string
from podhosts.document.placeholders import is_placeholder
from podhosts.hosts.addresses import parse_sloppy, reading
from podhosts.kubernetes.fields import is_directive
from podhosts.kubernetes.kinds import GITLAB_RUNNER_PODS, group_of, is_built_in_workload, is_strict
from podhosts.kubernetes.known_kinds import KNOWN_KINDS, KnownKinds
from podhosts.kubernetes.objects import mapping, sequence
from podhosts.kubernetes.schemas import SCHEMALESS, UNKNOWN, ListSchema
from podhosts.kubernetes.walking import NEVER_INSIDE, follow, walk
from podhosts.patterns import regex
from podhosts.records import record

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator
    from ipaddress import IPv4Address, IPv6Address

    from podhosts.document import Entry, Node
    from podhosts.kubernetes.fields import Path
    from podhosts.kubernetes.kinds import PodSpecPath
    from podhosts.kubernetes.objects import KubernetesObject


class _HasNode(Protocol):
    @property
    def node(self) -> Node: ...


_Placed = TypeVar("_Placed", bound=_HasNode)

CONTAINER_FIELDS = ("initContainers", "containers", "ephemeralContainers")

#: The parts of a Kyverno rule that say what objects are or should be like.
_PATTERNS = frozenset({"validate", "match", "exclude", "preconditions", "context"})
#: A key of a Kyverno patch with an anchor: `+(key)` adds it where it is not there, `(key)` is a condition.
_ANCHORED = regex(r"[+^=X<]?\(.*\)")
#: Groups that use the word for something else (k3d: the hosts file of node containers), and schemas of other kinds.
_OTHER_MEANING = frozenset({"k3d.io", "apiextensions.k8s.io"})


@record(frozen=True, eq=False)
class Pod:
    """A pod spec, or any other mapping that holds a list shaped like hostAliases.

    `path` leads from the object's root to `spec`; `list_field` is the key of the list in it; `is_pod_spec` says that
    the place is known to be a pod spec of a built-in kind.
    """

    object: KubernetesObject
    spec: Mapping
    path: Path
    list_field: str
    schema: ListSchema
    is_pod_spec: bool

    @property
    def list_entry(self) -> Entry | None:
        """The entry `hostAliases: ...` that counts."""
        return self.spec.fields.get(self.list_field)

    @property
    def list_node(self) -> Node | None:
        """The value of the list as it is written."""
        return self.spec.get(self.list_field)

    @property
    def list_start(self) -> int | None:
        """Where the key of the list begins in the source."""
        return self.list_entry.key.start if self.list_entry else None

    @cached_property
    def aliases(self) -> list[HostAlias]:
        """The items of the list that are mappings, with their indices; not the `$patch` steps of a strategic merge.

        Those that are written: there may be more where the list is open, and not all of them at once.
        """
        node = sequence(self.spec.get(self.list_field))
        if node is None:
            return []
        return [
            HostAlias(self, index, item)
            for index, item in enumerate(node.items)
            if isinstance(item, Mapping) and "$patch" not in item.fields
        ]

    @property
    def has_all_aliases(self) -> bool:
        """Whether the list holds what is written in it, and nothing else."""
        node = self.list_node
        return node is None or is_null(node) or (isinstance(node, Sequence) and not self.is_partial(node))

    @property
    def missing_addresses(self) -> list[MissingAddress]:
        """Where entries have no address for certain: null entries, too, but not the steps of a patch."""
        node = sequence(self.spec.get(self.list_field))
        found = [_missing_address(index, item) for index, item in enumerate(node.items if node else ())]
        return [missing for missing in found if missing is not None and not self.is_partial(missing.item)]

    def all_items(self, node: Node | None) -> list[Node] | None:
        """The items of a list; None where it is none, or a template may print more or fewer."""
        return None if not isinstance(node, Sequence) or self.is_partial(node) else node.items

    @property
    def listed_names(self) -> list[AliasName]:
        """The names of all entries that are strings and known, in the order of the file."""
        return [name for alias in self.aliases for name in alias.listed_names]

    def repeated(self, items: Iterable[_Placed], key: Callable[[_Placed], Hashable]) -> list[list[_Placed]]:
        """Entries or names with equal keys (None is no key): groups of two or more, in the order of their second.

        A group holds what one pod can have together with its first: of two branches of a template a pod gets one.
        """
        groups: dict[Hashable, list[_Placed]] = {}
        found: list[list[_Placed]] = []
        for item in items:
            if (known := key(item)) is None:
                continue
            group = groups.setdefault(known, [])
            if not group or self.are_printed_together(group[0].node, item.node):
                group.append(item)
                if len(group) == 2:
                    found.append(group)
        return found

    def are_printed_together(self, first: Node, second: Node) -> bool:
        """Whether two nodes can be compared, see `Document.are_printed_together`."""
        return self.object.document.are_printed_together(first, second)

    def true_flag(self, name: str, beside: Node | None = None) -> Scalar | None:
        """The value of a field that is `true`; None where it is not, or is not printed together with `beside`."""
        node = self.spec.get(name)
        if not isinstance(node, Scalar) or node.value is not True:
            return None
        return node if beside is None or self.are_printed_together(beside, node) else None

    @property
    def host_network(self) -> bool:
        return self.true_flag("hostNetwork") is not None

    @property
    def has_names_of_controller(self) -> bool:
        """Whether the controller writes names of its own over `hostname` and `subdomain`."""
        return self.object.kind == "StatefulSet"

    @property
    def asks_cluster_dns(self) -> bool:
        """Whether the names of Services mean anything in the pod; on the node's network its DNS is asked."""
        # What a template may add is hardly ever another policy.
        entry = self.spec.fields.get("dnsPolicy")
        if entry is not None and is_unknown(entry.value):
            return False
        policy = string(entry.value) if entry is not None else None
        return policy == "ClusterFirstWithHostNet" or (policy in {None, "ClusterFirst"} and not self.host_network)

    @property
    def has_unknown_network(self) -> bool:
        """Whether a template or placeholder decides what is written for `hostNetwork`."""
        entry = self.spec.fields.get("hostNetwork")
        return entry is not None and is_unknown(entry.value)

    @cached_property
    def containers(self) -> list[Container]:
        """All containers: init, regular, ephemeral."""
        return [
            Container(self, group, index, node)
            for group in CONTAINER_FIELDS
            for index, node in _mappings(self.spec.get(group))
        ]

    @cached_property
    def restarting_containers(self) -> list[Container]:
        """The containers that start again while the pod runs: the regular ones, and sidecars."""
        return [item for item in self.containers if item.group == "containers" or item.is_sidecar]

    @cached_property
    def volumes(self) -> list[Volume]:
        return [Volume(self, index, node) for index, node in _mappings(self.spec.get("volumes"))]

    @cached_property
    def volume_by_name(self) -> dict[str | None, Volume]:
        """The volumes by their names as written; none of those that share one (a template prints one of them)."""
        counts = Counter(volume.name for volume in self.volumes)
        return {volume.name: volume for volume in self.volumes if counts[volume.name] == 1}

    def field(self, *steps: str | int) -> str:
        """The path of something in the pod spec, from the object's root."""
        return self.object.field(*self.path, *steps)

    def is_partial(self, node: Node) -> bool:
        """Whether a mapping or list may get more than is written in it, so that nothing can be missing."""
        has_anchors = isinstance(node, Mapping) and any(map(_ANCHORED.fullmatch, node.fields))
        return has_anchors or (isinstance(node, Mapping | Sequence) and node.is_open)


@record(frozen=True, slots=True, eq=False)
class MissingAddress:
    """An entry without an address: `item` is written in its place, `at` is what to point at.

    `written_as` says what is written instead: `item` for a null entry, `null` or `empty` for such an `ip`, None for
    no key.
    """

    index: int
    item: Node
    at: Node
    written_as: str | None


@record(frozen=True, eq=False)
class HostAlias:
    """One entry of the list."""

    pod: Pod
    index: int
    node: Mapping

    @property
    def ip_node(self) -> Node | None:
        """The value of `ip`; None where it is certainly missing."""
        return self._field("ip")

    @property
    def ip(self) -> str | None:
        """The address if it is a string that is known."""
        return string(self.ip_node)

    @property
    def has_known_ip(self) -> bool:
        """Whether no template or placeholder decides the address."""
        return not is_unknown(self.ip_node)

    @property
    def address(self) -> IPv4Address | IPv6Address | None:
        """The address that some resolver reads from `ip`; None where there is none, or it is not known."""
        return parse_sloppy(self.ip or "")

    @property
    def address_key(self) -> str | None:
        """A key that entries share whose address every resolver takes for the same (`reading`); None without one."""
        return None if self.address is None else reading(self.ip or "")

    @property
    def hostnames_node(self) -> Node | None:
        """The value of `hostnames`; None where it is certainly missing."""
        return self._field("hostnames")

    def _field(self, name: str) -> Node | None:
        node = self.node.get(name)
        return unwritten(self.node) if node is None and self.pod.is_partial(self.node) else node

    @cached_property
    def names(self) -> list[tuple[int, Scalar]]:
        """The names that are strings and known, with their indices."""
        node = sequence(self.hostnames_node)
        if node is None:
            return []
        return [
            (index, item)
            for index, item in enumerate(node.items)
            if isinstance(item, Scalar) and isinstance(item.value, str)
        ]

    @property
    def listed_names(self) -> list[AliasName]:
        """The names that are strings and known, each with its entry and index."""
        return [AliasName(self, index, node) for index, node in self.names]

    @property
    def all_names(self) -> list[tuple[int, Scalar]] | None:
        """All names with their indices; None where one is not known, or a template may print more or fewer."""
        node = sequence(self.hostnames_node)
        if node is None:
            return None if self.hostnames_node is not None and not is_null(self.hostnames_node) else []
        has_unknown = any(isinstance(item, Scalar) and item.is_unknown for item in node.items)
        return None if has_unknown or self.pod.is_partial(node) else self.names

    @property
    def first_key(self) -> Node:
        """The entry's first key, or the entry where it has none."""
        return self.node.entries[0].key if self.node.entries else self.node

    @property
    def is_nameless(self) -> bool:
        """Whether the entry has no names for certain, and no key of another name that may be meant for them."""
        if self.pod.is_partial(self.node) or not self.node.fields.keys() <= self.pod.schema.entry_fields:
            return False
        node = self.hostnames_node
        return node is None or is_null(node) or self.pod.all_items(node) == []

    @property
    def unknown_entries(self) -> dict[str, Entry]:
        """The keys that the API does not have; not those that a template decides, nor the directives of patches."""
        return {
            name: entry
            for name, entry in self.node.fields.items()
            if name not in self.pod.schema.entry_fields and not is_directive(name) and not is_placeholder(name)
        }

    def field(self, *steps: str | int) -> str:
        return self.pod.field(self.pod.list_field, self.index, *steps)


@record(frozen=True, eq=False)
class AliasName:
    """A name where an entry lists it; `index` is that in `hostnames`."""

    alias: HostAlias
    index: int
    node: Scalar

    @property
    def text(self) -> str:
        """The name."""
        return self.node.text

    @property
    def field(self) -> str:
        """Its path, from the object's root."""
        return self.alias.field("hostnames", self.index)


@record(frozen=True, eq=False)
class Container:
    """A container; `group` is the field of the pod spec that lists it."""

    pod: Pod
    group: str
    index: int
    node: Mapping

    @property
    def name(self) -> str | None:
        """Its name as written."""
        return written_string(self.node.get("name"))

    @property
    def shown(self) -> str:
        """Its name in messages: "container `web`", or by its number where it has no name."""
        return f"container `{self.name}`" if self.name else f"container {self.index + 1}"

    @property
    def is_sidecar(self) -> bool:
        return self.group == "initContainers" and string(self.node.get("restartPolicy")) == "Always"

    @cached_property
    def mounts(self) -> list[Mount]:
        return [Mount(self, index, node) for index, node in _mappings(self.node.get("volumeMounts"))]

    def field(self, *steps: str | int) -> str:
        return self.pod.field(self.group, self.index, *steps)


@record(frozen=True, slots=True, eq=False)
class Mount:
    """One of a container's volumeMounts."""

    container: Container
    index: int
    node: Mapping

    @property
    def mount_path_node(self) -> Node | None:
        return self.node.get("mountPath")

    @property
    def mount_path(self) -> str | None:
        """The path if it is a string that is known."""
        return string(self.mount_path_node)

    @property
    def sub_path(self) -> str | None:
        """The path in the volume that is mounted: empty for all of it, None where it is not known."""
        node = self.node.fields.get("subPath")
        return "" if node is None or is_null(node.value) else string(node.value)

    @property
    def volume(self) -> Volume | None:
        """The volume it mounts, if the pod spec has it, and only one of that name as written."""
        name = written_string(self.node.get("name"))
        return self.container.pod.volume_by_name.get(name) if name else None

    @property
    def may_share_volume(self) -> bool:
        """Whether another container mounts the volume, too; also where not all containers are known."""
        pod = self.container.pod
        name = string(self.node.get("name"))
        others = (container for container in pod.containers if container is not self.container)
        return pod.is_partial(pod.spec) or any(
            string(mount.node.get("name")) == name for other in others for mount in other.mounts
        )

    def field(self, *steps: str | int) -> str:
        return self.container.field("volumeMounts", self.index, *steps)


@record(frozen=True, slots=True, eq=False)
class Volume:
    """One of a pod's volumes."""

    pod: Pod
    index: int
    node: Mapping

    @property
    def name(self) -> str | None:
        """Its name as written."""
        return written_string(self.node.get("name"))

    @property
    def host_path_node(self) -> Node | None:
        source = mapping(self.node.get("hostPath"))
        return source.get("path") if source else None

    @property
    def host_path_type_node(self) -> Node | None:
        source = mapping(self.node.get("hostPath"))
        return source.get("type") if source else None

    def field(self, *steps: str | int) -> str:
        return self.pod.field("volumes", self.index, *steps)


def pods(manifest: KubernetesObject, kinds: KnownKinds = KNOWN_KINDS) -> list[Pod]:
    """Every pod spec and hostAliases list of an object, in order of the text.

    Known kinds give their pod specs, with or without a list. Elsewhere a mapping counts if its `hostAliases` is shaped
    like the real list; where the kind declares every field such a place is no pod but a mistake, and not given.
    """
    if group_of(manifest.api_version) in _OTHER_MEANING or _is_chart_test(manifest):
        return []
    is_built_in = is_built_in_workload(manifest.api_version, manifest.kind)
    is_toml = manifest.document.piece.language == "toml"
    places = (GITLAB_RUNNER_PODS,) if is_toml else kinds.pod_spec_paths_of(manifest)
    found = [
        Pod(manifest, node, path, place.field, place.schema, is_built_in)
        for place in places
        for path, node in follow(manifest.node, place.path)
        if is_built_in or _may_be_pod(place, node)
    ]
    if not is_strict(manifest.api_version, manifest.kind):
        found += _lists_elsewhere(manifest, kinds, {id(pod.spec) for pod in found})
    return sorted(found, key=lambda pod: pod.spec.start)


def _is_chart_test(manifest: KubernetesObject) -> bool:
    """Whether a document is a suite of helm-unittest, whose values are there to be tested and never installed.

    Source: helm-unittest's `DOCUMENT.md`: a suite lists `tests`, each with its `asserts`.
    """
    tests = manifest.node.get("tests") if manifest.kind is None else None
    return isinstance(tests, Sequence) and any(
        isinstance(test, Mapping) and "asserts" in test.fields for test in tests.items
    )


def _lists_elsewhere(manifest: KubernetesObject, kinds: KnownKinds, known: set[int]) -> Iterator[Pod]:
    """The mappings with a list shaped like hostAliases, but for those that are known and those that are mistakes."""
    others = [
        (path, node, key)
        for path, node, key in _lists(manifest)
        if id(node) not in known and (is_shaped_like_aliases(node.get(key)) or _is_entry_of_patch(path, node.get(key)))
    ]
    declared = {id(place.node): place for place in kinds.places(manifest)} if others else {}
    for path, node, key in others:
        place = declared.get(id(node))
        if place is None or not place.refuses(key):
            # What a CRD keeps without declaring it, it does not check.
            schema = UNKNOWN if place is None or place.refused_by else SCHEMALESS
            yield Pod(manifest, node, path, key, schema, False)


def _may_be_pod(place: PodSpecPath, node: Mapping) -> bool:
    """Whether a mapping at a known place of a custom resource is a pod spec, or holds a hosts list."""
    if not place.schema.is_known and place.field != "hostAliases":
        return isinstance(node.get(place.field), Sequence)
    return place.field in node.fields or "containers" in node.fields


def is_shaped_like_aliases(node: Node | None) -> bool:
    """Whether a node is a list with a mapping in it that has `ip` or `hostnames`."""
    return isinstance(node, Sequence) and any(
        isinstance(item, Mapping) and ("ip" in item.fields or "hostnames" in item.fields) for item in node.items
    )


def _is_entry_of_patch(path: Path, node: Node | None) -> bool:
    """Whether an entry stands where the list of a pod template belongs, as in a patch that does not say its kind."""
    is_entry = isinstance(node, Mapping) and not node.fields.keys().isdisjoint({"ip", "hostnames"})
    return is_entry and path[-2:] == ("template", "spec")


def never_inside(manifest: KubernetesObject) -> frozenset[str]:
    """The keys below which an object holds no values: what is kept by others, and the patterns of Kyverno's rules."""
    return NEVER_INSIDE | _PATTERNS if _is_kyverno(manifest) else NEVER_INSIDE


def _lists(manifest: KubernetesObject) -> Iterator[tuple[Path, Mapping, str]]:
    """Every mapping of an object with a key `hostAliases`, in Kyverno's patches also `+(hostAliases)`."""
    keys = ("hostAliases", "+(hostAliases)") if _is_kyverno(manifest) else ("hostAliases",)
    for path, node in walk(manifest.node, never_inside(manifest)):
        for key in keys:
            if key in node.fields:
                yield path, node, key


def _is_kyverno(manifest: KubernetesObject) -> bool:
    return group_of(manifest.api_version).endswith("kyverno.io")


def _missing_address(index: int, item: Node) -> MissingAddress | None:
    """How an entry lacks its address by what is written; None where it has one."""
    if isinstance(item, Scalar) and item.value is None:
        return MissingAddress(index, item, item, "item")
    if not isinstance(item, Mapping) or any(map(is_directive, item.fields)):
        return None
    ip = item.get("ip")
    first = item.entries[0].key if item.entries else item
    if ip is None:
        return MissingAddress(index, item, first, None)
    if isinstance(ip, Scalar) and ip.value in (None, ""):
        return MissingAddress(index, item, first, "null" if ip.value is None else "empty")
    return None


def _mappings(node: Node | None) -> list[tuple[int, Mapping]]:
    items = node.items if isinstance(node, Sequence) else []
    return [(index, item) for index, item in enumerate(items) if isinstance(item, Mapping)]
