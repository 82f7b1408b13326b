"""Kustomize's strategic merge patch: another program than kubectl's, with other results.

Source: `kyaml/yaml/walk` and `kyaml/yaml/merge2` of kustomize (`walkMap`, `walkAssociativeSequence`, `ElementSetter`),
called by `api/filters/patchstrategicmerge` with new entries in front; 5.8.2 and 5.5.0 alike (`vectors/overlays`).
"""

from __future__ import annotations

from copy import deepcopy
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from podhosts.merging.values import DIRECTIVE, MERGE_KEYS, MergeError, go_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from podhosts.merging.values import List, Map


#: The lists that Kustomize merges by key in a pod spec, as far as they bear on the hosts file.
_KEYS = {
    **MERGE_KEYS,
    **dict.fromkeys(("containers", "initContainers", "ephemeralContainers", "volumes"), "name"),
    "volumeMounts": "mountPath",
}


class _Missing(Enum):
    """A field that is not there, in contrast to one that is null."""

    MISSING = 0


_MISSING = _Missing.MISSING
_DIRECTIVES = frozenset({"merge", "replace", "delete"})

Node: TypeAlias = object


def kustomize_patch(base: Mapping[str, object], patch: Mapping[str, object], *, keyed: bool = True) -> Map | None:
    """The base mapping after a strategic merge patch; None if the patch removes it (`$patch: delete`).

    Both are pod specs, or the mappings above them. Whatever the patch holds, each `hostAliases` list of the base is
    walked as well: of several entries with one ip the place of the first and the content of the last remain. Entries
    that the patch names come first, in its order. Containers, their mounts and volumes are merged as well, other lists
    replaced. `keyed` is False for kinds of which Kustomize has no schema (custom
    resources, `extensions/v1beta1`): the patch then replaces the list. Scalars are compared as text, so give them
    as written where that matters (`10.10` and `10.1`). Raises `MergeError` where Kustomize does.
    """
    result = _walk(deepcopy(dict(base)), deepcopy(dict(patch)), _KEYS if keyed else {}, "")
    return result if isinstance(result, dict) else None


def kustomize_collapse(entries: Sequence[object]) -> List:
    """The entries of a `hostAliases` list that a strategic patch leaves which does not name it; linear unless an ip is
    missing.
    """
    result = kustomize_patch({"hostAliases": list(entries)}, {})
    left = result.get("hostAliases") if result else None
    return left if isinstance(left, list) else []


def _walk(dest: Node, origin: Node, keys: Mapping[str, str], merge_key: str) -> Node:
    kind = _kind_of(dest) or _kind_of(origin)
    for node in (dest, origin):
        if _kind_of(node) not in {None, kind}:
            raise MergeError(f"wrong node kind: expected {kind} but got {_kind_of(node)}")
    if kind == "SequenceNode" and merge_key:
        return _walk_keyed_list(dest, origin, keys, merge_key)
    if kind in {"SequenceNode", "ScalarNode"}:
        return dest if origin is _MISSING else origin
    return _walk_map(dest, origin, keys)


def _kind_of(node: Node) -> str | None:
    if node is None or node is _MISSING:
        return None
    return "MappingNode" if isinstance(node, dict) else "SequenceNode" if isinstance(node, list) else "ScalarNode"


def _walk_map(dest: Node, origin: Node, keys: Mapping[str, str]) -> Node:
    target = _visit_map(dest, origin)
    if not isinstance(target, dict):
        return target
    source = origin if isinstance(origin, dict) else {}
    for field in sorted({*target, *source}):
        old, new = target.get(field, _MISSING), source.get(field, _MISSING)
        value = _walk(old, new, keys, keys.get(field, ""))
        # A null that only the base has stays; one from the patch removes the field.
        if value is _MISSING or (value is None and new is not _MISSING):
            target.pop(field, None)
        else:
            target[field] = value
    return target


def _visit_map(dest: Node, origin: Node) -> Node:
    if dest is None or dest is _MISSING:
        if isinstance(origin, dict) and _take_directive(origin, strict=False) == "delete":
            return _MISSING
        return dest if origin is _MISSING else origin
    if not isinstance(origin, dict):
        return _MISSING if origin is None else dest
    directive = _take_directive(origin)
    return _MISSING if directive == "delete" else origin if directive == "replace" else dest


def _take_directive(patch: Map, *, strict: bool = True) -> str:
    """The mapping's directive, which leaves it."""
    if DIRECTIVE not in patch:
        return "merge"
    directive = _text(patch[DIRECTIVE])
    if directive in _DIRECTIVES:
        del patch[DIRECTIVE]
    elif strict:
        raise MergeError(f"unknown patch strategy '{directive}'")
    return directive


