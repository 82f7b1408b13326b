"""Every pod of an object, in whatever way its spec is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.kubernetes.loose_mounts import loose_mounts
from podhosts.kubernetes.placed import placed_pods
from podhosts.kubernetes.pods import pods

if TYPE_CHECKING:
    from podhosts.kubernetes.known_kinds import KnownKinds
    from podhosts.kubernetes.objects import KubernetesObject
    from podhosts.kubernetes.pods import Pod


def every_pod(manifest: KubernetesObject, kinds: KnownKinds) -> list[Pod]:
    """The pod specs and lists that are written in an object, and those of which it sets a value or mounts."""
    return [*pods(manifest, kinds), *placed_pods(manifest), *loose_mounts(manifest)]
