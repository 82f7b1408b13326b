"""Floats as Go writes them: with the shortest digits that give the number back (`strconv.FormatFloat` with -1)."""

from __future__ import annotations

import math
import struct

#: `%v` and `%g` write an exponent from here on, and below -4.
_LARGE = 6
#: JSON does so from here on, and below -6.
_LARGE_JSON = 21


def float_text(value: float) -> str:
    """A float as `%v`, `%g` and YAML have it: 1.5, 1e+06, 1e-05, +Inf."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
    sign, digits, exponent = _parts(value)
    if -4 <= exponent < _LARGE:
        return sign + _plain(digits, exponent)
    return sign + _scientific(digits, exponent)


def single_text(value: float) -> str:
    """`float_text` of a float that went through 32 bits."""
    try:
        single: float = struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        return "+Inf" if value > 0 else "-Inf"
    for precision in range(1, 18):
        shortest = float(f"{single:.{precision}g}")
        if struct.unpack("f", struct.pack("f", shortest))[0] == single:
            return float_text(shortest)
    return float_text(single)


def json_float(value: float) -> str:
    """A finite float as `encoding/json` writes it: 1000000, 0.00001, 1e+21, 1e-7."""
    sign, digits, exponent = _parts(value)
    if value == 0 or -6 <= exponent < _LARGE_JSON:
        return sign + _plain(digits, exponent)
    return sign + _scientific(digits, exponent).replace("e-0", "e-")


def plain_float(value: float) -> str:
    """A finite float without an exponent, however large (`%f` with the shortest digits)."""
    sign, digits, exponent = _parts(value)
    return sign + _plain(digits, exponent)


def _parts(value: float) -> tuple[str, str, int]:
    """The sign, the shortest digits, and the exponent of the first of them."""
    sign = "-" if math.copysign(1, value) < 0 else ""
    if value == 0:
        return sign, "0", 0
    # repr has the shortest digits, too.
    mantissa, _, written = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    exponent = int(written or 0) + len(whole) - 1
    digits = (whole + fraction).lstrip("0")
    exponent -= len(whole + fraction) - len(digits)
    return sign, digits.rstrip("0"), exponent


def _scientific(digits: str, exponent: int) -> str:
    mantissa = digits[0] + (f".{digits[1:]}" if len(digits) > 1 else "")
    return f"{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent):02}"


def _plain(digits: str, exponent: int) -> str:
    if exponent < 0:
        return "0." + "0" * (-exponent - 1) + digits
    if len(digits) <= exponent + 1:
        return digits + "0" * (exponent + 1 - len(digits))
    return f"{digits[: exponent + 1]}.{digits[exponent + 1 :]}"
