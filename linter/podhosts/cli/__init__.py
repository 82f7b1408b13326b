"""The command line: flags to commands to exit codes. Only this package knows typer.

Each command is imported when it runs, so that help and completion wait for none of them. Annotations are no strings
here, as typer would evaluate each of them several times.
"""

from typing import Annotated

import typer

from podhosts import __version__
from podhosts.cli.completion import (
    complete_format,
    complete_level,
    complete_matcher,
    complete_object,
    complete_output,
    complete_resolvers,
    complete_rule,
    complete_rules,
    complete_schema,
    complete_selected,
)
from podhosts.cli.pages import BASELINE, OUTPUT, REPAIR, RUN, SELECT, WIDEST, GroupedCommand, print_help
from podhosts.reporters import FORMATS

app = typer.Typer(
    name="podhosts",
    help="Lint, explain and render what a Kubernetes pod's /etc/hosts will really say.",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    # rich would take four times as long as all else of a page of help.
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDEST},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"podhosts {__version__}")
        raise typer.Exit


# Options that several commands have.
ObjectOption = Annotated[
    str | None,
    typer.Option(
        "--object", metavar="KIND/NAME", autocompletion=complete_object, help="The object whose pod is meant."
    ),
]
SelectedValuesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--values",
        metavar="FILE",
        rich_help_panel=SELECT,
        help="A values file on top of a chart's own; later ones win.",
    ),
]
ValuesOption = Annotated[
    list[str] | None,
    typer.Option("--values", metavar="FILE", help="A values file on top of a chart's own; later ones win."),
]
SelectedHelmOption = Annotated[
    str | None,
    typer.Option(
        "--helm-version", metavar="3|4", rich_help_panel=SELECT, help="The Helm that charts are evaluated like."
    ),
]
HelmOption = Annotated[
    str | None, typer.Option("--helm-version", metavar="3|4", help="The Helm that charts are evaluated like.")
]
PiecesOption = Annotated[
    bool, typer.Option("--all", help="Pods that are only pieces of what is built, too: bases, patches, templates.")
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
SelectedVersionOption = Annotated[
    str | None,
    typer.Option(
        metavar="VERSION", rich_help_panel=SELECT, help="The Kubernetes version, like 1.32 (default: the newest known)."
    ),
]
FormatOption = Annotated[str, typer.Option(metavar="NAME", help="text or json.")]
ColorOption = Annotated[str, typer.Option(metavar="WHEN", help="auto, always or never.")]
ConfigOption = Annotated[
    str | None, typer.Option(metavar="FILE", help="The config (default: the nearest one upwards).")
]


@app.callback()
def main(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", "-V", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Lint, explain and render what a Kubernetes pod's /etc/hosts will really say."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(2)


@app.command(cls=GroupedCommand)
def check(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="PATHS...", help="Files, folders (default: .), or - for stdin.")
    ] = None,
    kubernetes_version: SelectedVersionOption = None,
    select: Annotated[
        str | None,
        typer.Option(
            metavar="RULE,...",
            rich_help_panel=SELECT,
            autocompletion=complete_selected,
            help="Run these rules only; `all` is every rule, opt-in ones too.",
        ),
    ] = None,
    extend_select: Annotated[
        str | None,
        typer.Option(
            metavar="RULE,...",
            rich_help_panel=SELECT,
            autocompletion=complete_rules,
            help="Run these rules, too: those that are opt-in.",
        ),
    ] = None,
    ignore: Annotated[
        str | None,
        typer.Option(
            metavar="RULE,...",
            rich_help_panel=SELECT,
            autocompletion=complete_rules,
            help="Do not run these rules.",
        ),
    ] = None,
    fail_on: Annotated[
        str | None,
        typer.Option(
            metavar="LEVEL",
            rich_help_panel=SELECT,
            autocompletion=complete_level,
            help="Exit 1 for findings at or above: error, warning (default), info, never.",
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", rich_help_panel=SELECT, help="Exit 1 also for what could not be read.")
    ] = False,
    no_suppressions: Annotated[
        bool, typer.Option("--no-suppressions", rich_help_panel=SELECT, help="Report what is suppressed, too.")
    ] = False,
    require_reason: Annotated[
        bool, typer.Option("--require-reason", rich_help_panel=SELECT, help="Report suppressions that give no reason.")
    ] = False,
    no_exclude: Annotated[
        bool, typer.Option("--no-exclude", rich_help_panel=SELECT, help="Check what the config excludes, too.")
    ] = False,
    markdown: Annotated[
        bool,
        typer.Option("--markdown", rich_help_panel=SELECT, help="Read code blocks of Markdown and AsciiDoc, too."),
    ] = False,
    isolated: Annotated[
        bool, typer.Option("--isolated", rich_help_panel=SELECT, help="Look at named files without their repository.")
    ] = False,
    values: SelectedValuesOption = None,
    helm_version: SelectedHelmOption = None,
    format: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            rich_help_panel=OUTPUT,
            autocompletion=complete_format,
            help=f"{', '.join(FORMATS)}. Default: text on a terminal, github in GitHub Actions, else concise.",
        ),
    ] = None,
    output: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FORMAT=FILE",
            rich_help_panel=OUTPUT,
            autocompletion=complete_output,
            help="Also write a report to a file; repeat it for several.",
        ),
    ] = None,
    statistics: Annotated[
        bool, typer.Option("--statistics", rich_help_panel=OUTPUT, help="Count the findings of each rule.")
    ] = False,
    list_files: Annotated[
        bool, typer.Option("--list-files", rich_help_panel=OUTPUT, help="Only print the files that would be checked.")
    ] = False,
    color: Annotated[str, typer.Option(metavar="WHEN", rich_help_panel=OUTPUT, help="auto, always or never.")] = "auto",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", rich_help_panel=OUTPUT, help="No summary.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", rich_help_panel=OUTPUT, help="List what was not read, and what else was.")
    ] = False,
    fix: Annotated[bool, typer.Option("--fix", rich_help_panel=REPAIR, help="Repair the files: what is safe.")] = False,
    unsafe_fixes: Annotated[
        bool,
        typer.Option(
            "--unsafe-fixes",
            rich_help_panel=REPAIR,
            help="With --fix or --diff: also what changes names or addresses, or needs care. Alone: only show these.",
        ),
    ] = False,
    diff: Annotated[
        bool,
        typer.Option("--diff", rich_help_panel=REPAIR, help="Write nothing; print a patch (for `git apply`)."),
    ] = False,
    show_fixes: Annotated[
        bool, typer.Option("--show-fixes", rich_help_panel=REPAIR, help="Print a line for each repair.")
    ] = False,
    hosts_file: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", rich_help_panel=REPAIR, help="The node's /etc/hosts, for fixes that move its entries."
        ),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", rich_help_panel=BASELINE, help="Report only findings that this file does not record."
        ),
    ] = None,
    write_baseline: Annotated[
        str | None, typer.Option(metavar="FILE", rich_help_panel=BASELINE, help="Record all findings in this file.")
    ] = None,
    tighten_baseline: Annotated[
        bool,
        typer.Option(
            "--tighten-baseline", rich_help_panel=BASELINE, help="Remove from the baseline what is no longer found."
        ),
    ] = False,
    config: Annotated[
        str | None,
        typer.Option(metavar="FILE", rich_help_panel=RUN, help="The config (default: the nearest one upwards)."),
    ] = None,
    stdin_filename: Annotated[
        str, typer.Option(metavar="NAME", rich_help_panel=RUN, help="The name that reports use for stdin.")
    ] = "<stdin>",
    jobs: Annotated[
        str | None,
        typer.Option(
            metavar="N", rich_help_panel=RUN, help="Processes at a time (default: as many as it pays to start)."
        ),
    ] = None,
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
        extend_select=extend_select,
        ignore=ignore,
        fail_on=fail_on,
        format=format,
        output=output or [],
        statistics=statistics,
        baseline=baseline,
        write_baseline=write_baseline,
        tighten_baseline=tighten_baseline,
        fix=fix,
        unsafe_fixes=unsafe_fixes,
        diff=diff,
        show_fixes=show_fixes,
        hosts_file=hosts_file,
        values=values or [],
        helm_version=helm_version,
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


