"""The fields that labels, annotations and replica counts of a kustomization are written to.

Source: `api/internal/konfig/builtinpluginconsts` and `api/filters/fieldspec` of kustomize 5.8.2. A later patch may rest
on what is made here (`add` below a template's labels). Paths that exist or do nothing without consequence for a patch
of pods (selectors of affinities, of other kinds) are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class FieldSpec(NamedTuple):
    """A path of keys, and the objects that it is for; an empty text means any. `create` makes what is missing."""

    path: tuple[str, ...]
    kind: str = ""
    group: str = ""
    version: str = ""
    create: bool = True

    def is_for(self, group: str, version: str, kind: str) -> bool:
        """Whether objects of the kind are meant."""
        pairs = ((self.group, group), (self.version, version), (self.kind, kind))
        return all(not asked or asked == have for asked, have in pairs)


_WORKLOADS = ("Deployment", "ReplicaSet", "DaemonSet")


def _templates(*path: str, stateful_set_group: str) -> tuple[FieldSpec, ...]:
    """The metadata of pod templates, and of a CronJob's jobs."""
    template, job = ("spec", "template", *path), ("spec", "jobTemplate", *path)
    return (
        FieldSpec(template, "ReplicationController", version="v1"),
        *(FieldSpec(template, kind) for kind in _WORKLOADS),
        FieldSpec(template, "StatefulSet", stateful_set_group),
        FieldSpec(template, "Job", "batch"),
        FieldSpec(job, "CronJob", "batch"),
        FieldSpec(("spec", "jobTemplate", *template), "CronJob", "batch"),
    )


_SELECTOR = ("spec", "selector")
_MATCH_LABELS = (*_SELECTOR, "matchLabels")

METADATA_LABELS = (FieldSpec(("metadata", "labels")),)
#: `labels` with `includeTemplates`.
TEMPLATE_LABELS = (*METADATA_LABELS, *_templates("metadata", "labels", stateful_set_group="apps"))
#: `commonLabels`, and `labels` with `includeSelectors`.
COMMON_LABELS = (
    FieldSpec(_SELECTOR, "Service", version="v1"),
    FieldSpec(_SELECTOR, "ReplicationController", version="v1"),
    *(FieldSpec(_MATCH_LABELS, kind) for kind in _WORKLOADS),
    FieldSpec(_MATCH_LABELS, "StatefulSet", "apps"),
    FieldSpec(_MATCH_LABELS, "Job", "batch", create=False),
    FieldSpec(("spec", "jobTemplate", *_MATCH_LABELS), "CronJob", "batch", create=False),
    *TEMPLATE_LABELS,
)
COMMON_ANNOTATIONS = (
    FieldSpec(("metadata", "annotations")),
    *_templates("metadata", "annotations", stateful_set_group=""),
)
#: `replicas`: the mappings that hold the count.
REPLICAS = tuple(
    FieldSpec(("spec",), kind) for kind in ("Deployment", "ReplicationController", "ReplicaSet", "StatefulSet")
)


def set_entries(value: object, spec: FieldSpec, entries: Mapping[str, object]) -> None:
    """Write the entries to each mapping that the path leads to. Where it ends early and makes nothing, nothing happens.

    A list on the way is gone through. The value is changed in place.
    """
    if isinstance(value, list):
        for item in value:
            set_entries(item, spec, entries)
    elif isinstance(value, dict) and not spec.path:
        value.update(entries)
    elif isinstance(value, dict):
        step, *rest = spec.path
        if value.get(step) is None and spec.create:
            value[step] = {}
        set_entries(value.get(step), spec._replace(path=tuple(rest)), entries)
