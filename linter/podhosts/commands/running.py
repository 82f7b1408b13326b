"""The files of a run checked one after another, or by several processes where that pays."""

from __future__ import annotations

import os
from contextlib import ExitStack
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from podhosts.code_blocks import is_page
from podhosts.commands.stored import stored
from podhosts.document import WINDOW, File
from podhosts.engine import Found, Options, Result, check_parts, concerns, conclude, lint
from podhosts.processes import in_processes, most_processes
from podhosts.triggers import file_mentions
from podhosts.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from podhosts.commands.run_settings import RunSettings
    from podhosts.discovery import Input
    from podhosts.survey import Survey

#: Bytes that keep a process busy long enough to be worth starting.
_SHARE = 1 << 18


class _Task(NamedTuple):
    """A file to check, with what holds for it; `workspace` is None for a file that sees only itself."""

    file: File
    options: Options
    workspace: Workspace | None
    size: int
    #: Whether charts or overlays have something to say about it.
    is_known: bool

    @property
    def is_divisible(self) -> bool:
        """Whether the file is read in parts: a large one that is no page, and of which no other file says anything."""
        return self.size > WINDOW and not self.is_known and not (self.options.markdown and is_page(self.file.name))


#: Goes through the numbers of tasks, and may show how far it is.
Progress: TypeAlias = "Callable[[range], Iterable[int]]"


def check_files(
    survey: Survey, helpers: list[Input], run_settings: RunSettings, folder_workspace: Workspace, progress: Progress
) -> Iterator[tuple[Input, Result | str]]:
    """The result for each input and then each of `helpers`, in order, or why it cannot be opened.

    A file without a word that a rule reacts to, of which no other file says anything, is counted and not read.
    """
    outcomes: dict[int, Result | str] = {}
    inputs = [*survey.discovery.inputs, *helpers]
    with ExitStack() as stack:
        tasks: dict[int, _Task] = {}
        for number, item in enumerate(inputs):
            knows = is_known(item, folder_workspace, run_settings)
            if not knows and item.path not in survey.relevant and item not in helpers:
                outcomes[number] = Result(files=1)
                continue
            try:
                file = stack.enter_context(stored(item.path, run_settings.request.stdin_filename))
                size = os.path.getsize(file.path)
                # What came through a pipe, and what a chart added, was not searched before.
                is_searched = file.path == item.path and item not in helpers
                is_relevant = knows or is_searched or file_mentions(file.path)
            except (OSError, ValueError) as error:
                outcomes[number] = _reason(error)
                continue
            if not is_relevant:
                outcomes[number] = Result(files=1)
            elif run_settings.excludes(file.name):
                outcomes[number] = Result()
            else:
                options = run_settings.options(file.name)
                tasks[number] = _Task(file, options, None if item.named else folder_workspace, size, knows)
        found = _check(list(tasks.values()), run_settings.jobs, progress)
        outcomes.update(zip(tasks, found, strict=True))
    for number, item in enumerate(inputs):
        yield item, outcomes[number]


def is_known(item: Input, workspace: Workspace, run_settings: RunSettings) -> bool:
    """Whether charts or overlays of the run have something to say about an input."""
    if item.named:
        return False
    if workspace.facts(item.path):
        return True
    if workspace.overlays is None or not workspace.overlays.folders:
        return False
    return concerns(item.path, workspace, run_settings.options(item.path).settings)


def _check(tasks: list[_Task], jobs: int | None, progress: Progress) -> Iterator[Result | str]:
    """What is found in each file, in order, or why it cannot be opened."""
    count = jobs or max(1, min(most_processes(), sum(task.size for task in tasks) // _SHARE))
    if count == 1:
        shares = [dict(_share(tasks, 0, 1, progress))]
    else:
        import pickle

        def work(number: int) -> bytes:
            own = dict(_share(tasks, number, count, iter if number else progress))
            return pickle.dumps(own, pickle.HIGHEST_PROTOCOL)

        shares = [pickle.loads(data) for data in in_processes(work, count)]
    for number, task in enumerate(tasks):
        yield _merged([share[number] for share in shares if number in share], task)


def _share(
    tasks: list[_Task], number: int, count: int, progress: Progress
) -> Iterator[tuple[int, Found | Result | str]]:
    """What one of `count` processes has to do: every `count`-th small file, every `count`-th part of a large one."""
    for index in progress(range(len(tasks))):
        task = tasks[index]
        file, options, workspace, *_ = task
        first = (number - index) % count
        try:
            if task.is_divisible:
                parts = islice(file, first, None, count)
                yield index, check_parts(parts, options, workspace or Workspace([file], is_whole=False))
            elif first == 0:
                yield index, lint(file.read(), options, workspace)
        except OSError as error:
            yield index, _reason(error)


def _merged(shares: list[Found | Result | str], task: _Task) -> Result | str:
    """What the processes found in one file, together."""
    whole = Found()
    for share in shares:
        if not isinstance(share, Found):
            return share
        whole.extend(share)
    return conclude(whole, task.options, sees_others=task.workspace is not None)


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
