"""Inputs as files that can be read more than once; what comes through a pipe is kept in a temporary file meanwhile."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from podhosts.discovery import STDIN
from podhosts.document import File

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO


@contextmanager
def stored(path: str, stdin_name: str) -> Iterator[File]:
    """The input at a path (`-`: stdin, shown as `stdin_name`). Raises OSError or ValueError if it cannot be opened."""
    if path == STDIN:
        with _spooled(sys.stdin.buffer) as kept:
            yield File(stdin_name, kept)
    elif os.path.isfile(path):
        yield File(path, path)
    else:
        with open(path, "rb") as pipe, _spooled(pipe) as kept:
            yield File(path, kept)


@contextmanager
def _spooled(stream: BinaryIO) -> Iterator[str]:
    import shutil
    import tempfile

    with tempfile.NamedTemporaryFile(prefix="podhosts-") as file:
        shutil.copyfileobj(stream, file, 1 << 20)
        file.flush()
        yield file.name
