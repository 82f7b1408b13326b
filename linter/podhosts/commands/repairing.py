"""Fixing files for `podhosts check`: what is written, and how."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, NamedTuple

from podhosts.commands.files import CannotKeepError, FileChangedError, replace_content
from podhosts.discovery import STDIN, with_slashes
from podhosts.edits import Safety
from podhosts.engine import Result
from podhosts.engine.fixing import Fixed, fix
from podhosts.reporters.differences import unified_diff
from podhosts.source import Source

if TYPE_CHECKING:
    from podhosts.commands.run_settings import Request
    from podhosts.discovery import Input
    from podhosts.document import File
    from podhosts.engine import Options
    from podhosts.workspace import Workspace


class RepairError(Exception):
    """A file could not be fixed, and is as it was; the text says why."""


class Repaired(NamedTuple):
    """What was done to an input that is shown as `path`: its text `before`, what fixing gave, the lines of its diff.

    `error` says why it could not be repaired; it is then as it was.
    """

    item: Input
    path: str
    before: Source
    fixed: Fixed
    diff: tuple[bytes, ...] = ()
    error: str | None = None
    is_written: bool = False


def can_be_repaired(result: Result, request: Request) -> bool:
    """Whether a finding has a fix of the kind that is asked for."""
    wanted = (Safety.SAFE, Safety.UNSAFE) if request.unsafe_fixes else (Safety.SAFE,)
    return any(finding.fix is not None and finding.fix.safety in wanted for finding in result.findings)


def repaired(item: Input, file: File, options: Options, workspace: Workspace | None, request: Request) -> Repaired:
    """Fix an input and write it, unless only its diff is asked for. What came through stdin is written where it is
    kept."""
    before = Source(file.name, b"")
    try:
        before = file.read()
        fixed = fix(before, options, workspace, unsafe=request.unsafe_fixes)
        # What is left to find is found out again, when all files are as they shall be.
        fixed.result = Result()
        if request.diff:
            name = _name_in_patch(before.path, is_file=item.path != STDIN)
            diff = unified_diff(name, before, fixed.source, fixed.rounds)
            return Repaired(item, before.path, before, fixed, tuple(diff))
        if fixed.rounds and item.path == STDIN:
            with open(file.path, "wb") as kept:
                kept.write(fixed.source.data)
        elif fixed.rounds:
            replace_file(item.path, before, fixed.source)
    except RepairError as error:
        return Repaired(item, before.path, before, Fixed(before, Result()), error=str(error))
    except OSError as error:
        return Repaired(item, before.path, before, Fixed(before, Result()), error=f"cannot be opened: {error.strerror}")
    return Repaired(item, before.path, before, fixed, is_written=bool(fixed.rounds))


def _name_in_patch(path: str, *, is_file: bool) -> str:
    """The name of a source in a patch, from the working directory on: patches are refused for links and for `..`.

    What lies outside of the working directory has its full path without the first slash: its patch fits there.
    """
    if is_file:
        path = os.path.realpath(path)
        relative = os.path.relpath(path)
        path = path if relative.split(os.sep)[0] == os.pardir else relative
    return with_slashes(os.path.normpath(path)).lstrip("/")


def replace_file(path: str, before: Source, after: Source) -> None:
    """Put `after` in the place of `before` in one step: no reader ever sees half a file.

    All that belongs to the file stays (`replace_content`), and a symbolic link still leads to it. Raises RepairError
    where that cannot be, where the file is no longer what was read, or where it cannot be written.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise RepairError("only regular files can be fixed")
        replace_content(path, after.data, before.data)
    except FileChangedError:
        raise RepairError("it was changed by somebody else meanwhile; run podhosts again") from None
    except CannotKeepError as error:
        raise RepairError(str(error)) from None
    except OSError as error:
        raise RepairError(f"cannot be written: {error.strerror}") from None
