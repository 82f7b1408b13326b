"""Random data written as YAML in random styles, with where each part was put: what the reader must find again.

The shape of a node is a tuple: ("scalar", start, end, text, style), ("list", start, end, is flow, items),
("mapping", start, end, is flow, keys and values by turns), ("alias", start, end, name). A node with an anchor or a tag is
in a further ("named", anchor, tag, node).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from hypothesis import strategies as st

from podhosts.document import Document, Mapping, Piece, Scalar, Sequence
from podhosts.document.scalars import ScalarError, key_name
from podhosts.source import Source, Span

if TYPE_CHECKING:
    from random import Random

    from podhosts.document import Node

Shape: TypeAlias = tuple[Any, ...]
Trace: TypeAlias = list[tuple[str, int, int]]
Data: TypeAlias = None | str | list[Any] | dict[str, Any]

_LETTERS = st.sampled_from(
    [*"abc019-_#:'\"\\,[]{}?&*!|>%@`/. \n\t", "é", "中", "😀", "\ufeff", "\xa0", "x: y", "a #b", "  "]
)
_RARE = st.sampled_from(["\0", "\x07", "\x7f", "\x85", "\u2028", "\u2029", "\uffff", "\r"])
_TEXTS = st.lists(_LETTERS, max_size=12).map("".join) | st.lists(_LETTERS | _RARE, max_size=5).map("".join)
_KEYS = st.lists(_LETTERS.filter(lambda text: "\n" not in text), max_size=4).map("".join)
_DATA = st.recursive(
    st.none() | _TEXTS,
    lambda nodes: st.lists(nodes, max_size=4) | st.dictionaries(_KEYS, nodes, max_size=4),
    max_leaves=8,
)
_UNPRINTABLE = re.compile("[^\\t\\n -~\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PLAIN = re.compile(r"[A-Za-z0-9é中😀](?:.*[^\s:])?", re.DOTALL)
_NOT_IN_PLAIN = re.compile(r":\s|\s#|\t|[ \xa0]\n|\n[ \xa0]|\n[-?:.]")
_ESCAPED = {"\0": "0", "\a": "a", "\t": "t", "\n": "n", "\r": "r", '"': '"', "\\": "\\", "\x85": "N", "\u2028": "L"}


@dataclass
class Written:
    """A document at the end of `text`, from `start` on: its shape, what each scalar's text came from, its comments."""

    text: str
    start: int
    shape: Shape
    traces: list[tuple[int, Trace]]
    comments: list[tuple[int, str, bool]]

    def document(self) -> Document:
        piece = Piece(1, Span(self.start, len(self.text)), "yaml")
        return Document(Source("x", self.text.encode()), piece)


@st.composite
def documents(draw: st.DrawFn) -> Written:
    """Documents of any shape and style that YAML has but explicit keys that are no scalars and merges."""
    random = draw(st.randoms(use_true_random=False))
    return _Writer(random, draw(st.sampled_from(["\n", "\r\n", "\r"]))).document(draw(_DATA))


def shape(node: Node, alias: Span | None = None) -> Shape:
    """The shape of what was read."""
    if alias is not None:
        return ("alias", *alias, node.anchor)
    if isinstance(node, Scalar):
        found: Shape = ("scalar", *node.span, node.text, node.style)
    elif isinstance(node, Sequence):
        items = [shape(item, node.aliases.get(index)) for index, item in enumerate(node.items)]
        found = ("list", *node.span, node.flow, items)
    else:
        pairs = [part for entry in node.entries for part in (shape(entry.key), shape(entry.value, entry.alias))]
        found = ("mapping", *node.span, node.flow, pairs)
    return ("named", node.anchor, node.tag, found) if node.anchor or node.tag else found


def scalars(root: Node | None) -> list[Scalar]:
    """All scalars below a node, in order of their places, each once."""
    found: dict[int, Scalar] = {}
    stack = [root] if root else []
    while stack:
        node = stack.pop()
        if isinstance(node, Scalar):
            found[id(node)] = node
        elif isinstance(node, Sequence):
            stack += node.items
        elif isinstance(node, Mapping):
            stack += [part for entry in node.entries for part in (entry.key, entry.value)]
    return sorted(found.values(), key=lambda scalar: scalar.start)


