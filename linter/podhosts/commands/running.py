"""The files of a run checked one after another, or by several processes where that pays."""

from __future__ import annotations

import os
from contextlib import ExitStack
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from podhosts.code_blocks import is_page
from podhosts.commands.stored import NOTHING_CAME, stored
from podhosts.discovery import Input
from podhosts.document import WINDOW, File
from podhosts.engine import Found, Result, Unread, check_parts, concerns, conclude, lint
from podhosts.processes import MOST_DEALT, Deal, in_processes, most_processes
from podhosts.triggers import file_mentions
from podhosts.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from podhosts.commands.run_settings import RunSettings
    from podhosts.helm import Charts
    from podhosts.survey import Survey

#: Bytes that keep a process busy long enough to be worth starting.
_SHARE = 1 << 18

#: A file with less than this part of what each process has to do is not divided among them.
_WORTH_DIVIDING = 4

#: Goes through numbers below the second argument, in order but with gaps, and may show how far it is.
Progress: TypeAlias = "Callable[[Iterable[int], int], Iterable[int]]"
_Outcome: TypeAlias = "Found | Result | str"


class _Task(NamedTuple):
    """An input to check, what it is read from, and how many bytes that has.

    `home` is that of its charts: what they say of the file is found out where it is checked. `is_relevant`: it is
    checked whatever they say. `is_divisible`: it may be read in parts, unless they say something.
    """

    item: Input
    file: File
    size: int
    home: str | None
    is_relevant: bool
    is_divisible: bool


class _Work(NamedTuple):
    """What one process does in one go: tasks, by number, and the files that the charts of a home add.

    Of a divided file it reads every `step`-th part, the first one at `first`.
    """

    tasks: list[int]
    home: str | None = None
    first: int = 0
    step: int = 1


class _Done(NamedTuple):
    """What was found in tasks, by number, and in the files that charts add, by path; and what charts left unread."""

    tasks: dict[int, _Outcome]
    helpers: dict[str, _Outcome]
    unread: list[Unread]


def check_files(
    survey: Survey, run_settings: RunSettings, folder_workspace: Workspace, progress: Progress
) -> tuple[list[tuple[Input, Result | str]], list[Unread]]:
    """The result for each input and then each file that charts add, in order, or why it cannot be opened; and what
    charts could not read.

    A file without a word that a rule reacts to, of which no other file says anything, is counted and not read.
    """
    outcomes: dict[int, Result | str] = {}
    inputs = survey.discovery.inputs
    runner = _Runner(run_settings, folder_workspace)
    with ExitStack() as stack:
        tasks: dict[int, _Task] = {}
        for number, item in enumerate(inputs):
            try:
                task = runner.task(item, stack, is_relevant=item.path in survey.relevant)
            except (OSError, ValueError) as error:
                outcomes[number] = _reason(error)
                continue
            if task is None:
                outcomes[number] = Result(files=1)
            elif task.size == 0 and task.file.path != item.path:
                outcomes[number] = Result(files=1, unread=[Unread(task.file.name, NOTHING_CAME, 1, None, None)])
            else:
                tasks[number] = task
        done = runner.run(tasks, progress)
    found: dict[int, list[_Outcome]] = {}
    for each in done:
        for number, outcome in each.tasks.items():
            found.setdefault(number, []).append(outcome)
    for number, parts in found.items():
        task = tasks[number]
        outcomes[number] = runner.concluded(parts, task.file.name, sees_others=not task.item.named)
    checked = [(item, outcomes[number]) for number, item in enumerate(inputs)]
    helpers = sorted((path, outcome) for each in done for path, outcome in each.helpers.items())
    checked += ((Input(path, False), runner.concluded([outcome], path, sees_others=True)) for path, outcome in helpers)
    return checked, [item for each in done for item in each.unread]


def unread_by_charts(charts: Charts, home: str) -> list[Unread]:
    """What could not be read of the charts of a home, as a part of a result."""
    return [Unread(item.source.path, item.reason, 1, item.source, item.problem.span) for item in charts.unread_of(home)]


def is_known(item: Input, workspace: Workspace, run_settings: RunSettings) -> bool:
    """Whether charts or overlays of the run have something to say about an input."""
    return not item.named and (bool(workspace.facts(item.path)) or _is_overlaid(item, workspace, run_settings))


def _is_overlaid(item: Input, workspace: Workspace, run_settings: RunSettings) -> bool:
    if item.named or workspace.overlays is None or not workspace.overlays.folders:
        return False
    return concerns(item.path, workspace, run_settings.options(item.path).settings)


