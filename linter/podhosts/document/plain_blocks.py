"""The plain part of YAML, read line by line: block mappings and lists of scalars on one line or in blocks of their own.

Most manifests are nothing else, and libyaml's events take many times as long. What is not certain is left to libyaml;
`tests/test_plain_blocks.py` holds both against each other.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Any, TypeAlias

from podhosts.document.nodes import Contents, Entry, Mapping, Node, Scalar, Sequence
from podhosts.document.scalars import WORDS
from podhosts.patterns import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What libyaml refuses or breaks lines at, but for CRLF.
_ODD = regex(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]|\r(?!\n)")
#: Without `: ` and `#`, an indicator at the start, or what may be an infinite number; blanks at the end are too much.
#: Possessive, and with alternatives for what may be missing: this pattern takes most of the time.
_PLAIN = (
    r"(?:[^?:,\[\]{}\#&*!|>'\"%@`.+\ \t\r\n-]|(?:-\.?|\+\.?|\.)(?=[^\ .nNiI\t\r\n]))"
    r"[^:\#\t\r\n]*+(?::++[^:\#\ \t\r\n][^:\#\t\r\n]*+)*+"
)
_QUOTED = r"\"[^\"\\\t\r\n]*+\"|'[^'\t\r\n]*+'"
#: No number can begin like that.
_KEY = r"(?:[A-Za-z_/$]|\.(?=[A-Za-z_]))[A-Za-z0-9_/.$-]*+"
#: libyaml takes keys of up to 1024 characters.
_LONGEST_KEY = 1000
#: In braces and brackets.
_INNER = rf"(?:-{{0,2}}[A-Za-z0-9_/$][A-Za-z0-9_/.$=-]*+|{_QUOTED})"
_INNER_ENTRY = rf"{_KEY}:\ ++{_INNER}"
_FLOW = (
    rf"\[\ *+(?:{_INNER}\ *+(?:,\ *+{_INNER}\ *+)*+)?\]|{{\ *+(?:{_INNER_ENTRY}\ *+(?:,\ *+{_INNER_ENTRY}\ *+)*+)?}}"
)
#: A comment begins a line or follows a blank.
_LINE_END = r"(?:\n|\ *+(?:(?<![^\ \n])\#[^\r\n]*+)?\r?\n)"
#: A line, with the text below it if it ends with the header of a literal.
_LINES = regex(
    rf"""
    (\ *+)
    (?:
        (-(?:\ +|(?=\r?\n))|)                    # the dash of an item
        (?:({_KEY})(:(?=[\ \r\n])\ *)|)
        (?:
            (?:({_PLAIN}|{_QUOTED})|({_FLOW})|){_LINE_END}
          | ([|>][-+]?{_LINE_END}(?:\1\ [^\r\n]*+\r?\n|\ *+\r?\n)*+)
        )
      | ([^\n]*\n)                               # anything else
    )
    """,
    re.VERBOSE,
)
_ITEMS = regex(_INNER)
_ENTRIES = regex(rf"({_KEY}):\ +({_INNER})")
_JSON = regex(r"[\"'][\[{]")
_OPENING = regex(rf"---{_LINE_END}", re.VERBOSE)
#: Deeper ones are left to libyaml.
_MAX_DEPTH = 200


#: The groups of `_LINES`, in order; empty where there is none.
_Line: TypeAlias = tuple[str, str, str, str, str, str, str, str]


class _NotPlainError(Exception):
    """The text may be anything, also no YAML."""


def read_plain(chunk: str, offset: int) -> Node | None:
    """The mapping or list that `chunk` holds, which ends with a line feed; spans are offsets in it plus `offset`.

    None where libyaml has to say what it holds.
    """
    if not chunk.replace("\n", "").isprintable() and _ODD.search(chunk):
        return None
    try:
        text = _Text(chunk, offset)
    except _NotPlainError:
        return None
    root = text.collection(text.first, len(text.lines))
    root.contents = text.contents
    return root


class PlainMapping(Mapping):
    """A mapping whose entries are made when somebody asks for them."""

    __slots__ = ("_first", "_last", "_level", "_text")

    def __init__(self, text: _Text, first: int, last: int, level: int) -> None:
        # Not through the base, which would make what `__getattr__` makes.
        self.start = text.starts[first] + level // 2
        self.anchor = self.tag = None
        self.shared = ()
        self.contents = None
        self.flow = self.is_open = False
        self._text, self._first, self._last, self._level = text, first, last, level

    def __getattr__(self, name: str) -> Any:
        if name == "entries":
            self.entries = self._text.entries(self._first, self._last, self._level)
        elif name == "end":
            self.end = self._text.end(self._first, self._last)
        else:
            raise AttributeError(name)
        return getattr(self, name)

    @cached_property
    def fields(self) -> dict[str, Entry]:
        return {entry.name: entry for entry in self.entries}


class PlainSequence(Sequence):
    """A list whose items are made when somebody asks for them."""

    __slots__ = ("_first", "_last", "_level", "_text")

    def __init__(self, text: _Text, first: int, last: int, level: int) -> None:
        self.start = text.starts[first] + level // 2
        self.anchor = self.tag = None
        self.shared = ()
        self.contents = None
        self.flow = self.is_open = False
        self.aliases = {}
        self._text, self._first, self._last, self._level = text, first, last, level

    def __getattr__(self, name: str) -> Any:
        if name == "items":
            self.items = self._text.items(self._first, self._last, self._level)
        elif name == "end":
            self.end = self._text.end(self._first, self._last)
        else:
            raise AttributeError(name)
        return getattr(self, name)


class _Text:
    """A text's lines, whose structure is sound.

    `levels` has for each line twice the column where it begins, and one more if that is a dash; -1 for what holds
    nothing. So what stands below a key or dash has a higher level than the collection it belongs to.
    """

    def __init__(self, chunk: str, offset: int) -> None:
        opening = _OPENING.match(chunk)
        begin = opening.end() if opening else 0
        self.lines: list[_Line] = _LINES.findall(chunk, begin)
        self.levels: list[int] = []
        self.contents = self._check(chunk)
        lengths = list(map(len, chunk[begin:].splitlines(keepends=True)))
        for number, line in enumerate(self.lines if "|" in chunk or ">" in chunk else ()):
            if line[6]:
                count = line[6].count("\n")
                lengths[number : number + count] = [sum(lengths[number : number + count])]
        #: Where each line begins in the source.
        self.starts = list(accumulate(lengths, initial=begin + offset))
        first = self._first_content(0, len(self.lines))
        if first is None:
            raise _NotPlainError
        self.first = first

    def _check(self, chunk: str) -> Contents:
        """The contents of the lines. Raises _NotPlainError unless libyaml would read all of them."""
        levels = self.levels
        level = -1
        number = count = 0
        is_waiting = True
        has_texts = bool(_JSON.search(chunk))
        # What is around the innermost open collection: levels, and a number for each.
        outer: list[int] = []
        outer_numbers: list[int] = []
        owners: list[int] = []
        keys: list[str] = []
        for indentation, dash, key, _, scalar, flow, literal, other in self.lines:
            if dash:
                first = 2 * len(indentation) + 1
                steps = (first, first - 1 + 2 * len(dash)) if key else (first,)
            elif key:
                first = 2 * len(indentation)
                steps = (first,)
            elif scalar or flow or literal or other:
                raise _NotPlainError
            else:
                levels.append(-1)
                continue
            levels.append(first)
            for step in steps:
                if step > level:
                    if not is_waiting or len(outer) > _MAX_DEPTH:
                        raise _NotPlainError
                    outer.append(level)
                    outer_numbers.append(number)
                    count += 1
                    level, number = step, count
                elif step < level:
                    while level > step:
                        level, number = outer.pop(), outer_numbers.pop()
                    if level != step:
                        raise _NotPlainError
                # What is in an item may begin on its line.
                is_waiting = True
            if key:
                keys.append(key)
                owners.append(number)
            if scalar:
                is_waiting = False
            elif flow:
                is_waiting = False
                names = [name for name, _ in _ENTRIES.findall(flow)] if flow[0] == "{" else []
                keys += names
                count += 1
                owners += [count] * len(names)
            elif literal:
                is_waiting = False
                if dash and key:
                    raise _NotPlainError
                _literal(literal)
                has_texts = True
        counts = Counter(keys)
        if not WORDS.keys().isdisjoint(counts) or max(map(len, counts), default=0) > _LONGEST_KEY:
            raise _NotPlainError
        return Contents(counts, len(set(zip(owners, keys, strict=True))) < len(keys), has_texts)

    def _first_content(self, first: int, last: int) -> int | None:
        """The first of some lines that holds something."""
        for number in range(first, last):
            if self.levels[number] >= 0:
                return number
        return None

    def collection(self, first: int, last: int) -> PlainMapping | PlainSequence:
        level = self.levels[first]
        return (PlainSequence if level % 2 else PlainMapping)(self, first, last, level)

    def entries(self, first: int, last: int, level: int) -> list[Entry]:
        """The entries of a mapping that takes some lines."""
        found = []
        for number, following in self._members(first, last, level):
            indentation, dash, name, colon, *_ = self.lines[number]
            start = self.starts[number] + len(indentation) + len(dash)
            end = start + len(name)
            value = self._value(number, following, end + len(colon), end + 1)
            found.append(Entry(Scalar(start, end, name, ""), value, None, name))
        return found

    def items(self, first: int, last: int, level: int) -> list[Node]:
        """The items of a list that takes some lines."""
        found: list[Node] = []
        for number, following in self._members(first, last, level):
            indentation, dash, key, *_ = self.lines[number]
            start = self.starts[number] + len(indentation)
            if key:
                found.append(PlainMapping(self, number, following, 2 * (len(indentation) + len(dash))))
            else:
                found.append(self._value(number, following, start + len(dash), start + 1))
        return found

    def _members(self, first: int, last: int, level: int) -> Iterator[tuple[int, int]]:
        """The lines where the members of a collection begin, each with the line behind it."""
        levels = self.levels
        for number in range(first + 1, last):
            if levels[number] == level:
                yield first, number
                first = number
        yield first, last

    def _value(self, first: int, last: int, start: int, null_at: int) -> Node:
        """The value of the key or dash on line `first`; on that line it begins at `start`."""
        _, _, _, _, scalar, flow, literal, _ = self.lines[first]
        if scalar:
            return _scalar(scalar, start)
        if not (flow or literal):
            below = self._first_content(first + 1, last)
            return Scalar(null_at, null_at, "", "") if below is None else self.collection(below, last)
        if literal:
            text, length = _literal(literal)
            return Scalar(start, start + length, text if literal[0] == "|" else _folded(literal), literal[0])
        node: Mapping | Sequence
        if flow[0] == "{":
            node = Mapping(start, start + len(flow), flow=True)
            for found in _ENTRIES.finditer(flow):
                name, value = (_scalar(found[group], start + found.start(group)) for group in (1, 2))
                node.entries.append(Entry(name, value, None, name.text))
        else:
            node = Sequence(start, start + len(flow), flow=True)
            node.items += (_scalar(found[0], start + found.start()) for found in _ITEMS.finditer(flow))
        return node

    def end(self, first: int, last: int) -> int:
        """The end of the node on some lines."""
        number = last - 1
        while self.levels[number] < 0:
            number -= 1
        indentation, dash, key, colon, scalar, flow, literal, _ = self.lines[number]
        start = self.starts[number] + len(indentation)
        if scalar or flow or literal:
            length = _literal(literal)[1] if literal else len(scalar.rstrip(" ") or flow)
            return start + len(dash) + len(key) + len(colon) + length
        return start + len(dash) + len(key) + 1 if key else start + 1


def _scalar(text: str, start: int) -> Scalar:
    if text[0] in "\"'":
        return Scalar(start, start + len(text), text[1:-1], text[0])
    text = text.rstrip(" ")
    return Scalar(start, start + len(text), text, "")


def _folded(block: str) -> str:
    # Imported here, as reading reads plain blocks first.
    from podhosts.document.reading import read

    scalar = read(block, 0, len(block))
    assert isinstance(scalar, Scalar)
    return scalar.text


def _literal(block: str) -> tuple[str, int]:
    """The text of a literal that begins with its header, and how long it is in the source without blank lines below."""
    header, *lines = block.split("\n")[:-1]
    texts = [line.removesuffix("\r") for line in lines]
    first = next((number for number, text in enumerate(texts) if not text.isspace() and text), None)
    if first is None:
        raise _NotPlainError
    indentation = len(texts[first]) - len(texts[first].lstrip(" "))
    margin = " " * indentation
    # A comment may stand further left, and end the literal.
    if (
        max(map(len, texts[:first]), default=0) > indentation
        or not all(text.startswith(margin) or not text.strip(" ") for text in texts)
        or texts[first][indentation] == "\t"
    ):
        raise _NotPlainError
    count = len(texts)
    while len(texts[count - 1]) <= indentation:
        count -= 1
    text = "\n".join(text[indentation:] for text in texts[:count])
    if header[1:2] != "-":
        text += "\n"
    if header[1:2] == "+":
        text += "\n" * (len(texts) - count)
    length = len(header) + sum(len(line) + 1 for line in lines[:count]) - lines[count - 1].endswith("\r")
    return text, length
