"""The effect of a Kustomize patch on `hostAliases`.

The functions take and give plain data (dicts, lists, strings, ...), leave their arguments alone, and read nothing. They
work on any mapping above the list: the pod spec, or a whole object.
"""

from podhosts.merging.kustomize import kustomize_collapse, kustomize_patch
from podhosts.merging.values import MergeError

__all__ = ["MergeError", "kustomize_collapse", "kustomize_patch"]
