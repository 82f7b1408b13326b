"""The host names that a pod will have, where the manifest decides them.

Source: `reference/kubernetes.md` 4.2: bare Pods, StatefulSets and Indexed Jobs; elsewhere only with `hostname` or
`hostnameOverride`.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from podhosts.document import Scalar, is_unknown, string, written_string
from podhosts.document.placeholders import is_placeholder
from podhosts.hosts.names import label_refusals
from podhosts.kubernetes.objects import mapping
from podhosts.records import record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from podhosts.document import Document, Mapping, Node
    from podhosts.kubernetes.objects import KubernetesObject
    from podhosts.kubernetes.pods import Pod
    from podhosts.kubernetes.versions import KubernetesVersion

_MAX_BYTES = 63
#: The domain of a cluster that nobody has given another one.
USUAL_DOMAIN = "cluster.local"


@record(frozen=True, slots=True)
class Ordinals:
    """The numbers at the end of the host names that a controller gives, whatever the template says.

    None stands for what something else decides: a template, a placeholder, a value of the wrong type.
    """

    start: int | None
    count: int | None

    def __contains__(self, ordinal: int) -> bool:
        """Whether a pod has the number for certain, once there is any pod."""
        if self.start is None:
            return False
        return self.start <= ordinal < self.start + self.count if self.count is not None else ordinal == self.start

    @property
    def first(self) -> int:
        return self.start or 0

    @property
    def last(self) -> int:
        """The number of the last pod that is known."""
        return self.first + max((self.count or 1) - 1, 0)

    def other_than(self, *taken: int) -> int | None:
        """The number of the first pod that is none of these; None where there is no other pod for certain."""
        found = next(number for number in itertools.count(self.first) if number not in taken)
        return found if self.count is None or found - self.first < self.count else None


@record(frozen=True, slots=True)
class OwnName:
    """The way in which a name comes to be a pod's own.

    `index` is the number of the pod that has it; None where all pods made from the spec have it. A full name also
    says what the cluster's domain must be, and the namespace where the manifest leaves that open; else None.
    """

    index: int | None = None
    namespace: str | None = None
    cluster_domain: str | None = None

    @property
    def is_certain(self) -> bool:
        """False for a full name that is the pod's only in a namespace or domain which the manifest does not say."""
        return self.namespace is None and self.cluster_domain in {None, USUAL_DOMAIN}


def own_name(pod: Pod, name: str, version: KubernetesVersion) -> OwnName | None:
    """The way in which a pod of this spec has `name` as its host name or full name; None if none certainly has it."""
    if not pod.is_pod_spec or pod.host_network or _is_open(pod, version):
        return None
    if override := _override(pod, version):
        return OwnName() if name == cut(override) else None
    head, dot, domain = name.partition(".")
    if dot and domain.partition(".")[0] == _subdomain(pod) and domain.count(".") >= 3:
        own, (_, namespace, service, cluster_domain) = _short_name(pod, head), domain.split(".", 3)
        if own is None or service != "svc" or pod.object.namespace not in {None, namespace}:
            return None
        return OwnName(own.index, namespace if pod.object.namespace is None else None, cluster_domain)
    return _short_name(pod, name)


def own_indices(pod: Pod, names: Iterable[str], version: KubernetesVersion) -> list[int]:
    """The numbers of the pods that have one of these names as their own, in order."""
    found = (own_name(pod, name, version) for name in names)
    return sorted({own.index for own in found if own is not None and own.index is not None})


def host_name_node(pod: Pod, version: KubernetesVersion) -> Node | None:
    """The value that decides the host name of the pods made from this spec."""
    if _override(pod, version):
        return pod.spec.get("hostnameOverride")
    if ordinals(pod.object) is None and string(pod.spec.get("hostname")):
        return pod.spec.get("hostname")
    return pod.object.metadata.get("name") if pod.object.metadata else None


