"""JSON as Go's values, with the complaints of Go's scanner (`encoding/json`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.document.json_text import read_json
from podhosts.helm.decoding import TextOrigins, value_of
from podhosts.helm.language.quoting import quoted
from podhosts.patterns import regex

if TYPE_CHECKING:
    from podhosts.helm.model import GoValue
    from podhosts.helm.traced import Traced

_BLANKS = " \t\r\n"
_PLAIN_STRING = regex(r'[^"\\\x00-\x1f]*')
_NUMBER_STEPS = regex(r"-?(?:0|[1-9][0-9]*)?(?:(?<=[0-9])\.[0-9]*)?(?:(?<=[0-9])[eE][-+]?[0-9]*)?")
_NUMBER = regex(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_HEX = frozenset("0123456789abcdefABCDEF")
_END = "unexpected end of JSON input"
_MOST_DEEP = 10_000


class JsonError(ValueError):
    """Text that is no JSON, in Go's words."""


def decode_json(text: Traced) -> GoValue:
    """The value that a text is. Raises JsonError, and TooLarge as reading YAML does."""
    scanner = _JsonScanner(text.text)
    scanner.value()
    scanner.blanks()
    if scanner.at < len(text.text):
        raise scanner.invalid("after top-level value")
    return value_of(read_json(text.text, 0, len(text.text)), TextOrigins(text))


def decode_json_prefix(text: Traced) -> tuple[GoValue, int]:
    """The value with which a text begins, and its length. Raises JsonError."""
    scanner = _JsonScanner(text.text)
    scanner.value()
    return value_of(read_json(text.text, 0, scanner.at), TextOrigins(text)), scanner.at


class _JsonScanner:
    """Goes over one value without making anything of it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.at = 0

    def invalid(self, where: str) -> JsonError:
        """What Go says of the present character; of the end, that it is the end."""
        if self.at >= len(self._text):
            return JsonError(_END)
        character = self._text[self.at]
        shown = {"'": r"'\''", '"': "'\"'"}.get(character, f"'{quoted(character)[1:-1]}'")
        return JsonError(f"invalid character {shown} {where}")

    def blanks(self) -> None:
        """Skip white space."""
        while self.at < len(self._text) and self._text[self.at] in _BLANKS:
            self.at += 1

    def _peek(self) -> str:
        return self._text[self.at : self.at + 1]

    def value(self) -> None:
        """Skip one value, with the white space before it. Raises JsonError."""
        closings: list[str] = []
        while True:
            if not self._begin(closings):
                continue
            # A value has ended: what may follow it?
            while closings:
                self.blanks()
                if self._peek() == ",":
                    self.at += 1
                    if closings[-1] == "}":
                        self._key()
                    break
                if self._peek() != closings[-1]:
                    raise self.invalid("after object key:value pair" if closings[-1] == "}" else "after array element")
                self.at += 1
                closings.pop()
            else:
                return

    def _begin(self, closings: list[str]) -> bool:
        """Skip the beginning of a value; whether that is all of it."""
        self.blanks()
        character = self._peek()
        if character not in ("{", "["):
            self._scalar(character)
            return True
        if len(closings) >= _MOST_DEEP:
            raise JsonError("exceeded max depth")
        closing = "}" if character == "{" else "]"
        self.at += 1
        self.blanks()
        if self._peek() == closing:
            self.at += 1
            return True
        closings.append(closing)
        if closing == "}":
            self._key()
        return False

    def _key(self) -> None:
        self.blanks()
        if self._peek() != '"':
            raise self.invalid("looking for beginning of object key string")
        self._string()
        self.blanks()
        if self._peek() != ":":
            raise self.invalid("after object key")
        self.at += 1

    def _scalar(self, character: str) -> None:
        if character == '"':
            self._string()
        elif character and character in "tfn":
            self._literal({"t": "true", "f": "false", "n": "null"}[character])
        elif character and character in "-0123456789":
            self._number()
        else:
            raise self.invalid("looking for beginning of value")

    def _literal(self, word: str) -> None:
        for expected in word:
            if self._peek() != expected:
                raise self.invalid(f"in literal {word} (expecting '{expected}')")
            self.at += 1

    def _number(self) -> None:
        found = _NUMBER.match(self._text, self.at)
        steps = _NUMBER_STEPS.match(self._text, self.at)
        assert steps is not None  # matches the empty text
        if found is None or steps.end() > found.end():
            begun = steps[0]
            self.at = steps.end()
            last = begun[-1:]
            where = {".": "after decimal point in numeric literal"}.get(last, "in exponent of numeric literal")
            raise self.invalid("in numeric literal" if begun == "-" else where)
        self.at = found.end()

    def _string(self) -> None:
        self.at += 1
        while True:
            plain = _PLAIN_STRING.match(self._text, self.at)
            self.at = plain.end() if plain else self.at
            character = self._peek()
            if character == '"':
                self.at += 1
                return
            if character != "\\":
                raise self.invalid("in string literal")
            self.at += 1
            escape = self._peek()
            if not escape or escape not in '"\\/bfnrtu':
                raise self.invalid("in string escape code")
            self.at += 1
            for _ in range(4 if escape == "u" else 0):
                if self._peek() not in _HEX:
                    raise self.invalid("in \\u hexadecimal character escape")
                self.at += 1
