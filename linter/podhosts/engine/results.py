"""What a run is asked for, and what it gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.records import NamedTuple, field, record
from podhosts.rules import Settings

if TYPE_CHECKING:
    import datetime

    from podhosts.diagnostics import Diagnostic, ObjectIdentity, Severity
    from podhosts.source import Source, Span
    from podhosts.suppressions import Suppression


@record(frozen=True, slots=True)
class Options:
    """What a run is asked for. `selected` are rule names; `today` decides what has expired, by default
    the date now (UTC)."""

    settings: Settings = field(default_factory=Settings)
    selected: frozenset[str] = frozenset()
    severities: dict[str, Severity] = field(default_factory=dict)
    use_suppressions: bool = True
    require_reason: bool = False
    #: Markdown and AsciiDoc pages are read for their code blocks, and not as YAML.
    markdown: bool = False
    #: Host names of which a rule says nothing, by rule.
    allowed: dict[str, frozenset[str]] = field(default_factory=dict)
    #: Whether the result lists the objects that were checked, also those without a finding.
    lists_objects: bool = False
    #: Rules that may not have seen all that they look for in other files: they look only at those that belong with
    #: the inputs, and their suppressions are never called unused.
    near: frozenset[str] = frozenset()
    today: datetime.date | None = None


class Suppressed(NamedTuple):
    """A finding that was suppressed, and by what."""

    finding: Diagnostic
    suppression: Suppression


@record(frozen=True, slots=True)
class Unread:
    """What was not read: how often, why, and where first (None where the file itself could not be opened).

    `detail` is what another program says of it, such as Helm.
    """

    path: str
    reason: str
    count: int
    source: Source | None
    span: Span | None
    detail: str = ""

    @property
    def full_reason(self) -> str:
        """The reason with the detail."""
        return f"{self.reason}: {self.detail}" if self.detail else self.reason


class CheckedEntry(NamedTuple):
    """An entry of a pod's hostAliases: address and names as written, and where it stands."""

    address: str
    names: tuple[str, ...]
    span: Span


class CheckedPod(NamedTuple):
    """A pod spec that was checked: its path in the object, and its entries in order."""

    field: str
    entries: tuple[CheckedEntry, ...]


class CheckedObject(NamedTuple):
    """An object that was checked. `document` counts from 1; `item` is the index in a List."""

    source: Source
    document: int
    item: int | None
    identity: ObjectIdentity
    pods: tuple[CheckedPod, ...]


@record(slots=True)
class Result:
    """What linting gave; results of several sources add up with `extend`."""

    findings: list[Diagnostic] = field(default_factory=list)
    suppressed: list[Suppressed] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    objects: list[CheckedObject] = field(default_factory=list)
    files: int = 0
    documents: int = 0
    pods: int = 0
    #: How many findings a baseline has taken out.
    baselined: int = 0
    #: How many files were read that were not asked for.
    others_read: int = 0

    def extend(self, other: Result) -> None:
        """Add another result to this one."""
        self.findings += other.findings
        self.suppressed += other.suppressed
        self.unread += other.unread
        self.objects += other.objects
        self.files += other.files
        self.documents += other.documents
        self.pods += other.pods
        self.baselined += other.baselined
        self.others_read += other.others_read

    def sort(self) -> None:
        """Put everything in the order of reports."""
        self.findings.sort(key=lambda finding: finding.sort_key)
        self.suppressed.sort(key=lambda item: item.finding.sort_key)
        self.unread.sort(key=lambda item: (item.path, item.reason))
        # Stable: the objects of a file stay in their order.
        self.objects.sort(key=lambda item: item.source.path)
