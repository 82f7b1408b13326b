"""Go's `fmt` of values: `%v`, `Sprint`, `Sprintln` and `Sprintf`, as Go 1.26 prints them.

What is printed knows where it comes from: strings character for character, all else as derived from the value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.helm.budget import Budget
from podhosts.helm.gonumbers import float_text
from podhosts.helm.language.quoting import is_printable, quoted
from podhosts.helm.model import (
    Bool,
    GoList,
    GoMap,
    GoObject,
    GoUnknown,
    Nil,
    Number,
    TooLarge,
    Unsupported,
    derived,
    type_of,
)
from podhosts.helm.objects import CHART_STRUCT, GoBytes
from podhosts.helm.traced import EMPTY, Traced
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from podhosts.helm.model import GoValue

_BLANK = Traced.own(" ")
_NIL = Traced.own("<nil>")
#: Go takes no number that is larger from a format.
_LARGEST_WIDTH = 1_000_000
#: Wider than this nobody pads; the text would be larger than any that is evaluated.
_MOST_PADDED = 100_000
#: Values in one that is printed.
_MOST_VALUES = 20_000


class Directive(NamedTuple):
    """What stands between `%` and the verb."""

    flags: str = ""
    width: int | None = None
    precision: int | None = None

    def has(self, flag: str) -> bool:
        """Whether a flag is given."""
        return flag in self.flags


_PLAIN = Directive()


def shown(value: GoValue) -> Traced:
    """`%v` of a value."""
    return value if isinstance(value, Traced) else _value(value, "v", _PLAIN)


def sprint(values: Sequence[GoValue]) -> Traced:
    """Go's `Sprint`: a blank only between two operands that are both no strings."""
    parts: list[Traced] = []
    after_string = True
    for value in values:
        is_string = isinstance(value, Traced)
        if not after_string and not is_string:
            parts.append(_BLANK)
        parts.append(shown(value))
        after_string = is_string
    return Traced.join(parts)


def sprintln(values: Iterable[GoValue]) -> Traced:
    """Go's `Sprintln`: blanks between all operands, a newline at the end."""
    return Traced.join((Traced.join((shown(value) for value in values), _BLANK), Traced.own("\n")))


def sprintf(template: Traced, values: Sequence[GoValue]) -> Traced:
    """Go's `Sprintf`; its mistakes are printed, as Go does."""
    return _Formatter(template, values).run()


