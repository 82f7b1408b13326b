"""The command line: flags to commands to exit codes. The only module besides `commands` that knows typer.

Each command is imported when it runs, so that help and completion wait for none of them. Annotations are no strings
here, as typer would evaluate each of them several times.
"""

from typing import Annotated

import typer

from podhosts import __version__
from podhosts.reporters import FORMATS

app = typer.Typer(
    name="podhosts",
    help="Lint, explain and render what a Kubernetes pod's /etc/hosts will really say.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    # rich would take four times as long as all else of a page of help.
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _complete_rule(incomplete: str) -> list[tuple[str, str]]:
    from podhosts.rules import RULES

    return [(rule.name, str(rule.severity)) for rule in RULES if rule.name.startswith(incomplete)]


def _complete_rules(incomplete: str) -> list[str]:
    """Rule names for a list with commas: what stands before the last comma stays."""
    from podhosts.rules import RULES

    before, comma, last = incomplete.rpartition(",")
    return [f"{before}{comma}{rule.name}" for rule in RULES if rule.name.startswith(last)]


def _complete_format(incomplete: str) -> list[str]:
    return [name for name in FORMATS if name.startswith(incomplete)]


def _complete_output(incomplete: str) -> list[str]:
    return [f"{name}=" for name in FORMATS if name.startswith(incomplete)]


def _complete_matcher(incomplete: str) -> list[tuple[str, str]]:
    from podhosts.commands.matcher import MATCHERS

    return [(name, purpose) for name, (_, purpose) in MATCHERS.items() if name.startswith(incomplete)]


def _complete_level(incomplete: str) -> list[str]:
    from podhosts.commands.run_settings import FAIL_ON

    return [name for name in FAIL_ON if name.startswith(incomplete)]


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"podhosts {__version__}")
        raise typer.Exit


# Options that several commands have.
ObjectOption = Annotated[
    str | None, typer.Option("--object", metavar="KIND/NAME", help="The object whose pod is meant.")
]
ValuesOption = Annotated[
    list[str] | None,
    typer.Option("--values", metavar="FILE", help="A values file on top of a chart's own; later ones win."),
]
PodIpOption = Annotated[
    list[str] | None, typer.Option(metavar="IP", help="The pod's address; repeat it for dual-stack.")
]
ClusterDomainOption = Annotated[str, typer.Option(metavar="DOMAIN", help="The cluster's DNS domain.")]
NodeHostsOption = Annotated[
    str | None, typer.Option(metavar="FILE", help="The node's /etc/hosts, for pods with hostNetwork.")
]
VersionOption = Annotated[
    str | None, typer.Option(metavar="VERSION", help="The Kubernetes version, like 1.32 (default: the newest known).")
]
FormatOption = Annotated[str, typer.Option(metavar="NAME", help="text or json.")]
ColorOption = Annotated[str, typer.Option(metavar="WHEN", help="auto, always or never.")]
ConfigOption = Annotated[
    str | None, typer.Option(metavar="FILE", help="The config (default: the nearest one upwards).")
]


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
        list[str] | None, typer.Argument(metavar="PATH", help="Files, folders (default: .), or - for stdin.")
    ] = None,
    stdin_filename: Annotated[
        str, typer.Option(metavar="NAME", help="The name that reports use for stdin.")
    ] = "<stdin>",
    kubernetes_version: VersionOption = None,
    select: Annotated[
        str | None, typer.Option(metavar="RULE,...", autocompletion=_complete_rules, help="Run these rules only.")
    ] = None,
    ignore: Annotated[
        str | None, typer.Option(metavar="RULE,...", autocompletion=_complete_rules, help="Do not run these rules.")
    ] = None,
    fail_on: Annotated[
        str | None,
        typer.Option(
            metavar="LEVEL",
            autocompletion=_complete_level,
            help="Exit 1 for findings at or above: error, warning (default), info, never.",
        ),
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            autocompletion=_complete_format,
            help=f"{', '.join(FORMATS)}. Default: text on a terminal, github in GitHub Actions, else concise.",
        ),
    ] = None,
    output: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FORMAT=FILE",
            autocompletion=_complete_output,
            help="Also write a report to a file; repeat it for several.",
        ),
    ] = None,
    baseline: Annotated[
        str | None, typer.Option(metavar="FILE", help="Report only findings that this file does not record.")
    ] = None,
    write_baseline: Annotated[
        str | None, typer.Option(metavar="FILE", help="Record all findings in this file.")
    ] = None,
    tighten_baseline: Annotated[
        bool, typer.Option("--tighten-baseline", help="Remove from the baseline what is no longer found.")
    ] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Repair the files: what is safe.")] = False,
    unsafe_fixes: Annotated[
        bool,
        typer.Option(
            "--unsafe-fixes",
            help="With --fix or --diff: also what changes names or addresses, or needs care. Alone: only show these.",
        ),
    ] = False,
    diff: Annotated[
        bool,
        typer.Option("--diff", help="Write nothing; print the repairs as a patch (`git apply`)."),
    ] = False,
    show_fixes: Annotated[bool, typer.Option("--show-fixes", help="Say of each repair where and what it was.")] = False,
    hosts_file: Annotated[
        str | None, typer.Option(metavar="FILE", help="The node's /etc/hosts, for fixes that move its entries.")
    ] = None,
    values: ValuesOption = None,
    no_suppressions: Annotated[
        bool, typer.Option("--no-suppressions", help="Report what comments silence, too.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Fail also for what could not be read.")] = False,
    list_files: Annotated[bool, typer.Option("--list-files", help="Print the files that would be checked.")] = False,
    config: ConfigOption = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Read the code blocks of Markdown and AsciiDoc files, too.")
    ] = False,
    no_exclude: Annotated[bool, typer.Option("--no-exclude", help="Check what the config excludes, too.")] = False,
    isolated: Annotated[bool, typer.Option("--isolated", help="Look at named files without their repository.")] = False,
    require_reason: Annotated[
        bool, typer.Option("--require-reason", help="Report suppressions that give no reason.")
    ] = False,
    jobs: Annotated[
        str | None, typer.Option(metavar="N", help="Processes at a time (default: as many as it pays to start).")
    ] = None,
    color: ColorOption = "auto",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No summary.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="List what was not read.")] = False,
) -> None:
    """Lint manifests.

    Exit codes: 0 nothing found, 1 findings (with --fix: what is left; with --diff: there is a diff), 2 wrong use or an
    input that cannot be opened.

    Example: podhosts check --kubernetes-version 1.32 k8s/
    """
    from podhosts.commands.check import run
    from podhosts.commands.run_settings import Request

    request = Request(
        paths=paths or [],
        stdin_filename=stdin_filename,
        kubernetes_version=kubernetes_version,
        select=select,
        ignore=ignore,
        fail_on=fail_on,
        format=format,
        output=output or [],
        baseline=baseline,
        write_baseline=write_baseline,
        tighten_baseline=tighten_baseline,
        fix=fix,
        unsafe_fixes=unsafe_fixes,
        diff=diff,
        show_fixes=show_fixes,
        hosts_file=hosts_file,
        values=values or [],
        no_suppressions=no_suppressions,
        strict=strict,
        list_files=list_files,
        config=config,
        markdown=markdown,
        no_exclude=no_exclude,
        isolated=isolated,
        require_reason=require_reason,
        jobs=jobs,
        color=color,
        quiet=quiet,
        verbose=verbose,
    )
    raise typer.Exit(run(request))


