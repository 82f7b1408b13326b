"""awk programs: `print > "/etc/hosts"`, `printf >> file`, and commands given to a shell.

A tokenizer, not a parser: strings, regular expressions and comments are told apart, and a redirection counts only in a
`print` statement outside parentheses, with a constant name that ends the statement (POSIX awk, "Output Statements").
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from podhosts.patterns import regex
from podhosts.records import NamedTuple
from podhosts.shell.model import WriteKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_TOKEN = regex(
    r"""(?P<blank>(?:[ \t\r]|\\\n)+)
    |(?P<comment>\#[^\n]*)
    |(?P<string>"(?:[^"\\\n]|\\.)*")
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<number>[0-9.]+)
    |(?P<operator>>>|&&|\|\||[-+*%^=!<>]=|\+\+|--|.|\n)
    """,
    re.VERBOSE | re.DOTALL,
)
_REGEX = regex(r"/(?:[^/\\\n\[]|\\.|\[\^?\]?(?:[^\]\\\n]|\\.)*\])*/")
_ENDS = frozenset((";", "}", "\n", ""))


class AwkWrite(NamedTuple):
    """A file that a `print` writes; `start` to `end` is its name in the program."""

    path: str
    start: int
    end: int
    kind: WriteKind


class AwkCommand(NamedTuple):
    """A command that the program gives to `sh -c`; `start` to `end` is its text, without the quotes."""

    start: int
    end: int


class _AwkToken(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


def awk_effects(program: str, variables: Mapping[str, str]) -> Iterator[AwkWrite | AwkCommand]:
    """The output redirections and shell commands of a program. `variables`: those set by `-v`."""
    tokens = [*_tokens(program), _AwkToken("end", "", len(program), len(program))]
    variables = {**variables, **_constants(tokens)}
    depth = 0
    is_printing = False
    for index, token in enumerate(tokens[:-1]):
        if token.text in ("(", "[") and token.kind == "operator":
            depth += 1
        elif token.text in (")", "]") and token.kind == "operator":
            depth -= 1
        elif token.kind == "word" and token.text in ("print", "printf"):
            is_printing, depth = True, 0
        elif token.kind == "operator" and token.text in _ENDS:
            is_printing, depth = False, 0
        following = tokens[index + 1]
        after = tokens[min(index + 2, len(tokens) - 1)]
        if token.kind == "word" and token.text == "system" and following.text == "(" and after.kind == "string":
            if tokens[min(index + 3, len(tokens) - 1)].text == ")":
                yield AwkCommand(after.start + 1, after.end - 1)
        elif is_printing and depth == 0 and token.text in (">", ">>", "|") and token.kind == "operator":
            if after.text not in _ENDS:
                continue
            if token.text == "|":
                if following.kind == "string":
                    yield AwkCommand(following.start + 1, following.end - 1)
                continue
            kind = WriteKind.TRUNCATE if token.text == ">" else WriteKind.APPEND
            if following.kind == "string" and "\\" not in following.text:
                yield AwkWrite(following.text[1:-1], following.start, following.end, kind)
            elif following.kind == "word" and following.text in variables:
                yield AwkWrite(variables[following.text], following.start, following.end, kind)


def _constants(tokens: Sequence[_AwkToken]) -> dict[str, str]:
    """The variables that the program sets once, to a text."""
    times_set: dict[str, int] = {}
    values: dict[str, str] = {}
    for name, sign, value in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if name.kind == "word" and sign.text == "=":
            times_set[name.text] = times_set.get(name.text, 0) + 1
            if value.kind == "string" and "\\" not in value.text:
                values[name.text] = value.text[1:-1]
    return {name: text for name, text in values.items() if times_set[name] == 1}


def _tokens(program: str) -> Iterator[_AwkToken]:
    at = 0
    may_divide = False
    while at < len(program):
        regex = None if may_divide else _REGEX.match(program, at)
        match = regex or _TOKEN.match(program, at)
        if match is None:
            return
        kind = "regex" if regex else match.lastgroup or ""
        at = match.end()
        if kind in ("blank", "comment"):
            continue
        text = match[0]
        # A slash after an operand divides; anywhere else it begins a regular expression.
        may_divide = kind in ("string", "number", "regex") or text in (")", "]", "$", "++", "--")
        may_divide = may_divide or (kind == "word" and text not in ("print", "printf", "return", "in", "else", "do"))
        yield _AwkToken(kind, text, match.start(), match.end())
