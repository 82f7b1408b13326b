from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Severity
from podhosts.document import Mapping, Scalar
from podhosts.kubernetes import is_directive, sequence
from podhosts.kubernetes.schemas.refusals import missing_ip
from podhosts.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.document import Node
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
        items = sequence(pod.spec.get(pod.list_field))
        for index, item in enumerate(items.items if items else ()):
            if pod.is_partial(item) or (found := _missing(item)) is None:
                continue
            written_as, node = found
            refused_by = missing_ip(pod, self.version, written_as=written_as)
            consequence = "the API server refuses the object" if refused_by else "the pod made from it is refused"
            what = {"item": "this entry is empty", None: "this entry has no `ip`"}.get(
                written_as, "the `ip` of this entry is empty"
            )
            yield self.report(
                pod,
                node,
                what,
                why=consequence,
                help="add the address, or remove the entry",
                field=pod.field(pod.list_field, index, "ip"),
                refused_by=refused_by,
            )


def _missing(item: Node) -> tuple[str | None, Node] | None:
    """How the address is missing (as `refusals.missing_ip` wants it) and where to point; None if it is there."""
    if isinstance(item, Scalar) and item.value is None:
        return "item", item
    if not isinstance(item, Mapping) or any(map(is_directive, item.fields)):
        return None
    ip = item.get("ip")
    first = item.entries[0].key if item.entries else item
    if ip is None:
        return None, first
    if isinstance(ip, Scalar) and (ip.value is None or ip.value == ""):
        return "null" if ip.value is None else "empty", first
    return None
