"""The scripts that a pod's containers run: commands, hooks, probes, and scripts in ConfigMaps that they mount."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from podhosts.document import Mapping, Scalar, string, written_string
from podhosts.kubernetes.mounts import config_maps
from podhosts.kubernetes.objects import mapping, sequence
from podhosts.patterns import regex
from podhosts.records import NamedTuple

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
#: The programs that run scripts of other languages than shell, which are called so by their endings.
_PROGRAMS = {
    ".py": "python3", ".pl": "perl", ".rb": "ruby", ".js": "node", ".mjs": "node", ".cjs": "node", ".php": "php",
    ".lua": "lua", ".ps1": "pwsh",
}  # fmt: skip
_ENDINGS = (".sh", ".bash", ".ash", *_PROGRAMS)
_INTERPRETER = r"(?:\S*/)?(?P<program>sh|bash|dash|ash|ksh|zsh|source|\.|python[0-9.]*|perl|ruby|node|php|lua[0-9.]*)"
#: A file at the beginning of a command, by itself or after the program that runs it.
_RUN = rf"(?:^|[;&|(\n]|\b(?:then|do|else|exec)[ \t])[ \t]*(?:{_INTERPRETER}(?:[ \t]+-\w+)*[ \t]+)?[\"']?%s(?![\w./-])"
_PROGRAM = regex(_INTERPRETER)


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
    """The text under a key of a ConfigMap, or in a file that a generator puts there."""

    key: str
    text: str
    scalar: Scalar | None = None

    @property
    def is_named(self) -> bool:
        """Whether it is a script by its name or by its `#!` line."""
        return self.key.endswith(_ENDINGS) or self.text.startswith("#!")

    @property
    def program(self) -> str:
        """The program that runs it by its name; empty where the `#!` line says it, or a shell is meant."""
        return next((program for ending, program in _PROGRAMS.items() if self.key.endswith(ending)), "")


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


def may_be_script(path: str) -> bool:
    """Whether a file may be a script by its name: by its ending, or as it has none."""
    name = path.rpartition("/")[2]
    return "." not in name or name.endswith(_ENDINGS)


def texts(config_map: KubernetesObject) -> Iterator[Script]:
    """The texts of a ConfigMap by their keys; some are scripts."""
    data = mapping(config_map.node.get("data"))
    for key, entry in data.fields.items() if data else ():
        if isinstance(entry.value, Scalar):
            yield Script(key, entry.value.text, entry.value)


def mounted_scripts(container: Container, finder: Finder) -> Iterator[Script]:
    """The scripts of the ConfigMaps that a container mounts, as far as these are in the input."""
    for mount in container.mounts:
        for config in config_maps(mount.volume):
            name = string(config.get("name"))
            config_map = finder.find("ConfigMap", name, container.pod.object.namespace) if name else None
            for script in texts(config_map) if config_map else ():
                if script.is_named and _shown_at(config, name, script.key, mount) is not None:
                    yield script


def mounts_of(name: str, key: str, pod: Pod) -> Iterator[tuple[Mount, str]]:
    """The mounts through which containers of a pod see one key of a ConfigMap, each with the path of that file."""
    for container in pod.containers:
        for mount in container.mounts:
            for config in config_maps(mount.volume):
                if (path := _shown_at(config, name, key, mount)) is not None:
                    yield mount, path
                    break


def runner(container: Container, path: str) -> str | None:
    """The program with which a container runs a file: empty where it runs by itself, None where it is not run."""
    pattern = re.compile(_RUN % re.escape(path))
    for command in commands(container):
        words = [scalar.text for _, scalar in command.arguments]
        if path in words:
            before = words[: words.index(path)]
            program = _PROGRAM.fullmatch(before[0]) if before else None
            if not before or (program and all(word.startswith("-") for word in before[1:])):
                return program["program"] if program else ""
        for word in words:
            if word != path and (found := pattern.search(word)):
                return found["program"] or ""
    return None


def _shown_at(config: Mapping, name: str | None, key: str, mount: Mount) -> str | None:
    """The path in the container under which a mount shows the key of a ConfigMap; None where it does not."""
    sub_path = mount.sub_path
    if sub_path is None or name is None or written_string(config.get("name")) != name:
        return None
    files = [key]
    if (items := sequence(config.get("items"))) is not None:
        entries = [entry for item in items.items if (entry := mapping(item)) is not None]
        files = [
            written_string(entry.get("path")) or "" for entry in entries if written_string(entry.get("key")) == key
        ]
    folder = (mount.mount_path or "").rstrip("/")
    above = f"{sub_path.rstrip('/')}/" if sub_path else ""
    shown = next((f"{file}/"[len(above) :].rstrip("/") for file in files if f"{file}/".startswith(above)), None)
    return None if shown is None else f"{folder}/{shown}".rstrip("/")


def _arguments(node: Mapping, path: tuple[str, ...]) -> list[tuple[Path, Scalar]]:
    found: Node | None = node
    for step in path:
        if not isinstance(found, Mapping) or (found := found.get(step)) is None:
            return []
    items = sequence(found)
    return (
        [((*path, index), item) for index, item in enumerate(items.items) if isinstance(item, Scalar)] if items else []
    )
