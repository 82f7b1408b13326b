"""Workspace: all sources of a run, and the look-up of objects by kind and name among them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from podhosts.document import Document, split
from podhosts.kubernetes import objects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.kubernetes import KubernetesObject
    from podhosts.source import Source


#: The kinds that rules ask for, as they stand in a file (UTF-16 files are not searched).
_LOOKED_UP = (b"ConfigMap", b"Service")


class Workspace:
    """Sources that may refer to each other. Nothing is read or parsed until an object is asked for.

    Of the sources only those are kept that mention a kind that is looked up.
    """

    def __init__(self, sources: Iterable[Source]) -> None:
        self._given = sources

    @cached_property
    def _sources(self) -> list[Source]:
        return [source for source in self._given if any(kind in source.data for kind in _LOOKED_UP)]

    def find(self, kind: str, name: str, namespace: str | None) -> KubernetesObject | None:
        """The first object of that kind and name; a namespace counts only where both sides name one."""
        for manifest in self._with_name(name):
            if manifest.kind == kind and manifest.name == name and namespace in {None, manifest.namespace or namespace}:
                return manifest
        return None

    def _with_name(self, name: str) -> Iterator[KubernetesObject]:
        for source in self._sources:
            # A search for the name is cheap, parsing is not.
            if name not in source.text:
                continue
            for piece in split(source.text):
                if source.text.find(name, *piece.span) >= 0:
                    yield from objects(Document(source, piece))
