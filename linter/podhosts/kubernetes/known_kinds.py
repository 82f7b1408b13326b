"""All that a run knows of kinds: Kubernetes' own, the measured custom resources, the repository's CRDs, the config."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.document import contents
from podhosts.kubernetes.fields import normalized
from podhosts.kubernetes.kinds import (
    CUSTOM_RESOURCE_DEFINITION,
    PodSpecPath,
    group_of,
    is_built_in_workload,
    path_steps,
    pod_spec_paths,
)
from podhosts.kubernetes.schemas import UNKNOWN
from podhosts.kubernetes.schemas.declared import built_in_places, custom_resource_places
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from podhosts.kubernetes.objects import KubernetesObject
    from podhosts.kubernetes.schemas.declared import DeclaredMapping
    from podhosts.kubernetes.schemas.definitions import ResourceDefinition

    #: From group, kind and a key to CustomResourceDefinitions.
    DefinitionLookUp = Callable[[str, str, str], list[ResourceDefinition]]

_LIST_NAME = "hostaliases"
#: What a definition declares for the entries of a hosts list that it calls by another name.
_ENTRY_KEY = "hostnames"


class ConfiguredPodSpec(NamedTuple):
    """A place that the config names: `path` as in `spec.worker.podTemplate`; a `group` of None is any."""

    kind: str
    group: str | None
    path: str


class KnownKinds:
    """The pod specs in objects of every kind, and the fields that are declared in them.

    `definitions` gives the repository's CustomResourceDefinitions of a group and kind, none if no one's text has a key
    of a third name.
    """

    def __init__(
        self, configured_pod_specs: tuple[ConfiguredPodSpec, ...] = (), definitions: DefinitionLookUp | None = None
    ) -> None:
        self._configured = configured_pod_specs
        self._definitions = definitions

    def pod_spec_paths(self, api_version: str | None, kind: str | None, declaring: str = "") -> list[PodSpecPath]:
        """The places that are known to hold hostAliases in objects of a kind; `declaring` as for definitions."""
        crds = self._crds_of(api_version, kind, declaring)
        if not crds:
            paths = pod_spec_paths(api_version, kind)
        elif len(crds) == 1:
            paths = crds[0][0].pod_spec_paths(crds[0][1])
        else:
            # Which of them the cluster has is not known.
            merged: dict[tuple[tuple[str, ...], str], PodSpecPath] = {}
            for definition, version in crds:
                for place in definition.pod_spec_paths(version):
                    merged[place.path, place.field] = place._replace(schema=UNKNOWN)
            paths = list(merged.values())
        return paths + [
            place
            for configured in self._configured
            if configured.kind == kind and configured.group in {None, group_of(api_version)}
            for place in _readings(configured.path)
        ]

    def pod_spec_paths_of(self, manifest: KubernetesObject) -> list[PodSpecPath]:
        """`pod_spec_paths` for an object. Definitions are large: those without a hosts list are read for pods only."""
        may_be_pod = bool(pod_spec_paths(manifest.api_version, manifest.kind))
        if not may_be_pod:
            names = contents(manifest.node).keys
            may_be_pod = "containers" in names or any(normalized(name) == _LIST_NAME for name in names)
        return self.pod_spec_paths(manifest.api_version, manifest.kind, "" if may_be_pod else _ENTRY_KEY)

    def places(self, manifest: KubernetesObject) -> Iterator[DeclaredMapping]:
        """The mappings of an object of which it is certain what is declared there."""
        crds = self._crds_of(manifest.api_version, manifest.kind)
        if len(crds) == 1:
            definition, version = crds[0]
            yield from definition.places(manifest, version)
        elif not crds:
            paths = pod_spec_paths(manifest.api_version, manifest.kind)
            yield from built_in_places(manifest, paths)
            if not is_built_in_workload(manifest.api_version, manifest.kind):
                yield from custom_resource_places(manifest, paths)

    def _crds_of(
        self, api_version: str | None, kind: str | None, declaring: str = ""
    ) -> list[tuple[ResourceDefinition, str]]:
        """The differing CRDs of the repository that define the kind's version."""
        if self._definitions is None or kind in {None, CUSTOM_RESOURCE_DEFINITION}:
            return []
        group, _, version = (api_version or "").partition("/")
        if not version or is_built_in_workload(api_version, kind):
            return []
        found: list[ResourceDefinition] = []
        for definition in self._definitions(group, kind, declaring):
            known = version in definition.schemas
            if known and all(other.schemas[version] != definition.schemas[version] for other in found):
                found.append(definition)
        return [(definition, version) for definition in found]


KNOWN_KINDS = KnownKinds()


def _readings(path: str) -> list[PodSpecPath]:
    """The readings of a path of the config: it leads to a pod spec, to a pod template, or to the list itself."""
    steps = path_steps(path)
    *above, last = steps
    return [
        PodSpecPath(steps, "hostAliases", UNKNOWN),
        PodSpecPath((*steps, "spec"), "hostAliases", UNKNOWN),
        PodSpecPath(tuple(above), last, UNKNOWN),
    ]
