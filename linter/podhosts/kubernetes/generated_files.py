"""Files that are no manifests: those that a kustomization's generators take into ConfigMaps, and Corefiles."""

from __future__ import annotations

from posixpath import basename, dirname, join, normpath
from typing import TYPE_CHECKING

from podhosts.document import Document, Mapping, Piece, Scalar, string
from podhosts.kubernetes.objects import KubernetesObject, sequence
from podhosts.records import NamedTuple
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from podhosts.kubernetes.fields import Path
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

    @property
    def manifest(self) -> KubernetesObject:
        """The object that findings about the file are about."""
        return whole_file(Document(self.source, Piece(1, Span(0, len(self.source.text)), "yaml")))


class TakenLiteral(NamedTuple):
    """A text under a key of a ConfigMap that stands in the kustomization: at `begin` of `entry`, which is at `path`.

    `generator`: the number of the generator.
    """

    generator: int
    key: str
    text: str
    entry: Scalar
    begin: int
    path: Path


def taken_literals(kustomization: KubernetesObject) -> Iterator[TakenLiteral]:
    """The `literals` of all generators of ConfigMaps, in order; Kustomize takes quotes around them off."""
    for index, generator in _generators(kustomization):
        for number, entry in _entries(generator, "literals"):
            key, equals, text = entry.text.partition("=")
            value = text.strip("\"'")
            if equals:
                begin = len(key) + 1 + text.index(value)
                steps = ("configMapGenerator", index, "literals", number)
                yield TakenLiteral(index, key, value, entry, begin, steps)


def _generators(kustomization: KubernetesObject) -> Iterator[tuple[int, Mapping]]:
    generators = sequence(kustomization.node.get("configMapGenerator"))
    for index, generator in enumerate(generators.items if generators else ()):
        if isinstance(generator, Mapping):
            yield index, generator


def _entries(generator: Mapping, name: str) -> Iterator[tuple[int, Scalar]]:
    entries = sequence(generator.get(name))
    for number, entry in enumerate(entries.items if entries else ()):
        if isinstance(entry, Scalar):
            yield number, entry


def taken_files(kustomization: KubernetesObject, read: Callable[[str], Source | None]) -> Iterator[TakenFile]:
    """The files of all generators of ConfigMaps, in order. `read` gives the file at a path."""
    folder = dirname(kustomization.document.source.path)
    for index, generator in _generators(kustomization):
        name = string(generator.get("name"))
        for number, entry in _entries(generator, "files"):
            key, equals, path = entry.text.partition("=")
            source = read(normpath(join(folder, path if equals else key)))
            if source is not None:
                steps = ("configMapGenerator", index, "files", number)
                yield TakenFile(index, name or "", key if equals else basename(key), source, entry, steps)


def whole_file(document: Document) -> KubernetesObject:
    """The object that a finding is about where a file holds none: all of it, without kind and name."""
    return KubernetesObject(document, Mapping(*document.span, flow=False), None, None, None)


def is_corefile(path: str) -> bool:
    """Whether a file has a name that only Corefiles have."""
    name = path.rpartition("/")[2]
    return name == "Corefile" or name.endswith((".corefile", ".Corefile"))
