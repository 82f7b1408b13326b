"""The effects of well-known programs on the files they are given: name and arguments -> files written.

Only what a program does in the file system of its caller counts. Whether it succeeds on a mount point is said beside
it (`Way`), as measured in `vectors/hosts-writes`.
Sources: POSIX, the manuals of GNU coreutils, sed, busybox, perl, vim, patch, curl, wget and rsync.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.patterns import regex
from podhosts.shell.effects import FileWrite
from podhosts.shell.fetching import FETCHING
from podhosts.shell.filters import FILTERS, sed_writes
from podhosts.shell.located import UNKNOWN
from podhosts.shell.model import Way, WriteKind
from podhosts.shell.options import Arguments, Operand, Syntax, parse_arguments
from podhosts.shell.unpacking import UNPACKERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from podhosts.shell.effects import Program, ProgramInput
    from podhosts.shell.expansion import Field

_EX_WRITES = regex(r"[\s:%,.$0-9]*(?:w|wr|write|wq|wqa|wqall|wa|wall|x|xi|xit|xa|xall|up|update)!?\s*\Z")
_ED_WRITES = regex(r"[%,.$0-9 ]*(?:w|wq|W)\s*\Z")
#: Asking counts too: a container has nobody to answer.
_NO_CLOBBER = ("n", "no-clobber", "i", "interactive")


def file_writes(name: str, fields: Sequence[Field], surroundings: ProgramInput) -> Iterator[FileWrite]:
    """The writes to the hosts file by the program called `name` (without directory) with these arguments."""
    program = _PROGRAMS.get(name)
    if program is not None:
        yield from program(fields, surroundings)


def _operands(
    fields: Sequence[Field], syntax: Syntax, around: ProgramInput, kind: WriteKind, way: Way = Way.IN_PLACE
) -> Iterator[FileWrite]:
    for operand in parse_arguments(fields, syntax).operands:
        if around.is_target(operand):
            yield FileWrite(operand, kind, way)


def _tee(fields: Sequence[Field], around: ProgramInput) -> Iterator[FileWrite]:
    appends = parse_arguments(fields, Syntax()).has("a", "append")
    yield from _operands(fields, Syntax(), around, WriteKind.APPEND if appends else WriteKind.TRUNCATE)


def _sed(fields: Sequence[Field], around: ProgramInput) -> Iterator[FileWrite]:
    syntax = Syntax("efl", "i", frozenset(("expression", "file", "line-length")))
    arguments = parse_arguments(fields, syntax)
    scripts = arguments.values("e", "expression") or arguments.operands[:1]
    yield from sed_writes(scripts, around)
    if not arguments.has("i", "in-place"):
        return
    has_script = arguments.has("e", "f", "expression", "file")
    for operand in arguments.operands[0 if has_script else 1 :]:
        if around.is_target(operand):
            yield FileWrite(operand, WriteKind.EDIT, Way.REPLACED)


def _perl(fields: Sequence[Field], around: ProgramInput) -> Iterator[FileWrite]:
    arguments = parse_arguments(fields, Syntax("eEI", "iFxCdDmM", is_ordered=True))
    if not arguments.has("i"):
        return
    for operand in arguments.operands[0 if arguments.has("e", "E") else 1 :]:
        if around.is_target(operand):
            yield FileWrite(operand, WriteKind.EDIT, Way.REPLACED)


def _target_of_copy(arguments: Arguments, around: ProgramInput) -> Operand | None:
    """The operand through which `cp SOURCE... DEST` or `-t DIRECTORY` reaches the hosts file."""
    directories = arguments.values("t", "target-directory")
    if directories:
        directory, sources = directories[-1], arguments.operands
    elif len(arguments.operands) >= 2:
        *sources_list, directory = arguments.operands
        sources = tuple(sources_list)
        if around.is_target(directory):
            return None if any(around.is_target(source) for source in sources) else directory
        if arguments.has("T", "no-target-directory"):
            return None
    else:
        return None
    if not directory.is_constant:
        return None
    for source in sources:
        name = source.value.rpartition("/")[2]
        is_known = name and UNKNOWN not in name and not (source.field.is_pattern and set(name) & set("*?["))
        if is_known and around.matches(f"{directory.value}/{name}") and not around.is_target(source):
            return directory
    return None


_COPY = Syntax("tS", "", frozenset(("target-directory", "suffix", "mode", "owner", "group")))


#: Options of cp that remove or rename what is there.
_REPLACING = ("remove-destination", "b", "backup", "S", "suffix", "l", "link", "s", "symbolic-link")


def _cp(fields: Sequence[Field], around: ProgramInput) -> Iterator[FileWrite]:
    arguments = parse_arguments(fields, _COPY)
    if target := _overwritten(arguments, around):
        yield FileWrite(target, WriteKind.REPLACE, Way.REPLACED if arguments.has(*_REPLACING) else Way.IN_PLACE)


def _overwritten(arguments: Arguments, around: ProgramInput) -> Operand | None:
    """The operand that `cp` or `mv` puts in the hosts file's place, if it may overwrite files and has content."""
    if arguments.has(*_NO_CLOBBER, "attributes-only"):
        return None
    if any(value.value == "none" for value in arguments.values("update")):
        return None
    return _target_of_copy(arguments, around)


