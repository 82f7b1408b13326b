"""What Go's type checker says of the arguments of functions and the elements of lists and maps.

Go distinguishes a value from an interface that holds it. Here a held one is `Boxed`: an element of a
`map[string]interface {}`, say. Nil that is not boxed is Go's invalid value, the result of a pipeline that gave nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from podhosts.helm.model import ANY, ANY_MAP, NIL, Nil, type_of
from podhosts.helm.objects import BYTES, FILES, GoBytes
from podhosts.helm.traced import EMPTY, Derived

if TYPE_CHECKING:
    from podhosts.helm.model import GoList, GoMap, GoValue

#: The type of a parameter that takes any value, held or not.
REFLECT = "reflect.Value"
#: The invalid value, for functions that tell it from nil.
INVALID = Nil(Derived())
_NAMED_MAPS = frozenset(("chartutil.Values", "common.Values"))
_NAMED_LISTS = {"chartutil.VersionSet": "[]string", "common.VersionSet": "[]string"}
_NILABLE = ("interface", "map[", "[]", "*", "func(", REFLECT, "chartutil.Values", "common.Values")


class Boxed:
    """A value in an interface."""

    __slots__ = ("value",)

    def __init__(self, value: GoValue) -> None:
        self.value = value


Held: TypeAlias = "GoValue | Boxed"


class WrongArgument(Exception):  # noqa: N818  # becomes a TemplateError with its place
    """What Go says of an argument that does not fit."""


def unboxed(value: Held) -> GoValue:
    """The value itself."""
    return value.value if isinstance(value, Boxed) else value


def element(container: GoList | GoMap, value: GoValue) -> Held:
    """An element as Go's reflection gives it: boxed if the container holds interfaces."""
    kind = container.kind
    return Boxed(value) if kind.endswith(ANY) or kind in _NAMED_MAPS else value


def missing_element(container: GoMap) -> Held:
    """What a map gives for a key that it lacks: the zero of its elements' type."""
    kind = container.kind
    if kind.endswith(ANY) or kind in _NAMED_MAPS:
        return Boxed(NIL)
    if kind == FILES:
        return GoBytes(EMPTY)
    return EMPTY if kind.endswith("]string") else NIL


def held_type(value: Held) -> str:
    """Go's name of the type, `interface {}` for what is boxed."""
    return ANY if isinstance(value, Boxed) else type_of(value)


def can_be_nil(kind: str) -> bool:
    """Whether nil fits a type."""
    return kind.startswith(_NILABLE)


def is_assignable(value: GoValue, kind: str) -> bool:
    """Whether Go can pass a value, which is not nil, for a type."""
    if kind in (ANY, REFLECT):
        return True
    own = type_of(value)
    return (
        own == kind
        or (kind == ANY_MAP and own in _NAMED_MAPS)
        or _NAMED_LISTS.get(own) == kind
        or (own in (BYTES, "[]byte") and kind in (BYTES, "[]byte"))
    )


def checked(value: Held, kind: str) -> GoValue:
    """An argument for a parameter of this type; raises `WrongArgument`."""
    if isinstance(value, Boxed):
        inner = value.value
        if kind in (ANY, REFLECT) or (not isinstance(inner, Nil) and is_assignable(inner, kind)):
            return inner
        actual = ANY if isinstance(inner, Nil) else type_of(inner)
        raise WrongArgument(f"wrong type for value; expected {kind}; got {actual}")
    if isinstance(value, Nil):
        if kind == REFLECT:
            return INVALID
        if can_be_nil(kind):
            return NIL
        raise WrongArgument(f"invalid value; expected {kind}")
    if is_assignable(value, kind):
        return value
    raise WrongArgument(f"wrong type for value; expected {kind}; got {type_of(value)}")
