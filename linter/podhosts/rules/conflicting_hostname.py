from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Related, Severity
from podhosts.hosts.addresses import parse_sloppy
from podhosts.kubernetes.host_names import ordinals, own_name
from podhosts.records import replace
from podhosts.rules.answers import PodAnswers
from podhosts.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.document import Scalar
    from podhosts.kubernetes import Pod


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
        """Of a name that one pod of a StatefulSet has as its own, the answers are those of the others."""
        first: dict[tuple[str, int], tuple[str, object, Scalar]] = {}
        answers = PodAnswers(pod, self.settings)
        for alias in pod.aliases:
            address = parse_sloppy(alias.ip or "")
            if address is None or alias.ip is None:
                continue
            for index, node in alias.names:
                text, earlier, place = first.setdefault((node.text, address.version), (alias.ip, address, node))
                if earlier != address and pod.are_printed_together(place, node):
                    asked = self._of_a_pod_without(pod, node.text) or answers
                    yield self.report(
                        alias,
                        node,
                        f"`{node.text}` already has the address `{text}`: {asked.describe(node.text, place, node)}; "
                        f"keep one of them",
                        field=alias.field("hostnames", index),
                        related=[Related(place.span, f"also listed here, for `{text}`")],
                    )

    def _of_a_pod_without(self, pod: Pod, name: str) -> PodAnswers | None:
        """The answers in a pod of the spec that does not have the name as its own, where another one does."""
        own, numbers = own_name(pod, name, self.version), ordinals(pod.object)
        if own is None or own.index is None or numbers is None:
            return None
        other = numbers.other_than(own.index)
        return PodAnswers(pod, self.settings, replace(own, index=own.index if other is None else other))
