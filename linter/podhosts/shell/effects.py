"""Writes to files by programs, and the surroundings in which a program is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from podhosts.records import NamedTuple
from podhosts.shell.model import Way

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from podhosts.shell.expansion import Field
    from podhosts.shell.model import WriteKind
    from podhosts.shell.options import Operand


class FileWrite(NamedTuple):
    """A write to the file that an argument names."""

    operand: Operand
    kind: WriteKind
    way: Way = Way.IN_PLACE


class ProgramInput(NamedTuple):
    """The surroundings of a program: `matches` tells the hosts file's path, `stdin` is the text it reads, if known.

    `box`: `busybox` or `toybox` where the program is said to be theirs.
    """

    matches: Callable[[str], bool]
    stdin: str | None
    box: str = ""

    def is_target(self, operand: Operand) -> bool:
        """Whether an argument certainly names the file."""
        return operand.is_constant and self.matches(operand.value)


Program: TypeAlias = "Callable[[Sequence[Field], ProgramInput], Iterator[FileWrite]]"