def _is_open(pod: Pod, version: KubernetesVersion) -> bool:
    """Whether a template or placeholder has a part in the host name; an owner's name is looked at where it counts."""
    fields = ["hostnameOverride"] if version.validates_hostname_override else []
    if ordinals(pod.object) is None:
        fields.append("hostname")
    return is_unknown(pod.spec.get("hostNetwork")) or any(is_unknown(pod.spec.get(name)) for name in fields)


def _override(pod: Pod, version: KubernetesVersion) -> str | None:
    return string(pod.spec.get("hostnameOverride")) if version.validates_hostname_override else None


def _short_name(pod: Pod, name: str) -> OwnName | None:
    manifest = pod.object
    owner, numbers = manifest.name, ordinals(manifest)
    if numbers is None and (hostname := string(pod.spec.get("hostname"))):
        # A pod that is refused has no name: the one that it gets in the end is another.
        return OwnName() if name == cut(hostname) and not label_refusals(hostname) else None
    if owner is None or is_placeholder(owner):
        return None
    if numbers is not None:
        ordinal = _ordinal(owner, name)
        return OwnName(ordinal) if ordinal is not None and ordinal in numbers else None
    return OwnName() if manifest.kind == "Pod" and name == cut(owner) else None


def ordinals(manifest: KubernetesObject) -> Ordinals | None:
    """The numbers of the pods of a StatefulSet or Indexed Job; None for other objects.

    The pods of a CronJob's Indexed Jobs have numbers too, but their names hold a time that nobody knows.
    """
    spec = manifest.spec
    if manifest.kind == "StatefulSet":
        # What a template may add is hardly ever another first number.
        entry = spec.fields.get("ordinals") if spec else None
        numbers = entry.value if entry else None
        start = _number(mapping(numbers), "start", 0, manifest) if numbers is None or mapping(numbers) else None
        return Ordinals(start, _number(spec, "replicas", 1, manifest))
    if manifest.kind == "CronJob":
        template = mapping(spec.get("jobTemplate")) if spec else None
        spec = mapping(template.get("spec")) if template else None
        return Ordinals(None, None) if spec and string(spec.get("completionMode")) == "Indexed" else None
    mode = written_string(spec.get("completionMode")) if manifest.kind == "Job" and spec else None
    if mode is None or (mode != "Indexed" and not is_placeholder(mode)):
        return None
    return Ordinals(0, _number(spec, "completions", 1, manifest)) if mode == "Indexed" else Ordinals(None, None)


def subdomain_node(pod: Pod) -> Node | None:
    """The value that decides the subdomain of the pods made from this spec."""
    if pod.object.kind == "StatefulSet":
        return pod.object.spec.get("serviceName") if pod.object.spec else None
    return pod.spec.get("subdomain")


def _subdomain(pod: Pod) -> str | None:
    return string(subdomain_node(pod))


def cut(name: str) -> str:
    """A host name as the kubelet cuts it: over 63 bytes, to 63 and then no `-` or `.` at the end."""
    return name[:_MAX_BYTES].rstrip("-.") if len(name) > _MAX_BYTES else name


def _ordinal(owner: str, name: str) -> int | None:
    """The number in the host name of an owner's pod."""
    prefix, ordinal = name[: len(owner) + 1], name[len(owner) + 1 :]
    if prefix != f"{owner}-" or not (ordinal.isascii() and ordinal.isdigit()) or len(ordinal) > 9:
        return None
    return int(ordinal) if str(int(ordinal)) == ordinal else None


def _number(holder: Mapping | None, field: str, default: int, manifest: KubernetesObject) -> int | None:
    """A number that is written; the default where it is left out, None where something else decides it."""
    node = holder.get(field) if holder else None
    if holder is not None and _may_change(holder, node, manifest.document):
        return None
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return default
    value = node.value if isinstance(node, Scalar) else None
    return int(value) if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _may_change(holder: Mapping, node: Node | None, document: Document) -> bool:
    """Whether a template may print a field that is not written, or leave out the one that is."""
    if node is not None and document.template is not None:
        return bool(document.branches_between(holder, node))
    return document.is_partial(holder)
