"""The closing line on stderr. It imports nothing: the fast lane prints it too."""

from __future__ import annotations


def summary(
    files: int,
    documents: int,
    pods: int,
    counts: dict[str, int],
    suppressed: int = 0,
    baselined: int = 0,
    others: int = 0,
    *,
    is_isolated: bool = False,
    is_complete: bool = True,
) -> str:
    """One line: what was looked at and what was found. `counts` has the findings by severity.

    `others` is the number of files that were read and are not among `files`; `is_isolated` says that none was to be.
    Not `is_complete`: something could not be opened or written, so that "no findings" would say too much.
    """
    read = f", with {plural(others, 'other')} read" if others else " alone" if is_isolated else ""
    seen = f"{plural(files, 'file')}{read}, {plural(documents, 'document')}, {plural(pods, 'pod')}"
    hidden = [f"{suppressed} suppressed"] if suppressed else []
    hidden += [f"{baselined} in the baseline"] if baselined else []
    result = found(counts) if is_complete else f"{found(counts)}, incomplete" if any(counts.values()) else "incomplete"
    return f"{seen}: {result}" + (f" ({', '.join(hidden)})" if hidden else "")


def found(counts: dict[str, int]) -> str:
    """The findings by severity in words."""
    parts = [plural(number, name) if name != "info" else f"{number} info" for name, number in counts.items() if number]
    return ", ".join(parts) or "no findings"


def plural(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
