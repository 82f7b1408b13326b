"""Text that knows where it stands: the value of a quoted word, and the place of each of its characters in the script.

A script inside a script (`sh -c "..."`, `eval`, backquotes) is parsed as text of its own; its spans then have to be
those of the outermost text. Values are therefore kept with the runs of source text they were made from.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from podhosts.records import NamedTuple
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

UNKNOWN = "\0"
"""Stands in a value for a piece that only the running shell knows. No shell word can hold a NUL of its own."""
OWN_ADDRESS = UNKNOWN + "\1"
"""Stands for the address of the pod itself: not known either, but known to be that."""


class WrittenRun(NamedTuple):
    """The text from `at` to the next run's `at` was written as `start` to `end` of the document.

    `exact`: character by character. Otherwise the characters were made from that piece as a whole (`\\n`, `$HOSTS`).
    """

    at: int
    start: int
    end: int
    exact: bool


class LocatedText(NamedTuple):
    """A text and the document positions of its characters; `runs` are in the order of the text, the first at 0."""

    text: str
    runs: tuple[WrittenRun, ...]

    @classmethod
    def whole(cls, text: str) -> LocatedText:
        """A document: every character stands where it stands."""
        return cls(text, (WrittenRun(0, 0, len(text), True),))

    def span(self, start: int, end: int) -> Span:
        """The piece of the document that `text[start:end]` was written as."""
        first = self._run(start)
        begin = first.start + (start - first.at if first.exact else 0)
        if end <= start:
            return Span(begin, begin)
        last = self._run(end - 1)
        return Span(begin, last.start + (end - last.at) if last.exact else last.end)

    def derived(self, text: str, runs: Iterable[WrittenRun]) -> LocatedText:
        """A text made from this one: its `runs` point into this text, those of the result into the document."""
        return LocatedText(text, tuple(self._compose(text, runs)) or (WrittenRun(0, *self.span(0, 0), exact=True),))

    def _run(self, position: int) -> WrittenRun:
        return self.runs[max(bisect_right(self.runs, position, key=lambda run: run.at) - 1, 0)]

    def _compose(self, text: str, runs: Iterable[WrittenRun]) -> Iterable[WrittenRun]:
        for run in runs:
            if not run.exact:
                yield WrittenRun(run.at, *self.span(run.start, run.end), exact=False)
                continue
            position = run.start
            index = max(bisect_right(self.runs, position, key=lambda outer: outer.at) - 1, 0)
            while position < run.end:
                outer = self.runs[index]
                until = self.runs[index + 1].at if index + 1 < len(self.runs) else len(self.text)
                until = min(until, run.end)
                if until <= position:
                    break
                yield WrittenRun(run.at + position - run.start, *self.span(position, until), exact=outer.exact)
                position = until
                index += 1
