"""The nodes of a parsed Go template. Offsets count characters of the template's text.

`shown` is what Go writes of a node in its errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.helm.language.quoting import quoted
from podhosts.records import record

if TYPE_CHECKING:
    from podhosts.helm.language.numbers import NumberLiteral
    from podhosts.helm.model import Bool
    from podhosts.helm.traced import Origin, Traced

#: What `bytes.TrimSpace` cuts.
_BLANKS = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))


class Node:
    """A part of a template; `at` is the offset that Go names in its errors."""

    __slots__ = ()
    at: int

    def shown(self) -> str:
        """The node as Go writes it."""
        raise NotImplementedError


@record(slots=True, eq=False)
class TextNode(Node):
    """Text that the template prints as it is."""

    at: int
    text: Traced

    def shown(self) -> str:
        """Only of things that are evaluated there are errors."""
        return ""


@record(slots=True, eq=False)
class DotNode(Node):
    """`.`"""

    at: int

    def shown(self) -> str:
        """A dot."""
        return "."


@record(slots=True, eq=False)
class NilConstant(Node):
    """`nil`"""

    at: int

    def shown(self) -> str:
        """The word."""
        return "nil"


@record(slots=True, eq=False)
class BoolConstant(Node):
    """`true` or `false`."""

    at: int
    value: Bool

    def shown(self) -> str:
        """The word."""
        return "true" if self.value.value else "false"


@record(slots=True, eq=False)
class NumberConstant(Node):
    """A number, or a character in single quotes."""

    at: int
    value: NumberLiteral
    origin: Origin

    def shown(self) -> str:
        """As it is written."""
        return self.value.text


@record(slots=True, eq=False)
class StringConstant(Node):
    """A string; `written` has its quotes."""

    at: int
    written: str
    value: Traced

    def shown(self) -> str:
        """As it is written."""
        return self.written


@record(slots=True, eq=False)
class FieldNode(Node):
    """`.a.b`: fields of the dot."""

    at: int
    names: tuple[str, ...]

    def shown(self) -> str:
        """The names with their dots."""
        return "".join(f".{name}" for name in self.names)


@record(slots=True, eq=False)
class VariableNode(Node):
    """`$x.a.b`: a variable, with its dollar sign, and fields of it."""

    at: int
    name: str
    fields: tuple[str, ...] = ()

    def shown(self) -> str:
        """The names with their dots."""
        return ".".join((self.name, *self.fields))


@record(slots=True, eq=False)
class Identifier(Node):
    """The name of a function."""

    at: int
    name: str

    def shown(self) -> str:
        """The name."""
        return self.name


@record(slots=True, eq=False)
class Chain(Node):
    """`(…).a.b`: fields of something that is evaluated."""

    at: int
    base: Node
    fields: tuple[str, ...]

    def shown(self) -> str:
        """The base, a pipeline in parentheses, and the names with their dots."""
        base = f"({self.base.shown()})" if isinstance(self.base, Pipe) else self.base.shown()
        return base + "".join(f".{name}" for name in self.fields)


@record(slots=True, eq=False)
class CommandNode(Node):
    """Words next to each other: a function with its arguments, or one value."""

    at: int
    words: tuple[Node, ...]

    def shown(self) -> str:
        """The words, pipelines in parentheses."""
        return " ".join(f"({word.shown()})" if isinstance(word, Pipe) else word.shown() for word in self.words)


@record(slots=True, eq=False)
class Pipe(Node):
    """Commands with `|` between them, and the variables that get the result."""

    at: int
    declared: tuple[VariableNode, ...]
    is_assignment: bool
    commands: tuple[CommandNode, ...]

    def shown(self) -> str:
        """The pipeline, without parentheses."""
        declared = ", ".join(variable.shown() for variable in self.declared)
        sign = (" = " if self.is_assignment else " := ") if declared else ""
        return declared + sign + " | ".join(command.shown() for command in self.commands)


@record(slots=True, eq=False)
class ActionNode(Node):
    """`{{ … }}` that prints or declares, from `start` up to `end`, both with the braces."""

    at: int
    pipe: Pipe
    start: int
    end: int

    def shown(self) -> str:
        """In braces."""
        return f"{{{{{self.pipe.shown()}}}}}"


@record(slots=True, eq=False)
class BlockNode(Node):
    """Nodes one after the other."""

    at: int
    nodes: list[Node]

    def shown(self) -> str:
        """Of things that hold others there are no errors."""
        return ""


@record(slots=True, eq=False)
class BranchNode(Node):
    """`if`, `with` or `range`, up to its `end`."""

    at: int
    word: str
    pipe: Pipe
    body: BlockNode
    otherwise: BlockNode | None

    def shown(self) -> str:
        """The first line."""
        return f"{{{{{self.word} {self.pipe.shown()}}}}}"


@record(slots=True, eq=False)
class Leave(Node):
    """`break` or `continue`."""

    at: int
    word: str

    def shown(self) -> str:
        """In braces."""
        return f"{{{{{self.word}}}}}"


@record(slots=True, eq=False)
class Call(Node):
    """`template` or `block`: prints a named template, from `start` up to `end`, both with the braces."""

    at: int
    name: str
    pipe: Pipe | None
    start: int
    end: int

    def shown(self) -> str:
        """In braces, always as `template`."""
        context = f" {self.pipe.shown()}" if self.pipe else ""
        return f"{{{{template {quoted(self.name)}{context}}}}}"


@record(slots=True, eq=False)
class TemplateSource:
    """A text that is parsed as a template: `name` is Helm's name of the file, or `gotpl`.

    `path` is the path of the file that has this text; None for the text of a `tpl`.
    """

    name: str
    text: Traced
    path: str | None = None

    def location(self, at: int) -> str:
        """Go's name, line and column, which counts bytes from 0."""
        text = self.text.text
        start = text.rfind("\n", 0, at) + 1
        column = len(text[start:at].encode("utf-8", "surrogateescape"))
        return f"{self.name}:{text.count(chr(10), 0, at) + 1}:{column}"


@record(slots=True, eq=False)
class Definition:
    """A template with a name: a file, or the body of a `define` or `block`."""

    name: str
    source: TemplateSource
    body: BlockNode

    @property
    def is_empty(self) -> bool:
        """Whether it holds nothing but blanks and comments; such a one never replaces another."""
        return all(isinstance(node, TextNode) and not node.text.text.strip(_BLANKS) for node in self.body.nodes)
