"""The plain part of YAML, read line by line: block mappings and lists of scalars on one line or in blocks of their own.

Most manifests are nothing else, and libyaml's events take many times as long. What is not certain is left to libyaml;
`tests/test_plain_blocks.py` holds both against each other.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import accumulate, pairwise
from typing import Any, TypeAlias

from podhosts.document.nodes import Contents, Entry, Mapping, Node, Scalar, Sequence
from podhosts.document.scalars import WORDS

#: What libyaml refuses or breaks lines at, but for CRLF.
_ODD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]|\r(?!\n)")
#: Without `: ` and ` #`, an indicator at the start, or what may be an infinite number. Tabs are taken in some places.
_PLAIN = (
    r"(?:[^?:,\[\]{}\#&*!|>'\"%@`.+\ \t\r\n-]|(?:-\.?|\+\.?|\.)(?=[^\ .nNiI\t\r\n]))"
    r"[^:\#\t\r\n]*(?:(?::(?=[^\ \t\r\n])|(?<!\ )\#)[^:\#\t\r\n]*)*(?<!\ )"
)
_QUOTED = r"\"[^\"\\\t\r\n]*+\"|'[^'\t\r\n]*+'"
_KEY = "[A-Za-z_/.$][A-Za-z0-9_/.$-]{0,199}+"
#: In braces and brackets.
_INNER = rf"(?:-{{0,2}}[A-Za-z0-9_/$][A-Za-z0-9_/.$=-]*+|{_QUOTED})"
_INNER_ENTRY = rf"{_KEY}:\ ++{_INNER}"
_FLOW = (
    rf"\[\ *+(?:{_INNER}\ *+(?:,\ *+{_INNER}\ *+)*+)?\]|{{\ *+(?:{_INNER_ENTRY}\ *+(?:,\ *+{_INNER_ENTRY}\ *+)*+)?}}"
)
#: A comment begins a line or follows a blank.
_LINE_END = r"\ *+(?:(?<![^\ \n])\#[^\r\n]*+)?\r?\n"
#: A line, with the text below it if it ends with the header of a literal.
_LINES = re.compile(
    rf"""
    (\ *+)
    (?:
        (-(?:\ +|(?=\r?\n)))?                    # the dash of an item
        (?:({_KEY})(:(?=[\ \r\n])\ *))?
        (?:
            (?:({_PLAIN}|{_QUOTED})|({_FLOW}))?{_LINE_END}
          | ([|>][-+]?{_LINE_END}(?:\1\ [^\r\n]*+\r?\n|\ *+\r?\n)*+)
        )
      | ([^\n]*\n)                               # anything else
    )
    """,
    re.VERBOSE,
)
_ITEMS = re.compile(_INNER)
_ENTRIES = re.compile(rf"({_KEY}):\ +({_INNER})")
_JSON = re.compile(r"[\"'][\[{]")
_OPENING = re.compile(rf"---{_LINE_END}", re.VERBOSE)
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
        return _Text(chunk, offset).root
    except _NotPlainError:
        return None


class PlainMapping(Mapping):
    """A mapping whose entries are made when somebody asks for them."""

    __slots__ = ("_first", "_last", "_level", "_text")

    def __init__(self, text: _Text, first: int, last: int, level: int) -> None:
        # Not through the base, which would make what `__getattr__` makes.
        self.start = text.content_start(first)
        self.anchor = self.tag = None
        self.shared = ()
        self.contents = None
        self.flow = False
        self._text, self._first, self._last, self._level = text, first, last, level

    def __getattr__(self, name: str) -> Any:
        text = self._text
        if name == "entries":
            self.entries = [
                Entry(
                    text.key(first),
                    text.value(first, last, text.content_start(first) + len(text.lines[first][2]) + 1),
                    None,
                )
                for first, last in pairwise(text.siblings(self._first, self._last, self._level))
            ]
        elif name == "end":
            self.end = text.end(self._first, self._last)
        else:
            raise AttributeError(name)
        return getattr(self, name)


class PlainSequence(Sequence):
    """A list whose items are made when somebody asks for them."""

    __slots__ = ("_first", "_last", "_level", "_text")

    def __init__(self, text: _Text, first: int, last: int, level: int) -> None:
        self.start = text.starts[first] + level // 2
        self.anchor = self.tag = None
        self.shared = ()
        self.contents = None
        self.flow = False
        self.aliases = {}
        self._text, self._first, self._last, self._level = text, first, last, level

    def __getattr__(self, name: str) -> Any:
        text = self._text
        if name == "items":
            self.items = [
                text.item(first, last) for first, last in pairwise(text.siblings(self._first, self._last, self._level))
            ]
        elif name == "end":
            self.end = text.end(self._first, self._last)
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
        contents = self._check(chunk)
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
        self.root = self._collection(first, len(self.lines))
        self.root.contents = contents

    def _check(self, chunk: str) -> Contents:
        """What the lines hold. Raises _NotPlainError unless libyaml would read all of them."""
        level = -1
        number = count = 0
        is_waiting = True
        has_texts = bool(_JSON.search(chunk))
        # What is around the innermost open collection: levels, and a number for each.
        levels: list[int] = []
        numbers: list[int] = []
        owners: list[int] = []
        keys: list[str] = []
        for indentation, dash, key, _, scalar, flow, literal, other in self.lines:
            if dash:
                wanted = 2 * len(indentation) + 1
            elif key:
                wanted = 2 * len(indentation)
            elif scalar or flow or literal or other:
                raise _NotPlainError
            else:
                self.levels.append(-1)
                continue
            self.levels.append(wanted)
            while True:
                if wanted > level:
                    if not is_waiting or len(levels) > _MAX_DEPTH:
                        raise _NotPlainError
                    levels.append(level)
                    numbers.append(number)
                    count += 1
                    level, number = wanted, count
                elif wanted < level:
                    while level > wanted:
                        level, number = levels.pop(), numbers.pop()
                    if level != wanted:
                        raise _NotPlainError
                if not (dash and key) or wanted % 2 == 0:
                    break
                # The item is a mapping that begins on its line.
                is_waiting = True
                wanted = 2 * (len(indentation) + len(dash))
            if key:
                keys.append(key)
                owners.append(number)
            is_waiting = False
            if flow:
                names = [name for name, _ in _ENTRIES.findall(flow)] if flow[0] == "{" else []
                keys += names
                count += 1
                owners += [count] * len(names)
            elif literal:
                if dash and key:
                    raise _NotPlainError
                _literal(literal)
                has_texts = True
            elif not scalar:
                is_waiting = True
        counts = Counter(keys)
        if not WORDS.keys().isdisjoint(counts):
            raise _NotPlainError
        return Contents(counts, len(set(zip(owners, keys, strict=True))) < len(keys), has_texts)

    def _first_content(self, first: int, last: int) -> int | None:
        """The first of some lines that holds something."""
        return next((number for number in range(first, last) if self.levels[number] >= 0), None)

    def _collection(self, first: int, last: int) -> PlainMapping | PlainSequence:
        level = self.levels[first]
        return (PlainSequence if level % 2 else PlainMapping)(self, first, last, level)

    def siblings(self, first: int, last: int, level: int) -> list[int]:
        """The lines where the members of a collection begin, and the one behind its last line."""
        found = [first]
        try:
            while True:
                found.append(self.levels.index(level, found[-1] + 1, last))
        except ValueError:
            return [*found, last]

    def content_start(self, number: int) -> int:
        """Where a line's key or value begins, behind the dash."""
        line = self.lines[number]
        return self.starts[number] + len(line[0]) + len(line[1])

    def key(self, number: int) -> Scalar:
        start, text = self.content_start(number), self.lines[number][2]
        return Scalar(start, start + len(text), text, "")

    def item(self, first: int, last: int) -> Node:
        """What the dash on line `first` stands for; the next item begins on line `last`."""
        indentation, dash, key, *_ = self.lines[first]
        if key:
            return PlainMapping(self, first, last, 2 * (len(indentation) + len(dash)))
        return self.value(first, last, self.starts[first] + len(indentation) + 1)

    def value(self, first: int, last: int, null_at: int) -> Node:
        """What the key or dash on line `first` stands for."""
        _, _, key, colon, scalar, flow, literal, _ = self.lines[first]
        if not (scalar or flow or literal):
            below = self._first_content(first + 1, last)
            return Scalar(null_at, null_at, "", "") if below is None else self._collection(below, last)
        start = self.content_start(first) + len(key) + len(colon)
        if scalar:
            return _scalar(scalar, start)
        if literal:
            text, length = _literal(literal)
            return Scalar(start, start + length, text if literal[0] == "|" else _folded(literal), literal[0])
        node: Mapping | Sequence
        if flow[0] == "{":
            node = Mapping(start, start + len(flow), flow=True)
            for found in _ENTRIES.finditer(flow):
                name, inner = (_scalar(found[group], start + found.start(group)) for group in (1, 2))
                node.entries.append(Entry(name, inner, None))
        else:
            node = Sequence(start, start + len(flow), flow=True)
            node.items += (_scalar(found[0], start + found.start()) for found in _ITEMS.finditer(flow))
        return node

    def end(self, first: int, last: int) -> int:
        """Where what stands on some lines ends."""
        number = next(number for number in range(last - 1, first - 1, -1) if self.levels[number] >= 0)
        _, _, key, colon, scalar, flow, literal, _ = self.lines[number]
        start = self.content_start(number)
        if not (scalar or flow or literal):
            return start + len(key) + 1 if key else self.starts[number] + len(self.lines[number][0]) + 1
        return start + len(key) + len(colon) + (_literal(literal)[1] if literal else len(scalar or flow))


def _scalar(text: str, start: int) -> Scalar:
    if text[0] in "\"'":
        return Scalar(start, start + len(text), text[1:-1], text[0])
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
