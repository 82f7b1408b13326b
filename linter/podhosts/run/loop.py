"""The one loop over the inputs of a run: one after another, or by several processes where that pays."""

from __future__ import annotations

import os
from contextlib import ExitStack
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from podhosts.discovery import STDIN, Input
from podhosts.document import File, whole
from podhosts.engine import (
    Found,
    Result,
    Unread,
    chart_report,
    check_parts,
    conclude,
    lint,
    told_where_written,
)
from podhosts.helm import DEFAULT_HELM
from podhosts.records import NamedTuple
from podhosts.repository import Repository, open_repository
from podhosts.run.elsewhere import Elsewhere
from podhosts.run.inputs import NOTHING_CAME, stored
from podhosts.run.sharing import shared, without_progress
from podhosts.run.tasks import Share, Task, Tasks, is_overlaid, processes_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from podhosts.document import Part
    from podhosts.engine import Options
    from podhosts.relevance import Relevance
    from podhosts.repository import Words
    from podhosts.run.repairing import Repaired
    from podhosts.run.settings import InputSettings
    from podhosts.run.sharing import Progress

#: How much longer it takes to repair a text than to lint it, about.
_REPAIRING = 8

_Gain = TypeVar("_Gain")


class Linted(NamedTuple):
    """What linting an input or a part of it gave, or why it cannot be opened; and what was looked up in other files.

    `repaired`: what fixing makes of it, where it has a fix that is asked for and was linted as a whole.
    """

    found: Found | Result | str
    lookups: frozenset[Words] = frozenset()
    repaired: Repaired | None = None


