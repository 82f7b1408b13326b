"""Which objects were checked, and what their pods say: for formats that show more than findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.engine.results import CheckedEntry, CheckedObject, CheckedPod
from podhosts.kubernetes.loose_mounts import LooseMounts
from podhosts.kubernetes.pod_hosts import Surroundings, pod_hosts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.interpret import Interpreted
    from podhosts.kubernetes import KubernetesObject, Pod
    from podhosts.placed import Placed


def checked_objects(interpreted: Interpreted) -> Iterator[CheckedObject]:
    """The objects of a document in order, each with its pods; values that are no text are empty, as for the kubelet."""
    placed = interpreted.placed
    by_object: dict[KubernetesObject, list[CheckedPod]] = {}
    for pod in interpreted.pods:
        if isinstance(pod, LooseMounts):
            # What else the pod has is not known.
            continue
        by_object.setdefault(pod.object, []).append(_checked(pod, placed))
    for manifest in interpreted.objects:
        if (place := placed.place(manifest.node.span, manifest.item)) is not None:
            identity, _ = placed.field(manifest.identity, "")
            pods = tuple(by_object.get(manifest, ()))
            yield CheckedObject(place.source, place.document, place.item, identity, pods)


def _checked(pod: Pod, placed: Placed) -> CheckedPod:
    written = pod_hosts(pod, Surroundings()).aliases
    places = [placed.place(alias.node.span) for alias in pod.aliases]
    _, path = placed.field(pod.object.identity, pod.field())
    return CheckedPod(
        path,
        tuple(
            CheckedEntry(alias.ip, alias.hostnames, place.span)
            for alias, place in zip(written, places, strict=True)
            if place is not None
        ),
    )
