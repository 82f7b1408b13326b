"""What a mount does to a container's /etc/hosts, and which one rule speaks of it.

Source: `reference/kubernetes.md` 3.1 and 6, `vectors/kubelet` (kind mounts).
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from podhosts.document import string
from podhosts.kubernetes.placeholders import is_placeholder

if TYPE_CHECKING:
    from podhosts.kubernetes.pods import Mount, Volume

HOSTS_FILE = "/etc/hosts"
#: Volumes whose content is Kubernetes', not the node's.
CONTENT_SOURCES = (
    "configMap", "secret", "projected", "downwardAPI", "csi", "persistentVolumeClaim", "emptyDir",
)  # fmt: skip
#: Volumes that are always mounted read-only, so that nothing can be created inside.
READ_ONLY_SOURCES = ("configMap", "secret", "projected", "downwardAPI")


class MountEffect(Enum):
    """The rule that speaks of a mount; of several that apply the first one here."""

    NODE_HOSTS_FILE = "host-path-hosts-file"
    OTHER_CONTENT = "hosts-file-mount"
    ALIASES_IGNORED = "ignored-host-aliases"
    ETC = "etc-mount"


def effect(mount: Mount) -> MountEffect | None:
    """What the mount does to the hosts file; None where it does nothing to it, or nothing certain can be said."""
    path = mount.mount_path
    if path is None or is_placeholder(path):
        return None
    place = normalize(path)
    volume = mount.volume
    if place == HOSTS_FILE:
        if volume is not None and node_file(mount) == HOSTS_FILE:
            return MountEffect.NODE_HOSTS_FILE
        if volume is not None and source(volume) in CONTENT_SOURCES:
            return MountEffect.OTHER_CONTENT
        # Only the exact text switches the kubelet's own mount off.
        return MountEffect.ALIASES_IGNORED if path == HOSTS_FILE and mount.container.pod.aliases else None
    if place != "/etc" or volume is None:
        return None
    cannot_start = source(volume) in READ_ONLY_SOURCES
    return MountEffect.ETC if cannot_start or mount.container.pod.aliases else None


def normalize(path: str) -> str:
    """A path without doubled and trailing slashes and `.` steps; `..` is kept, the API refuses it where it matters."""
    steps = [step for step in path.split("/") if step not in ("", ".")]
    return ("/" if path.startswith("/") else "") + "/".join(steps)


def source(volume: Volume) -> str | None:
    """The field that says what the volume is (`configMap`, `hostPath`, ...)."""
    return next((name for name in volume.node.fields if name != "name"), None)


def node_file(mount: Mount) -> str | None:
    """The node's file that a hostPath mount shows, `subPath` followed; None for other volumes and unknown paths."""
    volume = mount.volume
    path = string(volume.host_path_node) if volume else None
    if path is None or is_placeholder(path + mount.sub_path) or "subPathExpr" in mount.node.fields:
        return None
    return normalize(f"{path}/{mount.sub_path}")
