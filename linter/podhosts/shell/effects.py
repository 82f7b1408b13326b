"""Writes to files by programs, and the surroundings in which a program is looked at."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, TypeAlias

from podhosts.records import NamedTuple
from podhosts.shell.located import UNKNOWN
from podhosts.shell.model import Way

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from podhosts.shell.expansion import Field
    from podhosts.shell.model import WriteKind
    from podhosts.shell.options import Operand

_FILE = "hosts"
_PATTERN = frozenset("*?[")


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
        """Whether an argument certainly names the file, be it as one of those that a pattern stands for."""
        if operand.is_constant:
            return self.matches(operand.value)
        folder, _, name = operand.value.rpartition("/")
        if not operand.field.is_pattern or UNKNOWN in operand.value or not _PATTERN.isdisjoint(folder):
            return False
        return fnmatchcase(_FILE, name) and self.matches(f"{folder}/{_FILE}")


Program: TypeAlias = "Callable[[Sequence[Field], ProgramInput], Iterator[FileWrite]]"
