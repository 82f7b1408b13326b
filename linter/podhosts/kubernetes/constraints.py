"""What the schema of a CustomResourceDefinition asks of a value beside its type."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from podhosts.hosts.addresses import parse_sloppy
from podhosts.records import field, record

if TYPE_CHECKING:
    from collections.abc import Mapping

_COUNTS = ("minLength", "maxLength", "minItems", "maxItems")
_WORDS = {
    "minLength": "has fewer than {} characters",
    "maxLength": "has more than {} characters",
    "minItems": "has fewer than {} items",
    "maxItems": "has more than {} items",
    "enum": "is none of {}",
    "pattern": "does not match `{}`",
}


@record(frozen=True, slots=True)
class Constraints:
    """The keywords of a schema that limit a string or list; without any, everything passes."""

    keywords: Mapping[str, Any] = field(default_factory=dict)

    def __hash__(self) -> int:
        # Their values may be lists.
        return hash(frozenset(self.keywords))

    def refusal(self, value: str | list[Any]) -> str | None:
        """Why the API server refuses a value of the right type, as "does not match `x`"; None where it does not, or
        where that is not certain.

        Formats other than `ipv4` and `ipv6` are not judged, nor are rules in CEL.
        """
        if not self.keywords:
            return None
        if isinstance(value, str) and (refused := _wrong_format(self.keywords.get("format"), value)):
            return refused
        # jsonschema costs 140 ms to import; only lists of a CRD that limits its values pay for it.
        from jsonschema import Draft202012Validator

        error = next(Draft202012Validator(dict(self.keywords)).iter_errors(value), None)
        if error is None:
            return None
        limit = error.validator_value
        shown = ", ".join(f"`{choice}`" for choice in limit) if isinstance(limit, list) else limit
        return _WORDS[str(error.validator)].format(shown)


FREE = Constraints()


def constraints(schema: Mapping[str, Any]) -> Constraints:
    """Those of a part of an OpenAPI schema."""
    told = {name: schema[name] for name in _COUNTS if isinstance(schema.get(name), int)}
    if isinstance(schema.get("enum"), list):
        told["enum"] = schema["enum"]
    if isinstance(pattern := schema.get("pattern"), str) and _is_readable(pattern):
        told["pattern"] = pattern
    if isinstance(schema.get("format"), str):
        told["format"] = schema["format"]
    return Constraints(told) if told else FREE


def _is_readable(pattern: str) -> bool:
    """Whether Python reads the pattern, too; of one that only Go reads nothing is said."""
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return False
    return True


def _wrong_format(name: object, value: str) -> str | None:
    address = parse_sloppy(value)
    if name == "ipv4" and (address is None or "." not in value):
        return "is not an IPv4 address"
    if name == "ipv6" and (address is None or ":" not in value):
        return "is not an IPv6 address"
    return None
