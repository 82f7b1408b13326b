"""Programs that unpack into a folder: the hosts file is what they write if a member of that name goes to `/etc`.

What an archive holds is not known unless its members are named, or it is called after the file (`hosts.tar`).
Sources: the manuals of GNU tar and cpio, busybox, libarchive and Info-ZIP; `vectors/hosts-writes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.patterns import regex
from podhosts.shell.effects import FileWrite
from podhosts.shell.model import Way, WriteKind
from podhosts.shell.options import Operand, Syntax, parse_arguments

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from podhosts.shell.effects import Program, ProgramInput
    from podhosts.shell.expansion import Field

_ARCHIVE = regex(r"(?:.*/)?(hosts)\.(?:tar(?:\.\w+)?|t[gx]z|zip)")
_OLD_STYLE = regex(r"[A-Za-z]+")
_TAR = Syntax(
    "CfTXbgILNVK", "", frozenset(("directory", "file", "files-from", "exclude", "transform", "owner", "group"))
)


def _tar(fields: Sequence[Field], around: ProgramInput) -> Iterator[FileWrite]:
    letters, fields = _old_style(fields)
    arguments = parse_arguments(fields, _TAR)
    if not ("x" in letters or arguments.has("x", "extract", "get")):
        return
    if arguments.has("k", "keep-old-files", "skip-old-files", "O", "to-stdout", "t", "list"):
        return
    operands = list(arguments.operands)
    archives = arguments.values("f", "file") or ([operands.pop(0)] if "f" in letters and operands else [])
    way = Way.IN_PLACE if arguments.has("overwrite") else Way.VARIES if around.box else Way.REPLACED
    yield from _unpacked(arguments.values("C", "directory"), operands, archives, around, way)


def _old_style(fields: Sequence[Field]) -> tuple[str, Sequence[Field]]:
    """The letters of `tar xf FILE`, without a dash, and the other arguments."""
    if fields and _OLD_STYLE.fullmatch(fields[0].value):
        return fields[0].value, fields[1:]
    return "", fields


def _unzip(fields: Sequence[Field], around: ProgramInput) -> Iterator[FileWrite]:
    arguments = parse_arguments(fields, Syntax("dx"))
    # Without -o it asks, and nobody answers.
    if arguments.has("o") and not arguments.has("l", "t", "p"):
        folders, archives = arguments.values("d"), arguments.operands[:1]
        yield from _unpacked(folders, arguments.operands[1:], archives, around, Way.REPLACED)


def _cpio(fields: Sequence[Field], around: ProgramInput) -> Iterator[FileWrite]:
    """`cpio -p FOLDER` copies the files that are listed on standard input."""
    arguments = parse_arguments(fields, Syntax("HFIO"))
    if arguments.has("p", "pass-through") and arguments.has("u", "unconditional") and around.stdin:
        for folder in arguments.operands[-1:]:
            if folder.is_constant and any(around.matches(f"{folder.value}/{name}") for name in around.stdin.split()):
                yield FileWrite(folder, WriteKind.REPLACE, Way.REPLACED)


def _unpacked(
    folders: Sequence[Operand],
    members: Sequence[Operand],
    archives: Sequence[Operand],
    around: ProgramInput,
    way: Way,
) -> Iterator[FileWrite]:
    """The write of the hosts file below the last folder; without one, below the working directory."""
    folder = folders[-1] if folders else None
    if folder is not None and not folder.is_constant:
        return
    prefix = f"{folder.value}/" if folder else ""
    for member in members:
        if member.is_constant and around.matches(prefix + member.value):
            yield FileWrite(folder or member, WriteKind.REPLACE, way)
            return
    for archive in archives if not members else ():
        named = _ARCHIVE.fullmatch(archive.value) if archive.is_constant else None
        if named and around.matches(prefix + named[1]):
            yield FileWrite(folder or archive, WriteKind.REPLACE, way)


UNPACKERS: dict[str, Program] = {"tar": _tar, "bsdtar": _tar, "gtar": _tar, "unzip": _unzip, "cpio": _cpio}
