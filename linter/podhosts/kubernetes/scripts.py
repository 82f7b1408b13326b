"""The scripts that a pod's containers run: commands, hooks, probes, and scripts in ConfigMaps that they mount."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from podhosts.document import Mapping, Scalar, string, written_string
from podhosts.kubernetes.mounts import config_maps
from podhosts.kubernetes.objects import mapping, sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.document import Node
    from podhosts.kubernetes.fields import Path
    from podhosts.kubernetes.objects import KubernetesObject
    from podhosts.kubernetes.own_hosts_file import Finder
    from podhosts.kubernetes.pods import Container, Mount, Pod

_HOOKS = (("lifecycle", "postStart"), ("lifecycle", "preStop"))
_PROBES = (("livenessProbe",), ("readinessProbe",), ("startupProbe",))
_POD_ADDRESSES = ("status.podIP", "status.podIPs")
_PYTHON_ENDING = ".py"
_ENDINGS = (".sh", ".bash", ".ash", _PYTHON_ENDING)


class Command(NamedTuple):
    """An argument list of a container: its scalars with their paths below the container.

    `hook`: the hook or probe that it belongs to (`postStart`, `livenessProbe`); empty for the container's own.
    """

    container: Container
    arguments: list[tuple[Path, Scalar]]
    hook: str

    @property
    def has_program(self) -> bool:
        """Whether the list begins with the program: `args` alone are given to the image's own."""
        return self.arguments[0][0][0] != "args"


class Script(NamedTuple):
    """A script in a ConfigMap. Unless it `is_python` by its name, its `#!` line says what it is written in."""

    key: str
    scalar: Scalar

    @property
    def is_python(self) -> bool:
        return self.key.endswith(_PYTHON_ENDING)


def commands(container: Container) -> Iterator[Command]:
    """The container's commands: `command` with `args`, then hooks and probes."""
    own = [*_arguments(container.node, ("command",)), *_arguments(container.node, ("args",))]
    if own:
        yield Command(container, own, "")
    for path in (*_HOOKS, *_PROBES):
        if found := _arguments(container.node, (*path, "exec", "command")):
            yield Command(container, found, path[-1])


def environment(container: Container) -> dict[str, str | None]:
    """The container's variables, None where a value is not known; of two with one name the later counts."""
    items = sequence(container.node.get("env"))
    found: dict[str, str | None] = {}
    for item in items.items if items else ():
        entry = mapping(item)
        if entry is not None and (name := string(entry.get("name"))):
            found[name] = string(entry.get("value")) if "valueFrom" not in entry.fields else None
    return found


def pod_address_variables(container: Container) -> frozenset[str]:
    """The container's variables that hold the pod's own address, by the downward API."""
    items = sequence(container.node.get("env"))
    found: dict[str, bool] = {}
    for item in items.items if items else ():
        entry = mapping(item)
        if entry is not None and (name := string(entry.get("name"))):
            origin = mapping(entry.get("valueFrom"))
            reference = mapping(origin.get("fieldRef")) if origin else None
            found[name] = reference is not None and string(reference.get("fieldPath")) in _POD_ADDRESSES
    return frozenset(name for name, is_address in found.items() if is_address)


def scripts(config_map: KubernetesObject) -> Iterator[Script]:
    """The values of a ConfigMap that are scripts by their key or their `#!` line."""
    data = mapping(config_map.node.get("data"))
    for key, entry in data.fields.items() if data else ():
        scalar = entry.value
        if isinstance(scalar, Scalar) and (key.endswith(_ENDINGS) or scalar.text.startswith("#!")):
            yield Script(key, scalar)


def mounted_scripts(container: Container, finder: Finder) -> Iterator[Script]:
    """The scripts of the ConfigMaps that a container mounts, as far as these are in the input."""
    for mount in container.mounts:
        for config in config_maps(mount.volume):
            name = string(config.get("name"))
            config_map = finder.find("ConfigMap", name, container.pod.object.namespace) if name else None
            for script in scripts(config_map) if config_map else ():
                if config_map and _shows(config, config_map, script.key, mount.sub_path):
                    yield script


def mounts_of(config_map: KubernetesObject, key: str, pod: Pod) -> Iterator[Mount]:
    """The mounts through which containers of a pod see one key of a ConfigMap."""
    if config_map.namespace not in {None, pod.object.namespace or config_map.namespace}:
        return
    for container in pod.containers:
        for mount in container.mounts:
            if any(_shows(config, config_map, key, mount.sub_path) for config in config_maps(mount.volume)):
                yield mount


def _shows(config: Mapping, config_map: KubernetesObject, key: str, sub_path: str | None) -> bool:
    if sub_path is None or config_map.name is None or written_string(config.get("name")) != config_map.name:
        return False
    files = {key}
    if (items := sequence(config.get("items"))) is not None:
        entries = [entry for item in items.items if (entry := mapping(item)) is not None]
        files = {
            written_string(entry.get("path")) or "" for entry in entries if written_string(entry.get("key")) == key
        }
    return any(not sub_path or f"{file}/".startswith(f"{sub_path.rstrip('/')}/") for file in files)


def _arguments(node: Mapping, path: tuple[str, ...]) -> list[tuple[Path, Scalar]]:
    found: Node | None = node
    for step in path:
        if not isinstance(found, Mapping) or (found := found.get(step)) is None:
            return []
    items = sequence(found)
    return (
        [((*path, index), item) for index, item in enumerate(items.items) if isinstance(item, Scalar)] if items else []
    )
