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
    from podhosts.kubernetes.objects import KubernetesObject
    from podhosts.kubernetes.pods import Pod
    from podhosts.kubernetes.versions import KubernetesVersion

_MAX_BYTES = 63
#: The gate of `hostnameOverride` is on by default since this minor version.
_OVERRIDE_MINOR = 35


def is_pod_host_name(pod: Pod, name: str, version: KubernetesVersion) -> bool:
    """Whether a pod made from this spec has `name` as its host name, or as its full name in the hosts file."""
    if not pod.is_pod_spec or pod.host_network:
        return False
    override = string(pod.spec.get("hostnameOverride"))
    if override and version.minor >= _OVERRIDE_MINOR:
        return name == cut(override)
    head, dot, domain = name.partition(".")
    if dot and domain.partition(".")[0] == _subdomain(pod) and domain.count(".") >= 2:
        namespace = pod.object.namespace
        full = domain.split(".")
        return full[2] == "svc" and namespace in {None, full[1]} and _is_short_name(pod, head)
    return _is_short_name(pod, name)


def _is_short_name(pod: Pod, name: str) -> bool:
    manifest = pod.object
    hostname = string(pod.spec.get("hostname"))
    if hostname:
        return not is_placeholder(hostname) and name == cut(hostname)
    owner = manifest.name
    if owner is None or is_placeholder(owner):
        return False
    if manifest.kind == "Pod":
        return name == cut(owner)
    if manifest.kind == "StatefulSet":
        ordinals = mapping(manifest.spec.get("ordinals")) if manifest.spec else None
        start = _number(ordinals.get("start") if ordinals else None, 0)
        return _is_ordinal(owner, name, start, _count(manifest, "replicas"))
    if manifest.kind == "Job" and manifest.spec and string(manifest.spec.get("completionMode")) == "Indexed":
        return _is_ordinal(owner, name, 0, _count(manifest, "completions"))
    return False


def _subdomain(pod: Pod) -> str | None:
    if pod.object.kind == "StatefulSet":
        return string(pod.object.spec.get("serviceName")) if pod.object.spec else None
    return string(pod.spec.get("subdomain"))


def cut(name: str) -> str:
    """A host name as the kubelet cuts it: over 63 bytes, to 63 and then no `-` or `.` at the end."""
    return name[:_MAX_BYTES].rstrip("-.") if len(name) > _MAX_BYTES else name


def _is_ordinal(owner: str, name: str, start: int, count: int) -> bool:
    prefix, ordinal = name[: len(owner) + 1], name[len(owner) + 1 :]
    if prefix != f"{owner}-" or not (ordinal.isascii() and ordinal.isdigit()) or len(ordinal) > 9:
        return False
    return str(int(ordinal)) == ordinal and start <= int(ordinal) < start + count


def _count(manifest: KubernetesObject, field: str) -> int:
    return _number(manifest.spec.get(field) if manifest.spec else None, 1)


def _number(node: object, default: int) -> int:
    is_number = isinstance(node, Scalar) and isinstance(node.value, int) and not isinstance(node.value, bool)
    return int(str(node.value)) if is_number and isinstance(node, Scalar) else default
