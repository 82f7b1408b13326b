"""Files that are written as a whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


class FileChangedError(Exception):
    """A file no longer holds what was read from it."""


class CannotKeepError(Exception):
    """A new file cannot stand for the one that is there without changing more than its content; the text says what."""


def replace_content(path: str, data: bytes, before: bytes) -> None:
    """Give a regular file that holds `before` other content, in one step and with all that belongs to it kept.

    Through a link the file it leads to is written. Mode, owner, group, extended attributes and access control lists
    stay. Raises CannotKeepError where they, or further hard links, could not, and for a write-protected file;
    FileChangedError where it no longer holds `before`; OSError. The file is then as it was.
    """
    target = os.path.realpath(path) if os.path.islink(path) else path
    status = os.stat(target)
    # Of root the system asks no permission, and a rename needs none of the file.
    if not status.st_mode & _WRITABLE or not os.access(target, os.W_OK):
        raise CannotKeepError("it is write-protected")
    if status.st_nlink > 1:
        raise CannotKeepError(f"it has {status.st_nlink} hard links, and a new file would be none of them")
    with _temporary(target) as (file, temporary):
        file.write(data)
        file.flush()
        _take_over(file.fileno(), target, status)
        with open(target, "rb") as current:
            if current.read() != before:
                raise FileChangedError
        os.replace(temporary, target)


def write_file(path: str, data: bytes | Iterable[bytes]) -> None:
    """Write a file of one's own, such as a report: under a temporary name beside it, then rename it.

    Nobody ever sees half of it. Through a link the file it leads to is written. A device or pipe is simply written to,
    and so is a file with owners, attributes or links that a new one would not have. Raises OSError.
    """
    pieces = [data] if isinstance(data, bytes) else data
    target = os.path.realpath(path) if os.path.islink(path) else path
    try:
        status = os.stat(target)
    except FileNotFoundError:
        status = None
    if status is not None and not stat.S_ISREG(status.st_mode):
        _write_in_place(path, pieces)
        return
    if status is not None and not os.access(target, os.W_OK):
        # A rename would replace it all the same.
        raise PermissionError(0, "the file is write-protected", path)
    if status is not None and status.st_nlink > 1:
        _write_in_place(target, pieces)
        return
    try:
        with _temporary(target, 0o666 if status is None else 0o600) as (file, temporary):
            # Before anything is taken from `pieces`: what cannot be kept is written in place.
            if status is not None:
                _take_over(file.fileno(), target, status)
            file.writelines(pieces)
            file.flush()
            os.replace(temporary, target)
    except CannotKeepError:
        _write_in_place(target, pieces)


def _write_in_place(path: str, pieces: Iterable[bytes]) -> None:
    with open(path, "wb") as file:
        file.writelines(pieces)


@contextmanager
def _temporary(target: str, mode: int = 0o600) -> Iterator[tuple[BinaryIO, str]]:
    """A new file beside another one; removed unless it was renamed."""
    temporary = os.path.join(os.path.dirname(target), f".podhosts-{os.urandom(8).hex()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with open(descriptor, "wb") as file:
            yield file, temporary
    finally:
        with suppress(OSError):
            os.unlink(temporary)


def _take_over(descriptor: int, target: str, status: os.stat_result) -> None:
    """Give a new file the owner, group, attributes and mode of another. Raises CannotKeepError where that fails.

    The owner comes first: a file of root must at no time carry the set-user-ID bit of another user's file.
    """
    own = os.fstat(descriptor)
    try:
        if (own.st_uid, own.st_gid) != (status.st_uid, status.st_gid):
            os.fchown(descriptor, status.st_uid, status.st_gid)
        _copy_attributes(descriptor, target)
        os.fchmod(descriptor, stat.S_IMODE(status.st_mode))
    except AttributeError:
        # Windows: a file has no owner, group or set-user-ID bit of this kind.
        pass
    except OSError as error:
        raise CannotKeepError(f"its owner, mode or attributes cannot be kept: {error.strerror}") from None
    else:
        new = os.fstat(descriptor)
        if (new.st_uid, new.st_gid, new.st_mode) != (status.st_uid, status.st_gid, status.st_mode):
            raise CannotKeepError("its owner, group or mode cannot be kept")


def _copy_attributes(descriptor: int, target: str) -> None:
    """Make the extended attributes equal; access control lists are among them. Only Linux has them in Python."""
    if not hasattr(os, "listxattr"):
        return
    wanted, present = _attributes(target), _attributes(descriptor)
    # A folder may give its new files a list of its own.
    for name in present.keys() - wanted.keys():
        os.removexattr(descriptor, name)
    for name, value in wanted.items():
        if present.get(name) != value:
            os.setxattr(descriptor, name, value)


def _attributes(file: str | int) -> dict[str, bytes]:
    try:
        return {name: os.getxattr(file, name) for name in os.listxattr(file)}
    except OSError as error:
        # The file system has none.
        if error.errno in {errno.ENOTSUP, errno.EOPNOTSUPP}:
            return {}
        raise