@app.command(cls=GroupedCommand)
def render(
    path: Annotated[str, typer.Argument(metavar="PATH", help="A file, a folder, or - for stdin.")] = ".",
    object_: ObjectOption = None,
    values: ValuesOption = None,
    helm_version: HelmOption = None,
    container: Annotated[
        str | None, typer.Option(metavar="NAME", help="A container; one with its own /etc/hosts mount gets that file.")
    ] = None,
    pod_ip: PodIpOption = None,
    cluster_domain: ClusterDomainOption = "cluster.local",
    node_hosts: NodeHostsOption = None,
    index: Annotated[
        int | None,
        typer.Option(min=0, metavar="N", help="Which pod of a StatefulSet or Indexed Job (default: the first)."),
    ] = None,
    kubernetes_version: VersionOption = None,
    trace: Annotated[bool, typer.Option("--trace", help="Say where each line comes from, and what is odd.")] = False,
    all_: PiecesOption = False,
    format: FormatOption = "text",
) -> None:
    """Print a pod's /etc/hosts as the kubelet would write it.

    It is the same byte for byte.

    A folder gives each of its pods under a header. Exit codes: 0 printed, 1 the container would not start, 2 wrong use.

    Example: podhosts render --pod-ip 10.244.1.5 --object Deployment/web k8s/
    """
    from podhosts.commands.render import RenderRequest, run

    request = RenderRequest(
        path=path,
        object=object_,
        values=values or [],
        helm_version=helm_version,
        container=container,
        pod_ips=pod_ip or [],
        cluster_domain=cluster_domain,
        node_hosts=node_hosts,
        index=index,
        kubernetes_version=kubernetes_version,
        trace=trace,
        all=all_,
        format=format,
    )
    raise typer.Exit(run(request))


