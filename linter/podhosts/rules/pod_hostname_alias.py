from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Related, Severity
from podhosts.edits import Safety
from podhosts.hosts.addresses import parse_sloppy
from podhosts.kubernetes.host_names import host_name_node, is_pod_host_name
from podhosts.rules.answers import PodAnswers
from podhosts.rules.base import Fixable, Rule
from podhosts.rules.removal import NameRemoval
from podhosts.surgery import repair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.kubernetes import HostAlias, KubernetesVersion, Pod


class PodHostnameAlias(Rule):
    """An alias that repeats the pod's own host name.

    Why: the kubelet's own line for the name comes first and stays: resolvers answer both addresses, or only the pod's.
    With a loopback address glibc, Go and Java answer that one first, so a server that advertises its own name
    advertises loopback. Only where the name is known: bare Pods, StatefulSets, Indexed Jobs, `hostname`.
    Source: `reference/kubernetes.md` 4.2, `reference/resolvers.md` 6.

    Bad:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames:
            - web  # expect: pod-hostname-alias
          containers: [{name: web, image: web}]

    Good:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames:
            - web.internal
          containers: [{name: web, image: web}]

    Fix safety: unsafe, as resolvers answer fewer addresses then; the name goes, and an entry or list that would be
    left empty.
    """

    name = "pod-hostname-alias"
    severity = Severity.WARNING
    fixable = Fixable.SOMETIMES

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        answers = PodAnswers(pod, self.settings)
        own = {
            alias.index: {index: node for index, node in alias.names if is_pod_host_name(pod, node.text, self.version)}
            for alias in pod.aliases
        }
        removal = NameRemoval(pod, own)
        for alias in pod.aliases:
            for index, node in own[alias.index].items():
                title = f"Remove the alias `{node.text}`"
                yield self.report(
                    alias,
                    node,
                    f"`{node.text}` is the pod's own host name: {_effect(alias, node.text, answers)}; remove the alias",
                    field=alias.field("hostnames", index),
                    related=_where_from(pod, self.version),
                    fix=repair(pod.object.document, title, removal.edits(alias, index), Safety.UNSAFE),
                )


def _effect(alias: HostAlias, name: str, answers: PodAnswers) -> str:
    address = parse_sloppy(alias.ip or "")
    answered = f"beside the pod's own line (say 10.244.1.5) {answers.describe(name)}"
    if address is not None and address.is_loopback:
        return f"a server that advertises its own name may advertise loopback; {answered}"
    return f"it never replaces the pod's address; {answered}"


def _where_from(pod: Pod, version: KubernetesVersion) -> list[Related]:
    node = host_name_node(pod, version)
    return [Related(node.span, "the host name comes from here")] if node is not None else []
