"""What an API server checks of one hostAliases list, by the place where it stands.

Source: `vectors/apiserver` for built-in kinds, the profiles P1 to P10 of `vectors/crds` for custom resources.
"""

from __future__ import annotations

from enum import Enum

from podhosts.kubernetes.constraints import FREE, Constraints
from podhosts.records import record


class ListType(Enum):
    """How entries of equal `ip` meet."""

    MAP = "map"  # server-side apply (for a custom resource create too) refuses the second one
    ATOMIC = "atomic"  # both are kept
    UNKNOWN = "unknown"  # no schema is known


@record(frozen=True, slots=True)
class ListSchema:
    """The checks on one list. The defaults are those of a place of which nothing is known."""

    list_type: ListType = ListType.UNKNOWN
    #: Types and unknown keys are checked.
    typed: bool = False
    #: Addresses and names are checked (built-in kinds only: no CRD checks a value).
    built_in: bool = False
    ip_required: bool = False
    hostnames_required: bool = False
    #: A missing `ip` is `""`.
    ip_has_default: bool = False
    #: `ip`, `hostnames`, the list itself may be null, which the server then keeps (`nullable: true`).
    nullable: frozenset[str] = frozenset()
    #: The keys of an entry.
    entry_fields: frozenset[str] = frozenset({"ip", "hostnames"})
    #: Server-side apply drops unknown keys without a word; create refuses them all the same.
    apply_drops_unknown: bool = False
    #: Entries are objects of which nothing more is declared.
    untyped_items: bool = False
    #: Entries keep keys that are not declared.
    keeps_unknown: bool = False
    #: A name that stands twice in one entry is refused (`x-kubernetes-list-type: set`).
    unique_hostnames: bool = False
    ip: Constraints = FREE
    hostnames: Constraints = FREE
    hostname: Constraints = FREE
    entries: Constraints = FREE

    @property
    def is_known(self) -> bool:
        """Whether anything is known of the place; a place that is known to check nothing counts."""
        return self.list_type is not ListType.UNKNOWN

    @property
    def is_of_pod_spec(self) -> bool:
        """Whether the list is one of a pod spec or a full copy of it, so that `hostname` beside it is the pod's."""
        return self.list_type is ListType.MAP and not self.hostnames_required


BUILT_IN = ListSchema(ListType.MAP, typed=True, built_in=True)
SCHEMALESS = ListSchema(ListType.ATOMIC)
UNKNOWN = ListSchema()

#: The profiles of `vectors/crds/README.md`.
PROFILES: dict[str, ListSchema] = {
    "P1": ListSchema(ListType.ATOMIC, typed=True, ip_required=True),
    "P2": ListSchema(ListType.MAP, typed=True, ip_required=True),
    "P3": SCHEMALESS,
    "P4": ListSchema(ListType.ATOMIC, typed=True),
    "P5": ListSchema(ListType.MAP, typed=True, ip_required=True, apply_drops_unknown=True),
    "P6": ListSchema(ListType.ATOMIC, typed=True, ip_required=True, apply_drops_unknown=True),
    "P7": ListSchema(ListType.MAP, typed=True, ip_required=True, hostnames_required=True),
    "P8": ListSchema(ListType.ATOMIC, typed=True, untyped_items=True),
    "P9": ListSchema(ListType.MAP, typed=True, ip_required=True, ip_has_default=True),
}
