"""Argo CD's ApplicationSet: the Applications that it makes of lists and of files and folders of the repository.

Source: `applicationset/` of Argo CD as described in `vectors/deliveries/deliveries.md`. Here are the generators and the
texts of `fasttemplate`; those of `goTemplate` are in `argo_go_sets`.
"""

from __future__ import annotations

import posixpath
import re
from itertools import product
from typing import TYPE_CHECKING, TypeAlias

from podhosts.deliveries.argo import Application, is_true_value, text_at
from podhosts.deliveries.argo_git import GitPaths, normalized, refuse_many
from podhosts.deliveries.joining import UnreadableValuesError
from podhosts.helm.model import GoList, GoMap, Nil
from podhosts.helm.traced import Traced
from podhosts.patterns import regex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from podhosts.deliveries.model import DeliveryContext
    from podhosts.helm.model import GoValue

KIND = "ApplicationSet"
_TAG = regex(r"\{\{(.*?)\}\}", re.DOTALL)
#: So many Applications of one set are looked at.
_MOST = 200

#: The parameters of one Application, by their names in templates.
Parameters: TypeAlias = "dict[str, Traced]"


def applications(made_of: Application, around: DeliveryContext) -> list[Application]:
    """The Applications that an ApplicationSet makes; `made_of` has its name, spec and place.

    Raises UnreadableValuesError where Argo CD refuses it, or nobody knows what it makes.
    """
    spec = made_of.spec
    template = spec.entries.get("template")
    if "templatePatch" in spec.entries or not isinstance(template, GoMap):
        raise UnreadableValuesError("an ApplicationSet with a `templatePatch` is not read")
    found: list[Application] = []
    for rendered in _of_go(made_of, template, around) if _is_go(spec) else _of_texts(made_of, template, around):
        inner = rendered.entries.get("spec") if isinstance(rendered, GoMap) else None
        if isinstance(inner, GoMap):
            name = text_at(rendered, "metadata", "name")
            found.append(Application(name, inner, made_of.path, made_of.place, made_of.joined))
        if len(found) == _MOST:
            break
    return found


def _is_go(spec: GoMap) -> bool:
    return is_true_value(spec.entries.get("goTemplate"))


def _of_go(made_of: Application, template: GoMap, around: DeliveryContext) -> Iterator[GoValue]:
    # Imported here: the evaluator of templates is large.
    from podhosts.deliveries.argo_go_sets import GoSets

    sets = GoSets(made_of, around)
    for generator in _items(made_of.spec.entries.get("generators")):
        yield from (sets.texts.fill_all(template, parameters) for parameters in sets.parameters(generator))


def _of_texts(made_of: Application, template: GoMap, around: DeliveryContext) -> Iterator[GoValue]:
    generators = _Generators(made_of, around)
    for generator in _items(made_of.spec.entries.get("generators")):
        yield from (_rendered(template, parameters) for parameters in generators.parameters(generator))


class _Generators:
    """The generators of one ApplicationSet."""

    def __init__(self, made_of: Application, around: DeliveryContext) -> None:
        self._paths = GitPaths(made_of.joined, around)
        self._kinds: Mapping[str, Callable[[GoMap], list[Parameters]]] = {
            "list": self._list,
            "git": self._git,
            "matrix": self._matrix,
            "merge": self._merge,
        }

    def parameters(self, generator: GoMap) -> list[Parameters]:
        """The parameters of each Application. Raises UnreadableValuesError for a generator that is not read."""
        kinds = [name for name in generator.entries if name != "selector"]
        if len(kinds) != 1 or kinds[0] not in self._kinds:
            raise UnreadableValuesError(f"the generator {', '.join(kinds)} is not read")
        given = generator.entries[kinds[0]]
        if not isinstance(given, GoMap) or "template" in given.entries:
            raise UnreadableValuesError("a generator with a template of its own is not read")
        found = self._kinds[kinds[0]](given)
        selector = generator.entries.get("selector")
        return _selected(found, selector) if isinstance(selector, GoMap) else found

    def _list(self, given: GoMap) -> list[Parameters]:
        if "elementsYaml" in given.entries:
            raise UnreadableValuesError("`elementsYaml` is not read")
        found: list[Parameters] = []
        for element in _items(given.entries.get("elements")):
            parameters: Parameters = {}
            for name, value in element.entries.items():
                if isinstance(value, Traced):
                    parameters[name] = value
                elif isinstance(value, GoMap) and name == "values":
                    parameters |= {f"values.{key}": inner for key, inner in _strings(value)}
                else:
                    raise UnreadableValuesError(f"`{name}` of a list's element is no text")
            found.append(parameters)
        return found

    def _git(self, given: GoMap) -> list[Parameters]:
        values = given.entries.get("values")
        found = [_of_path(folder) for folder in self._paths.directories(given)]
        for folder, name, value in self._paths.files(given):
            own = {"path.filename": Traced.own(name), "path.filenameNormalized": Traced.own(normalized(name))}
            found.append(dict(_flattened(value, "")) | _of_path(folder) | own)
        for parameters in found:
            own = {f"values.{name}": _filled(text, parameters) for name, text in _strings(values)}
            parameters |= own
        return found

    def _matrix(self, given: GoMap) -> list[Parameters]:
        inner = _items(given.entries.get("generators"))
        if len(inner) != 2:
            raise UnreadableValuesError("a matrix has two generators")
        found: list[Parameters] = []
        for first in self.parameters(inner[0]):
            # The second one may use what the first one gives.
            second = _rendered(inner[1], first)
            for other in self.parameters(second) if isinstance(second, GoMap) else ():
                if any(first[name].text != value.text for name, value in other.items() if name in first):
                    raise UnreadableValuesError("both generators of a matrix give one parameter")
                found.append(first | other)
            refuse_many(len(found))
        return found

    def _merge(self, given: GoMap) -> list[Parameters]:
        listed = given.entries.get("mergeKeys")
        keys = [key.text for key in listed.items if isinstance(key, Traced)] if isinstance(listed, GoList) else []
        base, *others = [self.parameters(inner) for inner in _items(given.entries.get("generators"))] or [[]]
        refuse_many(len(base) * sum(map(len, others)))
        for parameters, other in product(base, (one for found in others for one in found)):
            if all(key in parameters and key in other and parameters[key].text == other[key].text for key in keys):
                parameters |= other
        return base


