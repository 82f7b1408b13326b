"""What the charts of a run say of its files. Light: every run loads this, a run without charts nothing else of Helm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.records import NamedTuple, field, record

if TYPE_CHECKING:
    from collections.abc import Callable

    from podhosts.document import Problem
    from podhosts.helm.printed_lists import PrintedList
    from podhosts.kubernetes import Path
    from podhosts.source import Source


class UnreadFile(NamedTuple):
    """A file of a chart that cannot be read, or what Helm stops at; `detail` are its words."""

    source: Source
    problem: Problem
    reason: str
    detail: str = ""


@record(slots=True)
class FileFacts:
    """What the charts of a run say of one file.

    The `lists` of a values file that templates print, and why Helm would refuse a template, with spans of its text.
    """

    lists: list[PrintedList] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    #: Of a values file, the charts that read it: each says whether its templates print nothing of a path for certain.
    never_print: list[Callable[[Path], bool]] = field(default_factory=list)
    #: Whether it is a file of named templates, which is no manifest.
    is_partial: bool = False

    def prints_nothing_of(self, path: Path) -> bool:
        """Whether no template prints what a values file has at a path, so that it reaches no pod."""
        return bool(self.never_print) and all(is_never_printed(path) for is_never_printed in self.never_print)

    def __bool__(self) -> bool:
        return bool(self.lists or self.problems)


NOTHING = FileFacts()
