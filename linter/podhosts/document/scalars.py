"""The value of a scalar to Kubernetes: YAML as go-yaml v2 resolves it, then JSON.

Source: `reference/kubernetes.md` 5.2; every row of `vectors/yaml/scalars.json` is a test.
"""

from __future__ import annotations

import math
from enum import Enum
from functools import lru_cache
from typing import Final, TypeAlias

from podhosts.patterns import regex

Value: TypeAlias = str | int | float | bool | None


class Unknown(Enum):
    """The value of a scalar that a template or placeholder decides: no string, no number, not null."""

    VALUE = "unknown"

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown.VALUE

#: Plain texts that are no strings.
WORDS: dict[str, Value] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
_TAG_PREFIX = "tag:yaml.org,2002:"
_INTEGER = regex(
    r"[-+]?(?:0[bB](?P<binary>[01]+)|0[xX](?P<hex>[0-9a-fA-F]+)|0[oO]?(?P<octal>[0-7]+)|(?P<decimal>[0-9]+))"
)
_FLOAT = regex(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_POINT_FIRST = regex(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?")
_BASES = {"binary": 2, "octal": 8, "decimal": 10, "hex": 16}
_INT64 = range(-(2**63), 2**63)


class ScalarError(ValueError):
    """A scalar for which kubectl refuses the whole document."""


@lru_cache(maxsize=4096)
def resolve(text: str, style: str, tag: str | None) -> Value:
    """The JSON value of a scalar: `text` as read, `style` '' for plain, `tag` expanded or None.

    Raises ScalarError where go-yaml or the conversion to JSON refuses it.
    """
    value = _resolve(text, style, tag)
    if isinstance(value, float) and not math.isfinite(value):
        raise ScalarError(f"json: unsupported value: {text}")
    return value


def _resolve(text: str, style: str, tag: str | None) -> Value:
    kind = tag.removeprefix(_TAG_PREFIX) if tag and tag.startswith(_TAG_PREFIX) else None
    if tag is None:
        return text if style else _resolve_plain(text)
    if kind is None or kind == "str":
        return text
    if kind == "binary":
        return _binary(text)
    if kind not in {"int", "float", "bool", "null", "timestamp"}:
        return text
    value = _resolve_plain(text)
    matches = {
        "int": isinstance(value, int) and not isinstance(value, bool),
        "float": isinstance(value, int | float) and not isinstance(value, bool),
        "bool": isinstance(value, bool),
        "null": value is None,
        "timestamp": isinstance(value, str),
    }
    if not matches[kind]:
        raise ScalarError(f"cannot decode `{text}` as a !!{kind}")
    return float(value) if kind == "float" and isinstance(value, int) else value


def _binary(text: str) -> str:
    import base64
    import binascii

    try:
        return base64.b64decode("".join(text.split()), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        raise ScalarError("!!binary value contains invalid base64 data") from None


def _resolve_plain(text: str) -> Value:
    if text in WORDS:
        return WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    if text[0] == "." and not _POINT_FIRST.fullmatch(text):
        return text
    digits = text.replace("_", "")
    if match := _INTEGER.fullmatch(digits):
        base, found = next((name, group) for name, group in match.groupdict().items() if group)
        # Beyond some digits all numbers are too wide; Python refuses to read thousands.
        number = int(found.lstrip("0")[:100] or "0", _BASES[base]) * (-1 if digits[0] == "-" else 1)
        if number in _INT64 or 0 <= number < 2**64:
            return number
        # Too wide for 64 bits: only decimal digits go on to be read as a float.
        if base != "decimal":
            return text
    if _FLOAT.fullmatch(digits):
        number_or_infinity = float(digits)
        return number_or_infinity if math.isfinite(number_or_infinity) else text
    return text


def is_plain_string(text: str) -> bool:
    """Whether a text of letters, digits, `.`, `:` and `-` is read back as that string when it is written plain."""
    return bool(text) and text[0].isalnum() and not text.endswith(":") and _resolve_plain(text) == text


def is_merge_key(text: str, style: str, tag: str | None) -> bool:
    """Whether a key merges: only plain `<<` or `!!merge <<`."""
    return text == "<<" and (tag == _TAG_PREFIX + "merge" or (tag is None and not style))


@lru_cache(maxsize=4096)
def key_name(text: str, style: str, tag: str | None) -> str:
    """The JSON key of a scalar key. Raises ScalarError for keys that kubectl refuses (null, wide integers)."""
    value = _resolve(text, style, tag)
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        raise ScalarError("a null key")
    if isinstance(value, int):
        if value not in _INT64:
            raise ScalarError(f"an integer key that is too large: {text}")
        return str(value)
    return _float_name(value)


def _float_name(value: float) -> str:
    """A float key goes through 32 bits and is written as Go's `%g` with the shortest digits that give it back."""
    import struct

    if math.isnan(value):
        return ".nan"
    try:
        single = struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        single = math.copysign(math.inf, value)
    if math.isinf(single):
        return ".inf" if single > 0 else "-.inf"
    digits = next(
        text
        for precision in range(17)
        if struct.unpack("f", struct.pack("f", float(text := f"{single:.{precision}e}")))[0] == single
    )
    mantissa, exponent = digits.split("e")
    if -4 <= int(exponent) < 21 and int(exponent) < max(len(mantissa.replace(".", "").lstrip("-")), 6):
        return f"{float(digits):.{max(0, len(mantissa.partition('.')[2]) - int(exponent))}f}"
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{exponent}"
