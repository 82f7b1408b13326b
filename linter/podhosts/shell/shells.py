"""Programs that run scripts: their names, and where in a shell's arguments the script is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.patterns import regex
from podhosts.shell.expansion import Field
from podhosts.shell.located import UNKNOWN, WrittenRun

if TYPE_CHECKING:
    from collections.abc import Sequence

SHELLS = frozenset(("sh", "bash", "dash", "ash", "ksh", "ksh93", "mksh", "zsh", "rbash"))
#: Those that may be dash: what only bash has for redirections does something else in them, or nothing.
POSIX_SHELLS = frozenset(("sh", "dash"))
PYTHON = regex(r"(?:python|pypy)[0-9.]*\Z")


def shell_operands(arguments: Sequence[Field]) -> tuple[bool, list[Field]]:
    """Whether `-c` is among a shell's options, and what follows them."""
    is_command = False
    index = 0
    while index < len(arguments):
        value = arguments[index].value
        if value in ("--", "-"):
            index += 1
            break
        if value in ("--rcfile", "--init-file"):
            index += 2
        elif value.startswith("--") or value == UNKNOWN:
            index += 1
        elif value[:1] in ("-", "+") and len(value) > 1:
            is_command = is_command or (value[0] == "-" and "c" in value)
            # `-o pipefail`, also in `-euo pipefail`: each `o` takes an argument.
            index += 1 + value.count("o") + value.count("O")
        else:
            break
    return is_command, list(arguments[index:])


def joined(arguments: Sequence[Field]) -> Field:
    """Arguments as one text, with a blank between them, as `eval` reads them."""
    runs: list[WrittenRun] = []
    length = 0
    for index, argument in enumerate(arguments):
        if index:
            runs.append(WrittenRun(length, argument.start, argument.start, exact=False))
            length += 1
        runs.extend(run._replace(at=run.at + length) for run in argument.runs)
        length += len(argument.value)
    value = " ".join(argument.value for argument in arguments)
    return Field(value, tuple(runs), arguments[0].start, arguments[-1].end, arguments[0].source)
