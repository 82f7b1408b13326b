"""Go's two sorts, step by step: `sort.Sort` and `sort.SliceStable` (Go 1.26, package `sort`, `zsortinterface.go`).

The strategic merge hands them comparisons that are no strict order (equal elements count as less), so the place of
equal ips in a result is an accident of the algorithm, and only the same algorithm has the same accidents.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeAlias, TypeVar

from podhosts.records import record

Item = TypeVar("Item")
Less: TypeAlias = Callable[[Item, Item], bool]

_LONGEST_INSERTION = 12
_SHORTEST_NINTHER = 50
_SHORTEST_SHIFTING = 50
_MAX_STEPS = 5
_MAX_SWAPS = 12
_STABLE_BLOCK = 20
_WORD = (1 << 64) - 1


def go_sort(items: list[Item], less: Less[Item]) -> list[Item]:
    """A copy, ordered as `sort.Sort` does it."""
    run = _Run(list(items), less)
    if len(items) > 1:
        run.pattern_defeating(0, len(items), len(items).bit_length())
    return run.items


def go_sort_stable(items: list[Item], less: Less[Item]) -> list[Item]:
    """A copy, ordered as `sort.SliceStable` does it."""
    run = _Run(list(items), less)
    run.stable()
    return run.items


@record(frozen=True, slots=True)
class _Run(Generic[Item]):
    """One sort in progress; all ranges are half open."""

    items: list[Item]
    compare: Less[Item]

    def less(self, i: int, j: int) -> bool:
        return self.compare(self.items[i], self.items[j])

    def swap(self, i: int, j: int) -> None:
        self.items[i], self.items[j] = self.items[j], self.items[i]

    def insertion(self, start: int, end: int) -> None:
        for i in range(start + 1, end):
            j = i
            while j > start and self.less(j, j - 1):
                self.swap(j, j - 1)
                j -= 1

    # sort.Sort

    def pattern_defeating(self, start: int, end: int, limit: int) -> None:
        balanced = partitioned = True
        while True:
            length = end - start
            if length <= _LONGEST_INSERTION:
                self.insertion(start, end)
                return
            if limit == 0:
                self._heap(start, end)
                return
            if not balanced:
                self._break_patterns(start, end)
                limit -= 1
            pivot, swaps = self._choose_pivot(start, end)
            if swaps == _MAX_SWAPS:
                self.items[start:end] = self.items[start:end][::-1]
                pivot = (end - 1) - (pivot - start)
                swaps = 0
            if balanced and partitioned and swaps == 0 and self._partial_insertion(start, end):
                return
            if start > 0 and not self.less(start - 1, pivot):
                start = self._partition_equal(start, end, pivot)
                continue
            middle, partitioned = self._partition(start, end, pivot)
            left, right = middle - start, end - middle
            balanced = min(left, right) >= length // 8
            if left < right:
                self.pattern_defeating(start, middle, limit)
                start = middle + 1
            else:
                self.pattern_defeating(middle + 1, end, limit)
                end = middle

    def _sift_down(self, low: int, high: int, first: int) -> None:
        root = low
        while (child := 2 * root + 1) < high:
            if child + 1 < high and self.less(first + child, first + child + 1):
                child += 1
            if not self.less(first + root, first + child):
                return
            self.swap(first + root, first + child)
            root = child

    def _heap(self, start: int, end: int) -> None:
        size = end - start
        for i in range((size - 1) // 2, -1, -1):
            self._sift_down(i, size, start)
        for i in range(size - 1, -1, -1):
            self.swap(start, start + i)
            self._sift_down(0, i, start)

    def _break_patterns(self, start: int, end: int) -> None:
        length = end - start
        random = length
        mask = (1 << length.bit_length()) - 1
        middle = start + (length // 4) * 2
        for index in (middle - 1, middle, middle + 1):
            random ^= (random << 13) & _WORD
            random ^= random >> 7
            random ^= (random << 17) & _WORD
            other = random & mask
            self.swap(index, start + (other - length if other >= length else other))

    def _choose_pivot(self, start: int, end: int) -> tuple[int, int]:
        """The pivot, and how many swaps its choice took: none hints at an ascending range, all at a descending one."""
        length = end - start
        quarter = length // 4
        places = [start + quarter, start + quarter * 2, start + quarter * 3]
        swaps = 0
        if length >= _SHORTEST_NINTHER:
            for number, place in enumerate(places):
                places[number], more = self._median(place - 1, place, place + 1)
                swaps += more
        pivot, more = self._median(*places)
        return pivot, swaps + more

    def _median(self, a: int, b: int, c: int) -> tuple[int, int]:
        swaps = 0
        if self.less(b, a):
            a, b, swaps = b, a, swaps + 1
        if self.less(c, b):
            b, c, swaps = c, b, swaps + 1
        if self.less(b, a):
            a, b, swaps = b, a, swaps + 1
        return b, swaps

    def _partial_insertion(self, start: int, end: int) -> bool:
        """Mend a few neighbours that are out of order; True if the range is sorted then."""
        i = start + 1
        for _ in range(_MAX_STEPS):
            while i < end and not self.less(i, i - 1):
                i += 1
            if i == end:
                return True
            if end - start < _SHORTEST_SHIFTING:
                return False
            self.swap(i, i - 1)
            if i - start >= 2:
                j = i - 1
                # Down to 1, not to `start`: so Go does it.
                while j >= 1 and self.less(j, j - 1):
                    self.swap(j, j - 1)
                    j -= 1
            if end - i >= 2:
                j = i + 1
                while j < end and self.less(j, j - 1):
                    self.swap(j, j - 1)
                    j += 1
        return False

    def _partition_equal(self, start: int, end: int, pivot: int) -> int:
        self.swap(start, pivot)
        i, j = start + 1, end - 1
        while True:
            while i <= j and not self.less(start, i):
                i += 1
            while i <= j and self.less(start, j):
                j -= 1
            if i > j:
                return i
            self.swap(i, j)
            i += 1
            j -= 1

    def _partition(self, start: int, end: int, pivot: int) -> tuple[int, bool]:
        self.swap(start, pivot)
        i, j = start + 1, end - 1
        already = True
        while True:
            while i <= j and self.less(i, start):
                i += 1
            while i <= j and not self.less(j, start):
                j -= 1
            if i > j:
                self.swap(j, start)
                return j, already
            self.swap(i, j)
            already = False
            i += 1
            j -= 1

    # sort.SliceStable

    def stable(self) -> None:
        size = len(self.items)
        block = _STABLE_BLOCK
        for start in range(0, size, block):
            self.insertion(start, min(start + block, size))
        while block < size:
            for start in range(0, size - block, 2 * block):
                self._merge(start, start + block, min(start + 2 * block, size))
            block *= 2

    def _merge(self, start: int, middle: int, end: int) -> None:
        """Merge two sorted neighbours in place (SymMerge, Kim and Kutzner)."""
        if middle - start == 1:
            place = self._first(middle, end, lambda i: not self.less(i, start))
            self._rotate(start, middle, place)
            return
        if end - middle == 1:
            place = self._first(start, middle, lambda i: self.less(middle, i))
            self._rotate(place, middle, end)
            return
        half = (start + end) // 2
        both = half + middle
        low, high = (both - end, half) if middle > half else (start, middle)
        low = self._first(low, high, lambda i: self.less(both - 1 - i, i))
        top = both - low
        if low < middle < top:
            self._rotate(low, middle, top)
        if start < low < half:
            self._merge(start, low, half)
        if half < top < end:
            self._merge(half, top, end)

    def _first(self, low: int, high: int, holds: Callable[[int], bool]) -> int:
        """Binary search for the first place where it holds."""
        while low < high:
            half = (low + high) // 2
            if holds(half):
                high = half
            else:
                low = half + 1
        return low

    def _rotate(self, start: int, middle: int, end: int) -> None:
        self.items[start:end] = self.items[middle:end] + self.items[start:middle]
