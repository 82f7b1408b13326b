"""Sprig's functions on maps. `set`, `unset` and the merging ones change their first argument, for all who hold it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.helm.budget import Budget
from podhosts.helm.builtins.strings import STRING_LIST
from podhosts.helm.builtins.table import ANY, ANYS, MAP, MAPS, STRING, STRINGS, Family
from podhosts.helm.builtins.values import is_empty, string_of
from podhosts.helm.loading.merging import copied, take
from podhosts.helm.model import (
    ANY_MAP,
    FALSE,
    MOST_DEEP,
    TRUE,
    Bool,
    FunctionError,
    GoList,
    GoMap,
    GoObject,
    Nil,
    TooLarge,
    Unsupported,
    type_of,
)
from podhosts.helm.traced import EMPTY, Traced

if TYPE_CHECKING:
    from podhosts.helm.model import Evaluation, GoValue

FAMILY = Family()
_NIL_MAP = "assignment to entry in nil map"


def _entries(value: GoValue) -> dict[str, GoValue]:
    """The entries of a map; none for nil."""
    return value.entries if isinstance(value, GoMap) else {}


@FAMILY.add("dict", ANYS)
def _dict(*values: GoValue) -> GoMap:
    made = GoMap()
    for at in range(0, len(values), 2):
        made.put(string_of(values[at]), values[at + 1] if at + 1 < len(values) else EMPTY)
    return made


@FAMILY.add("get", MAP, STRING)
def _get(values: GoValue, key: Traced) -> GoValue:
    return _entries(values).get(key.text, EMPTY)


@FAMILY.add("set", MAP, STRING, ANY)
def _set(values: GoValue, key: Traced, value: GoValue) -> GoValue:
    if not isinstance(values, GoMap):
        raise FunctionError(_NIL_MAP)
    values.put(key, value)
    return as_plain(values)


@FAMILY.add("unset", MAP, STRING)
def _unset(values: GoValue, key: Traced) -> GoValue:
    if isinstance(values, GoMap):
        values.entries.pop(key.text, None)
        values.keys.pop(key.text, None)
        return as_plain(values)
    return values


def as_plain(values: GoMap) -> GoMap:
    """The same map as `map[string]interface {}`, the type that the functions on maps have."""
    return values if values.kind == ANY_MAP else GoMap(values.entries, values.keys, ANY_MAP, values.origin)


@FAMILY.add("hasKey", MAP, STRING)
def _has_key(values: GoValue, key: Traced) -> Bool:
    return TRUE if key.text in _entries(values) else FALSE


@FAMILY.add("pluck", STRING, MAPS)
def _pluck(key: Traced, *maps: GoValue) -> GoList:
    return GoList([_entries(values)[key.text] for values in maps if key.text in _entries(values)])


@FAMILY.add("keys", MAPS)
def _keys(*maps: GoValue) -> GoList:
    found: list[GoValue] = [values.key(name) for values in maps if isinstance(values, GoMap) for name in values.entries]
    return GoList(found, STRING_LIST)


@FAMILY.add("values", MAP)
def _values(values: GoValue) -> GoList:
    return GoList(list(_entries(values).values()))


@FAMILY.add("pick", MAP, STRINGS)
def _pick(values: GoValue, *keys: Traced) -> GoMap:
    made = GoMap()
    for key in keys:
        if isinstance(values, GoMap) and key.text in values.entries:
            take(made, values, key.text)
    return made


@FAMILY.add("omit", MAP, STRINGS)
def _omit(values: GoValue, *keys: Traced) -> GoMap:
    unwanted = {key.text for key in keys}
    made = GoMap()
    for name in _entries(values):
        if isinstance(values, GoMap) and name not in unwanted:
            take(made, values, name)
    return made


@FAMILY.add("dig", ANYS)
def _dig(*arguments: GoValue) -> GoValue:
    if len(arguments) < 3:
        raise FunctionError("dig needs at least three arguments")
    *keys, otherwise, value = arguments
    _plain_entries(value)
    for key in keys:
        if not isinstance(key, Traced):
            raise FunctionError(f"interface conversion: interface {{}} is {_go_type(key)}, not string")
    for key in keys:
        assert isinstance(key, Traced)  # checked above
        entries = _plain_entries(value)
        if key.text not in entries:
            return otherwise
        value = entries[key.text]
    return value


def _plain_entries(value: GoValue) -> dict[str, GoValue]:
    if not isinstance(value, GoMap) or value.kind != ANY_MAP:
        raise FunctionError(f"interface conversion: interface {{}} is {_go_type(value)}, not {ANY_MAP}")
    return value.entries


def _go_type(value: GoValue) -> str:
    return "nil" if isinstance(value, Nil) else type_of(value)


# --- merging ---


@FAMILY.add_asking("merge mustMerge", MAP, MAPS)
def _merge(evaluation: Evaluation, into: GoValue, *others: GoValue) -> GoValue:
    return _merged(evaluation, into, others, overwrites=False)


@FAMILY.add_asking("mergeOverwrite mustMergeOverwrite", MAP, MAPS)
def _merge_overwrite(evaluation: Evaluation, into: GoValue, *others: GoValue) -> GoValue:
    return _merged(evaluation, into, others, overwrites=True)


def _merged(evaluation: Evaluation, into: GoValue, others: tuple[GoValue, ...], *, overwrites: bool) -> GoValue:
    if not isinstance(into, GoMap):
        if any(isinstance(other, GoMap) for other in others):
            raise Unsupported("merging into a map that is nil")
        return into
    for other in others:
        if isinstance(other, GoMap):
            _Merge(evaluation, overwrites=overwrites).maps(into, other, 0)
    return as_plain(into)


class _Merge:
    """Merges one map into another as dario.cat/mergo 1.0.1 does.

    A key's value is replaced where it is empty, or always with `overwrites`; maps in both are merged.
    """

    def __init__(self, evaluation: Evaluation, *, overwrites: bool) -> None:
        self._evaluation = evaluation
        self._overwrites = overwrites

    def maps(self, into: GoMap, source: GoMap, depth: int) -> None:
        """Merge `source` into `into`."""
        if into.entries is source.entries:
            return
        if depth > MOST_DEEP:
            raise TooLarge("maps that are too deep to merge")
        for name, value in list(source.entries.items()):
            self._evaluation.step()
            mine = into.entries.get(name)
            if isinstance(value, Nil):
                # Only `overwrites` takes a nil, also for a key that is not there.
                if self._overwrites:
                    take(into, source, name)
            elif isinstance(mine, GoMap) and isinstance(value, GoMap):
                if _element(mine) != _element(value):
                    raise Unsupported("merging maps of different types")
                self.maps(mine, value, depth + 1)
                if not mine.entries:
                    take(into, source, name)
            elif mine is None or self._replaces(mine, value):
                if _element(into) != ANY_MAP:
                    raise Unsupported("merging into a map of a type of its own")
                take(into, source, name)

    def _replaces(self, mine: GoValue, value: GoValue) -> bool:
        if isinstance(mine, GoObject) or isinstance(value, GoObject):
            raise Unsupported("merging structs")
        return is_empty(mine) or self._overwrites


def _element(values: GoMap) -> str:
    """The type of a map, all those that hold anything being one."""
    return ANY_MAP if values.kind.endswith(".Values") else values.kind


@FAMILY.add_asking("deepCopy mustDeepCopy", ANY)
def _deep_copy(evaluation: Evaluation, value: GoValue) -> GoValue:
    evaluation.step()
    if isinstance(value, Nil):
        raise Unsupported("a copy of nil")
    return copied(value, Budget())
