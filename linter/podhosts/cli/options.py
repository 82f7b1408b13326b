"""Options of the command line: how they are declared, those that several commands have, and what was given.

Annotations are no strings in this package, as typer would evaluate each of them several times.
"""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from podhosts.cli.completion import complete_object


def text(metavar: str, help: str, group: str | None = None, complete: Callable[..., Any] | None = None) -> Any:
    """An option with a value, in a group of the page of help; `complete` gives what a shell offers."""
    return typer.Option(metavar=metavar, help=help, rich_help_panel=group, autocompletion=complete)


def flag(names: str, help: str, group: str | None = None) -> Any:
    """An option without a value, by its names."""
    return typer.Option(*names.split(), help=help, rich_help_panel=group)


def given(arguments: dict[str, Any]) -> dict[str, Any]:
    """The values that were typed, by the names of a request's fields; `arguments` are the locals of a command."""
    return {name.rstrip("_"): value for name, value in arguments.items() if value is not None}


Paths = Annotated[
    list[str] | None, typer.Argument(metavar="PATHS...", help="Files, folders (default: .), or - for stdin.")
]
PodsPath = Annotated[str, typer.Argument(metavar="PATH", help="A file, a folder, or - for stdin.")]
Object = Annotated[
    str | None,
    typer.Option(
        "--object", metavar="KIND/NAME", autocompletion=complete_object, help="The object whose pod is meant."
    ),
]
VALUES_HELP = "A values file on top of a chart's own; later ones win."
HELM_HELP = "The Helm that charts are evaluated like."
Values = Annotated[list[str] | None, text("FILE", VALUES_HELP)]
HelmVersion = Annotated[str | None, text("3|4", HELM_HELP)]
Pieces = Annotated[bool, flag("--all", "Pods that are only pieces of what is built, too: bases, patches, templates.")]
PodIps = Annotated[
    list[str] | None, typer.Option("--pod-ip", metavar="IP", help="The pod's address; repeat it for dual-stack.")
]
ClusterDomain = Annotated[str, text("DOMAIN", "The cluster's DNS domain.")]
NodeHosts = Annotated[str | None, text("FILE", "The node's /etc/hosts, for pods with hostNetwork.")]
VERSION_HELP = "The Kubernetes version, like 1.32 (default: the newest known)."
Version = Annotated[str | None, text("VERSION", VERSION_HELP)]
Format = Annotated[str, text("NAME", "text or json.")]
Color = Annotated[str, text("WHEN", "auto, always or never.")]
Config = Annotated[str | None, text("FILE", "The config (default: the nearest one upwards).")]
