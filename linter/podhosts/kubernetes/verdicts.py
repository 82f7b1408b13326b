"""Which requests the API server refuses for a mistake of some kind at some place.

Source: `vectors/apiserver` (built-in kinds) and `vectors/crds` (profiles of custom resources).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import APPLY_ONLY, CREATE_AND_APPLY, Request
from podhosts.kubernetes.schemas import ListType

if TYPE_CHECKING:
    from podhosts.kubernetes.pods import Pod
    from podhosts.kubernetes.versions import KubernetesVersion


def invalid_value(pod: Pod, version: KubernetesVersion) -> tuple[Request, ...]:
    """A bad address or name. No CRD checks values, nor did servers up to 1.33 check a StatefulSet's template."""
    if not pod.schema.built_in:
        return ()
    if pod.object.kind == "StatefulSet" and not version.validates_stateful_sets:
        return ()
    return CREATE_AND_APPLY


def wrong_type(pod: Pod, *, in_entry: bool) -> tuple[Request, ...]:
    """A value of another type than the API wants; `in_entry` for one inside an entry of the list."""
    if not pod.schema.typed or (in_entry and pod.schema.untyped_items):
        return ()
    return CREATE_AND_APPLY


def unknown_field(pod: Pod) -> tuple[Request, ...]:
    """A key that the API does not have. Server-side apply drops it where the CRD preserves unknown fields around it."""
    if not pod.schema.typed or pod.schema.untyped_items:
        return ()
    return ("create",) if pod.schema.apply_drops_unknown else CREATE_AND_APPLY


def duplicate_ip(pod: Pod) -> tuple[Request, ...]:
    """Two entries of one `ip` in a list keyed by it."""
    if pod.schema.list_type is not ListType.MAP:
        return ()
    return APPLY_ONLY if pod.schema.built_in else CREATE_AND_APPLY


def missing_ip(pod: Pod, version: KubernetesVersion, *, written_as: str | None) -> tuple[Request, ...]:
    """No address. `written_as` is None for no key, `null` or `empty` (`""`) for those, `item` for a null entry."""
    if pod.schema.built_in:
        requests = set(invalid_value(pod, version))
        if written_as == "item" or (written_as is None and not version.ip_has_default):
            requests.add("apply")
        return tuple(request for request in CREATE_AND_APPLY if request in requests)
    if not pod.schema.typed or pod.schema.untyped_items:
        return CREATE_AND_APPLY if written_as == "item" and pod.schema.untyped_items else ()
    if written_as == "item":
        return CREATE_AND_APPLY
    if written_as == "empty":
        return ()
    if pod.schema.ip_required and not pod.schema.ip_has_default:
        return CREATE_AND_APPLY
    # A null in a declared field is dropped on create; server-side apply takes it for a wrong type.
    return APPLY_ONLY if written_as == "null" else ()


def missing_hostnames(pod: Pod, *, is_null: bool) -> tuple[Request, ...]:
    """No list of names, or null where one is required."""
    if pod.schema.hostnames_required:
        return CREATE_AND_APPLY
    if is_null and pod.schema.typed and not pod.schema.built_in and not pod.schema.untyped_items:
        return APPLY_ONLY
    return ()
