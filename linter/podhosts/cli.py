"""The command line: flags to commands to exit codes. The only module besides `commands` that knows typer."""

from __future__ import annotations

from typing import Annotated

import typer

from podhosts import __version__
from podhosts.commands import check as check_command

app = typer.Typer(
    name="podhosts",
    help="Lint, explain and render what a Kubernetes pod's /etc/hosts will really say.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"podhosts {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Lint, explain and render what a Kubernetes pod's /etc/hosts will really say."""


@app.command()
def check(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="[PATH]...", help="Files, folders (default: .), or - for stdin.")
    ] = None,
    stdin_filename: Annotated[
        str, typer.Option(metavar="NAME", help="The name that reports use for stdin.")
    ] = "<stdin>",
    kubernetes_version: Annotated[
        str | None,
        typer.Option(metavar="VERSION", help="The API server's version, like 1.32 (default: the newest known)."),
    ] = None,
    select: Annotated[str | None, typer.Option(metavar="RULE,...", help="Run these rules only.")] = None,
    ignore: Annotated[str | None, typer.Option(metavar="RULE,...", help="Do not run these rules.")] = None,
    fail_on: Annotated[
        str, typer.Option(metavar="LEVEL", help="Exit 1 for findings at or above: error, warning, info, never.")
    ] = "warning",
    format: Annotated[  # noqa: A002 - the flag's name
        str | None,
        typer.Option(
            metavar="NAME", help="text (on a terminal), concise (elsewhere), json, github (in GitHub Actions)."
        ),
    ] = None,
    no_suppressions: Annotated[
        bool, typer.Option("--no-suppressions", help="Report what comments silence, too.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Fail also for what could not be read.")] = False,
    list_files: Annotated[bool, typer.Option("--list-files", help="Print the files that would be checked.")] = False,
    color: Annotated[str, typer.Option(metavar="WHEN", help="auto, always or never.")] = "auto",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No summary.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="List what was not read.")] = False,
) -> None:
    """Lint manifests.

    Exit codes: 0 nothing found, 1 findings, 2 wrong use or an input that cannot be opened.

    Example: podhosts check --kubernetes-version 1.32 k8s/
    """
    request = check_command.Request(
        paths=paths or [],
        stdin_filename=stdin_filename,
        kubernetes_version=kubernetes_version,
        select=select,
        ignore=ignore,
        fail_on=fail_on,
        format=format,
        no_suppressions=no_suppressions,
        strict=strict,
        list_files=list_files,
        color=color,
        quiet=quiet,
        verbose=verbose,
    )
    raise typer.Exit(check_command.run(request))
