from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Severity
from podhosts.hosts.addresses import parse_sloppy
from podhosts.hosts.names import is_numeric_for_resolvers
from podhosts.rules.answers import described, line_answers
from podhosts.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.kubernetes import HostAlias

_PROBE = "192.0.2.1"


class NumericHostname(Rule):
    """A name that resolvers read as a number, and so never look up.

    Why: `2024`, `10.1` and `0x7f` are addresses to glibc and musl (0.0.7.232, 10.0.0.1, 0.0.0.127), and glibc never
    looks up names of digits and dots for IPv4: the alias has no effect. Source: `reference/resolvers.md` 0.8,
    `vectors/resolvers.json`.

    Bad:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames:
            - "2024"  # expect: numeric-hostname
          containers: [{name: web, image: web}]

    Good:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames:
            - db-2024
          containers: [{name: web, image: web}]

    Fix safety: none; the name that was meant is a guess.
    """

    name = "numeric-hostname"
    severity = Severity.WARNING

    def check_alias(self, alias: HostAlias) -> Iterator[Diagnostic]:
        for index, node in alias.names:
            if not is_numeric_for_resolvers(node.text):
                continue
            answers = line_answers(_PROBE, node.text, self.settings, "inet")
            blind = [(title, answer) for title, answer in answers if _PROBE not in answer.addresses]
            if blind:
                yield self.report(
                    alias,
                    node,
                    f"`{node.text}` is read as a number",
                    why=f"{described(blind)}; the alias has no effect there",
                    help="list names, not addresses" if parse_sloppy(node.text) else "choose another name",
                    field=alias.field("hostnames", index),
                )
