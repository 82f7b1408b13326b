"""Store: the lists of a whole repository, sorted and grouped without holding them in memory.

SQLite keeps what does not fit its cache in a temporary file that nobody else sees.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from podhosts.hosts.convert import HostsEntry
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.inventory.reading import AliasList, Reading

#: In how many workloads a list must stand to be called shared.
SHARED_BY = 3

_TABLES = """
CREATE TABLE lists(
    id INTEGER PRIMARY KEY, path TEXT, document INTEGER, item INTEGER, api_version TEXT, kind TEXT, namespace TEXT,
    object TEXT, field TEXT, overlay TEXT, line INTEGER, content TEXT
);
CREATE TABLE names(
    list INTEGER, name TEXT, folded TEXT, ip TEXT, address TEXT, decided INTEGER, entry INTEGER, line INTEGER,
    column_ INTEGER, offset_ INTEGER
);
CREATE TABLE unread(path TEXT, reason TEXT, times INTEGER, line INTEGER, column_ INTEGER, offset_ INTEGER);
"""
_ROWS = """
SELECT name, ip, address, decided, path, document, item, api_version, kind, namespace, object,
       field, names.entry, names.line, column_, offset_, overlay
FROM names JOIN lists ON lists.id = names.list
"""
_COUNTS = """
SELECT COUNT(DISTINCT NULLIF(folded, '')), COUNT(DISTINCT address),
       COUNT(DISTINCT CASE WHEN overlay IS NULL THEN list END), COUNT(*) - SUM(decided)
