"""CEL expressions to nodes: the objects, maps, lists and strings that are written in one, at their places.

Nothing is evaluated. Source: the CEL specification (cel-spec, `doc/langdef.md`, "Syntax", "String and Bytes Values").
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from podhosts.document.locate import Places
from podhosts.document.nodes import Entry, Mapping, Scalar, Sequence, unwritten
from podhosts.document.reading import UnreadableError
from podhosts.patterns import regex
from podhosts.source import Span

if TYPE_CHECKING:
    from podhosts.document.nodes import Node

_BLANK = regex(r"(?:\s|//[^\n]*)*")
_STRING = regex(
    r"""(?P<prefix>[rRbB]{0,2})(?P<quote>\"{3}|'{3}|\"|')(?P<text>(?:\\.|(?!(?P=quote)).)*)(?P=quote)""", re.DOTALL
)
_NAME = regex(r"\.?[A-Za-z_]\w*(?:[ \t]*\.[ \t]*\??[ \t]*[A-Za-z_]\w*)*")
_KEY = regex(r"\??\s*(?P<name>[A-Za-z_]\w*)")
_ESCAPE = regex(r"\\(?:[xX](?P<byte>[0-9A-Fa-f]{2})|u(?P<short>[0-9A-Fa-f]{4})|U(?P<long>[0-9A-Fa-f]{8})|(?P<one>.))")
_ONES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ENDS = ",}])"
_OPENINGS = {"[": "]", "(": ")", "{": "}"}


def read_cel(text: str, begin: int, end: int) -> Node:
    """The expression in `text[begin:end]` as a node whose spans are offsets in `text` (characters).

    An object or map is a mapping. Of an expression that is put together (`a ? [x] : [y]`, `old + [x]`) the items that
    are written in it are those of an open list; what else has to be evaluated is an unknown scalar. Raises
    UnreadableError where brackets or quotes do not fit.
    """
    try:
        reader = _Expressions(text, begin, end)
        root = reader.expression()
        reader.expect_end()
    except RecursionError as error:
        raise UnreadableError("nested too deeply", Span(begin, begin)) from error
    return root


class _Expressions:
    """Goes through the text once."""

    def __init__(self, text: str, begin: int, end: int) -> None:
        self._text = text
        self._at = begin
        self._end = end

    def expect_end(self) -> None:
        """Raise UnreadableError if anything is left."""
        self._skip()
        if self._at < self._end:
            raise self._unreadable()

    def expression(self) -> Node:
        """Read up to a comma or closing bracket that the expression did not open, or to the end."""
        self._skip()
        start = self._at
        parts: list[Node | None] = []
        is_operand = is_name = False
        while self._skip() and self._text[self._at] not in _ENDS:
            opening = self._text[self._at]
            if string := _STRING.match(self._text, self._at, self._end):
                parts.append(self._string(string))
                is_operand, is_name = True, False
            elif name := _NAME.match(self._text, self._at, self._end):
                if is_operand and parts and not _holds_mappings(parts[-1]):
                    parts.pop()  # what a method is called of is not its result
                parts.append(None)
                self._at = name.end()
                is_operand = is_name = True
            elif opening == "{":
                if is_name:  # the name of the object's type
                    parts.pop()
                parts.append(self._mapping())
                is_operand, is_name = True, False
            elif opening in _OPENINGS:
                parts += self._bracket(opening, follows_operand=is_operand)
                is_operand, is_name = True, False
            else:
                parts.append(None)
                self._at += 1
                is_operand = is_name = False
        return parts[0] if len(parts) == 1 and parts[0] is not None else self._put_together(start, parts)

    def _put_together(self, start: int, parts: list[Node | None]) -> Node:
        found = Sequence(start, self._at, flow=True)
        found.is_open = True
        for part in parts:
            if isinstance(part, Sequence):
                found.items += part.items
            elif isinstance(part, Mapping):
                found.items.append(part)
        return found if found.items else unwritten(found)

    def _bracket(self, opening: str, *, follows_operand: bool) -> list[Node | None]:
        """A list, a part in parentheses, the arguments of a call, or an index."""
        found = Sequence(self._at, 0, flow=True)
        self._at += 1
        while self._skip() and self._text[self._at] != _OPENINGS[opening]:
            found.items.append(self.expression())
            self._comma(_OPENINGS[opening])
        self._close(found)
        if opening == "[":
            return [None] if follows_operand else [found]
        # The result of a call may hold what it is given; a part in parentheses is that part.
        return [None, *found.items] if follows_operand else [*found.items]

    def _mapping(self) -> Mapping:
        found = Mapping(self._at, 0, flow=True)
        self._at += 1
        while self._skip() and self._text[self._at] != "}":
            key = self._key()
            if not self._skip() or self._text[self._at] != ":":
                raise self._unreadable()
            self._at += 1
            found.entries.append(Entry(key, self.expression(), None))
            self._comma("}")
        self._close(found)
        return found

    def _key(self) -> Scalar:
        if string := _STRING.match(self._text, self._at, self._end):
            return self._string(string)
        name = _KEY.match(self._text, self._at, self._end)
        if name is None:
            raise self._unreadable()
        self._at = name.end()
        return Scalar(*name.span("name"), name["name"], '"')

    def _comma(self, closing: str) -> None:
        if not self._skip() or self._text[self._at] not in ("," + closing):
            raise self._unreadable()
        if self._text[self._at] == ",":
            self._at += 1

    def _close(self, node: Mapping | Sequence) -> None:
        if self._at >= self._end:
            raise self._unreadable()
        self._at += 1
        node.end = self._at

    def _string(self, match: re.Match[str]) -> Scalar:
        self._at = match.end()
        begin, end = match.span("text")
        places = Places()
        pieces: list[str] = []
        is_raw = "r" in match["prefix"].lower()
        for escape in () if is_raw else _ESCAPE.finditer(self._text, begin, end):
            if escape.start() > begin:
                places.add(escape.start() - begin, begin, escape.start())
                pieces.append(self._text[begin : escape.start()])
            places.add(1, *escape.span())
            pieces.append(_escaped(escape))
            begin = escape.end()
        if end > begin:
            places.add(end - begin, begin, end)
            pieces.append(self._text[begin:end])
        scalar = Scalar(match.start(), match.end(), "".join(pieces), '"')
        scalar.remember(places)
        return scalar

    def _skip(self) -> bool:
        """Go over blanks and comments; False at the end."""
        blank = _BLANK.match(self._text, self._at, self._end)
        assert blank is not None  # matches the empty string
        self._at = blank.end()
        return self._at < self._end

    def _unreadable(self) -> UnreadableError:
        return UnreadableError("this is no CEL", Span(self._at, self._at))


def _holds_mappings(node: Node | None) -> bool:
    return isinstance(node, Sequence) and any(isinstance(item, Mapping) for item in node.items)


def _escaped(escape: re.Match[str]) -> str:
    digits = escape["byte"] or escape["short"] or escape["long"]
    if digits is None:
        return _ONES.get(escape["one"], escape["one"])
    code = int(digits, 16)
    return chr(code) if code <= 0x10FFFF else "\ufffd"