def _visit_list(dest: Node, origin: Node) -> Node:
    if dest is None or dest is _MISSING:
        return origin
    if not isinstance(origin, list):
        return _MISSING if origin is None else dest
    directive = _take_list_directive(origin)
    return _MISSING if directive == "delete" else origin if directive == "replace" else dest


def _take_list_directive(patch: List) -> str:
    """The directive for the whole list: the first entry with `$patch`, if it has no other field."""
    first = next((entry for entry in patch if isinstance(entry, dict) and DIRECTIVE in entry), None)
    if first is None or len(first) > 1:
        return "merge"
    directive = _text(first[DIRECTIVE])
    if directive not in _DIRECTIVES:
        raise MergeError(f"unknown patch strategy '{directive}'")
    _set_element(patch, DIRECTIVE, directive, _MISSING)
    return directive


def _walk_keyed_list(dest: Node, origin: Node, keys: Mapping[str, str], merge_key: str) -> Node:
    target = _visit_list(dest, origin)
    if not isinstance(target, list):
        return target
    source = origin if isinstance(origin, list) else []
    # The patch's values first: Kustomize prepends.
    values = list(dict.fromkeys(_key_text(entry, merge_key) for entries in (source, target) for entry in entries))
    if not values:
        return target
    if "" in values:
        return _merge_irregular(target, source, values, keys, merge_key)
    return _merge_regular(target, source, values, keys, merge_key)


def _merge_regular(target: List, source: List, values: list[str], keys: Mapping[str, str], merge_key: str) -> List:
    """`_merge_irregular` for lists whose every entry has its key, in linear time."""
    olds, news = _first_entries(target, merge_key), _first_entries(source, merge_key)
    merged: dict[str, object] = {}
    removed = set()
    for value in values:
        entry = _walk(olds.get(value, _MISSING), news.get(value, _MISSING), keys, "")
        if isinstance(entry, dict) and entry:
            entry.setdefault(merge_key, value)
            merged[value] = entry
        else:
            removed.add(value)
    # Every entry of the base is put in its place once more, so that the last of several wins, even over the patch.
    for entry in target:
        if (value := _key_text(entry, merge_key)) not in removed:
            merged[value] = entry
    return list(merged.values())


def _merge_irregular(target: List, source: List, values: list[str], keys: Mapping[str, str], merge_key: str) -> List:
    """The walk as Kustomize does it, entry by entry.

    An entry without the key finds no partner, not even itself; as nothing is left of it, it is deleted "by its key",
    and an empty value means any: all entries that have a key go.
    """
    added: List = []
    for value in values:
        entry = _walk(_element(target, merge_key, value), _element(source, merge_key, value), keys, "")
        if not isinstance(entry, dict) or not entry:
            _set_element(target, merge_key, value, _MISSING)
            continue
        if value:
            entry.setdefault(merge_key, value)
        _set_element(added, merge_key, value, entry)
    for entry in list(target):
        if isinstance(entry, dict) and merge_key in entry:
            _set_element(added, merge_key, _text(entry[merge_key]), entry)
        elif entry is None or isinstance(entry, dict):
            _set_element(added, merge_key, None, entry)
        else:
            raise _wrong_entry(entry)
    return added


def _first_entries(entries: List, merge_key: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for entry in entries:
        found.setdefault(_key_text(entry, merge_key), entry)
    return found


def _element(entries: List, merge_key: str, value: str) -> Node:
    matching = (
        entry
        for entry in entries
        if isinstance(entry, dict) and merge_key in entry and _text(entry[merge_key]) == value
    )
    return next(matching, _MISSING)


def _set_element(entries: List, key: str, value: str | None, element: Node) -> None:
    """Put the element in the place of each entry with that key, or at the end; a missing element deletes them.

    This is `ElementSetter`, with its surprises: the empty text matches any value, and without a value (None) nothing
    matches and nothing is kept.
    """
    kept: List = []
    found = False
    for entry in entries:
        if entry is None or entry == {}:
            continue
        if not isinstance(entry, dict):
            if not value:
                raise _wrong_entry(entry)
            kept.append(entry)
            continue
        if value is None:
            continue
        if key not in entry or (value and _text(entry[key]) != value):
            kept.append(entry)
            continue
        found = True
        if element is not _MISSING:
            kept.append(element)
    if not found and element is not _MISSING and element is not None:
        kept.append(element)
    entries[:] = kept


def _wrong_entry(entry: object) -> MergeError:
    return MergeError(f"wrong node kind: expected MappingNode but got {_kind_of(entry)}")


def _key_text(entry: object, merge_key: str) -> str:
    value = entry.get(merge_key) if isinstance(entry, dict) else None
    return "" if value is None else _text(value)


def _text(value: object) -> str:
    """A scalar as it is written; what is no scalar has no text."""
    if value is None:
        return "null"
    return "" if isinstance(value, (dict, list)) else go_text(value)
