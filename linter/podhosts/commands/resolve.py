"""`podhosts resolve`: what a name resolves to inside a pod, resolver by resolver."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from podhosts.commands.render import (
    EXAMPLE_POD_IP,
    RENDER_FORMATS,
    RenderRequest,
    render,
    say_obstacles,
    surroundings_of,
)
from podhosts.commands.selection import describe, require_pods, select_pods
from podhosts.commands.terminal import print_lines, print_styled, say
from podhosts.commands.usage import FOUND, OK, UsageError, choose
from podhosts.hosts.resolvers import LIBRARIES, RESOLVERS, Answer, Family, Network, chosen, families, open_hosts
from podhosts.kubernetes.host_names import ordinals, own_indices
from podhosts.records import field, record, replace
from podhosts.reporters.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from podhosts.kubernetes import Pod
    from podhosts.kubernetes.pod_hosts import Surroundings

_FAMILIES: tuple[Family, ...] = ("unspec", "inet", "inet6")
_HEADINGS = {"unspec": "any family", "inet": "IPv4", "inet6": "IPv6"}


@record(slots=True)
class ResolveRequest:
    """The flags of `podhosts resolve`, as typed."""

    name: str
    path: str = "."
    hosts: str | None = None
    object: str | None = None
    values: list[str] = field(default_factory=list)
    container: str | None = None
    resolvers: str | None = None
    pod_ips: list[str] = field(default_factory=list)
    cluster_domain: str = "cluster.local"
    node_hosts: str | None = None
    index: int | None = None
    kubernetes_version: str | None = None
    format: str = "text"
    color: str = "auto"


class Asked(NamedTuple):
    """One hosts file and its answers, by resolver and family; `pod` is None for a file of `--hosts`.

    `number` is that of a pod which answers in another way than the others of its spec.
    """

    title: str
    pod: Pod | None
    answers: dict[str, dict[Family, Answer]]
    number: int | None = None


def run(request: ResolveRequest) -> int:
    """Print the answers; returns the exit code."""
    try:
        if not request.name:
            raise UsageError("the name is empty")
        choose("format", request.format, RENDER_FORMATS)
        names = _resolver_names(request.resolvers)
        network = Network(tuple(request.pod_ips) or (EXAMPLE_POD_IP,))
        asked, failed = _ask(request, names, network)
    except UsageError as error:
        say(f"podhosts: {error}")
        return error.code
    if request.format == "json":
        print_lines(json.dumps(_as_json(request.name, asked), indent=2).split("\n"))
    else:
        print_styled(_tables(asked), request.color)
    return FOUND if failed else OK


def _resolver_names(text: str | None) -> tuple[str, ...]:
    if text is None:
        return RESOLVERS
    known = (*dict.fromkeys((*LIBRARIES, *RESOLVERS)), "all")
    names = {choose("resolver", name.strip(), known) for name in text.split(",") if name.strip()}
    return RESOLVERS if "all" in names else tuple(resolver.name for resolver in chosen(names))


def _ask(request: ResolveRequest, names: tuple[str, ...], network: Network) -> tuple[list[Asked], bool]:
    render_request = RenderRequest(
        pod_ips=request.pod_ips,
        cluster_domain=request.cluster_domain,
        node_hosts=request.node_hosts,
        kubernetes_version=request.kubernetes_version,
    )
    surroundings = surroundings_of(render_request)
    if request.hosts is not None:
        try:
            hosts = Path(request.hosts).read_bytes()
        except OSError as error:
            raise UsageError(f"{request.hosts}: {error.strerror} (--hosts)") from None
        return [Asked(request.hosts, None, _answers(hosts, request.name, names, network))], False
    selection = select_pods(request.path, request.object, request.values)
    require_pods(selection, request.path)
    if not request.pod_ips:
        say(f"podhosts: no --pod-ip given: {EXAMPLE_POD_IP} stands for the pod's address")
    asked: list[Asked] = []
    failed = not say_obstacles(selection, request.kubernetes_version)
    for pod in selection.pods:
        found: list[Asked] = []
        own, other = _numbers(pod, request, surroundings)
        for number in [*own, *other]:
            of_one = replace(surroundings, index=number)
            rendered = render(pod, of_one, request.container, selection.repository)
            if rendered.error:
                say(f"podhosts: {describe(pod)}: {rendered.error}")
                failed = True
                break
            title = f"{pod.object.document.source.path}: {describe(pod)}"
            found.append(Asked(title, pod, _answers(rendered.content, request.name, names, network), number))
        else:
            asked += _together(found[: len(own)], found[len(own) :])
    return asked, failed


def _numbers(pod: Pod, request: ResolveRequest, surroundings: Surroundings) -> tuple[list[int], list[int | None]]:
    """Which pods of a spec to ask: those that know the name as their own, and one that stands for all the others."""
    numbers = ordinals(pod.object) if pod.is_pod_spec else None
    if numbers is None:
        return [], [None]
    if request.index is not None:
        return [request.index], []
    # c-ares takes lines together that share a name.
    entries = [[node.text for _, node in alias.names] for alias in pod.aliases]
    names = {request.name}.union(*(entry for entry in entries if request.name in entry))
    own = own_indices(pod, names, surroundings.version)
    other = numbers.other_than(*own)
    return own, [other] if other is not None or not own else []


def _together(own: list[Asked], others: list[Asked]) -> list[Asked]:
    """The answers of one spec's pods: a table a pod that answers in its own way, and one for all the others."""
    usual = others[0] if others else None
    told = [
        item._replace(title=f"{item.title}, pod {item.number}")
        for item in own
        if usual is None or item.answers != usual.answers
    ]
    if usual is None:
        return told
    return [*told, usual._replace(title=f"{usual.title}, the other pods" if told else usual.title, number=None)]


