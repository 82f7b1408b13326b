"""One step of a build on one object: a patch, a name, a namespace, labels.

Source: `api/resource/resource.go` and `api/internal/builtins` of kustomize 5.8.2.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from podhosts.kustomize.json_patch import JsonPatchError, apply_json_patch
from podhosts.kustomize.located import List, Map, lookup
from podhosts.kustomize.refusals import refused
from podhosts.merging import MergeError, kustomize_patch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from podhosts.kustomize.model import Kustomization, Patch
    from podhosts.kustomize.resources import Resource
    from podhosts.kustomize.selectors import Id

_API_SERVICE = ("apiregistration.k8s.io", "APIService")


def merged(resource: Resource, patch: Patch, value: Map) -> Map | None:
    """The object after a strategic merge patch, None where the patch removes it."""
    old = resource.value
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
        resource.previous.append(resource.id)
    result = Map(old.node, old.writing)
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
    """The object after a JSON 6902 patch."""
    resource.previous.append(resource.id)
    try:
        return apply_json_patch(resource.value, operations)
    except JsonPatchError as error:
        if not resource.is_certain:
            return resource.value
        operation = error.operation
        at = operation.get("path") if isinstance(operation, Map) else None
        raise refused(at or operation, f"the operation does not apply to {resource.id}: {error}") from None


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
    labels = dict(kustomization.map("commonLabels") or {})
    for item in kustomization.items("labels"):
        pairs = item.get("pairs") if isinstance(item, Map) else None
        labels = {**(pairs if isinstance(pairs, Map) else {}), **labels}
    annotations = dict(kustomization.map("commonAnnotations") or {})
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
        resource.mark("labels", labels)
        resource.mark("annotations", annotations)


def _keeps_its_name(known: Id) -> bool:
    return known.kind in {"CustomResourceDefinition", "Namespace"} or known[0:3:2] == _API_SERVICE
