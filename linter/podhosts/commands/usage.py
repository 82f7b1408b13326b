"""Exit codes, and what the commands say of wrong use."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

OK, FOUND, WRONG_USE, INTERRUPTED = 0, 1, 2, 130


class UsageError(Exception):
    """Wrong use of the command line: the message says what to write instead. `code` is the exit code."""

    code = WRONG_USE


def choose(what: str, value: str, known: Iterable[str], where: str = "") -> str:
    """The value if it is known. Raises UsageError with the nearest known one."""
    names = list(known)
    if value in names:
        return value
    import difflib

    near = difflib.get_close_matches(value.lower(), names, n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"choose from {', '.join(names)}"
    raise UsageError(f"unknown {what} `{value}`{where}; {hint}")
