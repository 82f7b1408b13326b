"""Running podhosts as users do: the real program in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

#: Seconds after which a program that a test runs hangs for certain, however busy the machine is.
PATIENCE = 900

#: What of the surroundings would change the output.
_SCRUBBED = ("GITHUB_ACTIONS", "NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "COLUMNS", "CI")


def environment(**extra: str) -> dict[str, str]:
    """The environment without what changes output, and with `extra`."""
    kept = {name: value for name, value in os.environ.items() if name not in _SCRUBBED}
    return {**kept, "PYTHONUTF8": "1", **extra}


def podhosts(
    *arguments: str, cwd: Path | None = None, stdin: bytes = b"", extra: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run `podhosts` with arguments; output is bytes."""
    command = [sys.executable, "-m", "podhosts", *arguments]
    return subprocess.run(
        command,
        cwd=cwd,
        input=stdin,
        capture_output=True,
        env=environment(**(extra or {})),
        timeout=PATIENCE,
        check=False,
    )
