"""A line of styled text that costs nothing where no styles are wanted: rich takes long to build one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.text import Text


class Styled:
    """One line made of pieces, each a text or a text with the style that rich shows it in."""

    __slots__ = ("_pieces",)

    def __init__(self, *pieces: str | tuple[str, str]) -> None:
        self._pieces = pieces

    def __str__(self) -> str:
        """The line without styles."""
        return "".join(piece if isinstance(piece, str) else piece[0] for piece in self._pieces)

    def __rich__(self) -> Text:
        from rich.text import Text

        return Text.assemble(*self._pieces)