def _mv(fields: Sequence[Field], around: ProgramInput) -> Iterator[FileWrite]:
    arguments = parse_arguments(fields, _COPY)
    # toybox copies from another file system; GNU and busybox do not.
    if target := _overwritten(arguments, around):
        yield FileWrite(target, WriteKind.REPLACE, Way.VARIES if around.box == "toybox" else Way.REPLACED)
    sources = arguments.operands if arguments.has("t", "target-directory") else arguments.operands[:-1]
    for source in sources:
        if around.is_target(source):
            yield FileWrite(source, WriteKind.REMOVE, Way.REPLACED)


def _install(fields: Sequence[Field], around: ProgramInput) -> Iterator[FileWrite]:
    arguments = parse_arguments(fields, Syntax("tSmog", "", _COPY.long_valued))
    if arguments.has("d", "directory"):
        return
    target = _target_of_copy(arguments, around)
    if target:
        yield FileWrite(target, WriteKind.REPLACE, Way.VARIES if around.box else Way.REPLACED)


def _ln(fields: Sequence[Field], around: ProgramInput) -> Iterator[FileWrite]:
    arguments = parse_arguments(fields, _COPY)
    # The file exists in every container: without -f or a backup, ln refuses.
    if not arguments.has("f", "force", "b", "backup", "S", "suffix"):
        return
    target = _target_of_copy(arguments, around)
    if target:
        yield FileWrite(target, WriteKind.REPLACE, Way.REPLACED)


def _rsync(fields: Sequence[Field], around: ProgramInput) -> Iterator[FileWrite]:
    arguments = parse_arguments(fields, Syntax("efBMT", "", frozenset(("rsh", "exclude", "include", "filter"))))
    if arguments.has("n", "dry-run", "ignore-existing"):
        return
    target = _target_of_copy(arguments, around)
    if target:
        in_place = arguments.has("inplace", "append", "append-verify")
        yield FileWrite(target, WriteKind.REPLACE, Way.IN_PLACE if in_place else Way.REPLACED)


def _scp(fields: Sequence[Field], around: ProgramInput) -> Iterator[FileWrite]:
    target = _target_of_copy(parse_arguments(fields, Syntax("cDFiJloPSX")), around)
    if target:
        yield FileWrite(target, WriteKind.REPLACE)


def _dd(fields: Sequence[Field], around: ProgramInput) -> Iterator[FileWrite]:
    settings = {field.value.partition("=")[0]: field.value.partition("=")[2] for field in fields}
    appends = "append" in settings.get("oflag", "").split(",")
    conversions = settings.get("conv", "").split(",")
    if "excl" in conversions:
        return
    keeps = "notrunc" in conversions
    kind = WriteKind.APPEND if appends else WriteKind.UPDATE if keeps else WriteKind.TRUNCATE
    for field in fields:
        operand = Operand(field, 3)
        if field.value.startswith("of=") and around.is_target(operand):
            yield FileWrite(operand, kind)


