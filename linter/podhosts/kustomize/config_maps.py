"""The ConfigMaps and Secrets that a kustomization generates, as far as its own text says what they hold."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from podhosts.document import Document, Piece, Scalar
from podhosts.kubernetes import is_template
from podhosts.kustomize.files import is_remote
from podhosts.kustomize.loading import refuse_out_of_reach
from podhosts.kustomize.located import List, LocatedString, Map, text
from podhosts.kustomize.refusals import refused
from podhosts.kustomize.resources import Resource
from podhosts.placed import Placed
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.kustomize.files import Files
    from podhosts.kustomize.model import Kustomization

_KINDS = {"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"}


def generated(kustomization: Kustomization, files: Files) -> Iterator[Resource]:
    """The objects, with the data of `literals` and `envs`; where whole `files` are taken in they are not certain.

    Raises BuildRefusedError for a file that is not there.

    Those that replace or add to one of a base change no hosts file and are left out.
    """
    for field, kind in _KINDS.items():
        for item in kustomization.items(field):
            name = item.get("name") if isinstance(item, Map) else None
            if not isinstance(item, Map) or not isinstance(name, LocatedString):
                continue
            if str(item.get("behavior")) in {"merge", "replace"}:
                continue
            _refuse_missing(item, kustomization, files)
            value = Map(item.node, item.placed)
            metadata: dict[str, object] = {"name": name}
            if isinstance(namespace := item.get("namespace"), LocatedString):
                metadata["namespace"] = namespace
            envs = [_variables(path, kustomization, files) for path in _texts(item, "envs", "env")]
            data = {key: value for found in envs if found for key, value in found.items()} | _literals(item)
            value.update({"apiVersion": "v1", "kind": kind, "metadata": metadata, "data": data})
            resource = Resource(value, is_certain="files" not in item and None not in envs)
            resource.is_noted = True
            yield resource


def _refuse_missing(item: Map, kustomization: Kustomization, files: Files) -> None:
    """Raise BuildRefusedError for a file that a generator names and that is not there."""
    for entry in _texts(item, "files", "envs", "env"):
        path = entry.rpartition("=")[2]
        whole = posixpath.join(kustomization.folder, path)
        if (
            path
            and not is_template(path)
            and not is_remote(path)
            and files.is_inside(whole)
            and files.get(whole) is None
        ):
            raise refused(entry, f"the file `{path}` is not there")
        refuse_out_of_reach(entry, whole, kustomization.folder, files)


def _texts(item: Map, *names: str) -> list[LocatedString]:
    found: list[LocatedString] = []
    for name in names:
        value = item.get(name)
        found += [part for part in (value if isinstance(value, List) else [value]) if isinstance(part, LocatedString)]
    return found


def _variables(path: LocatedString, kustomization: Kustomization, files: Files) -> dict[str, object] | None:
    """The `NAME=value` lines of a file; None if it cannot be read."""
    source = files.get(posixpath.join(kustomization.folder, path))
    if source is None:
        return None
    placed = Placed(Document(source, Piece(1, Span(0, len(source.text)), "yaml")))
    found: dict[str, object] = {}
    for number in range(1, len(source.line_starts) + 1):
        span = source.line_span(number)
        name, equals, value = source.cut(span).partition("=")
        if equals and not name.lstrip().startswith("#"):
            node = Scalar(span.start + len(name) + 1, span.end, value, '"')
            found[name.strip()] = text(value, node, placed)
    return found


def _literals(item: Map) -> dict[str, object]:
    listed = item.get("literals")
    found: dict[str, object] = {}
    for literal in listed if isinstance(listed, List) else ():
        if isinstance(literal, LocatedString):
            key, _, value = literal.partition("=")
            # Kustomize takes one pair of quotes off.
            bare = value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
            found[key] = text(bare, literal.node, literal.placed)
    return found
