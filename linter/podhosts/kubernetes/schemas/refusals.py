"""The requests that the API server refuses for a kind of mistake at a place.

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


def refused_value(pod: Pod, version: KubernetesVersion, broken: str | None) -> tuple[Request, ...]:
    """A value that is wrong in itself, or `broken`: against what the list's CRD asks for."""
    return CREATE_AND_APPLY if broken is not None else invalid_value(pod, version)


def wrong_type(pod: Pod, *, in_entry: bool) -> tuple[Request, ...]:
    """A value of another type than the API wants; `in_entry` for one inside an entry of the list."""
    if not pod.schema.typed or (in_entry and pod.schema.untyped_items):
        return ()
    return CREATE_AND_APPLY


def null_value(pod: Pod, name: str) -> tuple[Request, ...]:
    """A null for the list itself, `ip` or `hostnames`: create drops it, server-side apply takes it for a wrong type.

    Built-in kinds read it as if it were not there.
    """
    schema = pod.schema
    if schema.built_in or not schema.typed or name in schema.nullable or (name == "ip" and schema.ip_has_default):
        return ()
    return () if schema.untyped_items and name != "hostAliases" else APPLY_ONLY


def null_item(pod: Pod) -> tuple[Request, ...]:
    """A null among the names: built-in kinds read an empty name, a typed custom resource refuses it."""
    return CREATE_AND_APPLY if pod.schema.typed and not pod.schema.built_in and not pod.schema.untyped_items else ()


def duplicate_hostname(pod: Pod) -> tuple[Request, ...]:
    """A name twice in one entry."""
    return CREATE_AND_APPLY if pod.schema.unique_hostnames else ()


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
    schema = pod.schema
    if not schema.typed or schema.untyped_items:
        return CREATE_AND_APPLY if written_as == "item" and schema.untyped_items else ()
    if written_as == "item":
        return CREATE_AND_APPLY
    if written_as == "empty" or (written_as == "null" and "ip" in schema.nullable):
        return refused_value(pod, version, schema.ip.refusal("") if written_as == "empty" else None)
    if schema.ip_required and not schema.ip_has_default:
        return CREATE_AND_APPLY
    return null_value(pod, "ip") if written_as == "null" else ()


def refused_list(broken: str | None) -> tuple[Request, ...]:
    """A list that is `broken`: against what its CRD asks for."""
    return CREATE_AND_APPLY if broken is not None else ()


def missing_hostnames(pod: Pod, *, is_null: bool) -> tuple[Request, ...]:
    """No list of names, or null where one is required."""
    if is_null and "hostnames" in pod.schema.nullable:
        return ()
    if pod.schema.hostnames_required:
        return CREATE_AND_APPLY
    return null_value(pod, "hostnames") if is_null else ()
