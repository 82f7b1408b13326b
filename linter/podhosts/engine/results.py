"""What a run is asked for, and what it gives."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from podhosts.rules import Settings

if TYPE_CHECKING:
    from podhosts.diagnostics import Diagnostic, Severity
    from podhosts.source import Source, Span
    from podhosts.suppressions import Suppression


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is asked for. `selected` are rule names; `today` decides what has expired (UTC)."""

    settings: Settings = field(default_factory=Settings)
    selected: frozenset[str] = frozenset()
    severities: dict[str, Severity] = field(default_factory=dict)
    use_suppressions: bool = True
    require_reason: bool = False
    #: Host names of which a rule says nothing, by rule.
    allowed: dict[str, frozenset[str]] = field(default_factory=dict)
    today: datetime.date = field(default_factory=lambda: datetime.datetime.now(datetime.UTC).date())


class Suppressed(NamedTuple):
    """A finding that was silenced, and by what."""

    finding: Diagnostic
    suppression: Suppression


@dataclass(frozen=True, slots=True)
class Unread:
    """What was not read: how often, why, and where first (None where the file itself could not be opened)."""

    path: str
    reason: str
    count: int
    source: Source | None
    span: Span | None


@dataclass(slots=True)
class Result:
    """What linting gave; results of several sources add up with `extend`."""

    findings: list[Diagnostic] = field(default_factory=list)
    suppressed: list[Suppressed] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    files: int = 0
    documents: int = 0
    pods: int = 0

    def extend(self, other: Result) -> None:
        """Add another result to this one."""
        self.findings += other.findings
        self.suppressed += other.suppressed
        self.unread += other.unread
        self.files += other.files
        self.documents += other.documents
        self.pods += other.pods

    def sort(self) -> None:
        """Put everything in the order of reports."""
        self.findings.sort(key=lambda finding: finding.sort_key)
        self.suppressed.sort(key=lambda item: item.finding.sort_key)
        self.unread.sort(key=lambda item: (item.path, item.reason))


class Tally:
    """Counts places of one kind in a file, given in order, and keeps the first."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        self.count = 0
        self._first: tuple[Source, Span] | None = None

    def add(self, source: Source, span: Span) -> None:
        """Count a place."""
        self.count += 1
        if self._first is None or (source.start, span.start) < (self._first[0].start, self._first[1].start):
            self._first = (source, span)

    def extend(self, other: Tally) -> None:
        """Count the places of another tally of the same kind."""
        if other._first is not None:
            count = self.count + other.count
            self.add(*other._first)
            self.count = count

    def unread(self) -> Unread:
        """What was counted, as a part of a result; at least one place."""
        assert self._first is not None
        source, span = self._first
        return Unread(source.path, self.reason, self.count, source, span)


class Checked(NamedTuple):
    """A document with what was found in it and what may silence it."""

    source: Source
    findings: list[Diagnostic]
    silencers: list[Suppression]


@dataclass(slots=True)
class Found:
    """What was found in a file, or in parts of it, before anything is silenced."""

    documents: int = 0
    pods: int = 0
    checked: list[Checked] = field(default_factory=list)
    placeholders: Tally = field(default_factory=lambda: Tally("values that a template or placeholder decides"))
    templates: Tally = field(default_factory=lambda: Tally("documents of a template that are not YAML by themselves"))

    def extend(self, other: Found) -> None:
        """Add what was found in other parts of the file, wherever they stand in it."""
        self.documents += other.documents
        self.pods += other.pods
        self.checked = sorted([*self.checked, *other.checked], key=lambda checked: checked.source.start.offset)
        self.placeholders.extend(other.placeholders)
        self.templates.extend(other.templates)