class _Runner:
    """Checks the inputs of a run."""

    def __init__(self, run_settings: RunSettings, folder_workspace: Workspace) -> None:
        self._run_settings = run_settings
        self._workspace = folder_workspace
        self._charts = folder_workspace.charts

    def task(self, item: Input, stack: ExitStack, *, is_relevant: bool) -> _Task | None:
        """What is to be done for an input; None for one of which nothing can be said.

        Raises OSError or ValueError if it cannot be opened; `stack` keeps it open.
        """
        home = None if item.named else self._charts.home(item.path)
        is_overlaid = _is_overlaid(item, self._workspace, self._run_settings)
        if not is_relevant and not is_overlaid and home is None:
            return None
        file = stack.enter_context(stored(item.path, self._run_settings.request.stdin_filename))
        size = os.path.getsize(file.path)
        # What came through a pipe was not searched before.
        is_relevant = is_overlaid or (is_relevant and (file.path == item.path or file_mentions(file.path)))
        if not size and file.path != item.path:
            return _Task(item, file, size, home, is_relevant, is_divisible=False)
        if not is_relevant and home is None:
            return None
        is_shown = self._run_settings.request.markdown and is_page(file.name)
        return _Task(item, file, size, home, is_relevant, size > WINDOW and not is_overlaid and not is_shown)

    def run(self, tasks: dict[int, _Task], progress: Progress) -> list[_Done]:
        """Do all tasks, in as many processes as pay. What is done comes in an order that is always the same."""
        relevant = [task for task in tasks.values() if task.is_relevant]
        count = 1
        if relevant:
            # Read before there are several processes: it may be wrong, or say something.
            self._run_settings.options(relevant[0].file.name)
            size = sum(task.size for task in relevant)
            count = self._run_settings.jobs or max(1, min(most_processes(), size // _SHARE))
        works = self._works(tasks, count)
        if count == 1:
            return [self._do(works[number], tasks) for number in progress(range(len(works)), len(works))]
        import pickle

        # The largest first, and many small ones at once.
        batches = [range(number, len(works), MOST_DEALT) for number in range(min(len(works), MOST_DEALT))]
        with Deal(len(batches)) as deal:

            def process(number: int) -> bytes:
                dealt = deal if number else progress(deal, len(batches))
                done = {index: self._do(works[index], tasks) for batch in dealt for index in batches[batch]}
                return pickle.dumps(done, pickle.HIGHEST_PROTOCOL)

            found = [pickle.loads(data) for data in in_processes(process, count)]
        done: dict[int, _Done] = {number: each for part in found for number, each in part.items()}
        # What another process has failed to do is done again in this one, so that the error is raised here.
        return [done[number] if number in done else self._do(work, tasks) for number, work in enumerate(works)]

    def _works(self, tasks: dict[int, _Task], count: int) -> list[_Work]:
        """The work for `count` processes, the largest first: the tasks of a home together, large files divided."""
        # Of what is not relevant hardly anything is read.
        sizes = {number: task.size if task.is_relevant else 0 for number, task in tasks.items()}
        share = sum(sizes.values()) // count
        works: list[_Work] = []
        homes: dict[str, list[int]] = {home: [] for home in self._charts.homes}
        for number, task in tasks.items():
            if task.home is not None:
                homes.setdefault(task.home, []).append(number)
            elif count > 1 and task.is_divisible and sizes[number] * _WORTH_DIVIDING > share:
                works += (_Work([number], None, first, count) for first in range(count))
            else:
                works.append(_Work([number]))
        works += (_Work(numbers, home) for home, numbers in homes.items())
        return sorted(works, key=lambda work: sum(sizes[number] for number in work.tasks) // work.step, reverse=True)

    def _do(self, work: _Work, tasks: dict[int, _Task]) -> _Done:
        done = _Done({}, {}, [])
        for number in work.tasks:
            done.tasks[number] = self._outcome(tasks[number], work.first, work.step)
        if work.home in self._charts.homes:
            for path in self._charts.helpers_of(work.home):
                task = _Task(Input(path, False), File(path, path), 0, work.home, is_relevant=True, is_divisible=False)
                done.helpers[path] = self._outcome(task, 0, 1)
            done.unread.extend(unread_by_charts(self._charts, work.home))
        return done

    def _outcome(self, task: _Task, first: int, step: int) -> _Outcome:
        """What is found in an input, or why it cannot be opened: in every `step`-th part of it from `first` on."""
        item, file = task.item, task.file
        has_facts = task.home is not None and bool(self._workspace.facts(item.path))
        if not task.is_relevant and not has_facts:
            return Result(files=1)
        if self._run_settings.excludes(file.name):
            return Result()
        options = self._run_settings.options(file.name)
        workspace = None if item.named else self._workspace
        try:
            if task.is_divisible and not has_facts:
                parts = islice(file, first, None, step)
                return check_parts(parts, options, workspace or Workspace([file], is_whole=False))
            return lint(file.read(), options, workspace)
        except OSError as error:
            return _reason(error)

    def concluded(self, outcomes: list[_Outcome], name: str, *, sees_others: bool) -> Result | str:
        """What the processes found in one file, together."""
        whole = Found()
        for outcome in outcomes:
            if not isinstance(outcome, Found):
                return outcome
            whole.extend(outcome)
        return conclude(whole, self._run_settings.options(name), sees_others=sees_others)


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
