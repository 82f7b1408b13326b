"""Running podhosts as users do: the real program in a process of its own."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import sys
import termios
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


def shown_on_terminal(
    command: list[str], *, cwd: Path | None = None, stream: str = "stdout", extra: dict[str, str] | None = None
) -> tuple[int, bytes]:
    """Run a command with one of its output streams on a terminal; the exit code, and what reached the terminal.

    Line feeds are as the program wrote them; what it wrote to the other stream is thrown away.
    """
    master, terminal = pty.openpty()
    # A terminal writes CR LF for each LF else.
    modes = termios.tcgetattr(terminal)
    modes[1] &= ~termios.OPOST
    termios.tcsetattr(terminal, termios.TCSANOW, modes)
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, stream: terminal}
    with subprocess.Popen(
        command,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=streams["stdout"],
        stderr=streams["stderr"],
        env=environment(TERM="xterm", **(extra or {})),
    ) as process:
        os.close(terminal)
        shown = b""
        # Reading a terminal whose other side is closed fails on Linux.
        with contextlib.suppress(OSError):
            while chunk := os.read(master, 65536):
                shown += chunk
        os.close(master)
    return process.returncode, shown


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
