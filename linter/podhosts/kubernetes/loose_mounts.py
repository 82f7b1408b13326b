"""Volumes and mounts that a chart or an operator puts into a pod: `extraVolumes` beside `extraVolumeMounts`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from podhosts.document import Entry, Mapping, Scalar, Sequence, string
from podhosts.kubernetes.fields import normalized
from podhosts.kubernetes.kinds import is_strict
from podhosts.kubernetes.mounts import HOSTS_FILE, normalize
from podhosts.kubernetes.placed import PlacedPod, around
from podhosts.kubernetes.pods import Container, never_inside
from podhosts.kubernetes.schemas import UNKNOWN
from podhosts.kubernetes.walking import walk
from podhosts.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.document import Node
    from podhosts.kubernetes.objects import KubernetesObject

_FILE = "etc/hosts"
_MOUNTS, _VOLUMES = "volumemounts", "volumes"


@record(frozen=True, eq=False)
class LooseMounts(PlacedPod):
    """The pod that two lists of one mapping are put into, of which nothing else is known."""

    mounts_key: str = ""
    volumes_key: str = ""

    @property
    def list_node(self) -> None:
        """No list of hostAliases is written here."""
        return

    @cached_property
    def containers(self) -> list[Container]:
        """The one container that gets the mounts."""
        return [_SomeContainer(self, item.group, item.index, item.node) for item in super().containers]

    def field(self, *steps: str | int) -> str:
        """The path of something in one of the lists, as it is written."""
        if steps[:1] == ("volumes",):
            return self.object.field(*self.path, self.volumes_key, *steps[1:])
        if steps[:3] == ("containers", 0, "volumeMounts"):
            return self.object.field(*self.path, self.mounts_key, *steps[3:])
        return self.object.field(*self.path)


class _SomeContainer(Container):
    @property
    def shown(self) -> str:
        return "a container"


def loose_mounts(manifest: KubernetesObject) -> Iterator[LooseMounts]:
    """The lists of mounts of an object that hold one of the hosts file, each with the volumes beside it."""
    if is_strict(manifest.api_version, manifest.kind):
        return
    if manifest.document.source.text.find(_FILE, *manifest.node.span) < 0:
        return
    for path, node in walk(manifest.node, never_inside(manifest)):
        if not isinstance(node, Mapping):
            continue
        by_name = {normalized(name): name for name in node.fields}
        for short, mounts_key in by_name.items():
            volumes_key = by_name.get(short.removesuffix(_MOUNTS) + _VOLUMES) if short.endswith(_MOUNTS) else None
            if volumes_key is None or not _mounts_hosts_file(node.get(mounts_key)):
                continue
            mounts, volumes = node.fields[mounts_key], node.fields[volumes_key]
            spec: Node = mounts.value
            for step in ("volumeMounts", 0, "containers"):
                spec = around(spec, step, mounts.key)
            assert isinstance(spec, Mapping)  # the last step is a key
            key = Scalar(volumes.key.start, volumes.key.end, "volumes", "")
            spec.entries.append(Entry(key, volumes.value, None))
            yield LooseMounts(
                manifest, spec, path, mounts_key, UNKNOWN, False, mounts_key=mounts_key, volumes_key=volumes_key
            )


def _mounts_hosts_file(node: Node | None) -> bool:
    return isinstance(node, Sequence) and any(
        isinstance(item, Mapping) and normalize(string(item.get("mountPath")) or "") == HOSTS_FILE
        for item in node.items
    )
