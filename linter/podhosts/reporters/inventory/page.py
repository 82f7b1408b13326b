"""The inventory as one HTML page that needs nothing else: a table to search and sort."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from podhosts.kubernetes.alias_text import host_aliases_block

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.inventory.store import Filter, SharedList, Store

#: What could end a script, or begin a comment, inside a JSON text.
_HARMLESS = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def lines(store: Store, wanted: Filter, files: int) -> Iterator[str]:
    """The page line by line; the rows are data for its script, which writes them as text."""
    totals = store.totals(wanted)
    yield "<!doctype html>"
    yield '<html lang="en">'
    yield '<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield (
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">"
    )
    yield "<title>Host aliases</title>"
    yield f"<style>\n{_part('page.css')}</style>"
    yield "<header><h1>Host aliases</h1>"
    yield (
        f'<p class="dim">{totals.names} names, {totals.addresses} addresses, {totals.lists} lists in {files} files; '
        f"{totals.undecided} entries not decided.</p></header>"
    )
    yield _part("search.html")
    yield from _shared(store)
    yield from _unread(store)
    yield '<script type="application/json" id="rows">['
    before = ""
    for row in store.rows(wanted):
        values = [row.name, row.ip, row.address or "", row.workload, row.namespace or "", row.place, row.decided]
        yield before + json.dumps(values, ensure_ascii=False).translate(_HARMLESS)
        before = ","
    yield "]</script>"
    yield f"<script>\n{_part('page.js')}</script>"


def _shared(store: Store) -> Iterator[str]:
    found = list(store.shared())
    if found:
        yield "<section><h2>The same list in several workloads</h2>"
        yield (
            '<p class="dim">One Kustomize component, or a record in CoreDNS, can take their place: '
            "<code>podhosts inventory --shared</code> prints them.</p>"
        )
        for shared in found:
            yield from _shared_list(shared)
        yield "</section>"


def _shared_list(shared: SharedList) -> Iterator[str]:
    names = sum(len(entry.hostnames) for entry in shared.entries)
    yield f"<details><summary>{names} names in {len(shared.holders)} workloads</summary>"
    yield f"<pre>{escape(host_aliases_block(shared.entries))}</pre><ul>"
    for holder in shared.holders:
        yield f"<li>{escape(holder.workload)} <code>{escape(f'{holder.path}:{holder.line}')}</code></li>"
    yield "</ul></details>"


def _unread(store: Store) -> Iterator[str]:
    items = list(store.unread())
    if items:
        yield "<section><h2>Not read</h2><ul>"
        for item in items:
            place = f"{item.path}:{item.line}:{item.column}"
            yield f"<li><code>{escape(place)}</code> {escape(item.reason)} ({item.times})</li>"
        yield "</ul></section>"


def _part(name: str) -> str:
    return Path(__file__).with_name(name).read_text("utf-8")
