"""The one loop over the inputs of a run: one after another, or by several processes where that pays."""

from __future__ import annotations

import os
from contextlib import ExitStack
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from podhosts.code_blocks import is_page
from podhosts.commands.stored import NOTHING_CAME, stored
from podhosts.discovery import ENDINGS, STDIN, Input
from podhosts.document import WINDOW, File
from podhosts.engine import (
    Found,
    Result,
    Unread,
    chart_report,
    check_parts,
    concerns,
    conclude,
    files_with_findings,
    lint,
)
from podhosts.kustomize.names import is_kustomization
from podhosts.processes import MOST_DEALT, Deal, in_processes, most_processes
from podhosts.repository import Repository, open_repository
from podhosts.triggers import file_mentions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from podhosts.commands.repairing import Repaired
    from podhosts.commands.run_settings import RunSettings
    from podhosts.diagnostics import Diagnostic
    from podhosts.helm import Charts
    from podhosts.repository import Words
    from podhosts.survey import Survey

#: Bytes that keep a process busy long enough to be worth starting.
_SHARE = 1 << 18

#: How much longer it takes to repair a text than to lint it, about.
_REPAIRING = 8

#: A file with less than this part of what each process has to do is not divided among them.
_WORTH_DIVIDING = 4

#: Goes through numbers below the second argument, in order but with gaps, and may show how far it is.
Progress: TypeAlias = "Callable[[Iterable[int], int], Iterable[int]]"
_Given = TypeVar("_Given")


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


class Outcome(NamedTuple):
    """What linting an input or a part of it gave, or why it cannot be opened; and what was looked up in other files."""

    found: Found | Result | str
    lookups: frozenset[Words] = frozenset()


class _Done(NamedTuple):
    """What was found in tasks, by number, and in the files that charts add, by path; and what charts left unread."""

    tasks: dict[int, Outcome]
    helpers: dict[str, Outcome]
    unread: list[Unread]


