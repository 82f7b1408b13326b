"""Argo CD's ApplicationSet with templates of Go (`goTemplate`): its parameters are nested, and texts are programs.

Source: `applicationset/` of Argo CD as described in `vectors/deliveries/deliveries.md`.
"""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING

from podhosts.deliveries.argo import text_at
from podhosts.deliveries.argo_git import GitPaths, normalized, refuse_many
from podhosts.deliveries.go_texts import GoTexts
from podhosts.deliveries.joining import UnreadableValuesError
from podhosts.helm.loading.merging import over
from podhosts.helm.model import GoFunction, GoList, GoMap, Unsupported
from podhosts.helm.traced import Traced

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from podhosts.deliveries.argo import Application
    from podhosts.deliveries.model import DeliveryContext
    from podhosts.helm.model import Evaluation, GoValue

_STRICT = "missingkey=error"
#: Functions of Sprig and Helm that Argo CD does not have.
_LEFT_OUT = ("env", "expandenv", "getHostByName", "include", "tpl", "required", "lookup")
_MOST_IN_A_SLUG = 50


def _normalize(_: Evaluation, arguments: list[GoValue]) -> GoValue:
    (text,) = arguments
    return text.derive(normalized(text.text)) if isinstance(text, Traced) else text


def _slugify(_: Evaluation, arguments: list[GoValue]) -> GoValue:
    if len(arguments) != 1 or not isinstance(text := arguments[0], Traced) or len(text.text) > _MOST_IN_A_SLUG:
        raise Unsupported("`slugify` of a long text")
    return text.derive(re.sub(r"[^a-z0-9]+", "-", text.text.lower()).strip("-"))


_ADDED = {
    "normalize": GoFunction("normalize", _normalize, ("string",)),
    "slugify": GoFunction("slugify", _slugify, ("...interface {}",)),
}


class GoSets:
    """The generators and the template of one ApplicationSet."""

    def __init__(self, made_of: Application, around: DeliveryContext) -> None:
        options = made_of.spec.entries.get("goTemplateOptions")
        given = [item.text for item in options.items if isinstance(item, Traced)] if isinstance(options, GoList) else []
        if set(given) - {_STRICT}:
            raise UnreadableValuesError("options of `goTemplate` that are not read")
        self.texts = GoTexts(_ADDED, _LEFT_OUT, is_strict=_STRICT in given)
        self._git = GitPaths(made_of.joined, around)
        self._kinds: Mapping[str, Callable[[GoMap], list[GoMap]]] = {
            "list": self._list,
            "git": self._paths,
            "matrix": self._matrix,
            "merge": self._merge,
        }

    def parameters(self, generator: GoMap) -> list[GoMap]:
        """The parameters of each Application. Raises UnreadableValuesError for a generator that is not read."""
        kinds = list(generator.entries)
        given = generator.entries[kinds[0]] if len(kinds) == 1 else None
        if not isinstance(given, GoMap) or kinds[0] not in self._kinds or "template" in given.entries:
            raise UnreadableValuesError(f"the generator {', '.join(kinds)} is not read")
        return self._kinds[kinds[0]](given)

    def _list(self, given: GoMap) -> list[GoMap]:
        if "elementsYaml" in given.entries:
            raise UnreadableValuesError("`elementsYaml` is not read")
        return maps_in(given.entries.get("elements"))

    def _paths(self, given: GoMap) -> list[GoMap]:
        if "pathParamPrefix" in given.entries:
            raise UnreadableValuesError("`pathParamPrefix` is not read")
        found = [GoMap({"path": _path(folder)}) for folder in self._git.directories(given)]
        for folder, name, value in self._git.files(given):
            path = _path(folder)
            path.entries |= {"filename": Traced.own(name), "filenameNormalized": Traced.own(normalized(name))}
            found.append(GoMap({**value.entries, "path": path}, value.keys))
        values = given.entries.get("values")
        for parameters in found if isinstance(values, GoMap) else ():
            parameters.entries["values"] = self.texts.fill_all(values or GoMap(), parameters)
        return found

    def _matrix(self, given: GoMap) -> list[GoMap]:
        inner = maps_in(given.entries.get("generators"))
        if len(inner) != 2:
            raise UnreadableValuesError("a matrix has two generators")
        found: list[GoMap] = []
        for first in self.parameters(inner[0]):
            # The second one may use what the first one gives, which wins where both give one parameter.
            second = self.texts.fill_all(inner[1], first)
            found += (over(other, first) for other in (self.parameters(second) if isinstance(second, GoMap) else ()))
            refuse_many(len(found))
        return found

    def _merge(self, given: GoMap) -> list[GoMap]:
        listed = given.entries.get("mergeKeys")
        keys = [key.text for key in listed.items if isinstance(key, Traced)] if isinstance(listed, GoList) else []
        base, *others = [self.parameters(inner) for inner in maps_in(given.entries.get("generators"))] or [[]]
        refuse_many(len(base) * sum(map(len, others)))
        for (index, _), other in product(enumerate(base), (one for found in others for one in found)):
            pairs = [(text_at(base[index], *key.split(".")), text_at(other, *key.split("."))) for key in keys]
            if all(one is not None and one == two for one, two in pairs):
                base[index] = over(base[index], other)
        return base


def maps_in(value: GoValue | None) -> list[GoMap]:
    """The mappings in a list."""
    return [item for item in value.items if isinstance(item, GoMap)] if isinstance(value, GoList) else []


def _path(folder: str) -> GoMap:
    """The parameter `path` for a folder."""
    base = folder.rpartition("/")[2]
    texts = {"path": folder, "basename": base, "basenameNormalized": normalized(base)}
    segments = GoList([Traced.own(part) for part in folder.split("/")])
    return GoMap({**{name: Traced.own(text) for name, text in texts.items()}, "segments": segments})
