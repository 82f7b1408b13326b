"""TOML text to nodes. `tomllib` reads the values; this module finds where each of them stands."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

from podhosts.document.locate import Places
from podhosts.document.nodes import Entry, Mapping, Scalar, Sequence
from podhosts.document.reading import UnreadableError
from podhosts.patterns import regex
from podhosts.records import NamedTuple
from podhosts.source import Span

if TYPE_CHECKING:
    from podhosts.document.nodes import Node

_BLANK = regex(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = regex(r"""[ \t]*(?P<key>[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')[ \t]*""")
_LONG = regex(r'"""(?:[^\\]|\\.)*?"{3,5}|' + r"'''.*?'{3,5}", re.DOTALL)
_SHORT = regex(r'"(?:[^"\\\n]|\\.)*"|' + r"'[^'\n]*'")
_PLAIN = regex(r"[^\s,#\]}]+(?: [0-9:.+Zz-]+)?")
_QUOTES = 3


class _Key(NamedTuple):
    """A dotted key: a scalar for each of its parts."""

    parts: list[Scalar]
    end: int


def read_toml(text: str, begin: int, end: int) -> Mapping:
    """The tables of `text[begin:end]` as nodes whose spans are offsets in `text` (characters).

    A table begins where its header stands. Raises UnreadableError where TOML refuses the text, and where a value could
    not be found in it.
    """
    try:
        expected = tomllib.loads(text[begin:end])
        root = _Reader(text, begin, end).read()
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UnreadableError(str(error), Span(begin, begin)) from error
    if not _agrees(root, expected):
        raise UnreadableError("the values could not be found in the text", Span(begin, begin))
    return root


class _Reader:
    """Goes through the text once. The text is valid TOML: `tomllib` has read it."""

    def __init__(self, text: str, begin: int, end: int) -> None:
        self._text = text
        self._at = begin
        self._end = end
        self._begin = begin

    def read(self) -> Mapping:
        root = table = Mapping(self._begin, self._end, flow=False)
        while self._skip():
            if self._text.startswith("[", self._at):
                table = self._header(root)
            else:
                self._pair(table)
                table.end = max(table.end, self._at)
        return root

    def _skip(self) -> bool:
        """Go over blanks and comments; False at the end."""
        blank = _BLANK.match(self._text, self._at, self._end)
        assert blank is not None  # matches the empty string
        self._at = blank.end()
        return self._at < self._end

    def _header(self, root: Mapping) -> Mapping:
        start = self._at
        is_item = self._text.startswith("[[", self._at)
        self._at += 2 if is_item else 1
        key = self._key()
        self._at = key.end + (2 if is_item else 1)
        above = _below(root, key.parts[:-1])
        last = key.parts[-1]
        if not is_item:
            return _child(above, last)
        entry = _entry(above, last)
        if entry is None:
            entry = Entry(last, Sequence(start, self._at, flow=False), None)
            above.entries.append(entry)
        table = Mapping(start, self._at, flow=False)
        assert isinstance(entry.value, Sequence)  # what is no list of tables TOML refuses
        entry.value.items.append(table)
        return table

    def _pair(self, table: Mapping) -> None:
        """Read `key = value` into a table."""
        key = self._key()
        self._at = key.end + 1
        self._blanks()
        value = self._value()
        _below(table, key.parts[:-1]).entries.append(Entry(key.parts[-1], value, None))

    def _key(self) -> _Key:
        parts: list[Scalar] = []
        at = self._at
        while match := _KEY.match(self._text, at, self._end):
            parts.append(self._scalar(match.start("key"), match.end("key"), is_key=True))
            at = match.end()
            if not self._text.startswith(".", at):
                break
            at += 1
        if not parts:
            raise UnreadableError("no key was found", Span(at, at))
        return _Key(parts, at)

    def _blanks(self) -> None:
        while self._at < self._end and self._text[self._at] in " \t":
            self._at += 1

    def _value(self) -> Node:
        start = self._at
        if self._text.startswith("[", start):
            return self._array()
        if self._text.startswith("{", start):
            return self._inline_table()
        for pattern in (_LONG, _SHORT, _PLAIN):
            if match := pattern.match(self._text, start, self._end):
                self._at = match.end()
                return self._scalar(start, match.end())
        raise UnreadableError("no value was found", Span(start, start))

    def _array(self) -> Sequence:
        found = Sequence(self._at, 0, flow=True)
        self._at += 1
        while self._skip() and not self._text.startswith("]", self._at):
            found.items.append(self._value())
            self._skip()
            if self._text.startswith(",", self._at):
                self._at += 1
        self._at += 1
        found.end = self._at
        return found

    def _inline_table(self) -> Mapping:
        found = Mapping(self._at, 0, flow=True)
        self._at += 1
        while self._skip() and not self._text.startswith("}", self._at):
            self._pair(found)
            self._skip()
            if self._text.startswith(",", self._at):
                self._at += 1
        self._at += 1
        found.end = self._at
        return found

    def _scalar(self, start: int, end: int, *, is_key: bool = False) -> Scalar:
        raw = self._text[start:end]
        quote = raw[0] if raw[0] in "\"'" else ""
        if not quote:
            return Scalar(start, end, raw, '"' if is_key else "")
        value: str = tomllib.loads(f"x = {raw}")["x"]
        scalar = Scalar(start, end, value, '"')
        inset = _QUOTES if raw.startswith(quote * _QUOTES) else 1
        first = start + inset
        if inset == _QUOTES:
            # A line break right behind the quotes is none of the value's.
            first += 2 if self._text.startswith("\r\n", first) else self._text.startswith("\n", first)
        places = Places()
        if self._text[first : end - inset] == value:
            places.add(len(value), first, end - inset)
        scalar.remember(places)
        return scalar


def _entry(table: Mapping, key: Scalar) -> Entry | None:
    return next((entry for entry in table.entries if entry.name == key.text), None)


def _child(table: Mapping, key: Scalar) -> Mapping:
    """The table under a key, made where there is none; of a list of tables the last one."""
    entry = _entry(table, key)
    if entry is None:
        entry = Entry(key, Mapping(key.start, key.end, flow=False), None)
        table.entries.append(entry)
    value = entry.value
    if isinstance(value, Sequence) and value.items:
        value = value.items[-1]
    if not isinstance(value, Mapping):
        raise UnreadableError("a table was expected", key.span)
    return value


def _below(table: Mapping, keys: list[Scalar]) -> Mapping:
    for key in keys:
        table = _child(table, key)
    return table


def _agrees(node: Node, value: object) -> bool:
    """Whether nodes say what `tomllib` has read; of numbers and dates only that they are no text."""
    if isinstance(node, Mapping):
        return (
            isinstance(value, dict)
            and len(node.entries) == len(value)
            and all(entry.key.text in value and _agrees(entry.value, value[entry.key.text]) for entry in node.entries)
        )
    if isinstance(node, Sequence):
        return isinstance(value, list) and len(node.items) == len(value) and all(map(_agrees, node.items, value))
    return node.text == value if node.style else not isinstance(value, str | list | dict)
