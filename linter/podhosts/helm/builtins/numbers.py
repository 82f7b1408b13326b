"""Sprig's arithmetic. Whole numbers are int64 that wrap around, floats are added up in decimal.

What a value is worth as a number is what github.com/spf13/cast 1.7 says; texts that are no numbers are 0.
"""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING

from podhosts.helm.builtins.strings import whole
from podhosts.helm.builtins.table import ANY, ANYS, INT, STRING, Family
from podhosts.helm.model import Bool, FunctionError, GoList, GoUnknown, Number, TooLarge, Unsupported, derived_origin
from podhosts.helm.printing import shown
from podhosts.helm.traced import Traced
from podhosts.patterns import regex

if TYPE_CHECKING:
    from collections.abc import Callable

    from podhosts.helm.model import Evaluation, GoValue

FAMILY = Family()
_INT64 = range(-(2**63), 2**63)
_MOST_ITEMS = 1_000_000
_EXACT = Context(prec=2000)
_DIVISION_DIGITS = Decimal(1).scaleb(-16)
_INTEGER = regex(r"[+-]?(?:0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0(?:_?[0-7])*|[1-9](?:_?[0-9])*)")
_DECIMAL = regex(r"[+-]?[0-9]+")
_FLOAT = regex(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?(?:inf|infinity)|nan", re.IGNORECASE)
_HEX_FLOAT = regex(r"[+-]?0[xX]", re.IGNORECASE)


def wrapped(number: int) -> int:
    """An integer as one of 64 bits."""
    return (number + 2**63) % 2**64 - 2**63


def to_int64(value: GoValue) -> int:
    """What a value is as an int64; 0 for what is no number."""
    if isinstance(value, Bool):
        return int(value.value)
    if isinstance(value, Traced):
        return _parsed_int(_without_zero_decimals(value.text))
    if isinstance(value, GoUnknown):
        raise Unsupported(f"the number {value.identity}")
    if not isinstance(value, Number) or isinstance(value.value, complex) or value.kind.startswith("time."):
        return 0
    if isinstance(value.value, int):
        return wrapped(value.value)
    # What does not fit is the lowest number on the machines that Helm mostly runs on.
    return int(value.value) if math.isfinite(value.value) and int(value.value) in _INT64 else -(2**63)


def _without_zero_decimals(text: str) -> str:
    stripped = text.rstrip("0")
    return stripped[:-1] if stripped != text and stripped.endswith(".") else text


def _parsed_int(text: str) -> int:
    if not _INTEGER.fullmatch(text) or len(text) > 100:
        return 0
    digits = text.replace("_", "").lstrip("+-")
    base = {"x": 16, "b": 2, "o": 8}.get(digits[1:2].lower(), 8 if digits[0] == "0" else 10)
    number = int(digits, base if base != 8 or digits[1:2].lower() == "o" else 8)
    number = -number if text[0] == "-" else number
    return number if number in _INT64 else 0


def to_float64(value: GoValue) -> float:
    """What a value is as a float64; 0 for what is no number."""
    if isinstance(value, Bool):
        return float(value.value)
    if isinstance(value, Traced):
        if _HEX_FLOAT.match(value.text):
            raise Unsupported("a hexadecimal float")
        return _float(value.text) if _FLOAT.fullmatch(value.text) else 0.0
    if isinstance(value, GoUnknown):
        raise Unsupported(f"the number {value.identity}")
    if not isinstance(value, Number) or isinstance(value.value, complex) or value.kind.startswith("time."):
        return 0.0
    return float(value.value)


def _float(text: str) -> float:
    number = float(text)
    # Go refuses what is out of range, and takes the word for it.
    return 0.0 if math.isinf(number) and "inf" not in text.lower() else number


def int64(number: int, *inputs: GoValue) -> Number:
    """An int64 that was made of these values."""
    return Number("int64", wrapped(number), derived_origin(inputs))


def float64(number: float, *inputs: GoValue) -> Number:
    """A float64 that was made of these values."""
    return Number("float64", number, derived_origin(inputs))


# --- conversions ---


@FAMILY.add("int", ANY)
def _int(value: GoValue) -> Number:
    return Number("int", to_int64(value), derived_origin([value]))


@FAMILY.add("int64", ANY)
def _int64(value: GoValue) -> Number:
    return int64(to_int64(value), value)


@FAMILY.add("float64", ANY)
def _float64(value: GoValue) -> Number:
    return float64(to_float64(value), value)


@FAMILY.add("atoi", STRING)
def _atoi(text: Traced) -> Number:
    number = int(text.text) if _DECIMAL.fullmatch(text.text) and len(text) < 100 else 0
    return Number("int", number if number in _INT64 else 0, derived_origin([text]))


@FAMILY.add("toDecimal", ANY)
def _to_decimal(value: GoValue) -> Number:
    text = shown(value).text
    is_octal = re.fullmatch(r"[+-]?[0-7]{1,100}", text) is not None
    number = int(text, 8) if is_octal else 0
    return int64(number if number in _INT64 else 0, value)


# --- whole numbers ---


@FAMILY.add("add1", ANY)
def _add1(value: GoValue) -> Number:
    return int64(to_int64(value) + 1, value)


@FAMILY.add("add", ANYS)
def _add(*values: GoValue) -> Number:
    return int64(sum(map(to_int64, values)), *values)


@FAMILY.add("sub", ANY, ANY)
def _sub(one: GoValue, other: GoValue) -> Number:
    return int64(to_int64(one) - to_int64(other), one, other)


@FAMILY.add("div", ANY, ANY)
def _div(one: GoValue, other: GoValue) -> Number:
    return int64(_divided(to_int64(one), to_int64(other))[0], one, other)


@FAMILY.add("mod", ANY, ANY)
def _mod(one: GoValue, other: GoValue) -> Number:
    return int64(_divided(to_int64(one), to_int64(other))[1], one, other)


def _divided(one: int, other: int) -> tuple[int, int]:
    """The quotient towards zero and what is left."""
    if other == 0:
        raise FunctionError("runtime error: integer divide by zero")
    quotient = abs(one) // abs(other)
    if (one < 0) != (other < 0):
        quotient = -quotient
    return quotient, one - quotient * other


@FAMILY.add("mul", ANY, ANYS)
def _mul(first: GoValue, *others: GoValue) -> Number:
    product = to_int64(first)
    for other in others:
        product = wrapped(product * to_int64(other))
    return int64(product, first, *others)


@FAMILY.add("max biggest", ANY, ANYS)
def _max(first: GoValue, *others: GoValue) -> Number:
    return int64(max(map(to_int64, (first, *others))), first, *others)


@FAMILY.add("min", ANY, ANYS)
def _min(first: GoValue, *others: GoValue) -> Number:
    return int64(min(map(to_int64, (first, *others))), first, *others)


# --- floats ---


def _in_decimal(first: GoValue, others: tuple[GoValue, ...], operation: Callable[[Decimal, Decimal], Decimal]) -> float:
    result = _decimal(to_float64(first))
    for other in others:
        result = operation(result, _decimal(to_float64(other)))
    # A decimal has no zero below zero.
    return float(result) if result else 0.0


def _decimal(number: float) -> Decimal:
    if not math.isfinite(number):
        name = "NaN" if math.isnan(number) else "+Inf" if number > 0 else "-Inf"
        raise FunctionError(f"Cannot create a Decimal from {name}")
    return Decimal(repr(number))


def _quotient(one: Decimal, other: Decimal) -> Decimal:
    if other == 0:
        raise FunctionError("decimal division by 0")
    return _EXACT.divide(one, other).quantize(_DIVISION_DIGITS, ROUND_HALF_UP, _EXACT)


@FAMILY.add("add1f", ANY)
def _add1f(value: GoValue) -> Number:
    return float64(_in_decimal(value, (Number("int", 1),), _EXACT.add), value)


@FAMILY.add("addf", ANYS)
def _addf(*values: GoValue) -> Number:
    return float64(_in_decimal(Number("float64", 0.0), values, _EXACT.add), *values)


@FAMILY.add("subf", ANY, ANYS)
def _subf(first: GoValue, *others: GoValue) -> Number:
    return float64(_in_decimal(first, others, _EXACT.subtract), first, *others)


@FAMILY.add("mulf", ANY, ANYS)
def _mulf(first: GoValue, *others: GoValue) -> Number:
    return float64(_in_decimal(first, others, _EXACT.multiply), first, *others)


@FAMILY.add("divf", ANY, ANYS)
def _divf(first: GoValue, *others: GoValue) -> Number:
    return float64(_in_decimal(first, others, _quotient), first, *others)


@FAMILY.add("maxf", ANY, ANYS)
def _maxf(first: GoValue, *others: GoValue) -> Number:
    return float64(_extreme(max, first, others), first, *others)


@FAMILY.add("minf", ANY, ANYS)
def _minf(first: GoValue, *others: GoValue) -> Number:
    return float64(_extreme(min, first, others), first, *others)


def _extreme(choose: Callable[[float, float], float], first: GoValue, others: tuple[GoValue, ...]) -> float:
    result = to_float64(first)
    for other in others:
        number = to_float64(other)
        result = math.nan if math.isnan(result) or math.isnan(number) else choose(result, number)
    return result


@FAMILY.add("floor", ANY)
def _floor(value: GoValue) -> Number:
    number = to_float64(value)
    return float64(float(math.floor(number)) if math.isfinite(number) else number, value)


@FAMILY.add("ceil", ANY)
def _ceil(value: GoValue) -> Number:
    number = to_float64(value)
    if not math.isfinite(number):
        return float64(number, value)
    return float64(math.copysign(float(math.ceil(number)), number), value)


@FAMILY.add("round", ANY, INT, "...float64")
def _round(value: GoValue, places: GoValue, *limits: GoValue) -> Number:
    limit = limits[0] if limits else Number("float64", 0.5)
    number = to_float64(value)
    try:
        power = 10.0 ** whole(places)
    except OverflowError:
        power = math.inf
    digits = power * number
    if not math.isfinite(digits) or power == 0:
        raise Unsupported("a number rounded out of range")
    fraction = math.fmod(digits, 1.0)
    threshold = to_float64(limit)
    rounded = math.ceil(digits) if fraction >= threshold else math.floor(digits)
    return float64(rounded / power, value)


# --- rows of numbers ---


def numbers_from(evaluation: Evaluation, start: int, stop: int, step: int) -> list[int]:
    """The whole numbers from `start` up to `stop`, without it. Raises TooLarge for too many."""
    if (stop < start and step >= 0) or (stop >= start and step <= 0):
        return []
    row = range(start, stop, step)
    evaluation.step(min(len(row), _MOST_ITEMS + 1))
    if len(row) > _MOST_ITEMS:
        raise TooLarge(f"a row of {len(row)} numbers")
    return list(row)


def _ints(numbers: list[int]) -> GoList:
    return GoList([Number("int", number) for number in numbers], "[]int")


@FAMILY.add_asking("until", INT)
def _until(evaluation: Evaluation, count: GoValue) -> GoList:
    end = whole(count)
    return _ints(numbers_from(evaluation, 0, end, -1 if end < 0 else 1))


@FAMILY.add_asking("untilStep", INT, INT, INT)
def _until_step(evaluation: Evaluation, start: GoValue, stop: GoValue, step: GoValue) -> GoList:
    return _ints(numbers_from(evaluation, whole(start), whole(stop), whole(step)))


@FAMILY.add_asking("seq", "...int")
def _seq(evaluation: Evaluation, *parameters: GoValue) -> Traced:
    numbers = [whole(one) for one in parameters]
    if len(numbers) not in (1, 2, 3):
        return Traced.own("")
    start = 1 if len(numbers) == 1 else numbers[0]
    end = numbers[-1]
    direction = -1 if end < start else 1
    step = numbers[1] if len(numbers) == 3 else direction
    if len(numbers) == 3 and direction < 0 and step > 0:
        return Traced.own("")
    return Traced.own(" ".join(map(str, numbers_from(evaluation, start, end + direction, step))))
