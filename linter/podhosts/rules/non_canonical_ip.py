from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Severity
from podhosts.edits import Safety
from podhosts.hosts.addresses import canonical, has_leading_zeros, is_mapped, refusal
from podhosts.rules.addresses import MeantAddresses
from podhosts.rules.answers import described, line_answers
from podhosts.rules.base import Fixable, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.kubernetes import HostAlias, Pod


#: A name that every resolver looks up.
_PROBE = "name.example"


class NonCanonicalIp(Rule):
    """An address that is accepted but spelt in another way than it is written back.

    Why: leading zeros are octal for musl, decimal for others and nothing for glibc and Go, and IPv4-mapped addresses
    are found by some resolvers as IPv4, by others only as IPv6 (warning). Other spellings of an IPv6 address (upper
    case, padding) resolve alike, but lists, diffs and the API server's duplicate check compare text (info).
    Source: `reference/resolvers.md` 0.7 and 8, `reference/kubernetes.md` 1.3.

    Bad:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 2001:DB8:0:0::25  # expect: non-canonical-ip
            hostnames: [db.internal]
          containers: [{name: web, image: web}]

    Good:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 2001:db8::25
            hostnames: [db.internal]
          containers: [{name: web, image: web}]

    Fix safety: safe where the spelling alone differs; unsafe for leading zeros and IPv4-mapped addresses, which
    resolvers read differently. Nothing is offered where another entry has the address already.
    """

    name = "non-canonical-ip"
    severity = Severity.WARNING
    fixable = Fixable.SOMETIMES

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        meant = MeantAddresses(pod)
        for alias in pod.aliases:
            yield from self._check(alias, meant)

    def _check(self, alias: HostAlias, meant: MeantAddresses) -> Iterator[Diagnostic]:
        ip, node = alias.ip, alias.ip_node
        if not ip or node is None or refusal(ip, self.version.strict_addresses):
            return
        wanted = canonical(ip)
        if wanted is None or wanted == ip:
            return
        why, severity = "Kubernetes counts two spellings of an address as two addresses", Severity.INFO
        is_read_differently = has_leading_zeros(ip) or is_mapped(ip)
        if is_read_differently:
            why = "Kubernetes 1.36 and later refuse it"
            answers = line_answers(ip, _PROBE, self.settings, "inet6" if ":" in wanted else "inet")
            if any(answer.addresses != (wanted,) for _, answer in answers):
                why, severity = f"for its names {described(answers)}, and {why}", Severity.WARNING
        fix = meant.fix(alias, Safety.UNSAFE if is_read_differently else Safety.SAFE)
        yield self.report(
            alias,
            node,
            f"`{ip}` is not the canonical spelling",
            why=why,
            help=meant.advice(alias),
            field=alias.field("ip"),
            severity=severity,
            fix=fix,
        )
