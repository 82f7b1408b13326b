"""Sprig's functions on lists. None changes the list that it gets."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from podhosts.helm.budget import Budget
from podhosts.helm.builtins.numbers import to_int64
from podhosts.helm.builtins.strings import whole
from podhosts.helm.builtins.table import ANY, ANYS, INT, Family
from podhosts.helm.builtins.values import are_equal, is_empty, kind_of
from podhosts.helm.model import FALSE, NIL, TRUE, Bool, FunctionError, GoList, GoUnknown, Nil, Unsupported
from podhosts.helm.objects import NilList

if TYPE_CHECKING:
    from podhosts.helm.model import Evaluation, GoValue

FAMILY = Family()
_MOST_COMPARISONS = 2_000_000
_NIL_POINTER = "runtime error: invalid memory address or nil pointer dereference"


def items_of(value: GoValue, complaint: str) -> list[GoValue]:
    """The items of a list. Raises FunctionError with the complaint, which has `{}` for the kind, for all else."""
    if isinstance(value, GoList):
        return value.items
    if isinstance(value, Nil):
        raise FunctionError(_NIL_POINTER)
    if isinstance(value, GoUnknown):
        raise Unsupported(f"the items of {value.identity}")
    raise FunctionError(complaint.replace("{}", kind_of(value)))


@FAMILY.add("list tuple", ANYS)
def _list(*values: GoValue) -> GoList:
    return GoList(list(values))


@FAMILY.add_asking("append push mustAppend mustPush", ANY, ANY)
def _append(evaluation: Evaluation, value: GoValue, item: GoValue) -> GoList:
    items = items_of(value, "Cannot push on type {}")
    evaluation.step(1 + len(items) // 10)
    return GoList([*items, item])


@FAMILY.add_asking("prepend mustPrepend", ANY, ANY)
def _prepend(evaluation: Evaluation, value: GoValue, item: GoValue) -> GoList:
    items = items_of(value, "Cannot prepend on type {}")
    evaluation.step(1 + len(items) // 10)
    return GoList([item, *items])


@FAMILY.add("first mustFirst", ANY)
def _first(value: GoValue) -> GoValue:
    items = items_of(value, "Cannot find first on type {}")
    return items[0] if items else NIL


@FAMILY.add("last mustLast", ANY)
def _last(value: GoValue) -> GoValue:
    items = items_of(value, "Cannot find last on type {}")
    return items[-1] if items else NIL


@FAMILY.add("rest mustRest", ANY)
def _rest(value: GoValue) -> GoList:
    items = items_of(value, "Cannot find rest on type {}")
    return GoList(items[1:]) if items else NilList([])


@FAMILY.add("initial mustInitial", ANY)
def _initial(value: GoValue) -> GoList:
    items = items_of(value, "Cannot find initial on type {}")
    return GoList(items[:-1]) if items else NilList([])


@FAMILY.add("reverse mustReverse", ANY)
def _reverse(value: GoValue) -> GoList:
    return GoList(items_of(value, "Cannot find reverse on type {}")[::-1])


@FAMILY.add("compact mustCompact", ANY)
def _compact(value: GoValue) -> GoList:
    return GoList([item for item in items_of(value, "Cannot compact on type {}") if not is_empty(item)])


@FAMILY.add_asking("uniq mustUniq", ANY)
def _uniq(evaluation: Evaluation, value: GoValue) -> GoList:
    found: list[GoValue] = []
    budget = Budget(_MOST_COMPARISONS)
    for item in items_of(value, "Cannot find uniq on type {}"):
        evaluation.step(1 + len(found))
        if not any(are_equal(item, other, budget) for other in found):
            found.append(item)
    return GoList(found)


@FAMILY.add_asking("without mustWithout", ANY, ANYS)
def _without(evaluation: Evaluation, value: GoValue, *unwanted: GoValue) -> GoList:
    items = items_of(value, "Cannot find without on type {}")
    evaluation.step(1 + len(items) * len(unwanted))
    budget = Budget(_MOST_COMPARISONS)
    return GoList([item for item in items if not any(are_equal(item, other, budget) for other in unwanted)])


@FAMILY.add_asking("has mustHas", ANY, ANY)
def _has(evaluation: Evaluation, wanted: GoValue, value: GoValue) -> Bool:
    if isinstance(value, Nil):
        return FALSE
    items = items_of(value, "Cannot find has on type {}")
    evaluation.step(1 + len(items))
    budget = Budget(_MOST_COMPARISONS)
    return TRUE if any(are_equal(wanted, item, budget) for item in items) else FALSE


@FAMILY.add("slice mustSlice", ANY, ANYS)
def _slice(value: GoValue, *indices: GoValue) -> GoValue:
    items = items_of(value, "list should be type of slice or array but {}")
    if not items:
        return NIL
    start = to_int64(indices[0]) if indices else 0
    end = to_int64(indices[1]) if len(indices) > 1 else len(items)
    if not 0 <= start <= end <= len(items):
        # Go may also reach into what lies behind the slice, where its array is longer.
        if 0 <= start <= end:
            raise Unsupported("a slice that reaches behind its list")
        raise FunctionError("reflect.Value.Slice: slice index out of bounds")
    assert isinstance(value, GoList)  # it has items
    return GoList(items[start:end], value.kind)


@FAMILY.add("concat", ANYS)
def _concat(*values: GoValue) -> GoList:
    found: list[GoValue] = []
    for value in values:
        found += items_of(value, "Cannot concat type {} as list")
    return GoList(found) if found else NilList([])


@FAMILY.add("chunk mustChunk", INT, ANY)
def _chunk(size: GoValue, value: GoValue) -> GoList:
    items = items_of(value, "Cannot chunk type {}")
    length = whole(size)
    if length <= 0:
        raise Unsupported("chunks of no length")
    chunks = math.ceil(len(items) / length)
    made: list[GoValue] = [GoList(items[at * length : (at + 1) * length]) for at in range(chunks)]
    return GoList(made, "[][]interface {}")
