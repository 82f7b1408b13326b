"""Values in ConfigMaps and Secrets that kustomizations of the repository generate: files, and literals."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from podhosts.deliveries.model import items, known
from podhosts.document import Mapping, Scalar
from podhosts.kubernetes.objects import sequence
from podhosts.kustomize.model import Kustomization
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.deliveries.model import DeliveryContext
    from podhosts.placed import Placed
    from podhosts.source import Source

_FIELDS = {"ConfigMap": "configMapGenerator", "Secret": "secretGenerator"}


class GeneratedText(NamedTuple):
    """The text of a key: a whole file, or a literal of a kustomization from `start` on."""

    file: Source | None
    literal: Scalar
    placed: Placed
    path: tuple[str | int, ...]
    start: int


def generated_text(kind: str, name: str, key: str, delivery: str, around: DeliveryContext) -> GeneratedText | None:
    """The text that kustomizations generate for a key of an object; None where none does, or several do.

    `delivery` is the path of the file that asks: the kustomization in its folder is meant first.
    """
    found = [
        (source, text)
        for source in around.kustomizations()
        if name.encode() in source.data
        for text in _texts(source, kind, name, key, around)
    ]
    folder = posixpath.dirname(delivery)
    beside = [text for source, text in found if posixpath.dirname(source.path) == folder]
    texts = beside or [text for _, text in found]
    return texts[0] if len(texts) == 1 else None


def _texts(source: Source, kind: str, name: str, key: str, around: DeliveryContext) -> Iterator[GeneratedText]:
    kustomization = Kustomization.of(source)
    root = kustomization.document.root if kustomization is not None else None
    if kustomization is None or not isinstance(root, Mapping):
        return
    generator = _FIELDS.get(kind, "")
    for number, fields in items(root.get(generator)):
        if known(fields.get("name")) != name:
            continue
        for field in ("files", "literals"):
            listed = sequence(fields.get(field))
            for index, entry in enumerate(listed.items if listed is not None else ()):
                text = known(entry)
                if text is None or not isinstance(entry, Scalar):
                    continue
                own_key, equals, rest = text.partition("=")
                path = (generator, number, field, index)
                if field == "literals" and own_key == key:
                    yield GeneratedText(None, entry, kustomization.placed, path, len(own_key) + 1)
                elif field == "files" and (own_key if equals else posixpath.basename(text)) == key:
                    file = around.files.get(posixpath.join(kustomization.folder, rest if equals else text))
                    if file is not None:
                        yield GeneratedText(file, entry, kustomization.placed, path, 0)
