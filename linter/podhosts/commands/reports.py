"""Where the reports of a run go: one to stdout, and any number of files."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from podhosts.commands.terminal import encoded, print_lines, print_styled, say
from podhosts.commands.usage import UsageError, choose
from podhosts.discovery import STDIN, Discovery
from podhosts.records import NamedTuple
from podhosts.reporters import FORMATS, lines

if TYPE_CHECKING:
    from podhosts.commands.run_settings import Request
    from podhosts.reporters.report import Report

COLORS = ("auto", "always", "never")


class _File(NamedTuple):
    format: str
    path: str


class Outputs:
    """The reports that the flags ask for. Raises UsageError for flags that cannot be followed."""

    def __init__(self, request: Request) -> None:
        wanted = _default_format(request) if request.format is None else request.format
        self._format = choose("format", wanted, FORMATS)
        self._color = choose("value", request.color, COLORS, " for --color")
        self._files = [_file(text) for text in request.output]
        written = [file.path for file in self._files]
        written += [request.write_baseline] if request.write_baseline is not None else []
        real = [os.path.realpath(path) for path in written]
        for number, path in enumerate(real):
            if path in real[:number]:
                raise UsageError(f"{written[number]} is written twice; give each report a file of its own")
        self._written = frozenset(real)
        self._baseline = None if request.baseline is None else os.path.realpath(request.baseline)

    @property
    def shows_fixes(self) -> bool:
        """Whether the report on stdout shows people what fixes would do."""
        return self._format == "text"

    @property
    def show_objects(self) -> bool:
        """Whether a report shows the objects that were checked, not only the findings."""
        return any(FORMATS[name].shows_objects for name in (self._format, *(file.format for file in self._files)))

    def without(self, discovery: Discovery) -> Discovery:
        """The files to check without the baseline and what an earlier run wrote. Raises UsageError for an input that
        would be overwritten."""
        if not self._written and self._baseline is None:
            return discovery
        kept = []
        for item in discovery.inputs:
            real = os.path.realpath(item.path) if item.path != STDIN else None
            if real in self._written and item.named:
                raise UsageError(f"{item.path} is to be checked, and this run would overwrite it")
            if real is None or (real not in self._written and real != self._baseline):
                kept.append(item)
        return Discovery(kept, discovery.failures, discovery.empty_folders)

    def print(self, report: Report) -> None:
        """The report of `--format`, to stdout."""
        if self._format == "text":
            from podhosts.reporters.text import render

            print_styled(render(report), self._color)
        else:
            print_lines(lines(self._format, report))

    def write(self, report: Report) -> bool:
        """The reports of `--output`; says which file cannot be written, and whether all could."""
        if not self._files:
            return True
        from podhosts.run.files import write_file

        could_all = True
        for file in self._files:
            try:
                write_file(file.path, encoded(lines(file.format, report)))
            except OSError as error:
                say(f"podhosts: {file.path}: cannot be written: {error.strerror}")
                could_all = False
        return could_all


def _file(text: str) -> _File:
    name, equals, path = text.partition("=")
    if not equals or not path:
        raise UsageError(f"`--output {text}` names no file; write FORMAT=FILE, like json=report.json")
    choose("format", name, FORMATS, f" in `--output {text}`")
    if path == STDIN:
        raise UsageError(f"`--output {text}`: stdout has the report of --format; write `--format {name}`")
    return _File(name, path)


def _default_format(request: Request) -> str:
    if os.environ.get("GITHUB_ACTIONS") == "true":
        return "github"
    stream = sys.stderr if request.fixes_stdin else sys.stdout
    return "text" if stream.isatty() else "concise"
