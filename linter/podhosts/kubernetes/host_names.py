"""The host names that a pod will have, where the manifest decides them.

Source: `reference/kubernetes.md` 4.2: bare Pods, StatefulSets and Indexed Jobs; elsewhere only with `hostname` or
`hostnameOverride`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.document import Scalar, string
from podhosts.kubernetes.objects import mapping
from podhosts.kubernetes.placeholders import is_placeholder

if TYPE_CHECKING:
    from podhosts.document import Node
    from podhosts.kubernetes.objects import KubernetesObject
    from podhosts.kubernetes.pods import Pod
    from podhosts.kubernetes.versions import KubernetesVersion

_MAX_BYTES = 63


def is_pod_host_name(pod: Pod, name: str, version: KubernetesVersion) -> bool:
    """Whether a pod made from this spec has `name` as its host name, or as its full name in the hosts file."""
    if not pod.is_pod_spec or pod.host_network:
        return False
    if override := _override(pod, version):
        return name == cut(override)
    head, dot, domain = name.partition(".")
    if dot and domain.partition(".")[0] == _subdomain(pod) and domain.count(".") >= 3:
        namespace = pod.object.namespace
        full = domain.split(".")
        return full[2] == "svc" and namespace in {None, full[1]} and _is_short_name(pod, head)
    return _is_short_name(pod, name)


def host_name_node(pod: Pod, version: KubernetesVersion) -> Node | None:
    """The value that decides the host name of the pods made from this spec."""
    if _override(pod, version):
        return pod.spec.get("hostnameOverride")
    if _ordinals(pod.object) is None and string(pod.spec.get("hostname")):
        return pod.spec.get("hostname")
    return pod.object.metadata.get("name") if pod.object.metadata else None


def is_named_by_controller(pod: Pod) -> bool:
    """Whether a controller names each pod and overwrites `hostname`: StatefulSets, Indexed Jobs."""
    return _ordinals(pod.object) is not None


def _override(pod: Pod, version: KubernetesVersion) -> str | None:
    return string(pod.spec.get("hostnameOverride")) if version.validates_hostname_override else None


def _is_short_name(pod: Pod, name: str) -> bool:
    manifest = pod.object
    owner, ordinals = manifest.name, _ordinals(manifest)
    if ordinals is None and (hostname := string(pod.spec.get("hostname"))):
        return not is_placeholder(hostname) and name == cut(hostname)
    if owner is None or is_placeholder(owner):
        return False
    if ordinals is not None:
        return _is_ordinal(owner, name, ordinals)
    return manifest.kind == "Pod" and name == cut(owner)


def _ordinals(manifest: KubernetesObject) -> range | None:
    """The numbers at the end of the host names that a controller gives, whatever the template says; else None."""
    if manifest.kind == "StatefulSet":
        start = first_ordinal(manifest)
        return range(start, start + _count(manifest, "replicas"))
    if manifest.kind == "Job" and manifest.spec and string(manifest.spec.get("completionMode")) == "Indexed":
        return range(_count(manifest, "completions"))
    return None


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


def first_ordinal(manifest: KubernetesObject) -> int:
    """The ordinal of a StatefulSet's first pod."""
    ordinals = mapping(manifest.spec.get("ordinals")) if manifest.spec else None
    return _number(ordinals.get("start") if ordinals else None, 0)


def last_index(pod: Pod) -> int | None:
    """The index with the longest name among the pods of a StatefulSet or Indexed Job; None for other pods."""
    manifest = pod.object
    if manifest.kind == "StatefulSet":
        return first_ordinal(manifest) + max(_count(manifest, "replicas") - 1, 0)
    return max(_count(manifest, "completions") - 1, 0) if manifest.kind == "Job" else None


def _is_ordinal(owner: str, name: str, ordinals: range) -> bool:
    prefix, ordinal = name[: len(owner) + 1], name[len(owner) + 1 :]
    if prefix != f"{owner}-" or not (ordinal.isascii() and ordinal.isdigit()) or len(ordinal) > 9:
        return False
    return str(int(ordinal)) == ordinal and int(ordinal) in ordinals


def _count(manifest: KubernetesObject, field: str) -> int:
    return _number(manifest.spec.get(field) if manifest.spec else None, 1)


def _number(node: object, default: int) -> int:
    is_number = isinstance(node, Scalar) and isinstance(node.value, int) and not isinstance(node.value, bool)
    return int(str(node.value)) if is_number and isinstance(node, Scalar) else default
