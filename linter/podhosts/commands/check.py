"""`podhosts check`: lint files, report, and say by the exit code how it went."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import nullcontext, redirect_stdout
from typing import TYPE_CHECKING

from podhosts.commands.baselines import BaselineFile
from podhosts.commands.repairs import Repairs, offers, unsafe_titles
from podhosts.commands.reports import Outputs
from podhosts.commands.run_settings import STDIN_NAME, Request, RunSettings
from podhosts.commands.statistics import statistics
from podhosts.commands.terminal import announce_stdin, print_bytes, print_paths, say
from podhosts.commands.usage import FOUND, INTERRUPTED, OK, WRONG_USE, UsageError
from podhosts.diagnostics import Severity
from podhosts.discovery import ENDINGS, STDIN, Discovery, Input, discover
from podhosts.engine import Result, Unread
from podhosts.pages.blocks import PAGE_ENDINGS
from podhosts.relevance import Relevance, look_around
from podhosts.reporters.report import Report
from podhosts.run import Run
from podhosts.summary import plural, summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.run.repairing import Repaired


def run(request: Request, relevance: Relevance | None = None) -> int:
    """Check what is asked for; returns the exit code (`contracts.md`, "Exit codes").

    `relevance`: the files, where they have been searched already.
    """
    try:
        return _run(request, relevance)
    except KeyboardInterrupt:
        say("podhosts: interrupted")
        return INTERRUPTED


def _run(request: Request, relevance: Relevance | None) -> int:
    try:
        outputs = Outputs(request)
        run_settings = RunSettings(request, lists_objects=outputs.show_objects)
        baseline = BaselineFile(request, run_settings)
        endings = (*ENDINGS, *PAGE_ENDINGS) if request.markdown else ENDINGS
        discovery = relevance.discovery if relevance else outputs.without(discover(request.paths or ["."], endings))
        announce_stdin(request.paths, "a manifest")
        if request.list_files:
            return _list_files(discovery, run_settings)
        if relevance is None:
            arguments, jobs = request.paths or ["."], run_settings.jobs
            around = None if request.isolated else look_around(discovery, arguments, _stdin_name(request), jobs)
            relevance = Relevance(discovery, jobs, surroundings=around)
        relevance = _with_charts(relevance, request, run_settings)
        run_settings.surroundings = relevance.surroundings
        if any(not item.named for item in discovery.inputs):
            _check_config(discovery, run_settings)
        with Run(relevance, run_settings, lambda numbers, count: _progress(numbers, count, request)) as run:
            run.lint()
            check = _Check(discovery)
            if request.fixes or request.diff:
                check.add_repairs(run.repair(), is_shown=request.diff)
            check.add_results(run, request)
        check.result.sort()
        check.failed += not baseline.apply(check.result, check.checked, is_complete=not check.failed)
        repairs = () if request.diff else tuple(check.repairs.made)
        report = Report(check.result, run_settings, repairs=repairs)
        # Some formats name the API server's version: the config may be read only here, and be wrong.
        if request.diff:
            print_bytes(b"".join(line + b"\n" for line in check.diff))
        else:
            # Where stdout is the fixed file, the report has the other stream.
            with redirect_stdout(sys.stderr) if request.fixes_stdin else nullcontext():
                outputs.print(report)
        check.failed += not outputs.write(report)
        _close(check, discovery, request, shows_fixes=outputs.shows_fixes)
        if request.statistics:
            for line in statistics(check.result.findings):
                say(line)
    except UsageError as error:
        say(f"podhosts: {error}")
        return WRONG_USE
    return _exit_code(check, discovery, run_settings)


def _with_charts(relevance: Relevance, request: Request, run_settings: RunSettings) -> Relevance:
    """The files with the charts around them that the config gives some of them to as values."""
    if relevance.surroundings is None or not relevance.with_words:
        return relevance
    discovery = relevance.discovery
    charts = run_settings.charts_with_values(item.known_as for item in discovery.inputs)
    if not charts:
        return relevance
    around = look_around(discovery, request.paths or ["."], _stdin_name(request), run_settings.jobs, charts)
    return Relevance(discovery, run_settings.jobs, surroundings=around)


def _stdin_name(request: Request) -> str | None:
    """The file whose place stdin takes."""
    return request.stdin_filename if request.stdin_filename != STDIN_NAME else None


class _Check:
    """What was found and fixed in a run."""

    def __init__(self, discovery: Discovery) -> None:
        self.result = Result()
        for path, reason in discovery.failures:
            self.result.unread.append(Unread(path, f"cannot be opened: {reason}", 1, None, None))
        #: Inputs that could not be opened, fixed or written.
        self.failed = len(discovery.failures)
        self.repairs = Repairs()
        self.diff: list[bytes] = []
        #: Inputs that were looked at; stdin under the name that reports use.
        self.checked: list[Input] = []
        #: Files that were not asked for and were read.
        self.others: list[str] = []

    def add_repairs(self, repaired: list[Repaired], *, is_shown: bool) -> None:
        """Note what was repaired; `is_shown`: only in a diff."""
        for each in repaired:
            if each.error is not None:
                say(f"podhosts: {each.path}: {each.error}; the file is left as it is")
                self.failed += 1
                continue
            self.diff += each.diff
            self.repairs.add(each.path, each.fixed, is_shown=is_shown)

    def add_results(self, run: Run, request: Request) -> None:
        """Note what is found in the inputs as they are now, and print the fixed stdin where that is asked for."""
        self.result.unread += run.unread
        for item, found in run.results():
            if item.is_other:
                if isinstance(found, Result):
                    self.result.extend(found)
                self.others.append(item.path)
                self.result.others_read += 1
                continue
            if isinstance(found, str):
                self.result.unread.append(Unread(item.path, f"cannot be opened: {found}", 1, None, None))
                self.failed += 1
                continue
            self.result.extend(found)
            if item.path == STDIN and request.fixes_stdin:
                print_bytes(run.content(item))
            if found.files:
                self.checked.append(item if item.path != STDIN else Input(request.stdin_filename, named=True))
        self.result.findings = self.repairs.explain(self.result.findings)


def _check_config(discovery: Discovery, run_settings: RunSettings) -> None:
    """Say where the config leaves nothing of the folders to check. Raises UsageError for a config with a mistake."""
    config = run_settings.config
    if config is not None and config.exclude and all(run_settings.excludes(item.path) for item in discovery.inputs):
        say(f"podhosts: `exclude` in {config.path} leaves out all of {plural(len(discovery.inputs), 'file')}")


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
    counts = dict(Counter(str(finding.severity) for finding in _by_severity(result.findings)))
    hidden = len(result.suppressed), result.baselined
    say(
        summary(
            result.files,
            result.documents,
            result.pods,
            counts,
            *hidden,
            result.others_read,
            is_isolated=request.isolated,
            is_complete=not check.failed,
        )
    )
    for path in check.others if request.verbose else ():
        say(f"  with {path}")
    _say_repairs(check.repairs, request)
    for line in offers(result.findings):
        say(line)
    if request.unsafe_fixes and not request.fix and not request.diff and not shows_fixes:
        for line in unsafe_titles(result.findings):
            say(line)
    _say_unread(result.unread, lists_places=request.verbose)


def _say_unread(unread: list[Unread], *, lists_places: bool) -> None:
    """What was not read: how much for each reason, and where."""
    by_reason: dict[str, list[Unread]] = {}
    for item in unread:
        by_reason.setdefault(item.reason, []).append(item)
    for reason, items in by_reason.items():
        total, files = sum(item.count for item in items), len({item.path for item in items})
        if items[0].source is None and files == 1:
            say(f"not read: {items[0].path}: {reason}")
            continue
        hint = "" if lists_places else " (-v lists them)"
        say(f"not read: {reason}: {total}, in {plural(files, 'file')}{hint}")
        for item in items if lists_places else ():
            detail = f": {item.detail}" if item.detail else ""
            say(f"  {_place(item)}{detail}" + (f" ({item.count})" if item.count > 1 else ""))


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
