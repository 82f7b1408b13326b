"""Client-side `kubectl apply`: a patch made of three states, merged into the live one.

Source: `CreateThreeWayMergePatch` and `diffMaps` in `k8s.io/apimachinery/pkg/util/strategicpatch/patch.go` (0.36.3).
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from podhosts.merging.values import DIRECTIVE, MERGE_KEYS, MergeError, equal, go_text, kind
from podhosts.records import record
from tests.apply_models.ordering import order_like, sort_by_key
from tests.apply_models.strategic import SET_ORDER, merge_maps, strategic_merge
from tests.apply_models.values import as_map, element_kind, key_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from podhosts.merging.values import List, Map


@record(frozen=True, slots=True)
class Applied:
    """One run of `kubectl apply`: what it sends, and the live mapping after it.

    An empty `patch` is kubectl's `unchanged`; anything else is `configured`, and for a workload a new rollout if the
    template differs.
    """

    patch: Map
    live: Map

    @property
    def changed(self) -> bool:
        return bool(self.patch)


def three_way_apply(
    last_applied: Mapping[str, object] | None, live: Mapping[str, object], new: Mapping[str, object]
) -> Applied:
    """One `kubectl apply` of `new`, where `last_applied` is what the annotation holds (None without one).

    Equal ips are paired by the order of two sorts, and sent as changes of the *first* live entry with that ip; so an
    edit of a later one overwrites the first, back and forth at each run, and the removal of one removes all
    (`reference/kubernetes.md` 2.2). Raises `MergeError` where kubectl or the server gives up. The live result is as
    the server decodes it; run `stored` on it before the next apply.
    """
    manifest = deepcopy(dict(new))
    changes = _diff_maps(deepcopy(dict(live)), manifest, _CHANGES)
    deletions = _diff_maps(deepcopy(dict(last_applied or {})), manifest, _DELETIONS)
    patch = deepcopy(merge_maps(deletions, changes, applying=False))
    return Applied(patch, strategic_merge(live, patch))


def stored(value: Mapping[str, object]) -> Map:
    """A mapping as the API server stores it: empty and null lists are gone, an entry without `ip` has an empty one.

    Source: the API type (`hostAliases` and `hostnames` are `omitempty`, `ip` no longer is, `reference/kubernetes.md`
    2.1). Raises `MergeError` for values that the type cannot hold.
    """
    return {
        field: _stored_list(item) if field == "hostAliases" else stored(item) if isinstance(item, dict) else item
        for field, item in value.items()
        if field != "hostAliases" or item
    }


def _stored_list(value: object) -> List:
    if not isinstance(value, list):
        raise MergeError("json: cannot unmarshal into Go struct field PodSpec.hostAliases of type []v1.HostAlias")
    return [_stored_alias({} if entry is None else entry) for entry in value]


def _stored_alias(entry: object) -> Map:
    if not isinstance(entry, dict):
        raise MergeError("json: cannot unmarshal into Go struct field PodSpec.hostAliases of type v1.HostAlias")
    ip, names = entry.get("ip"), entry.get("hostnames")
    if not isinstance(ip, str | None) or not isinstance(names, list | None):
        raise MergeError("json: cannot unmarshal into Go struct field HostAlias of type string")
    names = ["" if name is None else name for name in names or ()]
    if not all(isinstance(name, str) for name in names):
        raise MergeError("json: cannot unmarshal into Go struct field HostAlias.hostnames of type string")
    return {"ip": ip or "", **({"hostnames": names} if names else {})}


@record(frozen=True, slots=True)
class _Wanted:
    """Which half of a difference to take."""

    changes: bool
    deletions: bool


_CHANGES = _Wanted(changes=True, deletions=False)
_DELETIONS = _Wanted(changes=False, deletions=True)


def _diff_maps(original: Map, modified: Map, wanted: _Wanted) -> Map:
    """The patch from one mapping to the other."""
    patch: Map = {}
    for field, value in modified.items():
        if field not in original:
            if wanted.changes:
                patch[field] = value
            continue
        old = original[field]
        if field == DIRECTIVE:
            if not isinstance(old, str) or not isinstance(value, str):
                raise MergeError(f"invalid value for special key: {DIRECTIVE}")
            if old != value:
                patch[field] = value
        elif isinstance(old, dict) and isinstance(value, dict):
            if inner := _diff_maps(old, value, wanted):
                patch[field] = inner
        elif isinstance(old, list) and isinstance(value, list) and field in MERGE_KEYS:
            _diff_lists(field, old, value, patch, wanted)
        elif wanted.changes and not equal(old, value):
            patch[field] = value
    if wanted.deletions:
        patch |= dict.fromkeys(field for field in original if field not in modified)
    return patch


def _diff_lists(field: str, original: List, modified: List, patch: Map, wanted: _Wanted) -> None:
    if not original:
        if modified and wanted.changes:
            patch[field] = modified
        return
    merge_key = MERGE_KEYS[field]
    elements = element_kind(original, modified)
    if elements != kind({}):
        # kubectl would compare them as a set of scalars; no server stores such a list.
        raise MergeError(f"{field} is a list of {elements}")
    changed, deleted = _diff_entries(original, modified, merge_key, wanted)
    changed = order_like(changed, modified, merge_key, elements)
    same_order = len(original) == len(modified) and all(
        equal(key_value(old, merge_key), key_value(new, merge_key)) for old, new in zip(original, modified, strict=True)
    )
    entries = changed + deleted
    if entries:
        patch[field] = entries
    order: List = [{merge_key: as_map(entry).get(merge_key)} for entry in modified]
    if order and (entries or (wanted.changes and not same_order)):
        patch[f"{SET_ORDER}/{field}"] = order


def _diff_entries(original: List, modified: List, merge_key: str, wanted: _Wanted) -> tuple[List, List]:
    """The changed and new entries, and the deletions; both lists are sorted and walked side by side.

    Equal ips are therefore paired in turn, and an ip of which one list has more counts as added or deleted.
    """
    before, after = sort_by_key(original, merge_key), sort_by_key(modified, merge_key)
    changed: List = []
    deleted: List = []
    i = j = 0
    while i < len(before) or j < len(after):
        old = go_text(key_value(before[i], merge_key)) if i < len(before) else None
        new = go_text(key_value(after[j], merge_key)) if j < len(after) else None
        if old is not None and old == new:
            if inner := _diff_maps(before[i], after[j], wanted):
                changed.append({**inner, merge_key: after[j][merge_key]})
            i += 1
            j += 1
        elif new is not None and (old is None or old > new):
            if wanted.changes:
                changed.append(after[j])
            j += 1
        else:
            if wanted.deletions:
                deleted.append({merge_key: before[i][merge_key], DIRECTIVE: "delete"})
            i += 1
    return changed, deleted
