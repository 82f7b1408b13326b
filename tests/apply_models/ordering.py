"""The order of a merged list: the patch's entries among those only the live object has.

Source: `normalizeElementOrder` and its helpers in `k8s.io/apimachinery/pkg/util/strategicpatch/patch.go` (0.36.3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.merging.values import DIRECTIVE, go_text
from podhosts.merging.values import kind as kind_of
from tests.apply_models.go_sort import go_sort, go_sort_stable
from tests.apply_models.values import as_map, element_kind, identity, key_value

if TYPE_CHECKING:
    from podhosts.merging.values import List, Map

_MAP = kind_of({})


def split_by_presence(merged: List, named: List, merge_key: str) -> tuple[List, List]:
    """The merged elements that the list names, and the others."""
    if merge_key:
        # Without anything to split Go never looks at the names.
        present = {identity(entry[merge_key]) for entry in map(as_map, named if merged else []) if merge_key in entry}
        keys = [identity(key_value(entry, merge_key)) for entry in merged]
    else:
        present = set(map(identity, named))
        keys = list(map(identity, merged))
    inside = [entry for entry, key in zip(merged, keys, strict=True) if key in present]
    return inside, [entry for entry, key in zip(merged, keys, strict=True) if key not in present]


def order_merged(
    from_patch: List, live_only: List, patch_order: List, live_order: List, merge_key: str, kind: str
) -> List:
    """Both lists in their own order, woven together along the live order as far as that goes."""
    right = order_like(from_patch, patch_order, merge_key, kind)
    left = order_like(live_only, live_order, merge_key, kind)
    rank = _ranks(live_order, merge_key, kind)
    merged: List = []
    i = j = 0
    while i < len(left) and j < len(right):
        mine, other = rank.get(_key(left[i], merge_key, kind)), rank.get(_key(right[j], merge_key, kind))
        if mine is not None and other is not None and mine < other:
            merged.append(left[i])
            i += 1
        else:
            merged.append(right[j])
            j += 1
    return merged + left[i:] + right[j:]


def order_like(entries: List, order: List, merge_key: str, kind: str) -> List:
    """The entries in the order of another list; deletions last.

    Entries with one key change places here when they stand apart or meet in an odd way: the comparison calls whatever
    the order does not know the lesser.
    """
    deletions: List = []
    if kind == _MAP:
        for entry in (*entries, *order):
            key_value(entry, merge_key)
        deletions = [entry for entry in entries if as_map(entry).get(DIRECTIVE) == "delete"]
        entries = [entry for entry in entries if as_map(entry).get(DIRECTIVE) != "delete"]
    rank = _ranks(order, merge_key, kind)
    ranked = [(rank.get(_key(entry, merge_key, kind)), entry) for entry in entries]
    result = go_sort_stable(ranked, lambda left, right: left[0] is None or right[0] is None or left[0] < right[0])
    return [entry for _, entry in result] + deletions


def sort_by_key(entries: List, merge_key: str) -> list[Map]:
    """The entries sorted by the text of their key; up to twelve entries, those of one key come out reversed."""
    if not entries:
        return []
    element_kind(entries)
    texts = [(go_text(entry.get(merge_key)), entry) for entry in map(as_map, entries)]
    return [entry for _, entry in go_sort(texts, lambda left, right: left[0] <= right[0])]


def _key(entry: object, merge_key: str, kind: str) -> tuple[str, object]:
    if kind != _MAP:
        return identity(entry)
    return identity(entry.get(merge_key) if isinstance(entry, dict) else None)


def _ranks(order: List, merge_key: str, kind: str) -> dict[tuple[str, object], int]:
    ranks: dict[tuple[str, object], int] = {}
    for index, entry in enumerate(order):
        ranks.setdefault(_key(entry, merge_key, kind), index)
    return ranks
