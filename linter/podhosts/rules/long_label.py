from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Severity
from podhosts.hosts.names import MAX_LABEL_BYTES, longest_label, subdomain_refusals
from podhosts.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.kubernetes import HostAlias


class LongLabel(Rule):
    """A part of a name, between dots, of more than 63 bytes.

    Why: the API server does not check it, but Python raises `UnicodeError: label too long` for the name, and no DNS
    message can carry it. Source: `reference/kubernetes.md` 1.4, `reference/resolvers.md` 5.

    Bad:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames:
            - a-name-that-somebody-generated-from-far-too-many-different-parts-of-it.internal  # expect: long-label
          containers: [{name: web, image: web}]

    Good:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames:
            - a-name.that-somebody-generated.from-far-too-many-different-parts-of-it.internal
          containers: [{name: web, image: web}]

    Fix safety: none; the name that was meant is a guess.
    """

    name = "long-label"
    severity = Severity.WARNING

    def check_alias(self, alias: HostAlias) -> Iterator[Diagnostic]:
        for index, node in alias.names:
            size = longest_label(node.text)
            if size > MAX_LABEL_BYTES and not subdomain_refusals(node.text):
                yield self.report(
                    alias,
                    node,
                    f"a label of this name has {size} bytes",
                    why=f"Python refuses names with parts of more than {MAX_LABEL_BYTES}, and no DNS message can carry "
                    f"them",
                    help="shorten it",
                    field=alias.field("hostnames", index),
                )
