"""The keys that a kind declares in each mapping of its objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import CREATE_AND_APPLY, CREATE_ONLY, Request
from podhosts.document import Mapping
from podhosts.kubernetes.kinds import FREE_MAPS, group_of, is_strict
from podhosts.kubernetes.walking import follow, walk
from podhosts.patterns import regex
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from podhosts.kubernetes.fields import Path
    from podhosts.kubernetes.kinds import PodSpecPath
    from podhosts.kubernetes.objects import KubernetesObject

_CONTAINERS = ("initContainers", "containers", "ephemeralContainers")
#: Kinds without a pod spec in which people look for one, and the mappings whose every key is declared.
_WITHOUT_PODS = {
    ("tekton.dev", "Task"): (("spec",), ("spec", "steps", "[]"), ("spec", "sidecars", "[]"), ("spec", "stepTemplate")),
}
#: A field that leads to a pod spec wherever one is declared, so that `vectors/crds` would name it.
_POD_STEP = regex(r"spec|template|pod|\w+Template|\w+Pod|\w*[pP]odSpec")


class DeclaredMapping(NamedTuple):
    """A mapping of an object.

    `lists` are the hosts lists declared there, `names` the other keys that are known to be. A key that is not declared
    is refused by the requests in `refused_by`; where these are none, it is kept.
    """

    path: Path
    node: Mapping
    lists: frozenset[str]
    names: frozenset[str]
    refused_by: tuple[Request, ...]

    def refuses(self, key: str) -> bool:
        """Whether the API server refuses a key here."""
        return bool(self.refused_by) and key not in self.lists and key not in self.names


def built_in_places(manifest: KubernetesObject, places: Sequence[PodSpecPath]) -> Iterator[DeclaredMapping]:
    """Every mapping of a built-in object whose fields are all declared; `places` are those of its kind's pod spec.

    Source: `vectors/apiserver`, category structure.
    """
    if is_strict(manifest.api_version, manifest.kind):
        right = {place.path for place in places}
        for path, node in walk(manifest.node, FREE_MAPS):
            lists = frozenset({"hostAliases"} if path in right else ())
            yield DeclaredMapping(path, node, lists, frozenset(), CREATE_AND_APPLY)


def custom_resource_places(manifest: KubernetesObject, places: Sequence[PodSpecPath]) -> Iterator[DeclaredMapping]:
    """On the ways to a custom resource's pod specs, in their containers, and where else the form of a pod template is.

    Of the rest of the object nothing is known. Source: `vectors/crds` (`misspelt`, `wrong-level`, `in-container`), and
    where those CRDs preserve unknown fields; a pod template that its table does not name is none of the kind's. The
    kinds without pods: their own CRDs (tektoncd/pipeline, `config/300-crds`).
    """
    without_pods = _WITHOUT_PODS.get((group_of(manifest.api_version), manifest.kind or ""), ())
    patterns: dict[tuple[str, ...], tuple[set[str], tuple[Request, ...]]]
    patterns = {way: (set(), CREATE_AND_APPLY) for way in without_pods}
    known = [place for place in places if place.schema.is_known]
    for place in known:
        ways = [place.path[:length] for length in range(len(place.path) + 1)]
        for way in (*ways, *((*place.path, containers, "[]") for containers in _CONTAINERS)):
            if refused_by := _refusal(place, len(way)):
                patterns.setdefault(way, (set(), refused_by))
    for place in known:
        if place.path in patterns:
            patterns[place.path][0].add(place.field)
    if known:
        patterns[("metadata",)] = (set(), CREATE_AND_APPLY)
    found = [
        DeclaredMapping(path, node, frozenset(lists), frozenset(), refused_by)
        for pattern, (lists, refused_by) in patterns.items()
        for path, node in follow(manifest.node, pattern)
    ]
    yield from found
    every_way = {place.path[:length] for place in places for length in range(len(place.path) + 1)}
    declared = {id(mapping.node) for mapping in found}
    declared |= {id(node) for way in every_way for _, node in follow(manifest.node, way)}
    for mapping in found:
        if mapping.refused_by == CREATE_AND_APPLY:
            yield from _undeclared_pods(mapping, declared)


def _undeclared_pods(above: DeclaredMapping, declared: set[int]) -> Iterator[DeclaredMapping]:
    """The mappings below one that is declared, on ways that look like those to a pod spec and are not declared."""
    stack = [above]
    while stack:
        place = stack.pop()
        for name, entry in place.node.fields.items():
            node = entry.value
            if isinstance(node, Mapping) and id(node) not in declared and _POD_STEP.fullmatch(name):
                below = above._replace(path=(*place.path, name), node=node, lists=frozenset())
                stack.append(below)
                yield below


def _refusal(place: PodSpecPath, length: int) -> tuple[Request, ...]:
    """Who refuses an undeclared key after that many steps.

    A CRD that keeps unknown keys somewhere keeps all below those, too; of what it declares below all the same, create
    refuses other keys, and server-side apply drops them.
    """
    if place.keeps is None or length < place.keeps:
        return CREATE_AND_APPLY
    return CREATE_ONLY if length > place.keeps and place.schema.typed else ()
