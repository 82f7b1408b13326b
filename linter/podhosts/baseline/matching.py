"""The findings that a baseline records: matched by path first, then by fingerprint alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from podhosts.baseline.fingerprints import fingerprint
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from podhosts.diagnostics import Diagnostic


_Key = tuple[str, str, str]


@dataclass(frozen=True, order=True)
class BaselineEntry:
    """Equal findings of one file: its path, relative to the baseline's folder and with `/`, their rule (for people and
    for telling what is fixed), their fingerprint, and how many there are."""

    path: str
    rule: str
    fingerprint: str
    count: int

    @property
    def key(self) -> _Key:
        return self.path, self.rule, self.fingerprint


class Match(NamedTuple):
    """Findings that the baseline does not know, those that it knows, and what of the baseline was not found."""

    new: list[Diagnostic]
    known: list[Diagnostic]
    left: list[BaselineEntry]


def record(findings: Iterable[Diagnostic], path_of: Callable[[Diagnostic], str]) -> list[BaselineEntry]:
    """The entries for findings, sorted."""
    return combined(BaselineEntry(path_of(finding), finding.rule, fingerprint(finding), 1) for finding in findings)


def combined(entries: Iterable[BaselineEntry]) -> list[BaselineEntry]:
    """The entries sorted, equal ones as one."""
    counts: Counter[_Key] = Counter()
    for entry in entries:
        counts[entry.key] += entry.count
    return [BaselineEntry(*key, count) for key, count in sorted(counts.items())]


def match(
    entries: Iterable[BaselineEntry],
    findings: list[Diagnostic],
    path_of: Callable[[Diagnostic], str],
    may_have_moved: Callable[[str], bool],
) -> Match:
    """Look up findings. `may_have_moved` says of a path whether what is recorded for it may now be in another file: not
    if the file is still there and was not looked at, for then a copy of it would pass."""
    left = Counter({entry.key: entry.count for entry in combined(entries)})
    matched: set[int] = set()
    for number, finding in enumerate(findings):
        key = (path_of(finding), finding.rule, fingerprint(finding))
        if left[key] > 0:
            left[key] -= 1
            matched.add(number)
    moved: dict[str, list[_Key]] = {}
    for key in sorted(key for key, count in left.items() if count > 0 and may_have_moved(key[0])):
        moved.setdefault(key[2], []).append(key)
    for number, finding in enumerate(findings):
        keys = [] if number in matched else moved.get(fingerprint(finding), [])
        while keys and left[keys[0]] == 0:
            keys.pop(0)
        if keys:
            left[keys[0]] -= 1
            matched.add(number)
    return Match(
        [finding for number, finding in enumerate(findings) if number not in matched],
        [finding for number, finding in enumerate(findings) if number in matched],
        [BaselineEntry(*key, count) for key, count in sorted(left.items()) if count > 0],
    )
