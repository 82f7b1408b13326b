"""The files that a kustomization's generators take into ConfigMaps."""

from __future__ import annotations

from posixpath import basename, dirname, join, normpath
from typing import TYPE_CHECKING

from podhosts.document import Mapping, Scalar, string
from podhosts.kubernetes.objects import sequence
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from podhosts.kubernetes.fields import Path
    from podhosts.kubernetes.objects import KubernetesObject
    from podhosts.source import Source


class TakenFile(NamedTuple):
    """A file under a key of the ConfigMap `name`; `entry` in the kustomization says so, at `path`.

    `generator`: the number of the generator.
    """

    generator: int
    name: str
    key: str
    source: Source
    entry: Scalar
    path: Path


def taken_files(kustomization: KubernetesObject, read: Callable[[str], Source | None]) -> Iterator[TakenFile]:
    """The files of all generators of ConfigMaps, in order. `read` gives the file at a path."""
    folder = dirname(kustomization.document.source.path)
    generators = sequence(kustomization.node.get("configMapGenerator"))
    for index, generator in enumerate(generators.items if generators else ()):
        name = string(generator.get("name")) if isinstance(generator, Mapping) else None
        files = sequence(generator.get("files")) if isinstance(generator, Mapping) else None
        for number, entry in enumerate(files.items if files else ()):
            if not isinstance(entry, Scalar):
                continue
            key, equals, path = entry.text.partition("=")
            source = read(normpath(join(folder, path if equals else key)))
            if source is not None:
                steps = ("configMapGenerator", index, "files", number)
                yield TakenFile(index, name or "", key if equals else basename(key), source, entry, steps)
