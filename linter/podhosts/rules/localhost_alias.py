from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Severity
from podhosts.hosts.addresses import classify, has_leading_zeros, parse_sloppy, reading
from podhosts.hosts.kubelet import BUILT_IN_NAMES
from podhosts.rules.answers import PodAnswers
from podhosts.rules.base import Fixable, Rule
from podhosts.rules.removal import NameRemoval

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.kubernetes import Pod

#: The loopback addresses that people mean by these names.
_LOCALHOST = frozenset({"127.0.0.1", "::1"})
#: Those that the kubelet itself gives them.
_OWN_ADDRESSES = {"localhost": _LOCALHOST, "ip6-localhost": {"::1"}, "ip6-loopback": {"::1"}}
#: Of the names that a pod on the node's network has from the node's file only this one is certain.
_NODES_NAMES = frozenset({"localhost"})


class LocalhostAlias(Rule):
    """An alias for `localhost`, or for one of the kubelet's own `ip6-*` names.

    Why: the kubelet's lines for these names come first and stay, so the alias adds an address and replaces none:
    clients that try every address reach the wrong host, the others never notice. With `127.0.0.1` or `::1` the line is
    merely superfluous (info). Source: `reference/resolvers.md` 6, `vectors/resolvers.json`.

    Bad:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames:
            - localhost  # expect: localhost-alias
          containers: [{name: web, image: web}]

    Good:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 127.0.0.1
            hostnames:
            - web.localhost
          containers: [{name: web, image: web}]

    Fix safety: unsafe, as resolvers answer fewer addresses then; the name goes, and an entry or list that would be
    left empty.
    """

    name = "localhost-alias"
    severity = Severity.WARNING
    fixable = Fixable.SOMETIMES

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        answers = PodAnswers(pod, self.settings)
        built_in = _NODES_NAMES if pod.host_network else BUILT_IN_NAMES
        origin = "the node's own file" if pod.host_network else "the kubelet"
        own = {
            alias.index: {index: node for index, node in alias.names if node.text in built_in}
            for alias in pod.aliases
            if alias.has_known_ip
        }
        removal = NameRemoval(pod, own)
        for alias in (alias for alias in pod.aliases if alias.index in own):
            address = reading(alias.ip or "")
            is_own = address in _LOCALHOST
            for index, node in own[alias.index].items():
                yield self.report(
                    alias,
                    node,
                    f"`{node.text}` already has an address from {origin}",
                    why=f"{_effect(node.text, address)}; {answers.describe(node.text, node)}",
                    help="remove the alias",
                    field=alias.field("hostnames", index),
                    severity=Severity.INFO if is_own else None,
                    fix=removal.fix(alias, [index]),
                )


def _effect(name: str, address: str) -> str:
    if address in _OWN_ADDRESSES.get(name, ()):
        return "the alias says nothing new"
    parsed = parse_sloppy(address)
    if parsed is not None and classify(parsed) == "loopback" and not has_leading_zeros(address):
        return "the alias only adds another address of the pod itself"
    return "the alias adds an address and replaces none"
