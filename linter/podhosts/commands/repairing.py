"""Fixing files for `podhosts check`: what is written, and how."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from podhosts.commands.files import CannotKeepError, FileChangedError, replace_content
from podhosts.discovery import STDIN, with_slashes
from podhosts.engine.fixing import Fixed, fix
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
) -> tuple[Fixed, list[bytes]]:
    """Fix a source, and write its file if it is one and no diff is asked for; also gives the lines of the diff.

    Raises RepairError.
    """
    fixed = fix(source, options, workspace, unsafe=request.unsafe_fixes)
    if request.diff:
        name = _name_in_patch(source.path, is_file=item.path != STDIN)
        return fixed, list(unified_diff(name, source, fixed.source, fixed.rounds))
    if fixed.rounds and item.path != STDIN:
        replace_file(item.path, source, fixed.source)
    return fixed, []


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
