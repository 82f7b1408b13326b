"""Text written to a hosts file -> its entries, if every line is certain."""

from __future__ import annotations

from podhosts.hosts.addresses import inet_pton4, inet_pton6
from podhosts.records import NamedTuple
from podhosts.shell.located import UNKNOWN

_NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._")
_LONGEST = 100_000


class WrittenEntry(NamedTuple):
    """One line of a hosts file: the address and the names as written."""

    ip: str
    names: tuple[str, ...]


def hosts_entries(written: str | None) -> tuple[WrittenEntry, ...] | None:
    """The entries of a text, or None if it holds anything else than entries, comments and blank lines.

    An unfinished last line is no entry yet, for whatever is written next continues it. Names are taken only if they
    look like names: `<NAME>`, `@@NAME@@` or `$NAME` in a text that another program fills in is not known.
    """
    if written is None or UNKNOWN in written or len(written) > _LONGEST:
        return None
    lines = written.split("\n")
    if lines.pop():
        return None
    entries = []
    for line in lines:
        words = line.split("#", 1)[0].replace("\t", " ").split(" ")
        words = [word for word in words if word]
        if not words:
            continue
        ip, *names = words
        if not names or not (inet_pton4(ip) or inet_pton6(ip)):
            return None
        if not all(_NAME_CHARACTERS.issuperset(name) for name in names):
            return None
        entries.append(WrittenEntry(ip, tuple(names)))
    return tuple(entries)
