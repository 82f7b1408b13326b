"""Containers that stand in no pod spec that is known: steps of Tekton, templates of Argo, and the like.

Some controller puts them into pods; how, and beside which others, is not known here, so that no rule speaks of what
they do to the hosts file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.document import Mapping, Scalar, Sequence
from podhosts.kubernetes import is_strict, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.document import Node
    from podhosts.interpret import Interpreted
    from podhosts.source import Span

_PATH = "etc/hosts"
_SCRIPTS = ("script", "source")


def loose_writes(interpreted: Interpreted) -> Iterator[Span]:
    """Where the commands and scripts of such containers change the hosts file."""
    document = interpreted.document
    if _PATH not in document.text:
        return
    known = [pod.spec.span for pod in interpreted.pods]
    for manifest in interpreted.objects:
        if manifest.kind is None or is_strict(manifest.api_version, manifest.kind):
            continue
        for _, node in walk(manifest.node):
            is_known = any(span.start <= node.start < span.end for span in known)
            if isinstance(node, Mapping) and "image" in node.fields and not is_known:
                for scalar, target in _writes(node):
                    yield document.locate(scalar, *target)


def _writes(container: Mapping) -> Iterator[tuple[Scalar, Span]]:
    from podhosts.shell import argv_writes, script_writes

    arguments = [*_texts(container.get("command")), *_texts(container.get("args"))]
    for found in argv_writes([scalar.text for scalar in arguments]):
        yield arguments[found.index], found.write.target
    for key in _SCRIPTS:
        script = container.get(key)
        if isinstance(script, Scalar):
            for write in script_writes(script.text, ""):
                yield script, write.target


def _texts(node: Node | None) -> list[Scalar]:
    return [item for item in node.items if isinstance(item, Scalar)] if isinstance(node, Sequence) else []
