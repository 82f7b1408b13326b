"""What a run must know of the flags and the config."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from podhosts.engine import Options
    from podhosts.helm import HelmOptions


class InputRequest(Protocol):
    """What the user has asked for."""

    @property
    def paths(self) -> list[str]:
        """The arguments: files and folders, `-` for stdin; none for the working directory."""

    @property
    def stdin_filename(self) -> str:
        """The name under which stdin is shown."""

    @property
    def markdown(self) -> bool:
        """Whether pages are searched for code blocks."""

    @property
    def fixes(self) -> bool:
        """Whether files shall be repaired and written."""

    @property
    def diff(self) -> bool:
        """Whether a diff shall show what repairing would do."""

    @property
    def unsafe_fixes(self) -> bool:
        """Whether unsafe fixes are made, too."""


class InputSettings(Protocol):
    """The flags and the config together."""

    @property
    def request(self) -> InputRequest:
        """What the user has asked for."""

    @property
    def jobs(self) -> int | None:
        """How many processes are to work; None for as many as pay."""

    @property
    def helm(self) -> HelmOptions:
        """How charts are evaluated."""

    def options(self, path: str) -> Options:
        """What holds for one file."""

    def excludes(self, path: str) -> bool:
        """Whether the config leaves a file out."""
