"""The inventory as a table for people."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from podhosts.reporters.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from podhosts.inventory.store import Filter, Row, Store

_HEADINGS = ("name", "address", "workload", "where")
#: A table is laid out as a whole: this many rows at a time keep it small.
_ROWS = 500


def tables(store: Store, wanted: Filter) -> Iterator[RenderableType]:
    """Tables of equal columns below one another; nothing where no row fits."""
    from rich.table import Table
    from rich.text import Text

    widths = [0, 0, 0, 0]
    for row in store.rows(wanted):
        widths = [max(width, len(cell)) for width, cell in zip(widths, _cells(row), strict=True)]
    if not any(widths):
        return
    rows = store.rows(wanted)
    is_first = True
    while batch := list(islice(rows, _ROWS)):
        table = Table(box=None, show_header=is_first, pad_edge=False, header_style="bold")
        for heading, width in zip(_HEADINGS, widths, strict=True):
            table.add_column(heading, min_width=max(width, len(heading)), no_wrap=True)
        is_first = False
        for row in batch:
            name, *others = _cells(row)
            table.add_row(Text(name, "" if row.decided else "yellow"), *map(Text, others))
        yield table


def _cells(row: Row) -> tuple[str, str, str, str]:
    namespace = f" ({row.namespace})" if row.namespace else ""
    is_other_spelling = row.address is not None and row.address != row.ip
    address = f"{row.ip} = {row.address}" if is_other_spelling else row.ip or "-"
    return (
        visible(row.name),
        visible(address if row.decided else f"{address} (not decided)"),
        visible(f"{row.workload}{namespace}"),
        visible(f"{row.path}:{row.line}:{row.column}"),
    )
