"""Programs that fetch a file, or fill in a template, and put it where an argument says.

Sources: the manuals of curl, wget, the AWS, Google and MinIO command lines, kubectl, rclone, socat, consul-template,
dockerize, gomplate and j2cli.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from podhosts.patterns import regex
from podhosts.shell.effects import FileWrite
from podhosts.shell.filters import output_option
from podhosts.shell.located import UNKNOWN
from podhosts.shell.model import WriteKind
from podhosts.shell.options import Operand, Syntax, parse_arguments

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from podhosts.shell.effects import Program, ProgramInput
    from podhosts.shell.expansion import Field

#: An address of socat that is opened for writing, with its path.
_SOCAT_FILE = regex(r"(?i:open|create|creat|gopen|file):([^,]+)")
#: `template:output`, with what is done afterwards.
_TEMPLATE = regex(r"[^:]*:([^:]+)")
_CURL = Syntax(
    "AbcCdDeEFhHKmoPQrtTuUwxXyYz",
    "",
    frozenset(("output", "output-dir", "data", "header", "user", "request")),
)
_WGET = Syntax(
    "aABDeIloOPQRtTUwX", "", frozenset(("output-document", "directory-prefix", "header", "tries", "timeout"))
)


def _curl(fields: Sequence[Field], around: ProgramInput) -> Iterator[FileWrite]:
    arguments = parse_arguments(fields, _CURL)
    folders = arguments.values("output-dir")
    for operand in arguments.values("o", "output"):
        if around.is_target(operand):
            yield FileWrite(operand, WriteKind.TRUNCATE)
    if arguments.has("O", "remote-name", "remote-name-all"):
        yield from _by_name(arguments.operands, folders[-1:], around)


def _wget(fields: Sequence[Field], around: ProgramInput) -> Iterator[FileWrite]:
    arguments = parse_arguments(fields, _WGET)
    outputs = arguments.values("O", "output-document")
    for operand in outputs:
        if around.is_target(operand):
            yield FileWrite(operand, WriteKind.TRUNCATE)
    # Without -N and the like it calls the file that is there `hosts` and its own `hosts.1`.
    if not outputs and arguments.has("N", "timestamping", "x", "r"):
        yield from _by_name(arguments.operands, arguments.values("P", "directory-prefix")[-1:], around)


def _by_name(urls: Sequence[Operand], folders: Sequence[Operand], around: ProgramInput) -> Iterator[FileWrite]:
    """The files that keep the last part of an address as their name, in a folder or the working directory."""
    for url in urls:
        name = url.value.partition("?")[0].rpartition("/")[2]
        above = f"{folders[0].value}/" if folders else ""
        if "/" in url.value and UNKNOWN not in f"{above}{url.value}" and around.matches(f"{above}{name}"):
            yield FileWrite(folders[0] if folders else url, WriteKind.TRUNCATE)


def _to_last(*words: str) -> Program:
    """The program that with these words before its operands copies to the last operand."""

    def program(fields: Sequence[Field], around: ProgramInput) -> Iterator[FileWrite]:
        operands = parse_arguments(fields, Syntax()).operands
        is_copy = tuple(operand.value for operand in operands[: len(words)]) == words
        if is_copy and len(operands) > len(words) + 1 and around.is_target(operands[-1]):
            yield FileWrite(operands[-1], WriteKind.REPLACE)

    return program


def _socat(fields: Sequence[Field], around: ProgramInput) -> Iterator[FileWrite]:
    arguments = parse_arguments(fields, Syntax("bdlLtTx"))
    written = arguments.operands[1:2] if arguments.has("u") else arguments.operands[:2]
    for address in written:
        found = _SOCAT_FILE.match(address.value)
        options = address.value.split(",")[1:]
        if found and "rdonly" not in options:
            file = address.field._replace(value=found[1])
            if address.is_constant and around.matches(file.value):
                yield FileWrite(address, WriteKind.APPEND if "append" in options else WriteKind.UPDATE)


def _templates(fields: Sequence[Field], around: ProgramInput) -> Iterator[FileWrite]:
    for option, value in pairwise(fields):
        found = _TEMPLATE.match(value.value) if option.value in {"-template", "--template"} else None
        if found and value.is_constant and around.matches(found[1]):
            yield FileWrite(Operand(value), WriteKind.TRUNCATE)


FETCHING: dict[str, Program] = {
    "curl": _curl,
    "wget": _wget,
    "aria2c": output_option(Syntax("dio", "", frozenset(("dir", "out"))), "o", "out"),
    "aws": _to_last("s3", "cp"),
    "gsutil": _to_last("cp"),
    "gcloud": _to_last("storage", "cp"),
    "mc": _to_last("cp"),
    "rclone": _to_last("copyto"),
    "kubectl": _to_last("cp"),
    "oc": _to_last("cp"),
    "ddrescue": _to_last(),
    "socat": _socat,
    "consul-template": _templates,
    "dockerize": _templates,
    "gomplate": output_option(Syntax("fodci", "", frozenset(("file", "out", "datasource", "in"))), "o", "out"),
    "j2": output_option(Syntax("fo", "", frozenset(("format", "import-env"))), "o"),
}
