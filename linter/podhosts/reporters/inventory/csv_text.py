"""The inventory as CSV (RFC 4180, but lines end in LF), with a header."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.inventory.store import Filter, Store

_HEADER = (
    "name", "ip", "address", "decided", "kind", "object", "namespace", "path", "line", "column", "field", "overlay",
)  # fmt: skip


def lines(store: Store, wanted: Filter) -> Iterator[str]:
    """The header, then a record for each row; a value that holds a line break makes a record of several lines."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="")

    def record(values: tuple[object, ...]) -> str:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow(values)
        return buffer.getvalue()

    yield record(_HEADER)
    for row in store.rows(wanted):
        yield record(
            (
                row.name,
                row.ip,
                row.address,
                "yes" if row.decided else "no",
                row.kind,
                row.object,
                row.namespace,
                row.path,
                row.line,
                row.column,
                f"{row.field}[{row.entry}]",
                row.overlay,
            )
        )
