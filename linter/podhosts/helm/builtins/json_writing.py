"""`toJson` and its sisters: values as `encoding/json` writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.helm.builtins.json_view import StructView, json_view
from podhosts.helm.gonumbers import json_float
from podhosts.helm.model import Bool, GoList, GoMap, Nil, Number, Unsupported, derived
from podhosts.helm.objects import go_bytes
from podhosts.helm.traced import Traced
from podhosts.patterns import regex

if TYPE_CHECKING:
    from podhosts.helm.model import GoValue

_QUOTE = Traced.own('"')
_ESCAPED = regex('["\\\\\x00-\x1f\u2028\u2029\ud800-\udfff]')
_ESCAPED_FOR_HTML = regex('["\\\\\x00-\x1f\u2028\u2029\ud800-\udfff<>&]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def json_text(value: GoValue, *, is_pretty: bool = False, escapes_html: bool = True) -> Traced:
    """The JSON of a value. Raises FunctionError where Go refuses to write it."""
    writer = _JsonWriter(is_pretty=is_pretty, escapes_html=escapes_html)
    writer.write(json_view(value), "\n")
    return Traced.join(writer.parts)


class _JsonWriter:
    def __init__(self, *, is_pretty: bool, escapes_html: bool) -> None:
        self.parts: list[Traced] = []
        self._is_pretty = is_pretty
        self._escaped = _ESCAPED_FOR_HTML if escapes_html else _ESCAPED

    def _own(self, text: str) -> None:
        self.parts.append(Traced.own(text))

    def write(self, value: GoValue, line_break: str) -> None:
        """Write a value; `line_break` is a newline with the indentation of what is around it."""
        if isinstance(value, Traced):
            self._string(value)
        elif isinstance(value, Nil):
            self.parts.append(derived("null", value))
        elif isinstance(value, Bool):
            self.parts.append(derived("true" if value.value else "false", value))
        elif isinstance(value, Number):
            number = value.value
            text = json_float(number) if isinstance(number, float) else str(number)
            self.parts.append(derived(text, value))
        elif isinstance(value, GoList):
            self._collection("[]", value, [(None, item) for item in value.items], line_break)
        elif isinstance(value, GoMap):
            names = list(value.entries) if isinstance(value, StructView) else sorted(value.entries, key=go_bytes)
            self._collection("{}", value, [(value.key(name), value.entries[name]) for name in names], line_break)
        else:
            raise Unsupported("a value that is nothing of JSON")

    def _collection(
        self, brackets: str, value: GoValue, items: list[tuple[Traced | None, GoValue]], line_break: str
    ) -> None:
        if not items:
            self.parts.append(derived(brackets, value))
            return
        inner = line_break + "  "
        for number, (key, item) in enumerate(items):
            self._own(("," if number else brackets[0]) + (inner if self._is_pretty else ""))
            if key is not None:
                self._string(key)
                self._own(": " if self._is_pretty else ":")
            self.write(item, inner)
        self._own((line_break if self._is_pretty else "") + brackets[1])

    def _string(self, text: Traced) -> None:
        if not text.text:
            self.parts.append(derived('""', text))
            return
        self.parts.append(_QUOTE)
        at = 0
        for found in self._escaped.finditer(text.text):
            self.parts.append(text.slice(at, found.start()))
            at = found.end()
            self.parts.append(text.slice(found.start(), at).derive(_escape(found[0])))
        self.parts.append(text.slice(at))
        self.parts.append(_QUOTE)


def _escape(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    # What is no UTF-8 becomes the character for that.
    code = ord(character)
    return f"\\u{0xFFFD if 0xD800 <= code <= 0xDFFF else code:04x}"
