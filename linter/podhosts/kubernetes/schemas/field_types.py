"""Types of the hosts-related part of a pod spec, as `schemas/pod-spec-hosts.schema.json` declares them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from podhosts.document import Mapping, Scalar, Sequence, is_null, is_unknown
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.document import Node
    from podhosts.kubernetes.fields import Path

#: Fields of a pod spec other than the list, and the type of each.
SCALAR_FIELDS = {"hostname": str, "subdomain": str, "hostnameOverride": str, "setHostnameAsFQDN": bool}

#: A scalar's type, a list of one type, or a mapping of names to types.
_Type: TypeAlias = "type | list[_Type] | dict[str, _Type]"
_HOST_ALIASES: _Type = [{"ip": str, "hostnames": [str]}]


class TypeMismatch(NamedTuple):
    """A value of the wrong type: the node, its path below the pod spec, and the type that the API wants."""

    node: Node
    path: Path
    expected: str


def type_errors(spec: Mapping, list_field: str, *, list_only: bool = False) -> Iterator[TypeMismatch]:
    """The wrong types in a pod spec's hosts-related fields, the list last. Null and placeholders are not judged.

    `list_only` where the fields beside the list are not a pod's.
    """
    for name, kind in () if list_only else SCALAR_FIELDS.items():
        if (node := spec.get(name)) is not None:
            yield from _errors(node, kind, (name,))
    if (node := spec.get(list_field)) is not None:
        yield from _errors(node, _HOST_ALIASES, (list_field,))


def _errors(node: Node, wanted: _Type, path: Path) -> Iterator[TypeMismatch]:
    if isinstance(wanted, list) and isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            yield from _errors(item, wanted[0], (*path, index))
    elif isinstance(wanted, dict) and isinstance(node, Mapping):
        for name, inner in wanted.items():
            if (value := node.get(name)) is not None:
                yield from _errors(value, inner, (*path, name))
    elif is_null(node) or is_unknown(node):
        return
    elif isinstance(wanted, list):
        yield TypeMismatch(node, path, "a list")
    elif isinstance(wanted, dict):
        yield TypeMismatch(node, path, "a mapping")
    elif not (isinstance(node, Scalar) and isinstance(node.value, wanted)):
        yield TypeMismatch(node, path, "a string" if wanted is str else "a boolean")
