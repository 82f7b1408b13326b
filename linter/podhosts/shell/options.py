"""Command-line arguments -> options and operands, by the rules of getopt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podhosts.shell.expansion import Field
    from podhosts.source import Span


class Operand(NamedTuple):
    """An argument, or the part of it from `at` on (the value in `-o/etc/hosts`, `--output=/etc/hosts`)."""

    field: Field
    at: int = 0

    @property
    def value(self) -> str:
        return self.field.value[self.at :]

    @property
    def is_constant(self) -> bool:
        return self.field.is_constant

    @property
    def span(self) -> Span:
        return self.field.span_from(self.at)


class Syntax(NamedTuple):
    """The options of a program.

    `valued`: letters whose value is the rest of the argument or the next one; `attached`: letters with an optional
    value, which can only be the rest; `long_valued`: long options whose value may be the next argument;
    `is_ordered`: options end at the first operand (POSIX), as for programs that run another one.
    """

    valued: str = ""
    attached: str = ""
    long_valued: frozenset[str] = frozenset()
    is_ordered: bool = False


class Arguments(NamedTuple):
    """`options`: names (a letter, or a long name without dashes) and values, in order."""

    options: tuple[tuple[str, Operand | None], ...]
    operands: tuple[Operand, ...]

    def has(self, *names: str) -> bool:
        return any(name in names for name, _ in self.options)

    def values(self, *names: str) -> list[Operand]:
        return [value for name, value in self.options if name in names and value is not None]


def parse_arguments(fields: Sequence[Field], syntax: Syntax) -> Arguments:
    """Sort the arguments after the command name into options and operands."""
    options: list[tuple[str, Operand | None]] = []
    operands: list[Operand] = []
    index = 0
    while index < len(fields):
        field = fields[index]
        value = field.value
        index += 1
        if value == "--":
            break
        following = Operand(fields[index]) if index < len(fields) else None
        if value.startswith("--"):
            name, equals, _ = value[2:].partition("=")
            if equals:
                options.append((name, Operand(field, len(name) + 3)))
            elif name in syntax.long_valued:
                options.append((name, following))
                index += 1
            else:
                options.append((name, None))
        elif value.startswith("-") and value != "-":
            if _cluster(field, syntax, options, following):
                index += 1
        elif syntax.is_ordered:
            index -= 1
            break
        else:
            operands.append(Operand(field))
    operands.extend(Operand(field) for field in fields[index:])
    return Arguments(tuple(options), tuple(operands))


def _cluster(
    field: Field, syntax: Syntax, options: list[tuple[str, Operand | None]], following: Operand | None
) -> bool:
    """Read `-abcVALUE`; True if the last letter takes the following argument."""
    for at, letter in enumerate(field.value[1:], start=2):
        rest = Operand(field, at) if at < len(field.value) else None
        if letter in syntax.valued:
            options.append((letter, rest or following))
            return rest is None
        if letter in syntax.attached:
            options.append((letter, rest))
            return False
        options.append((letter, None))
    return False