FROM names JOIN lists ON lists.id = names.list
"""
_ORDER = " ORDER BY folded, address IS NULL, address, path, offset_, field, overlay"


class Filter(NamedTuple):
    """The rows to show: a name, `*` and `?` standing for anything, and a canonical address."""

    name: str | None = None
    address: str | None = None


class Row(NamedTuple):
    """A name with its address, workload and place, as in `reading`; `decided` is 0 or 1."""

    name: str
    ip: str
    address: str | None
    decided: int
    path: str
    document: int
    item: int | None
    api_version: str | None
    kind: str | None
    namespace: str | None
    object: str | None
    field: str
    entry: int
    line: int
    column: int
    offset: int
    overlay: str | None

    @property
    def place(self) -> str:
        """The file with line and column, and the overlay that builds the workload so."""
        built = f" (built by {self.overlay})" if self.overlay is not None else ""
        return f"{self.path}:{self.line}:{self.column}{built}"

    @property
    def workload(self) -> str:
        """Kind and name; of what is no object (a file of values, say) the field."""
        return self.field if self.kind is None else f"{self.kind}/{self.object or '?'}"


class UnreadPlaces(NamedTuple):
    """The unread places of one file: why, how often, and where first."""

    path: str
    reason: str
    times: int
    line: int
    column: int
    offset: int


class Holder(NamedTuple):
    """A list that is equal to others."""

    path: str
    line: int
    api_version: str | None
    kind: str
    namespace: str | None
    object: str | None
    field: str

    @property
    def workload(self) -> str:
        """Kind and name."""
        return f"{self.kind}/{self.object or '?'}"


class SharedList(NamedTuple):
    """A list that stands in several workloads, and those."""

    entries: list[HostsEntry]
    holders: list[Holder]


class Totals(NamedTuple):
    """Counts: different names and addresses, lists as they are written, and rows that are not decided."""

    names: int
    addresses: int
    lists: int
    undecided: int


class Store:
    """All that was read; give it readings in any order, then ask."""

    def __init__(self) -> None:
        # Only one command needs it, and all of them load this module.
        import sqlite3

        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {_TABLES} BEGIN")

    def add(self, reading: Reading) -> None:
        """Keep what was read of a file."""
        for alias_list in reading.lists:
            self._add_list(alias_list)
        for reason, places in reading.unread.items():
            first = min(places, key=lambda place: (place.source.start.offset, place.span))
            at = first.source.position(first.span.start)
            row = (_storable(first.source.path), reason, len(places), at.line, at.column, at.offset)
            self._database.execute("INSERT INTO unread VALUES (?, ?, ?, ?, ?, ?)", row)

    def _add_list(self, found: AliasList) -> None:
        source, identity = found.source, found.object
        places = [source.position(listed.span.start) for listed in found.names]
        values = (
            _storable(source.path),
            found.document,
            found.item,
            *map(_storable, (identity.api_version, identity.kind, identity.namespace, identity.name)),
            *map(_storable, (found.field, found.overlay)),
            places[0].line,
            _content(found),
        )
        added = self._database.execute(f"INSERT INTO lists VALUES (NULL{', ?' * len(values)})", values)
        self._database.executemany(
            f"INSERT INTO names VALUES (?{', ?' * 9})",
            [
                (
                    added.lastrowid,
                    _storable(listed.name),
                    _storable(listed.name.lower()),
                    _storable(listed.ip),
                    listed.address,
                    listed.is_decided,
                    listed.entry,
                    *place,
                )
                for listed, place in zip(found.names, places, strict=True)
            ],
        )

    def rows(self, wanted: Filter) -> Iterator[Row]:
        """The rows that fit, sorted by name, address and place."""
        where, values = _where(wanted)
        yield from map(Row._make, self._database.execute(_ROWS + where + _ORDER, values))

    def totals(self, wanted: Filter) -> Totals:
        """The counts of the rows that fit."""
        where, values = _where(wanted)
        row = self._database.execute(_COUNTS + where, values).fetchone()
        return Totals(*(count or 0 for count in row))

    def unread(self) -> Iterator[UnreadPlaces]:
        """The unread places, by path."""
        yield from map(UnreadPlaces._make, self._database.execute("SELECT * FROM unread ORDER BY path, line, reason"))

    def undecided_addresses(self) -> int:
        """How many rows have an address that is not known."""
        count: int = self._database.execute(
            "SELECT COUNT(*) FROM names WHERE NOT decided AND address IS NULL"
        ).fetchone()[0]
        return count

    def shared(self) -> Iterator[SharedList]:
        """The lists that stand in several workloads, the commonest first."""
        found = self._database.execute(
            "SELECT content FROM lists WHERE content IS NOT NULL GROUP BY content HAVING COUNT(*) >= ? "
            "ORDER BY COUNT(*) DESC, content",
            (SHARED_BY,),
        ).fetchall()
        for (content,) in found:
            holders = self._database.execute(
                "SELECT path, line, api_version, kind, namespace, object, field FROM lists WHERE content = ? "
                "ORDER BY path, line, field",
                (content,),
            )
            entries = [HostsEntry(ip, tuple(names)) for ip, names in json.loads(content)]
            yield SharedList(entries, list(map(Holder._make, holders)))


def _where(wanted: Filter) -> tuple[str, list[str]]:
    conditions, values = [], []
    if wanted.name is not None:
        is_pattern = any(character in wanted.name for character in "*?[")
        conditions.append("folded GLOB ?" if is_pattern else "folded = ?")
        values.append(wanted.name.lower())
    if wanted.address is not None:
        conditions.append("address = ?")
        values.append(wanted.address)
    return (f" WHERE {' AND '.join(conditions)}" if conditions else ""), values


def _content(found: AliasList) -> str | None:
    """A key that equal lists share: canonical addresses, with the names in order.

    None for a list that is not decided, that is no workload's (in a file of values, say), or that nobody wrote so.
    """
    if not found.is_decided or found.object.kind is None or found.overlay is not None:
        return None
    entries: dict[int, tuple[str, list[str]]] = {}
    for listed in found.names:
        entries.setdefault(listed.entry, (listed.address or "", []))[1].append(listed.name)
    return json.dumps(list(entries.values()))


def _storable(text: str | None) -> str | None:
    """Text without lone surrogates, which SQLite does not take."""
    return None if text is None else text.encode("utf-8", "backslashreplace").decode("utf-8")