class _Formatter:
    """Goes through a format from left to right."""

    def __init__(self, template: Traced, values: Sequence[GoValue]) -> None:
        self.template = template
        self.text = template.text
        self.values = values
        self.at = 0
        self.argument = 0
        self.is_reordered = False
        self.is_good_number = True
        self.parts: list[Traced] = []

    def run(self) -> Traced:
        """The formatted text."""
        while self.at < len(self.text):
            end = self.text.find("%", self.at)
            end = len(self.text) if end < 0 else end
            self.parts.append(self.template.slice(self.at, end))
            self.at = end + 1
            if end < len(self.text):
                self._directive()
        if not self.is_reordered and self.argument < len(self.values):
            self._say_extra()
        return Traced.join(self.parts)

    def _say(self, text: str) -> None:
        self.parts.append(Traced.own(text))

    def _say_extra(self) -> None:
        self._say("%!(EXTRA ")
        for index, value in enumerate(self.values[self.argument :]):
            if index:
                self._say(", ")
            if not isinstance(value, Nil):
                self._say(f"{type_of(value)}=")
            self.parts.append(shown(value))
        self._say(")")

    def _directive(self) -> None:
        """Read and print what follows a percent sign."""
        text, start = self.text, self.at
        self.is_good_number = True
        while self.at < len(text) and text[self.at] in "#0+- ":
            self.at += 1
        flags = text[start : self.at]
        after_index = self._argument_number()
        width, flags, after_index = self._width(flags, after_index)
        precision, after_index = self._precision(after_index)
        if not after_index:
            self._argument_number()
        if self.at >= len(text):
            self._say("%!(NOVERB)")
            return
        verb = text[self.at]
        self.at += 1
        if verb == "%":
            self._say("%")
        elif not self.is_good_number:
            self._say(f"%!{verb}(BADINDEX)")
        elif self.argument >= len(self.values):
            self._say(f"%!{verb}(MISSING)")
        else:
            value = self.values[self.argument]
            self.argument += 1
            self.parts.append(_value(value, verb, Directive(flags, width, precision)))

    def _width(self, flags: str, after_index: bool) -> tuple[int | None, str, bool]:
        """The width, if one is given, the flags with those it brings, and whether an index stands before."""
        if self.text.startswith("*", self.at):
            self.at += 1
            width = self._integer_argument()
            if width is None:
                self._say("%!(BADWIDTH)")
            elif width < 0:
                return -width, flags.replace("0", "") + "-", False
            return width, flags, False
        width = self._number()
        if after_index and width is not None:
            self.is_good_number = False
        return width, flags, after_index

    def _precision(self, after_index: bool) -> tuple[int | None, bool]:
        """The precision, if one is given, and whether an index stands right before the verb."""
        if not (self.at + 1 < len(self.text) and self.text[self.at] == "."):
            return None, after_index
        self.at += 1
        if after_index:
            self.is_good_number = False
        after_index = self._argument_number()
        if self.text.startswith("*", self.at):
            self.at += 1
            precision = self._integer_argument()
            if precision is None or precision < 0:
                self._say("%!(BADPREC)")
                return None, False
            return precision, False
        return self._number() or 0, after_index

    def _number(self) -> int | None:
        start = self.at
        while self.at < len(self.text) and self.text[self.at] in "0123456789":
            self.at += 1
        if start == self.at:
            return None
        digits = self.text[start : self.at]
        if len(digits) > 8 or int(digits) // 10 > _LARGEST_WIDTH:
            # Go gives up the rest of the format.
            self.at = len(self.text)
            return None
        return int(digits)

    def _integer_argument(self) -> int | None:
        """The next operand as a width or precision; None if it is no integer."""
        if self.argument >= len(self.values):
            return None
        value = self.values[self.argument]
        self.argument += 1
        if not isinstance(value, Number) or not isinstance(value.value, int) or abs(value.value) > _LARGEST_WIDTH:
            return None
        return value.value

    def _argument_number(self) -> bool:
        """Take an index such as `[2]`, if there is one; whether it is right."""
        if not self.text.startswith("[", self.at):
            return False
        self.is_reordered = True
        end = self.text.find("]", self.at)
        digits = self.text[self.at + 1 : end] if end >= 0 else ""
        is_number = digits.isascii() and digits.isdigit() and len(digits) < 8
        self.at = end + 1 if end >= 0 else self.at + 1
        if is_number and 0 < int(digits) <= len(self.values):
            self.argument = int(digits) - 1
            return True
        self.is_good_number = False
        return is_number


def _value(value: GoValue, verb: str, directive: Directive, depth: int = 0, budget: Budget | None = None) -> Traced:
    """A value as a verb prints it."""
    budget = budget or Budget(_MOST_VALUES)
    budget.take(depth)
    if verb == "T" and depth == 0:
        return _padded(derived(type_of(value), value), directive)
    if verb == "p" or (verb == "v" and directive.has("#")):
        return _go_syntax(value, verb, directive)
    if isinstance(value, Traced):
        return _string(value, verb, directive)
    if isinstance(value, Nil):
        if depth:
            return _NIL
        return _padded(_NIL, directive) if verb == "v" else Traced.own(f"%!{verb}(<nil>)")
    if isinstance(value, Bool):
        text = "true" if value.value else "false"
        return _padded(derived(text, value), directive) if verb in "tv" else _bad(value, verb, directive)
    if isinstance(value, Number):
        return _number(value, verb, directive)
    if isinstance(value, GoBytes) and verb in "sqxX":
        return _string(value.content, verb, directive)
    if isinstance(value, GoList):
        items = (_value(item, verb, directive, depth + 1, budget) for item in value.items)
        return Traced.join((Traced.own("["), Traced.join(items, _BLANK), Traced.own("]")))
    if isinstance(value, GoMap):
        return _map(value, verb, directive, depth, budget)
    if isinstance(value, GoUnknown):
        return Traced.unknown(value.identity)
    return _object(value, verb, directive, depth, budget)


def _map(value: GoMap, verb: str, directive: Directive, depth: int, budget: Budget) -> Traced:
    """A map with its keys in the order of their bytes."""
    entries = (
        Traced.join(
            (
                _value(value.key(name), verb, directive, depth + 1, budget),
                Traced.own(":"),
                _value(value.entries[name], verb, directive, depth + 1, budget),
            )
        )
        for name in sorted_keys(value)
    )
    return Traced.join((Traced.own("map["), Traced.join(entries, _BLANK), Traced.own("]")))


