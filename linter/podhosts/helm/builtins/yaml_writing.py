"""`toYaml`: a value as sigs.k8s.io/yaml 1.6 prints it (through JSON, then by go-yaml 2.4).

The text is known to come from where the values come from, character for character as long as nothing is escaped or
wrapped.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cmp_to_key
from typing import TYPE_CHECKING

from podhosts.document.scalars import ScalarError, resolve
from podhosts.helm.builtins.json_view import json_view
from podhosts.helm.gonumbers import float_text, plain_float
from podhosts.helm.model import Bool, FunctionError, GoList, GoMap, Nil, Number, Unsupported, derived
from podhosts.helm.objects import go_bytes
from podhosts.helm.traced import EMPTY, Traced
from podhosts.patterns import regex

if TYPE_CHECKING:
    from podhosts.helm.model import GoValue

_STEP = 2
_WIDTH = 80
_LONGEST_SIMPLE_KEY = 128
#: Longer keys the reader of the JSON in between would not take for keys.
_LONGEST_KEY = 1000
_INT64 = range(-(2**63), 2**64)
_NEWLINE = Traced.own("\n")
_BASE_60 = regex(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_TIMESTAMP = regex(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"
    r"(?:(?:[Tt](?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{1,2}):(?P<second>[0-9]{1,2})(?:[.,][0-9]+)?(?:Z|[-+][0-9]{2}:[0-9]{2}))"
    r"|(?: (?P<hour2>[0-9]{1,2}):(?P<minute2>[0-9]{1,2}):(?P<second2>[0-9]{1,2})(?:[.,][0-9]+)?))?"
)
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
#: What JSON writes as it stands and the YAML reader then refuses: the whole text is empty.
_REFUSED = regex("[\x7f-\x84\x86-\x9f\ufffe\uffff]")
#: Line breaks of YAML that are no newline: how they are folded is not built.
_ODD_BREAKS = regex("[\x85\u2028\u2029]")
_SURROGATES = regex("[\ud800-\udfff]")
_ESCAPES = {
    "\0": "0", "\x07": "a", "\x08": "b", "\t": "t", "\n": "n", "\v": "v", "\f": "f", "\r": "r", "\x1b": "e",
    '"': '"', "\\": "\\", "\x85": "N", "\xa0": "_", "\u2028": "L", "\u2029": "P",
}  # fmt: skip
#: Texts that need no closer look.
_SIMPLE = regex(r"[A-Za-z0-9_/][A-Za-z0-9_./-]*")
_INDICATORS = regex(r".:(?:[ \t]|\Z)|[\0 \t\r\n]#", re.DOTALL)
_FIRST_INDICATORS = frozenset("#,[]{}&*!|>'\"%@`")


def to_yaml(value: GoValue) -> Traced:
    """The text of a value without its last newline; empty where Helm cannot write it."""
    try:
        return must_to_yaml(value)
    except FunctionError:
        return EMPTY


def must_to_yaml(value: GoValue) -> Traced:
    """The same, with FunctionError where Helm cannot write the value."""
    text = _Writer().document(json_view(value))
    return text.slice(0, len(text) - 1) if text.text.endswith("\n") else text


def key_order(one: str, other: str) -> int:
    """go-yaml's order of two keys: numbers in them by their value, what is no letter before letters."""
    at = next((index for index, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), None)
    if at is None:
        return len(one) - len(other)
    mine, yours = one[at], other[at]
    letters = _is_letter(mine), _is_letter(yours)
    if all(letters):
        return -1 if mine < yours else 1
    if any(letters):
        return -1 if letters[1] else 1
    # Zeros inside of a number count as a digit, at its beginning they do not.
    begins = 0
    if "0" in (mine, yours):
        before = at - 1
        while before >= 0 and one[before].isdigit():
            if one[before] != "0":
                begins = 1
                break
            before -= 1
    first, first_end = _number_at(one, at, begins)
    second, second_end = _number_at(other, at, begins)
    if first != second:
        return -1 if first < second else 1
    if first_end != second_end:
        return first_end - second_end
    return -1 if mine < yours else 1


def _number_at(text: str, at: int, number: int) -> tuple[int, int]:
    while at < len(text) and text[at].isdecimal():
        # Go counts on with 64 bits and with the distance from "0" of any digit.
        number = (number * 10 + ord(text[at]) - 48 + 2**63) % 2**64 - 2**63
        at += 1
    return number, at


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] == "L"


_KEY_ORDER = cmp_to_key(key_order)


def is_plain(text: str) -> bool:
    """Whether a text without quotes is read back as a string."""
    try:
        if not isinstance(resolve(text, "", None), str):
            return False
    except ScalarError:
        return False
    return not (text[0] in "+-0123456789" and (_BASE_60.fullmatch(text) or _is_timestamp(text)))


