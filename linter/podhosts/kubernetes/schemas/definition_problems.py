"""Mistakes in the schemas of a CustomResourceDefinition for which the API server certainly refuses it.

Only what concerns the shape of a schema: types, and what a list of hosts rests on (`x-kubernetes-list-type` and its
keys). Measured with k8s.io/apiextensions-apiserver 0.37.0 (`tests/data/crds/broken.jsonl`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.document import Mapping, Scalar, Sequence, is_null, is_unknown, string
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from podhosts.document import Node
    from podhosts.kubernetes.fields import Path

_TYPES = ("object", "array", "string", "number", "integer", "boolean")
_LIST_TYPES = ("atomic", "set", "map")
_KEEPS = "x-kubernetes-preserve-unknown-fields"
_NEEDS_TYPE = "a schema needs a `type`"


def _is_boolean(node: Node) -> bool:
    return isinstance(node, Scalar) and isinstance(node.value, bool)


def _is_string(node: Node) -> bool:
    return string(node) is not None


def _is_whole(node: Node) -> bool:
    return isinstance(node, Scalar) and isinstance(node.value, int) and not isinstance(node.value, bool)


def _is_list_of_strings(node: Node) -> bool:
    return isinstance(node, Sequence) and all(string(item) is not None or is_null(item) for item in node.items)


#: Keywords, whether a node is a value of the right type, and what that type is called.
_KEYWORDS: dict[str, tuple[Callable[[Node], bool], str]] = {
    "properties": (lambda node: isinstance(node, Mapping), "a mapping of names to schemas"),
    "additionalProperties": (lambda node: isinstance(node, Mapping) or _is_boolean(node), "a schema or a boolean"),
    "enum": (lambda node: isinstance(node, Sequence), "a list"),
    **dict.fromkeys(("type", "format", "pattern", "x-kubernetes-list-type"), (_is_string, "a string")),
    **dict.fromkeys(
        ("nullable", "x-kubernetes-preserve-unknown-fields", "x-kubernetes-int-or-string"),
        (_is_boolean, "`true` or `false`"),
    ),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), (_is_whole, "a whole number")),
    **dict.fromkeys(("required", "x-kubernetes-list-map-keys"), (_is_list_of_strings, "a list of strings")),
}


class SchemaProblem(NamedTuple):
    """A mistake: the node, its path from the object's root, and a message."""

    node: Node
    path: Path
    message: str


def schema_problems(versions: Node | None) -> Iterator[SchemaProblem]:
    """The problems in `spec.versions` of a CustomResourceDefinition of apiextensions.k8s.io/v1, in order.

    None where a template or placeholder decides what is there.
    """
    for problem in _all_problems(versions):
        is_open = isinstance(problem.node, Mapping | Sequence) and problem.node.is_open
        if not is_open and not is_unknown(problem.node):
            yield problem


def _all_problems(versions: Node | None) -> Iterator[SchemaProblem]:
    path: Path = ("spec", "versions")
    if not isinstance(versions, Sequence):
        if versions is not None and not is_null(versions):
            yield SchemaProblem(versions, path, "a list of versions belongs here")
        return
    for index, version in enumerate(versions.items):
        here: Path = (*path, index)
        if not isinstance(version, Mapping):
            yield SchemaProblem(version, here, "a mapping belongs here")
            continue
        holder = version.get("schema")
        if holder is None or is_null(holder):
            yield SchemaProblem(version, here, "this version has no `schema`")
        elif not isinstance(holder, Mapping):
            yield SchemaProblem(holder, (*here, "schema"), "a mapping belongs here")
        elif (root := holder.get("openAPIV3Schema")) is None or is_null(root):
            yield SchemaProblem(holder, (*here, "schema"), "this version has no `openAPIV3Schema`")
        else:
            here = (*here, "schema", "openAPIV3Schema")
            kind = root.get("type") if isinstance(root, Mapping) else None
            if kind is not None and string(kind) not in {None, "object"}:
                yield SchemaProblem(kind, (*here, "type"), "the root is of type `object`")
            else:
                yield from _below(root, here)


def _below(root: Node, path: Path) -> Iterator[SchemaProblem]:
    stack: list[tuple[Path, Node]] = [(path, root)]
    while stack:
        here, schema = stack.pop()
        if is_null(schema):
            yield SchemaProblem(schema, here, _NEEDS_TYPE)
            continue
        if not isinstance(schema, Mapping):
            yield SchemaProblem(schema, here, "a schema is a mapping")
            continue
        problems = [*_wrong_values(schema, here)]
        yield from problems or [*_wrong_shape(schema, here)]
        stack += reversed([*_parts(schema, here)])


