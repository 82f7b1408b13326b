"""The files of a run checked one after another, or by several processes where that pays."""

from __future__ import annotations

import os
from contextlib import ExitStack
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from podhosts.commands.stored import stored
from podhosts.document import WINDOW, File
from podhosts.engine import Found, Options, Result, Unread, check_parts, conclude
from podhosts.processes import in_processes, most_processes
from podhosts.triggers import file_mentions
from podhosts.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from podhosts.commands.run_settings import RunSettings
    from podhosts.survey import Survey

#: Bytes that keep a process busy long enough to be worth starting.
_SHARE = 1 << 18


class _Task(NamedTuple):
    """A file to check, with what holds for it; `workspace` is None for a file that sees only itself."""

    file: File
    options: Options
    workspace: Workspace | None
    size: int


#: Goes through the numbers of tasks, and may show how far it is.
Progress: TypeAlias = "Callable[[range], Iterable[int]]"


def check_files(survey: Survey, run_settings: RunSettings, progress: Progress) -> tuple[Result, int]:
    """The result for all files, and how many of them could not be opened."""
    result = Result()
    failures: dict[str, str] = {}
    with ExitStack() as stack:
        tasks: list[_Task] = []
        inputs = survey.discovery.inputs
        folder_workspace = Workspace([File(item.path, item.path) for item in inputs if not item.named])
        for item in inputs:
            if item.path not in survey.relevant:
                result.files += 1
                continue
            try:
                file = stack.enter_context(stored(item.path, run_settings.request.stdin_filename))
                size = os.path.getsize(file.path)
                # What came through a pipe could not be searched before.
                is_relevant = file.path == item.path or file_mentions(file.path)
            except (OSError, ValueError) as error:
                failures[item.path] = _reason(error)
                continue
            if not is_relevant:
                result.files += 1
            elif not run_settings.excludes(file.name):
                options = run_settings.options(file.name)
                tasks.append(_Task(file, options, None if item.named else folder_workspace, size))
        for task, outcome in zip(tasks, _check(tasks, run_settings.jobs, progress), strict=True):
            if isinstance(outcome, str):
                failures[task.file.path] = outcome
            else:
                result.extend(conclude(outcome, task.options, sees_others=task.workspace is not None))
    for path, reason in failures.items():
        result.unread.append(Unread(path, f"cannot be opened: {reason}", 1, None, None))
    return result, len(failures)


def _check(tasks: list[_Task], jobs: int | None, progress: Progress) -> Iterator[Found | str]:
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
    for number in range(len(tasks)):
        yield _merged([share[number] for share in shares if number in share])


def _share(tasks: list[_Task], number: int, count: int, progress: Progress) -> Iterator[tuple[int, Found | str]]:
    """What one of `count` processes has to do: every `count`-th small file, every `count`-th part of a large one."""
    for index in progress(range(len(tasks))):
        file, options, workspace, size = tasks[index]
        first = (number - index) % count
        if size <= WINDOW and first:
            continue
        try:
            parts = islice(file, first, None, count)
            yield index, check_parts(parts, options, workspace or Workspace([file]))
        except OSError as error:
            yield index, _reason(error)


def _merged(shares: list[Found | str]) -> Found | str:
    """What the processes found in one file, together."""
    whole = Found()
    for share in shares:
        if isinstance(share, str):
            return share
        whole.extend(share)
    return whole


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
