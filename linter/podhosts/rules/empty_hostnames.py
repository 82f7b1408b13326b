from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Severity
from podhosts.document import Sequence, is_null
from podhosts.kubernetes.schemas.refusals import missing_hostnames, refused_list
from podhosts.rules.base import Fixable, Rule
from podhosts.rules.removal import EntryRemoval

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.kubernetes import Pod


class EmptyHostnames(Rule):
    """An entry without names.

    Why: the kubelet writes a line with an address and nothing else, which no resolver uses. Nothing refuses it, but for
    the Prometheus operator's resources. Source: `vectors/kubelet`, `vectors/crds`.

    Bad:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames: []  # expect: empty-hostnames
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

    Fix safety: unsafe, as names may have been meant to follow; the entry goes, and a list that would be left empty.
    """

    name = "empty-hostnames"
    severity = Severity.WARNING
    fixable = Fixable.SOMETIMES

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        nameless = {alias.index: alias for alias in pod.aliases if alias.is_nameless}
        removal = EntryRemoval(pod, nameless)
        for index, alias in nameless.items():
            node = alias.hostnames_node
            is_list = isinstance(node, Sequence)
            if is_list:
                refused_by = refused_list(pod.schema.hostnames.refusal([]))
            else:
                refused_by = missing_hostnames(pod, is_null=is_null(node))
            yield self.report(
                alias,
                node if node is not None and is_list else alias.first_key,
                "this entry has no host names",
                why="the API server refuses the object" if refused_by else "it has no effect",
                help="add names, or remove the entry",
                field=alias.field("hostnames"),
                refused_by=refused_by,
                # A stray `hostnames` beside the list is what this entry lacks.
                fix=None if "hostnames" in pod.spec.fields else removal.fix(index),
            )
