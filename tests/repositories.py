"""Scratch repositories for tests."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from tests.programs import program
from tests.running import environment

if TYPE_CHECKING:
    from pathlib import Path


def git(folder: Path, *arguments: str, extra: dict[str, str] | None = None) -> str:
    """What git prints."""
    command = [program("git"), "-c", "user.email=someone@example.com", "-c", "user.name=Someone", *arguments]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, env=environment(**(extra or {})))
    return done.stdout.decode()


def scratch_repository(folder: Path, files: dict[str, bytes]) -> Path:
    """A new repository with these files, which are added and not committed; returns its folder."""
    folder.mkdir()
    git(folder, "init", "-q")
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    git(folder, "add", "-A")
    return folder
