"""Files: read each time they are asked for, written as a whole or not at all."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from podhosts.document import File

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from podhosts.source import Source


class SourceFiles:
    """The files at some paths, opened each time they are gone through, so that none has to be kept.

    `held` are texts that stand for what is stored.
    """

    def __init__(self, paths: list[str], held: Mapping[str, Source] | None = None) -> None:
        self._paths = paths
        self._held = held or {}

    def __iter__(self) -> Iterator[Source | File]:
        return (self._held.get(path) or File(path, path) for path in self._paths)


class FileChangedError(Exception):
    """A file no longer holds what was read from it."""


def write_file(path: str, data: bytes | Iterable[bytes], before: bytes | None = None) -> None:
    """Write a file under a temporary name beside it, then rename it, so that nobody ever sees half of it.

    Through a link the file it leads to is written; a file that was there keeps its mode; a device or pipe is simply
    written to. Raises OSError, or FileChangedError where the file no longer holds `before`; it is then as it was.
    """
    pieces = [data] if isinstance(data, bytes) else data
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        mode = None
    if mode is not None and not stat.S_ISREG(mode):
        with open(path, "wb") as device:
            device.writelines(pieces)
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
            file.writelines(pieces)
        if before is not None:
            with open(target, "rb") as file:
                if file.read() != before:
                    raise FileChangedError
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
