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
_GAP = "  "
_CUT = "..."
#: Columns are not cut further.
_NARROWEST = 8


def tables(store: Store, wanted: Filter, width: int | None) -> Iterator[RenderableType]:
    """Pieces of one table, to be printed below one another; nothing where no row fits.

    On a terminal (`width` columns) cells are padded to columns, and cut where these are too wide; elsewhere (None)
    there is a tab between them.
    """
    from rich.text import Text

    is_empty = next(iter(store.rows(wanted)), None) is None
    if is_empty:
        return
    widths = None
    if width is not None:
        needed = [len(heading) for heading in _HEADINGS]
        for row in store.rows(wanted):
            needed = [max(most, _width(cell)) for most, cell in zip(needed, _cells(row), strict=True)]
        widths = _fitting(needed, width - len(_GAP) * (len(needed) - 1))
    yield Text(_line(_HEADINGS, widths), "bold")
    rows = store.rows(wanted)
    while batch := list(islice(rows, _LINES)):
        lines = [Text(_line(_cells(row), widths), "" if row.decided else "yellow") for row in batch]
        yield Text("\n").join(lines)


def _fitting(needed: list[int], width: int) -> list[int]:
    """The widths of columns that fit together: the widest are cut to an equal width, but none to nearly nothing."""
    left = width
    for number, most in enumerate(sorted(needed)):
        equal = left // (len(needed) - number)
        if most > equal:
            return [min(each, max(equal, _NARROWEST)) for each in needed]
        left -= most
    return needed


def _line(cells: tuple[str, ...], widths: list[int] | None) -> str:
    if widths is None:
        return "\t".join(cells)
    return _GAP.join(_padded(cell, width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _padded(cell: str, width: int) -> str:
    from rich.cells import set_cell_size

    return set_cell_size(cell, width) if _width(cell) <= width else set_cell_size(cell, width - len(_CUT)) + _CUT


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
