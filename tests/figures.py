"""The type of the fixture `shown_figures`."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    Figures: TypeAlias = Callable[[], AbstractContextManager[None]]
