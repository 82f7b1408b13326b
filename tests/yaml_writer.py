"""Random data written as YAML in random styles, with where each part was put: what the reader must find again.

The shape of a node is a tuple: ("scalar", start, end, text, style), ("list", start, end, is flow, items),
("mapping", start, end, is flow, keys and values by turns), ("alias", start, end, name); a node with an anchor or a tag
stands in a further ("named", anchor, tag, node).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from hypothesis import strategies as st

from podhosts.document import Document, Mapping, Piece, Scalar, Sequence
from podhosts.document.scalars import ScalarError, key_name
from podhosts.source import Source, Span

if TYPE_CHECKING:
    from random import Random

    from podhosts.document import Node

Shape: TypeAlias = tuple[Any, ...]
Trace: TypeAlias = list[tuple[str, int, int]]
Data: TypeAlias = str | list[Any] | dict[str, Any] | None
#: Where a scalar is written: simple keys take one line only.
Context: TypeAlias = Literal["block", "flow", "key", "flow key", "explicit key"]

_LETTERS = st.sampled_from(
    [*"abc019-_#:'\"\\,[]{}?&*!|>%@`/. \n\t", "é", "中", "😀", "\ufeff", "\xa0", "x: y", "a #b", "  ", "fe80::1"]
)
_RARE = st.sampled_from(["\0", "\x07", "\x7f", "\x85", "\u2028", "\u2029", "\uffff", "\r"])
_TEXTS = st.lists(_LETTERS, max_size=12).map("".join) | st.lists(_LETTERS | _RARE, max_size=5).map("".join)
_DATA = st.recursive(
    st.none() | _TEXTS,
    lambda nodes: st.lists(nodes, max_size=4) | st.dictionaries(_TEXTS, nodes, max_size=4),
    max_leaves=8,
)
_UNPRINTABLE = re.compile("[^\t\n -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PLAIN = re.compile(r"[A-Za-z0-9é中😀](?:.*[^\s:])?", re.DOTALL)
_NOT_IN_PLAIN = re.compile(r":\s|\s#|\t|\s\n|\n\s|\n[-?:.]")
_ESCAPED = {"\0": "0", "\a": "a", "\t": "t", "\n": "n", "\r": "r", '"': '"', "\\": "\\", "'": "'", "\u2028": "L"}


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
    """Documents in all of YAML's styles; no key is a list, a mapping or an alias."""
    writer = _Writer(draw(st.randoms(use_true_random=False)), draw(st.sampled_from(["\n", "\r\n", "\r"])))
    return writer.document(draw(_DATA))


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


def parts(node: Node) -> list[Node]:
    """The nodes directly below, keys before their values."""
    if isinstance(node, Mapping):
        return [part for entry in node.entries for part in (entry.key, entry.value)]
    return node.items if isinstance(node, Sequence) else []


def scalars(root: Node | None) -> list[Scalar]:
    """All scalars below a node, in order of their places, each once."""
    found: dict[int, Node] = {}
    stack = [root] if root else []
    while stack:
        node = stack.pop()
        if id(node) not in found:
            found[id(node)] = node
            stack += parts(node)
    return sorted((node for node in found.values() if isinstance(node, Scalar)), key=lambda scalar: scalar.span)


@dataclass
class _BlockScalar:
    """One that the text ends in: what its last break adds to, and what may not follow."""

    trace: Trace | None
    keeps_blank_lines: bool
    #: The first column at which a comment would be content.
    column: int


