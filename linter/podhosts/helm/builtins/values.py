"""What many functions ask of a value: its string, whether it is empty, its kind, whether two are equal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.helm.model import (
    Bool,
    GoList,
    GoMap,
    GoObject,
    GoUnknown,
    Nil,
    Number,
    Unsupported,
    derived_origin,
    type_of,
)
from podhosts.helm.objects import GoBytes
from podhosts.helm.printing import shown
from podhosts.helm.traced import Traced

if TYPE_CHECKING:
    from podhosts.helm.budget import Budget
    from podhosts.helm.model import GoValue

#: What Go takes for white space.
SPACES = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
_KINDS = {"time.Duration": "int64"}


def string_of(value: GoValue) -> Traced:
    """Sprig's string of a value: strings and bytes as they are, all else as `%v` prints it."""
    if isinstance(value, Traced):
        return value
    if isinstance(value, GoBytes):
        return value.content
    if isinstance(value, GoObject) and not value.kind.startswith("*"):
        raise Unsupported(f"the string of a {value.kind}")
    return shown(value)


def is_empty(value: GoValue) -> bool:
    """Whether a value is nothing to `default` and `empty`: nil, false, zero, or without anything in it."""
    if isinstance(value, Traced):
        return not value.text
    if isinstance(value, (Bool, Number)):
        return not value.value
    if isinstance(value, GoBytes):
        return not value.content.text
    if isinstance(value, GoList):
        return not value.items
    if isinstance(value, GoMap):
        return not value.entries
    if isinstance(value, GoUnknown):
        raise Unsupported(f"whether {value.identity} is empty")
    return isinstance(value, Nil)


def kind_of(value: GoValue) -> str:
    """Go's kind of a value (`reflect.Kind`): string, slice, map, ptr, struct, invalid for nil, ..."""
    if isinstance(value, Nil):
        return "invalid"
    if isinstance(value, GoList):
        return "slice"
    if isinstance(value, GoMap):
        return "map"
    name = type_of(value)
    if isinstance(value, GoObject):
        return "ptr" if name.startswith("*") else "struct"
    return _KINDS.get(name, name)


def are_equal(one: GoValue, other: GoValue, budget: Budget, depth: int = 0) -> bool:
    """Whether two values are equal in their types and in all that is in them (`reflect.DeepEqual`).

    Raises TooLarge.
    """
    budget.take(depth)
    if type_of(one) != type_of(other):
        return False
    if isinstance(one, GoBytes) and isinstance(other, GoBytes):
        return one.content.text == other.content.text
    if isinstance(one, GoList) and isinstance(other, GoList):
        return len(one.items) == len(other.items) and all(
            are_equal(mine, yours, budget, depth + 1) for mine, yours in zip(one.items, other.items, strict=True)
        )
    if isinstance(one, GoMap) and isinstance(other, GoMap):
        return one.entries.keys() == other.entries.keys() and all(
            are_equal(item, other.entries[name], budget, depth + 1) for name, item in one.entries.items()
        )
    if isinstance(one, Traced) and isinstance(other, Traced):
        return one.text == other.text
    if isinstance(one, (Bool, Number)) and isinstance(other, (Bool, Number)):
        return one.value == other.value
    if isinstance(one, GoObject) or isinstance(other, GoObject):
        if one is other:
            return True
        raise Unsupported(f"whether two {type_of(one)} are equal")
    return True


def boolean(value: bool, *inputs: Traced) -> Bool:
    """A boolean that a function found by looking at texts."""
    return Bool(value, derived_origin(inputs))