class Run:
    """The inputs of a run, in one loop: read, or linted, repaired, and linted again as far as repairs may have changed
    anything.

    A context: each input is read where it is worked on, but what comes through a pipe only once, and kept till the end.
    """

    def __init__(self, relevance: Relevance, settings: InputSettings, progress: Progress = without_progress) -> None:
        others = relevance.surroundings.others if relevance.surroundings else ()
        #: What is asked for, and then what belongs with it.
        self.inputs = [*relevance.discovery.inputs, *(Input(path, named=False, is_other=True) for path in others)]
        self._relevance = relevance
        self._settings = settings
        self._progress = progress
        self._stack = ExitStack()
        self._files: dict[int, File] = {}
        self._linted: dict[int, Linted] = {}
        #: The files that charts add, and what of charts is unread.
        self._helpers: dict[str, Linted] = {}
        self.unread: list[Unread] = []
        self.repository = self._open_repository()

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _open_repository(self) -> Repository:
        """The files as they are now."""
        numbers = [number for number, item in enumerate(self.inputs) if not item.is_alone]
        paths = sorted(self.inputs[number].known_as for number in numbers)
        piped = [self._opener(number)().read() for number in numbers if self.inputs[number].path == STDIN]
        held = {source.path: source for source in piped}
        surroundings = self._relevance.surroundings
        rest = surroundings.rest if surroundings is not None else None
        arguments = self._settings.request.paths or ["."]
        with_words = self._relevance.with_words
        # For named files of which nothing is said the config is not read.
        helm = self._settings.helm if with_words or not all(item.named for item in self.inputs) else DEFAULT_HELM
        return open_repository(paths, arguments, held, with_words, rest, helm)

    def read(
        self, work: Callable[[File, Repository], _Gain], *, in_one_process: bool = False
    ) -> Iterator[tuple[str, _Gain | str | None]]:
        """What `work` gives for each input, and for each file that charts add, in any order, with the path that it is
        shown under; nothing for what only belongs with the inputs.

        A text says why an input cannot be opened. None: it is not read, as it holds no word that a rule reacts to, and
        no other file says anything of it. Those that the config leaves out are not among them. `work` is done in other
        processes where that pays, unless it must be `in_one_process`.
        """

        def read_one(task: Task, share: Share) -> _Gain | str | None:
            del share
            if not task.is_relevant and not self._has_facts(task):
                return None
            try:
                return work(task.file, self.repository)
            except (OSError, ValueError) as error:
                return _reason(error)

        tasks = Tasks(self._settings, self.repository, read_one, may_divide=False)
        told = Elsewhere(self._relevance, self.repository)
        for number, item in enumerate(self._relevance.discovery.inputs):
            name = self._settings.request.stdin_filename if item.path == STDIN else item.path
            if self._settings.excludes(name):
                continue
            try:
                task = tasks.add(number, item, self._opener(number), self._relevance)
            except (OSError, ValueError) as error:
                yield name, _reason(error)
                continue
            if task is None or number not in tasks.tasks:
                yield name, None
        for done in tasks.run(self._progress, count=1 if in_one_process else None):
            yield from ((tasks.tasks[number].file.name, gain) for number, gain in done.tasks.items())
            helpers = ((path, gain) for path, gain in done.helpers.items() if told.concerns(path))
            yield from ((path, gain) for path, gain in helpers if not self._settings.excludes(path))
            self.unread += (item for item in done.unread if told.concerns(item.path))

    def lint(self) -> None:
        """Lint all inputs and the files that charts add.

        A file without a word that a rule reacts to, of which no other file says anything, is counted and not read.
        """
        self._lint(range(len(self.inputs)))

    def results(self) -> Iterator[tuple[Input, Result | str]]:
        """What each input and then each file that charts add gave, in order, or why it cannot be opened.

        Of what was not asked for, only what is told there of what was.
        """
        told = Elsewhere(self._relevance, self.repository)
        found: list[tuple[Input, Result | str]] = []
        inputs = [(item, self._linted[number]) for number, item in enumerate(self.inputs)]
        for item, linted in [*inputs, *self._added()]:
            result = _result(linted)
            if item.is_other and isinstance(result, Result):
                result = told.part(result, item.path, self._settings.options(item.path).settings)
            found.append((item, result))
        return self._where_written(found)

    def _where_written(self, found: list[tuple[Input, Result | str]]) -> Iterator[tuple[Input, Result | str]]:
        """The results with what is found in files that are taken in there, once."""
        told = {
            finding.written_at
            for _, result in found
            if isinstance(result, Result)
            for finding in result.findings
            if finding.taken_in is None
        }
        for item, result in found:
            if isinstance(result, Result) and any(finding.taken_in for finding in result.findings):
                result = told_where_written(result, self._settings.options(item.path), told)
            yield item, result

    def _added(self) -> Iterator[tuple[Input, Linted]]:
        """The files that charts add, in order. What gives them values from elsewhere was not asked for."""
        for path in sorted(self._helpers):
            is_other = self._relevance.surroundings is not None and self.repository.charts.is_delivery(path)
            yield Input(path, named=False, is_other=is_other), self._helpers[path]

    def content(self, item: Input) -> bytes:
        """The bytes of an input as they are now, with what was repaired in them; empty for one that was not opened."""
        file = self._files.get(self.inputs.index(item))
        return file.read().data if file is not None else b""

    def repair(self) -> list[Repaired]:
        """Write what fixing makes of the inputs, or with `--diff` only tell; in the order of inputs.

        All have been fixed before one is written. What was written, and all that may see it, is linted again.
        """
        # Imported here: a plain check needs nothing of it.
        from podhosts.run.repairing import fixable, repaired_in_sections, written

        request = self._settings.request
        wanted: list[tuple[Input, File, Linted]] = []
        seen: set[str] = set()
        numbered = [(item, self._files.get(number), self._linted[number]) for number, item in enumerate(self.inputs)]
        numbered += [(item, File(item.path, item.path), linted) for item, linted in self._added()]
        for item, file, linted in numbered:
            result = _result(linted)
            if isinstance(result, str) or file is None or item.is_other or not fixable(result.findings, request):
                continue
            # A link and its target are one file.
            real = os.path.realpath(item.path)
            if real not in seen or item.path == STDIN:
                wanted.append((item, file, linted))
                seen.add(real)

        def repair_one(index: int) -> Repaired:
            item, file, linted = wanted[index]
            if linted.repaired is not None:
                return linted.repaired
            result = _result(linted)
            assert isinstance(result, Result)  # others are not wanted
            options, repository = self._settings.options(file.name), None if item.is_alone else self.repository
            return repaired_in_sections(item, file, result.findings, options, repository, request)

        large = [file.path for _, file, linted in wanted if linted.repaired is None]
        count = processes_for(sum(map(os.path.getsize, filter(os.path.exists, large))) * _REPAIRING, self._settings)
        done = list(shared(count if large else 1, repair_one, len(wanted), self._progress))
        if not request.diff:
            done = [written(each, file) for each, (_, file, _) in zip(done, wanted, strict=True)]
            self._lint_again([each for each in done if each.is_written])
        return done

    def _lint_again(self, written: list[Repaired]) -> None:
        """Lint the files that were written, unless fixing did, and those that may see them."""
        if not written:
            return
        before, self.repository = self.repository, self._open_repository()
        # A link and its target are one file.
        paths = {each.item.path if each.item.path == STDIN else os.path.realpath(each.item.path) for each in written}
        changed = Repository([source for each in written for source in (each.before, each.after)])
        # What a chart prints, and Kustomize builds, comes from many files.
        is_in_chart = any(self.repository.charts.home(each.item.known_as) is not None for each in written)
        is_in_chart = is_in_chart or any(each.path in self._helpers for each in written)

        def sees_change(item: Input, lookups: frozenset[Words]) -> bool:
            """Whether what is found in an input may differ, as another file does."""
            if item.is_alone:
                return False
            if is_in_chart and self.repository.charts.home(item.known_as) is not None:
                return True
            repositories = (before, self.repository)
            if any(is_overlaid(item, repository, self._settings) for repository in repositories):
                return True
            looked_up = (words for words in lookups if words)
            return () in lookups or any(next(changed.places(*words), None) for words in looked_up)

        fixed = {each.item.path: each.fixed[0] for each in written if self._is_linted(each)}
        to_lint: list[int] = []
        for number, item in enumerate(self.inputs):
            is_written = (item.path if item.path == STDIN else os.path.realpath(item.path)) in paths
            last = fixed.get(item.path)
            lookups = last.lookups if last is not None else self._linted[number].lookups
            if sees_change(item, lookups) or (is_written and last is None):
                to_lint.append(number)
            elif last is not None:
                self._linted[number] = Linted(last.result, lookups)
        self._lint(to_lint, with_charts=is_in_chart)

    def _is_linted(self, each: Repaired) -> bool:
        """Whether fixing an input gave what linting it gives afterwards, if no other file changes that."""
        if each.item.path == STDIN or each.path in self._helpers:
            return False
        return len(each.fixed) == 1 and not each.fixed[0].left_out and each.fixed[0].source.data == each.after.data

    def _lint(self, numbers: Iterable[int], *, with_charts: bool = True) -> None:
        tasks = Tasks(self._settings, self.repository, self._lint_one)
        for number in numbers:
            item = self.inputs[number]
            try:
                task = tasks.add(number, item, self._opener(number), self._relevance)
            except (OSError, ValueError) as error:
                self._linted[number] = Linted(_reason(error))
                continue
            if task is None:
                self._linted[number] = Linted(Result(files=1))
            elif number not in tasks.tasks:
                nothing = Unread(task.file.name, NOTHING_CAME, 1, None, None)
                self._linted[number] = Linted(Result(files=1, unread=[nothing]))
        all_done = list(tasks.run(self._progress, with_charts=with_charts))
        parts: dict[int, list[Linted]] = {}
        for done in all_done:
            for number, linted in done.tasks.items():
                parts.setdefault(number, []).append(linted)
        for number, linted_parts in parts.items():
            task = tasks.tasks[number]
            self._linted[number] = self._joined(linted_parts, task.file.name, sees_others=not task.item.is_alone)
        if with_charts:
            told = Elsewhere(self._relevance, self.repository)
            self.unread = [item for done in all_done for item in done.unread if told.concerns(item.path)]
            self._helpers = {
                path: self._joined([linted], path, sees_others=True)
                for done in all_done
                for path, linted in done.helpers.items()
            }

    def _lint_one(self, task: Task, share: Share) -> Linted:
        """What is found in a share of an input, or why it cannot be opened."""
        item, file = task.item, task.file
        has_facts = self._has_facts(task) or self._has_chart_findings(task)
        if not task.is_relevant and not has_facts:
            return Linted(Result(files=1))
        if self._settings.excludes(file.name):
            return Linted(Result())
        options = self._settings.options(file.name)
        repository = None if item.is_alone else self.repository
        self.repository.lookups.clear()
        found: Found | Result
        try:
            if task.is_divisible and not has_facts:
                parts = islice(file, share.first, None, share.step)
                found = check_parts(parts, options, repository or Repository([file], is_whole=False))
            elif (request := self._settings.request).fixes or request.diff:
                return self._lint_and_fix(item, whole(file.read()).keeping(), options, repository)
            else:
                found = lint(file.read(), options, repository)
        except OSError as error:
            return Linted(_reason(error))
        # Only who writes files wants to know who sees them.
        return Linted(found, frozenset(self.repository.lookups) if self._settings.request.fixes else frozenset())

    def _lint_and_fix(self, item: Input, text: Part, options: Options, repository: Repository | None) -> Linted:
        """What is found in an input, and what fixing makes of it, while what is read of it is at hand."""
        # Imported here: a plain check needs nothing of it.
        from podhosts.run.repairing import fixable, repaired

        request = self._settings.request
        result, lookups = lint(text, options, repository), frozenset(self.repository.lookups)
        if item.is_other or not fixable(result.findings, request):
            return Linted(result, lookups)
        return Linted(result, lookups, repaired(item, text, result.findings, options, repository, request))

    def _has_facts(self, task: Task) -> bool:
        """Whether the charts of an input say anything of it."""
        return task.home is not None and bool(self.repository.facts(task.item.known_as))

    def _has_chart_findings(self, task: Task) -> bool:
        """Whether something is found in an input when the charts of the run are evaluated."""
        if task.home is None:
            return False
        settings = self._settings.options(task.file.name).settings
        return bool(chart_report(task.item.known_as, self.repository, settings).findings)

    def _joined(self, parts: list[Linted], name: str, *, sees_others: bool) -> Linted:
        """What the processes found in one file, together."""
        whole = Found()
        for linted in parts:
            if not isinstance(linted.found, Found):
                return linted
            whole.extend(linted.found)
        result = conclude(whole, self._settings.options(name), sees_others=sees_others)
        return Linted(result, frozenset().union(*(linted.lookups for linted in parts)))

    def _opener(self, number: int) -> Callable[[], File]:
        """Opens an input, at most once."""

        def opened() -> File:
            if number not in self._files:
                name = self._settings.request.stdin_filename
                self._files[number] = self._stack.enter_context(stored(self.inputs[number].path, name))
            return self._files[number]

        return opened


def _result(linted: Linted) -> Result | str:
    assert not isinstance(linted.found, Found)  # `_joined` has made a result of it
    return linted.found


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
