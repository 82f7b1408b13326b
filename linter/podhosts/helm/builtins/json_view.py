"""Values as JSON knows them: what `encoding/json` makes of structs, bytes and slices that were never made."""

from __future__ import annotations

import base64
import math
from typing import TYPE_CHECKING

from podhosts.helm.budget import Budget
from podhosts.helm.model import (
    NIL,
    FunctionError,
    GoList,
    GoMap,
    GoObject,
    GoUnknown,
    Number,
    Unsupported,
    derived,
    is_true,
)
from podhosts.helm.objects import STRUCTS, GoBytes, NilList, NilMap, go_bytes
from podhosts.helm.traced import Traced

if TYPE_CHECKING:
    from podhosts.helm.model import GoValue

#: Objects that are written as what they print.
_TEXTS = frozenset(("*semver.Version",))


class StructView(GoMap):
    """What a struct is in JSON: a map whose keys keep their order."""


def json_view(value: GoValue) -> GoValue:
    """The value made of maps, lists, strings, numbers, booleans and nil alone.

    Raises FunctionError where Go refuses to marshal it, with Go's words.
    """
    return _view(value, Budget(), 0)


def _view(value: GoValue, budget: Budget, depth: int) -> GoValue:
    if isinstance(value, Traced):
        return value
    if isinstance(value, Number):
        return _number(value)
    budget.take(depth)
    if isinstance(value, (NilMap, NilList)):
        return NIL
    if isinstance(value, GoBytes):
        return derived(base64.b64encode(go_bytes(value.content.text)).decode("ascii"), value.content)
    if isinstance(value, GoList):
        return GoList([_view(item, budget, depth + 1) for item in value.items], origin=value.origin)
    if isinstance(value, GoMap):
        entries = {name: _view(item, budget, depth + 1) for name, item in value.entries.items()}
        return GoMap(entries, value.keys, origin=value.origin)
    if isinstance(value, GoUnknown):
        raise Unsupported(f"the text of {value.identity}")
    return _struct(value, budget, depth) if isinstance(value, GoObject) else value


def _number(value: Number) -> Number:
    if isinstance(value.value, complex):
        raise FunctionError(f"json: unsupported type: {value.kind}")
    if isinstance(value.value, float) and not math.isfinite(value.value):
        name = "NaN" if math.isnan(value.value) else "+Inf" if value.value > 0 else "-Inf"
        raise FunctionError(f"json: unsupported value: {name}")
    return value


def _struct(value: GoObject, budget: Budget, depth: int) -> GoValue:
    if value.kind in _TEXTS and value.printed is not None:
        return value.printed
    fields = STRUCTS.get(value.kind.removeprefix("*"))
    if fields is None:
        raise Unsupported(f"the JSON of a {value.kind}")
    made: dict[str, GoValue] = {}
    for one in fields:
        item = value.fields.get(one.name)
        if item is None:
            raise Unsupported(f"the JSON of a {value.kind}, whose {one.name} is not known")
        if not one.omits_empty or is_true(item):
            made[one.json] = _view(item, budget, depth + 1)
    return StructView(made)
