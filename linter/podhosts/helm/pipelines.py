"""What stands inside an action of a Go template: pipelines of commands, fields, variables and calls.

Source: Go's `text/template/parse`. Only what decides where a value comes from is kept: a function's name, not whether
it exists.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple, TypeAlias

#: Parentheses deeper than this are not followed.
_MAX_DEPTH = 50
_TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<string>"(?:\\.|[^"\\\n])*")|(?P<raw>`[^`]*`)|(?P<character>'(?:\\.|[^'\\\n])*')"""
    r"""|(?P<variable>\$\w*)|(?P<field>\.[^\W\d]\w*)|(?P<number>[-+]?\d[\w.]*)|(?P<dot>\.)|(?P<word>\w+)"""
    r"""|(?P<declare>:?=)|(?P<mark>[|(),])"""
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "nil": None}


class PipelineError(ValueError):
    """The text is no pipeline."""


class UnclosedError(PipelineError):
    """A string or parenthesis is not closed. `offset` says where it begins in the text."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


class Constant(NamedTuple):
    """A string, number, boolean or nil."""

    value: str | float | bool | None


class Dot(NamedTuple):
    """The cursor `.`."""


class Variable(NamedTuple):
    """`$name`; the name of `$` is empty."""

    name: str


class Function(NamedTuple):
    """A function's name, at the head of a command or as an argument of its own."""

    name: str


class Fields(NamedTuple):
    """`of.a.b`."""

    of: Operand
    names: tuple[str, ...]


class ActionPipeline(NamedTuple):
    """Commands, each given the result of the one before as its last argument.

    `variables` are declared by `:=`, or set by `=` where `is_assignment`.
    """

    commands: tuple[tuple[Operand, ...], ...]
    variables: tuple[str, ...] = ()
    is_assignment: bool = False


Operand: TypeAlias = Constant | Dot | Variable | Function | Fields | ActionPipeline


class _PipelineToken(NamedTuple):
    kind: str
    text: str
    offset: int


@lru_cache(maxsize=4096)  # templates repeat themselves, and those of other charts
def parse_pipeline(text: str) -> ActionPipeline:
    """The pipeline that a text holds. Raises PipelineError where it is none, or nested too deeply to follow."""
    tokens = _tokens(text)
    variables, is_assignment, at = _declaration(tokens)
    pipeline, at = _pipeline(tokens, at, 0)
    if at < len(tokens):
        raise PipelineError(f"unexpected `{tokens[at].text}`")
    return ActionPipeline(pipeline.commands, variables, is_assignment)


def _tokens(text: str) -> list[_PipelineToken]:
    tokens: list[_PipelineToken] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            if text[at] in "\"'`":
                raise UnclosedError("this string is not closed", at)
            raise PipelineError(f"unexpected `{text[at]}`")
        tokens.append(_PipelineToken(match.lastgroup, match.group(), at))
        at = match.end()
    return tokens


def _declaration(tokens: list[_PipelineToken]) -> tuple[tuple[str, ...], bool, int]:
    """The variables before `:=` or `=`, whether they are assigned only, and where the pipeline begins."""
    names: list[str] = []
    for at, token in enumerate(tokens):
        if token.kind == "variable":
            names.append(token.text[1:])
        elif token.kind == "declare":
            return tuple(names), token.text == "=", at + 1
        elif token.kind != "space" and token.text != ",":
            break
    return (), False, 0


def _pipeline(tokens: list[_PipelineToken], at: int, depth: int) -> tuple[ActionPipeline, int]:
    if depth > _MAX_DEPTH:
        raise PipelineError("nested too deeply")
    commands: list[tuple[Operand, ...]] = []
    operands: list[Operand] = []
    touches = False
    opened = tokens[at - 1].offset if depth else 0
    while at < len(tokens):
        token = tokens[at]
        at += 1
        if token.kind == "space":
            touches = False
            continue
        if token.text == ")" and token.kind == "mark":
            if depth == 0:
                raise PipelineError("unexpected `)`")
            commands.append(tuple(operands))
            return ActionPipeline(tuple(commands)), at
        if token.text == "|" and token.kind == "mark":
            if not operands:
                raise PipelineError("missing value for command")
            commands.append(tuple(operands))
            operands = []
            touches = False
            continue
        if token.kind == "field" and touches:
            last = operands.pop()
            of, names = (last.of, last.names) if isinstance(last, Fields) else (last, ())
            operands.append(Fields(of, (*names, token.text[1:])))
            continue
        if token.text == "(" and token.kind == "mark":
            nested, at = _pipeline(tokens, at, depth + 1)
            operands.append(nested)
        else:
            operands.append(_operand(token))
        touches = True
    if depth:
        raise UnclosedError("this parenthesis is not closed", opened)
    if operands or commands:
        if not operands:
            raise PipelineError("missing value for command")
        commands.append(tuple(operands))
    return ActionPipeline(tuple(commands)), at


def _operand(token: _PipelineToken) -> Operand:
    kind, text = token.kind, token.text
    if kind == "string":
        return Constant(_ESCAPE.sub(lambda match: _ESCAPES.get(match[1], match[1]), text[1:-1]))
    if kind == "raw":
        return Constant(text[1:-1])
    if kind == "variable":
        return Variable(text[1:])
    if kind == "field":
        return Fields(Dot(), (text[1:],))
    if kind == "dot":
        return Dot()
    if kind == "word":
        return Constant(_WORDS[text]) if text in _WORDS else Function(text)
    if kind == "number":
        try:
            return Constant(int(text, 0))
        except ValueError:
            return Constant(None)
    if kind == "character":
        return Constant(None)
    raise PipelineError(f"unexpected `{text}`")