def _answers(hosts: bytes, name: str, names: tuple[str, ...], network: Network) -> dict[str, dict[Family, Answer]]:
    answers: dict[str, dict[Family, Answer]] = {}
    for resolver in names:
        reader = open_hosts(resolver, hosts)
        answers[resolver] = {family: reader.lookup(name, family, network) for family in families(resolver)}
    return answers


def _as_json(name: str, asked: list[Asked]) -> dict[str, Any]:
    return {
        "version": 1,
        "name": name,
        "answers": [
            {
                "path": item.pod.object.document.source.path if item.pod else item.title,
                "object": _identity(item.pod),
                **({} if item.number is None else {"index": item.number}),
                "resolver": resolver,
                "family": family,
                "addresses": list(answer.addresses),
                "dns": answer.dns,
                "error": answer.error,
            }
            for item in asked
            for resolver, by_family in item.answers.items()
            for family, answer in by_family.items()
        ],
    }


def _identity(pod: Pod | None) -> dict[str, str | None] | None:
    if pod is None:
        return None
    identity = pod.object.identity
    return {
        "apiVersion": identity.api_version,
        "kind": identity.kind,
        "namespace": identity.namespace,
        "name": identity.name,
    }


def _tables(asked: list[Asked]) -> Iterator[RenderableType]:
    """A table a file; answers that are not the commonest of their column carry a `*`."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    for item in asked:
        table = Table(title=visible(item.title), title_justify="left", box=box.SIMPLE)
        table.add_column("resolver")
        usual: dict[Family, str] = {}
        for family in _FAMILIES:
            table.add_column(_HEADINGS[family])
            texts = Counter(_text(by_family[family]) for by_family in item.answers.values() if family in by_family)
            usual[family] = texts.most_common(1)[0][0] if texts else ""
        for resolver, by_family in item.answers.items():
            cells: list[Text] = []
            for family in _FAMILIES:
                text = _text(by_family[family]) if family in by_family else "-"
                differs = family in by_family and text != usual[family]
                cells.append(Text(f"{text} *" if differs else text, "bold yellow" if differs else ""))
            table.add_row(Text(resolver), *cells)
        yield table


def _text(answer: Answer) -> str:
    if answer.dns:
        return "asks DNS"
    return answer.error or ", ".join(answer.addresses)
