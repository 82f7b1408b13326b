from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from podhosts.diagnostics import Related, Severity, Words
from podhosts.hosts.addresses import canonical
from podhosts.kubernetes.host_names import USUAL_DOMAIN, OwnName, host_name_node, ordinals, own_name
from podhosts.records import record, replace
from podhosts.rules.answers import POD_IP, PodAnswers
from podhosts.rules.base import Fixable, Rule
from podhosts.rules.removal import NameRemoval
from podhosts.rules.sibling_pods import builds, dns_advice, has_siblings, is_of_one_pod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.document import Scalar
    from podhosts.kubernetes import HostAlias, KubernetesVersion, Pod

#: What an alias to an address of another host does.
_HARMLESS = "it never replaces the pod's address; "


class PodHostnameAlias(Rule):
    """An alias that repeats the pod's own host name.

    Why: the kubelet's own line for the name comes first and stays: resolvers answer both addresses, or only the pod's.
    With a loopback address glibc, Go and Java answer that one first, so a server that advertises its own name
    advertises loopback. Only where the name is known: bare Pods, StatefulSets, Indexed Jobs, `hostname`. In a
    StatefulSet or Indexed Job each pod has a name of its own: the alias adds to the answer in that pod, and in the
    others it is the only answer, so there it must stay until they ask for a name that DNS knows. A headless Service
    gives them one, `db-1.dbs`; the short name `db-1` is not in DNS.
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
    left empty. Nothing is offered where another pod would lose the name: one of the same StatefulSet or Indexed Job, or
    the same pod under another name (an overlay's prefix, another namespace or cluster domain).
    """

    name = "pod-hostname-alias"
    severity = Severity.WARNING
    fixable = Fixable.SOMETIMES

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        own = {alias.index: self._own_names(pod, alias) for alias in pod.aliases if alias.has_known_ip}
        removal = NameRemoval(
            pod, {entry: [index for index, name in names.items() if name.can_go] for entry, names in own.items()}
        )
        for alias in (alias for alias in pod.aliases if alias.index in own):
            # One finding an entry: what is said of a name holds for its other spellings.
            for index, name in islice(own[alias.index].items(), 1):
                words = self._words(alias, name)
                to_remove = [number for number, other in own[alias.index].items() if other.can_go]
                yield self.report(
                    alias,
                    name.node,
                    words,
                    field=alias.field("hostnames", index),
                    related=[*_others(own[alias.index]), *_where_from(pod, self.version)],
                    fix=removal.fix(alias, to_remove) if to_remove else None,
                )

    def _own_names(self, pod: Pod, alias: HostAlias) -> dict[int, _OwnAlias]:
        """The names of an entry that are own names of pods, by index."""
        found: dict[int, _OwnAlias] = {}
        for index, node in alias.names:
            own = own_name(pod, node.text, self.version)
            if own is None:
                continue
            built = builds(pod, node, self.repository)
            if built and not any(own_name(other, name, self.version) for other, name in built):
                # Every overlay gives the pod another name.
                continue
            every = [(pod, node.text), *built]
            has_others = any(has_siblings(other, self.repository) for other, _ in every) and own.index is not None
            can_go = all(is_of_one_pod(other, name, self.version, self.repository) for other, name in every)
            found[index] = _OwnAlias(node, own, has_others, can_go)
        return found

    def _words(self, alias: HostAlias, name: _OwnAlias) -> Words:
        text, own = name.node.text, name.own
        answers = PodAnswers(alias.pod, self.settings, own)
        where = _where(own)
        if own.index is None or not name.has_others:
            effect = _effect(
                alias, f"together with the pod's own line (say {POD_IP}) {answers.describe(text, name.node)}"
            )
            return Words(f"`{text}` is the pod's own host name{where}", effect, _advice(name))
        numbers = ordinals(alias.pod.object)
        assert numbers is not None  # the name holds one
        # The number may be set elsewhere, by an autoscaler or an overlay.
        other = replace(numbers, count=None).other_than(own.index)
        others = PodAnswers(alias.pod, self.settings, replace(own, index=other))
        is_only = others.common(text, name.node) == (canonical(alias.ip or ""),)
        elsewhere = "the alias is the only answer" if is_only else others.describe(text, name.node)
        advice = dns_advice(alias.pod, own.index, self.repository)
        here = answers.describe(text, name.node)
        effect = f"{_warning(alias)}in that pod (say {POD_IP}) {here}; in the other pods {elsewhere}"
        return Words(f"`{text}` is pod {own.index}'s own host name{where}", effect, advice or "")


@record(frozen=True, slots=True)
class _OwnAlias:
    """An alias that is a pod's own name; `has_others` says that other pods of the spec have other names.

    `can_go` says that no pod would lose the name without it.
    """

    node: Scalar
    own: OwnName
    has_others: bool
    can_go: bool


def _where(own: OwnName) -> str:
    """Where a full name is the pod's, if the manifest does not say that it runs there."""
    if own.is_certain:
        return ""
    places = [f"in namespace `{own.namespace}`"] if own.namespace is not None else []
    if own.cluster_domain not in {None, USUAL_DOMAIN}:
        places.append(f"in a cluster with the domain `{own.cluster_domain}`")
    return f" {' '.join(places)}"


def _advice(name: _OwnAlias) -> str:
    if name.can_go:
        return "remove the alias"
    if not name.own.is_certain:
        return "remove the alias if the pod runs only there"
    return "move the alias to the overlays that rename the pod"


def _effect(alias: HostAlias, answered: str) -> str:
    return f"{_warning(alias) or _HARMLESS}{answered}"


def _warning(alias: HostAlias) -> str:
    address = alias.address
    is_loopback = address is not None and address.is_loopback
    return "a server that advertises its own name may advertise loopback; " if is_loopback else ""


def _others(names: dict[int, _OwnAlias]) -> list[Related]:
    return [Related(name.node.span, "an own name too") for name in islice(names.values(), 1, None)]


def _where_from(pod: Pod, version: KubernetesVersion) -> list[Related]:
    node = host_name_node(pod, version)
    return [Related(node.span, "the host name comes from here")] if node is not None else []