@app.command(cls=GroupedCommand)
def resolve(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name, as a program would ask for it.")],
    path: Annotated[str, typer.Argument(metavar="PATH", help="A file, a folder, or - for stdin.")] = ".",
    hosts: Annotated[str | None, typer.Option(metavar="FILE", help="Ask about this hosts file instead.")] = None,
    object_: ObjectOption = None,
    values: ValuesOption = None,
    helm_version: HelmOption = None,
    container: Annotated[str | None, typer.Option(metavar="NAME", help="The container that asks.")] = None,
    resolvers: Annotated[
        str | None,
        typer.Option(
            "--resolvers",
            metavar="NAME,...",
            autocompletion=complete_resolvers,
            help="Libraries (glibc), models (glibc_nomulti) or all (default: those of the config).",
        ),
    ] = None,
    pod_ip: PodIpOption = None,
    cluster_domain: ClusterDomainOption = "cluster.local",
    node_hosts: NodeHostsOption = None,
    index: Annotated[
        int | None,
        typer.Option(min=0, metavar="N", help="Which pod of a StatefulSet or Indexed Job (default: each answer)."),
    ] = None,
    kubernetes_version: VersionOption = None,
    all_: PiecesOption = False,
    format: FormatOption = "text",
    color: ColorOption = "auto",
) -> None:
    """Say what a name resolves to in each pod, resolver by resolver.

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
        helm_version=helm_version,
        container=container,
        resolvers=resolvers,
        pod_ips=pod_ip or [],
        cluster_domain=cluster_domain,
        node_hosts=node_hosts,
        index=index,
        kubernetes_version=kubernetes_version,
        all=all_,
        format=format,
        color=color,
    )
    raise typer.Exit(run(request))


@app.command(cls=GroupedCommand)
def convert(
    path: Annotated[str, typer.Argument(metavar="PATH", help="A hosts file or a manifest; - for stdin.")] = "-",
    source: Annotated[str | None, typer.Option("--from", metavar="KIND", help="hosts or manifest.")] = None,
    to: Annotated[
        str | None, typer.Option(metavar="KIND", help="aliases (from hosts text), hosts (from a manifest), or coredns.")
    ] = None,
    object_: ObjectOption = None,
    indent: Annotated[int, typer.Option(min=0, max=80, metavar="N", help="Blanks before each line of the list.")] = 0,
    into: Annotated[
        str | None, typer.Option(metavar="FILE", help="Add the entries to the pod of this manifest (with --object).")
    ] = None,
) -> None:
    """Turn hosts files into hostAliases, and back.

    Hosts file text becomes hostAliases; hostAliases become hosts file text or a CoreDNS hosts block.

    Exit codes: 0 all of it, 1 some lines were left out (each is named on stderr), 2 wrong use.

    Example: podhosts convert /etc/hosts --into deploy.yaml --object deployment/web
    """
    from podhosts.commands.convert import ConvertRequest, run

    request = ConvertRequest(path=path, source=source, to=to, object=object_, indent=indent, into=into)
    raise typer.Exit(run(request))


@app.command(cls=GroupedCommand)
def inventory(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="PATHS...", help="Files, folders (default: .), or - for stdin.")
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
    """List every name, its address, workload and place.

    These are the names of all hostAliases lists.

    What a template or placeholder decides is listed as not decided. Exit codes: 0 printed, also where nothing fits;
    2 wrong use or an input that cannot be opened.

    Example: podhosts inventory --ip 10.1.2.3
    """
    from podhosts.commands.inventory import InventoryRequest, run

    request = InventoryRequest(
        paths=paths or [], name=name, ip=ip, shared=shared, format=format, config=config, color=color
    )
    raise typer.Exit(run(request))


@app.command(cls=GroupedCommand)
def explain(
    rule: Annotated[str, typer.Argument(metavar="RULE", autocompletion=complete_rule, help="The rule's name.")],
) -> None:
    """Explain one rule.

    The page says why, shows a bad and a good example, and says how safe the fix is.
    `podhosts explain scanners` says what to do about scanners that condemn hostAliases outright.

    Example: podhosts explain duplicate-ip
    """
    from podhosts.commands import explain as command

    raise typer.Exit(command.explain(rule))


@app.command(cls=GroupedCommand)
def rules(
    format: Annotated[str, typer.Option(metavar="NAME", help="text, json or markdown.")] = "text",
) -> None:
    """List the rules."""
    from podhosts.commands import explain as command

    raise typer.Exit(command.rules(format))


@app.command(cls=GroupedCommand)
def config(
    config: ConfigOption = None,
    format: FormatOption = "text",
) -> None:
    """Print the effective settings, and where each comes from."""
    from podhosts.commands.settings import run

    raise typer.Exit(run(config, format))


@app.command(cls=GroupedCommand)
def schema(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", autocompletion=complete_schema, help="Which one (default: list them)."),
    ] = None,
) -> None:
    """Print a JSON Schema.

    There is one of the config, of a report, of an inventory, and of hostAliases in a pod spec.

    Example: podhosts schema config > config.schema.json
    """
    from podhosts.commands.schema import run

    raise typer.Exit(run(name))


@app.command(cls=GroupedCommand)
def matcher(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", autocompletion=complete_matcher, help="Which one (default: list them)."),
    ] = None,
) -> None:
    """Print a problem matcher or snippet for CI or an editor.

    There are those of GitHub Actions, VS Code, Vim, Neovim, Emacs and GitLab.

    Example: podhosts matcher vscode > .vscode/tasks.json
    """
    from podhosts.commands.matcher import run

    raise typer.Exit(run(name))


@app.command(cls=GroupedCommand)
def lsp() -> None:
    """Serve an editor by the Language Server Protocol.

    It speaks on stdin and stdout, and needs the extra `lsp`. Install it with: pip install 'podhosts[lsp]'
    """
    # Only editors pay for it.
    from podhosts.lsp import run

    raise typer.Exit(run())


@app.command("help", cls=GroupedCommand)
def help_(
    context: typer.Context,
    command: Annotated[
        str | None, typer.Argument(metavar="COMMAND", help="The command to explain (default: podhosts itself).")
    ] = None,
) -> None:
    """Print the page of help of a command."""
    raise typer.Exit(print_help(context, command))
