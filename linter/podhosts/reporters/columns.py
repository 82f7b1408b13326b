"""Tables in plain lines: columns on a terminal that is wide enough, tabs elsewhere. Nothing is cut or folded."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_GAP = "  "
#: Columns are not narrowed further.
_NARROWEST = 8


class Columns:
    """How the cells of a table become lines.

    On a terminal of `width` columns they are padded so that usual rows fit: a cell that is wider than its column moves
    the rest of its row. Where there is no terminal (None) a tab stands between cells.
    """

    def __init__(self, rows: Iterable[Sequence[str]], width: int | None) -> None:
        self._widths: list[int] | None = None
        if width is None:
            return
        needed: list[int] = []
        for row in rows:
            needed += [0] * (len(row) - len(needed))
            needed = [max(most, cell_width(cell)) for most, cell in zip(needed, row, strict=True)]
        self._widths = _fitting(needed, width - len(_GAP) * (len(needed) - 1))

    def line(self, cells: Sequence[str]) -> str:
        """One row."""
        if self._widths is None:
            return "\t".join(cells)
        padded = (cell + " " * (width - cell_width(cell)) for cell, width in zip(cells, self._widths, strict=True))
        return _GAP.join(padded).rstrip()


def _fitting(needed: list[int], width: int) -> list[int]:
    """The widths of columns that fit together: the widest are narrowed alike, but none to nearly nothing."""
    left = width
    for number, most in enumerate(sorted(needed)):
        equal = left // (len(needed) - number)
        if most > equal:
            return [min(each, max(equal, _NARROWEST)) for each in needed]
        left -= most
    return needed


def cell_width(text: str) -> int:
    """The columns that a text takes on a terminal."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