class Run:
    """The inputs of a run, in one loop: linted, repaired, and linted again as far as repairs may have changed anything.

    A context: each input is read where it is worked on, but what comes through a pipe only once, and kept till the end.
    """

    def __init__(self, survey: Survey, run_settings: RunSettings, progress: Progress) -> None:
        self.inputs = survey.discovery.inputs
        self._relevant = survey.relevant
        self._run_settings = run_settings
        self._progress = progress
        self._stack = ExitStack()
        self._files: dict[int, File] = {}
        self._outcomes: dict[int, Outcome] = {}
        #: The files that charts add, and what of charts is unread.
        self._helpers: dict[str, Outcome] = {}
        self._unread: list[Unread] = []
        self._repository = self._look_around()

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _look_around(self) -> Repository:
        """The files as they are now."""
        manifests = [item.path for item in self.inputs if not item.named and _is_manifest(item.path)]
        arguments = self._run_settings.request.paths or ["."]
        return open_repository(manifests, arguments, relevant=self._relevant, values=self._run_settings.values)

    def lint(self) -> None:
        """Lint all inputs and the files that charts add.

        A file without a word that a rule reacts to, of which no other file says anything, is counted and not read.
        """
        self._lint(range(len(self.inputs)))

    def results(self) -> Iterator[tuple[Input, Result | str]]:
        """What each input and then each file that charts add gave, in order, or why it cannot be opened."""
        for number, item in enumerate(self.inputs):
            yield item, _result(self._outcomes[number])
        for path in sorted(self._helpers):
            yield Input(path, named=False), _result(self._helpers[path])

    @property
    def unread(self) -> list[Unread]:
        """What charts could not read."""
        return self._unread

    def content(self, item: Input) -> bytes:
        """The bytes of an input as they are now, with what was repaired in them; empty for one that was not opened."""
        file = self._files.get(self.inputs.index(item))
        return file.read().data if file is not None else b""

    def repair(self) -> list[Repaired]:
        """Repair what linting found a fix for, or with `--diff` see how; in the order of inputs.

        What was written, and all that may see it, is linted again.
        """
        # Imported here: a plain check needs nothing of it.
        from podhosts.commands.repairing import fixable, repaired

        request = self._run_settings.request
        wanted: list[tuple[Input, File, list[Diagnostic]]] = []
        seen: set[str] = set()
        numbered = [(item, self._files.get(number)) for number, item in enumerate(self.inputs)]
        numbered += [(Input(path, named=False), File(path, path)) for path in sorted(self._helpers)]
        for (item, result), (_, file) in zip(self.results(), numbered, strict=True):
            findings = fixable(result, request) if isinstance(result, Result) and file is not None else []
            if not findings or file is None:
                continue
            # A link and its target are one file.
            real = os.path.realpath(item.path)
            if real not in seen or item.path == STDIN:
                wanted.append((item, file, findings))
                seen.add(real)

        def repair_one(index: int) -> Repaired:
            item, file, findings = wanted[index]
            options = self._run_settings.options(file.name)
            return repaired(item, file, findings, options, None if item.named else self._repository, request)

        size = sum(os.path.getsize(file.path) for _, file, _ in wanted if os.path.exists(file.path))
        done = _shared(self._processes(size * _REPAIRING), repair_one, len(wanted), self._progress)
        written = [each for each in done if each.is_written]
        if written:
            self._lint_again(written)
        return done

    def _processes(self, size: int) -> int:
        """How many processes pay for so many bytes to lint."""
        return self._run_settings.jobs or max(1, min(most_processes(), size // _SHARE))

    def _lint_again(self, written: list[Repaired]) -> None:
        """Lint the files that were written and those that may see them."""
        before, self._repository = self._repository, self._look_around()
        # A link and its target are one file.
        paths = {each.item.path if each.item.path == STDIN else os.path.realpath(each.item.path) for each in written}
        changed = Repository([source for each in written for source in (each.before, each.after)])
        # What a chart prints, and Kustomize builds, comes from many files.
        is_in_chart = any(self._repository.charts.home(each.item.path) is not None for each in written)
        is_in_chart = is_in_chart or any(each.path in self._helpers for each in written)

        def may_differ(number: int) -> bool:
            item, outcome = self.inputs[number], self._outcomes[number]
            if (item.path if item.path == STDIN else os.path.realpath(item.path)) in paths:
                return True
            if item.named:
                return False
            if is_in_chart and self._repository.charts.home(item.path) is not None:
                return True
            repositories = (before, self._repository)
            if any(_is_overlaid(item, repository, self._run_settings) for repository in repositories):
                return True
            looked_up = (words for words in outcome.lookups if words)
            return () in outcome.lookups or any(next(changed.places(*words), None) for words in looked_up)

        self._lint([number for number in range(len(self.inputs)) if may_differ(number)], with_charts=is_in_chart)

    def _lint(self, numbers: Iterable[int], *, with_charts: bool = True) -> None:
        tasks: dict[int, _Task] = {}
        runner = _Runner(self._run_settings, self._repository)
        for number in numbers:
            item = self.inputs[number]
            try:
                task = runner.task(item, self._file(number), is_relevant=item.path in self._relevant)
            except (OSError, ValueError) as error:
                self._outcomes[number] = Outcome(_reason(error))
                continue
            if task is None:
                self._outcomes[number] = Outcome(Result(files=1))
            elif task.size == 0 and task.file.path != item.path:
                nothing = Unread(task.file.name, NOTHING_CAME, 1, None, None)
                self._outcomes[number] = Outcome(Result(files=1, unread=[nothing]))
            else:
                tasks[number] = task
        done = runner.run(tasks, self._progress, with_charts=with_charts)
        found: dict[int, list[Outcome]] = {}
        for each in done:
            for number, outcome in each.tasks.items():
                found.setdefault(number, []).append(outcome)
        for number, parts in found.items():
            task = tasks[number]
            self._outcomes[number] = runner.concluded(parts, task.file.name, sees_others=not task.item.named)
        if with_charts:
            self._unread = [item for each in done for item in each.unread]
            self._helpers = {
                path: runner.concluded([outcome], path, sees_others=True)
                for each in done
                for path, outcome in each.helpers.items()
            }

    def _file(self, number: int) -> Callable[[], File]:
        """Opens an input, at most once."""

        def opened() -> File:
            if number not in self._files:
                name = self._run_settings.request.stdin_filename
                self._files[number] = self._stack.enter_context(stored(self.inputs[number].path, name))
            return self._files[number]

        return opened


def _result(outcome: Outcome) -> Result | str:
    assert not isinstance(outcome.found, Found)  # `concluded` has made a result of it
    return outcome.found


def _is_manifest(path: str) -> bool:
    return path.lower().endswith(ENDINGS) or is_kustomization(path)


def _unread_by_charts(charts: Charts, home: str) -> list[Unread]:
    """What could not be read of the charts of a home, as a part of a result."""
    return [Unread(item.source.path, item.reason, 1, item.source, item.problem.span) for item in charts.unread_of(home)]


def _is_overlaid(item: Input, repository: Repository, run_settings: RunSettings) -> bool:
    if item.named or repository.overlays is None or not repository.overlays.folders:
        return False
    return concerns(item.path, repository, run_settings.options(item.path).settings)


class _Runner:
    """Checks the inputs of a run."""

    def __init__(self, run_settings: RunSettings, repository: Repository) -> None:
        self._run_settings = run_settings
        self._repository = repository
        self._charts = repository.charts

    def task(self, item: Input, opened: Callable[[], File], *, is_relevant: bool) -> _Task | None:
        """What is to be done for an input, which `opened` opens; None for one of which nothing can be said.

        Raises OSError or ValueError if it cannot be opened.
        """
        home = None if item.named else self._charts.home(item.path)
        is_overlaid = _is_overlaid(item, self._repository, self._run_settings)
        if not is_relevant and not is_overlaid and home is None:
            return None
        file = opened()
        size = os.path.getsize(file.path)
        # What came through a pipe was not searched before.
        is_relevant = is_overlaid or (is_relevant and (file.path == item.path or file_mentions(file.path)))
        if not size and file.path != item.path:
            return _Task(item, file, size, home, is_relevant, is_divisible=False)
        if not is_relevant and home is None:
            return None
        is_shown = self._run_settings.request.markdown and is_page(file.name)
        return _Task(item, file, size, home, is_relevant, size > WINDOW and not is_overlaid and not is_shown)

    def run(self, tasks: dict[int, _Task], progress: Progress, *, with_charts: bool) -> list[_Done]:
        """Do all tasks, in as many processes as pay. What is done comes in an order that is always the same.

        `with_charts`: also what the charts of all homes add.
        """
        relevant = [task for task in tasks.values() if task.is_relevant]
        count = 1
        if relevant:
            # Read before there are several processes: it may be wrong, or say something.
            self._run_settings.options(relevant[0].file.name)
            size = sum(task.size for task in relevant)
            count = self._run_settings.jobs or max(1, min(most_processes(), size // _SHARE))
        works = self._works(tasks, count, with_charts=with_charts)
        return _shared(count, lambda index: self._do(works[index], tasks), len(works), progress)

    def _works(self, tasks: dict[int, _Task], count: int, *, with_charts: bool) -> list[_Work]:
        """The work for `count` processes, the largest first: the tasks of a home together, large files divided."""
        # Of what is not relevant hardly anything is read.
        sizes = {number: task.size if task.is_relevant else 0 for number, task in tasks.items()}
        share = sum(sizes.values()) // count
        works: list[_Work] = []
        homes: dict[str, list[int]] = {home: [] for home in self._charts.homes} if with_charts else {}
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
            for path in self._helpers(work.home):
                task = _Task(Input(path, False), File(path, path), 0, work.home, is_relevant=True, is_divisible=False)
                done.helpers[path] = self._outcome(task, 0, 1)
            done.unread.extend(_unread_by_charts(self._charts, work.home))
        return done

    def _helpers(self, home: str) -> list[str]:
        """The files that the charts of a home add: no manifests by their names, and something is said of them."""
        charts = self._charts.homes[home]
        settings = self._run_settings.options(home).settings
        found = files_with_findings(charts, self._repository, settings)
        return sorted({*self._charts.helpers_of(home), *self._charts.without_own(found)})

    def _is_known_to_charts(self, path: str) -> bool:
        """Whether the charts of the run have something to say about a file."""
        settings = self._run_settings.options(path).settings
        return bool(self._repository.facts(path)) or bool(chart_report(path, self._repository, settings).findings)

    def _outcome(self, task: _Task, first: int, step: int) -> Outcome:
        """What is found in an input, or why it cannot be opened: in every `step`-th part of it from `first` on."""
        item, file = task.item, task.file
        has_facts = task.home is not None and self._is_known_to_charts(item.path)
        if not task.is_relevant and not has_facts:
            return Outcome(Result(files=1))
        if self._run_settings.excludes(file.name):
            return Outcome(Result())
        options = self._run_settings.options(file.name)
        repository = None if item.named else self._repository
        self._repository.lookups.clear()
        found: Found | Result
        try:
            if task.is_divisible and not has_facts:
                parts = islice(file, first, None, step)
                found = check_parts(parts, options, repository or Repository([file], is_whole=False))
            else:
                found = lint(file.read(), options, repository)
        except OSError as error:
            return Outcome(_reason(error))
        # Only who writes files wants to know who sees them.
        return Outcome(found, frozenset(self._repository.lookups) if self._run_settings.request.fixes else frozenset())

    def concluded(self, outcomes: list[Outcome], name: str, *, sees_others: bool) -> Outcome:
        """What the processes found in one file, together."""
        whole = Found()
        for outcome in outcomes:
            if not isinstance(outcome.found, Found):
                return outcome
            whole.extend(outcome.found)
        result = conclude(whole, self._run_settings.options(name), sees_others=sees_others)
        return Outcome(result, frozenset().union(*(outcome.lookups for outcome in outcomes)))


def _shared(count: int, work: Callable[[int], _Given], size: int, progress: Progress) -> list[_Given]:
    """`work(0)` to `work(size - 1)`, in order, shared among `count` processes; the first ones are begun first."""
    if count == 1:
        return [work(index) for index in progress(range(size), size)]
    import pickle

    # Many small ones at once.
    batches = [range(number, size, MOST_DEALT) for number in range(min(size, MOST_DEALT))]
    with Deal(len(batches)) as deal:

        def process(number: int) -> bytes:
            dealt = deal if number else progress(deal, len(batches))
            done = {index: work(index) for batch in dealt for index in batches[batch]}
            return pickle.dumps(done, pickle.HIGHEST_PROTOCOL)

        found = [pickle.loads(data) for data in in_processes(process, count)]
    done: dict[int, _Given] = {index: each for part in found for index, each in part.items()}
    # What another process has failed to do is done again in this one, so that the error is raised here.
    return [done[index] if index in done else work(index) for index in range(size)]


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
