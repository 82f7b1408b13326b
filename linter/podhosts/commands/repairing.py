"""Fixing files for `podhosts check`: what is written, and how."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from podhosts.commands.files import FileChangedError, write_file
from podhosts.discovery import STDIN
from podhosts.engine.fixing import Fixed, FixError, fix
from podhosts.reporters.differences import unified_diff

if TYPE_CHECKING:
    from podhosts.commands.run_settings import Request
    from podhosts.discovery import Input
    from podhosts.engine import Options
    from podhosts.source import Source
    from podhosts.workspace import Workspace


class RepairError(Exception):
    """A file could not be fixed, and is as it was; the text says why."""


def repair(
    source: Source, item: Input, options: Options, workspace: Workspace | None, request: Request
) -> tuple[Fixed, list[str]]:
    """Fix a source, and write its file if it is one and no diff is asked for; also gives the lines of the diff.

    Raises RepairError.
    """
    try:
        fixed = fix(source, options, workspace, unsafe=request.unsafe_fixes)
    except FixError as error:
        raise RepairError(f"internal error, please report it: {error}") from None
    if request.diff:
        return fixed, list(unified_diff(source, fixed.rounds))
    if fixed.rounds and item.path != STDIN:
        replace_file(item.path, source, fixed.source)
    return fixed, []


def replace_file(path: str, before: Source, after: Source) -> None:
    """Put `after` in the place of `before` in one step: no reader ever sees half a file.

    The file's mode stays, and a symbolic link still leads to it. Raises RepairError where the file is no longer what
    was read, or cannot be written.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise RepairError("only regular files can be fixed")
        write_file(path, after.data, before.data)
    except FileChangedError:
        raise RepairError("it was changed by somebody else meanwhile; run podhosts again") from None
    except OSError as error:
        raise RepairError(f"cannot be written: {error.strerror}") from None
