"""The tasks of a run, input by input, and how it is divided among processes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Generic, TypeVar

from podhosts.discovery import Input
from podhosts.document import WINDOW, File
from podhosts.engine import Unread, files_with_findings, overlays_affect
from podhosts.pages.blocks import is_page
from podhosts.processes import most_processes
from podhosts.records import NamedTuple, record
from podhosts.run.sharing import shared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from podhosts.relevance import Relevance
    from podhosts.repository import Repository
    from podhosts.run.settings import InputSettings
    from podhosts.run.sharing import Progress

#: Bytes that keep a process busy long enough to be worth starting.
_SHARE = 1 << 18

#: A file with less than this part of what each process has to do is not divided among them.
_WORTH_DIVIDING = 4

_Gain = TypeVar("_Gain")


class Task(NamedTuple):
    """An input to work on, what it is read from, and how many bytes that has.

    `home` is that of its charts: what they say of the file is found out where it is worked on. `is_relevant`: it is
    worked on whatever they say. `is_divisible`: it may be read in parts, unless they say something.
    """

    item: Input
    file: File
    size: int
    home: str | None
    is_relevant: bool
    is_divisible: bool


class Share(NamedTuple):
    """The parts of a file that one process reads: every `step`-th one, the first one at `first`."""

    first: int = 0
    step: int = 1


class _Work(NamedTuple):
    """The work of one process in one go: tasks, by number, and the files that the charts of a home add."""

    tasks: list[int]
    home: str | None = None
    share: Share = Share()


@record(slots=True)
class Done(Generic[_Gain]):
    """The results of tasks, by number, and of the files that charts add, by path; and what charts left unread."""

    tasks: dict[int, _Gain]
    helpers: dict[str, _Gain]
    unread: list[Unread]


def is_overlaid(item: Input, repository: Repository, settings: InputSettings) -> bool:
    """Whether overlays may say something about an input."""
    if item.is_alone or repository.overlays is None or not repository.overlays.folders:
        return False
    return overlays_affect(item.known_as, repository, settings.options(item.known_as).settings)


def processes_for(size: int, settings: InputSettings) -> int:
    """How many processes pay for so many bytes to lint."""
    return settings.jobs or max(1, min(most_processes(), size // _SHARE))


class Tasks(Generic[_Gain]):
    """The inputs of a run, by number, and `work`, which is done for each of them and each file that charts add."""

    def __init__(
        self,
        settings: InputSettings,
        repository: Repository,
        work: Callable[[Task, Share], _Gain],
        *,
        may_divide: bool = True,
    ) -> None:
        self._settings = settings
        self._repository = repository
        self._charts = repository.charts
        self._work = work
        self._may_divide = may_divide
        self.tasks: dict[int, Task] = {}

    def add(self, number: int, item: Input, opened: Callable[[], File], relevance: Relevance) -> Task | None:
        """Add an input, which `opened` opens; returns what is to be done, None for one of which nothing can be said:
        it holds no word that a rule reacts to, and neither charts nor overlays say anything of it.

        Nothing is to be done either for an empty pipe. Raises OSError or ValueError if the input cannot be opened.
        """
        holds_word = relevance.holds_word(item)
        home = None if item.is_alone else self._charts.home(item.known_as)
        if not holds_word and home is None and not self._is_overlaid(item):
            return None
        file = opened()
        size = os.path.getsize(file.path)
        is_pipe = file.path != item.path
        # What came through a pipe was not searched before.
        is_relevant = (holds_word and (not is_pipe or relevance.matters(file.path))) or self._is_overlaid(item)
        if not is_relevant and home is None and (size or not is_pipe):
            return None
        is_shown = is_page(file.name)
        is_divisible = self._may_divide and size > WINDOW and not is_shown and not self._is_overlaid(item)
        task = Task(item, file, size, home, is_relevant, is_divisible)
        if size or not is_pipe:
            self.tasks[number] = task
        return task

    def _is_overlaid(self, item: Input) -> bool:
        return is_overlaid(item, self._repository, self._settings)

    def run(self, progress: Progress, *, with_charts: bool = True, count: int | None = None) -> Iterator[Done[_Gain]]:
        """Do all tasks, in `count` processes, by default as many as pay. Their order is always the same.

        `with_charts`: also what the charts of all homes add.
        """
        relevant = [task for task in self.tasks.values() if task.is_relevant]
        if relevant:
            # Read before there are several processes: it may be wrong, or say something.
            self._settings.options(relevant[0].file.name)
        count = count or (processes_for(sum(task.size for task in relevant), self._settings) if relevant else 1)
        works = self._works(count, with_charts=with_charts)
        return shared(count, lambda index: self._do(works[index]), len(works), progress)

    def _works(self, count: int, *, with_charts: bool) -> list[_Work]:
        """The work for `count` processes, the largest first: the tasks of a home together, large files divided."""
        # Of what is not relevant hardly anything is read.
        sizes = {number: task.size if task.is_relevant else 0 for number, task in self.tasks.items()}
        share = sum(sizes.values()) // count
        works: list[_Work] = []
        homes: dict[str, list[int]] = {home: [] for home in self._charts.homes} if with_charts else {}
        for number, task in self.tasks.items():
            if task.home is not None:
                homes.setdefault(task.home, []).append(number)
            elif count > 1 and task.is_divisible and sizes[number] * _WORTH_DIVIDING > share:
                works += (_Work([number], None, Share(first, count)) for first in range(count))
            else:
                works.append(_Work([number]))
        works += (_Work(numbers, home) for home, numbers in homes.items())
        return sorted(
            works, key=lambda work: sum(sizes[number] for number in work.tasks) // work.share.step, reverse=True
        )

    def _helpers(self, home: str) -> list[str]:
        """The files that the charts of a home add: no manifests by their names, and something is said of them."""
        charts = self._charts.homes[home]
        settings = self._settings.options(home).settings
        found = files_with_findings(charts, self._repository, settings)
        return sorted({*self._charts.helpers_of(home), *self._charts.without_own(found)})

    def _do(self, work: _Work) -> Done[_Gain]:
        done: Done[_Gain] = Done({}, {}, [])
        for number in work.tasks:
            done.tasks[number] = self._work(self.tasks[number], work.share)
        if work.home in self._charts.homes:
            for path in self._helpers(work.home):
                task = Task(Input(path, False), File(path, path), 0, work.home, is_relevant=True, is_divisible=False)
                done.helpers[path] = self._work(task, Share())
            done.unread += (
                Unread(item.source.path, item.reason, 1, item.source, item.problem.span, item.detail)
                for item in self._charts.unread_of(work.home)
            )
        return done