def _object(value: GoObject, verb: str, directive: Directive, depth: int, budget: Budget) -> Traced:
    """A struct: its fields in their order."""
    if value.printed is not None and verb in "vsxXq":
        return _string(value.printed, verb, directive)
    if value.kind.startswith("*") and depth:
        raise Unsupported(f"the address of a {value.kind}")
    if verb == "v" and directive.has("+"):
        raise Unsupported("printf with %+v of an object")
    fields = [_value(field, verb, directive, depth + 1, budget) for field in value.fields.values()]
    opening = "&{" if value.kind.startswith("*") else "{"
    if value.kind == CHART_STRUCT:
        # The metadata is a struct in it; the last field is its own.
        inner = Traced.join((Traced.own("{"), Traced.join(fields[:-1], _BLANK), Traced.own("}")))
        fields = [inner, *fields[-1:]]
    return Traced.join((Traced.own(opening), Traced.join(fields, _BLANK), Traced.own("}")))


def sorted_keys(value: GoMap) -> list[str]:
    """The keys of a map in the order in which Go prints and ranges over them."""
    return sorted(value.entries, key=_in_bytes)


def _in_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _bad(value: GoValue, verb: str, directive: Directive) -> Traced:
    """What Go prints where a verb does not fit a value: the value with the same flags."""
    kept = directive._replace(flags=directive.flags.replace("#", "")) if directive.flags else directive
    return Traced.join((Traced.own(f"%!{verb}({type_of(value)}="), _value(value, "v", kept), Traced.own(")")))


def _go_syntax(value: GoValue, verb: str, directive: Directive) -> Traced:
    """`%#v` of simple values."""
    if verb == "v" and isinstance(value, Traced):
        return _padded(value.derive(quoted(value.text)), directive)
    if verb == "v" and isinstance(value, (Bool, Number)) and type_of(value) in ("bool", "int", "int64", "float64"):
        return _value(value, verb, directive._replace(flags=directive.flags.replace("#", "")))
    raise Unsupported(f"printf with %{'#v' if verb == 'v' else 'p'}")


def _padded(text: Traced, directive: Directive) -> Traced:
    """A text with blanks (or zeros) up to the width, which counts characters."""
    missing = (directive.width or 0) - len(text)
    if missing <= 0:
        return text
    if missing > _MOST_PADDED:
        raise TooLarge(f"a text of {directive.width} characters")
    if directive.has("-"):
        return text + Traced.own(" " * missing)
    return Traced.own(("0" if directive.has("0") else " ") * missing) + text


def _string(value: Traced, verb: str, directive: Directive) -> Traced:
    if verb in "sv":
        if directive is _PLAIN:
            return value
        return _padded(_truncated(value, directive), directive)
    if verb == "q":
        cut = _truncated(value, directive)
        return _padded(_quoted(cut, directive), directive)
    if verb in "xX":
        return _hexadecimal(value, verb, directive)
    return _bad(value, verb, directive)


def _truncated(value: Traced, directive: Directive) -> Traced:
    precision = directive.precision
    return value if precision is None or precision >= len(value) else value.slice(0, precision)


def _quoted(value: Traced, directive: Directive) -> Traced:
    """`%q`: one for one where nothing is escaped."""
    if directive.has("#") and all(one == "\t" or (is_printable(one) and one not in "`\x7f") for one in value.text):
        return Traced.join((Traced.own("`"), value, Traced.own("`")))
    return quoted_traced(value, ascii_only=directive.has("+"))


def quoted_traced(value: Traced, *, ascii_only: bool = False) -> Traced:
    """A string in double quotes with Go's escapes; what needs none stays character for character."""
    mark = Traced.own('"')
    text = quoted(value.text, ascii_only=ascii_only)[1:-1]
    if text == value.text:
        return Traced.join((mark, value, mark))
    parts = [mark]
    for at, character in enumerate(value.text):
        piece = value.slice(at, at + 1) if len(value.text) < _SHORT else EMPTY
        parts.append(piece.derive(quoted(character, ascii_only=ascii_only)[1:-1]))
    if len(value.text) >= _SHORT:
        parts = [mark, value.derive(text)]
    return Traced.join((*parts, mark))


#: Up to this many characters each is followed through escapes.
_SHORT = 2000


def _hexadecimal(value: Traced, verb: str, directive: Directive) -> Traced:
    encoded = value.text.encode("utf-8", "surrogateescape")[: directive.precision]
    digits = encoded.hex().upper() if verb == "X" else encoded.hex()
    if not digits:
        return _padded(EMPTY, directive)
    pairs = [digits[at : at + 2] for at in range(0, len(digits), 2)]
    mark = f"0{verb}" if directive.has("#") else ""
    text = " ".join(mark + pair for pair in pairs) if directive.has(" ") else mark + digits
    return _padded(value.derive(text), directive)


