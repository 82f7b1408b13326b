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
#: How many lines are printed at a time: rich takes long for each thing it prints.
_LINES = 500


def tables(store: Store, wanted: Filter) -> Iterator[RenderableType]:
    """Pieces of one table, to be printed below one another; nothing where no row fits."""
    from rich.text import Text

    widths = [0] * len(_HEADINGS)
    for row in store.rows(wanted):
        widths = [max(width, _width(cell)) for width, cell in zip(widths, _cells(row), strict=True)]
    if not any(widths):
        return
    widths = [max(width, len(heading)) for width, heading in zip(widths, _HEADINGS, strict=True)]
    yield Text(_line(_HEADINGS, widths), "bold")
    rows = store.rows(wanted)
    while batch := list(islice(rows, _LINES)):
        lines = [Text(_line(_cells(row), widths), "" if row.decided else "yellow") for row in batch]
        yield Text("\n").join(lines)


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    padded = (cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()


def _width(text: str) -> int:
    """The columns that a text takes on a terminal."""
    from rich.cells import cell_len

    return len(text) if text.isascii() else cell_len(text)


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
