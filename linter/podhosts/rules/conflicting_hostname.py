from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Related, Severity
from podhosts.kubernetes.host_names import ordinals, own_name
from podhosts.records import replace
from podhosts.rules.answers import PodAnswers
from podhosts.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.kubernetes import AliasName, Pod


class ConflictingHostname(Rule):
    """A name under two addresses of one family.

    Why: musl, Go and glibc with `/etc/host.conf` (`multi on`) answer both addresses, glibc without `/etc/host.conf`
    only the first, and the order need not be the file's: clients may try either. The two families of a dual-stack name
    are no conflict. Source: `reference/resolvers.md` 7, `vectors/resolvers.json`.

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
        answers = PodAnswers(pod, self.settings)
        for first, *later in pod.repeated(pod.listed_names, _name_and_family):
            others = [name for name in later if name.alias.address != first.alias.address]
            if others:
                yield self._report(first, others, self._of_a_pod_without(pod, first.text) or answers)

    def _report(self, first: AliasName, others: list[AliasName], answers: PodAnswers) -> Diagnostic:
        second, *further = others
        return self.report(
            second.alias,
            second.node,
            f"`{first.text}` already has the address `{first.alias.ip}`",
            why=answers.describe(first.text, first.node, second.node),
            help="keep one of them",
            field=second.field,
            related=[Related(name.node.span, f"also listed here, for `{name.alias.ip}`") for name in (first, *further)],
        )

    def _of_a_pod_without(self, pod: Pod, name: str) -> PodAnswers | None:
        """The answers in a pod of the spec that does not have the name as its own, where another one does."""
        own, numbers = own_name(pod, name, self.version), ordinals(pod.object)
        if own is None or own.index is None or numbers is None:
            return None
        other = numbers.other_than(own.index)
        return PodAnswers(pod, self.settings, replace(own, index=own.index if other is None else other))


def _name_and_family(name: AliasName) -> tuple[str, int] | None:
    address = name.alias.address
    return None if address is None else (name.text, address.version)
