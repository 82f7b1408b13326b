"""The effect of a mount on a container's /etc/hosts, and the one rule that reports it.

Source: `reference/kubernetes.md` 3.1 and 6, `vectors/kubelet` (kind mounts).
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING

from podhosts.document import Mapping, Scalar, is_null, string
from podhosts.kubernetes.objects import mapping, sequence
from podhosts.patterns import regex
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.document import Entry
    from podhosts.kubernetes.pods import Mount, Pod, Volume

HOSTS_FILE = "/etc/hosts"
#: What a path to the file or its folder holds in any spelling.
_PATH = regex(r"etc[/.]*(?:hosts|[^\w/.-]|$)")
#: The fields of the API that say what a volume is.
_SOURCES = """
awsElasticBlockStore azureDisk azureFile cephfs cinder configMap csi downwardAPI emptyDir ephemeral fc flexVolume
flocker gcePersistentDisk gitRepo glusterfs hostPath image iscsi nfs persistentVolumeClaim photonPersistentDisk
portworxVolume projected quobyte rbd scaleIO secret storageos vsphereVolume
"""
VOLUME_SOURCES = frozenset(_SOURCES.split())
#: What hostPath's `type` may be, but for none, and what each asks for (`vectors/hosts-writes`, hostpath).
_HOST_PATH_TYPES = frozenset(
    ("File", "FileOrCreate", "Directory", "DirectoryOrCreate", "Socket", "CharDevice", "BlockDevice")
)
_HOST_PATH_TYPES_OF = {
    "a file": frozenset(("File", "FileOrCreate")),
    "a directory": frozenset(("Directory", "DirectoryOrCreate")),
}
_ON_EVERY_NODE = {HOSTS_FILE: "a file", "/etc": "a directory", "/": "a directory"}
#: Volumes that are always mounted read-only, so that nothing can be created inside.
READ_ONLY_SOURCES = ("configMap", "secret", "projected", "downwardAPI")


class MountEffect(Enum):
    """The rule that speaks of a mount; of several that apply the first one here."""

    NODE_HOSTS_FILE = "host-path-hosts-file"
    OTHER_CONTENT = "hosts-file-mount"
    ALIASES_IGNORED = "ignored-host-aliases"
    ETC = "etc-mount"


def effect(mount: Mount) -> MountEffect | None:
    """The effect of a mount on the hosts file; None where it has none, or where that is not certain."""
    path = mount.mount_path
    if path is None or "$patch" in mount.node.fields:
        return None
    place = normalize(path)
    if place not in {HOSTS_FILE, "/etc"}:
        return None
    kind = source(mount.volume)
    if place == HOSTS_FILE:
        file = node_file(mount)
        if file is not None and f"{file}/".startswith(f"{HOSTS_FILE}/"):
            return MountEffect.NODE_HOSTS_FILE
        if kind is not None and (kind != "hostPath" or file is not None):
            return MountEffect.OTHER_CONTENT
        # Only the exact text switches the kubelet's own mount off.
        return MountEffect.ALIASES_IGNORED if path == HOSTS_FILE and mount.container.pod.aliases else None
    if kind is None:
        return None
    return MountEffect.ETC if kind in READ_ONLY_SOURCES or mount.container.pod.aliases else None


def affecting(pod: Pod, wanted: MountEffect) -> list[Mount]:
    """The mounts of a pod's containers that have an effect, in order."""
    return [mount for mount, found in _effects(pod) if found is wanted]


@lru_cache(maxsize=1)  # all rules are asked about a pod before the next one is
def _effects(pod: Pod) -> list[tuple[Mount, MountEffect]]:
    # A search is cheap, and most pods mount nothing there; escapes may hide it, or it stands at an anchor elsewhere.
    text, span = pod.object.document.source.text, pod.spec.span
    if _PATH.search(text, *span) is None and all(text.find(mark, *span) < 0 for mark in "\\*"):
        return []
    mounts = (mount for container in pod.containers for mount in container.mounts)
    return [(mount, found) for mount in mounts if (found := effect(mount)) is not None]


def normalize(path: str) -> str:
    """A path without doubled and trailing slashes and `.` steps; `..` is kept, the API refuses it where it matters."""
    steps = [step for step in path.split("/") if step not in ("", ".")]
    return ("/" if path.startswith("/") else "") + "/".join(steps)


def source(volume: Volume | None) -> str | None:
    """The field that says what the volume is (`configMap`, `hostPath`, ...); null ones, as in patches, do not count."""
    entry = _source_entry(volume)
    return entry.name if entry else None


def source_span(volume: Volume) -> Span:
    """Where the volume says what it is."""
    entry = _source_entry(volume)
    return Span(entry.key.start, max(entry.key.end, entry.value.end)) if entry else volume.node.span


def config_maps(volume: Volume | None) -> Iterator[Mapping]:
    """The ConfigMap sources of a volume, those of a projected one included."""
    if volume is None:
        return
    projected = mapping(volume.node.get("projected"))
    parts = sequence(projected.get("sources")) if projected else None
    for holder in (volume.node, *(parts.items if parts else ())):
        if isinstance(holder, Mapping) and (config := mapping(holder.get("configMap"))) is not None:
            yield config


def _source_entry(volume: Volume | None) -> Entry | None:
    fields = volume.node.fields if volume else {}
    entries = [entry for name, entry in fields.items() if name in VOLUME_SOURCES and not is_null(entry.value)]
    # Of several, a template prints one.
    return entries[0] if len(entries) == 1 else None


def failed_type_check(volume: Volume) -> str | None:
    """The kind of the file (`a file`, `a directory`) where the `type` of a hostPath asks for another one; else None.

    Every node has the files and folders that are looked at; a pod with such a volume never starts.
    """
    path, wanted = string(volume.host_path_node), string(volume.host_path_type_node)
    there = _ON_EVERY_NODE.get(normalize(path)) if path else None
    return there if there and wanted in _HOST_PATH_TYPES and wanted not in _HOST_PATH_TYPES_OF[there] else None


def is_refused_type(volume: Volume) -> bool:
    """Whether a hostPath's `type` is none that the API server knows."""
    wanted = string(volume.host_path_type_node)
    return bool(wanted) and wanted not in _HOST_PATH_TYPES


def is_read_only(mount: Mount) -> bool:
    """Whether the mount says `readOnly: true`."""
    node = mount.node.get("readOnly")
    return isinstance(node, Scalar) and node.value is True


def is_below_file(mount: Mount) -> bool:
    """Whether `subPath` leads below the node's hosts file, or to it from itself: the container never starts."""
    path = string(mount.volume.host_path_node) if mount.volume else None
    file = node_file(mount)
    if path is None or file is None:
        return False
    return file.startswith(f"{HOSTS_FILE}/") or (normalize(path) == HOSTS_FILE == file and mount.sub_path != "")


def node_file(mount: Mount) -> str | None:
    """The node's file that a hostPath mount shows, `subPath` followed; None for other volumes and unknown paths."""
    volume = mount.volume
    path = string(volume.host_path_node) if volume else None
    if path is None or mount.sub_path is None or "subPathExpr" in mount.node.fields:
        return None
    return normalize(f"{path}/{mount.sub_path}")