def _is_timestamp(text: str) -> bool:
    found = _TIMESTAMP.fullmatch(text)
    if found is None:
        return False
    month, day = int(found["month"]), int(found["day"])
    if not 1 <= month <= 12:
        return False
    year = int(found["year"])
    is_leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    time = [int(found[name] or found[f"{name}2"] or 0) for name in ("hour", "minute", "second")]
    return 1 <= day <= _DAYS[month - 1] + is_leap and time[0] < 24 and time[1] < 60 and time[2] < 60


class _Writer:
    """Writes one document in block style."""

    def __init__(self) -> None:
        self._parts: list[Traced] = []
        self._column = 0

    def document(self, value: GoValue) -> Traced:
        """The text of a value."""
        if isinstance(value, (GoMap, GoList)) and _has_items(value):
            self._block(value, 0, is_inline=True)
        else:
            self._leaf(value, _STEP)
        if self._column:
            self._add(_NEWLINE)
        return Traced.join(self._parts)

    def _add(self, text: Traced) -> None:
        if not text.text:
            return
        self._parts.append(text)
        _, line_break, rest = text.text.rpartition("\n")
        self._column = len(rest) if line_break else self._column + len(rest)

    def _own(self, text: str) -> None:
        self._add(Traced.own(text))

    def _begin_line(self, indent: int) -> None:
        if self._column:
            self._add(_NEWLINE)
        if indent:
            self._own(" " * indent)

    def _block(self, value: GoMap | GoList, indent: int, *, is_inline: bool) -> None:
        """A map or list that is not empty; its first line goes on in the present one if it is `is_inline`."""
        if isinstance(value, GoList):
            for number, item in enumerate(value.items):
                if number or not is_inline:
                    self._begin_line(indent)
                self._own("-")
                self._value(item, indent, is_inline=True)
            return
        for number, name in enumerate(sorted(value.entries, key=_KEY_ORDER)):
            if number or not is_inline:
                self._begin_line(indent)
            is_simple = self._key(_clean(value.key(name)), indent)
            self._value(value.entries[name], indent, is_inline=not is_simple)

    def _value(self, value: GoValue, indent: int, *, is_inline: bool) -> None:
        """The value after a dash (`is_inline`), after a `:` of its own line (too), or after a key."""
        if not isinstance(value, (GoMap, GoList)) or not _has_items(value):
            self._own(" ")
            self._leaf(value, indent + _STEP)
        elif is_inline:
            self._own(" ")
            self._block(value, indent + _STEP, is_inline=True)
        else:
            self._block(value, indent if isinstance(value, GoList) else indent + _STEP, is_inline=False)

    def _leaf(self, value: GoValue, indent: int) -> None:
        if isinstance(value, Traced):
            self._string(_clean(value), indent)
        elif isinstance(value, GoMap):
            self._add(derived("{}", value))
        elif isinstance(value, GoList):
            self._add(derived("[]", value))
        elif isinstance(value, Nil):
            self._add(derived("null", value))
        elif isinstance(value, Bool):
            self._add(derived("true" if value.value else "false", value))
        elif isinstance(value, Number):
            self._add(derived(_number_text(value), value))
        else:
            raise Unsupported("a value that is nothing of JSON")

    def _key(self, key: Traced, indent: int) -> bool:
        """Write a key with its colon; whether it is one of a single line, without a `?`."""
        size = len(go_bytes(key.text))
        if size > _LONGEST_KEY:
            raise Unsupported("a key of more than a thousand characters")
        if size <= _LONGEST_SIMPLE_KEY and "\n" not in key.text:
            self._string(key, indent + _STEP, is_key=True)
            self._own(":")
            return True
        self._own("? ")
        self._string(key, indent + _STEP)
        self._begin_line(indent)
        self._own(":")
        return False

    def _string(self, text: Traced, indent: int, *, is_key: bool = False) -> None:
        if not text.text:
            self._add(derived('""', text))
            return
        found = _Analysis(text.text)
        if "\n" in text.text:
            style = '"' if is_key or not found.may_be_block else "|"
        elif not is_plain(text.text):
            style = '"'
        else:
            style = "" if found.may_be_plain else "'" if found.may_be_single else '"'
        if style == "|":
            self._literal(text, indent)
        elif style == '"':
            self._double(text, indent, breaks=not is_key)
        else:
            self._quoted(text, indent, style, breaks=not is_key)

    def _literal(self, text: Traced, indent: int) -> None:
        value = text.text
        hint = str(_STEP) if value[0] in " \n" else ""
        chomp = "-" if not value.endswith("\n") else "+" if value in ("\n",) or value.endswith("\n\n") else ""
        self._own(f"|{hint}{chomp}\n")
        margin = Traced.own(" " * indent)
        lines = text.split("\n")
        last = lines.pop()
        for line in lines:
            self._add(Traced.join((margin, line, _NEWLINE) if line.text else (_NEWLINE,)))
        if last.text:
            self._add(margin + last)

    def _quoted(self, text: Traced, indent: int, quote: str, *, breaks: bool) -> None:
        """A plain or single-quoted scalar, broken at blanks beyond the width."""
        self._own(quote)
        value, start, column, after_blank = text.text, 0, self._column, False
        for at, character in enumerate(value) if breaks and column + 2 * len(value) > _WIDTH else ():
            is_blank = character == " "
            is_inside = not quote or 0 < at < len(value) - 1
            if is_blank and not after_blank and column > _WIDTH and is_inside and value[at + 1 : at + 2] != " ":
                self._add(_quotes_doubled(text.slice(start, at), quote))
                self._begin_line(indent)
                start, column = at + 1, indent
            else:
                column += 2 if quote and character == quote else 1
            after_blank = is_blank
        self._add(_quotes_doubled(text.slice(start), quote))
        self._own(quote)

    def _double(self, text: Traced, indent: int, *, breaks: bool) -> None:
        """A scalar with escapes, broken at blanks beyond the width."""
        self._own('"')
        value, start, after_blank = text.text, 0, False
        # go-yaml looks for a byte order mark at the beginning of the text, whatever character it has come to.
        has_mark = value.startswith("\ufeff")
        for at, character in enumerate(value):
            is_blank = character == " "
            if has_mark or not _is_printable(character) or character in '"\\\n':
                self._add(text.slice(start, at))
                self._add(text.slice(at, at + 1).derive(_escape(character)))
                start = at + 1
            elif (
                is_blank
                and breaks
                and not after_blank
                and 0 < at < len(value) - 1
                and self._column + at - start > _WIDTH
            ):
                self._add(text.slice(start, at))
                self._begin_line(indent)
                self._own("\\" if value[at + 1] == " " else "")
                start = at + 1
            after_blank = is_blank
        self._add(text.slice(start))
        self._own('"')


