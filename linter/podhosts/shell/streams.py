"""The input and output of commands, as far as the script fixes it: here-documents, pipelines, groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.shell.expansion import Field, all_fields, fields, single_value
from podhosts.shell.located import WrittenRun
from podhosts.shell.output import printed
from podhosts.shell.tree import Compound
from podhosts.shell.wrappers import unwrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podhosts.shell.expansion import Variables
    from podhosts.shell.located import LocatedText
    from podhosts.shell.tree import Command, Redirect, Simple

_WRITES = frozenset((">", ">|", ">>", "&>", "&>>", ">&"))
_READS = frozenset(("<", "<<", "<<-", "<<<", "<>"))
#: Programs that print a script for a shell; `printf` with one text alone.
_PRINTERS = frozenset(("cat", "echo", "printf"))
_FURTHEST_UPSTREAM = 3


def redirects_output(redirect: Redirect) -> bool:
    return redirect.operator in _WRITES and redirect.descriptor in ("", "1")


def redirects_input(redirect: Redirect) -> bool:
    return redirect.operator in _READS and redirect.descriptor in ("", "0")


class Streams:
    """Standard input and output of the commands of a script, with the variables it has at this point.

    A pipeline is named by its commands and an index; `hops` keeps the way back along it short.
    """

    def __init__(self, source: LocatedText, variables: Variables) -> None:
        self._source = source
        self._variables = variables

    def input(self, commands: Sequence[Command], index: int, hops: int = 0) -> str | None:
        """The text on a command's standard input, as far as it is known."""
        text = self.input_field(commands[index])
        if text is not None:
            return text.value
        if any(redirects_input(redirect) for redirect in commands[index].redirects):
            return None
        if index == 0 or hops >= _FURTHEST_UPSTREAM:
            return None
        if any(redirects_output(redirect) for redirect in commands[index - 1].redirects):
            return None
        return self.output(commands, index - 1, hops + 1)

    def script(self, commands: Sequence[Command], index: int) -> Field | None:
        """The script that a shell reads from its standard input: a here-document, or one text before the pipe."""
        script = self.input_field(commands[index])
        if script is not None or index == 0 or any(map(redirects_input, commands[index].redirects)):
            return script
        command = commands[index - 1]
        if isinstance(command, Compound) or any(map(redirects_output, command.redirects)):
            return None
        return self.printed_script(command)

    def printed_script(self, command: Simple) -> Field | None:
        """The one text that a command prints, its own redirections aside, with the places of its characters."""
        if command.is_broken:
            return None
        arguments = all_fields(command.words, self._variables, self._source)
        if not arguments or arguments[0].value not in _PRINTERS:
            return None
        if arguments[0].value == "cat":
            return self.input_field(command)
        if len(arguments) != 2:
            return None
        text = arguments[1]
        # As long as the escape, so that the positions of what follows stay right.
        return text._replace(value=text.value.replace("\\n", "\n ")) if arguments[0].value == "printf" else text

    def input_field(self, command: Command) -> Field | None:
        """The here-document or here-string that a command reads."""
        redirect = next((redirect for redirect in reversed(command.redirects) if redirects_input(redirect)), None)
        if redirect is None:
            return None
        if redirect.heredoc:
            body = redirect.heredoc.body
            if body is None:
                return None
            texts = fields(body, self._variables, self._source, braces=False)
            return texts[0] if texts else Field("", (), body.start, body.end, self._source)
        if redirect.operator == "<<<" and redirect.target:
            target = redirect.target
            value = single_value(target, self._variables) + "\n"
            return Field(
                value, (WrittenRun(0, target.start, target.end, exact=False),), target.start, target.end, self._source
            )
        return None

    def output(self, commands: Sequence[Command], index: int, hops: int = 0) -> str | None:
        """The text that a command prints, its own redirections aside."""
        command = commands[index]
        if isinstance(command, Compound):
            return self._group_output(command, hops)
        if command.is_broken or not command.words:
            return None
        invocation = unwrap(all_fields(command.words, self._variables, self._source))
        reads = invocation.name in ("cat", "tee")
        return printed(invocation.name, invocation.arguments, self.input(commands, index, hops) if reads else None)

    def _group_output(self, command: Compound, hops: int) -> str | None:
        if command.kind not in ("group", "subshell") or hops >= _FURTHEST_UPSTREAM:
            return None
        pieces: list[str] = []
        for item in command.branches[0].items:
            commands = item.pipeline.commands
            joined = item.after is None or item.after.text in (";", "\n", "&&")
            if not joined or any(redirects_output(redirect) for redirect in commands[-1].redirects):
                return None
            piece = self.output(commands, len(commands) - 1, hops + 1)
            if piece is None:
                return None
            pieces.append(piece)
        return "".join(pieces)
