"""The folders that are open in an editor: their settings, and their files for rules that look elsewhere."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from podhosts.commands.run_settings import Request, RunSettings
from podhosts.discovery import are_repositories, discover
from podhosts.engine import Result, Unread
from podhosts.engine.incremental import IncrementalLinter
from podhosts.kubernetes import KnownKinds
from podhosts.repository import Repository, open_repository
from podhosts.surroundings import FilesAround

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from podhosts.engine import Options
    from podhosts.lsp.buffers import Buffer


class Project:
    """Files that belong together: those of a workspace folder, or one file outside all of them.

    A file is checked as `podhosts check` on the folder or file would, with what belongs to it in its repository and the
    texts that the editor holds: its own as it is now, those of other files as they were when the project was made. The
    server makes a new one when files are saved.
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
    def _files(self) -> Repository | None:
        paths = list(self._paths())
        if are_repositories([self._root]):
            return open_repository(paths, [self._root], self._open_files, helm=self._settings.helm)
        charts = self._settings.charts_with_values(paths)
        around = FilesAround((), paths, charts=charts) if self._is_folder else FilesAround(paths, charts=charts)
        self._settings.surroundings = around
        if not self._is_folder and not around.is_known:
            return None
        files = sorted((*paths, *around.others))
        return open_repository(files, [self._root], self._open_files, rest=around.rest, helm=self._settings.helm)

    def _paths(self) -> Iterator[str]:
        """The files of the folder, and open ones that were never saved; where there is no folder, the open ones."""
        if not self._is_folder:
            yield from (path for path in self._open_files if os.path.dirname(path) == self._root)
            return
        yield from (item.path for item in discover([self._root]).inputs)
        for path in self._open_files:
            if not os.path.exists(path) and Path(path).is_relative_to(self._root):
                yield path

    def options(self, path: str) -> Options:
        """What holds for a file. Raises UsageError for a config that cannot be used."""
        return self._settings.options(path)

    def kinds(self, buffer: Buffer) -> KnownKinds:
        """The kinds that are known in a file. Raises UsageError for a config that cannot be used."""
        return KnownKinds(self.options(buffer.path).settings.configured_pod_specs, self.repository(buffer).definitions)

    def check(self, buffer: Buffer) -> Result:
        """What is found in a file. Raises UsageError for a config that cannot be used."""
        if self._settings.excludes(buffer.path):
            return Result()
        result = self._linter(buffer.path).lint(buffer)
        result.unread += self._unread_by_charts(buffer)
        return result

    def _unread_by_charts(self, buffer: Buffer) -> Iterator[Unread]:
        """Why a chart could not read a file; its places are in the text that the chart has read."""
        for file in self.repository(buffer).charts.unread:
            if file.source.path == buffer.path and file.source.data == buffer.data:
                yield Unread(buffer.path, file.reason, 1, buffer, file.problem.span, file.detail)

    def repository(self, buffer: Buffer) -> Repository:
        """The files as a rule sees them that looks at this one."""
        return self._linter(buffer.path).repository(buffer)

    def _linter(self, path: str) -> IncrementalLinter:
        if path not in self._linters:
            files = self._files
            self._linters[path] = IncrementalLinter(self.options(path), files)
        return self._linters[path]
