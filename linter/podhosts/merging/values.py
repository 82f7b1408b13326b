"""JSON values as Go's merging code sees them: kinds, equality, and the text that Go prints for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

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


def as_map(value: object) -> Map:
    if not isinstance(value, dict):
        raise _bad_argument("map[string]interface {}", value)
    return value


def as_list(value: object) -> List:
    if not isinstance(value, list):
        raise _bad_argument("[]interface {}", value)
    return value


def _bad_argument(expected: str, value: object) -> MergeError:
    received = "%!s(<nil>)" if value is None else kind(value)
    return MergeError(f"expected a {expected}, but received a {received}")


def identity(value: object) -> tuple[str, object]:
    """A key that is equal for values that Go's `==` calls equal.

    Go panics when both sides are maps or lists; here one of them is enough. No server stores such an ip.
    """
    if isinstance(value, (dict, list)):
        raise MergeError(f"runtime error: comparing uncomparable type {kind(value)}")
    return kind(value), value


def equal(left: object, right: object) -> bool:
    """`reflect.DeepEqual`: Python's `==` would find `True == 1`."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(value, right[key]) for key, value in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal, left, right))
    return kind(left) == kind(right) and left == right


def key_value(entry: object, merge_key: str) -> object:
    """The merge key's value in an entry; an error where it has none."""
    entry = as_map(entry)
    if merge_key not in entry:
        raise MergeError(f"map: {go_text(entry)} does not contain declared merge key: {merge_key}")
    return entry[merge_key]


def element_kind(*lists: Iterable[object]) -> str:
    """The kind that all elements share (`sliceElementType`)."""
    found = None
    for value in (value for values in lists for value in values):
        if found is None:
            if value is None:
                raise MergeError("runtime error: invalid memory address or nil pointer dereference")
            if isinstance(value, list):
                raise MergeError("lists of lists are not supported")
            found = kind(value)
        elif kind(value) != found:
            raise MergeError(f"list element types are not identical: {go_text(list(map(list, lists)))}")
    if found is None:
        raise MergeError("no elements in any of the given slices")
    return found


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
