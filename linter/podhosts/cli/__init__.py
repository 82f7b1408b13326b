"""The command line: flags to commands to exit codes. Only this package knows typer.

Each command is imported when it runs, so that help and completion wait for none of them. Annotations are no strings
here, as typer would evaluate each of them several times.
"""

from typing import Annotated

import typer

from podhosts import __version__
from podhosts.cli.check import check
from podhosts.cli.completion import complete_matcher, complete_resolvers, complete_rule, complete_schema
from podhosts.cli.options import (
    ClusterDomain,
    Color,
    Config,
    Format,
    HelmVersion,
    NodeHosts,
    Object,
    Paths,
    Pieces,
    PodIps,
    PodsPath,
    Values,
    Version,
    flag,
    given,
    text,
)
from podhosts.cli.pages import WIDEST, GroupedCommand, print_help

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


app.command(cls=GroupedCommand)(check)


@app.command(cls=GroupedCommand)
def render(
    path: PodsPath = ".",
    object_: Object = None,
    values: Values = None,
    helm_version: HelmVersion = None,
    container: Annotated[
        str | None, text("NAME", "A container; one with its own /etc/hosts mount gets that file.")
    ] = None,
    pod_ips: PodIps = None,
    cluster_domain: ClusterDomain = "cluster.local",
    node_hosts: NodeHosts = None,
    index: Annotated[
        int | None,
        typer.Option(min=0, metavar="N", help="Which pod of a StatefulSet or Indexed Job (default: the first)."),
    ] = None,
    kubernetes_version: Version = None,
    trace: Annotated[bool, flag("--trace", "Say where each line comes from, and what is odd.")] = False,
    all_: Pieces = False,
    format: Format = "text",
) -> None:
    """Print a pod's /etc/hosts as the kubelet would write it.

    It is the same byte for byte.

    A folder gives each of its pods under a header. Exit codes: 0 printed, 1 the container would not start, 2 wrong use.

    Example: podhosts render --pod-ip 10.244.1.5 --object Deployment/web k8s/
    """
    arguments = given(locals())
    from podhosts.commands.render import RenderRequest, run

    raise typer.Exit(run(RenderRequest(**arguments)))


@app.command(cls=GroupedCommand)
def resolve(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name, as a program would ask for it.")],
    path: PodsPath = ".",
    hosts: Annotated[str | None, text("FILE", "Ask about this hosts file instead.")] = None,
    object_: Object = None,
    values: Values = None,
    helm_version: HelmVersion = None,
    container: Annotated[str | None, text("NAME", "The container that asks.")] = None,
    resolvers: Annotated[
        str | None,
        typer.Option(
            "--resolvers",
            metavar="NAME,...",
            autocompletion=complete_resolvers,
            help="Libraries (glibc), models (glibc_nomulti) or all (default: those of the config).",
        ),
    ] = None,
    pod_ips: PodIps = None,
    cluster_domain: ClusterDomain = "cluster.local",
    node_hosts: NodeHosts = None,
    index: Annotated[
        int | None,
        typer.Option(min=0, metavar="N", help="Which pod of a StatefulSet or Indexed Job (default: each answer)."),
    ] = None,
    kubernetes_version: Version = None,
    all_: Pieces = False,
    format: Format = "text",
    color: Color = "auto",
) -> None:
    """Say what a name resolves to in each pod, resolver by resolver.

    A `*` marks answers that most resolvers do not give.

    Example: podhosts resolve db.internal --object Deployment/web k8s/
    """
    arguments = given(locals())
    from podhosts.commands.resolve import ResolveRequest, run

    raise typer.Exit(run(ResolveRequest(**arguments)))


@app.command(cls=GroupedCommand)
def convert(
    path: Annotated[str, typer.Argument(metavar="PATH", help="A hosts file or a manifest; - for stdin.")] = "-",
    source: Annotated[str | None, typer.Option("--from", metavar="KIND", help="hosts or manifest.")] = None,
    to: Annotated[str | None, text("KIND", "aliases (from hosts text), hosts (from a manifest), or coredns.")] = None,
    object_: Object = None,
    indent: Annotated[int, typer.Option(min=0, max=80, metavar="N", help="Blanks before each line of the list.")] = 0,
    into: Annotated[str | None, text("FILE", "Add the entries to the pod of this manifest (with --object).")] = None,
) -> None:
    """Turn hosts files into hostAliases, and back.

    Hosts file text becomes hostAliases; hostAliases become hosts file text or a CoreDNS hosts block.

    Exit codes: 0 all of it, 1 some lines were left out (each is named on stderr), 2 wrong use.

    Example: podhosts convert /etc/hosts --into deploy.yaml --object deployment/web
    """
    arguments = given(locals())
    from podhosts.commands.convert import ConvertRequest, run

    raise typer.Exit(run(ConvertRequest(**arguments)))


@app.command(cls=GroupedCommand)
def inventory(
    paths: Paths = None,
    name: Annotated[
        str | None,
        text("NAME", "Only this name; * and ? stand for anything, case does not count."),
    ] = None,
    ip: Annotated[str | None, text("IP", "Only this address, however it is spelt.")] = None,
    shared: Annotated[
        bool,
        flag("--shared", "Print lists of several workloads as a Kustomize component and for CoreDNS."),
    ] = False,
    format: Annotated[str, text("NAME", "text, json, csv or html (a page to search).")] = "text",
    config: Config = None,
    color: Color = "auto",
) -> None:
    """List every name, its address, workload and place.

    These are the names of all hostAliases lists.

    What a template or placeholder decides is listed as not decided. Exit codes: 0 printed, also where nothing fits;
    2 wrong use or an input that cannot be opened.

    Example: podhosts inventory --ip 10.1.2.3
    """
    arguments = given(locals())
    from podhosts.commands.inventory import InventoryRequest, run

    raise typer.Exit(run(InventoryRequest(**arguments)))


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
    format: Annotated[str, text("NAME", "text, json or markdown.")] = "text",
) -> None:
    """List the rules."""
    from podhosts.commands import explain as command

    raise typer.Exit(command.rules(format))


@app.command(cls=GroupedCommand)
def config(
    config: Config = None,
    format: Format = "text",
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