_INTEGER_VERBS = {"v": 10, "d": 10, "b": 2, "o": 8, "O": 8, "x": 16, "X": 16}


def _number(value: Number, verb: str, directive: Directive) -> Traced:
    number = value.value
    if value.kind == "time.Duration" and verb in "vsqxX":
        raise Unsupported("printing a duration")
    if isinstance(number, complex):
        return derived(_complex(number, directive), value) if verb == "v" else _bad(value, verb, directive)
    if isinstance(number, float):
        return _floating(value, number, verb, directive)
    if verb in "cqU":
        return _character(value, number, verb, directive)
    if verb not in _INTEGER_VERBS:
        return _bad(value, verb, directive)
    return _padded(derived(_integer(number, verb, directive), value), _without_zeros(directive))


def _without_zeros(directive: Directive) -> Directive:
    return directive._replace(flags=directive.flags.replace("0", "")) if directive.has("0") else directive


def _sign(is_negative: bool, directive: Directive) -> str:
    plus, blank = ("+" if directive.has("+") else ""), (" " if directive.has(" ") else "")
    return "-" if is_negative else plus or blank


def _integer(number: int, verb: str, directive: Directive) -> str:
    """An integer with its sign, prefix and leading zeros, but without blanks around it."""
    precision, base = directive.precision, _INTEGER_VERBS[verb]
    if precision == 0 and number == 0:
        return ""
    sign = _sign(number < 0, directive)
    digits = format(abs(number), {10: "d", 2: "b", 8: "o", 16: "X" if verb == "X" else "x"}[base])
    if precision is None and directive.has("0") and not directive.has("-") and directive.width:
        precision = directive.width - len(sign)
    if (precision or 0) > _MOST_PADDED:
        raise TooLarge(f"a number of {precision} digits")
    digits = digits.rjust(precision or 0, "0")
    if directive.has("#"):
        digits = {2: "0b", 16: f"0{verb}", 8: "" if digits.startswith("0") else "0"}.get(base, "") + digits
    if verb == "O":
        digits = f"0o{digits}"
    return sign + digits


def _character(value: Number, number: int, verb: str, directive: Directive) -> Traced:
    """`%c`, `%q` and `%U` of a number."""
    is_valid = 0 <= number <= 0x10FFFF and not 0xD800 <= number < 0xE000
    if verb == "U":
        digits = f"{number % 2**64:X}".rjust(max(directive.precision or 4, 4), "0")
        tail = f" '{chr(number)}'" if directive.has("#") and is_valid and is_printable(chr(number)) else ""
        return _padded(derived(f"U+{digits}{tail}", value), _without_zeros(directive))
    character = chr(number) if is_valid else "\ufffd"
    text = character if verb == "c" else quoted(character, "'", ascii_only=directive.has("+"))
    return _padded(derived(text, value), directive)


def _floating(value: Number, number: float, verb: str, directive: Directive) -> Traced:
    if verb not in "vgGfFeE":
        if verb in "bxX":
            raise Unsupported(f"printf with %{verb} of a float")
        return _bad(value, verb, directive)
    if directive.has("#"):
        raise Unsupported("printf with # of a float")
    if number != number or number in (float("inf"), float("-inf")):
        text = "NaN" if number != number else "+Inf" if number > 0 else "-Inf"
        return _padded(derived(text, value), _without_zeros(directive))
    text = _float_text(abs(number), verb, directive.precision)
    sign = _sign(str(number).startswith("-"), directive)
    if sign and directive.has("0") and not directive.has("-") and directive.width:
        text = text.rjust(min(directive.width - len(sign), _MOST_PADDED), "0")
    return _padded(derived(sign + text, value), directive)


def _float_text(number: float, verb: str, precision: int | None) -> str:
    """A float that is not negative; without a precision `v` and `g` have the fewest digits that are exact."""
    if (precision or 0) > _MOST_PADDED:
        raise TooLarge(f"a number of {precision} digits")
    if verb in "eEfF":
        return format(number, f".{6 if precision is None else precision}{verb}")
    letter = "G" if verb == "G" else "g"
    if precision is not None:
        return format(number, f".{precision}{letter}")
    text = float_text(number)
    return text.upper() if letter == "G" else text


def _complex(number: complex, directive: Directive) -> str:
    if directive is not _PLAIN:
        raise Unsupported("printf of a complex number with flags")
    imaginary = float_text(number.imag)
    return f"({float_text(number.real)}{'' if imaginary.startswith('-') else '+'}{imaginary}i)"
