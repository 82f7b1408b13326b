"""The strategic merge: `kubectl patch`, `kubectl edit`, and the second half of `kubectl apply`.

Source: `mergeMap` and its helpers in `k8s.io/apimachinery/pkg/util/strategicpatch/patch.go` (0.36.3); checked against
that code (`vectors/overlays`) and real API servers (`vectors/apiserver`).
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from podhosts.merging.values import DIRECTIVE, MERGE_KEYS, MergeError, equal, go_text, kind
from tests.apply_models.ordering import order_merged, split_by_presence
from tests.apply_models.values import as_list, as_map, element_kind, identity, key_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from podhosts.merging.values import List, Map

DELETE_FROM_LIST = "$deleteFromPrimitiveList"
SET_ORDER = "$setElementOrder"
_RETAIN_KEYS = "$retainKeys"
_BAD_ORDER_LIST = "invalid patch format of setElementOrder list"
_BAD_RETAIN_KEYS = "invalid patch format of retainKeys"


def strategic_merge(live: Mapping[str, object], patch: Mapping[str, object]) -> Map:
    """The live mapping after a strategic merge patch.

    Both are pod specs, or the mappings above them. The directives count: `$patch`, `$setElementOrder/hostAliases`,
    `$deleteFromPrimitiveList/hostnames`, `$retainKeys`. Duplicates: a patch of a duplicated ip changes the first live
    entry, one that deletes it deletes all, and of several entries with one ip in the patch the last wins. Raises
    `MergeError` where the server answers with an error. The result is what the server decodes, not yet what it stores:
    `stored` gives that.
    """
    return merge_maps(deepcopy(dict(live)), deepcopy(dict(patch)), applying=True)


def merge_maps(original: Map, patch: Map, *, applying: bool) -> Map:
    """Merge `patch` into `original`; both are used up.

    `applying` is False where `original` is a patch itself: `kubectl apply` so joins its deletions with its changes.
    Nulls and parallel lists are then kept for the server.
    """
    if DIRECTIVE in patch:
        return _whole_map(patch)
    _retain_keys(original, patch, applying)
    _merge_ordered_lists(original, patch, applying)
    # Go walks the fields in random order, which shows only where a list and its deletions stand in one mapping.
    for field, value in list(patch.items()):
        target, deletes = field, field.startswith(DELETE_FROM_LIST)
        if deletes:
            if not applying:
                original[field] = value
                continue
            target = _list_of(field, DELETE_FROM_LIST, "invalid patch format of primitive list")
        _merge_field(original, target, value, applying, deletes)
    return original


def _merge_field(original: Map, field: str, value: object, applying: bool, deletes: bool) -> None:
    if value is None:
        original.pop(field, None)
        if applying:
            return
    if field not in original or kind(original[field]) != kind(value):
        if not deletes:
            _set(original, field, _without_nulls(value) if applying else value)
        return
    there = original[field]
    if isinstance(there, dict):
        original[field] = merge_maps(there, as_map(value), applying=applying)
    elif isinstance(there, list):
        merge_key = MERGE_KEYS.get(field, "")
        if merge_key or deletes:
            original[field] = _merge_lists(there, as_list(value), merge_key, applying, deletes)
        else:
            original[field] = value
    else:
        original[field] = value


def _whole_map(patch: Map) -> Map:
    directive = patch[DIRECTIVE]
    if directive == "replace":
        del patch[DIRECTIVE]
        return patch
    if directive == "delete":
        return {}
    raise _unknown_directive(directive, patch)


def _unknown_directive(directive: object, patch: Map) -> MergeError:
    return MergeError(f"unknown patch type: {go_text(directive)} in map: {go_text(patch)}")


def _retain_keys(original: Map, patch: Map, applying: bool) -> None:
    if _RETAIN_KEYS not in patch:
        return
    keys = patch.pop(_RETAIN_KEYS)
    if not applying:
        if not equal(original.setdefault(_RETAIN_KEYS, keys), keys):
            raise MergeError(
                f"{go_text(original[_RETAIN_KEYS])} and {go_text(keys)} are not deep equal: this may happen when "
                "calculating the 3-way diff patch"
            )
        return
    if not isinstance(keys, list):
        raise MergeError(_BAD_RETAIN_KEYS)
    kept = set(map(identity, keys))
    for field, value in patch.items():
        parallel = field.startswith((DELETE_FROM_LIST, SET_ORDER))
        if value is not None and not parallel and identity(field) not in kept:
            raise MergeError(_BAD_RETAIN_KEYS)
    for field in list(original):
        if identity(field) not in kept:
            del original[field]


def _merge_ordered_lists(original: Map, patch: Map, applying: bool) -> None:
    """Merge every list that has a `$setElementOrder`, and put it in that order; both leave the patch."""
    for field in [field for field in patch if field.startswith(SET_ORDER)]:
        named = patch[field]
        if not applying and not equal(original.setdefault(field, named), named):
            raise MergeError(_BAD_ORDER_LIST)
        del patch[field]
        order = as_list(named)
        target = _list_of(field, SET_ORDER, _BAD_ORDER_LIST)
        live = as_list(original[target]) if target in original else []
        changes = as_list(patch[target]) if target in patch else []
        merge_key = MERGE_KEYS.get(target, "")
        _check_order(changes, order, merge_key)
        if target not in original and target not in patch:
            continue
        if target not in patch:
            merged = live
        elif target not in original:
            merged = as_list(_without_directives(changes))
        else:
            merged = _merge_lists(live, changes, merge_key, applying, False) if merge_key else changes
        inside, live_only = split_by_presence(merged, order, merge_key)
        elements = element_kind(live, changes)
        # `live` may have been written to by the merge: Go's slices share their array, and the order is read from it.
        original[target] = order_merged(inside, live_only, order, live, merge_key, elements)
        patch.pop(target, None)


def _list_of(field: str, prefix: str, message: str) -> str:
    found, slash, target = field.partition("/")
    if not slash or found != prefix:
        raise MergeError(message)
    return target


def _check_order(changes: List, order: List, merge_key: str) -> None:
    """The patch's entries must stand in the order list, in the same order; with equal ips a plain apply may fail it."""
    if not order or not changes:
        return
    wanted = changes
    if merge_key:
        wanted = [entry for entry in changes if as_map(entry).get(DIRECTIVE) != "delete"]
    position = 0
    for entry in order:
        while position < len(wanted) and _has_directive(wanted[position]):
            position += 1
        if position == len(wanted):
            return
        left, right = wanted[position], entry
        if merge_key:
            left, right = key_value(left, merge_key), key_value(right, merge_key)
        if identity(left) == identity(right):
            position += 1
    if position < len(wanted):
        raise MergeError(
            f"The order in patch list:\n{go_text(changes)}\n doesn't match {SET_ORDER} list:\n{go_text(order)}\n"
        )


