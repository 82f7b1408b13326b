from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from podhosts.diagnostics import Related, Severity
from podhosts.hosts.addresses import parse_sloppy
from podhosts.kubernetes.host_names import ordinals, own_name
from podhosts.records import replace
from podhosts.rules.answers import PodAnswers
from podhosts.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator
    from ipaddress import IPv4Address, IPv6Address

    from podhosts.diagnostics import Diagnostic
    from podhosts.document import Scalar
    from podhosts.kubernetes import HostAlias, Pod


class _Listed(NamedTuple):
    """A name where it is listed, and the address of its entry."""

    alias: HostAlias
    at: int
    node: Scalar
    address: IPv4Address | IPv6Address


class ConflictingHostname(Rule):
    """A name under two addresses of one family.

    Why: musl, Go and glibc with `multi on` answer both addresses, glibc without `/etc/host.conf` only the first, and
    the order need not be the file's: clients may try either. The two families of a dual-stack name are no conflict.
    Source: `reference/resolvers.md` 7, `vectors/resolvers.json`.

    Bad:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames: [db.internal]
          - ip: 10.0.0.26
            hostnames:
            - db.internal  # expect: conflicting-hostname
          containers: [{name: web, image: web}]

    Good:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames: [db.internal]
          - ip: 2001:db8::25
            hostnames: [db.internal]
          containers: [{name: web, image: web}]

    Fix safety: none; which address was meant is a guess.
    """

    name = "conflicting-hostname"
    severity = Severity.WARNING

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        """One finding for a name and family, at its second address; the others are related.

        Of a name that one pod of a StatefulSet has as its own, the answers are those of the others.
        """
        listed: dict[tuple[str, int], list[_Listed]] = {}
        for alias in pod.aliases:
            address = parse_sloppy(alias.ip or "")
            if address is None:
                continue
            for index, node in alias.names:
                listed.setdefault((node.text, address.version), []).append(_Listed(alias, index, node, address))
        answers = PodAnswers(pod, self.settings)
        found = []
        for (name, _), (first, *later) in listed.items():
            others = [
                item
                for item in later
                if item.address != first.address and pod.are_printed_together(first.node, item.node)
            ]
            if others:
                found.append((first, others, self._of_a_pod_without(pod, name) or answers))
        for first, others, asked in sorted(found, key=lambda item: (item[1][0].alias.index, item[1][0].at)):
            yield self._report(first, others, asked)

    def _report(self, first: _Listed, others: list[_Listed], asked: PodAnswers) -> Diagnostic:
        second, name = others[0], first.node.text
        answered = asked.describe(name, first.node, second.node)
        return self.report(
            second.alias,
            second.node,
            f"`{name}` already has the address `{first.alias.ip}`",
            why=answered,
            help="keep one of them",
            field=second.alias.field("hostnames", second.at),
            related=[
                Related(item.node.span, f"also listed here, for `{item.alias.ip}`") for item in (first, *others[1:])
            ],
        )

    def _of_a_pod_without(self, pod: Pod, name: str) -> PodAnswers | None:
        """The answers in a pod of the spec that does not have the name as its own, where another one does."""
        own, numbers = own_name(pod, name, self.version), ordinals(pod.object)
        if own is None or own.index is None or numbers is None:
            return None
        other = numbers.other_than(own.index)
        return PodAnswers(pod, self.settings, replace(own, index=own.index if other is None else other))
