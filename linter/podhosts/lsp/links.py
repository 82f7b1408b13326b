"""Where a ConfigMap that a pod mounts is defined, where it is mounted, and which volume a mount means."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from podhosts.document import Document, Piece, Scalar, split
from podhosts.interpret import interpret
from podhosts.kubernetes import KNOWN_KINDS, objects, pods
from podhosts.kubernetes.mounts import config_maps
from podhosts.lsp.checked import holds
from podhosts.placed import Placed
from podhosts.records import NamedTuple
from podhosts.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.kubernetes import KubernetesObject, Pod
    from podhosts.lsp.checked import CheckedFile
    from podhosts.repository import Repository

_KIND = "ConfigMap"


class LinkTarget(NamedTuple):
    """A place in a source."""

    source: Source
    span: Span


class Mention(NamedTuple):
    """A volume's name of a ConfigMap, and the namespace of the pod."""

    name: str
    namespace: str | None
    span: Span


def mentions(checked: CheckedFile) -> Iterator[tuple[Mention, LinkTarget]]:
    """The names of ConfigMaps in the volumes of a file whose ConfigMap is there."""
    repository = checked.project.repository(checked.buffer)
    for mention in _all_mentions(checked):
        if target := _config_map(mention, repository):
            yield mention, target


def definition(checked: CheckedFile, offset: int) -> LinkTarget | None:
    """The ConfigMap that a volume names at an offset, or the volume that a mount names there."""
    for pod, placed in checked.pods_at(offset):
        for mention in _mentions_of(pod, placed):
            if holds(mention.span, offset):
                return _config_map(mention, checked.project.repository(checked.buffer))
        for mount in (mount for container in pod.containers for mount in container.mounts):
            name, volume = mount.node.get("name"), mount.volume
            wanted = volume.node.get("name") if volume else None
            if name is not None and wanted is not None and holds(placed.span(name.span), offset):
                target = placed.span(wanted.span)
                return LinkTarget(checked.buffer, target) if target else None
    return None


def references(checked: CheckedFile, offset: int) -> Iterator[LinkTarget]:
    """The volumes that mount the ConfigMap whose name stands at an offset."""
    document = checked.document_at(offset)
    for manifest in objects(document) if document else ():
        name = _name_node(manifest)
        if manifest.kind != _KIND or name is None or not holds(name.span, offset):
            continue
        for user in checked.project.repository(checked.buffer).mentioning("configMap", name.text):
            for pod in pods(user, checked.kinds):
                for mention in _mentions_of(pod, Placed(user.document)):
                    if mention.name == name.text and mention.namespace in {
                        None,
                        manifest.namespace or mention.namespace,
                    }:
                        yield LinkTarget(user.document.source, mention.span)


def _config_map(mention: Mention, repository: Repository) -> LinkTarget | None:
    manifest = repository.find(_KIND, mention.name, mention.namespace)
    name = _name_node(manifest) if manifest else None
    return LinkTarget(manifest.document.source, name.span) if manifest and name else None


def _name_node(manifest: KubernetesObject) -> Scalar | None:
    node = manifest.metadata.get("name") if manifest.metadata else None
    return node if isinstance(node, Scalar) else None


def _all_mentions(checked: CheckedFile) -> Iterator[Mention]:
    text = checked.buffer.text
    for piece in split(text):
        start = piece.span.start
        for mention in _mentions_in(text[start : piece.span.end], piece.language == "json"):
            yield mention._replace(span=Span(mention.span.start + start, mention.span.end + start))


# Editors ask after every change; only the document that changed is read again. What is remembered outlives a project,
# and so does not rest on its kinds.
@lru_cache(maxsize=1024)
def _mentions_in(text: str, is_json: bool) -> tuple[Mention, ...]:
    """The names of ConfigMaps in the text of one document."""
    if "configMap" not in text:
        return ()
    piece = Piece(1, Span(0, len(text)), "json" if is_json else "yaml")
    document = Document(Source("", text.encode("utf-8", "replace")), piece)
    return tuple(
        mention
        for interpreted in interpret(Placed(document), KNOWN_KINDS)
        for pod in interpreted.rendered_pods()
        for mention in _mentions_of(pod, interpreted.placed)
    )


def _mentions_of(pod: Pod, placed: Placed) -> Iterator[Mention]:
    for volume in pod.volumes:
        for config in config_maps(volume):
            name = config.get("name")
            if isinstance(name, Scalar) and name.is_string and (span := placed.span(name.span)) is not None:
                yield Mention(name.text, pod.object.namespace, span)
