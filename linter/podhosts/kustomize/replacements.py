"""The `replacements` of a kustomization.

Source: `api/filters/replacement/replacement.go` and `kyaml/yaml/match.go` of kustomize 5.8.2.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from podhosts.document import Scalar
from podhosts.kustomize.located import List, LocatedString, Map, lookup, text
from podhosts.kustomize.model import selector
from podhosts.kustomize.selectors import Id, SelectorError, UnknownSelectorError, compiled
from podhosts.patterns import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.kustomize.resources import Resource
    from podhosts.kustomize.selectors import Selector

_DEFAULT_PATH = "metadata.name"
#: Python reads no number of thousands of digits.
_LONGEST_INDEX = 20
#: The step of a field path that chooses items of a list.
_CONDITION = regex(r"\[([^=\]]*)=([^\]]*)\]")


class _UnknownSourceError(Exception):
    """A source that nobody knows without running the build."""


class ReplacementError(Exception):
    """A replacement that Kustomize refuses, `at` the value that is to blame if one is."""

    def __init__(self, message: str, at: object = None) -> None:
        super().__init__(message)
        self.at = at


def replace_values(replacement: Map, resources: list[Resource], *, is_complete: bool) -> None:
    """Carry out one replacement on the objects. Raises ReplacementError where Kustomize refuses it.

    Where nobody knows the source, or it may be among the objects that a build is missing, the targets are no longer
    certain.
    """
    targets = [target for target in _items(replacement.get("targets")) if isinstance(target, Map)]
    try:
        value = _source_value(replacement, resources)
    except _UnknownSourceError:
        value = None
    except ReplacementError:
        if is_complete:
            raise
        value = None
    for target in targets:
        for resource in _selected(target, resources):
            if value is None:
                resource.is_certain = False
                continue
            resource.is_changed = True
            resource.value = deepcopy(resource.value)
            _write(resource, value, target)


def _source_value(replacement: Map, resources: list[Resource]) -> object:
    if isinstance(given := replacement.get("sourceValue"), LocatedString):
        return given
    source = replacement.get("source")
    if not isinstance(source, Map):
        raise ReplacementError("a replacement needs a `source` and `targets`", replacement)
    wanted = Id(*(str(source.get(name) or "") for name in ("group", "version", "kind", "name", "namespace")))
    found = [item for item in resources if any(known.is_selected_by(wanted) for known in item.ids)]
    if len(found) != 1:
        what = "nothing is" if not found else f"{len(found)} objects are"
        raise ReplacementError(f"{what} selected by the `source` of the replacement", source)
    path = str(source.get("fieldPath") or _DEFAULT_PATH)
    value = found[0].value if not path else lookup_path(found[0].value, path)
    if value is None or value in ({}, []):
        if not found[0].is_certain:
            raise _UnknownSourceError
        raise ReplacementError(f"the source has no field `{path}`", source.get("fieldPath") or source)
    return _part(value, source.get("options"))


def _part(value: object, options: object) -> object:
    delimiter, index = _delimiter(options)
    if not delimiter:
        return value
    if not isinstance(value, LocatedString):
        raise ReplacementError("`delimiter` can only cut a scalar", options)
    parts = value.split(delimiter)
    if not 0 <= index < len(parts):
        raise ReplacementError(f"there is no part {index} in `{value}`", options)
    return text(parts[index], value.node, value.placed)


def _selected(target: Map, resources: Iterable[Resource]) -> Iterator[Resource]:
    wanted = target.get("select")
    if not isinstance(wanted, Map):
        raise ReplacementError("a target of a replacement needs `select`", target)
    rejected = [selector(item) for item in _items(target.get("reject")) if isinstance(item, Map)]
    chosen = selector(wanted)
    try:
        for resource in resources:
            labels, annotations = resource.marks("labels"), resource.marks("annotations")
            ids = resource.ids
            if (
                chosen.matches_marks(labels, annotations)
                and any(_means(chosen, known) for known in ids)
                and not any(_rejects(item, ids, labels, annotations) for item in rejected)
            ):
                yield resource
    except UnknownSelectorError:
        for resource in resources:
            resource.is_certain = False
    except SelectorError as error:
        raise ReplacementError(str(error), wanted) from None


def _means(wanted: Selector, known: Id) -> bool:
    return wanted.matches_kind(known) and wanted.matches_name(known.name) and wanted.matches_namespace(known.namespace)


def _rejects(item: Selector, ids: list[Id], labels: dict[str, str], annotations: dict[str, str]) -> bool:
    if (item.label_selector or item.annotation_selector) and item.matches_marks(labels, annotations):
        return True
    return any(item[:5]) and any(_means(item, known) for known in ids)


def _write(resource: Resource, value: object, target: Map) -> None:
    options = target.get("options")
    create = isinstance(options, Map) and str(options.get("create")) == "true"
    paths: list[str] = [item for item in _items(target.get("fieldPaths")) if isinstance(item, LocatedString)]
    for path in paths or [_DEFAULT_PATH]:
        try:
            slots = list(_slots(resource.value, steps_of(path), create=create))
        except _NowhereError:
            continue
        except UnknownSelectorError:
            resource.is_certain = False
            continue
        except _MissingError as error:
            if not resource.is_certain:
                continue
            raise ReplacementError(f"{error}: {resource.id} has no `{path}`", path) from None
        if not slots and resource.is_certain:
            raise ReplacementError(f"{resource.id} has no `{path}`", path)
        for container, key in slots:
            container[key] = _joined(container[key], value, options)


def _joined(old: object, value: object, options: object) -> object:
    delimiter, index = _delimiter(options)
    if delimiter:
        if not isinstance(old, str):
            raise ReplacementError("`delimiter` can only cut a scalar", options)
        parts = old.split(delimiter)
        if index < 0:
            parts.insert(0, str(value))
        elif index >= len(parts):
            parts.append(str(value))
        else:
            parts[index] = str(value)
        value = text(delimiter.join(parts), value.node, value.placed) if isinstance(value, LocatedString) else value
    if isinstance(old, LocatedString) and isinstance(value, LocatedString):
        # Only the text is copied: what was a string stays one.
        style = "'" if old.node.is_string else ""
        node = Scalar(value.node.start, value.node.end, str(value), style)
        return text(str(value), node, value.placed)
    return deepcopy(value)


def lookup_path(value: object, path: str) -> object:
    """The value at a field path, None where there is none."""
    try:
        slots = list(_slots(value, steps_of(path), create=False, exact=True))
    except (_MissingError, _NowhereError):
        return None
    return slots[0][0][slots[0][1]] if slots else None


def steps_of(path: str) -> list[str]:
    """The steps of a field path, as `kyaml/utils/pathsplitter.go` cuts it.

    Dots separate them, but not after a backslash or inside a step that begins with `[`. The brackets stay if they hold
    a condition (`[name=web]`) and fall if they quote a key (`[example.com/key]`).
    """
    first, *others = path.split(".")
    if others and not first:
        first, *others = others
    steps = [first]
    for part in others:
        last = steps[-1]
        if last.startswith("[") and not last.endswith("]"):
            steps[-1] += f".{part}"
        elif last.endswith("\\"):
            steps[-1] = f"{last[:-1]}.{part}"
        else:
            steps.append(part)
    return [step if not step.startswith("[") or "=" in step else step.strip("[]") for step in steps]


class _MissingError(Exception):
    """A path that Kustomize refuses, not only one that leads nowhere."""


class _NowhereError(Exception):
    """A path at which nothing is written, and nothing refused.

    One that leads into a text, which Kustomize would parse (no field that says anything of hosts is one), or that would
    have to make what it leads through where null stands.
    """


def _slots(value: object, steps: list[str], *, create: bool, exact: bool = False) -> Iterator[tuple[Any, Any]]:
    """The places that a path leads to: a container, and the key or index in it."""
    step, *rest = steps
    for key in _keys(value, step, rest, create=create, exact=exact):
        if rest:
            yield from _slots(value[key], rest, create=create, exact=exact)  # type: ignore[index]  # a container
        else:
            yield value, key


def _keys(value: object, step: str, rest: list[str], *, create: bool, exact: bool) -> list[Any]:
    if isinstance(value, str) or (value is None and create):
        raise _NowhereError
    if isinstance(value, dict) and step != "*":
        if step not in value and create:
            value[step] = _empty(rest)
        return [step] if step in value else []
    if value is None:
        return []
    if not isinstance(value, list):
        raise _MissingError("`*` is for lists")
    if step == "*":
        return list(range(len(value)))
    if match := _CONDITION.fullmatch(step):
        found = [index for index, item in enumerate(value) if _meets(item, *match.groups(), exact=exact)]
        if not found and create:
            value.append({match[1]: match[2]} if match[1] else match[2])
            found = [len(value) - 1]
        return found
    if not step.isdecimal() or len(step) > _LONGEST_INDEX:
        raise _MissingError(f"`{step}` is not an index of a list")
    index = int(step)
    if index == len(value) and create:
        value.append(_empty(rest))
    if index >= len(value):
        raise _MissingError(f"index {index} in a list of {len(value)}")
    return [index]


def _meets(item: object, name: str, pattern: str, *, exact: bool) -> bool:
    """Whether an item is meant by `[name=pattern]`: for targets a regular expression that matches anywhere."""
    found = lookup(item, name) if name else item
    if not isinstance(found, str):
        return False
    if exact:
        return found == pattern
    try:
        return compiled(pattern).search(found) is not None
    except UnknownSelectorError:
        raise
    except SelectorError as error:
        raise _MissingError(str(error)) from None


def _empty(rest: list[str]) -> object:
    """What is created for the steps that follow."""
    if not rest:
        return ""
    return [] if rest[0].isdecimal() or rest[0] == "*" or _CONDITION.fullmatch(rest[0]) else {}


def _delimiter(options: object) -> tuple[str, int]:
    if not isinstance(options, Map):
        return "", 0
    try:
        index = int(str(options.get("index") or 0))
    except ValueError:
        index = 0
    return str(options.get("delimiter") or ""), index


def _items(value: object) -> list[object]:
    return list(value) if isinstance(value, List) else []
