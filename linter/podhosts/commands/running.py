"""The files of a run checked one after another, or by several processes where that pays."""

from __future__ import annotations

import os
from contextlib import ExitStack
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from podhosts.code_blocks import is_page
from podhosts.commands.stored import stored
from podhosts.discovery import Input
from podhosts.document import WINDOW, File
from podhosts.engine import Found, Result, Unread, check_parts, concerns, conclude, lint
from podhosts.processes import in_processes, most_processes
from podhosts.triggers import file_mentions
from podhosts.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from podhosts.commands.run_settings import RunSettings
    from podhosts.helm import Charts
    from podhosts.survey import Survey

#: Bytes that keep a process busy long enough to be worth starting.
_SHARE = 1 << 18

#: Goes through the numbers of tasks, and may show how far it is.
Progress: TypeAlias = "Callable[[range], Iterable[int]]"
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


class _Share(NamedTuple):
    """What one process has to do: tasks, by number, and the files that the charts of some homes add.

    Of a divisible file of no chart it reads every `count`-th part, the first one at `first`.
    """

    tasks: dict[int, tuple[_Task, int, int]]
    homes: list[str]


class _Done(NamedTuple):
    """What one process has found: in its tasks, in the files that charts add, by path; and by home what is unread."""

    tasks: dict[int, _Outcome]
    helpers: dict[str, _Outcome]
    unread: dict[str, list[Unread]]


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
            else:
                tasks[number] = task
        done = runner.run(tasks, progress)
    for number, task in tasks.items():
        parts = [part.tasks[number] for part in done if number in part.tasks]
        outcomes[number] = runner.concluded(parts, task.file.name, sees_others=not task.item.named)
    checked = [(item, outcomes[number]) for number, item in enumerate(inputs)]
    helpers = {path: outcome for part in done for path, outcome in part.helpers.items()}
    checked += (
        (Input(path, False), runner.concluded([helpers[path]], path, sees_others=True)) for path in sorted(helpers)
    )
    unread = {home: items for part in done for home, items in part.unread.items()}
    return checked, [item for home in folder_workspace.charts.homes for item in unread[home]]


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
        if not is_relevant and home is None:
            return None
        is_shown = self._run_settings.request.markdown and is_page(file.name)
        return _Task(item, file, size, home, is_relevant, size > WINDOW and not is_overlaid and not is_shown)

    def run(self, tasks: dict[int, _Task], progress: Progress) -> list[_Done]:
        """Do all tasks, in as many processes as pay."""
        relevant = [task for task in tasks.values() if task.is_relevant]
        if not relevant:
            return [self._do(self._shares(tasks, 1)[0], progress)]
        # Read before there are several processes: it may be wrong, or say something.
        self._run_settings.options(relevant[0].file.name)
        size = sum(task.size for task in relevant)
        count = self._run_settings.jobs or max(1, min(most_processes(), size // _SHARE))
        shares = self._shares(tasks, count)
        if count == 1:
            return [self._do(shares[0], progress)]
        import pickle

        def work(number: int) -> bytes:
            done = self._do(shares[number], iter if number else progress)
            return pickle.dumps(done, pickle.HIGHEST_PROTOCOL)

        return [pickle.loads(data) for data in in_processes(work, count)]

    def _shares(self, tasks: dict[int, _Task], count: int) -> list[_Share]:
        """The tasks shared among processes: those of one home together, the largest first to whoever has least."""
        shares = [_Share({}, []) for _ in range(count)]
        groups: dict[str | int, list[int]] = {home: [] for home in self._charts.homes}
        for number, task in tasks.items():
            if task.home is None and task.is_divisible:
                for first, share in enumerate(shares):
                    share.tasks[number] = task, (first - number) % count, count
            else:
                groups.setdefault(number if task.home is None else task.home, []).append(number)
        # Of what is not relevant hardly anything is read.
        sizes = {
            key: sum(tasks[number].size for number in numbers if tasks[number].is_relevant)
            for key, numbers in groups.items()
        }
        loads = [0] * count
        for key in sorted(groups, key=sizes.__getitem__, reverse=True):
            least = loads.index(min(loads))
            loads[least] += sizes[key]
            shares[least].tasks.update((number, (tasks[number], 0, 1)) for number in groups[key])
            if key in self._charts.homes:
                shares[least].homes.append(str(key))
        return shares

    def _do(self, share: _Share, progress: Progress) -> _Done:
        done = _Done({}, {}, {})
        numbers = sorted(share.tasks)
        for at in progress(range(len(numbers))):
            done.tasks[numbers[at]] = self._outcome(*share.tasks[numbers[at]])
        for home in share.homes:
            for path in self._charts.helpers_of(home):
                task = _Task(Input(path, False), File(path, path), 0, home, is_relevant=True, is_divisible=False)
                done.helpers[path] = self._outcome(task, 0, 1)
            done.unread[home] = unread_by_charts(self._charts, home)
        return done

    def _outcome(self, task: _Task, first: int, count: int) -> _Outcome:
        """What is found in an input, or why it cannot be opened: in every `count`-th part of it from `first` on."""
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
                parts = islice(file, first, None, count)
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
