"""The options of `podhosts check`."""

from typing import Annotated

import typer

from podhosts.cli.completion import complete_format, complete_level, complete_output, complete_rules, complete_selected
from podhosts.cli.options import HELM_HELP, VALUES_HELP, VERSION_HELP, Paths, flag, given, text
from podhosts.cli.pages import BASELINE, OUTPUT, REPAIR, RUN, SELECT
from podhosts.reporters import FORMATS

Text = str | None
_FORMATS = f"{', '.join(FORMATS)}. Default: text on a terminal, github in GitHub Actions, else concise."
_FAIL_ON = "Exit 1 for findings at or above: error, warning (default), info, never."
_UNSAFE = "With --fix or --diff: also what changes names or addresses, or needs care. Alone: only show these."
_JOBS = "Processes at a time (default: as many as it pays to start)."


def check(
    paths: Paths = None,
    kubernetes_version: Annotated[Text, text("VERSION", VERSION_HELP, SELECT)] = None,
    select: Annotated[
        Text,
        text("RULE,...", "Run these rules only; `all` is every rule, opt-in ones too.", SELECT, complete_selected),
    ] = None,
    extend_select: Annotated[
        Text, text("RULE,...", "Run these rules, too: those that are opt-in.", SELECT, complete_rules)
    ] = None,
    ignore: Annotated[Text, text("RULE,...", "Do not run these rules.", SELECT, complete_rules)] = None,
    fail_on: Annotated[Text, text("LEVEL", _FAIL_ON, SELECT, complete_level)] = None,
    strict: Annotated[bool, flag("--strict", "Exit 1 also for what could not be read.", SELECT)] = False,
    no_suppressions: Annotated[bool, flag("--no-suppressions", "Report what is suppressed, too.", SELECT)] = False,
    require_reason: Annotated[
        bool, flag("--require-reason", "Report suppressions that give no reason.", SELECT)
    ] = False,
    no_exclude: Annotated[bool, flag("--no-exclude", "Check what the config excludes, too.", SELECT)] = False,
    markdown: Annotated[bool, flag("--markdown", "Read code blocks of Markdown and AsciiDoc, too.", SELECT)] = False,
    isolated: Annotated[bool, flag("--isolated", "Look at named files without their repository.", SELECT)] = False,
    values: Annotated[list[str] | None, text("FILE", VALUES_HELP, SELECT)] = None,
    helm_version: Annotated[str | None, text("3|4", HELM_HELP, SELECT)] = None,
    format: Annotated[Text, text("NAME", _FORMATS, OUTPUT, complete_format)] = None,
    output: Annotated[
        list[str] | None,
        text("FORMAT=FILE", "Also write a report to a file; repeat it for several.", OUTPUT, complete_output),
    ] = None,
    statistics: Annotated[bool, flag("--statistics", "Count the findings of each rule.", OUTPUT)] = False,
    list_files: Annotated[bool, flag("--list-files", "Only print the files that would be checked.", OUTPUT)] = False,
    color: Annotated[str, text("WHEN", "auto, always or never.", OUTPUT)] = "auto",
    quiet: Annotated[bool, flag("--quiet -q", "No summary.", OUTPUT)] = False,
    verbose: Annotated[bool, flag("--verbose -v", "List what was not read, and what else was.", OUTPUT)] = False,
    fix: Annotated[bool, flag("--fix", "Repair the files: what is safe.", REPAIR)] = False,
    unsafe_fixes: Annotated[bool, flag("--unsafe-fixes", _UNSAFE, REPAIR)] = False,
    diff: Annotated[bool, flag("--diff", "Write nothing; print a patch (for `git apply`).", REPAIR)] = False,
    show_fixes: Annotated[bool, flag("--show-fixes", "Print a line for each repair.", REPAIR)] = False,
    hosts_file: Annotated[Text, text("FILE", "The node's /etc/hosts, for fixes that move its entries.", REPAIR)] = None,
    baseline: Annotated[Text, text("FILE", "Report only findings that this file does not record.", BASELINE)] = None,
    write_baseline: Annotated[Text, text("FILE", "Record all findings in this file.", BASELINE)] = None,
    tighten_baseline: Annotated[
        bool, flag("--tighten-baseline", "Remove from the baseline what is no longer found.", BASELINE)
    ] = False,
    config: Annotated[Text, text("FILE", "The config (default: the nearest one upwards).", RUN)] = None,
    stdin_filename: Annotated[str, text("NAME", "The name that reports use for stdin.", RUN)] = "<stdin>",
    jobs: Annotated[Text, text("N", _JOBS, RUN)] = None,
) -> None:
    """Lint manifests.

    Exit codes: 0 nothing found, 1 findings (with --fix: what is left; with --diff: there is a diff), 2 wrong use or an
    input that cannot be opened.

    Example: podhosts check --kubernetes-version 1.32 k8s/
    """
    arguments = given(locals())
    from podhosts.commands.check import run
    from podhosts.commands.run_settings import Request

    raise typer.Exit(run(Request(**arguments)))
