"""The type of the fixture `golden`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path


class Golden(Protocol):
    """Compares a golden file with what it should hold, None for no file; with `pytest --update` the file is written."""

    def __call__(self, path: Path, content: str | bytes | None) -> None: ...