def _parts(schema: Mapping, path: Path) -> Iterator[tuple[Path, Node]]:
    """The schemas right below one."""
    properties = schema.get("properties")
    for name, entry in properties.fields.items() if isinstance(properties, Mapping) else ():
        yield (*path, "properties", name), entry.value
    items = schema.get("items")
    if items is not None and not is_null(items):
        yield (*path, "items"), items
    others = schema.get("additionalProperties")
    if isinstance(others, Mapping):
        yield (*path, "additionalProperties"), others


def _wrong_values(schema: Mapping, path: Path) -> Iterator[SchemaProblem]:
    """Keywords whose values are of the wrong type."""
    for name, entry in schema.fields.items():
        if name in _KEYWORDS and not is_null(entry.value):
            is_right, wanted = _KEYWORDS[name]
            if not is_right(entry.value):
                yield SchemaProblem(entry.value, (*path, name), f"the value of `{name}` is {wanted}")


def _wrong_shape(schema: Mapping, path: Path) -> Iterator[SchemaProblem]:
    """Violations of the rules for structural schemas."""
    written = schema.get("type")
    if is_unknown(written):
        return
    kind = string(written)
    if not kind:
        if not _has(schema, "x-kubernetes-int-or-string", True) and not _has(schema, _KEEPS, True):
            yield SchemaProblem(schema, path, _NEEDS_TYPE)
    elif kind not in _TYPES:
        yield SchemaProblem(schema.fields["type"].value, (*path, "type"), f"`{kind}` is not one of {', '.join(_TYPES)}")
    items = schema.get("items")
    if kind == "array" and (items is None or is_null(items)):
        yield SchemaProblem(schema, path, "a list needs `items`")
    if _has(schema, _KEEPS, False):
        yield SchemaProblem(schema.fields[_KEEPS].value, (*path, _KEEPS), f"`{_KEEPS}` is `true` or not there")
    others = schema.fields.get("additionalProperties")
    if others is not None and "properties" in schema.fields and not is_null(others.value):
        message = "`properties` and `additionalProperties` exclude each other"
        yield SchemaProblem(others.key, (*path, "additionalProperties"), message)
    yield from _wrong_list_type(schema, path, kind)


def _wrong_list_type(schema: Mapping, path: Path, kind: str | None) -> Iterator[SchemaProblem]:
    node, keys = schema.get("x-kubernetes-list-type"), schema.get("x-kubernetes-list-map-keys")
    if is_unknown(node) or is_unknown(keys):
        return
    list_type = string(node)
    here = (*path, "x-kubernetes-list-type")
    if isinstance(keys, Sequence) and keys.items and list_type != "map":
        yield SchemaProblem(keys, (*path, "x-kubernetes-list-map-keys"), "only a list of type `map` has keys")
    elif node is None or list_type is None:
        return
    elif list_type not in _LIST_TYPES:
        yield SchemaProblem(node, here, f"`{list_type}` is not one of {', '.join(_LIST_TYPES)}")
    elif kind != "array":
        yield SchemaProblem(node, here, "only a list has a list type")
    elif list_type == "map":
        yield from _wrong_keys(schema, path, node)


def _wrong_keys(schema: Mapping, path: Path, node: Node) -> Iterator[SchemaProblem]:
    """The keys of a list of type `map` must be declared, and required or with a default."""
    keys, items = schema.get("x-kubernetes-list-map-keys"), schema.get("items")
    if not isinstance(keys, Sequence) or not keys.items:
        yield SchemaProblem(
            node, (*path, "x-kubernetes-list-type"), "a list of type `map` needs `x-kubernetes-list-map-keys`"
        )
        return
    if not isinstance(items, Mapping):
        return
    if (item_type := items.get("type")) is not None and string(item_type) != "object":
        yield SchemaProblem(item_type, (*path, "items", "type"), "the items of a list of type `map` are objects")
        return
    properties, required = items.get("properties"), items.get("required")
    if is_unknown(properties) or is_unknown(required) or (isinstance(required, Sequence) and required.is_open):
        return
    needed = {string(item) for item in required.items} if isinstance(required, Sequence) else set()
    for index, key in enumerate(keys.items):
        name = string(key) or ""
        here = (*path, "x-kubernetes-list-map-keys", index)
        declared = properties.get(name) if isinstance(properties, Mapping) else None
        if declared is None:
            yield SchemaProblem(key, here, f"`{name}` is not a property of the items")
        elif name not in needed and isinstance(declared, Mapping) and declared.get("default") is None:
            yield SchemaProblem(key, here, f"the property `{name}` of the items must be required or have a default")


def _has(schema: Mapping, name: str, value: bool) -> bool:
    node = schema.get(name)
    return isinstance(node, Scalar) and node.value is value
