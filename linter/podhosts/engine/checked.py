"""Which objects were checked, and what their pods say: for formats that show more than findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.engine.results import CheckedEntry, CheckedObject, CheckedPod
from podhosts.kubernetes.pod_hosts import Surroundings, pod_hosts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.interpret import Interpreted
    from podhosts.kubernetes import KubernetesObject, Pod


def checked_objects(interpreted: Interpreted) -> Iterator[CheckedObject]:
    """The objects of a document in order, each with its pods; values that are no text are empty, as for the kubelet."""
    by_object: dict[KubernetesObject, list[CheckedPod]] = {}
    for pod in interpreted.pods:
        by_object.setdefault(pod.object, []).append(_checked(pod))
    for manifest in interpreted.objects:
        yield CheckedObject(
            manifest.document.source,
            manifest.document.number,
            manifest.item,
            manifest.identity,
            tuple(by_object.get(manifest, ())),
        )


def _checked(pod: Pod) -> CheckedPod:
    written = pod_hosts(pod, Surroundings()).aliases
    return CheckedPod(
        pod.field(),
        tuple(
            CheckedEntry(alias.ip, alias.hostnames, view.node.span)
            for alias, view in zip(written, pod.aliases, strict=True)
        ),
    )
