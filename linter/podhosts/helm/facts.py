"""What the charts of a run say of its files. Light: every run loads this, a run without charts nothing else of Helm."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from podhosts.records import field, record

if TYPE_CHECKING:
    from collections.abc import Callable

    from podhosts.document import Problem
    from podhosts.helm.lists import Misprint, PrintedObject
    from podhosts.helm.printed_lists import PrintedList
    from podhosts.kubernetes import Path
    from podhosts.source import Source, Span


class UnreadFile(NamedTuple):
    """A file of a chart that cannot be read, or what Helm stops at; `detail` are its words."""

    source: Source
    problem: Problem
    reason: str
    detail: str = ""


@record(slots=True)
class FileFacts:
    """What the charts of a run say of one file.

    The `lists` of a values file that templates print; the bodies of named templates (`fragments`) that are parts of
    lists, with the objects that
    they become parts of; prints that go wrong; the actions that print a value among names as Go does, and whether the
    chart's values have a list there; and why Helm would refuse the file, with spans of its text.
    """

    #: Whether it is a template whose lists have been looked at.
    is_rendered: bool = False
    lists: list[PrintedList] = field(default_factory=list)
    fragments: dict[Span, list[PrintedObject]] = field(default_factory=dict)
    misprints: list[Misprint] = field(default_factory=list)
    plain_prints: dict[Span, bool] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    #: Of a values file, the charts that read it: each says whether its templates print nothing of a path for certain.
    never_print: list[Callable[[Path], bool]] = field(default_factory=list)

    def prints_nothing_of(self, path: Path) -> bool:
        """Whether no template prints what a values file has at a path, so that it reaches no pod."""
        return bool(self.never_print) and all(is_never_printed(path) for is_never_printed in self.never_print)

    def extend(self, other: FileFacts) -> None:
        """Add what another chart says."""
        self.is_rendered = self.is_rendered or other.is_rendered
        self.lists += other.lists
        for span, targets in other.fragments.items():
            self.fragments.setdefault(span, []).extend(targets)
        self.misprints += other.misprints
        self.plain_prints |= other.plain_prints
        self.problems += other.problems
        self.never_print += other.never_print

    def __bool__(self) -> bool:
        return self.is_rendered or bool(self.lists or self.fragments or self.misprints or self.problems)


NOTHING = FileFacts()


class Facts(dict[str, FileFacts]):
    """The facts by path."""

    def of(self, path: str) -> FileFacts:
        """Those of a file, to be added to."""
        return self.setdefault(path, FileFacts())
