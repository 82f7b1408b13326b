"""The answers of resolvers in a pod, for the messages of rules that rest on it; the models are in `hosts.resolvers`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.hosts.kubelet import Alias, KubeletError, alias_line, hosts_file, pod_network_lines
from podhosts.kubernetes.host_names import USUAL_DOMAIN, OwnName
from podhosts.kubernetes.pod_hosts import Surroundings, pod_hosts
from podhosts.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from podhosts.document import Node
    from podhosts.hosts.resolvers import Answer, Family, HostsReader, Resolver
    from podhosts.kubernetes import Pod
    from podhosts.rules.base import Settings

_SHOWN = 5
#: What stands for the pod's address.
POD_IP = "10.244.1.5"


class PodAnswers:
    """One pod's hosts file as the resolvers that matter read it. A file is read once by each, when first asked.

    `own` says which of the pods made from the spec it is, and where it runs; by default it is the first one.
    """

    def __init__(self, pod: Pod, settings: Settings, own: OwnName | None = None) -> None:
        self._pod = pod
        self._settings = settings
        self._own = own or OwnName()
        self._readers: dict[tuple[str, frozenset[int] | None], HostsReader] = {}
        self._described: dict[tuple[str, frozenset[int] | None], str] = {}

    def _beside(self, places: Iterable[Node]) -> frozenset[int] | None:
        """The aliases that are printed together with all of some places; None for all, where no template decides."""
        if self._pod.object.document.template is None:
            return None
        return frozenset(
            alias.index
            for alias in self._pod.aliases
            if all(self._pod.are_printed_together(alias.node, place) for place in places)
        )

    def _file(self, chosen: frozenset[int] | None) -> bytes:
        surroundings = Surroundings(
            (POD_IP,),
            node_file=b"127.0.0.1\tlocalhost\n",
            version=self._settings.version,
            index=self._own.index,
            cluster_domain=self._own.cluster_domain or USUAL_DOMAIN,
        )
        inputs = pod_hosts(self._pod, surroundings)
        if self._own.namespace is not None:
            inputs = replace(inputs, namespace=self._own.namespace)
        if chosen is not None:
            aliases = zip(self._pod.aliases, inputs.aliases, strict=True)
            inputs = replace(inputs, aliases=tuple(lines for alias, lines in aliases if alias.index in chosen))
        try:
            return hosts_file(inputs)
        except KubeletError:
            # Another rule speaks of the pod's own name; the aliases can be judged without it.
            return b"".join(line.text for line in pod_network_lines((POD_IP,), inputs.pod_name, "", inputs.aliases))

    def _ask(self, resolver: Resolver, name: str, chosen: frozenset[int] | None) -> Answer:
        key = resolver.name, chosen
        if key not in self._readers:
            self._readers[key] = resolver.open(self._file(chosen))
        return _ask(self._readers[key], name)

    def describe(self, name: str, *places: Node) -> str:
        """A clause like "glibc, musl and Go answer 10.0.0.1, 10.0.0.2; glibc without /etc/host.conf 10.0.0.1".

        So they answer in a pod that has the aliases at `places`.
        """
        chosen = self._beside(places)
        if (name, chosen) not in self._described:
            self._described[name, chosen] = described(self._answers(name, chosen))
        return self._described[name, chosen]

    def common(self, name: str, *places: Node) -> tuple[str, ...] | None:
        """The addresses that all resolvers answer; None where they do not agree, or find none in the file."""
        answers = {answer.addresses for _, answer in self._answers(name, self._beside(places))}
        return next(iter(answers)) or None if len(answers) == 1 else None

    def _answers(self, name: str, chosen: frozenset[int] | None) -> list[tuple[str, Answer]]:
        return [(title, self._ask(resolver, name, chosen)) for title, resolver in _resolvers(self._settings)]


def line_answers(ip: str, name: str, settings: Settings, family: Family) -> list[tuple[str, Answer]]:
    """The answers of the libraries that matter from a file with this one line, by what people call them.

    Each library answers in its usual way; those that cannot be asked for the family alone are left out.
    """
    hosts = alias_line(Alias(ip, (name,)))
    usual: dict[str, tuple[str, Resolver]] = {}
    for title, resolver in _resolvers(settings):
        usual.setdefault(resolver.library, (title, resolver))
    return [
        (title, _ask(resolver.open(hosts), name, family))
        for title, resolver in usual.values()
        if family in resolver.families
    ]


def file_answers(aliases: Iterable[Alias], name: str, settings: Settings) -> list[tuple[str, Answer]]:
    """The answers of the resolvers that matter in a pod with these aliases, by what people call them."""
    hosts = b"".join(line.text for line in pod_network_lines((POD_IP,), "pod", "", tuple(aliases)))
    return [(title, _ask(resolver.open(hosts), name)) for title, resolver in _resolvers(settings)]


def _resolvers(settings: Settings) -> list[tuple[str, Resolver]]:
    """The resolvers that matter and are named in messages, each with its title."""
    # The models are imported for the first finding that needs them: most runs have none.
    from podhosts.hosts.resolvers import chosen

    return [(resolver.title, resolver) for resolver in chosen(settings.resolvers) if resolver.title is not None]


def _ask(reader: HostsReader, name: str, family: Family = "unspec") -> Answer:
    from podhosts.hosts.resolvers import Network

    return reader.lookup(name, family, Network((POD_IP,)))


def described(answers: Iterable[tuple[str, Answer]]) -> str:
    """Answers in words, equal ones together: "glibc and Go answer nothing; musl answers 8.0.0.1"."""
    groups: dict[str, list[str]] = {}
    for title, answer in answers:
        groups.setdefault(_text(answer), []).append(title)
    return "; ".join(f"{_listed(titles)} answer{'s' * (len(titles) == 1)} {text}" for text, titles in groups.items())


def _text(answer: Answer) -> str:
    if answer.dns:
        return "what DNS says"
    addresses = list(dict.fromkeys(answer.addresses))
    more = f" and {len(addresses) - _SHOWN} more" if len(addresses) > _SHOWN else ""
    return ", ".join(addresses[:_SHOWN]) + more or "nothing"


def _listed(titles: list[str]) -> str:
    return titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} and {titles[-1]}"
