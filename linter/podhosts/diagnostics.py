"""Diagnostic: one thing that is wrong, where, and what else belongs to it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from podhosts.records import NamedTuple, record, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podhosts.edits import Fix
    from podhosts.source import Source, Span

Request = Literal["create", "apply"]

#: Both requests, in the order reports name them.
CREATE_AND_APPLY: tuple[Request, ...] = ("create", "apply")
CREATE_ONLY: tuple[Request, ...] = ("create",)
APPLY_ONLY: tuple[Request, ...] = ("apply",)


#: How many related places a finding names.
MOST_RELATED = 20


class Severity(StrEnum):
    """How much a finding matters; compare with `at_least`."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    def at_least(self, other: Severity) -> bool:
        """Whether this severity is as grave as `other`, or graver."""
        order = list(Severity)
        return order.index(self) <= order.index(other)


class Words(NamedTuple):
    """The three parts of what a finding says, each a clause without a full stop: `Diagnostic` explains them."""

    message: str
    why: str = ""
    help: str = ""

    @property
    def headline(self) -> str:
        """The message and the help in one, for formats with one line a finding."""
        return f"{self.message}; {self.help}" if self.help else self.message


@record(frozen=True, slots=True)
class Related:
    """Another place that belongs to a finding, in the same source unless `source` says otherwise."""

    span: Span
    message: str
    source: Source | None = None


@record(frozen=True, slots=True)
class ObjectIdentity:
    """The Kubernetes object that a finding is about; None where the manifest does not say."""

    api_version: str | None
    kind: str | None
    namespace: str | None
    name: str | None


class BuiltBy(NamedTuple):
    """The files that a text with a finding is built from: a chart in a folder with values files, or an overlay."""

    by: Literal["helm", "kustomize"]
    folder: str
    values: tuple[str, ...] = ()


@record(frozen=True, slots=True)
class Diagnostic:
    """One finding. `span` is in `source.text`; `document` counts from 1; `item` is the index in a List.

    It speaks in three parts: `message` says what is wrong, `why` what happens because of it, `help` what to do about
    it; the last two may be empty.
    Of many related places the first ones are in `related`; `more_related` is the number of the others.
    """

    rule: str
    severity: Severity
    message: str
    source: Source
    span: Span
    document: int | None = None
    item: int | None = None
    object: ObjectIdentity | None = None
    field: str | None = None
    refused_by: tuple[Request, ...] = ()
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    more_related: int = 0
    why: str = ""
    help: str = ""
    #: Empty for what is found in a text as it is written.
    built: tuple[BuiltBy, ...] = ()
    #: The same finding in a file that is no manifest, which the one that was checked takes in: reports on files tell
    #: it there.
    taken_in: Diagnostic | None = None

    @property
    def words(self) -> Words:
        """The three parts."""
        return Words(self.message, self.why, self.help)

    @property
    def written_at(self) -> tuple[str, str, Span, str]:
        """Path, rule, place and message: equal for findings that say the same of one place."""
        return self.source.path, self.rule, self.span, self.message

    @property
    def related_total(self) -> int:
        """How many related places there are."""
        return len(self.related) + self.more_related

    def with_related(self, others: Sequence[Related], more: int = 0) -> Diagnostic:
        """The finding with more related places behind its own, of which the first ones are kept.

        `more` is the number of those that are not among `others`.
        """
        related = (*self.related, *others[: max(MOST_RELATED - len(self.related), 0)])
        total = self.related_total + len(others) + more
        return replace(self, related=related, more_related=total - len(related))

    def also_built(self, others: Sequence[BuiltBy]) -> Diagnostic:
        """The finding with further builds in which it was made, each once."""
        return replace(self, built=tuple(dict.fromkeys((*self.built, *others))))

    @property
    def sort_key(self) -> tuple[str, int, int, int, str, str, Words]:
        """Path, position, rule: the order of every report, on every machine."""
        place = (self.source.path, self.source.start.offset, self.span.start, self.span.end)
        return (*place, self.rule, self.field or "", self.words)