@app.command()
def render(
    path: Annotated[str, typer.Argument(help="A file, a folder, or - for stdin.")] = ".",
    object_: ObjectOption = None,
    values: ValuesOption = None,
    container: Annotated[
        str | None, typer.Option(metavar="NAME", help="A container; one with its own /etc/hosts mount gets that file.")
    ] = None,
    pod_ip: PodIpOption = None,
    cluster_domain: ClusterDomainOption = "cluster.local",
    node_hosts: NodeHostsOption = None,
    index: Annotated[
        int | None,
        typer.Option(min=0, help="Which pod of a StatefulSet or Indexed Job (default: the first)."),
    ] = None,
    kubernetes_version: VersionOption = None,
    trace: Annotated[bool, typer.Option("--trace", help="Say where each line comes from, and what is odd.")] = False,
    format: FormatOption = "text",
) -> None:
    """Print the /etc/hosts that the kubelet would write for a pod, byte for byte.

    A folder gives each of its pods under a header. Exit codes: 0 printed, 1 the container would not start, 2 wrong use.

    Example: podhosts render --pod-ip 10.244.1.5 --object Deployment/web k8s/
    """
    from podhosts.commands.render import RenderRequest, run

    request = RenderRequest(
        path=path,
        object=object_,
        values=values or [],
        container=container,
        pod_ips=pod_ip or [],
        cluster_domain=cluster_domain,
        node_hosts=node_hosts,
        index=index,
        kubernetes_version=kubernetes_version,
        trace=trace,
        format=format,
    )
    raise typer.Exit(run(request))


@app.command()
def resolve(
    name: Annotated[str, typer.Argument(help="The name, as a program would ask for it.")],
    path: Annotated[str, typer.Argument(help="A file, a folder, or - for stdin.")] = ".",
    hosts: Annotated[str | None, typer.Option(metavar="FILE", help="Ask about this hosts file instead.")] = None,
    object_: ObjectOption = None,
    values: ValuesOption = None,
    container: Annotated[str | None, typer.Option(metavar="NAME", help="The container that asks.")] = None,
    resolvers: Annotated[
        str | None,
        typer.Option(
            "--resolvers",
            metavar="NAME,...",
            help="Libraries as in the config (glibc), or one way of theirs (glibc_nomulti) [default: all].",
        ),
    ] = None,
    pod_ip: PodIpOption = None,
    cluster_domain: ClusterDomainOption = "cluster.local",
    node_hosts: NodeHostsOption = None,
    index: Annotated[
        int | None,
        typer.Option(min=0, help="Which pod of a StatefulSet or Indexed Job (default: each kind of answer)."),
    ] = None,
    kubernetes_version: VersionOption = None,
    format: FormatOption = "text",
    color: ColorOption = "auto",
) -> None:
    """Say what a name resolves to inside each pod, for each resolver.

    A `*` marks answers that most resolvers do not give.

    Example: podhosts resolve db.internal --object Deployment/web k8s/
    """
    from podhosts.commands.resolve import ResolveRequest, run

    request = ResolveRequest(
        name=name,
        path=path,
        hosts=hosts,
        object=object_,
        values=values or [],
        container=container,
        resolvers=resolvers,
        pod_ips=pod_ip or [],
        cluster_domain=cluster_domain,
        node_hosts=node_hosts,
        index=index,
        kubernetes_version=kubernetes_version,
        format=format,
        color=color,
    )
    raise typer.Exit(run(request))


