"""`podhosts resolve`: what a name resolves to inside a pod, resolver by resolver."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from podhosts.commands.render import (
    EXAMPLE_POD_IP,
    EXAMPLE_USED,
    RENDER_FORMATS,
    RenderRequest,
    asked_of,
    render,
    say_obstacles,
    surroundings_of,
)
from podhosts.commands.run_settings import project_config
from podhosts.commands.selection import describe, require_pods, select_pods
from podhosts.commands.terminal import print_lines, print_styled, say, terminal_width
from podhosts.commands.usage import FOUND, OK, UsageError, choose
from podhosts.hosts.resolvers import LIBRARIES, RESOLVERS, Answer, Family, Network, chosen, families, open_hosts
from podhosts.kubernetes.host_names import ordinals, own_indices
from podhosts.kubernetes.windows import is_windows
from podhosts.records import NamedTuple, field, record, replace
from podhosts.reporters.columns import Columns
from podhosts.reporters.json_text import identity_fields
from podhosts.reporters.styled import Styled
from podhosts.reporters.visible import visible
from podhosts.rules import Settings
from podhosts.summary import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.kubernetes import Pod
    from podhosts.kubernetes.pod_hosts import Surroundings

_FAMILIES: tuple[Family, ...] = ("unspec", "inet", "inet6")
_ASKS_DNS = "asks DNS"
#: What marks an answer that most resolvers do not give.
_DIFFERS = " *"
#: How many pods with equal answers are named.
_MOST_TITLES = 3
_HEADINGS = {"unspec": "any family", "inet": "IPv4", "inet6": "IPv6"}


@record(slots=True)
class ResolveRequest:
    """The flags of `podhosts resolve`, as typed."""

    name: str
    path: str = "."
    hosts: str | None = None
    object: str | None = None
    values: list[str] = field(default_factory=list)
    helm_version: str | None = None
    container: str | None = None
    resolvers: str | None = None
    pod_ips: list[str] = field(default_factory=list)
    cluster_domain: str = "cluster.local"
    node_hosts: str | None = None
    index: int | None = None
    kubernetes_version: str | None = None
    #: Pieces of builds, too.
    all: bool = False
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
        print_styled(_shown(request.name, asked), request.color, is_wide=True)
    return FOUND if failed else OK


def _resolver_names(text: str | None) -> tuple[str, ...]:
    """The models to ask: those of `--resolvers`, else of the config. Raises UsageError for an unknown one."""
    if text is None:
        config = project_config()
        wanted = config.resolvers if config is not None and config.resolvers is not None else Settings().resolvers
        return tuple(resolver.name for resolver in chosen(wanted))
    known = (*dict.fromkeys((*LIBRARIES, *RESOLVERS)), "all")
    names = {choose("resolver", name.strip(), known) for name in text.split(",") if name.strip()}
    return RESOLVERS if "all" in names else tuple(resolver.name for resolver in chosen(names))


def _ask(request: ResolveRequest, names: tuple[str, ...], network: Network) -> tuple[list[Asked], bool]:
    render_request = RenderRequest(
        pod_ips=request.pod_ips,
        cluster_domain=request.cluster_domain,
        node_hosts=request.node_hosts,
        kubernetes_version=request.kubernetes_version,
        values=request.values,
        helm_version=request.helm_version,
    )
    surroundings = surroundings_of(render_request)
    if request.hosts is not None:
        try:
            hosts = Path(request.hosts).read_bytes()
        except OSError as error:
            raise UsageError(f"{request.hosts}: {error.strerror} (--hosts)") from None
        return [Asked(request.hosts, None, _answers(hosts, request.name, names, network))], False
    selection = select_pods(request.path, request.object, asked_of(render_request), with_pieces=request.all)
    require_pods(selection, request.path)
    if not request.pod_ips:
        say(EXAMPLE_USED)
    asked: list[Asked] = []
    failed = not say_obstacles(selection, request.kubernetes_version)
    for pod in selection.pods:
        if is_windows(pod):
            say(f"podhosts: {describe(pod)}: it runs on Windows, of whose resolver there is no model")
        found: list[Asked] = []
        own, other = _numbers(pod, request, surroundings)
        for number in [*own, *other]:
            of_one = replace(surroundings, index=number)
            rendered = render(pod, of_one, request.container, selection.repository)
            if rendered.error:
                say(f"podhosts: {describe(pod)}: {rendered.error}")
                failed = True
                break
            found.append(
                Asked(selection.title(pod), pod, _answers(rendered.content, request.name, names, network), number)
            )
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
                "object": identity_fields(item.pod.object.identity if item.pod else None),
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


def _shown(name: str, asked: list[Asked]) -> Iterator[Styled]:
    """A table for all pods with equal answers, then how many pods ask DNS."""
    groups: dict[tuple[tuple[str, ...], ...], list[Asked]] = {}
    for item in asked:
        groups.setdefault(tuple(_rows(item)), []).append(item)
    known = {rows: items for rows, items in groups.items() if not _asks_dns(rows)}
    width = terminal_width()
    for number, (rows, items) in enumerate(known.items()):
        if number:
            yield Styled()
        for item in items[:_MOST_TITLES]:
            yield Styled((visible(item.title), "bold"))
        if len(items) > _MOST_TITLES:
            yield Styled((f"and {plural(len(items) - _MOST_TITLES, 'more pod')} with the same answers", "bold"))
        headings = ("resolver", *_HEADINGS.values())
        columns = Columns([headings, *rows], width)
        for row in (headings, *rows):
            differs = any(cell.endswith(_DIFFERS) for cell in row)
            yield Styled((columns.line(row), "yellow" if differs else ""))
    asking = len(asked) - sum(map(len, known.values()))
    if asking:
        if known:
            yield Styled()
        others = "other " if known else ""
        asks = "asks" if asking == 1 else "ask"
        yield Styled(f"{plural(asking, f'{others}pod')} {asks} DNS for `{visible(name)}`")


def _asks_dns(rows: Iterable[tuple[str, ...]]) -> bool:
    """Whether no resolver finds an answer in the hosts file."""
    return all(cell in {_ASKS_DNS, "-"} for row in rows for cell in row[1:])


def _rows(item: Asked) -> Iterator[tuple[str, ...]]:
    """The answers of one hosts file: resolvers that answer alike are one row; rare answers carry a `*`."""
    usual: dict[Family, str] = {}
    for family in _FAMILIES:
        texts = Counter(_text(by_family[family]) for by_family in item.answers.values() if family in by_family)
        usual[family] = texts.most_common(1)[0][0] if texts else ""
    rows: dict[tuple[str, ...], list[str]] = {}
    for resolver, by_family in item.answers.items():
        texts_of = {family: _text(answer) for family, answer in by_family.items()}
        cells = (
            "-" if (text := texts_of.get(family)) is None else text if text == usual[family] else f"{text}{_DIFFERS}"
            for family in _FAMILIES
        )
        rows.setdefault(tuple(cells), []).append(resolver)
    return ((", ".join(resolvers), *cells) for cells, resolvers in rows.items())


def _text(answer: Answer) -> str:
    if answer.dns:
        return _ASKS_DNS
    return answer.error or ", ".join(answer.addresses)
