"""What patches do to `hostAliases`: `kubectl patch`, client-side `kubectl apply`, Kustomize.

The functions take and give plain data (dicts, lists, strings, ...), leave their arguments alone, and read nothing. They
work on any mapping above the list: the pod spec, or a whole object. Of all lists only `hostAliases` is merged as
Kubernetes merges it (Kustomize's model knows containers and volumes too); others are replaced.
"""

from podhosts.merging.apply import Applied, stored, three_way_apply
from podhosts.merging.kustomize import kustomize_collapse, kustomize_patch
from podhosts.merging.strategic import strategic_merge
from podhosts.merging.values import MergeError

__all__ = [
    "Applied",
    "MergeError",
    "kustomize_collapse",
    "kustomize_patch",
    "stored",
    "strategic_merge",
    "three_way_apply",
]
