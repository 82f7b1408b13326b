"""Report: what every format gets to show."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

from podhosts.diagnostics import Severity
from podhosts.records import field, record

if TYPE_CHECKING:
    from podhosts.diagnostics import Diagnostic
    from podhosts.engine import Result
    from podhosts.kubernetes import KubernetesVersion


class ReportSettings(Protocol):
    """The settings of a run that a report shows. A format that does not ask needs no config to be read."""

    @property
    def version(self) -> KubernetesVersion:
        """The API server's version."""

    @property
    def fail_on(self) -> str:
        """The severity from which on a finding makes the run fail, or `never`."""


@record(frozen=True, slots=True)
class Report:
    """A run's result, sorted, its settings, and the folder that paths are relative to."""

    result: Result
    settings: ReportSettings
    folder: str = field(default_factory=os.getcwd)

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