@dataclass
class _Writer:
    random: Random
    line_break: str
    text: str = ""
    traces: list[tuple[int, Trace]] = field(default_factory=list)
    comments: list[tuple[int, str, bool]] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)
    block_scalar: _BlockScalar | None = None

    def document(self, data: Data) -> Written:
        self.text = self.random.choice(["", "first: 1\n---\n", "é: [😀]\n---\n"])
        start = len(self.text)
        if self.line_break != "\r" and self.maybe():
            self.text += "---"
            self.end_line(0)
        else:
            self.filler()
        if self.is_block(data):
            column = self.random.randrange(3)
            self.text += " " * column
            shape = self.block_collection_below(data, column) if self.maybe(4) else self.block_collection(data, column)
        else:
            self.text += self.random.choice(["", " "])
            shape = self.inline(data, -1, "block")
        if self.block_scalar and self.text[-1] not in "\r\n" and self.maybe():
            # The file ends in the scalar's last line; kubectl adds the break.
            self.put("", self.block_scalar.trace, "\n")
        elif self.block_scalar or self.maybe():
            self.end_line(0)
        elif self.maybe():
            self.comment(" ")
        return Written(self.text, start, shape, self.traces, self.comments)

    def maybe(self, chance: int = 2) -> bool:
        return self.random.randrange(chance) == 0

    def put(self, text: str, trace: Trace | None = None, value: str = "") -> None:
        """Write `text`; with a trace, as what stands for `value` in a scalar."""
        start = len(self.text)
        self.text += text
        if trace is not None:
            trace.append((value or text, start, len(self.text)))

    # Space and comments

    def end_line(self, column: int) -> None:
        """Go to a column of a new line, maybe past a comment, lines of comments and blank lines."""
        if not self.block_scalar and self.maybe(5):
            self.comment(self.random.choice([" ", "  "]))
        self.put(self.line_break, self.block_scalar.trace if self.block_scalar else None, "\n")
        self.filler()
        self.text += " " * column
        self.block_scalar = None

    def filler(self) -> None:
        keeps_blank_lines = self.block_scalar is not None and self.block_scalar.keeps_blank_lines
        for _ in range(self.random.choice([0, 0, 0, 1, 2])):
            space = " " * self.random.randrange(self.block_scalar.column if self.block_scalar else 5)
            if keeps_blank_lines or self.maybe():
                self.comment(space)
                keeps_blank_lines = False
            else:
                self.text += space
            self.text += self.line_break

    def comment(self, space: str) -> None:
        self.text += space
        own_line = not re.split("[\r\n]", self.text)[-1].strip()
        comment = "#" + self.random.choice(["", " c", "#", " a: 'b", ' - "c', " {[&*!|>", "é😀 # d"])
        self.comments.append((len(self.text), comment, own_line))
        self.text += comment

    def flow_space(self) -> None:
        space = self.random.choice(["", "", " ", "\t", "line", "comment"])
        if space in {"line", "comment"}:
            if space == "comment":
                self.comment(" ")
            space = self.line_break + " " * self.random.randrange(1, 4)
        self.text += space

    # Nodes

    def is_block(self, data: Data) -> bool:
        return isinstance(data, list | dict) and bool(data) and self.maybe()

    def properties(self) -> tuple[str | None, str | None]:
        """Maybe write an anchor and a tag, with blanks behind them."""
        anchor = f"a-{len(self.text)}" if self.maybe(6) else None
        written, tag = self.random.choice(
            [("", None)] * 12
            + [("!!str", "tag:yaml.org,2002:str"), ("!x:y,z", "!x:y,z"), ("!", "!"), ("!<tag:a.b,c>", "tag:a.b,c")]
        )
        words = [f"&{anchor}" if anchor else "", written]
        self.random.shuffle(words)
        self.text += "".join(f"{word} " for word in words if word)
        return anchor, tag

    def named(self, anchor: str | None, tag: str | None, shape: Shape) -> Shape:
        if anchor:
            self.anchors.append(anchor)
        return ("named", anchor, tag, shape) if anchor or tag else shape

    def inline(self, data: Data, indent: int, context: Context) -> Shape:
        """A node that begins where the text ends; `indent` is the column of the block collection around it."""
        if context in {"block", "flow"} and self.anchors and self.maybe(4):
            name = self.random.choice(self.anchors)
            start = len(self.text)
            self.text += f"*{name}"
            return ("alias", start, len(self.text), name)
        anchor, tag = self.properties()
        if isinstance(data, list | dict):
            return self.named(anchor, tag, self.flow_collection(data, indent))
        return self.named(anchor, tag, self.scalar("null" if data is None else data, indent, context))

    def block_collection(self, data: Any, column: int) -> Shape:
        start = end = len(self.text)
        parts: list[Shape] = []
        for number, part in enumerate(data):
            if number:
                self.end_line(column)
            if isinstance(data, dict):
                parts.append(self.block_key(part, column))
                parts.append(self.block_value(data[part], column, is_item=False))
            else:
                self.text += "-"
                parts.append(self.block_value(part, column, is_item=True))
            end = _end(parts[-1])
        return ("mapping" if isinstance(data, dict) else "list", start, end, False, parts)

    def block_collection_below(self, data: Any, column: int) -> Shape:
        """A block collection on the next line, maybe with its anchor and tag on this one."""
        anchor, tag = self.properties()
        self.end_line(column)
        return self.named(anchor, tag, self.block_collection(data, column))

    def block_key(self, key: str, column: int) -> Shape:
        if "\n" in key or self.maybe(8):
            self.text += "? "
            shape = self.inline(key, column, "explicit key")
            self.end_line(column)
            self.text += ":"
        else:
            shape = self.inline(key, column, "key")
            self.text += self.random.choice([":", " :", ":", ":\t"])
        return shape

    def block_value(self, data: Data, column: int, *, is_item: bool) -> Shape:
        if data is None and self.text[-1] != "\t" and self.maybe():
            return ("scalar", len(self.text), len(self.text), "", "")
        if not self.is_block(data):
            if self.maybe(6):
                self.end_line(column + self.random.randrange(1, 4))
            else:
                self.text += self.random.choice([" ", "  "])
            return self.inline(data, column, "block")
        if is_item and self.maybe():
            self.text += " " * self.random.choice([1, 1, 3])
            return self.block_collection(data, len(re.split("[\r\n]", self.text)[-1]))
        self.text += " "
        least = 1 if is_item or isinstance(data, dict) else 0
        return self.block_collection_below(data, column + self.random.randrange(least, 4))

    def flow_collection(self, data: Any, indent: int) -> Shape:
        start = len(self.text)
        self.text += "{" if isinstance(data, dict) else "["
        self.flow_space()
        parts: list[Shape] = []
        for number, part in enumerate(data):
            if number:
                self.text += ","
                self.flow_space()
            if isinstance(data, dict):
                parts.append(self.inline(part, indent, "flow key"))
                self.text += ": "
                self.flow_space()
            parts.append(self.inline(data[part] if isinstance(data, dict) else part, indent, "flow"))
            self.flow_space()
        if data and self.maybe():
            self.text += ","
            self.flow_space()
        self.text += "}" if isinstance(data, dict) else "]"
        return ("mapping" if isinstance(data, dict) else "list", start, len(self.text), True, parts)

    # Scalars

    def scalar(self, text: str, indent: int, context: Context) -> Shape:
        style = self.random.choice(_styles(text, context))
        start = len(self.text)
        trace: Trace = []
        self.traces.append((start, trace))
        if style in {"|", ">"}:
            end = self.write_block_scalar(text, style, max(indent, 0), trace)
        else:
            self.text += style
            self.write_flow_scalar(
                text, style, max(indent, 0) + 1 if context not in {"key", "flow key"} else None, trace
            )
            self.text += style
            end = len(self.text)
        return ("scalar", start, end, text, style)

    def write_flow_scalar(self, text: str, quote: str, column: int | None, trace: Trace) -> None:
        """Plain or quoted: blanks and line feeds may be folded, and all may be escaped between double quotes."""
        for run in re.finditer(r"\n+|.", text, re.DOTALL):
            value = run.group()
            around = text[max(0, run.start() - 1) : run.start()] + text[run.end() : run.end() + 1]
            may_break = column is not None and not set(around) & set(" \t\n")
            if not quote:
                may_break = may_break and len(around) == 2 and around[1] not in "-?:."
            wanted = self.maybe() if value == " " else value[0] == "\n" and (quote != '"' or self.maybe())
            if column is not None and may_break and wanted:
                self.fold(value, column, trace)
            elif quote == '"':
                for character in value:
                    self.put(self.escaped(character), trace, character)
                if column is not None and may_break and value[0] not in " \t\n" and self.maybe(12):
                    self.text += "\\" + self.line_break + " " * column
            else:
                self.put("''" if quote == "'" == value else value, trace, value)

    def fold(self, value: str, column: int, trace: Trace) -> None:
        """A blank or some line feeds as line breaks, with blanks around them that do not count."""
        self.text += self.random.choice(["", "", " "])
        if value != " ":
            self.text += self.line_break
        for character in value:
            self.text += " " * self.random.randrange(3) if value != " " else ""
            self.put(self.line_break, trace, character)
        self.text += " " * self.random.randrange(column, column + 3)

    def escaped(self, character: str) -> str:
        ways = [f"\\U{ord(character):08x}"]
        if ord(character) < 0x10000:
            ways.append(f"\\u{ord(character):04X}")
        if ord(character) < 0x100:
            ways.append(f"\\x{ord(character):02x}")
        if character in _ESCAPED:
            ways.append("\\" + _ESCAPED[character])
        if not _UNPRINTABLE.match(character) and character not in '\n"\\':
            ways += [character] * 20
        return self.random.choice(ways)

    def write_block_scalar(self, text: str, style: str, indent: int, trace: Trace) -> int:
        """Literal or folded, up to its last break; returns where its last line that holds something ends."""
        lines = text.strip("\n")
        leading = text.index(lines) if lines else 0
        trailing = len(text) - len(lines) - leading
        step = self.random.randrange(1, 5)
        chomping = "-+"[trailing > 0] if text and (not lines or trailing != 1) else self.random.choice(["", "+"])
        digit = str(step) if lines[:1] in {" ", "\t"} or self.maybe(4) else ""
        self.text += style + "".join(self.random.sample([chomping, digit], 2))
        if self.maybe(6):
            self.comment(" ")
        end = len(self.text)
        if text:
            self.text += self.line_break
        if lines:
            for _ in range(leading):
                self.blank_line(indent + step, trace)
            self.write_block_lines(lines, style, indent + step, trace)
            end = len(self.text)
            if trailing > 1:
                self.put(self.line_break, trace, "\n")
                trailing -= 1
        for _ in range(trailing - 1):
            self.blank_line(indent + step, trace)
        self.block_scalar = _BlockScalar(trace if trailing else None, chomping == "+", indent + 1)
        return end

    def write_block_lines(self, lines: str, style: str, column: int, trace: Trace) -> None:
        parts = re.split(r"(\n+)", lines)
        for number, part in enumerate(parts):
            if number % 2 == 0:
                self.text += " " * column
                self.write_block_line(part, style, column, trace)
                continue
            is_folded = style == ">" and not {parts[number - 1][0], parts[number + 1][0]} & {" ", "\t"}
            if is_folded:
                self.text += self.line_break
                self.blank_line(column, trace)
            else:
                self.put(self.line_break, trace, "\n")
            for _ in part[1:]:
                self.blank_line(column, trace)

    def write_block_line(self, line: str, style: str, column: int, trace: Trace) -> None:
        may_fold = style == ">" and line[0] not in " \t"
        for at, character in enumerate(line):
            is_between_words = character == " " and line[at - 1] not in " \t" and line[at + 1 : at + 2].strip(" \t")
            if may_fold and is_between_words and self.maybe(3):
                self.put(self.line_break, trace, " ")
                self.text += " " * column
            else:
                self.put(character, trace)

    def blank_line(self, column: int, trace: Trace) -> None:
        self.text += " " * self.random.choice([0, 0, 1, column])
        self.put(self.line_break, trace, "\n")


def _end(shape: Shape) -> int:
    while shape[0] == "named":
        shape = shape[3]
    end: int = shape[2]
    return end


def _styles(text: str, context: Context) -> list[str]:
    styles = ['"']
    if _UNPRINTABLE.search(text):
        return styles
    is_simple_key = context in {"key", "flow key"}
    if not re.search(r"[ \t]\n|\n[ \t]", text) and not (is_simple_key and "\n" in text):
        styles.append("'")
        if _is_plain(text, context):
            styles += ["", ""]
    if context in {"block", "explicit key"}:
        styles += ["|", ">"]
    return styles


def _is_plain(text: str, context: Context) -> bool:
    if not _PLAIN.fullmatch(text) or _NOT_IN_PLAIN.search(text):
        return False
    if context in {"flow", "flow key"} and re.search(r"[][{},?]", text):
        return False
    try:
        return context in {"block", "flow"} or bool(key_name(text, "", None))
    except ScalarError:
        return False