def _remove(fields: Sequence[Field], around: ProgramInput) -> Iterator[FileWrite]:
    yield from _operands(fields, Syntax(), around, WriteKind.REMOVE, Way.REPLACED)


def _shred(fields: Sequence[Field], around: ProgramInput) -> Iterator[FileWrite]:
    syntax = Syntax("ns", "", frozenset(("iterations", "size", "random-source")))
    yield from _operands(fields, syntax, around, WriteKind.UPDATE)


def _truncate(fields: Sequence[Field], around: ProgramInput) -> Iterator[FileWrite]:
    syntax = Syntax("sr", "", frozenset(("size", "reference")))
    yield from _operands(fields, syntax, around, WriteKind.TRUNCATE)


def _patch(fields: Sequence[Field], around: ProgramInput) -> Iterator[FileWrite]:
    syntax = Syntax("pidoFBYzDrgV", "", frozenset(("strip", "input", "directory", "output", "fuzz")))
    arguments = parse_arguments(fields, syntax)
    for operand in arguments.operands[:1]:
        if around.is_target(operand) and not arguments.has("dry-run", "o", "output", "C", "check"):
            yield FileWrite(operand, WriteKind.EDIT, Way.VARIES if around.box else Way.REPLACED)
    for operand in arguments.values("o", "output"):
        if around.is_target(operand):
            yield FileWrite(operand, WriteKind.TRUNCATE)


def _sponge(fields: Sequence[Field], around: ProgramInput) -> Iterator[FileWrite]:
    kind = WriteKind.APPEND if parse_arguments(fields, Syntax()).has("a") else WriteKind.TRUNCATE
    yield from _operands(fields, Syntax(), around, kind)


def _vi(fields: Sequence[Field], around: ProgramInput) -> Iterator[FileWrite]:
    """vi, vim and ex edit without a person only if a command on the command line or standard input writes the file."""
    arguments = parse_arguments(fields, Syntax("cuUSTiWwt", "V", frozenset(("cmd",))))
    commands = [value.value for value in arguments.values("c", "cmd")]
    commands += [operand.value[1:] for operand in arguments.operands if operand.value.startswith("+")]
    commands += (around.stdin or "").split("\n")
    found = [match[0] for command in commands for piece in command.split("|") if (match := _EX_WRITES.match(piece))]
    if arguments.has("R") or not found:
        return
    forced = any(piece.rstrip().endswith("!") for piece in found)
    for operand in arguments.operands:
        if around.is_target(operand):
            yield FileWrite(operand, WriteKind.EDIT, Way.IN_PLACE if forced else Way.BESIDE)


def _vi_of_any_kind(fields: Sequence[Field], around: ProgramInput) -> Iterator[FileWrite]:
    # vim's, or busybox's, which makes no other file.
    for write in _vi(fields, around):
        yield write._replace(way=Way.IN_PLACE if around.box else Way.VARIES)


def _ed(fields: Sequence[Field], around: ProgramInput) -> Iterator[FileWrite]:
    if around.stdin is None or not any(_ED_WRITES.match(line) for line in around.stdin.split("\n")):
        return
    yield from _operands(fields, Syntax("p"), around, WriteKind.EDIT, Way.IN_PLACE if around.box else Way.BESIDE)


_PROGRAMS: dict[str, Program] = {
    **FILTERS,
    **FETCHING,
    **UNPACKERS,
    "tee": _tee,
    "sponge": _sponge,
    "sed": _sed,
    "gsed": _sed,
    "perl": _perl,
    "ruby": _perl,
    "cp": _cp,
    "mv": _mv,
    "install": _install,
    "ln": _ln,
    "rsync": _rsync,
    "scp": _scp,
    "dd": _dd,
    "rm": _remove,
    "unlink": _remove,
    "shred": _shred,
    "truncate": _truncate,
    "patch": _patch,
    "ed": _ed,
    "ex": _vi,
    "vi": _vi_of_any_kind,
    "vim": _vi,
    "nvim": _vi,
    "vim.tiny": _vi,
    "vim.basic": _vi,
}
