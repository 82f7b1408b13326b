"""Printing: bytes and lines to stdout, messages to stderr. Only this module knows of terminals and closed pipes."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from podhosts.discovery import STDIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console, RenderableType

_WIDE = 100_000
#: Characters that are written at once.
_BLOCK = 1 << 16
#: The width where the terminal says that it has none.
_USUAL = 80


class OutputError(OSError):
    """Stdout cannot be written, as the disk is full; `__main__` says so and ends the run."""


def is_terminal() -> bool:
    """Whether people see stdout as it is; what is written then shows its control characters."""
    return sys.stdout.isatty()


def print_lines(lines: Iterable[str]) -> None:
    """Lines to stdout as UTF-8, as they come."""
    for block in encoded(lines):
        print_bytes(block)


def print_paths(paths: Iterable[str]) -> None:
    """File names to stdout, one a line: their bytes, and on a terminal quoted as git does."""
    if is_terminal():
        from podhosts.reporters.quoting import git_quoted

        print_lines(map(git_quoted, paths))
    else:
        print_bytes(b"".join(os.fsencode(path) + b"\n" for path in paths))


def encoded(lines: Iterable[str]) -> Iterator[bytes]:
    """Lines as UTF-8, many at a time; a byte of a file name that is none becomes an escape."""
    block: list[str] = []
    size = 0
    for line in lines:
        block.append(f"{line}\n")
        size += len(line)
        if size >= _BLOCK:
            yield "".join(block).encode("utf-8", "backslashreplace")
            block, size = [], 0
    yield "".join(block).encode("utf-8", "backslashreplace")


def print_bytes(data: bytes) -> None:
    """Bytes to stdout; on a terminal, what it would obey is shown. Raises OutputError where they cannot be written."""
    if is_terminal():
        from podhosts.reporters.visible import visible_lines

        data = visible_lines(data)
    with _writing():
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def print_styled(parts: Iterable[RenderableType], color: str, *, is_wide: bool = False, is_prose: bool = False) -> None:
    """What rich renders, to stdout, in colours as `--color` and the environment say.

    What `is_wide` is never cut or folded to the width of the terminal; what `is_prose` is folded between its words.
    Raises OutputError where it cannot be written.
    """
    from rich.console import Console

    colored = _wants_color(color)
    console = Console(
        highlight=False,
        soft_wrap=not is_prose,
        width=_WIDE if is_wide else _USUAL if os.environ.get("COLUMNS") == "0" else None,
        markup=False,
        emoji=False,
        force_terminal=colored,
        no_color=True if colored is False else None,
    )
    if console.color_system is None and not console.legacy_windows:
        # rich takes ten times as long for a line as it takes to write it.
        print_lines(_plain(part, console) for part in parts)
        return
    with _writing():
        for part in parts:
            console.print(part)
        sys.stdout.flush()


def _plain(part: RenderableType, console: Console) -> str:
    from rich.text import Text

    from podhosts.reporters.styled import Styled

    if isinstance(part, Text | Styled):
        return str(part)
    with console.capture() as captured:
        console.print(part)
    return captured.get().removesuffix("\n")


def announce_stdin(paths: Iterable[str], what: str) -> None:
    """Say on a terminal that stdin is waited for, and how to end it: a program that stands still looks broken."""
    if STDIN in paths and sys.stdin is not None and sys.stdin.isatty():
        say(f"podhosts: type or paste {what}; end it with Ctrl-D on a line of its own")


def terminal_width() -> int | None:
    """The columns of the terminal that stdout is; None where it is none."""
    if not sys.stdout.isatty():
        return None
    import shutil

    return shutil.get_terminal_size().columns or None


def _wants_color(color: str) -> bool | None:
    """The flag, else NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE; None leaves it to the terminal."""
    if color == "never" or (color == "auto" and os.environ.get("NO_COLOR")):
        return False
    forced = os.environ.get("FORCE_COLOR") or os.environ.get("CLICOLOR_FORCE", "0") != "0"
    return True if color == "always" or forced else None


@contextmanager
def _writing() -> Iterator[None]:
    """A reader of stdout that has gone away ends the output, not the run; anything else is an error."""
    try:
        yield
    except BrokenPipeError:
        discard_stdout()
    except OSError as error:
        raise OutputError(error.errno, f"cannot write to stdout: {error.strerror}") from None


def discard_stdout() -> None:
    """Point stdout at nothing, so that Python's own flush at exit does not complain."""
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, sys.stdout.fileno())


def say(text: str) -> None:
    """One line to stderr, made safe for a terminal."""
    from podhosts.reporters.visible import visible

    try:
        sys.stderr.write(f"{visible(text)}\n")
    except (BrokenPipeError, OSError):
        return
