from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from podhosts.diagnostics import Severity
from podhosts.hosts.limits import MAX_ADDRESSES
from podhosts.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.kubernetes import Pod


class TooManyAddresses(Rule):
    """A name under more addresses than musl reads.

    Why: musl (Alpine) stops after 48 addresses of a name; those after it are not used. Source: `reference/resolvers.md`
    2 (`MAXADDRS`).

    Bad:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases: [
            {ip: 10.0.0.1, hostnames: [db]}, {ip: 10.0.0.2, hostnames: [db]}, {ip: 10.0.0.3, hostnames: [db]},
            {ip: 10.0.0.4, hostnames: [db]}, {ip: 10.0.0.5, hostnames: [db]}, {ip: 10.0.0.6, hostnames: [db]},
            {ip: 10.0.0.7, hostnames: [db]}, {ip: 10.0.0.8, hostnames: [db]}, {ip: 10.0.0.9, hostnames: [db]},
            {ip: 10.0.0.10, hostnames: [db]}, {ip: 10.0.0.11, hostnames: [db]}, {ip: 10.0.0.12, hostnames: [db]},
            {ip: 10.0.0.13, hostnames: [db]}, {ip: 10.0.0.14, hostnames: [db]}, {ip: 10.0.0.15, hostnames: [db]},
            {ip: 10.0.0.16, hostnames: [db]}, {ip: 10.0.0.17, hostnames: [db]}, {ip: 10.0.0.18, hostnames: [db]},
            {ip: 10.0.0.19, hostnames: [db]}, {ip: 10.0.0.20, hostnames: [db]}, {ip: 10.0.0.21, hostnames: [db]},
            {ip: 10.0.0.22, hostnames: [db]}, {ip: 10.0.0.23, hostnames: [db]}, {ip: 10.0.0.24, hostnames: [db]},
            {ip: 10.0.0.25, hostnames: [db]}, {ip: 10.0.0.26, hostnames: [db]}, {ip: 10.0.0.27, hostnames: [db]},
            {ip: 10.0.0.28, hostnames: [db]}, {ip: 10.0.0.29, hostnames: [db]}, {ip: 10.0.0.30, hostnames: [db]},
            {ip: 10.0.0.31, hostnames: [db]}, {ip: 10.0.0.32, hostnames: [db]}, {ip: 10.0.0.33, hostnames: [db]},
            {ip: 10.0.0.34, hostnames: [db]}, {ip: 10.0.0.35, hostnames: [db]}, {ip: 10.0.0.36, hostnames: [db]},
            {ip: 10.0.0.37, hostnames: [db]}, {ip: 10.0.0.38, hostnames: [db]}, {ip: 10.0.0.39, hostnames: [db]},
            {ip: 10.0.0.40, hostnames: [db]}, {ip: 10.0.0.41, hostnames: [db]}, {ip: 10.0.0.42, hostnames: [db]},
            {ip: 10.0.0.43, hostnames: [db]}, {ip: 10.0.0.44, hostnames: [db]}, {ip: 10.0.0.45, hostnames: [db]},
            {ip: 10.0.0.46, hostnames: [db]}, {ip: 10.0.0.47, hostnames: [db]}, {ip: 10.0.0.48, hostnames: [db]},
            {ip: 10.0.0.49, hostnames: [db]},  # expect: too-many-addresses
          ]
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

    Fix safety: none; which addresses can go is a decision.
    """

    name = "too-many-addresses"
    severity = Severity.INFO

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        # Of what a template writes, not everything is in one pod.
        if "musl" not in self.settings.resolvers or not pod.has_all_aliases:
            return
        counts: Counter[str] = Counter()
        for alias in pod.aliases:
            if alias.address is None:
                continue
            # A line counts once, however often it has the name.
            for index, node in {node.text: (index, node) for index, node in reversed(alias.names)}.values():
                counts[node.text] += 1
                if counts[node.text] == MAX_ADDRESSES + 1:
                    yield self.report(
                        alias,
                        node,
                        f"`{node.text}` has more than {MAX_ADDRESSES} addresses",
                        why="musl (Alpine) ignores this and all further addresses",
                        help="use a Service or a CoreDNS record",
                        field=alias.field("hostnames", index),
                    )
