"""Work shared among processes, piece by piece."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, TypeVar

from podhosts.processes import MOST_DEALT, Deal, in_processes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

#: Goes through numbers below the second argument, in order but with gaps, and may show how far it is.
Progress: TypeAlias = "Callable[[Iterable[int], int], Iterable[int]]"
_Done = TypeVar("_Done")


def without_progress(numbers: Iterable[int], count: int) -> Iterable[int]:
    """The numbers, and nothing is shown."""
    del count
    return numbers


def shared(count: int, work: Callable[[int], _Done], size: int, progress: Progress) -> Iterator[_Done]:
    """`work(0)` to `work(size - 1)`, in order, shared among `count` processes; the first ones are begun first.

    In one process each is done when it is asked for.
    """
    if count == 1:
        yield from (work(index) for index in progress(range(size), size))
        return
    import pickle

    # Many small ones at once.
    batches = [range(number, size, MOST_DEALT) for number in range(min(size, MOST_DEALT))]
    with Deal(len(batches)) as deal:

        def process(number: int) -> bytes:
            dealt = deal if number else progress(deal, len(batches))
            done = {index: work(index) for batch in dealt for index in batches[batch]}
            return pickle.dumps(done, pickle.HIGHEST_PROTOCOL)

        found = [pickle.loads(data) for data in in_processes(process, count)]
    done: dict[int, _Done] = {index: each for part in found for index, each in part.items()}
    # What another process has failed to do is done again in this one, so that the error is raised here.
    for index in range(size):
        yield done[index] if index in done else work(index)
