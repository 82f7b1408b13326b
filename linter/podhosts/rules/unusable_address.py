from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Severity
from podhosts.hosts.addresses import classify
from podhosts.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.kubernetes import HostAlias

_WHY = {
    "link-local": "a link-local IPv6 address needs a zone, which the API does not accept: connections "
    "fail with `Invalid argument`",
    "multicast": "no connection can be made to a multicast address",
    "broadcast": "no connection can be made to the broadcast address",
    "unspecified": "connections reach the pod itself",
}


class UnusableAddress(Rule):
    """An address that no connection can reach.

    Why: the name resolves, and then every connection fails: link-local IPv6 (it needs a zone), multicast, broadcast.
    `0.0.0.0` and `::` are often meant to block a name, but reach the pod itself (info). Other loopback addresses are
    common and meant, and not reported. Source: `reference/resolvers.md` 8.

    Bad:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: fe80::25  # expect: unusable-address
            hostnames: [db.internal]
          containers: [{name: web, image: web}]

    Good:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: fd00::25
            hostnames: [db.internal]
          containers: [{name: web, image: web}]

    Fix safety: none; which address was meant is a guess.
    """

    name = "unusable-address"
    severity = Severity.WARNING

    def check_alias(self, alias: HostAlias) -> Iterator[Diagnostic]:
        node = alias.ip_node
        address = alias.address
        kind = classify(address) if address is not None else None
        if node is None or kind is None or kind == "loopback":
            return
        severity = Severity.INFO if kind == "unspecified" else None
        message, advice = f"`{alias.ip}` cannot be used", "write the address of the host"
        if kind == "unspecified":
            message = f"`{alias.ip}` does not block the name"
            advice = "to make a name fail, use a CoreDNS record"
        yield self.report(alias, node, message, why=_WHY[kind], help=advice, field=alias.field("ip"), severity=severity)
