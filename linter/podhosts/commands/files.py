"""Writing files: as a whole or not at all."""

from __future__ import annotations

import os
import stat
from contextlib import suppress


class FileChangedError(Exception):
    """A file no longer holds what was read from it."""


def write_file(path: str, data: bytes, before: bytes | None = None) -> None:
    """Write a file under a temporary name beside it, then rename it, so that nobody ever sees half of it.

    Through a link the file it leads to is written; a file that was there keeps its mode; a device or pipe is simply
    written to. Raises OSError, or FileChangedError where the file no longer holds `before`; it is then as it was.
    """
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        mode = None
    if mode is not None and not stat.S_ISREG(mode):
        with open(path, "wb") as device:
            device.write(data)
        return
    target = os.path.realpath(path)
    if mode is not None and not os.access(target, os.W_OK):
        # A rename would replace it all the same.
        raise PermissionError(0, "the file is write-protected", path)
    temporary = os.path.join(os.path.dirname(target), f".podhosts-{os.urandom(8).hex()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with open(descriptor, "wb") as file:
            if mode is not None:
                os.chmod(temporary, stat.S_IMODE(mode))
            file.write(data)
        if before is not None:
            with open(target, "rb") as file:
                if file.read() != before:
                    raise FileChangedError
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
