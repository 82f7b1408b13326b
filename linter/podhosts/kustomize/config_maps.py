"""The ConfigMaps and Secrets that a kustomization generates, as far as its own text says what they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.kustomize.located import List, Map, Text, text
from podhosts.kustomize.resources import Resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.kustomize.model import Kustomization

_KINDS = {"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"}


def generated(kustomization: Kustomization) -> Iterator[Resource]:
    """The objects, with the data that is written as `literals`; what comes from files is not certain.

    Those that replace or add to one of a base change no hosts file and are left out.
    """
    for field, kind in _KINDS.items():
        for item in kustomization.items(field):
            name = item.get("name") if isinstance(item, Map) else None
            if not isinstance(item, Map) or not isinstance(name, Text) or item.get("behavior") in {"merge", "replace"}:
                continue
            value = Map(item.node, item.writing)
            metadata: dict[str, object] = {"name": name}
            if isinstance(namespace := item.get("namespace"), Text):
                metadata["namespace"] = namespace
            value.update({"apiVersion": "v1", "kind": kind, "metadata": metadata, "data": _literals(item)})
            yield Resource(value, is_certain="files" not in item and "envs" not in item and "env" not in item)


def _literals(item: Map) -> dict[str, object]:
    listed = item.get("literals")
    found: dict[str, object] = {}
    for literal in listed if isinstance(listed, List) else ():
        if isinstance(literal, Text):
            key, _, value = literal.partition("=")
            # Kustomize takes one pair of quotes off.
            bare = value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
            found[key] = text(bare, literal.node, literal.writing)
    return found
