from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Severity, Words
from podhosts.edits import Safety
from podhosts.hosts.addresses import has_leading_zeros, parse_sloppy, refusal
from podhosts.kubernetes.schemas.refusals import refused_value
from podhosts.rules.addresses import MeantAddresses
from podhosts.rules.base import Fixable, Rule, consequence_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.kubernetes import HostAlias, Pod


class InvalidIp(Rule):
    """An `ip` that the API server does not accept as an address.

    Why: the API server refuses the whole object (`must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)`).
    Custom resources pass, and the pods made from them are refused later. Kubernetes 1.36 and later also refuse leading
    zeros and IPv4-mapped IPv6; an object stored with one by an older server can then not be changed in any way until
    the address is fixed. Source: `vectors/apiserver`, category ip.

    Bad:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.256  # expect: invalid-ip
            hostnames: [db.internal]
          containers: [{name: web, image: web}]

    Good:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames: [db.internal]
          containers: [{name: web, image: web}]

    Fix safety: unsafe; blanks, brackets, a port or a prefix length around an address go, and leading zeros and the
    IPv4-mapped form are written as Kubernetes 1.36 proposes. Otherwise none, as also for a prefix that is a whole
    network: which address was meant is a guess.
    """

    name = "invalid-ip"
    severity = Severity.ERROR
    fixable = Fixable.SOMETIMES

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        meant = MeantAddresses(pod)
        for alias in pod.aliases:
            yield from self._check(alias, meant)

    def _check(self, alias: HostAlias, meant: MeantAddresses) -> Iterator[Diagnostic]:
        ip, node = alias.ip, alias.ip_node
        if not ip or node is None:
            return
        broken = alias.pod.schema.ip.refusal(ip)
        refused_by = refused_value(alias.pod, self.version, broken)
        if refusal(ip, self.version.strict_addresses):
            consequence = consequence_of(refused_by)
            what, since = _what(ip)
            words = Words(what, f"{since}{consequence}", meant.advice(alias))
        elif broken is not None:
            words = Words(f"`{ip}` {broken}", "the API server refuses the object, because its CRD does not allow this")
        else:
            return
        fix = meant.fix(alias, Safety.UNSAFE)
        yield self.report(
            alias,
            node,
            words,
            field=alias.field("ip"),
            refused_by=refused_by,
            fix=fix,
        )


def _what(ip: str) -> tuple[str, str]:
    """A message about a refused address, and since when it is refused, to stand before the consequence."""
    if parse_sloppy(ip) is None:
        return f"`{ip}` is not an IP address", ""
    what = "has leading zeros" if has_leading_zeros(ip) else "is an IPv4-mapped IPv6 address"
    return f"`{ip}` {what} (accepted up to 1.35)", "since 1.36 "
