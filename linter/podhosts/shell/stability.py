"""The variables of a script that have no single value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from podhosts.patterns import regex
from podhosts.shell.tree import Compound, Expansion, Parameter, Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from podhosts.shell.tree import Command, ListedPipeline, Simple, Word

_DECLARATION = regex(r"([A-Za-z_][A-Za-z0-9_]*)(\+?)=(.*)", re.DOTALL)
_NAME = regex(r"[A-Za-z_][A-Za-z0-9_]*")
_DECLARERS = frozenset(("export", "readonly", "declare", "typeset", "local"))
_SETTERS = frozenset(("read", "mapfile", "readarray", "getopts", "unset", "let"))


def unstable_names(items: Sequence[ListedPipeline]) -> frozenset[str]:
    """The variables that are set to different texts in different places, or by other means than an assignment."""
    texts: dict[str, str] = {}
    unstable: set[str] = set()

    def note(name: str, text: str) -> None:
        if texts.setdefault(name, text) != text:
            unstable.add(name)

    for command in _commands(items):
        if isinstance(command, Compound):
            if command.variable and not command.words:
                unstable.add(command.variable)
            elif command.variable:
                # In the loop its value is looked for among the words.
                note(command.variable, "\0")
            continue
        if not command.words:
            for assignment in command.assignments:
                if assignment.is_plain:
                    note(assignment.name, _text(assignment.value))
                else:
                    unstable.add(assignment.name)
            continue
        name, *arguments = (_text(word) for word in command.words)
        if name in _DECLARERS:
            for declaration in map(_DECLARATION.fullmatch, arguments):
                if declaration and declaration[2]:
                    unstable.add(declaration[1])
                elif declaration:
                    note(declaration[1], declaration[3])
        elif name in _SETTERS:
            unstable.update(argument for argument in arguments if _NAME.fullmatch(argument))
        elif name == "printf" and arguments[:1] == ["-v"]:
            unstable.update(arguments[1:2])
    return frozenset(unstable)


def _text(word: Word) -> str:
    """A text that two words share only if they say the same."""
    return "".join(
        part.value
        if isinstance(part, Text)
        else f"\0{part.name}:{part.default}\0"
        if isinstance(part, Parameter)
        else f"\0{part.start}:{part.end}\0"
        for part in word.parts
    )


def _commands(items: Sequence[ListedPipeline]) -> Iterator[Command]:
    """Every command of the tree, those inside words and here-documents too."""
    stack = list(items)
    while stack:
        for command in stack.pop().pipeline.commands:
            yield command
            if isinstance(command, Compound):
                for branch in command.branches:
                    stack.extend(branch.items)
            for word in _words(command):
                for part in word.parts:
                    if isinstance(part, Expansion):
                        for body in part.bodies:
                            stack.extend(body.items)


def _words(command: Simple | Compound) -> Iterator[Word]:
    yield from command.words
    if not isinstance(command, Compound):
        yield from (assignment.value for assignment in command.assignments)
    for redirect in command.redirects:
        if redirect.target:
            yield redirect.target
        if redirect.heredoc and redirect.heredoc.body:
            yield redirect.heredoc.body
