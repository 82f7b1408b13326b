"""JSON values as Go's merging code sees them: kinds, equality, and the text that Go prints for them."""

from __future__ import annotations

from typing import TypeAlias

Map: TypeAlias = dict[str, object]
List: TypeAlias = list[object]

MERGE_KEYS = {"hostAliases": "ip"}
"""The lists merged by key, by field name. Source: the tag `patchMergeKey:"ip"`, `reference/kubernetes.md` 2.1."""

DIRECTIVE = "$patch"


class MergeError(Exception):
    """The patch cannot be made or applied: the tool stops and the object stays as it is. The text is the tool's own."""


def kind(value: object) -> str:
    """The type under which `k8s.io/apimachinery/pkg/util/json` decodes a value: `1` and `1.0` differ."""
    if isinstance(value, dict):
        return "map[string]interface {}"
    if isinstance(value, list):
        return "[]interface {}"
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int64"
    return "float64" if isinstance(value, float) else "string"


def equal(left: object, right: object) -> bool:
    """`reflect.DeepEqual`: Python's `==` would find `True == 1`."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(value, right[key]) for key, value in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal, left, right))
    return kind(left) == kind(right) and left == right


def go_text(value: object) -> str:
    """A value as `fmt` prints it with `%v`."""
    if isinstance(value, dict):
        return "map[" + " ".join(f"{key}:{go_text(value[key])}" for key in sorted(value)) + "]"
    if isinstance(value, list):
        return "[" + " ".join(map(go_text, value)) + "]"
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    return str(value)
