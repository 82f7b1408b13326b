"""An object on its way through a build: its data, its ids so far, and what is known of it."""

from __future__ import annotations

from copy import copy, deepcopy
from typing import TYPE_CHECKING

from podhosts.kustomize.field_specs import set_entries
from podhosts.kustomize.located import LocatedString, Map, lookup, text
from podhosts.kustomize.selectors import Id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from podhosts.kustomize.field_specs import FieldSpec
    from podhosts.kustomize.selectors import Selector

#: The API versions and kinds with pod specs of which Kustomize 5 has the schema, so that it merges lists by key there.
_KEYED = frozenset({
    *(("apps/v1", kind) for kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")),
    ("batch/v1", "Job"), ("batch/v1", "CronJob"), ("batch/v1beta1", "CronJob"),
    *(("v1", kind) for kind in ("Pod", "PodTemplate", "ReplicationController")),
})  # fmt: skip


class Resource:
    """An object in a build. Its value is never written to but replaced, so that builds can share it.

    `previous` are its ids before it was renamed or moved, oldest first. It `is_certain` unless something that is not
    followed may have changed it, and `is_changed` where it is no longer as it is written. It `is_noted` once Kustomize
    keeps notes of its own in its annotations, until the end of the build: from then on the annotations are there.
    """

    __slots__ = ("_id", "_value", "is_certain", "is_changed", "is_noted", "previous")

    def __init__(self, value: Map, *, is_certain: bool = True) -> None:
        self.value = value
        self.is_certain = is_certain
        self.is_changed = False
        self.is_noted = False
        self.previous: list[Id] = []

    def copy(self) -> Resource:
        """The same object for another build."""
        same = Resource(self.value, is_certain=self.is_certain)
        same.is_changed, same.is_noted, same.previous = self.is_changed, self.is_noted, list(self.previous)
        return same

    @property
    def value(self) -> Map:
        return self._value

    @value.setter
    def value(self, value: Map) -> None:
        self._value = value
        self._id: Id | None = None

    @property
    def id(self) -> Id:
        """Under which name it is known now."""
        if self._id is None:
            self._id = self._read_id()
        return self._id

    def _read_id(self) -> Id:
        group, slash, version = self.api_version.partition("/")
        if not slash:
            group, version = "", group
        metadata = lookup(self.value, "metadata")
        return Id(group, version, self.kind, _string(metadata, "name"), _string(metadata, "namespace"))

    @property
    def ids(self) -> list[Id]:
        """Every name that it has had, the original one first."""
        return [*self.previous, self.id]

    @property
    def api_version(self) -> str:
        return _string(self.value, "apiVersion")

    @property
    def kind(self) -> str:
        return _string(self.value, "kind")

    @property
    def is_keyed(self) -> bool:
        """Whether Kustomize merges its `hostAliases` by `ip`."""
        return (self.api_version, self.kind) in _KEYED

    def is_selected_by(self, wanted: Selector) -> bool:
        """Whether a target means it. Names and namespaces count as they were first and as they are now.

        Raises SelectorError for a target that Kustomize refuses.
        """
        first, now = self.ids[0], self.id
        return (
            any(wanted.matches_namespace(known.effective_namespace) for known in (first, now))
            and any(wanted.matches_name(known.name) for known in (first, now))
            and wanted.matches_kind(now)
            and wanted.matches_marks(self.marks("labels"), self.marks("annotations"))
        )

    def marks(self, name: str) -> dict[str, str]:
        """Its labels or annotations."""
        found = lookup(self.value, "metadata", name)
        return {key: str(value) for key, value in found.items()} if isinstance(found, dict) else {}

    def remember(self) -> None:
        """Note the id that it has now, before it may change."""
        self.previous.append(self.id)
        self.is_noted = True

    def rename(self, name: str | None = None, namespace: str | None = None) -> None:
        """Give it another name or namespace; the old ones stay known."""
        self.remember()
        self.is_changed = True
        metadata = self._own_metadata()
        if name is not None:
            metadata["name"] = _like(metadata.get("name"), name)
        if namespace is not None:
            metadata["namespace"] = _like(metadata.get("namespace"), namespace)

    def write(self, specs: Iterable[FieldSpec], entries: Mapping[str, object]) -> None:
        """Add entries to the mappings that the field specs lead to."""
        meant = [spec for spec in specs if spec.is_for(self.id.group, self.id.version, self.kind)]
        if meant and entries:
            self.value = deepcopy(self.value)
            for spec in meant:
                set_entries(self.value, spec, entries)

    def _own_metadata(self) -> dict[str, object]:
        """The metadata, in a value that no other build shares."""
        metadata = copy(self.value.get("metadata"))
        self.value = copy(self.value)
        self.value["metadata"] = metadata = metadata if isinstance(metadata, dict) else {}
        return metadata


def follow_names(resources: Iterable[Resource]) -> None:
    """Give what refers to a ConfigMap or Service the name that it has in the end.

    These are the volumes of pods and the `serviceName` of StatefulSets (`namereference.go`); a StatefulSet means a
    Service of its own namespace.
    """
    resources = list(resources)
    config_maps = {
        known.name: resource.id.name
        for resource in resources
        if resource.kind == "ConfigMap"
        for known in resource.previous
    }
    services = {
        (resource.id.effective_namespace, known.name): resource.id.name
        for resource in resources
        if resource.kind == "Service" and resource.api_version == "v1"
        for known in resource.ids
    }
    for resource in resources if config_maps or services else ():
        if config_maps:
            resource.value = deepcopy(resource.value)
            _follow_config_maps(resource.value, config_maps)
        if resource.kind == "StatefulSet" and resource.api_version.startswith("apps/"):
            _follow_service(resource, services)


def _follow_config_maps(value: object, names: Mapping[str, str]) -> None:
    waiting: list[object] = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            config = found.get("configMap")
            if isinstance(config, dict) and (name := names.get(str(config.get("name")))) is not None:
                config["name"] = _like(config["name"], name)
            waiting += found.values()
        elif isinstance(found, list):
            waiting += found


def _follow_service(resource: Resource, services: Mapping[tuple[str, str], str]) -> None:
    old = lookup(resource.value, "spec", "serviceName")
    new = services.get((resource.id.effective_namespace, old)) if isinstance(old, str) else None
    if new is not None and new != old:
        resource.value = deepcopy(resource.value)
        spec = resource.value["spec"]
        if isinstance(spec, dict):
            spec["serviceName"] = _like(old, new)


def _string(value: object, name: str) -> str:
    found = value.get(name) if isinstance(value, dict) else None
    return str(found) if isinstance(found, str) else ""


def _like(old: object, new: str) -> str:
    """The new text at the place of the old one, where that is written."""
    return text(new, old.node, old.placed) if isinstance(old, LocatedString) else new
