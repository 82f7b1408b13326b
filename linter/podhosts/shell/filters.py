"""Programs that read one file and write another, which an option or the last operand names.

Sources: the manuals of GNU coreutils and sed, vim's xxd, glibc's iconv, OpenSSL, GnuPG and zstd.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from podhosts.patterns import regex
from podhosts.shell.effects import FileWrite
from podhosts.shell.model import WriteKind
from podhosts.shell.options import Operand, Syntax, parse_arguments

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from podhosts.shell.effects import Program, ProgramInput
    from podhosts.shell.expansion import Field

#: `w FILE` at the end of a script of sed: the name goes on to the end of the line.
_SED_WRITE = regex(r"(?<![A-HJ-LN-Za-dfhj-lnoq-z])w[ \t]*(/[^\n]*)\Z")


def output_option(syntax: Syntax, *names: str) -> Program:
    """The program that writes the file which one of these options names."""

    def program(fields: Sequence[Field], around: ProgramInput) -> Iterator[FileWrite]:
        for operand in parse_arguments(fields, syntax).values(*names):
            if around.is_target(operand):
                yield FileWrite(operand, WriteKind.TRUNCATE)

    return program


def sed_writes(scripts: Sequence[Operand], around: ProgramInput) -> Iterator[FileWrite]:
    """The file that `w` writes, as a command or as a flag of `s`."""
    for script in scripts:
        if found := _SED_WRITE.search(script.value):
            operand = Operand(script.field, script.at + found.start(1))
            if around.is_target(operand):
                yield FileWrite(operand, WriteKind.TRUNCATE)


def _second_operand(syntax: Syntax, kind: WriteKind, needed: str = "") -> Program:
    def program(fields: Sequence[Field], around: ProgramInput) -> Iterator[FileWrite]:
        arguments = parse_arguments(fields, syntax)
        for operand in arguments.operands[1:2]:
            if around.is_target(operand) and (not needed or arguments.has(needed)):
                yield FileWrite(operand, kind)

    return program


def _last_operand(fields: Sequence[Field], around: ProgramInput) -> Iterator[FileWrite]:
    for operand in parse_arguments(fields, Syntax("lo", "", frozenset(("length", "offset")))).operands[-1:]:
        if around.is_target(operand):
            yield FileWrite(operand, WriteKind.UPDATE)


def _openssl(fields: Sequence[Field], around: ProgramInput) -> Iterator[FileWrite]:
    for option, value in pairwise(fields):
        if option.value == "-out" and around.is_target(Operand(value)):
            yield FileWrite(Operand(value), WriteKind.TRUNCATE)


FILTERS: dict[str, Program] = {
    "sort": output_option(Syntax("kotST", "", frozenset(("output", "key", "field-separator"))), "o", "output"),
    "shuf": output_option(Syntax("ino", "", frozenset(("output", "input-range", "head-count"))), "o", "output"),
    "iconv": output_option(Syntax("fto", "", frozenset(("output", "from-code", "to-code"))), "o", "output"),
    "gpg": output_option(Syntax("oru", "", frozenset(("output", "recipient"))), "o", "output"),
    "zstd": output_option(Syntax("o"), "o"),
    "uniq": _second_operand(Syntax("fsw", "", frozenset(("skip-fields", "skip-chars"))), WriteKind.TRUNCATE),
    # It writes over the beginning and leaves the rest.
    "xxd": _second_operand(Syntax("cglos"), WriteKind.UPDATE, needed="r"),
    "openssl": _openssl,
    # It makes the file longer.
    "fallocate": _last_operand,
}
