"""The parser of Go templates: from tokens to the templates that a text defines.

It accepts and refuses what Go's `text/template/parse` does (Go 1.26), with its words and its lines. It goes as deep as
the text nests, but no deeper than `MOST_NESTED`; the caller makes room on the stack.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.helm.language.lexer import Kind, TemplateToken, tokens
from podhosts.helm.language.numbers import NumberSyntaxError, complex_constant, constant
from podhosts.helm.language.quoting import BadSyntaxError, quoted, unquoted
from podhosts.helm.language.tree import (
    ActionNode,
    BlockNode,
    BoolConstant,
    BranchNode,
    Call,
    Chain,
    CommandNode,
    Definition,
    DotNode,
    FieldNode,
    Identifier,
    Leave,
    NilConstant,
    NumberConstant,
    Pipe,
    StringConstant,
    TextNode,
    VariableNode,
)
from podhosts.helm.model import Bool, TooLarge
from podhosts.helm.traced import EMPTY
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Collection

    from podhosts.helm.language.tree import Node, TemplateSource
    from podhosts.helm.traced import Origin, Traced

#: Parentheses and blocks in each other. Go allows 10,000 parentheses.
MOST_NESTED = 1000

_OPERANDS = frozenset(
    (
        Kind.BOOL,
        Kind.CHAR_CONSTANT,
        Kind.COMPLEX,
        Kind.DOT,
        Kind.FIELD,
        Kind.IDENTIFIER,
        Kind.NUMBER,
        Kind.NIL,
        Kind.RAW_STRING,
        Kind.STRING,
        Kind.VARIABLE,
        Kind.LEFT_PAREN,
    )
)
_CONSTANTS = (BoolConstant, StringConstant, NumberConstant, NilConstant, DotNode)
#: How Go's words begin for a string without its closing quote.
_UNTERMINATED = "unterminated"
_BRANCHES = {Kind.IF: "if", Kind.WITH: "with", Kind.RANGE: "range"}


class ParseError(Exception):
    """A text that is no template: Go's message, and where it is wrong."""

    def __init__(self, name: str, line: int, message: str, span: Span) -> None:
        super().__init__(f"template: {name}:{line}: {message}")
        self.span = span


def parse(source: TemplateSource, functions: Collection[str]) -> dict[str, Definition]:
    """The templates that a text defines by name, itself among them; `functions` are the names that it may call."""
    reader = _TemplateReader(source, functions)
    _Parser(reader, reader.source.name).file()
    return reader.definitions


class _TemplateReader:
    """The tokens of a text, with as much look-ahead as the parser wants; what all parsers of the text share."""

    def __init__(self, source: TemplateSource, functions: Collection[str]) -> None:
        self.source = source
        self.functions = functions
        self.definitions: dict[str, Definition] = {}
        self.tokens = tokens(source.text.text)
        self.index = 0
        #: Where the actions begin whose blocks are not ended yet.
        self.blocks: list[int] = []
        #: The index of the last token that was looked at: errors name its line.
        self.seen = 0

    def next(self) -> TemplateToken:
        """The next token; after the last one always that."""
        index = self.index
        if index >= len(self.tokens):
            return TemplateToken(Kind.EOF, len(self.source.text.text), "")
        if index > self.seen:
            self.seen = index
        self.index = index + 1
        return self.tokens[index]

    def line(self, token: TemplateToken) -> int:
        """The number of the line on which a token begins."""
        return self.source.text.text.count("\n", 0, token.start) + 1


class _EndMark(TextNode):
    """`end` or `else`: closes a list of nodes."""

    __slots__ = ("word",)

    def __init__(self, at: int, word: str) -> None:
        super().__init__(at, EMPTY)
        self.word = word

    def shown(self) -> str:
        return f"{{{{{self.word}}}}}"


