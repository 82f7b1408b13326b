from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Severity
from podhosts.edits import Safety
from podhosts.hosts.addresses import classify, parse_sloppy
from podhosts.hosts.kubelet import BUILT_IN_NAMES
from podhosts.rules.answers import PodAnswers
from podhosts.rules.base import Fixable, Rule
from podhosts.rules.removal import NameRemoval
from podhosts.surgery import repair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.kubernetes import HostAlias, Pod

#: The addresses that the kubelet itself gives `localhost`.
_OWN_ADDRESSES = frozenset({"127.0.0.1", "::1"})


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
        own = {
            alias.index: {index: node for index, node in alias.names if node.text in BUILT_IN_NAMES}
            for alias in pod.aliases
        }
        removal = NameRemoval(pod, own)
        for alias in pod.aliases:
            is_own = str(parse_sloppy(alias.ip or "")) in _OWN_ADDRESSES
            for index, node in own[alias.index].items():
                title = f"Remove the alias `{node.text}`"
                yield self.report(
                    alias,
                    node,
                    f"`{node.text}` has its address from the kubelet: {_effect(alias, is_own)}"
                    f"{answers.describe(node.text)}; remove the alias",
                    field=alias.field("hostnames", index),
                    severity=Severity.INFO if is_own else None,
                    fix=repair(pod.object.document, title, removal.edits(alias, index), Safety.UNSAFE),
                )


def _effect(alias: HostAlias, is_own: bool) -> str:
    if is_own:
        return "the alias says nothing new; "
    address = parse_sloppy(alias.ip or "")
    if address is not None and classify(address) == "loopback":
        return "the alias only adds another address of the pod itself; "
    return "the alias adds an address and replaces none; "
