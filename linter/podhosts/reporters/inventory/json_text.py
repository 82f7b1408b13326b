"""The inventory as JSON, version 1 (`schemas/inventory.schema.json`)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from podhosts import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.inventory.store import Filter, Row, SharedList, Store


def lines(store: Store, wanted: Filter, files: int) -> Iterator[str]:
    """The report line by line, an entry a line."""
    totals = store.totals(wanted)
    head = {
        "version": 1,
        "tool": {"name": "podhosts", "version": __version__},
        "summary": {"files": files, **totals._asdict(), "unread": sum(item.times for item in store.unread())},
    }
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "entries": ['
    yield from _separated(_entry(row) for row in store.rows(wanted))
    yield '], "shared": ['
    yield from _separated(map(_shared, store.shared()))
    yield '], "unread": ['
    yield from _separated(
        {
            "path": item.path,
            "reason": item.reason,
            "count": item.times,
            "start": {"line": item.line, "column": item.column, "offset": item.offset},
        }
        for item in store.unread()
    )
    yield "]}"


def _separated(items: Iterator[dict[str, object]]) -> Iterator[str]:
    """Each item on a line, with a comma where another one follows."""
    before: str | None = None
    for item in items:
        if before is not None:
            yield f"{before},"
        before = json.dumps(item, ensure_ascii=False)
    if before is not None:
        yield before


def _entry(row: Row) -> dict[str, object]:
    return {
        "name": row.name,
        "ip": row.ip,
        "address": row.address,
        "decided": bool(row.decided),
        "path": row.path,
        "document": row.document,
        "item": row.item,
        "start": {"line": row.line, "column": row.column, "offset": row.offset},
        "object": _object(row.api_version, row.kind, row.namespace, row.object),
        "field": f"{row.field}[{row.entry}]",
        "overlay": row.overlay,
    }


def _shared(found: SharedList) -> dict[str, object]:
    return {
        "entries": [{"ip": entry.ip, "hostnames": list(entry.hostnames)} for entry in found.entries],
        "holders": [
            {
                "path": holder.path,
                "line": holder.line,
                "object": _object(holder.api_version, holder.kind, holder.namespace, holder.object),
                "field": holder.field,
            }
            for holder in found.holders
        ],
    }


def _object(
    api_version: str | None, kind: str | None, namespace: str | None, name: str | None
) -> dict[str, str | None]:
    return {"apiVersion": api_version, "kind": kind, "namespace": namespace, "name": name}
