"""How much work something is, without a clock: counted lines of Python are the same on every machine."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

#: What a count may grow by beside its share: what is done once, and rounding in the steps of buffers.
_ONCE = 2_000
#: How much more than its share a count may grow, for what takes n log n steps.
_TOLERANCE = 1.5


def lines_run(work: Callable[[], object]) -> int:
    """How many lines of Python some work runs. What C functions do inside of one line is not counted."""
    count = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    earlier = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(earlier)
    return count


def is_linear(work: Callable[[int], object], small: int, factor: int = 8) -> bool:
    """Whether work on `factor` times the input takes that many times as long: quadratic work takes its square."""
    work(small)  # what is imported or remembered at first is no part of it
    before, after = lines_run(lambda: work(small)), lines_run(lambda: work(small * factor))
    return after <= _TOLERANCE * factor * before + _ONCE