class _Parser:
    """Reads one template: the text, or the body of a `define` or `block` in it, which has variables of its own."""

    def __init__(self, reader: _TemplateReader, name: str, depth: int = 0) -> None:
        self.reader = reader
        self.name = name
        self.variables = ["$"]
        self.ranges = 0
        self.depth = depth
        #: The left delimiter of the action that is read.
        self.opening: TemplateToken | None = None

    # Tokens

    def next_word(self) -> TemplateToken:
        """The next token that is no space."""
        token = self.reader.next()
        return self.reader.next() if token.kind is Kind.SPACE else token

    def peek(self) -> TemplateToken:
        """The next token, which stays."""
        index = self.reader.index
        token = self.reader.next()
        self.reader.index = index
        return token

    def peek_word(self) -> TemplateToken:
        """The next token that is no space, which stays; the space is gone."""
        token = self.next_word()
        self.back()
        return token

    def back(self) -> None:
        """Put the last token back."""
        self.reader.index -= 1

    def fail(self, message: str) -> ParseError:
        """The error that Go reports here."""
        reader = self.reader
        last = reader.tokens[min(reader.seen, len(reader.tokens) - 1)]
        return ParseError(reader.source.name, reader.line(last), message, self.wrong(last))

    def wrong(self, last: TemplateToken) -> Span:
        """What is wrong: a string that does not end, a block without an end, else an action."""
        if last.kind is Kind.ERROR and last.text.startswith(_UNTERMINATED):
            return Span(last.start, last.start + 1)
        reader = self.reader
        text = reader.source.text.text
        if last.kind is Kind.EOF and reader.blocks:
            start = reader.blocks[-1]
        else:
            before = (token.start for token in reader.tokens[: reader.seen + 1] if token.kind is Kind.LEFT_DELIM)
            start = max(before, default=0)
        end, following = text.find("}}", start), text.find("{{", start + 2)
        return Span(start, end + 2 if end >= 0 and not 0 <= following < end else min(start + 2, len(text)))

    def unexpected(self, token: TemplateToken, context: str) -> ParseError:
        """The error for a token that may not stand here."""
        if token.kind is not Kind.ERROR:
            return self.fail(f"unexpected {token.shown()} in {context}")
        extra = ""
        if self.opening and (line := self.reader.line(self.opening)) != self.reader.line(token):
            extra = f" in action started at {self.reader.source.name}:{line}"
            if token.text.endswith(" action"):
                extra = extra.removeprefix(" in action")
        return self.fail(f"{token.text}{extra}")

    def expect(self, kind: Kind, context: str) -> TemplateToken:
        """The next word, which must be of this kind."""
        token = self.next_word()
        if token.kind is not kind:
            raise self.unexpected(token, context)
        return token

    def deeper(self) -> None:
        """Count a level of nesting."""
        self.depth += 1
        if self.depth > MOST_NESTED:
            raise TooLarge(f"more than {MOST_NESTED} levels of nesting")

    # Templates

    def file(self) -> None:
        """Read the whole text."""
        body = BlockNode(self.peek().start, [])
        while (token := self.peek()).kind is not Kind.EOF:
            if token.kind is Kind.LEFT_DELIM:
                index = self.reader.index
                self.reader.next()
                if self.next_word().kind is Kind.DEFINE:
                    self.definition()
                    continue
                self.reader.index = index
            node = self.text_or_action()
            if isinstance(node, _EndMark):
                raise self.fail(f"unexpected {node.shown()}")
            body.nodes.append(node)
        self.add(body)

    def definition(self) -> None:
        """Read the name and the body of a `define`."""
        context = "define clause"
        token = self.next_word()
        if token.kind not in (Kind.STRING, Kind.RAW_STRING):
            raise self.unexpected(token, context)
        inner = _Parser(self.reader, self.unquoted(token.text), self.depth)
        inner.expect(Kind.RIGHT_DELIM, context)
        inner.body_of(context)

    def body_of(self, context: str) -> None:
        """Read a body up to its `end` and add the template."""
        self.deeper()
        body, end = self.items()
        if end.word != "end":
            raise self.fail(f"unexpected {end.shown()} in {context}")
        self.add(body)

    def add(self, body: BlockNode) -> None:
        """Add a template to those of the text."""
        new = Definition(self.name, self.reader.source, body)
        old = self.reader.definitions.get(self.name)
        if old is None or old.is_empty:
            self.reader.definitions[self.name] = new
        elif not new.is_empty:
            raise self.fail(f"template: multiple definition of template {quoted(self.name)}")

    def items(self) -> tuple[BlockNode, _EndMark]:
        """Read nodes up to an `end` or `else`."""
        body = BlockNode(self.peek_word().start, [])
        while self.peek_word().kind is not Kind.EOF:
            node = self.text_or_action()
            if isinstance(node, _EndMark):
                return body, node
            body.nodes.append(node)
        raise self.fail("unexpected EOF")

    def text_or_action(self) -> Node:
        """Read a piece of text or an action."""
        token = self.next_word()
        if token.kind is Kind.TEXT:
            return TextNode(token.start, self.written(token))
        if token.kind is not Kind.LEFT_DELIM:
            raise self.unexpected(token, "input")
        self.opening = token
        node = self.action(token)
        self.opening = None
        return node

    # Actions

    def action(self, opening: TemplateToken) -> Node:
        """Read what stands after a left delimiter, and what belongs to it."""
        token = self.next_word()
        kind = token.kind
        if kind in _BRANCHES:
            return self.branch(_BRANCHES[kind], opening)
        if kind is Kind.END:
            return _EndMark(self.expect(Kind.RIGHT_DELIM, "end").start, "end")
        if kind is Kind.ELSE:
            following = self.peek_word()
            if following.kind in (Kind.IF, Kind.WITH):
                return _EndMark(following.start, "else")
            return _EndMark(self.expect(Kind.RIGHT_DELIM, "else").start, "else")
        if kind is Kind.TEMPLATE:
            return self.call(opening)
        if kind is Kind.BLOCK:
            return self.block(opening)
        if kind in (Kind.BREAK, Kind.CONTINUE):
            return self.leave(token)
        self.back()
        at = self.peek().start
        pipe = self.pipeline("command", Kind.RIGHT_DELIM)
        return ActionNode(at, pipe, opening.start, self.end())

    def end(self) -> int:
        """Where the right delimiter that was read last ends."""
        return self.reader.tokens[self.reader.index - 1].start + 2

    def leave(self, token: TemplateToken) -> Node:
        """Read the end of `break` or `continue`."""
        word = f"{{{{{token.text}}}}}"
        after = self.next_word()
        if after.kind is not Kind.RIGHT_DELIM:
            raise self.unexpected(after, word)
        if not self.ranges:
            raise self.fail(f"{word} outside {{{{range}}}}")
        return Leave(token.start, token.text)

    def branch(self, word: str, opening: TemplateToken) -> BranchNode:
        """Read `if`, `with` or `range` from its pipeline up to its `end`."""
        self.deeper()
        self.reader.blocks.append(opening.start)
        marked = len(self.variables)
        pipe = self.pipeline(word, Kind.RIGHT_DELIM)
        self.ranges += word == "range"
        body, end = self.items()
        self.ranges -= word == "range"
        otherwise = None
        if end.word == "else":
            following = self.peek()
            if word != "range" and following.kind is (Kind.IF if word == "if" else Kind.WITH):
                self.reader.next()
                otherwise = BlockNode(end.at, [self.branch(word, opening)])
            else:
                otherwise, end = self.items()
                if end.word != "end":
                    raise self.fail(f"expected end; found {end.shown()}")
        del self.variables[marked:]
        self.depth -= 1
        self.reader.blocks.pop()
        return BranchNode(pipe.at, word, pipe, body, otherwise)

    def call(self, opening: TemplateToken) -> Call:
        """Read the name and the context of `template`."""
        context = "template clause"
        token = self.next_word()
        name = self.template_name(token, context)
        pipe = None
        if self.next_word().kind is not Kind.RIGHT_DELIM:
            self.back()
            pipe = self.pipeline(context, Kind.RIGHT_DELIM)
        return Call(token.start, name, pipe, opening.start, self.end())

    def block(self, opening: TemplateToken) -> Call:
        """Read `block`: a template that is defined and printed at the same place."""
        context = "block clause"
        token = self.next_word()
        name = self.template_name(token, context)
        pipe = self.pipeline(context, Kind.RIGHT_DELIM)
        end = self.end()
        _Parser(self.reader, name, self.depth).body_of(context)
        return Call(token.start, name, pipe, opening.start, end)

    def template_name(self, token: TemplateToken, context: str) -> str:
        """The name of a template, which must be a string."""
        if token.kind not in (Kind.STRING, Kind.RAW_STRING):
            raise self.unexpected(token, context)
        return self.unquoted(token.text)

    def unquoted(self, text: str) -> str:
        """What a quoted string means."""
        try:
            return unquoted(text)
        except BadSyntaxError as error:
            raise self.fail(str(error)) from None

    # Pipelines

    def pipeline(self, context: str, closing: Kind) -> Pipe:
        """Read a pipeline up to a right delimiter or parenthesis."""
        at = self.peek_word().start
        declared, is_assignment = self.declarations(context)
        commands: list[CommandNode] = []
        while (token := self.next_word()).kind is not closing:
            if token.kind not in _OPERANDS:
                raise self.unexpected(token, context)
            self.back()
            commands.append(self.command())
        if not commands:
            raise self.fail(f"missing value for {context}")
        for stage, command in enumerate(commands[1:], 2):
            if isinstance(command.words[0], _CONSTANTS):
                raise self.fail(f"non executable command in pipeline stage {stage}")
        return Pipe(at, tuple(declared), is_assignment, tuple(commands))

    def declarations(self, context: str) -> tuple[list[VariableNode], bool]:
        """Read the variables that get a pipeline's value, and whether they are there already."""
        declared: list[VariableNode] = []
        while (variable := self.peek_word()).kind is Kind.VARIABLE:
            index = self.reader.index
            self.reader.next()
            following = self.peek_word()
            if following.kind in (Kind.ASSIGN, Kind.DECLARE):
                self.next_word()
                declared.append(self.declared(variable))
                return declared, following.kind is Kind.ASSIGN
            if following.kind is not Kind.CHAR or following.text != ",":
                self.reader.index = index
                break
            self.next_word()
            declared.append(self.declared(variable))
            if context != "range" or len(declared) >= 2:
                raise self.fail(f"too many declarations in {context}")
            if self.peek_word().kind not in (Kind.VARIABLE, Kind.RIGHT_DELIM, Kind.RIGHT_PAREN):
                raise self.fail("range can only initialize variables")
        return declared, False

    def declared(self, token: TemplateToken) -> VariableNode:
        """A variable that can be used from here on."""
        self.variables.append(token.text)
        return VariableNode(token.start, token.text)

    def command(self) -> CommandNode:
        """Read words up to `|`, which is taken, or to the end of the pipeline."""
        at = self.peek_word().start
        words: list[Node] = []
        while True:
            self.peek_word()
            operand = self.operand()
            if operand is not None:
                words.append(operand)
            token = self.reader.next()
            if token.kind is Kind.SPACE:
                continue
            if token.kind in (Kind.RIGHT_DELIM, Kind.RIGHT_PAREN):
                self.back()
            elif token.kind is not Kind.PIPE:
                raise self.unexpected(token, "operand")
            break
        if not words:
            raise self.fail("empty command")
        return CommandNode(at, tuple(words))

    def operand(self) -> Node | None:
        """Read a term and the fields on it; None if there is no term."""
        node = self.term()
        if node is None or self.peek().kind is not Kind.FIELD:
            return node
        at = self.peek().start
        fields = []
        while self.peek().kind is Kind.FIELD:
            fields.append(self.reader.next().text[1:])
        if isinstance(node, FieldNode):
            return FieldNode(at, (*node.names, *fields))
        if isinstance(node, VariableNode):
            return VariableNode(at, node.name, (*node.fields, *fields))
        if isinstance(node, _CONSTANTS):
            raise self.fail(f"unexpected . after term {quoted(node.shown())}")
        return Chain(at, node, tuple(fields))

    def term(self) -> Node | None:
        """Read a constant, a name or a pipeline in parentheses; None if there is none of these."""
        token = self.next_word()
        kind, text, at = token.kind, token.text, token.start
        if kind is Kind.FIELD:
            return FieldNode(at, (text[1:],))
        if kind is Kind.IDENTIFIER:
            if text not in self.reader.functions:
                raise self.fail(f"function {quoted(text)} not defined")
            return Identifier(at, text)
        if kind is Kind.VARIABLE:
            if text not in self.variables:
                raise self.fail(f"undefined variable {quoted(text)}")
            return VariableNode(at, text)
        if kind is Kind.DOT:
            return DotNode(at)
        if kind in (Kind.STRING, Kind.RAW_STRING):
            return self.string(token)
        if kind is Kind.LEFT_PAREN:
            self.deeper()
            pipe = self.pipeline("parenthesized pipeline", Kind.RIGHT_PAREN)
            self.depth -= 1
            return pipe
        if kind is Kind.BOOL:
            return BoolConstant(at, Bool(text == "true", self.origin(token)))
        if kind is Kind.NIL:
            return NilConstant(at)
        if kind in (Kind.NUMBER, Kind.CHAR_CONSTANT, Kind.COMPLEX):
            return self.number(token)
        self.back()
        return None

    def number(self, token: TemplateToken) -> NumberConstant:
        """A number constant."""
        try:
            read = complex_constant if token.kind is Kind.COMPLEX else constant
            return NumberConstant(token.start, read(token.text), self.origin(token))
        except NumberSyntaxError as error:
            raise self.fail(str(error)) from None

    def string(self, token: TemplateToken) -> StringConstant:
        """A string constant; without escapes it is the template's text, character for character."""
        value = self.unquoted(token.text)
        written = self.reader.source.text.slice(token.start + 1, token.start + len(token.text) - 1)
        return StringConstant(token.start, token.text, written.derive(value))

    def written(self, token: TemplateToken) -> Traced:
        """A token as text of the template."""
        return self.reader.source.text.slice(token.start, token.start + len(token.text))

    def origin(self, token: TemplateToken) -> Origin:
        """Where a token is written."""
        return self.reader.source.text.origin_at(token.start)
