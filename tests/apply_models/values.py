"""The type checks of Go's merging code, with its own messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.merging.values import MergeError, go_text, kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from podhosts.merging.values import List, Map


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
