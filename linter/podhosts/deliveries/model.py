"""One thing that a GitOps program deploys: a chart or a folder, and what is given to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from podhosts.document import written_string
from podhosts.document.placeholders import is_placeholder
from podhosts.kubernetes.objects import mapping, sequence
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.document import Mapping, Node
    from podhosts.helm.delivered import DeliveredChart
    from podhosts.kubernetes import KubernetesObject
    from podhosts.kustomize.files import Files
    from podhosts.placed import Place
    from podhosts.source import Source


#: The fields of a ConfigMap and a Secret that hold text as it is.
TEXT_FIELDS = {"ConfigMap": "data", "Secret": "stringData"}
#: Begins a text that SOPS has encrypted.
ENCRYPTED = "ENC["


class OpenPart(NamedTuple):
    """A part of a delivery that is not followed, and why."""

    place: Place
    reason: str


class ChartDelivery(NamedTuple):
    """A chart of the repository that something deploys, and what of its values is not known."""

    chart: DeliveredChart
    open_parts: tuple[OpenPart, ...] = ()


class DeliveryContext(Protocol):
    """The things that readers may ask of the repository around a delivery."""

    @property
    def files(self) -> Files:
        """Its files by path."""
        ...

    def names(self, folder: str) -> Iterable[str]:
        """The names of the files right in a folder."""
        ...

    def below(self, folder: str) -> Iterable[str]:
        """The paths of all files in a folder and the folders inside it."""
        ...

    def paths(self) -> Iterable[str]:
        """The files of the repository that the run looks at, from the root of the repository."""
        ...

    def kustomizations(self) -> Iterable[Source]:
        """The kustomizations that the run looks at."""
        ...

    def shown(self, path: str) -> str:
        """A path from the root of the repository as the files are looked up by it."""
        ...

    def find(self, kind: str, name: str, namespace: str | None, near: str) -> KubernetesObject | None:
        """The object of that kind and name that lies nearest to a file; None where several do.

        A namespace counts only where both sides name one.
        """
        ...


def known(node: Node | None) -> str | None:
    """The text of a string that no template or placeholder decides; None for anything else."""
    text = written_string(node)
    return None if text is None or is_placeholder(text) else text


def at(node: Mapping | None, *path: str) -> Node | None:
    """The node below some keys; None where one is missing."""
    found: Node | None = node
    for step in path:
        inner = mapping(found)
        found = inner.get(step) if inner is not None else None
    return found


def items(node: Node | None) -> Iterator[tuple[int, Mapping]]:
    """The mappings of a list, with their indices."""
    listed = sequence(node)
    for index, item in enumerate(listed.items if listed is not None else ()):
        if (fields := mapping(item)) is not None:
            yield index, fields


def is_true(node: Node | None) -> bool:
    """Whether the boolean true is written there."""
    return node is not None and getattr(node, "written", None) is True


def path_to(manifest: KubernetesObject, *steps: str | int) -> tuple[str | int, ...]:
    """The path of something in an object, from the root of its document."""
    item = () if manifest.item is None else ("items", manifest.item)
    return (*item, *manifest.base, *steps)
