"""Sprig's functions that choose between values, and those that say what a value is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.helm.budget import Budget
from podhosts.helm.builtins.table import ANY, ANYS, STRING, Family
from podhosts.helm.builtins.values import are_equal, is_empty, kind_of
from podhosts.helm.model import FALSE, NIL, TRUE, Bool, type_of
from podhosts.helm.traced import Traced

if TYPE_CHECKING:
    from podhosts.helm.model import GoValue

FAMILY = Family()


def _bool(value: bool) -> Bool:
    return TRUE if value else FALSE


@FAMILY.add("default", ANY, ANYS)
def _default(otherwise: GoValue, *given: GoValue) -> GoValue:
    return otherwise if not given or is_empty(given[0]) else given[0]


@FAMILY.add("empty", ANY)
def _empty(value: GoValue) -> Bool:
    return _bool(is_empty(value))


@FAMILY.add("coalesce", ANYS)
def _coalesce(*values: GoValue) -> GoValue:
    return next((value for value in values if not is_empty(value)), NIL)


@FAMILY.add("all", ANYS)
def _all(*values: GoValue) -> Bool:
    return _bool(not any(map(is_empty, values)))


@FAMILY.add("any", ANYS)
def _any(*values: GoValue) -> Bool:
    return _bool(not all(map(is_empty, values)))


@FAMILY.add("ternary", ANY, ANY, "bool")
def _ternary(true: GoValue, false: GoValue, condition: Bool) -> GoValue:
    return true if condition.value else false


@FAMILY.add("typeOf", ANY)
def _type_of(value: GoValue) -> Traced:
    return Traced.own(type_of(value))


@FAMILY.add("typeIs", STRING, ANY)
def _type_is(wanted: Traced, value: GoValue) -> Bool:
    return _bool(wanted.text == type_of(value))


@FAMILY.add("typeIsLike", STRING, ANY)
def _type_is_like(wanted: Traced, value: GoValue) -> Bool:
    return _bool(type_of(value) in (wanted.text, f"*{wanted.text}"))


@FAMILY.add("kindOf", ANY)
def _kind_of(value: GoValue) -> Traced:
    return Traced.own(kind_of(value))


@FAMILY.add("kindIs", STRING, ANY)
def _kind_is(wanted: Traced, value: GoValue) -> Bool:
    return _bool(wanted.text == kind_of(value))


@FAMILY.add("deepEqual", ANY, ANY)
def _deep_equal(one: GoValue, other: GoValue) -> Bool:
    return _bool(are_equal(one, other, Budget()))