@dataclass
class _Writer:
    random: Random
    line_break: str
    text: str = ""
    traces: list[tuple[int, Trace]] = field(default_factory=list)
    comments: list[tuple[int, str, bool]] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)
    #: After a block scalar: the column that comments must stay left of, and the trace that the next break belongs to.
    block_indent: int | None = None
    open_trace: Trace | None = None
    keeps_breaks: bool = False

    def document(self, data: Data) -> Written:
        if self.maybe():
            self.text = self.random.choice(["first: 1\n---\n", "é: [😀]\n---\n"])
        start = len(self.text)
        if self.maybe() and self.line_break != "\r":
            self.text += "---"
            self.end_line(0)
        self.filler(0)
        if data is None:
            data = "~"
        if self.is_block(data):
            indent = self.random.choice([0, 0, 1, 2])
            self.text += " " * indent
            shape = self.named(data, lambda: self.block_collection(data, indent), breaks=indent)
        else:
            self.text += self.random.choice(["", " "])
            shape = self.inline(data, -1, "block")
        if self.block_indent is not None or self.maybe():
            self.end_line(0)
            self.filler(0)
        elif self.maybe():
            self.comment(" ")
        return Written(self.text, start, shape, self.traces, self.comments)

    def maybe(self, chance: int = 2) -> bool:
        return self.random.randrange(chance) == 0

    # Space and comments

    def end_line(self, indent: int) -> None:
        """Go to column `indent` of a new line, maybe past a comment, other comments and blank lines."""
        if self.block_indent is None and self.maybe(5):
            self.comment(self.random.choice([" ", "  ", "\t"]))
        start = len(self.text)
        self.text += self.line_break
        if self.open_trace is not None:
            self.open_trace.append(("\n", start, len(self.text)))
        self.filler(0)
        self.text += " " * indent
        self.block_indent = self.open_trace = None
        self.keeps_breaks = False

    def filler(self, least: int) -> None:
        for _ in range(self.random.choice([0, 0, 0, 1, 2])):
            column = self.random.randrange(least, 5)
            if self.block_indent is not None:
                column = min(column, self.block_indent - 1)
            if self.maybe() or self.keeps_breaks:
                self.comment(" " * column, own_line=True)
                self.keeps_breaks = False
            else:
                self.text += " " * column
            self.text += self.line_break

    def comment(self, space: str, *, own_line: bool = False) -> None:
        self.text += space
        comment = "#" + self.random.choice(["", " c", "#", " a: 'b", ' - "c', " {[&*!|>", "é😀 # d"])
        self.comments.append((len(self.text), comment, own_line))
        self.text += comment

    def flow_space(self) -> None:
        kind = self.random.choice(["", "", " ", "line", "comment"])
        if kind in {"line", "comment"}:
            if kind == "comment":
                self.comment(" ")
            self.text += self.line_break + " " * self.random.randrange(1, 4)
        else:
            self.text += kind

    # Nodes

    def is_block(self, data: Data) -> bool:
        return isinstance(data, list | dict) and bool(data) and self.maybe()

    def named(self, data: Data, write: Any, *, breaks: int | None = None) -> Shape:
        """Write a node, maybe behind an anchor and a tag; `breaks`: the column to go on at on a new line."""
        anchor = tag = None
        names = []
        if self.maybe(6):
            anchor = f"a{len(self.traces)}-{len(self.text)}"
            names.append(f"&{anchor}")
        if self.maybe(8):
            written, tag = self.random.choice(
                [("!!str", "tag:yaml.org,2002:str"), ("!x:y,z", "!x:y,z"), ("!", "!"), ("!<tag:a.b,c>", "tag:a.b,c")]
            )
            names.append(written)
        self.random.shuffle(names)
        for name in names:
            self.text += name
            if breaks is not None and name == names[-1]:
                self.end_line(breaks)
            else:
                self.text += self.random.choice([" ", "  "])
        shape = write()
        if anchor:
            self.anchors.append(anchor)
        return ("named", anchor, tag, shape) if names else shape

    def inline(self, data: Data, indent: int, context: str) -> Shape:
        """A node that begins where the text ends; `indent` is the column of the block collection around it."""
        if context != "key" and self.anchors and self.maybe(4):
            name = self.random.choice(self.anchors)
            start = len(self.text)
            self.text += f"*{name}"
            return ("alias", start, len(self.text), name)
        if isinstance(data, list | dict):
            return self.named(data, lambda: self.flow_collection(data, indent))
        if data is None:
            data = "null"
        return self.named(data, lambda: self.scalar(data, indent, context))

    def block_collection(self, data: Any, column: int) -> Shape:
        start = end = len(self.text)
        parts: list[Shape] = []
        for number, part in enumerate(data):
            if number:
                self.end_line(column)
            if isinstance(data, dict):
                parts.append(self.block_key(part, column))
                self.text += ":"
                parts.append(self.block_value(data[part], column, after_colon=True))
            else:
                self.text += "-"
                parts.append(self.block_value(part, column, after_colon=False))
            end = _end(parts[-1])
        return ("mapping" if isinstance(data, dict) else "list", start, end, False, parts)

    def block_key(self, key: str, column: int) -> Shape:
        if self.maybe(8):
            self.text += "? "
            shape = self.inline(key, column, "block") if not self.anchors else self.inline(key, column, "key")
            self.end_line(column)
            return shape
        shape = self.inline(key, column, "key")
        self.text += self.random.choice(["", " "])
        return shape

    def block_value(self, data: Data, column: int, *, after_colon: bool) -> Shape:
        if data is None and self.maybe():
            return ("scalar", len(self.text), len(self.text), "", "")
        if not self.is_block(data):
            if self.maybe(6):
                self.end_line(column + self.random.randrange(1, 4))
            else:
                self.text += self.random.choice([" ", " ", "  ", "\t"])
            return self.inline(data, column, "block")
        if not after_colon and self.maybe():
            self.text += " " * self.random.choice([1, 1, 3])
            inner = len(self.text) - max(self.text.rfind("\n"), self.text.rfind("\r")) - 1
            return self.block_collection(data, inner)
        least = 0 if after_colon and isinstance(data, list) else 1
        inner = column + self.random.randrange(least, 4)
        self.text += " "
        shape = self.named(data, lambda: None, breaks=inner)
        if shape is None:
            self.end_line(inner)
        written = self.block_collection(data, inner)
        return written if shape is None else (*shape[:3], written)

    def flow_collection(self, data: Any, indent: int) -> Shape:
        start = len(self.text)
        self.text += "{" if isinstance(data, dict) else "["
        parts: list[Shape] = []
        for number, part in enumerate(data):
            if number:
                self.text += ","
            self.flow_space()
            if isinstance(data, dict):
                parts.append(self.inline(part, indent, "flow key"))
                self.text += ": "
                self.flow_space()
                parts.append(self.inline(data[part], indent, "flow"))
            else:
                parts.append(self.inline(part, indent, "flow"))
            self.flow_space()
        if data and self.maybe():
            self.text += ","
        self.flow_space()
        self.text += "}" if isinstance(data, dict) else "]"
        return ("mapping" if isinstance(data, dict) else "list", start, len(self.text), True, parts)

    # Scalars

    def scalar(self, text: str, indent: int, context: str) -> Shape:
        style = self.random.choice(self.styles(text, context))
        start = len(self.text)
        if style in {"|", ">"}:
            trace = self.block_scalar(text, style, indent)
            end = start + len(self.text[start:].rstrip("\r\n"))
            if not text.strip("\n"):
                end = start + len(self.text[start:].rstrip("\r\n "))
        else:
            trace = self.flow_scalar(text, style, context)
            end = len(self.text)
        self.traces.append((start, trace))
        return ("scalar", start, end, text, style)

    def styles(self, text: str, context: str) -> list[str]:
        styles = ['"']
        is_printable = not _UNPRINTABLE.search(text)
        if is_printable and not re.search(r"[ \t]\n|\n[ \t]", text) and not ("key" in context and "\n" in text):
            styles.append("'")
        if is_printable and _is_plain(text, context):
            styles += ["", ""]
        if is_printable and context == "block":
            styles += ["|", ">"]
        return styles

    def flow_scalar(self, text: str, quote: str, context: str) -> Trace:
        """Plain and quoted: blanks and line feeds may be folded, and all may be escaped between double quotes."""
        trace: Trace = []
        self.text += quote
        at = 0
        while at < len(text):
            run = re.compile(r"\n+|.", re.DOTALL).match(text, at)
            assert run is not None  # it matches everywhere
            character = run.group()
            around = text[max(0, at - 1) : at] + text[run.end() : run.end() + 1]
            may_fold = "key" not in context and not set(around) & set(" \t\n")
            if not quote:
                may_fold = may_fold and len(around) == 2 and around[1] not in "-?:."
            if (may_fold and (character[0] == "\n" and (quote != '"' or self.maybe()))) or (
                may_fold and character == " " and self.maybe(3)
            ):
                self.fold(character, trace)
            elif quote == '"':
                for one in character:
                    self.double(one, trace)
                if may_fold and not set(" \t\n") & {character[-1], *around} and self.maybe(12):
                    self.text += "\\" + self.line_break + " " * self.random.randrange(1, 4)
            else:
                start = len(self.text)
                self.text += "''" if quote == "'" == character else character
                trace.append((character, start, len(self.text)))
            at = run.end()
        self.text += quote
        return trace

    def fold(self, value: str, trace: Trace) -> None:
        """A blank or some line feeds as line breaks, with blanks around them that do not count."""
        self.text += self.random.choice(["", "", " "])
        for number in range(1 if value == " " else len(value) + 1):
            start = len(self.text)
            self.text += self.line_break
            if value == " " or number:
                trace.append((value[0], start, len(self.text)))
            self.text += " " * self.random.randrange(1, 4)

    def double(self, character: str, trace: Trace) -> None:
        start = len(self.text)
        ways = [f"\\U{ord(character):08x}"]
        if ord(character) < 0x10000:
            ways.append(f"\\u{ord(character):04X}")
        if ord(character) < 0x100:
            ways.append(f"\\x{ord(character):02x}")
        if character in _ESCAPED:
            ways.append("\\" + _ESCAPED[character])
        if not _UNPRINTABLE.match(character) and character not in '\n"\\':
            ways += [character] * 20
        self.text += self.random.choice(ways)
        trace.append((character, start, len(self.text)))

    def block_scalar(self, text: str, style: str, indent: int) -> Trace:
        lines = text.rstrip("\n")
        trailing = len(text) - len(lines)
        step = self.random.randrange(1, 5)
        is_first_blank = re.match(r"\n*[ \t]", lines) is not None
        chomping = {0: "-"}.get(trailing, "" if trailing == 1 and lines else "+")
        if not text:
            chomping = self.random.choice(["", "-", "+"])
        digit = str(step) if is_first_blank or self.maybe(4) else ""
        self.text += style + "".join(self.random.sample([chomping, digit], 2))
        if self.maybe(6):
            self.comment(" ")
        column = max(indent, 0) + step
        trace: Trace = []
        if lines:
            parts = re.split(r"(\n+)", lines)
            self.block_line(parts[0], column, style, trace, is_first=True)
            for breaks, line, before in zip(parts[1::2], parts[2::2], parts[::2], strict=False):
                is_folded = style == ">" and before[:1].strip(" \t") and line[:1].strip(" \t")
                self.breaks(len(breaks) + bool(is_folded), column, trace, skip=bool(is_folded))
                self.block_line(line, column, style, trace)
            self.breaks(trailing - 1, column, trace, last=True)
        elif trailing:
            self.breaks(trailing, column, trace, skip=True, last=True)
        self.block_indent = max(indent, 0) + 1
        self.open_trace = trace if trailing else None
        self.keeps_breaks = chomping == "+"
        return trace

    def breaks(self, count: int, column: int, trace: Trace, *, skip: bool = False, last: bool = False) -> None:
        """Line breaks with blank lines between; without `skip` each is a line feed of the value."""
        for number in range(count):
            start = len(self.text)
            self.text += self.line_break
            if number or not skip:
                trace.append(("\n", start, len(self.text)))
            if number < count - 1 or last:
                self.text += " " * self.random.choice([0, 0, 1, column])

    def block_line(self, line: str, column: int, style: str, trace: Trace, *, is_first: bool = False) -> None:
        if is_first:
            if not line:
                return
            self.text += self.line_break
        self.text += " " * column
        for at, character in enumerate(line):
            start = len(self.text)
            around = line[max(0, at - 1) : at] + line[at + 1 : at + 2]
            is_text = style == ">" and line[0] not in " \t"
            if is_text and character == " " and len(around) == 2 and not set(around) & set(" \t") and self.maybe(3):
                self.text += self.line_break
                trace.append((" ", start, len(self.text)))
                self.text += " " * column
            else:
                self.text += character
                trace.append((character, start, len(self.text)))


def _end(shape: Shape) -> int:
    while shape[0] == "named":
        shape = shape[3]
    end: int = shape[2]
    return end


def _is_plain(text: str, context: str) -> bool:
    if not _PLAIN.fullmatch(text) or _NOT_IN_PLAIN.search(text):
        return False
    if "flow" in context and re.search(r"[][{},?]", text):
        return False
    if "key" in context:
        try:
            return "\n" not in text and key_name(text, "", None) is not None
        except ScalarError:
            return False
    return True
