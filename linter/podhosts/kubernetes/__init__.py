"""Kubernetes: which nodes of a document are objects, pod specs, aliases, containers and mounts."""

from podhosts.document.placeholders import is_placeholder, is_template, may_hold_placeholders
from podhosts.kubernetes.all_pods import every_pod
from podhosts.kubernetes.fields import (
    Path,
    edit_distance,
    field,
    is_directive,
    is_foreign_host_aliases,
    is_misspelt_host_aliases,
    normalized,
)
from podhosts.kubernetes.kinds import is_built_in_workload, is_strict
from podhosts.kubernetes.known_kinds import KNOWN_KINDS, ConfiguredPodSpec, KnownKinds
from podhosts.kubernetes.objects import KubernetesObject, every_object, mapping, objects, sequence
from podhosts.kubernetes.placed import is_patch
from podhosts.kubernetes.pods import (
    AliasName,
    Container,
    HostAlias,
    Mount,
    Pod,
    Volume,
    is_shaped_like_aliases,
    pods,
)
from podhosts.kubernetes.schemas import ListSchema, ListType
from podhosts.kubernetes.unparsed import (
    concerns_hosts,
    holds_list,
    is_broken_by_template,
    is_broken_piece,
    loses_others,
)
from podhosts.kubernetes.versions import NEWEST_MINOR, KubernetesVersion, VersionError, parse_version
from podhosts.kubernetes.walking import follow, walk

__all__ = [
    "KNOWN_KINDS",
    "NEWEST_MINOR",
    "AliasName",
    "ConfiguredPodSpec",
    "Container",
    "HostAlias",
    "KnownKinds",
    "KubernetesObject",
    "KubernetesVersion",
    "ListSchema",
    "ListType",
    "Mount",
    "Path",
    "Pod",
    "VersionError",
    "Volume",
    "concerns_hosts",
    "edit_distance",
    "every_object",
    "every_pod",
    "field",
    "follow",
    "holds_list",
    "is_broken_by_template",
    "is_broken_piece",
    "is_built_in_workload",
    "is_directive",
    "is_foreign_host_aliases",
    "is_misspelt_host_aliases",
    "is_patch",
    "is_placeholder",
    "is_shaped_like_aliases",
    "is_strict",
    "is_template",
    "loses_others",
    "mapping",
    "may_hold_placeholders",
    "normalized",
    "objects",
    "parse_version",
    "pods",
    "sequence",
    "walk",
]
