"""Running podhosts as users do: the real program in a process of its own."""

from __future__ import annotations

import contextlib
import os
import pty
import signal
import subprocess
import sys
import tempfile
import termios
import traceback
import warnings
from typing import IO, TYPE_CHECKING, NoReturn

from podhosts import __main__ as program
from podhosts import cli
from podhosts.commands import check, inventory, render, resolve

if TYPE_CHECKING:
    from pathlib import Path

#: What most runs import, so that no forked process has to.
IMPORTED = (cli, check, inventory, render, resolve)
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
    """Run `podhosts` with arguments; output is bytes.

    In a process of its own, with its own streams, environment and working directory, but one that is forked: what a
    fresh interpreter takes to start and to import, most of a short run, is left out. `python -m podhosts` itself is run
    by the tests of the fast lane, of streams and of signals.
    """
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        given.write(stdin)
        given.seek(0)
        with warnings.catch_warnings():
            # The runner's other threads wait for its messages, and hold no lock.
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            _become_podhosts(arguments, cwd, extra or {}, (given, out, errors))
        _, status = os.waitpid(child, 0)
        out.seek(0)
        errors.seek(0)
        code = os.waitstatus_to_exitcode(status)
        return subprocess.CompletedProcess(["podhosts", *arguments], code, out.read(), errors.read())


def _become_podhosts(
    arguments: tuple[str, ...], cwd: Path | None, extra: dict[str, str], streams: tuple[IO[bytes], ...]
) -> NoReturn:
    """Run podhosts in a forked process as if it were a fresh one, and end it."""
    code = 70
    try:
        signal.alarm(PATIENCE)
        for number, stream in enumerate(streams):
            os.dup2(stream.fileno(), number)
        surroundings = environment(**extra)
        os.environ.clear()
        os.environ.update(surroundings)
        if cwd is not None:
            os.chdir(cwd)
        sys.stdin = open(0, encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115 - open until the process ends
        sys.stdout = open(1, "w", encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115 - open until the process ends
        sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115 - open until the process ends
        sys.modules["__main__"] = program
        sys.argv = [str(program.__file__), *arguments]
        code = program.main()
        sys.stdout.flush()
    except BaseException:
        # What a fresh interpreter does about an exception that nobody catches.
        traceback.print_exc()
        code = 1
    finally:
        # Nothing of the test runner may happen in this process.
        os._exit(code)
