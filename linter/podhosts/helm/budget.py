"""A limit on the values that one step may look at: a list that is in itself many times over is exponentially large."""

from __future__ import annotations

from podhosts.helm.model import MOST_DEEP
from podhosts.helm.traced import TooLarge

_MOST_VALUES = 50_000


class Budget:
    """So many values may still be looked at."""

    __slots__ = ("left",)

    def __init__(self, left: int = _MOST_VALUES) -> None:
        self.left = left

    def take(self, depth: int) -> None:
        """Count a value that is so deep in others. Raises TooLarge."""
        self.left -= 1
        if self.left < 0:
            raise TooLarge("too many values in each other")
        if depth > MOST_DEEP:
            raise TooLarge(f"values in each other, more than {MOST_DEEP} deep")
