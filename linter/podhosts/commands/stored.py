"""Inputs as files that can be read more than once; what comes through a pipe is kept in a temporary file meanwhile."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from podhosts.discovery import STDIN
from podhosts.document import parts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from podhosts.document import Part
    from podhosts.document.large_lists import LargeList


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file at `path`, shown to people as `name`. Going through it gives its parts, each time anew."""

    name: str
    path: str

    def __iter__(self) -> Iterator[Part | LargeList]:
        with open(self.path, "rb") as file:
            yield from parts(file, self.name)


@dataclass(frozen=True, slots=True)
class StoredFiles:
    """Files that other files may refer to; one that cannot be opened is told of when its turn comes."""

    paths: list[str]

    def __iter__(self) -> Iterator[Part | LargeList]:
        for path in self.paths:
            with suppress(OSError):
                yield from StoredFile(path, path)


@contextmanager
def stored(path: str, stdin_name: str) -> Iterator[StoredFile]:
    """The input at a path (`-`: stdin, shown as `stdin_name`). Raises OSError or ValueError if it cannot be opened."""
    if path == STDIN:
        with _spooled(sys.stdin.buffer) as kept:
            yield StoredFile(stdin_name, kept)
    elif os.path.isfile(path):
        yield StoredFile(path, path)
    else:
        with open(path, "rb") as pipe, _spooled(pipe) as kept:
            yield StoredFile(path, kept)


@contextmanager
def _spooled(stream: BinaryIO) -> Iterator[str]:
    import shutil
    import tempfile

    with tempfile.NamedTemporaryFile(prefix="podhosts-") as file:
        shutil.copyfileobj(stream, file, 1 << 20)
        file.flush()
        yield file.name
