"""JSON 6902 patches as Kustomize applies them.

Source: `gopkg.in/evanphx/json-patch.v4`, which differs from RFC 6902: a negative index counts from the end, and
`replace` sets a field that is not there.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from podhosts.kustomize.located import LocatedString, Map, text, typed
from podhosts.merging.values import equal
from podhosts.patterns import regex

if TYPE_CHECKING:
    from collections.abc import Iterable


#: What Go's `Atoi` reads, as far as a list can be long.
_INDEX = regex(r"[+-]?[0-9]{1,18}")


class JsonPatchError(Exception):
    """An operation that does not apply: Kustomize stops. `operation` is the one; the text says why."""

    def __init__(self, message: str, operation: object) -> None:
        super().__init__(message)
        self.operation = operation


def apply_json_patch(value: Map, operations: Iterable[object]) -> Map:
    """The value after the operations, one after the other. Raises JsonPatchError at the first that does not apply."""
    result = deepcopy(value)
    for operation in operations:
        try:
            result = _apply(result, operation)
        except _RefusedError as error:
            raise JsonPatchError(str(error), operation) from None
    return result


def steps(pointer: str) -> list[str]:
    """The keys and indices of a JSON pointer."""
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


class _RefusedError(Exception):
    pass


def _apply(root: Map, operation: object) -> Map:
    if not isinstance(operation, dict):
        raise _RefusedError("an operation is no mapping")
    name, path = operation.get("op"), operation.get("path")
    if not isinstance(path, str):
        raise _RefusedError("an operation has no `path`")
    if not isinstance(name, str):
        raise _RefusedError("an operation has no `op`")
    if name == "replace" and not path:
        value = _value(operation)
        if not isinstance(value, Map):
            raise _RefusedError("the whole object can only become a mapping")
        return value
    if name == "add":
        _add(root, path, _value(operation))
    elif name == "remove":
        _remove(root, path)
    elif name == "replace":
        container, key = _container(root, path)
        if isinstance(container, list):
            container[_index(container, key)] = _value(operation)
        else:
            container[_located(key, path)] = _value(operation)
    elif name in {"move", "copy"}:
        origin = operation.get("from")
        if not isinstance(origin, str):
            raise _RefusedError(f"`{name}` has no `from`")
        value = deepcopy(_get(root, origin))
        if name == "move":
            _remove(root, origin)
        _add(root, path, value)
    elif name == "test":
        found = _get(root, path) if path else root
        if not equal(typed(found), typed(operation.get("value"))):
            raise _RefusedError(f"the test of `{path}` fails")
    else:
        raise _RefusedError(f"`{name}` is no operation")
    return root


def _value(operation: dict[str, object]) -> object:
    return deepcopy(operation.get("value"))


def _container(root: object, path: str) -> tuple[dict[str, object] | list[object], str]:
    if "/" not in path:
        raise _RefusedError(f"`{path}` is not a path in the object: it should begin with `/`")
    *parents, last = steps(path)
    found = root
    for step in parents:
        if isinstance(found, list):
            found = found[_index(found, step)]
        elif isinstance(found, dict):
            found = found.get(step)
    if not isinstance(found, (dict, list)):
        raise _RefusedError(f"there is no `{path}` in the object")
    return found, last


def _located(key: str, path: str) -> str:
    """A key that is new in its mapping: it is written at the end of a path."""
    return text(key, path.node, path.placed) if isinstance(path, LocatedString) else key


def _get(root: object, path: str) -> object:
    container, key = _container(root, path)
    return container[_index(container, key)] if isinstance(container, list) else container.get(key)


def _add(root: object, path: str, value: object) -> None:
    container, key = _container(root, path)
    if isinstance(container, dict):
        container[_located(key, path)] = value
    elif key == "-":
        container.append(value)
    else:
        container.insert(_index(container, key, room=1), value)


def _remove(root: object, path: str) -> None:
    container, key = _container(root, path)
    if isinstance(container, list):
        del container[_index(container, key)]
    elif key in container:
        del container[key]
    else:
        raise _RefusedError(f"there is no `{path}` to remove")


def _index(items: list[object], key: str, room: int = 0) -> int:
    if not _INDEX.fullmatch(key):
        raise _RefusedError(f"`{key}` is not an index of a list")
    index = int(key)
    size = len(items) + room
    if not -size <= index < size:
        raise _RefusedError(f"there is no index {index} in a list of {len(items)}")
    return index % size if size else 0