def _has_items(value: GoMap | GoList) -> bool:
    return bool(value.entries if isinstance(value, GoMap) else value.items)


def _quotes_doubled(text: Traced, quote: str) -> Traced:
    return text.replace(quote, Traced.own(quote * 2)) if quote else text


def _escape(character: str) -> str:
    if character in _ESCAPES:
        return f"\\{_ESCAPES[character]}"
    code = ord(character)
    return f"\\x{code:02X}" if code <= 0xFF else f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def _is_printable(character: str) -> bool:
    """Whether go-yaml takes a character for one that needs no escape."""
    return " " <= character <= "~" or character == "\n" or ("\xa0" <= character <= "\ufffd" and character != "\ufeff")


def _clean(text: Traced) -> Traced:
    """The text as it comes out of the JSON in between. Raises FunctionError where that cannot be read back."""
    if text.text.isascii() and "\x7f" not in text.text:
        return text
    if _REFUSED.search(text.text):
        raise FunctionError("yaml: control characters are not allowed")
    if _ODD_BREAKS.search(text.text):
        raise Unsupported("a text with line breaks other than newlines")
    return text.map_characters(lambda part: _SURROGATES.sub("\ufffd", part))


def _number_text(value: Number) -> str:
    number = value.value
    if isinstance(number, int):
        return str(number)
    assert isinstance(number, float)  # complex ones are refused before
    if number.is_integer() and int(number) in _INT64:
        return plain_float(number) if number else "0"
    return float_text(number)


class _Analysis:
    """What go-yaml finds out about a text before it chooses how to write it."""

    def __init__(self, value: str) -> None:
        self.may_be_plain = self.may_be_single = True
        self.may_be_block = bool(value)
        if not value or _SIMPLE.fullmatch(value):
            return
        has_breaks = "\n" in value
        space_break, break_space = " \n" in value, "\n " in value
        is_special = not all(map(_is_printable, value))
        self.may_be_block = not (value[-1] == " " or space_break or is_special)
        self.may_be_single = not (break_space or space_break or is_special)
        has_edges = value[0] in " \n" or value[-1] in " \n"
        self.may_be_plain = self.may_be_single and not (has_edges or has_breaks or _has_indicators(value))


def _has_indicators(value: str) -> bool:
    """Whether something in a text would mean something else in YAML, outside of flow collections."""
    first, is_followed = value[0], value[1:2] in ("", " ", "\t")
    return (
        value.startswith(("---", "..."))
        or first in _FIRST_INDICATORS
        or (first in "?:-" and is_followed)
        or _INDICATORS.search(value) is not None
    )
