"""A light tokeniser for what libyaml cannot be asked: flow depth, and text that it refuses but kubectl accepts.

It finds the same tokens as libyaml in every text that libyaml can read. It runs only where libyaml has refused a text
or a text looks too deep, never on the ordinary path.
"""

from __future__ import annotations

import re
from functools import lru_cache

from podhosts.patterns import regex
from podhosts.records import NamedTuple

_BREAKS = "\r\n\x85\u2028\u2029"
_WHITE = " \t" + _BREAKS
_SPACE = regex(f"[{_WHITE}]+")
_COMMENT = regex(f"#[^{_BREAKS}]*")
_PROPERTY = regex(rf"!<[^>{_WHITE}]*>?|![^{{}}{_WHITE}]*|[&*][0-9A-Za-z_-]*")
_QUOTED = regex(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|' r"'[^']*(?:''[^']*)*(?:'|\Z)", re.DOTALL)
_ESCAPE = regex(r"\\.", re.DOTALL)
_MARKER = regex(rf"(?:---|\.\.\.)(?=[{_WHITE}]|\Z)")
_INDICATOR = regex(rf"[-?:](?=[{_WHITE}]|\Z)")
_BLOCK_HEADER = regex(rf"[|>][-+0-9]*[ \t]*(?:#[^{_BREAKS}]*)?(?:\r\n|[{_BREAKS}]|\Z)")
_LINE = regex(rf"(?P<indent> *)(?P<rest>[^{_BREAKS}]*)(?:\r\n|[{_BREAKS}]|\Z)")
#: The part of a plain scalar on one line in block context, and a whole one in a flow collection.
_BLOCK_PLAIN = regex(rf"(?:[ \t]*(?:[^:#{_WHITE}]|:(?![{_WHITE}]|\Z)|(?<![{_WHITE}])#))+")
_FLOW_PLAIN = regex(rf"(?:[{_WHITE}]*(?:[^][{{}},?:#{_WHITE}]|:(?![{_WHITE}]|\Z)|(?<![{_WHITE}])#))+")


class Scan(NamedTuple):
    """`depth`: the deepest flow nesting; `colons`, `apostrophes`: offsets of what libyaml refuses and kubectl reads.

    `colons` are those inside flow plain scalars, `apostrophes` the quote of each `\\'` in double-quoted scalars.
    """

    depth: int
    colons: list[int]
    apostrophes: list[int]


@lru_cache(maxsize=1)  # a large text is asked for its depth first, then for its colons
def scan(text: str) -> Scan:
    """Read a document's text once, in linear time. Never raises; what makes no sense is passed over."""
    scanner = _Scanner(text)
    while scanner.at < len(text):
        scanner.step()
    return Scan(scanner.deepest, scanner.colons, scanner.apostrophes)


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = self.deepest = 0
        self.colons: list[int] = []
        self.apostrophes: list[int] = []
        self._line_start = 0
        #: The columns of the block collection around, and of the token on this line that a `:` would make a key.
        self._indent = -1
        self._key_column: int | None = None

    def step(self) -> None:
        """Go past the next token, or the space before it."""
        character = self.text[self.at]
        if space := _SPACE.match(self.text, self.at):
            self.at = space.end()
            if (line_start := _line_start(self.text, space)) is not None:
                self._line_start, self._key_column = line_start, None
        elif character == "#":
            self._skip(_COMMENT)
        elif self.depth:
            if character in "[]{},:?":
                self._bracket(character)
            elif not self._property_or_quoted(character):
                self._flow_plain()
        elif not self._structure(character):
            if self._key_column is None:
                self._key_column = self.at - self._line_start
            if character in "[{":
                self._bracket(character)
            elif not self._property_or_quoted(character):
                self._block_plain()

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        found = pattern.match(self.text, self.at)
        if found is None:
            return False
        self.at = found.end()
        return True

    def _bracket(self, character: str) -> None:
        self.depth += (character in "[{") - (character in "]}")
        self.deepest = max(self.deepest, self.depth)
        self.at += 1

    def _property_or_quoted(self, character: str) -> bool:
        if character in "&*!":
            return self._skip(_PROPERTY)
        begin = self.at
        if character not in "\"'":
            return False
        self._skip(_QUOTED)
        if character == '"':
            escapes = _ESCAPE.finditer(self.text, begin, self.at)
            self.apostrophes += (found.end() - 1 for found in escapes if found.group() == "\\'")
        return True

    def _flow_plain(self) -> None:
        begin = self.at
        if self._skip(_FLOW_PLAIN):
            self.colons += (at for at in range(begin, self.at) if self.text[at] == ":")
        else:
            self.at += 1

    def _structure(self, character: str) -> bool:
        """Markers, indicators and block scalars: what may stand only outside flow collections."""
        column = self.at - self._line_start
        if column == 0 and self._skip(_MARKER):
            return True
        if self._skip(_INDICATOR):
            self._indent = self._key_column if character == ":" and self._key_column is not None else column
            self._key_column = None
            return True
        if character in "|>" and self._skip(_BLOCK_HEADER):
            self._block_scalar_lines()
            return True
        return False

    def _block_scalar_lines(self) -> None:
        while self.at < len(self.text):
            line = _LINE.match(self.text, self.at)
            assert line is not None  # it matches everywhere
            if line["rest"] and len(line["indent"]) <= max(self._indent, 0):
                break
            self.at = line.end()
        self._line_start = self.at
        self._key_column = None

    def _block_plain(self) -> None:
        """A plain scalar goes on over lines that are indented deeper than the collection it stands in."""
        if not self._skip(_BLOCK_PLAIN):
            self.at += 1
        while space := _SPACE.match(self.text, self.at):
            line_start = _line_start(self.text, space)
            end = space.end()
            if line_start is None or end - line_start <= self._indent:
                return
            if end == line_start and _MARKER.match(self.text, end):
                return
            going_on = _BLOCK_PLAIN.match(self.text, end)
            if going_on is None or self.text[end] == "#":
                return
            self.at = going_on.end()


def _line_start(text: str, space: re.Match[str]) -> int | None:
    """The offset of the last line that begins in a stretch of space."""
    start = space.end()
    while start > space.start() and text[start - 1] in " \t":
        start -= 1
    return start if start > space.start() else None
