"""Work shared among processes: forked, so that nothing is imported or read a second time."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: More pieces of work than this are not dealt out: their numbers fit into any pipe.
MOST_DEALT = 1000
_BYTES_OF_NUMBER = 4

#: Forking is safe here, as podhosts has no threads; on macOS the system's own libraries may have some.
_CAN_FORK = hasattr(os, "fork") and sys.platform != "darwin"


def most_processes() -> int:
    """How many processes can work at the same time; 1 where processes cannot be forked."""
    if not _CAN_FORK:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Deal:
    """The numbers below `count` (at most `MOST_DEALT`), in order: each goes to the one process that asks for it first.

    Processes that are forked while it is open take from the same numbers.
    """

    def __init__(self, count: int) -> None:
        self._reading, writing = os.pipe()
        os.write(writing, b"".join(number.to_bytes(_BYTES_OF_NUMBER, "little") for number in range(count)))
        os.close(writing)

    def __iter__(self) -> Iterator[int]:
        while number := os.read(self._reading, _BYTES_OF_NUMBER):
            yield int.from_bytes(number, "little")

    def __enter__(self) -> Deal:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._reading)


def in_processes(work: Callable[[int], bytes], count: int) -> list[bytes]:
    """`work(0)` to `work(count - 1)`, at the same time, in order; the first one in this process.

    What raises in another process is done again in this one, so that the error is raised here.
    """
    if not _CAN_FORK:
        return [work(number) for number in range(count)]
    children = [_fork(work, number) for number in range(1, count)]
    try:
        results = [work(0)]
        for number, (child, pipe) in enumerate(children, 1):
            with open(pipe, "rb", closefd=False) as stream:
                result = stream.read()
            _, status = os.waitpid(child, 0)
            children[number - 1] = (0, pipe)
            results.append(work(number) if status else result)
        return results
    finally:
        for child, pipe in children:
            # A child that still writes ends when nobody reads any more.
            os.close(pipe)
            if child:
                os.waitpid(child, 0)


def _fork(work: Callable[[int], bytes], number: int) -> tuple[int, int]:
    """A child's process id, and where to read its result."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    status = 1
    try:
        os.close(reading)
        with open(writing, "wb") as stream:
            stream.write(work(number))
        status = 0
    finally:
        # Neither the parent's handlers nor its buffers are the child's business, whatever was raised.
        os._exit(status)
