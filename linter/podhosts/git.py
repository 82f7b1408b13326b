"""Asking git. The fast lane comes here: nothing is imported for it."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

#: What a hook inherits from git: with it, `git -C folder` would still speak of the work tree and index of the commit.
_INHERITED = ("GIT_DIR", "GIT_WORK_TREE", "GIT_PREFIX", "GIT_INDEX_FILE")
#: How much is taken from a pipe at a time.
_CHUNK = 1 << 16


def git_environment() -> Mapping[str, str]:
    """The environment in which git finds the work tree of the folder it is sent to, and speaks English."""
    kept = {name: value for name, value in os.environ.items() if name not in _INHERITED}
    return {**kept, "LC_ALL": "C"}


def listing(folder: str, *arguments: str) -> list[str]:
    """The paths that `git ls-files` names below a work tree's folder, relative to it; none where git fails."""
    command = ["git", "-C", folder, "-c", "core.fsmonitor=false", "ls-files", "-z", *arguments]
    return [os.fsdecode(name) for name in _output(command).split(b"\0") if name]


def holding(folder: str, words: tuple[str, ...], *patterns: str) -> list[str]:
    """The paths of the files that git tracks in a work tree, fit a pattern and hold one of some words."""
    asked = [part for word in words for part in ("-e", word)]
    command = ["git", "-C", folder, "-c", "core.fsmonitor=false", "grep", "-l", "-z", "-F", *asked, "--", *patterns]
    return [os.fsdecode(name) for name in _output(command).split(b"\0") if name]


def _output(command: list[str]) -> bytes:
    """The bytes that a program writes to stdout; none where it cannot be started or fails."""
    if not hasattr(os, "posix_spawnp"):
        # Windows.
        import subprocess

        try:
            return subprocess.run(command, capture_output=True, check=True, env=git_environment()).stdout
        except (OSError, subprocess.CalledProcessError):
            return b""
    reading, writing = os.pipe()
    silent = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (0, 2)]
    try:
        actions = [*silent, (os.POSIX_SPAWN_DUP2, writing, 1)]
        process = os.posix_spawnp(command[0], command, git_environment(), file_actions=actions)
    except OSError:
        os.close(reading)
        return b""
    finally:
        os.close(writing)
    pieces = []
    while piece := os.read(reading, _CHUNK):
        pieces.append(piece)
    os.close(reading)
    _, status = os.waitpid(process, 0)
    return b"".join(pieces) if status == 0 else b""
