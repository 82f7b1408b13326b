"""Changes of the hosts file that no rule can speak of.

Containers in no pod spec that is known (steps of Tekton, templates of Argo, and the like): some controller puts them
into pods; how, and beside which others, is not known here. And scripts for programs that are not known or not read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.document import Mapping, Scalar, Sequence
from podhosts.kubernetes import is_strict, walk
from podhosts.kubernetes.scripts import commands

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.document import Document, Node
    from podhosts.interpret import Interpreted
    from podhosts.kubernetes.scripts import Command
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


def unread_scripts(interpreted: Interpreted) -> Iterator[Span]:
    """Where scripts of containers speak of the hosts file, for a program that is not known or not read."""
    document = interpreted.document
    if _PATH not in document.text or not interpreted.objects:
        return
    for pod in interpreted.pods:
        for container in pod.containers:
            for command in commands(container):
                yield from _unread(command, document)


def _unread(command: Command, document: Document) -> Iterator[Span]:
    from podhosts.shell import argv_writes, hosts_writes, unread_code

    scalars = [scalar for _, scalar in command.arguments]
    texts = [scalar.text for scalar in scalars]
    if not any(_PATH in text for text in texts):
        return
    for index, span in unread_code(texts):
        yield document.locate(scalars[index], *span)
    # Arguments without a program, for one of the image: `["-c", "echo ..."]`.
    if not command.has_program and not argv_writes(texts):
        for scalar in scalars:
            for write in hosts_writes(scalar.text) if " " in scalar.text else ():
                yield document.locate(scalar, *write.target)


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
