from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Severity
from podhosts.kubernetes.schemas.refusals import missing_ip
from podhosts.rules.base import Rule, consequence_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.kubernetes import Pod


class MissingIp(Rule):
    """An entry without an address.

    Why: the API server refuses the object (`hostAliases[0].ip: Invalid value: ""`); a missing, null and empty `ip` are
    the same to it. Custom resources whose schema does not ask for it pass, and their pods are refused later.
    Source: `vectors/apiserver`, category structure.

    Bad:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - hostnames: [db.internal]  # expect: missing-ip
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

    Fix safety: none; the address is not known.
    """

    name = "missing-ip"
    severity = Severity.ERROR

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        for missing in pod.missing_addresses:
            refused_by = missing_ip(pod, self.version, written_as=missing.written_as)
            yield self.report(
                pod,
                missing.at,
                _WORDS[missing.written_as],
                why=consequence_of(refused_by),
                help="add the address, or remove the entry",
                field=pod.field(pod.list_field, missing.index, "ip"),
                refused_by=refused_by,
            )


_EMPTY = "the `ip` of this entry is empty"
_WORDS = {"item": "this entry is empty", None: "this entry has no `ip`", "null": _EMPTY, "empty": _EMPTY}