@app.command()
def convert(
    path: Annotated[str, typer.Argument(help="A hosts file or a manifest; - for stdin.")] = "-",
    source: Annotated[str | None, typer.Option("--from", metavar="KIND", help="hosts or manifest.")] = None,
    to: Annotated[
        str | None, typer.Option(metavar="KIND", help="aliases (from hosts text), hosts (from a manifest), or coredns.")
    ] = None,
    object_: Annotated[
        str | None, typer.Option("--object", metavar="KIND/NAME", help="The object whose list is meant.")
    ] = None,
    indent: Annotated[int, typer.Option(min=0, max=80, help="Blanks before each line of hostAliases.")] = 0,
    into: Annotated[
        str | None, typer.Option(metavar="FILE", help="Add the entries to the pod of this manifest (with --object).")
    ] = None,
) -> None:
    """Turn hosts file text into hostAliases, and hostAliases into hosts file text or a CoreDNS hosts block.

    Exit codes: 0 all of it, 1 some lines were left out (each is named on stderr), 2 wrong use.

    Example: podhosts convert /etc/hosts --into deploy.yaml --object deployment/web
    """
    from podhosts.commands.convert import ConvertRequest, run

    request = ConvertRequest(path=path, source=source, to=to, object=object_, indent=indent, into=into)
    raise typer.Exit(run(request))


@app.command()
def inventory(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="PATH", help="Files, folders (default: .), or - for stdin.")
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Only this name; * and ? stand for anything, case does not count."),
    ] = None,
    ip: Annotated[str | None, typer.Option(metavar="IP", help="Only this address, however it is spelt.")] = None,
    shared: Annotated[
        bool,
        typer.Option("--shared", help="Print lists of several workloads as a Kustomize component and for CoreDNS."),
    ] = False,
    format: Annotated[str, typer.Option(metavar="NAME", help="text, json, csv or html (a page to search).")] = "text",
    config: ConfigOption = None,
    color: ColorOption = "auto",
) -> None:
    """List every name of every hostAliases list: its address, its workload, its place.

    What a template or placeholder decides is listed as not decided. Exit codes: 0 printed, also where nothing fits;
    2 wrong use or an input that cannot be opened.

    Example: podhosts inventory --ip 10.1.2.3
    """
    from podhosts.commands.inventory import InventoryRequest, run

    request = InventoryRequest(
        paths=paths or [], name=name, ip=ip, shared=shared, format=format, config=config, color=color
    )
    raise typer.Exit(run(request))


@app.command()
def explain(
    rule: Annotated[str, typer.Argument(autocompletion=_complete_rule, help="The rule's name.")],
) -> None:
    """Explain one rule: why, a bad and a good example, and how safe its fix is.

    `podhosts explain scanners` says what to do about scanners that condemn hostAliases outright.

    Example: podhosts explain duplicate-ip
    """
    from podhosts.commands import explain as command

    raise typer.Exit(command.explain(rule))


@app.command()
def rules(
    format: Annotated[str, typer.Option(metavar="NAME", help="text, json or markdown.")] = "text",
) -> None:
    """List the rules."""
    from podhosts.commands import explain as command

    raise typer.Exit(command.rules(format))


@app.command()
def config(
    config: ConfigOption = None,
) -> None:
    """Print the effective settings, and where each comes from."""
    from podhosts.commands.settings import run

    raise typer.Exit(run(config))


@app.command()
def matcher(
    name: Annotated[
        str | None, typer.Argument(autocompletion=_complete_matcher, help="Which one; without it they are listed.")
    ] = None,
) -> None:
    """Print a problem matcher or snippet for GitHub Actions, VS Code, Vim, Neovim, Emacs or GitLab.

    Example: podhosts matcher vscode > .vscode/tasks.json
    """
    from podhosts.commands.matcher import run

    raise typer.Exit(run(name))


@app.command()
def lsp() -> None:
    """Serve an editor on stdin and stdout (Language Server Protocol); needs the extra `lsp`.

    Install it with: pip install 'podhosts[lsp]'
    """
    # Only editors pay for it.
    from podhosts.lsp import run

    raise typer.Exit(run())
