"""Go's quoted strings: `strconv.Quote`, `Unquote` and `UnquoteChar`.

Bytes that are no UTF-8 are held as Python's surrogate escapes.
"""

from __future__ import annotations

import re
import unicodedata

from podhosts.patterns import regex

_ESCAPED = {"\a": "a", "\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t", "\v": "v", "\\": "\\"}
_MEANING = {letter: character for character, letter in _ESCAPED.items()}
_ESCAPE = regex(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))", re.DOTALL)
_PLAIN = regex(r"[ !#-\[\]-~]*")


class BadSyntaxError(ValueError):
    """A quoted text that is none; the message is Go's."""

    def __init__(self) -> None:
        super().__init__("invalid syntax")


def is_printable(character: str) -> bool:
    """Go's `IsPrint`: letters, marks, numbers, punctuation, symbols, and the ASCII space."""
    return character == " " or unicodedata.category(character)[0] in "LMNPS"


def quoted(text: str, quote: str = '"', *, ascii_only: bool = False) -> str:
    """Go's `%q` of a string; with `'` as the quote, of a character; with `ascii_only`, `%+q`."""
    if quote == '"' and _PLAIN.fullmatch(text):
        return f'"{text}"'
    return f"{quote}{''.join(_escaped(character, quote, ascii_only) for character in text)}{quote}"


def _escaped(character: str, quote: str, ascii_only: bool) -> str:
    if character in (quote, "\\"):
        return f"\\{character}"
    number = ord(character)
    if 0xDC80 <= number <= 0xDCFF:
        return f"\\x{number - 0xDC00:02x}"
    if is_printable(character) and (number < 0x80 or not ascii_only):
        return character
    if character in _ESCAPED:
        return f"\\{_ESCAPED[character]}"
    if number < 0x20 or number == 0x7F:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def unquoted(text: str) -> str:
    """The string that a quoted one means, in double quotes or back quotes; raises `BadSyntaxError`."""
    quote, inner = text[:1], text[1:-1]
    if len(text) < 2 or quote != text[-1]:
        raise BadSyntaxError
    if quote == "`":
        if "`" in inner:
            raise BadSyntaxError
        return inner.replace("\r", "")
    if quote != '"' or "\n" in inner:
        raise BadSyntaxError
    return inner if "\\" not in inner and '"' not in inner else unescaped(inner, '"')


def unescaped(inner: str, quote: str) -> str:
    """The text between two quotes with its escapes replaced; raises `BadSyntaxError`."""
    encoded = bytearray()
    at = 0
    while at < len(inner):
        character = inner[at]
        if character == "\\":
            match = _ESCAPE.match(inner, at)
            if not match:
                raise BadSyntaxError
            encoded += _meaning(match, quote)
            at = match.end()
        elif character == quote:
            raise BadSyntaxError
        else:
            encoded += character.encode("utf-8", "surrogateescape")
            at += 1
    return encoded.decode("utf-8", "surrogateescape")


def _meaning(match: re.Match[str], quote: str) -> bytes:
    """The bytes that an escape stands for."""
    byte, short, long, octal, letter = match.groups()
    if byte or octal:
        number = int(byte, 16) if byte else int(octal, 8)
        if number > 255:
            raise BadSyntaxError
        return bytes((number,))
    if short or long:
        number = int(short or long, 16)
        if number > 0x10FFFF or 0xD800 <= number < 0xE000:
            raise BadSyntaxError
        return chr(number).encode()
    if letter == quote:
        return letter.encode()
    if letter not in _MEANING:
        raise BadSyntaxError
    return _MEANING[letter].encode()
