"""`--baseline`, `--write-baseline` and `--tighten-baseline`: what they do to a run's result."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from podhosts.commands.terminal import say
from podhosts.commands.usage import UsageError
from podhosts.discovery import STDIN
from podhosts.summary import plural

if TYPE_CHECKING:
    from collections.abc import Iterable

    from podhosts.baseline import BaselineEntry
    from podhosts.commands.run_settings import Request, RunSettings
    from podhosts.diagnostics import Diagnostic
    from podhosts.discovery import Input
    from podhosts.engine import Result

#: What is easily written where a file is meant.
_NO_FILES = {"", STDIN}


class BaselineFile:
    """The baseline that the flags or the config name. Raises UsageError for flags that contradict each other."""

    def __init__(self, request: Request, run_settings: RunSettings) -> None:
        if request.write_baseline is not None and (request.baseline is not None or request.tighten_baseline):
            other = "--tighten-baseline" if request.baseline is None else "--baseline"
            raise UsageError(f"--write-baseline records all findings, so it does not go with {other}")
        if request.write_baseline in _NO_FILES:
            raise UsageError(f"--write-baseline writes a file, and `{request.write_baseline}` is none")
        if request.baseline in _NO_FILES:
            raise UsageError(f"--baseline reads a file, and `{request.baseline}` is none")
        self._request = request
        self._run_settings = run_settings

    def apply(self, result: Result, checked: list[Input], *, is_complete: bool) -> bool:
        """Take the known findings out of the result, and write the baseline where that is asked for.

        `checked` are the inputs that were looked at, `is_complete` says that none could not be opened. Returns whether
        all went well. Raises UsageError for a baseline that cannot be used.
        """
        if self._request.write_baseline is not None:
            return self._record(self._request.write_baseline, result, is_complete=is_complete)
        path = self._path(result)
        if path is not None:
            return self._match(path, result, checked)
        if self._request.tighten_baseline:
            raise UsageError("--tighten-baseline needs a baseline; name it with --baseline or in the config")
        return True

    def _path(self, result: Result) -> str | None:
        """The config is asked only where a file had something that rules react to, as for everything else."""
        if self._request.baseline is not None:
            return self._request.baseline
        if result.documents or self._request.tighten_baseline:
            return self._run_settings.baseline
        return None

    def _record(self, path: str, result: Result, *, is_complete: bool) -> bool:
        from podhosts.baseline import record

        if not is_complete:
            say(f"podhosts: {path}: not written, for not all inputs could be opened")
            return False
        if not _write(path, record(result.findings, _Paths(path).of_finding)):
            return False
        self._say(f"podhosts: {path}: {plural(len(result.findings), 'finding')} recorded")
        result.baselined = len(result.findings)
        result.findings = []
        return True

    def _match(self, path: str, result: Result, checked: list[Input]) -> bool:
        from podhosts.baseline import match, record

        paths = _Paths(path)
        looked_at = {paths.of(item.path): item for item in checked}
        folders = [os.path.abspath(each) for each in self._request.paths or ["."] if os.path.isdir(each)]

        def may_have_moved(recorded: str) -> bool:
            return recorded in looked_at or not os.path.exists(paths.absolute(recorded))

        def is_removable(entry: BaselineEntry) -> bool:
            item = looked_at.get(entry.path)
            if item is None:
                # A file that is no more, in a folder that was looked at.
                gone = paths.absolute(entry.path)
                return any(gone.startswith(os.path.join(folder, "")) for folder in folders) and not os.path.exists(gone)
            return self._run_settings.runs(entry.rule, item.path, sees_others=not item.is_alone)

        new, known, left = match(_read(path), result.findings, paths.of_finding, may_have_moved)
        result.findings, result.baselined = new, len(known)
        removable = [entry for entry in left if is_removable(entry)]
        if not self._request.tighten_baseline:
            self._report(path, removable, "no longer found; --tighten-baseline removes them")
            return True
        kept = set(left) - set(removable)
        if not _write(path, [*record(known, paths.of_finding), *kept]):
            return False
        self._report(path, removable, "removed")
        return True

    def _report(self, path: str, removable: list[BaselineEntry], what: str) -> None:
        if not removable:
            return
        total = sum(entry.count for entry in removable)
        hint = "" if self._request.verbose else " (-v lists them)"
        self._say(f"podhosts: {path}: {plural(total, 'recorded finding')} {what}{hint}")
        if self._request.verbose:
            for entry in removable:
                self._say(f"  {entry.path}: {entry.rule} ({entry.count})")

    def _say(self, text: str) -> None:
        if not self._request.quiet:
            say(text)


class _Paths:
    """Paths as a baseline has them: relative to its folder, so that it means the same from every working directory."""

    def __init__(self, baseline: str) -> None:
        self._folder = os.path.dirname(os.path.abspath(baseline))

    def of(self, path: str) -> str:
        return os.path.relpath(path, self._folder).replace(os.sep, "/")

    def of_finding(self, finding: Diagnostic) -> str:
        return self.of(finding.source.path)

    def absolute(self, recorded: str) -> str:
        return os.path.normpath(os.path.join(self._folder, recorded))


def _read(path: str) -> list[BaselineEntry]:
    from podhosts.baseline import BaselineError, read

    try:
        with open(path, "rb") as file:
            return read(file.read())
    except FileNotFoundError:
        raise UsageError(f"{path}: there is no such baseline; `--write-baseline {path}` makes it") from None
    except OSError as error:
        raise UsageError(f"{path}: the baseline cannot be opened: {error.strerror}") from None
    except BaselineError as error:
        raise UsageError(f"{path}:{error}") from None


def _write(path: str, entries: Iterable[BaselineEntry]) -> bool:
    """Write a baseline if that changes it; says why it cannot be written, and whether it could."""
    from podhosts.baseline import written
    from podhosts.run.files import write_file

    data = written(entries)
    try:
        with open(path, "rb") as file:
            if file.read() == data:
                return True
    except OSError:
        pass  # there is none yet, or writing says what is wrong
    try:
        write_file(path, data)
    except OSError as error:
        say(f"podhosts: {path}: cannot be written: {error.strerror}")
        return False
    return True
