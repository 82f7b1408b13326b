"""How values come together: files over each other, parents over sub-charts, globals downwards.

After Helm's `pkg/chartutil/coalesce.go` (3.22) and `pkg/chart/common/util/coalesce.go` (4.3). "Coalescing" takes a null
as "remove this key", "merging" keeps it. A value keeps its key's place in the file that it came from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.helm.budget import Budget
from podhosts.helm.loading.errors import LoadError
from podhosts.helm.model import Bool, GoList, GoMap, Nil, Number
from podhosts.helm.objects import GoBytes
from podhosts.helm.traced import Traced

if TYPE_CHECKING:
    from podhosts.helm.loading.chart import LoadedChart
    from podhosts.helm.model import GoValue

_GLOBAL = "global"
#: Of values files, which hold each of them once.
_MOST_VALUES = 1_000_000


def copied(value: GoValue, budget: Budget | None = None, depth: int = 0) -> GoValue:
    """A value with lists and maps of its own; their types stay. Raises TooLarge."""
    if isinstance(value, GoMap):
        return copied_map(value, budget, depth)
    # Nothing changes the bytes of a file.
    if not isinstance(value, GoList) or isinstance(value, GoBytes):
        return value
    left = budget or Budget(_MOST_VALUES)
    left.take(depth)
    items = [copied(item, left, depth + 1) for item in value.items]
    return GoList(items, value.kind, value.origin, value.methods)


def copied_map(value: GoMap, budget: Budget | None = None, depth: int = 0) -> GoMap:
    """A map, and all in it, of its own. Raises TooLarge."""
    left = budget or Budget(_MOST_VALUES)
    left.take(depth)
    entries = {name: copied(item, left, depth + 1) for name, item in value.entries.items()}
    return GoMap(entries, dict(value.keys), value.kind, value.origin, value.methods)


def take(into: GoMap, source: GoMap, name: str, value: GoValue | None = None) -> None:
    """Put an entry of one map, or another value for it, into another map, with the place of its key."""
    into.entries[name] = source.entries[name] if value is None else value
    into.keys.pop(name, None)
    if name in source.keys:
        into.keys[name] = source.keys[name]


def drop(values: GoMap, name: str) -> None:
    """Remove an entry that may not be there."""
    values.entries.pop(name, None)
    values.keys.pop(name, None)


def over(values: GoMap, higher: GoMap) -> GoMap:
    """The values of a file over those of files before it: maps are merged, all else is replaced, nulls stay."""
    made = GoMap(dict(values.entries), dict(values.keys))
    for name, value in higher.entries.items():
        mine = made.entries.get(name)
        both = isinstance(value, GoMap) and isinstance(mine, GoMap)
        take(made, higher, name, over(mine, value) if both else None)  # type: ignore[arg-type]  # both are maps here
    return made


class Merger:
    """Merges the values of a chart and its sub-charts, as one of the versions of Helm does."""

    def __init__(self, helm_version: int) -> None:
        self._drops_default_nulls = helm_version >= 4

    def coalesced(self, chart: LoadedChart, values: GoMap) -> GoMap:
        """The chart's own values under those given, with nulls taken as "remove". Raises LoadError."""
        return self._whole(chart, copied_map(values), keeps_nulls=False)

    def merged(self, chart: LoadedChart, values: GoMap) -> GoMap:
        """The same with nulls kept, for a later step to look at. Raises LoadError."""
        return self._whole(chart, copied_map(values), keeps_nulls=True)

    def _whole(self, chart: LoadedChart, into: GoMap, *, keeps_nulls: bool) -> GoMap:
        self._chart(chart, into, keeps_nulls=keeps_nulls)
        for inner in chart.dependencies:
            name = inner.name
            mine = into.entries.get(name)
            if mine is None:
                mine = into.entries[name] = GoMap()
            if not isinstance(mine, GoMap):
                raise LoadError("values", f"type mismatch on {name}: {_as_boolean(mine)}")
            _globals(mine, into)
            into.entries[name] = self._whole(inner, mine, keeps_nulls=keeps_nulls)
        return into

    def _chart(self, chart: LoadedChart, into: GoMap, *, keeps_nulls: bool) -> None:
        """Put the chart's own values under those in `into`."""
        own = copied_map(chart.values)
        inner_names = {inner.name for inner in chart.dependencies}
        for name, value in own.entries.items():
            drops = self._drops_default_nulls and not keeps_nulls
            if name not in into.entries:
                if drops and isinstance(value, Nil):
                    continue
                if drops and isinstance(value, GoMap):
                    _drop_nulls(value)
                take(into, own, name)
                continue
            mine = into.entries[name]
            if isinstance(mine, Nil) and not keeps_nulls:
                drop(into, name)
            elif isinstance(mine, GoMap) and isinstance(value, GoMap):
                keeps = keeps_nulls or name in inner_names
                if self._drops_default_nulls and not keeps:
                    _drop_nulls(value)
                under(mine, value, keeps_nulls=keeps)


def under(into: GoMap, lower: GoMap, *, keeps_nulls: bool) -> GoMap:
    """Put a map under another: what `into` has stays, maps are merged. Changes both. Gives `into`."""
    known = {name for name, value in lower.entries.items() if not isinstance(value, Nil)}
    for name, value in into.entries.items():
        if isinstance(value, Nil):
            lower.entries[name] = value
    for name, value in lower.entries.items():
        mine = into.entries.get(name)
        if mine is None:
            take(into, lower, name)
        elif not keeps_nulls and isinstance(mine, Nil) and name in known:
            drop(into, name)
        elif isinstance(mine, GoMap) and isinstance(value, GoMap):
            under(mine, value, keeps_nulls=keeps_nulls)
    return into


def _drop_nulls(values: GoMap) -> None:
    for name, value in list(values.entries.items()):
        if isinstance(value, Nil):
            drop(values, name)
        elif isinstance(value, GoMap):
            _drop_nulls(value)


def _globals(into: GoMap, source: GoMap) -> None:
    """Give a sub-chart's values the globals of those around it, which win."""
    mine = into.entries.get(_GLOBAL)
    if mine is None:
        mine = GoMap()
    theirs = source.entries.get(_GLOBAL)
    if theirs is None:
        theirs = GoMap()
    if not isinstance(mine, GoMap) or not isinstance(theirs, GoMap):
        return
    for name, value in theirs.entries.items():
        present = mine.entries.get(name)
        if isinstance(value, GoMap):
            # As in Helm only the outermost map is a copy.
            copy = GoMap(dict(value.entries), dict(value.keys), value.kind, value.origin)
            if present is None:
                take(mine, theirs, name, copy)
            elif isinstance(present, GoMap):
                take(mine, theirs, name, under(copy, present, keeps_nulls=True))
        elif not isinstance(present, GoMap):
            take(mine, theirs, name)
    into.entries[_GLOBAL] = mine
    if _GLOBAL not in into.keys and _GLOBAL in source.keys:
        into.keys[_GLOBAL] = source.keys[_GLOBAL]


def _as_boolean(value: GoValue) -> str:
    """What Go's `%t` prints of a value, the mistake included that it makes for anything but a boolean."""
    from podhosts.helm.printing import sprintf

    if isinstance(value, Bool):
        return "true" if value.value else "false"
    if isinstance(value, (Number, Traced, GoList, Nil)):
        return sprintf(Traced.own("%t"), [value]).text
    raise AssertionError(f"no value of a values file: {value!r}")
