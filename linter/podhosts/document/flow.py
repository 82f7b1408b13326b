"""A light tokeniser for what libyaml cannot be asked: flow depth, and text that it refuses but kubectl accepts.

It knows quotes, comments, block scalars and flow brackets, no more. It runs only where libyaml has refused a text or a
text looks too deep, never on the ordinary path.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_BLANKS = " \t"
_BREAKS = "\r\n\x85\u2028\u2029"
_OPENING = "[{"
_CLOSING = "]}"
_BLOCK_HEADER = re.compile(r"[|>][-+0-9]*[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n|$)")
_LINE = re.compile(r"([ ]*)([^\r\n]*)(?:\r\n|\r|\n|$)")
_KEY_OR_DASH = re.compile(r"[-?](?=[ \t\r\n]|$)")


class Scan(NamedTuple):
    """`depth`: the deepest flow nesting; `colons`, `apostrophes`: offsets of what libyaml refuses and kubectl reads.

    `colons` are those inside flow plain scalars, `apostrophes` the quote of each `\\'` in double-quoted scalars.
    """

    depth: int
    colons: list[int]
    apostrophes: list[int]


def scan(text: str) -> Scan:
    """Read a document's text once, in linear time. Never raises; what makes no sense is passed over."""
    depth = deepest = 0
    colons: list[int] = []
    apostrophes: list[int] = []
    at = line_start = 0
    indent = -1
    token_may_start = True
    while at < len(text):
        character = text[at]
        if character in _BREAKS:
            at += 1
            line_start = at
            token_may_start = True
        elif character in _BLANKS:
            at += 1
            token_may_start = True
        elif character == "#" and token_may_start:
            at = _line_end(text, at)
        elif depth and character in ",:?" and (token_may_start or character == ","):
            at += 1
            token_may_start = True
        elif character in "\"'" and token_may_start:
            at = _quoted_end(text, at, apostrophes)
            token_may_start = bool(depth)
            if text[at : at + 1] == ":":
                indent = at if depth else indent
        elif character in _OPENING and (depth or token_may_start):
            depth += 1
            deepest = max(deepest, depth)
            at += 1
            token_may_start = True
        elif depth and character in _CLOSING:
            depth -= 1
            at += 1
            token_may_start = True
        elif depth:
            at = _flow_plain_end(text, at, colons)
            token_may_start = True
        elif token_may_start and _KEY_OR_DASH.match(text, at):
            indent = at - line_start
            at += 1
        elif token_may_start and character in "|>" and (header := _BLOCK_HEADER.match(text, at)):
            at = line_start = _block_end(text, header.end(), indent)
            token_may_start = True
        elif token_may_start and character in "&!*":
            at = _word_end(text, at)
        else:
            key_column = at - line_start
            at, is_key = _block_plain_end(text, at)
            if is_key:
                indent = key_column
            token_may_start = False
    return Scan(deepest, colons, apostrophes)


def _line_end(text: str, at: int) -> int:
    while at < len(text) and text[at] not in _BREAKS:
        at += 1
    return at


def _word_end(text: str, at: int) -> int:
    while at < len(text) and text[at] not in _BLANKS + _BREAKS + ",]}":
        at += 1
    return at


def _quoted_end(text: str, at: int, apostrophes: list[int]) -> int:
    quote = text[at]
    at += 1
    while at < len(text):
        if text[at] == "\\" and quote == '"':
            if text[at + 1 : at + 2] == "'":
                apostrophes.append(at + 1)
            at += 2
        elif text[at] == quote:
            if quote == "'" and text[at + 1 : at + 2] == "'":
                at += 2
            else:
                return at + 1
        else:
            at += 1
    return len(text)


def _flow_plain_end(text: str, at: int, colons: list[int]) -> int:
    """The end of a plain scalar in a flow collection; it may hold blanks, breaks and quotes.

    A colon ends it only before a blank or a break, a `#` only after one.
    """
    white = _BLANKS + _BREAKS
    while at < len(text):
        character = text[at]
        if character in ",[]{}" or (character == "#" and text[at - 1] in white):
            break
        if character == ":":
            if at + 1 == len(text) or text[at + 1] in white:
                break
            colons.append(at)
        at += 1
    return at


def _block_plain_end(text: str, at: int) -> tuple[int, bool]:
    """The end of a plain scalar in block context, and whether a `:` makes it a key."""
    while at < len(text) and text[at] not in _BREAKS:
        if text[at] == ":" and (at + 1 == len(text) or text[at + 1] in _BLANKS + _BREAKS):
            return at + 1, True
        if text[at] == "#" and text[at - 1] in _BLANKS:
            return at, False
        at += 1
    return at, False


def _block_end(text: str, at: int, indent: int) -> int:
    """Past the lines of a block scalar whose parent stands at column `indent` (0-based, -1 at the root)."""
    while at < len(text):
        line = _LINE.match(text, at)
        assert line is not None  # the pattern matches everywhere
        if line.group(2) and len(line.group(1)) <= indent:
            return at
        at = line.end()
    return at
