"""Types of the hosts-related part of a pod spec: a quick look, and jsonschema where that is not enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from podhosts.document import Mapping, Scalar, Sequence, is_null, is_unknown, plain

if TYPE_CHECKING:
    from podhosts.document import Node
    from podhosts.kubernetes.fields import Path

#: Fields of a pod spec other than the list, and the type of each.
SCALAR_FIELDS = {"hostname": str, "subdomain": str, "hostnameOverride": str, "setHostnameAsFQDN": bool}


class WrongType(NamedTuple):
    """A value of the wrong type: the node, its path below the pod spec, and the type that the API wants."""

    node: Node
    path: Path
    expected: str


def type_errors(spec: Mapping, list_field: str, *, list_only: bool = False) -> list[WrongType]:
    """The wrong types in a pod spec's hosts-related fields, in order of their paths. Placeholders are not judged.

    `list_only` where the fields beside the list are not a pod's.
    """
    if is_plainly_right(spec, list_field):
        return []
    return _explain(spec, list_field, () if list_only else tuple(SCALAR_FIELDS))


def is_plainly_right(spec: Mapping, list_field: str) -> bool:
    """Whether every hosts-related field has the type that the schema asks for, seen without the schema."""
    for name, kind in SCALAR_FIELDS.items():
        node = spec.get(name)
        if node is None or is_unknown(node):
            continue
        if not (isinstance(node, Scalar) and (node.value is None or isinstance(node.value, kind))):
            return False
    node = spec.get(list_field)
    if node is None or _is_open(node):
        return True
    return isinstance(node, Sequence) and all(map(_is_plain_alias, node.items))


def _is_plain_alias(node: Node) -> bool:
    if not isinstance(node, Mapping):
        return _is_open(node)
    ip, names = node.get("ip"), node.get("hostnames")
    if ip is not None and not _is_text(ip):
        return False
    if names is None or _is_open(names):
        return True
    return isinstance(names, Sequence) and all(map(_is_text, names.items))


def _is_open(node: Node) -> bool:
    """Whether nothing is there that could be of the wrong type."""
    return is_null(node) or is_unknown(node)


def _is_text(node: Node) -> bool:
    return _is_open(node) or (isinstance(node, Scalar) and node.is_string)


def _explain(spec: Mapping, list_field: str, scalar_fields: tuple[str, ...]) -> list[WrongType]:
    # jsonschema costs 140 ms to import; only what looks wrong pays for it.
    from jsonschema import Draft202012Validator

    from podhosts.resources import schema

    validator = Draft202012Validator(schema("pod-spec-hosts"))
    fields = [(name, name) for name in scalar_fields] + [(list_field, "hostAliases")]
    found: list[WrongType] = []
    for name, declared in fields:
        node = spec.get(name)
        if node is None or is_unknown(node):
            continue
        for error in validator.iter_errors({declared: plain(node)}):
            steps = tuple(error.absolute_path)[1:]
            wrong = _node_at(node, steps)
            if not is_unknown(wrong):
                wanted = error.validator_value
                expected = wanted[0] if isinstance(wanted, list) else wanted
                found.append(WrongType(wrong, (name, *steps), _NAMES[str(expected)]))
    return found


_NAMES = {"array": "a list", "string": "a string", "object": "a mapping", "boolean": "a boolean"}


def _node_at(node: Node, steps: Path) -> Node:
    for step in steps:
        if isinstance(node, Sequence) and isinstance(step, int):
            node = node.items[step]
        elif isinstance(node, Mapping) and (value := node.get(str(step))) is not None:
            node = value
    return node