def _has_directive(value: object) -> bool:
    return isinstance(value, dict) and DIRECTIVE in value


def _merge_lists(original: List, patch: List, merge_key: str, applying: bool, deletes: bool) -> List:
    """The merged list. `original` is written to as Go writes to the array below its slice, but keeps its length."""
    if not original and not patch:
        return original
    elements = element_kind(original, patch)
    if elements == kind({}):
        if not merge_key:
            raise MergeError("cannot merge lists without merge key for HostAlias")
        original, length, patch = _special_entries(original, patch, merge_key)
        merged = _merge_entries(original, length, patch, merge_key, applying)
        live_order = original[:length]
    else:
        if applying and deletes:
            gone = set(map(identity, patch))
            return [value for value in original if identity(value) not in gone]
        merged = _distinct([*original, *patch])
        live_order = original
    inside, live_only = split_by_presence(merged, patch, merge_key)
    return order_merged(inside, live_only, patch, live_order, merge_key, elements)


def _special_entries(original: List, patch: List, merge_key: str) -> tuple[List, int, List]:
    """Carry out the entries with `$patch`: the live list, how much of it counts, and the plain entries."""
    plain: List = []
    length = len(original)
    replace = False
    for entry in map(as_map, patch):
        if DIRECTIVE not in entry:
            plain.append(entry)
            continue
        directive = entry[DIRECTIVE]
        if directive == "delete":
            gone = identity(key_value(entry, merge_key))
            kept: List = [old for old in map(as_map, original[:length]) if not _is_keyed(old, merge_key, gone)]
            # Each deletion in Go moves the rest up by one and leaves the last element where it was.
            original[:length] = kept + original[length - 1 : length] * (length - len(kept))
            length = len(kept)
        elif directive == "replace":
            replace = True
        elif directive == "merge":
            raise MergeError("merging lists cannot yet be specified in the patch")
        else:
            raise _unknown_directive(directive, entry)
    return (plain, len(plain), []) if replace else (original, length, plain)


def _is_keyed(entry: Map, merge_key: str, key: tuple[str, object]) -> bool:
    return merge_key in entry and identity(entry[merge_key]) == key


def _merge_entries(original: List, length: int, patch: List, merge_key: str, applying: bool) -> List:
    """Merge each entry into the first one with its key, or append it as it is, nulls and all."""
    array, size = original, length
    first: dict[tuple[str, object], int] = {}
    for index, entry in enumerate(map(as_map, original[:length])):
        if merge_key in entry:
            first.setdefault(identity(entry[merge_key]), index)
    for entry in map(as_map, patch):
        key = identity(key_value(entry, merge_key))
        if key in first:
            array[first[key]] = merge_maps(as_map(array[first[key]]), entry, applying=applying)
            continue
        first[key] = size
        if size < len(array):
            array[size] = entry
        else:
            array = [*array, entry]
        size += 1
    return array[:size]


def _distinct(values: List) -> List:
    """Without repetitions, in Go's order: the last value fills the gap."""
    values = list(values)
    i = 0
    while i < len(values) - 1:
        j = i + 1
        while j < len(values):
            if identity(values[i]) == identity(values[j]):
                values[j] = values[-1]
                values.pop()
            else:
                j += 1
        i += 1
    return values


def _set(target: Map, field: str, value: object) -> None:
    if _has_directive(value):
        target.pop(field, None)
    else:
        target[field] = _without_directives(value)


def _without_directives(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_directives(item) for key, item in value.items() if not _has_directive(item)}
    if isinstance(value, list):
        return [_without_directives(item) for item in value if not _has_directive(item)]
    return value


def _without_nulls(value: object) -> object:
    """Without the fields that are null; nulls in lists stay."""
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value
