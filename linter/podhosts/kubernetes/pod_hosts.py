"""From a pod spec to what the kubelet looks at when it writes the pod's hosts file.

Names of pods that controllers make are known only in part: `<id>`, `<hash>` and `<minutes>` stand for what is generated
(`reference/kubernetes.md` 4.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.document import Scalar, Sequence, written_string
from podhosts.document.placeholders import is_placeholder
from podhosts.hosts.kubelet import Alias, PodHosts
from podhosts.kubernetes.host_names import ordinals
from podhosts.kubernetes.versions import KubernetesVersion
from podhosts.records import field, record, replace

if TYPE_CHECKING:
    from podhosts.document import Node
    from podhosts.kubernetes.pods import Pod

_SHORTEST_NAMESPACE = "x"
_GENERATED = {
    "Deployment": "{}-<hash>-<id>",
    "DaemonSet": "{}-<id>",
    "ReplicaSet": "{}-<id>",
    "ReplicationController": "{}-<id>",
    "Job": "{}-<id>",
    "CronJob": "{}-<minutes>-<id>",
}


@record(frozen=True, slots=True)
class Surroundings:
    """Values that no manifest holds: the pod's addresses, the cluster's domain, the node's hosts file (None where the
    node has none), the kubelet's version, and which pod of a StatefulSet or Indexed Job (None for the first)."""

    pod_ips: tuple[str, ...] = ()
    cluster_domain: str = "cluster.local"
    node_file: bytes | None = None
    version: KubernetesVersion = field(default_factory=KubernetesVersion)
    index: int | None = None


def pod_hosts(pod: Pod, surroundings: Surroundings) -> PodHosts:
    """All that decides the hosts file of a pod made from this spec, the values as the manifest has them."""
    name, hostname, subdomain = _names(pod, surroundings.index)
    override = pod.spec.get("hostnameOverride")
    return PodHosts(
        pod_name=name,
        namespace=pod.object.namespace or "default",
        hostname=hostname,
        subdomain=subdomain,
        cluster_domain=surroundings.cluster_domain,
        hostname_override=written_string(override),
        hostname_override_gate=surroundings.version.validates_hostname_override,
        set_hostname_as_fqdn=pod.true_flag("setHostnameAsFQDN") is not None,
        host_network=pod.host_network,
        pod_ips=surroundings.pod_ips,
        aliases=tuple(Alias(_text(alias.ip_node), _texts(alias.hostnames_node)) for alias in pod.aliases),
        node_file=surroundings.node_file,
    )


def longest_named(pod: Pod, version: KubernetesVersion) -> PodHosts | None:
    """The pod of this spec with the longest full name; None where that is not known.

    Where the manifest names no namespace, it is the shortest one that is possible.
    """
    numbers = ordinals(pod.object)
    # The longest name is the last one's.
    inputs = pod_hosts(pod, Surroundings(version=version, index=numbers.last if numbers else None))
    if any("<" in name or is_placeholder(name) for name in (inputs.hostname or inputs.pod_name, inputs.subdomain)):
        return None
    namespace = pod.object.namespace
    return inputs if namespace and not is_placeholder(namespace) else replace(inputs, namespace=_SHORTEST_NAMESPACE)


def _names(pod: Pod, index: int | None) -> tuple[str, str, str]:
    """The pod's name, and its `hostname` and `subdomain` as its controller sets them."""
    manifest = pod.object
    owner = "<name>" if manifest.name is None else manifest.name
    hostname, subdomain = (
        written_string(pod.spec.get("hostname")) or "",
        written_string(pod.spec.get("subdomain")) or "",
    )
    if manifest.kind == "Pod":
        generated = written_string(manifest.metadata.get("generateName")) if manifest.metadata else None
        return (f"{generated}<id>" if manifest.name is None and generated else owner), hostname, subdomain
    numbers = ordinals(manifest) if pod.is_pod_spec else None
    if numbers is not None:
        number = numbers.first if index is None else index
        if manifest.kind == "StatefulSet":
            service = written_string(manifest.spec.get("serviceName")) if manifest.spec else None
            # The controller writes the names over those of the template.
            return f"{owner}-{number}", f"{owner}-{number}", service or ""
        if manifest.kind == "CronJob":
            # With what is not known in it, it is no `hostname` that would be accepted; the pod's name is not checked.
            return f"{owner}-<minutes>-{number}", "", subdomain
        return f"{owner}-{number}-<id>", f"{owner}-{number}", subdomain
    return _GENERATED.get(manifest.kind or "", "{}-<id>").format(owner), hostname, subdomain


def _text(node: Node | None) -> str:
    """A scalar's text; nothing for null, a list or a mapping (which the API server refuses)."""
    return node.text if isinstance(node, Scalar) and node.value is not None else ""


def _texts(node: Node | None) -> tuple[str, ...]:
    return tuple(map(_text, node.items)) if isinstance(node, Sequence) else ()
