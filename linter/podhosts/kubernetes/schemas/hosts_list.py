"""The API server's checks of one hostAliases list, by the place where it stands.

Source: `vectors/apiserver` for built-in kinds, the profiles P1 to P10 of `vectors/crds` for custom resources.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Any

from podhosts.hosts.addresses import parse_sloppy
from podhosts.records import record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@record(frozen=True, slots=True)
class Constraints:
    """The keywords of a schema that limit a string or list; without any, everything passes.

    `least` and `most` count characters of a string, items of a list.
    """

    least: int | None = None
    most: int | None = None
    choices: tuple[str, ...] = ()
    pattern: str = ""
    format: str = ""

    def refusal(self, value: str | Sequence[object]) -> str | None:
        """The API server's reason to refuse a value of the right type, as "does not match `x`"; None where it accepts
        it, or where that is not certain.

        Formats other than `ipv4` and `ipv6` are not judged, nor are rules in CEL.
        """
        if isinstance(value, str) and self.format in {"ipv4", "ipv6"}:
            family, mark = ("IPv4", ".") if self.format == "ipv4" else ("IPv6", ":")
            if mark not in value or parse_sloppy(value) is None:
                return f"is not an {family} address"
        counted = "characters" if isinstance(value, str) else "items"
        if self.least is not None and len(value) < self.least:
            return f"has fewer than {self.least} {counted}"
        if self.most is not None and len(value) > self.most:
            return f"has more than {self.most} {counted}"
        if isinstance(value, str) and self.choices and value not in self.choices:
            return f"is none of {', '.join(f'`{choice}`' for choice in self.choices)}"
        if isinstance(value, str) and self.pattern and not re.search(self.pattern, value):
            return f"does not match `{self.pattern}`"
        return None


FREE = Constraints()


def string_constraints(schema: Mapping[str, Any]) -> Constraints:
    """The constraints in an OpenAPI schema of a string."""
    choices, pattern, written_format = schema.get("enum"), schema.get("pattern"), schema.get("format")
    return Constraints(
        _count(schema, "minLength"),
        _count(schema, "maxLength"),
        tuple(choice for choice in choices if isinstance(choice, str)) if isinstance(choices, list) else (),
        pattern if isinstance(pattern, str) and _is_readable(pattern) else "",
        written_format if isinstance(written_format, str) else "",
    )


def list_constraints(schema: Mapping[str, Any]) -> Constraints:
    """The constraints in an OpenAPI schema of a list."""
    return Constraints(_count(schema, "minItems"), _count(schema, "maxItems"))


def _count(schema: Mapping[str, Any], keyword: str) -> int | None:
    count = schema.get(keyword)
    return count if isinstance(count, int) else None


def _is_readable(pattern: str) -> bool:
    """Whether Python reads a pattern, too; of one that only Go reads nothing is said."""
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return False
    return True


class ListType(Enum):
    """The merging of entries of equal `ip` (`x-kubernetes-list-type`)."""

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
