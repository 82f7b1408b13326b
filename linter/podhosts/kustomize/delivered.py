"""Folders that something deploys with changes of its own: overlays that no kustomization file says."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from podhosts.kustomize.located import List, Map
from podhosts.records import record

if TYPE_CHECKING:
    from podhosts.kustomize.model import Kustomization
    from podhosts.kustomize.substituting import FluxVariables

#: The fields to which a delivery adds; others of its fields stand for those of the folder's kustomization.
_ADDED = frozenset({"patches", "components", "replicas"})


@record(frozen=True, slots=True, eq=False)
class DeliveredFolder:
    """A folder with a kustomization as a delivery in the file at a path builds it; `shown` is what people call that.

    `changes` are fields as a kustomization has them: patches, components and replicas come after those of the folder's
    own, all else stands for what is there. `variables` are put into what is built; None for none. `generated` is the
    kustomization of a folder that has none: the delivery lists what lies there.
    """

    folder: str
    path: str
    shown: str
    changes: Map
    variables: FluxVariables | None = None
    generated: Kustomization | None = None


def with_changes(kustomization: Kustomization, changes: Map) -> Kustomization:
    """A kustomization as a delivery changes it."""
    changed = copy(kustomization)
    if kustomization.fields is None:
        return changed
    changed.fields = fields = copy(kustomization.fields)
    for name, value in changes.items():
        own = kustomization.items(name)
        if name in _ADDED and isinstance(value, List) and isinstance(own, List):
            joined = List(value.node, value.placed)
            joined.extend([*own, *value])
            fields[name] = joined
        else:
            fields[name] = value
    return changed
