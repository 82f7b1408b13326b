"""`podhosts check`: lint files, report, and say by the exit code how it went."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from podhosts.commands.run_settings import Request, RunSettings
from podhosts.commands.running import check_files
from podhosts.commands.terminal import print_lines, print_styled, say
from podhosts.commands.usage import FOUND, INTERRUPTED, OK, WRONG_USE, UsageError, choose
from podhosts.diagnostics import Severity
from podhosts.discovery import Discovery, discover
from podhosts.engine import Result, Unread
from podhosts.reporters import FORMATS
from podhosts.summary import summary
from podhosts.survey import Survey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic

COLORS = ("auto", "always", "never")


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
        run_settings = RunSettings(request)
        output = choose("format", request.format or _default_format(), FORMATS)
        choose("value", request.color, COLORS, " for --color")
        if request.list_files:
            return _list_files(discover(request.paths or ["."]), run_settings)
        survey = survey or Survey(request.paths or ["."], run_settings.jobs)
        result, failed = check_files(survey, run_settings, lambda numbers: _progress(numbers, request))
    except UsageError as error:
        say(f"podhosts: {error}")
        return WRONG_USE
    discovery = survey.discovery
    for path, reason in discovery.failures:
        result.unread.append(Unread(path, f"cannot be opened: {reason}", 1, None, None))
    failed += len(discovery.failures)
    result.sort()
    _report(result, output, run_settings, request)
    _close(result, discovery, request)
    return _exit_code(result, failed, discovery, run_settings)


def _default_format() -> str:
    if os.environ.get("GITHUB_ACTIONS") == "true":
        return "github"
    return "text" if sys.stdout.isatty() else "concise"


def _list_files(discovery: Discovery, run_settings: RunSettings) -> int:
    print_lines(item.path for item in discovery.inputs if not run_settings.excludes(item.path))
    for path, reason in discovery.failures:
        say(f"podhosts: {path}: {reason}")
    return WRONG_USE if discovery.failures else OK


def _report(result: Result, output: str, run_settings: RunSettings, request: Request) -> None:
    if output == "text":
        from podhosts.reporters.text import render as render_text

        print_styled(render_text(result), request.color)
        return
    if output == "json":
        from podhosts.reporters.json_report import render as render_json

        print_lines(render_json(result, run_settings.version))
    elif output == "github":
        from podhosts.reporters.github import render as render_github

        print_lines(render_github(result))
    else:
        from podhosts.reporters.concise import render as render_concise

        print_lines(render_concise(result))


def _progress(inputs: range, request: Request) -> Iterator[int]:
    """The numbers of the inputs; on a terminal, with a bar on stderr once the work has taken a second."""
    if request.quiet or len(inputs) < 2 or not sys.stderr.isatty():
        yield from inputs
        return
    import time

    begun = time.monotonic()
    for number, item in enumerate(inputs):
        if time.monotonic() - begun > 1:
            yield from _with_bar(inputs, number)
            return
        yield item


def _with_bar(inputs: range, done: int) -> Iterator[int]:
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Checking", total=len(inputs), completed=done)
        for item in inputs[done:]:
            yield item
            progress.advance(task)


def _close(result: Result, discovery: Discovery, request: Request) -> None:
    """The closing lines on stderr: totals, and what was not read and why."""
    if request.quiet:
        for item in result.unread:
            if item.source is None:
                say(f"podhosts: {item.path}: {item.reason}")
        return
    for folder in discovery.empty_folders:
        say(f"podhosts: no manifests (*.yaml, *.yml, *.json) in {folder}")
    counts = {str(finding.severity): 0 for finding in _by_severity(result.findings)}
    for finding in result.findings:
        counts[str(finding.severity)] += 1
    say(summary(result.files, result.documents, result.pods, counts, len(result.suppressed)))
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


def _place(item: Unread) -> str:
    if item.source is None or item.span is None:
        return item.path
    at = item.source.position(item.span.start)
    return f"{item.path}:{at.line}:{at.column}"


def _by_severity(findings: list[Diagnostic]) -> list[Diagnostic]:
    order = list(Severity)
    return sorted(findings, key=lambda finding: order.index(finding.severity))


def _exit_code(result: Result, failed: int, discovery: Discovery, run_settings: RunSettings) -> int:
    if failed:
        return WRONG_USE
    if run_settings.request.strict and (result.unread or discovery.empty_folders):
        return FOUND
    # Without a finding the level is of no importance, and the config need not be read for it.
    if not result.findings or run_settings.fail_on == "never":
        return OK
    threshold = Severity(run_settings.fail_on)
    return FOUND if any(finding.severity.at_least(threshold) for finding in result.findings) else OK
