"""Report: what every format gets to show."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

from podhosts.diagnostics import Severity
from podhosts.records import NamedTuple, field, record

if TYPE_CHECKING:
    from podhosts.diagnostics import Diagnostic
    from podhosts.engine import Result
    from podhosts.kubernetes import KubernetesVersion
    from podhosts.source import Position


class ReportSettings(Protocol):
    """The settings of a run that a report shows. A format that does not ask needs no config to be read."""

    @property
    def version(self) -> KubernetesVersion:
        """The API server's version."""

    @property
    def fail_on(self) -> str:
        """The severity from which on a finding makes the run fail, or `never`."""


class Repair(NamedTuple):
    """One fix that was made: the file, where its finding began when it was, the rule, and the fix's title."""

    path: str
    start: Position
    rule: str
    title: str

    @property
    def place(self) -> str:
        """The place as `path:line:column`."""
        return f"{self.path}:{self.start.line}:{self.start.column}"


@record(frozen=True, slots=True)
class Report:
    """A run's result, sorted, its settings, the folder that paths are relative to, and what the run repaired."""

    result: Result
    settings: ReportSettings
    folder: str = field(default_factory=os.getcwd)
    repairs: tuple[Repair, ...] = ()

    def fails(self, finding: Diagnostic) -> bool:
        """Whether a finding makes the run fail."""
        level = self.settings.fail_on
        return level != "never" and finding.severity.at_least(Severity(level))

    def relative(self, path: str) -> str:
        """A path as code hosts want it: with `/`, and relative where it lies below the folder."""
        from pathlib import PurePath

        shown = PurePath(path)
        if shown.is_absolute() and shown.is_relative_to(self.folder):
            shown = shown.relative_to(self.folder)
        return shown.as_posix()
