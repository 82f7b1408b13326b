"""Number constants of Go templates: under each kind of number that can hold them, as `text/template/parse` says it."""

from __future__ import annotations

from podhosts.helm.language.quoting import BadSyntaxError, quoted, unescaped
from podhosts.patterns import regex
from podhosts.records import NamedTuple

_LARGEST_INT = 2**63 - 1
_LARGEST_UINT = 2**64 - 1
_INTEGER = regex(
    r"([+-]?)(?:0[xX](?P<hex>[0-9a-fA-F_]+)|0[bB](?P<binary>[01_]+)|0[oO]?(?P<octal>[0-7_]+)|(?P<decimal>[0-9_]+))"
)
_PREFIX = regex(r"[+-]?0[xXbBoO]")
_FLOAT = regex(r"[+-]?(?:[0-9_]*\.?[0-9_]*)(?:[eE][+-]?[0-9][0-9_]*)?")
_HEX_FLOAT = regex(r"[+-]?0[xX][0-9a-fA-F_]*\.?[0-9a-fA-F_]*[pP][+-]?[0-9][0-9_]*")
_BASES = {"hex": 16, "binary": 2, "octal": 8, "decimal": 10}


class NumberSyntaxError(ValueError):
    """What Go says of a number that is none."""


class NumberLiteral(NamedTuple):
    """A number constant: its value under each type that can hold it, None where the type can't."""

    text: str
    integer: int | None = None
    unsigned: int | None = None
    floating: float | None = None
    complex_: complex | None = None

    @property
    def ideal(self) -> int | float | complex | None:
        """The value where no type is asked for; None for one that is too large for an int."""
        if self.complex_ is not None:
            return self.complex_
        if self.floating is not None and not self._is_whole and any(one in self.text for one in ".eEpP"):
            return self.floating
        return self.integer

    @property
    def _is_whole(self) -> bool:
        """Whether letters that look like an exponent are digits, or a character."""
        text = self.text
        is_hex = len(text) > 2 and text[0] == "0" and text[1] in "xX" and not any(one in text for one in "pP")
        return is_hex or text.startswith("'")


def constant(text: str) -> NumberLiteral:
    """Read a number, or a character in single quotes; raises `NumberSyntaxError` with Go's words."""
    if text.startswith("'"):
        return _character(text)
    if text.endswith("i"):
        return _imaginary(text)
    integer = _integer(text)
    if integer is not None:
        unsigned = integer if text[:1] not in "+-" or integer == 0 else None
        if integer > _LARGEST_INT or integer < -_LARGEST_INT - 1:
            if unsigned is not None and unsigned <= _LARGEST_UINT:
                return NumberLiteral(text, None, unsigned, float(unsigned))
        else:
            return NumberLiteral(text, integer, unsigned, float(integer))
    number = _float(text)
    if number is None:
        raise NumberSyntaxError(f"illegal number syntax: {quoted(text)}")
    if not any(one in text for one in ".eEpP"):
        raise NumberSyntaxError(f"integer overflow: {quoted(text)}")
    return _from_float(text, number)


def complex_constant(text: str) -> NumberLiteral:
    """Read a sum such as 1+2i."""
    cut = max(text.rfind("+"), text.rfind("-"))
    if text[cut - 1] in "eEpP":
        cut = max(text.rfind("+", 0, cut - 1), text.rfind("-", 0, cut - 1))
    real, imaginary = _float(text[:cut]), _float(text[cut:-1])
    if real is None or imaginary is None:
        raise NumberSyntaxError("syntax error scanning complex number")
    return _simplified(text, complex(real, imaginary))


def _from_float(text: str, number: float) -> NumberLiteral:
    whole = int(number) if number == number and abs(number) != float("inf") and number == int(number) else None
    integer = whole if whole is not None and -_LARGEST_INT - 1 <= whole <= _LARGEST_INT else None
    unsigned = whole if whole is not None and 0 <= whole <= _LARGEST_UINT else None
    return NumberLiteral(text, integer, unsigned, number)


def _simplified(text: str, number: complex) -> NumberLiteral:
    """A complex number, also under the simpler types if it has no imaginary part."""
    if number.imag:
        return NumberLiteral(text, complex_=number)
    return _from_float(text, number.real)._replace(complex_=number)


def _imaginary(text: str) -> NumberLiteral:
    number = _float(text[:-1])
    if number is None:
        raise NumberSyntaxError(f"illegal number syntax: {quoted(text)}")
    return _simplified(text, complex(0, number))


def _character(text: str) -> NumberLiteral:
    try:
        character = unescaped(text[1:-1], "'")
    except BadSyntaxError as error:
        raise NumberSyntaxError(str(error)) from None
    if len(character) != 1:
        raise NumberSyntaxError(f"malformed character constant: {text}" if character else "invalid syntax")
    number = ord(character)
    if 0xDC80 <= number <= 0xDCFF:
        number -= 0xDC00
    return NumberLiteral(text, number, number, float(number))


def _integer(text: str) -> int | None:
    """Go's `ParseInt` with base 0, for numbers of any size."""
    match = _INTEGER.fullmatch(text)
    if not match or not _underscores_are_right(text):
        return None
    kind = match.lastgroup or "decimal"
    digits = match.group(kind).replace("_", "")
    if not digits or (kind == "decimal" and len(digits) > 1 and digits[0] == "0"):
        return None
    number = int(digits, _BASES[kind])
    return -number if text[0] == "-" else number


def _float(text: str) -> float | None:
    """Go's `ParseFloat`; None for what is no number or too large."""
    if not _underscores_are_right(text):
        return None
    plain = text.replace("_", "")
    try:
        if _HEX_FLOAT.fullmatch(text):
            return float.fromhex(plain)
        number = float(plain) if _FLOAT.fullmatch(text) else None
    except (ValueError, OverflowError):
        return None
    return None if number in (float("inf"), float("-inf")) else number


def _underscores_are_right(text: str) -> bool:
    """Whether each underscore stands between digits, or between a base's prefix and a digit."""
    if "_" not in text:
        return True
    prefix = _PREFIX.match(text)
    digits = "0123456789abcdefABCDEF" if prefix and prefix.group()[-1] in "xX" else "0123456789"
    after_digit = prefix is not None
    after_underscore = False
    for character in text[prefix.end() if prefix else 0 :]:
        is_underscore = character == "_"
        is_digit = character in digits
        if (is_underscore and not after_digit) or (after_underscore and not is_digit):
            return False
        after_digit, after_underscore = is_digit, is_underscore
    return not after_underscore
