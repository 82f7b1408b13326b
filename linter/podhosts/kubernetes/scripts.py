"""Where a pod's containers run scripts: commands, hooks, probes, and scripts in ConfigMaps that they mount."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from podhosts.document import Mapping, Scalar, string
from podhosts.kubernetes.objects import mapping, sequence
from podhosts.kubernetes.placeholders import is_placeholder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.document import Node
    from podhosts.kubernetes.fields import Path
    from podhosts.kubernetes.objects import KubernetesObject
    from podhosts.kubernetes.own_hosts_file import Finder
    from podhosts.kubernetes.pods import Container, Pod

_HOOKS = (("lifecycle", "postStart"), ("lifecycle", "preStop"))
_PROBES = (("livenessProbe",), ("readinessProbe",), ("startupProbe",))
_SHELL_ENDINGS = (".sh", ".bash", ".ash")


class Command(NamedTuple):
    """An argument list of a container: its scalars with their paths below the container, and whether it is a hook."""

    container: Container
    arguments: list[tuple[Path, Scalar]]
    is_hook: bool


class MountedScript(NamedTuple):
    """A script in a ConfigMap: the object, its key, the text, and the containers that mount it."""

    holder: KubernetesObject
    key: str
    scalar: Scalar
    is_python: bool
    containers: list[Container]


def commands(container: Container) -> Iterator[Command]:
    """What the container runs: `command` with `args`, then hooks and probes."""
    own = [*_arguments(container.node, ("command",)), *_arguments(container.node, ("args",))]
    if own:
        yield Command(container, own, False)
    for path in (*_HOOKS, *_PROBES):
        if found := _arguments(container.node, (*path, "exec", "command")):
            yield Command(container, found, True)


def environment(container: Container) -> dict[str, str]:
    """The container's variables with constant values."""
    items = sequence(container.node.get("env"))
    entries = [mapping(item) for item in items.items] if items else []
    pairs = [(string(entry.get("name")), string(entry.get("value"))) for entry in entries if entry is not None]
    return {name: value for name, value in pairs if name and value is not None and not is_placeholder(value)}


def mounted_scripts(pod: Pod, finder: Finder) -> Iterator[MountedScript]:
    """The shell and Python scripts in ConfigMaps that containers of the pod mount, each once."""
    mounting: dict[str, list[Container]] = {}
    for container in pod.containers:
        for mount in container.mounts:
            volume = mount.volume
            config = mapping(volume.node.get("configMap")) if volume else None
            name = string(config.get("name")) if config else None
            if name and container not in mounting.setdefault(name, []):
                mounting[name].append(container)
    for name, containers in mounting.items():
        holder = finder.find("ConfigMap", name, pod.object.namespace)
        data = mapping(holder.node.get("data")) if holder else None
        if holder is None or data is None:
            continue
        for key, entry in data.fields.items():
            scalar = entry.value
            if isinstance(scalar, Scalar) and scalar.is_string and (language := _language(key, scalar.text)):
                yield MountedScript(holder, key, scalar, language == "python", containers)


def _language(key: str, text: str) -> str | None:
    first_line = text.lstrip().partition("\n")[0]
    is_script = first_line.startswith("#!")
    if key.endswith(".py") or (is_script and "python" in first_line):
        return "python"
    if key.endswith(_SHELL_ENDINGS) or (
        is_script and first_line.rstrip().rsplit("/", 1)[-1].split(" ")[-1].endswith("sh")
    ):
        return "shell"
    return None


def _arguments(node: Mapping, path: tuple[str, ...]) -> list[tuple[Path, Scalar]]:
    found: Node | None = node
    for step in path:
        found = found.get(step) if isinstance(found, Mapping) else None
    items = sequence(found)
    return (
        [((*path, index), item) for index, item in enumerate(items.items) if isinstance(item, Scalar)] if items else []
    )
