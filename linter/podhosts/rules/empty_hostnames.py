from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Severity
from podhosts.document import Scalar, Sequence
from podhosts.kubernetes.verdicts import missing_hostnames, refused_list
from podhosts.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.kubernetes import HostAlias


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

    Fix safety: none is offered yet.
    """

    name = "empty-hostnames"
    severity = Severity.WARNING

    def check_alias(self, alias: HostAlias) -> Iterator[Diagnostic]:
        if alias.pod.object.document.is_partial(alias.node):
            return
        node = alias.hostnames_node
        is_null = isinstance(node, Scalar) and node.value is None
        is_empty = isinstance(node, Sequence) and not node.items
        # An unknown key beside `ip` is where the names are; unknown-field says so.
        if not (node is None or is_null or is_empty) or not alias.node.fields.keys() <= alias.pod.schema.entry_fields:
            return
        first = alias.node.entries[0].key if alias.node.entries else alias.node
        place = node if is_empty and node is not None else first
        if is_empty:
            refused_by = refused_list(alias.pod.schema.hostnames.refusal([]))
        else:
            refused_by = missing_hostnames(alias.pod, is_null=is_null)
        consequence = (
            "the API server refuses the object"
            if refused_by
            else "it becomes a line of the hosts file that names nothing"
        )
        yield self.report(
            alias,
            place,
            f"this entry has no host names: {consequence}; add names, or remove the entry",
            field=alias.field("hostnames"),
            refused_by=refused_by,
        )
