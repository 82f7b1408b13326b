"""One step of a build on one object: a patch, a name, a namespace, labels.

Source: `api/resource/resource.go` and `api/internal/builtins` of kustomize 5.8.2.
"""

from __future__ import annotations

from copy import copy, deepcopy
from typing import TYPE_CHECKING

from podhosts.kubernetes import is_template
from podhosts.kustomize.field_specs import (
    COMMON_ANNOTATIONS,
    COMMON_LABELS,
    METADATA_LABELS,
    REPLICAS,
    TEMPLATE_LABELS,
)
from podhosts.kustomize.json_patch import JsonPatchError, apply_json_patch
from podhosts.kustomize.located import List, Map, lookup
from podhosts.kustomize.model import is_true
from podhosts.kustomize.refusals import refused
from podhosts.merging import MergeError, kustomize_patch
from podhosts.merging.values import DIRECTIVE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.kustomize.field_specs import FieldSpec
    from podhosts.kustomize.model import Kustomization, Patch
    from podhosts.kustomize.resources import Resource
    from podhosts.kustomize.selectors import Id

#: The kinds of which Kustomize knows that they have a count.
_SCALABLE = tuple(spec.kind for spec in REPLICAS)
_API_SERVICE = ("apiregistration.k8s.io", "APIService")


def merged(resource: Resource, patch: Patch, value: Map) -> Map | None:
    """The object after a strategic merge patch, None where the patch removes it."""
    old = resource.value
    if value.get(DIRECTIVE) == "replace":
        # At the top of a patch the directive keeps the object as it is.
        return old
    metadata = lookup(old, "metadata")
    changes = deepcopy(value)
    if patch.target is not None:
        changes["apiVersion"] = old.get("apiVersion")
    try:
        merged = kustomize_patch(old, changes, keyed=resource.is_keyed)
    except MergeError as error:
        if not resource.is_certain:
            return old
        raise refused(
            _listed(value) or lookup(value, "metadata", "name"), f"the patch does not fit {resource.id} ({error})"
        ) from None
    if merged is None:
        return None
    if patch.allows_name_change or patch.allows_kind_change:
        resource.remember()
    result = Map(old.node, old.placed)
    result.update(merged)
    if not patch.allows_kind_change:
        result["kind"] = old.get("kind")
    _keep(result, metadata, "namespace")
    if not patch.allows_name_change:
        _keep(result, metadata, "name")
    return result


def _keep(value: Map, metadata: object, name: str) -> None:
    """Give a field of the metadata its old value back."""
    now = value.get("metadata")
    if isinstance(now, dict) and isinstance(metadata, dict):
        if name in metadata:
            now[name] = metadata[name]
        else:
            now.pop(name, None)


def patched(resource: Resource, operations: List) -> Map:
    """The object after a JSON 6902 patch. `resource` is not changed."""
    noted = _with_note(resource.value) if resource.is_noted else resource.value
    try:
        result = apply_json_patch(noted, operations)
    except JsonPatchError as error:
        if not resource.is_certain:
            return resource.value
        operation = error.operation
        at = operation.get("path") if isinstance(operation, Map) else None
        raise refused(at or operation, f"the operation does not apply to {resource.id}: {error}") from None
    if resource.is_noted:
        _take_note(result)
    return result


#: One of the annotations in which Kustomize keeps what it must remember of an object until the end of the build.
_NOTE = "internal.config.kubernetes.io/previousNames"


def _with_note(value: Map) -> Map:
    """The value with the note, so that operations find a mapping of annotations there."""
    result = copy(value)
    metadata = result.get("metadata")
    result["metadata"] = metadata = copy(metadata) if isinstance(metadata, dict) else {}
    annotations = metadata.get("annotations")
    if isinstance(annotations, Map):
        metadata["annotations"] = annotations = copy(annotations)
        annotations[_NOTE] = ""
    else:
        metadata["annotations"] = {**(annotations if isinstance(annotations, dict) else {}), _NOTE: ""}
    return result


def _take_note(value: Map) -> None:
    """Take the note off again, and the annotations if nothing else is in them: Kustomize prints no empty ones."""
    metadata = value.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    if isinstance(metadata, dict) and isinstance(annotations, dict):
        annotations.pop(_NOTE, None)
        if not annotations:
            del metadata["annotations"]


def _listed(value: object) -> object:
    """What a patch has for `hostAliases`, None for nothing."""
    waiting = [value]
    while waiting:
        found = waiting.pop(0)
        if isinstance(found, dict):
            if "hostAliases" in found:
                return found["hostAliases"]
            waiting += found.values()
    return None


def set_names(kustomization: Kustomization, resources: Iterable[Resource]) -> None:
    """Namespace, prefix, suffix, labels and annotations."""
    namespace, prefix, suffix = (
        str(kustomization.text(name) or "") for name in ("namespace", "namePrefix", "nameSuffix")
    )
    written = list(_labels(kustomization))
    if (annotations := kustomization.map("commonAnnotations")) is not None:
        written.append((COMMON_ANNOTATIONS, annotations))
    for resource in resources:
        known = resource.id
        if namespace:
            if known.is_cluster_scoped:
                resource.rename(namespace if known.kind == "Namespace" else known.name)
            else:
                resource.rename(namespace=namespace)
        for before, after in ((prefix, ""), ("", suffix)):
            if (before or after) and not _keeps_its_name(resource.ids[0]):
                resource.rename(f"{before}{resource.id.name}{after}")
        for specs, entries in written:
            resource.write(specs, entries)


def _labels(kustomization: Kustomization) -> Iterator[tuple[tuple[FieldSpec, ...], Map]]:
    """The labels to write, each with where to."""
    for item in kustomization.items("labels"):
        pairs = item.get("pairs") if isinstance(item, Map) else None
        if not isinstance(item, Map) or not isinstance(pairs, Map):
            continue
        if is_true(item, "includeSelectors"):
            yield COMMON_LABELS, pairs
        else:
            yield (TEMPLATE_LABELS if is_true(item, "includeTemplates") else METADATA_LABELS), pairs
    if (labels := kustomization.map("commonLabels")) is not None:
        yield COMMON_LABELS, labels


def set_replicas(kustomization: Kustomization, resources: Iterable[Resource], *, is_complete: bool) -> None:
    """The counts of `replicas`, for whatever has or had the name.

    Raises BuildRefusedError where nothing of that name has a count, if all objects are known (`is_complete`).
    """
    for item in kustomization.items("replicas"):
        name = item.get("name") if isinstance(item, Map) else None
        if not isinstance(item, Map) or not isinstance(name, str):
            continue
        named = [resource for resource in resources if any(known.name == name for known in resource.ids)]
        if is_complete and not any(resource.kind in _SCALABLE for resource in named) and not is_template(name):
            kinds = f"{', '.join(_SCALABLE[:-1])} or {_SCALABLE[-1]}"
            raise refused(name, f"`replicas` sets the count of `{name}`, and there is no {kinds} of that name")
        if (count := item.get("count")) is not None:
            for resource in named:
                resource.write(REPLICAS, {"replicas": count})


def _keeps_its_name(known: Id) -> bool:
    return known.kind in {"CustomResourceDefinition", "Namespace"} or known[0:3:2] == _API_SERVICE
