from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Related, Severity
from podhosts.hosts.addresses import parse_sloppy
from podhosts.kubernetes import is_placeholder
from podhosts.kubernetes.verdicts import duplicate_hostname
from podhosts.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.document import Scalar
    from podhosts.kubernetes import HostAlias, Pod


class DuplicateHostname(Rule):
    """A name that is listed twice under one address.

    Why: the second one changes nothing. Some resolvers answer the address twice; mostly another name was meant.
    Source: `reference/resolvers.md` 7.

    Bad:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames:
            - db.internal
            - db.internal  # expect: duplicate-hostname
          containers: [{name: web, image: web}]

    Good:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames:
            - db.internal
          containers: [{name: web, image: web}]

    Fix safety: none is offered yet.
    """

    name = "duplicate-hostname"
    severity = Severity.WARNING

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        seen: dict[tuple[str, str], tuple[HostAlias, Scalar]] = {}
        for alias in pod.aliases:
            address = str(parse_sloppy(alias.ip or "") or alias.ip)
            for index, node in alias.names:
                if is_placeholder(node.text):
                    continue
                first = seen.get((address, node.text))
                if first is None:
                    seen[address, node.text] = alias, node
                elif pod.object.document.may_meet(first[1], node):
                    refused_by = duplicate_hostname(pod) if first[0] is alias else ()
                    consequence = "the API server refuses the object" if refused_by else "the second one has no effect"
                    yield self.report(
                        alias,
                        node,
                        f"`{node.text}` is already listed for `{alias.ip}`: {consequence}; remove it",
                        field=alias.field("hostnames", index),
                        refused_by=refused_by,
                        related=[Related(first[1].span, "first listed here")],
                    )
