"""Inputs as files that can be read more than once; what comes through a pipe is kept in a temporary file meanwhile."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from podhosts.discovery import STDIN
from podhosts.document import File

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from podhosts.source import Source


#: Why an empty input is not read: whatever should have written it has probably failed.
NOTHING_CAME = "nothing came: the input is empty"


@contextmanager
def stored(path: str, stdin_name: str) -> Iterator[File]:
    """The input at a path (`-`: stdin, shown as `stdin_name`). Raises OSError or ValueError if it cannot be opened."""
    if path == STDIN:
        with _spooled(_standard_input()) as kept:
            yield File(stdin_name, kept)
    elif os.path.isfile(path):
        yield File(path, path)
    else:
        with open(path, "rb") as pipe, _spooled(pipe) as kept:
            yield File(path, kept)


def read_input(path: str, stdin_name: str = "<stdin>") -> Source:
    """The text of one input. Raises OSError or ValueError if it cannot be opened."""
    with stored(path, stdin_name) as file:
        return file.read()


def _standard_input() -> BinaryIO:
    """The process's stdin. Raises OSError if the caller has closed it."""
    # Python has no object for it then.
    if sys.stdin is None:
        raise OSError(errno.EBADF, "standard input is closed")
    return sys.stdin.buffer


@contextmanager
def _spooled(stream: BinaryIO) -> Iterator[str]:
    import shutil
    import tempfile

    # Closed before it is read: Windows opens no file twice.
    with tempfile.NamedTemporaryFile(prefix="podhosts-", delete=False) as file:
        try:
            shutil.copyfileobj(stream, file, 1 << 20)
            file.close()
            yield file.name
        finally:
            file.close()
            os.unlink(file.name)
