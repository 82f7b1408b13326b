"""The folders that are open in an editor: their settings, and their files for rules that look elsewhere."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from podhosts.commands.run_settings import Request, RunSettings
from podhosts.discovery import discover
from podhosts.engine import Result
from podhosts.engine.incremental import IncrementalLinter
from podhosts.source import Source
from podhosts.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from podhosts.engine import Options
    from podhosts.lsp.buffers import Buffer


class Project:
    """Files that belong together: those of a workspace folder, or one file outside all of them.

    A file is checked as `podhosts check` on the folder would, with the texts that the editor holds: its own as it is
    now, those of other files as they were when the project was made. The server makes a new one when files are saved.
    """

    def __init__(self, root: str, open_files: Mapping[str, Buffer], *, is_folder: bool) -> None:
        self._root = root
        self._open_files = open_files
        self._is_folder = is_folder
        self._linters: dict[str, IncrementalLinter] = {}

    @cached_property
    def _settings(self) -> RunSettings:
        return RunSettings(Request(), self._root)

    @cached_property
    def _files(self) -> Workspace | None:
        return Workspace(self._sources()) if self._is_folder else None

    def _sources(self) -> Iterator[Source]:
        """The files of the folder, open ones as the editor holds them, and those that were never saved."""
        for item in discover([self._root]).inputs:
            if item.path not in self._open_files:
                with suppress(OSError), open(item.path, "rb") as file:
                    yield Source(item.path, file.read())
            else:
                yield self._open_files[item.path]
        for path, buffer in self._open_files.items():
            if not os.path.exists(path) and Path(path).is_relative_to(self._root):
                yield buffer

    def options(self, path: str) -> Options:
        """What holds for a file. Raises UsageError for a config that cannot be used."""
        return self._settings.options(path)

    def check(self, buffer: Buffer) -> Result:
        """What is found in a file. Raises UsageError for a config that cannot be used."""
        return Result() if self._settings.excludes(buffer.path) else self._linter(buffer.path).lint(buffer)

    def workspace(self, buffer: Buffer) -> Workspace:
        """The files as a rule sees them that looks at this one."""
        return self._linter(buffer.path).workspace(buffer)

    def _linter(self, path: str) -> IncrementalLinter:
        if path not in self._linters:
            self._linters[path] = IncrementalLinter(self.options(path), self._files)
        return self._linters[path]