def _selected(found: list[Parameters], selector: GoMap) -> list[Parameters]:
    """The parameters with the labels that a selector wants."""
    if set(selector.entries) - {"matchLabels"}:
        raise UnreadableValuesError("a selector with expressions is not read")
    wanted = dict(_strings(selector.entries.get("matchLabels")))
    return [one for one in found if all(name in one and one[name].text == text.text for name, text in wanted.items())]


def _rendered(value: GoValue, parameters: Parameters) -> GoValue:
    """A value with the parameters put into its texts and keys."""
    if isinstance(value, Traced):
        return _filled(value, parameters)
    if isinstance(value, GoList):
        return GoList([_rendered(item, parameters) for item in value.items], value.kind, value.origin)
    if not isinstance(value, GoMap):
        return value
    made = GoMap(kind=value.kind, origin=value.origin)
    for name, item in value.entries.items():
        made.put(_filled(value.key(name), parameters), _rendered(item, parameters))
    return made


def _filled(text: Traced, parameters: Parameters) -> Traced:
    """A text with the parameters that it names; what it names otherwise stays."""
    if "{{" not in text.text:
        return text
    pieces: list[Traced] = []
    at = 0
    for tag in _TAG.finditer(text.text):
        value = parameters.get(tag[1].strip())
        if value is not None:
            pieces += (text.slice(at, tag.start()), value)
            at = tag.end()
    return Traced.join([*pieces, text.slice(at)]) if pieces else text


def _flattened(value: GoValue, prefix: str) -> Iterator[tuple[str, Traced]]:
    """The texts in a value by their paths, with dots in between."""
    if isinstance(value, Traced):
        yield prefix, value
    elif isinstance(value, (GoMap, GoList)):
        inner = value.entries.items() if isinstance(value, GoMap) else enumerate(value.items)
        for name, item in inner:
            yield from _flattened(item, f"{prefix}.{name}" if prefix else str(name))
    elif not isinstance(value, Nil):
        written = getattr(value, "value", None)
        number = int(written) if isinstance(written, float) and written.is_integer() else written
        yield prefix, Traced.own(str(number).lower() if isinstance(number, bool) else str(number))


def _of_path(folder: str) -> Parameters:
    """The parameters that a generator of git gives for a folder."""
    base = posixpath.basename(folder)
    found = {"path": folder, "path.basename": base, "path.basenameNormalized": normalized(base)}
    found |= {f"path[{number}]": part for number, part in enumerate(folder.split("/"))}
    return {name: Traced.own(text) for name, text in found.items()}


def _strings(value: GoValue | None) -> list[tuple[str, Traced]]:
    entries = value.entries.items() if isinstance(value, GoMap) else ()
    return [(name, item) for name, item in entries if isinstance(item, Traced)]


def _items(value: GoValue | None) -> list[GoMap]:
    return [item for item in value.items if isinstance(item, GoMap)] if isinstance(value, GoList) else []
