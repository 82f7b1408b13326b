"""Redirections that never happen: in a command given as a list no shell reads `>>`, unless it is told to."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from podhosts.patterns import regex
from podhosts.records import record
from podhosts.shell.expansion import Field
from podhosts.shell.located import LocatedText, WrittenRun
from podhosts.shell.output import printed
from podhosts.shell.search import writes_in_script
from podhosts.shell.shells import SHELLS, shell_operands
from podhosts.shell.templates import mask_templates
from podhosts.shell.wrappers import unwrap
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: Programs that print their arguments or files, and do nothing else with them.
_PRINTERS = frozenset(("echo", "printf", "cat"))
_OPERATOR = regex(r"1?(?:>>|>\|?)|&>>?")
_ATTACHED = regex(r"(?:1?(?:>>|>\|?)|&>>?)(/\S+)")
_AT_END = regex(r"(?:^|\s)(?:1?(?:>>|>\|?)|&>>?)\s*(/\S+)\s*\Z")
#: How far behind `|` the operand of `tee` is looked for.
_FURTHEST_OPERAND = 6
_QUOTED = regex(r"""\s*(["'])(.*)\1\s*""", re.DOTALL)


class Mistake(StrEnum):
    """The reason why nothing is written."""

    ARGUMENT = "argument"
    """One more argument of a program that prints it."""
    PROGRAM = "program"
    """The name of a program, which does not exist."""
    FILE_NAME = "file name"
    """The name of a script, for a shell without `-c`."""


@record(frozen=True, slots=True)
class UnreadRedirection:
    """A redirection to the hosts file in `argv[index]`, at `span` of it; `text` is what it was to write, if known."""

    index: int
    span: Span
    mistake: Mistake
    text: str | None


def unread_redirection(argv: Sequence[str], matches: Callable[[str], bool]) -> UnreadRedirection | None:
    """The redirection to the hosts file that a command, run without a shell, only seems to make. Never raises."""
    arguments = [_field(text) for text in argv]
    if not arguments:
        return None
    if " " in argv[0]:
        return _whole(argv, 0, Mistake.PROGRAM, matches)
    invocation = unwrap(arguments)
    if "xargs" in invocation.wrappers:
        return None
    index = len(argv) - len(invocation.arguments)
    if invocation.name in _PRINTERS:
        return _among(invocation.name, argv, index, matches)
    if invocation.name not in SHELLS:
        return None
    is_command, operands = shell_operands(invocation.arguments)
    index = len(argv) - len(operands)
    if not operands:
        return None
    if not is_command:
        return _whole(argv, index, Mistake.FILE_NAME, matches) if " " in operands[0].value else None
    script = operands[0].value
    if quoted := _QUOTED.fullmatch(script):
        is_one_word = quoted[1] not in quoted[2]
        return _whole(argv, index, Mistake.PROGRAM, matches, quoted.start(2)) if is_one_word else None
    # `sh -c echo x >> /etc/hosts`: only the first word is the script, unless it reads the others.
    return None if "$" in script else _among("", argv, index + 1, matches)


def _field(text: str) -> Field:
    masked = mask_templates(text)
    return Field(masked, (WrittenRun(0, 0, len(masked), exact=True),), 0, len(masked), LocatedText.whole(masked))


def _whole(
    argv: Sequence[str], index: int, mistake: Mistake, matches: Callable[[str], bool], at: int = 0
) -> UnreadRedirection | None:
    """The redirection in an element that reads like a script."""
    text = argv[index][at:].rstrip().removesuffix(argv[index][at - 1]) if at else argv[index]
    writes = writes_in_script(text, matches, {})
    if not writes:
        return None
    target = writes[0].target
    return UnreadRedirection(index, Span(target.start + at, target.end + at), mistake, writes[0].text)


def _among(program: str, argv: Sequence[str], first: int, matches: Callable[[str], bool]) -> UnreadRedirection | None:
    """The redirection in arguments of a program that prints them, from the index `first` on."""
    for index in range(first, len(argv)):
        text, target = argv[index], None
        if _OPERATOR.fullmatch(text) and index + 1 < len(argv) and matches(argv[index + 1]):
            target = (index + 1, 0, len(argv[index + 1]))
        elif (attached := _ATTACHED.fullmatch(text)) and matches(attached[1]):
            target = (index, *attached.span(1))
        elif text == "|" and "tee" in argv[index + 1 : index + 3]:
            operands = range(index + 2, min(index + 2 + _FURTHEST_OPERAND, len(argv)))
            target = next(((place, 0, len(argv[place])) for place in operands if matches(argv[place])), None)
        if target is not None:
            before = [_field(argument) for argument in argv[first:index]]
            return UnreadRedirection(
                target[0], Span(target[1], target[2]), Mistake.ARGUMENT, printed(program, before, None)
            )
    last = len(argv) - 1
    if program in {"echo", "printf"} and last >= first and (found := _AT_END.search(argv[last])) and matches(found[1]):
        return UnreadRedirection(last, Span(*found.span(1)), Mistake.ARGUMENT, None)
    return None
