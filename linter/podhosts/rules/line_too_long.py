from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Severity
from podhosts.hosts.kubelet import Alias, alias_line
from podhosts.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.kubernetes import HostAlias


#: Bytes; far below musl's limit, so that ordinary lines need no model.
_SURELY_SHORT = 256


class LineTooLong(Rule):
    """An entry whose line in the hosts file is longer than musl (Alpine) reads.

    Why: musl reads a line in pieces of 511 bytes. Names past the first piece are lost and go to DNS; where such a piece
    begins with digits, the names after it resolve to an address that nobody wrote. Splitting the entry in two is no way
    out: two entries of one `ip` are lost elsewhere (duplicate-ip); use a CoreDNS record, or shorter names.
    Source: `reference/resolvers.md` 2 (docker-alpine #475), fuzzed against musl 1.2.3 and 1.2.5.

    Bad:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames:
            - a01-service-with-a-long-name.some-team.example.internal
            - a02-service-with-a-long-name.some-team.example.internal
            - a03-service-with-a-long-name.some-team.example.internal
            - a04-service-with-a-long-name.some-team.example.internal
            - a05-service-with-a-long-name.some-team.example.internal
            - a06-service-with-a-long-name.some-team.example.internal
            - a07-service-with-a-long-name.some-team.example.internal
            - a08-service-with-a-long-name.some-team.example.internal
            - a09-service-with-a-long-name.some-team.example.internal  # expect: line-too-long
            - a10-service-with-a-long-name.some-team.example.internal
          containers: [{name: web, image: web}]

    Good:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames:
            - a01-service-with-a-long-name.some-team.example.internal
            - a02-service-with-a-long-name.some-team.example.internal
          containers: [{name: web, image: web}]

    Fix safety: none; which names can go is a decision.
    """

    name = "line-too-long"
    severity = Severity.WARNING

    def check_alias(self, alias: HostAlias) -> Iterator[Diagnostic]:
        names = alias.all_names
        # A line without an address is lost as a whole.
        if "musl" not in self.settings.resolvers or alias.ip is None or alias.address is None:
            return
        if names is None:
            return
        line = alias_line(Alias(alias.ip, tuple(node.text for _, node in names)))
        if len(line) < _SURELY_SHORT:
            return
        from podhosts.hosts.resolvers import line_loss

        loss = line_loss(line)
        if loss.first_lost is None:
            return
        first = next(((index, node) for index, node in names if node.text == loss.first_lost), None)
        if first is None:
            # A name with blanks is several words in the file; it is refused, and invalid-hostname says so.
            return
        index, node = first
        bogus = "".join(
            f", and gives `{found.names[0]}` the address {found.address}, which nobody wrote" for found in loss.bogus
        )
        count = "this name" if len(loss.lost) == 1 else f"this name and {len(loss.lost) - 1} after it"
        yield self.report(
            alias,
            node,
            f"the entry's line has {len(line)} bytes",
            why=f"musl (Alpine) reads only 511 and loses {count}{bogus}",
            help="use fewer or shorter names, or a CoreDNS record",
            field=alias.field("hostnames", index),
        )
