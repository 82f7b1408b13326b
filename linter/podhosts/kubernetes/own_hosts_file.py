"""The hosts file that a container brings itself: a mount at exactly /etc/hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from podhosts.document import Scalar, written_string
from podhosts.hosts.kubelet import mounts_hosts_file
from podhosts.kubernetes.mounts import source
from podhosts.kubernetes.objects import mapping, sequence
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from podhosts.document import Mapping, Node
    from podhosts.kubernetes.objects import KubernetesObject
    from podhosts.kubernetes.pods import Container, Mount


class Finder(Protocol):
    """Something in which objects are looked up, such as a repository."""

    def find(self, kind: str, name: str, namespace: str | None) -> KubernetesObject | None: ...


class OwnHostsFile(NamedTuple):
    """A container's own file: the scalar that holds its content, if the input has it, and what it comes from."""

    mount: Mount
    content: Scalar | None
    origin: str
    holder: KubernetesObject | None = None


def own_hosts_file(container: Container, finder: Finder) -> OwnHostsFile | None:
    """The file that a mount at `/etc/hosts` gives the container; None where the kubelet's file reaches it."""
    for mount in container.mounts:
        if mount.mount_path is None or not mounts_hosts_file(mount.mount_path):
            continue
        volume = mount.volume
        if volume is None:
            return OwnHostsFile(mount, None, "a volume that the pod does not have")
        kind = source(volume) or "a volume without a source"
        if kind != "configMap":
            return OwnHostsFile(mount, None, f"volume `{volume.name}` ({kind})")
        return _from_config_map(mount, mapping(volume.node.get("configMap")), finder)
    return None


def _from_config_map(mount: Mount, config: Mapping | None, finder: Finder) -> OwnHostsFile:
    name = written_string(config.get("name")) if config else None
    origin = f"ConfigMap `{name}`"
    if "subPathExpr" in mount.node.fields:
        return OwnHostsFile(mount, None, origin)
    key = _key(config, mount.sub_path)
    manifest = finder.find("ConfigMap", name, mount.container.pod.object.namespace) if name else None
    data = mapping(manifest.node.get("data")) if manifest else None
    content = data.get(key) if data and key else None
    if key is None:
        origin += " (without `subPath`: a folder, not a file)"
    return OwnHostsFile(mount, _text_scalar(content), origin, manifest)


def _key(config: Mapping | None, sub_path: str | None) -> str | None:
    """The key of the ConfigMap that a `subPath` names, `items` followed."""
    if not sub_path:
        return None
    items = sequence(config.get("items")) if config else None
    for item in items.items if items else ():
        entry = mapping(item)
        if entry is not None and written_string(entry.get("path")) == sub_path:
            return written_string(entry.get("key"))
    return None if items else sub_path


def _text_scalar(node: Node | None) -> Scalar | None:
    return node if isinstance(node, Scalar) and node.is_string else None
