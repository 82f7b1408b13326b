"""The inventory as a table for people."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING

from podhosts.reporters.columns import Columns
from podhosts.reporters.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from podhosts.inventory.store import Filter, Row, Store

_HEADINGS = ("name", "address", "workload", "where")
#: How many lines are printed at a time: rich takes long for each thing it prints.
_LINES = 500


def tables(store: Store, wanted: Filter, width: int | None) -> Iterator[RenderableType]:
    """Pieces of one table, to be printed below one another; nothing where no row fits.

    `width` is that of the terminal, None where there is none (`Columns`).
    """
    from rich.text import Text

    is_empty = next(iter(store.rows(wanted)), None) is None
    if is_empty:
        return
    columns = Columns(chain([_HEADINGS], map(_cells, store.rows(wanted))), width)
    yield Text(columns.line(_HEADINGS), "bold")
    rows = store.rows(wanted)
    while batch := list(islice(rows, _LINES)):
        lines = [Text(columns.line(_cells(row)), "" if row.decided else "yellow") for row in batch]
        yield Text("\n").join(lines)


def _cells(row: Row) -> tuple[str, str, str, str]:
    namespace = f" ({row.namespace})" if row.namespace else ""
    is_other_spelling = row.address is not None and row.address != row.ip
    address = f"{row.ip} = {row.address}" if is_other_spelling else row.ip or "-"
    return (
        visible(row.name or "-"),
        visible(address if row.decided else f"{address} (not decided)"),
        visible(f"{row.workload}{namespace}"),
        visible(row.place),
    )
