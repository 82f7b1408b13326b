"""`podhosts check`: lint files, report, and say by the exit code how it went."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext, redirect_stdout
from typing import TYPE_CHECKING

from podhosts.code_blocks import PAGE_ENDINGS
from podhosts.commands.baselines import BaselineFile
from podhosts.commands.files import SourceFiles
from podhosts.commands.repairs import Repairs, offers, unsafe_titles
from podhosts.commands.reports import Outputs
from podhosts.commands.repository import repository_overlays
from podhosts.commands.run_settings import Request, RunSettings
from podhosts.commands.running import check_files, is_known, unread_by_charts
from podhosts.commands.stored import NOTHING_CAME, standard_input
from podhosts.commands.terminal import print_bytes, print_paths, say
from podhosts.commands.usage import FOUND, INTERRUPTED, OK, WRONG_USE, UsageError
from podhosts.diagnostics import Severity
from podhosts.discovery import ENDINGS, STDIN, Discovery, Input, discover
from podhosts.engine import Result, Unread, lint
from podhosts.helm import Charts
from podhosts.kustomize.names import is_kustomization
from podhosts.reporters.report import Report
from podhosts.source import Source
from podhosts.summary import summary
from podhosts.survey import Survey
from podhosts.triggers import mentions
from podhosts.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.commands.running import Progress
    from podhosts.diagnostics import Diagnostic
    from podhosts.engine.fixing import Fixed


def run(request: Request, survey: Survey | None = None) -> int:
    """Check what is asked for; returns the exit code (`contracts.md`, "Exit codes").

    `survey`: what is known of the files already.
    """
    try:
        return _run(request, survey)
    except KeyboardInterrupt:
        say("podhosts: interrupted")
        return INTERRUPTED


def _run(request: Request, survey: Survey | None) -> int:
    try:
        outputs = Outputs(request)
        run_settings = RunSettings(request, lists_objects=outputs.show_objects)
        baseline = BaselineFile(request, run_settings)
        endings = (*ENDINGS, *PAGE_ENDINGS) if request.markdown else ENDINGS
        discovery = survey.discovery if survey else outputs.without(discover(request.paths or ["."], endings))
        if request.list_files:
            return _list_files(discovery, run_settings)
        check = _Check(run_settings, survey or Survey(discovery, run_settings.jobs))
        if request.fixes or request.diff:
            check.fix_all()
        else:
            check.add_all()
        if check.repairs and STDIN not in request.paths:
            # Fixes of one file may change what is to be said of others; a diff changes none.
            check = check.again()
        check.result.sort()
        check.failed += not baseline.apply(check.result, check.checked, is_complete=not check.failed)
        report = Report(check.result, run_settings)
        # Some formats name the API server's version: the config may be read only here, and be wrong.
        if request.diff:
            print_bytes(b"".join(line + b"\n" for line in check.diff))
        else:
            # Where stdout is the fixed file, the report has the other stream.
            with redirect_stdout(sys.stderr) if request.fixes_stdin else nullcontext():
                outputs.print(report)
        _close(check, discovery, request, shows_fixes=outputs.shows_fixes)
        check.failed += not outputs.write(report)
    except UsageError as error:
        say(f"podhosts: {error}")
        return WRONG_USE
    return _exit_code(check, discovery, run_settings)


class _Check:
    """A run over inputs: what was found and fixed so far."""

    def __init__(self, run_settings: RunSettings, survey: Survey) -> None:
        discovery = survey.discovery
        self._run_settings = run_settings
        self._survey = survey
        self._request = run_settings.request
        manifests = [item.path for item in discovery.inputs if not item.named and _is_manifest(item.path)]
        charts = Charts(manifests)
        overlays = repository_overlays(manifests, self._request.paths or ["."], relevant=survey.relevant)
        self._folder_workspace = Workspace(SourceFiles(manifests), charts, overlays)
        self.result = Result()
        for path, reason in discovery.failures:
            self.result.unread.append(Unread(path, f"cannot be opened: {reason}", 1, None, None))
        #: Inputs that could not be opened, fixed or written.
        self.failed = len(discovery.failures)
        self.repairs = Repairs()
        self.diff: list[bytes] = []
        #: Files that the diff shows, by their real paths: a link and its target are one.
        self._shown: set[str] = set()
        #: Inputs that were looked at; stdin under the name that reports use.
        self.checked: list[Input] = []

    def add_all(self) -> None:
        """Lint every input, and the helper files of charts."""
        settings, workspace = self._run_settings, self._folder_workspace
        progress: Progress = lambda numbers, count: _progress(numbers, count, self._request)  # noqa: E731 - it is given away
        outcomes, unread = check_files(self._survey, settings, workspace, progress)
        self.result.unread += unread
        for item, outcome in outcomes:
            if isinstance(outcome, str):
                self.result.unread.append(Unread(item.path, f"cannot be opened: {outcome}", 1, None, None))
                self.failed += 1
                continue
            self.result.extend(outcome)
            if outcome.files:
                self._note(item)

    def _note(self, item: Input) -> None:
        self.checked.append(item if item.path != STDIN else Input(self._request.stdin_filename, named=True))

    def fix_all(self) -> None:
        """Lint and fix every input, and the helper files of charts."""
        charts = self._folder_workspace.charts
        for home in charts.homes:
            self.result.unread += unread_by_charts(charts, home)
        # Files of named templates that hold parts of a list are linted too.
        inputs = [*self._survey.discovery.inputs, *(Input(path, False) for path in charts.helpers)]
        for number in _progress(range(len(inputs)), len(inputs), self._request):
            files = self.result.files
            self._add(inputs[number])
            if self.result.files > files:
                self._note(inputs[number])

    def again(self) -> _Check:
        """A run over the files as they are now; what was fixed, shown as a diff or failed is kept."""
        after = _Check(self._run_settings, Survey(self._survey.discovery, self._run_settings.jobs))
        after.add_all()
        after.repairs, after.diff, after.failed = self.repairs, self.diff, self.failed
        after.result.findings = self.repairs.explain(after.result.findings)
        return after

    def _add(self, item: Input) -> None:
        try:
            source = self._read(item)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            self.result.unread.append(Unread(item.path, f"cannot be opened: {reason}", 1, None, None))
            self.failed += 1
            return
        fixed = self._check(source, item) if source is not None else None
        if source is None:
            self.result.files += 1
        elif item.path == STDIN and self._request.fixes_stdin:
            print_bytes((fixed.source if fixed else source).data)

    def _read(self, item: Input) -> Source | None:
        """The source of one input; None for a file without a word of ours, of which nothing else is known."""
        if item.path == STDIN:
            source = Source(self._request.stdin_filename, standard_input().read())
            if not source.data:
                self.result.unread.append(Unread(source.path, NOTHING_CAME, 1, None, None))
            return source
        # What a chart added was not searched before: it is known.
        if item.path not in self._survey.relevant and not is_known(item, self._folder_workspace, self._run_settings):
            return None
        with open(item.path, "rb") as file:
            return Source(item.path, file.read())

    def _check(self, source: Source, item: Input) -> Fixed | None:
        """Lint a source, fix and write it; None where nothing was fixed."""
        if item.path == STDIN and not mentions(source.data):
            self.result.files += 1
            return None
        if self._run_settings.excludes(source.path):
            return None
        options = self._run_settings.options(source.path)
        workspace = None if item.named else self._folder_workspace
        # Imported here: a plain check needs nothing of it.
        from podhosts.commands.repairing import RepairError, repair
        from podhosts.engine.fixing import explained

        try:
            fixed, diff = repair(source, item, options, workspace, self._request)
        except RepairError as error:
            say(f"podhosts: {source.path}: {error}; the file is left as it is")
            self.failed += 1
            self.result.extend(lint(source, options, workspace))
            return None
        real = os.path.realpath(item.path)
        if real not in self._shown or item.path == STDIN:
            self.diff += diff
            self._shown.add(real)
            self.repairs.add(source.path, fixed, is_shown=self._request.diff)
        if fixed.applied and self._request.diff:
            # What a diff shows is not done: what is found stands in the text as it is.
            as_it_is = lint(source, options, workspace)
            as_it_is.findings = explained(as_it_is.findings, fixed.left_out, fixed.rounds)
            self.result.extend(as_it_is)
        else:
            self.result.extend(fixed.result)
        return fixed


def _is_manifest(path: str) -> bool:
    return path.lower().endswith(ENDINGS) or is_kustomization(path)


def _list_files(discovery: Discovery, run_settings: RunSettings) -> int:
    print_paths(item.path for item in discovery.inputs if not run_settings.excludes(item.path))
    for path, reason in discovery.failures:
        say(f"podhosts: {path}: {reason}")
    return WRONG_USE if discovery.failures else OK


def _progress(numbers: Iterable[int], count: int, request: Request) -> Iterator[int]:
    """The numbers, which rise up to `count`; on a terminal, with a bar on stderr once the work has taken a second."""
    numbers = iter(numbers)
    if request.quiet or count < 2 or not sys.stderr.isatty():
        yield from numbers
        return
    import time

    begun = time.monotonic()
    for number in numbers:
        yield number
        if time.monotonic() - begun > 1:
            yield from _with_bar(numbers, number + 1, count)


def _with_bar(numbers: Iterator[int], done: int, count: int) -> Iterator[int]:
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Checking", total=count, completed=done)
        for number in numbers:
            yield number
            progress.update(task, completed=number + 1)


def _close(check: _Check, discovery: Discovery, request: Request, *, shows_fixes: bool) -> None:
    """The closing lines on stderr: totals, what was fixed, and what was not read and why.

    `shows_fixes`: the report on stdout shows what fixes would do.
    """
    result = check.result
    if request.quiet:
        if not request.diff:
            _say_repairs(check.repairs, request)
        for item in result.unread:
            if item.source is None:
                say(f"podhosts: {item.path}: {item.reason}")
        return
    for folder in discovery.empty_folders:
        pages = ", or pages (*.md, *.adoc, ...)," if request.markdown else ""
        say(f"podhosts: no manifests (*.yaml, *.yml, *.json){pages} in {folder}")
    counts = {str(finding.severity): 0 for finding in _by_severity(result.findings)}
    for finding in result.findings:
        counts[str(finding.severity)] += 1
    say(summary(result.files, result.documents, result.pods, counts, len(result.suppressed), result.baselined))
    _say_repairs(check.repairs, request)
    for line in offers(result.findings):
        say(line)
    if request.unsafe_fixes and not request.fix and not request.diff and not shows_fixes:
        for line in unsafe_titles(result.findings):
            say(line)
    by_reason: dict[str, list[Unread]] = {}
    for item in result.unread:
        by_reason.setdefault(item.reason, []).append(item)
    for reason, items in by_reason.items():
        total, files = sum(item.count for item in items), len({item.path for item in items})
        if items[0].source is None and files == 1:
            say(f"not read: {items[0].path}: {reason}")
            continue
        hint = "" if request.verbose else " (-v lists them)"
        say(f"not read: {reason}: {total}, in {files} {'file' if files == 1 else 'files'}{hint}")
        if request.verbose:
            for item in items:
                say(f"  {_place(item)}" + (f" ({item.count})" if item.count > 1 else ""))


def _say_repairs(repairs: Repairs, request: Request) -> None:
    for line in repairs.told(only_shown=request.diff, one_by_one=request.show_fixes):
        say(line)


def _place(item: Unread) -> str:
    if item.source is None or item.span is None:
        return item.path
    at = item.source.position(item.span.start)
    return f"{item.path}:{at.line}:{at.column}"


def _by_severity(findings: list[Diagnostic]) -> list[Diagnostic]:
    order = list(Severity)
    return sorted(findings, key=lambda finding: order.index(finding.severity))


def _exit_code(check: _Check, discovery: Discovery, run_settings: RunSettings) -> int:
    result = check.result
    if check.failed:
        return WRONG_USE
    if run_settings.request.strict and (result.unread or discovery.empty_folders):
        return FOUND
    if run_settings.request.diff:
        return FOUND if check.diff else OK
    # Without a finding the level is of no importance, and the config need not be read for it.
    if not result.findings or run_settings.fail_on == "never":
        return OK
    threshold = Severity(run_settings.fail_on)
    return FOUND if any(finding.severity.at_least(threshold) for finding in result.findings) else OK
