"""The places of a document that is read otherwise, at which a template or placeholder decides something about hosts.

Only what a rule would look at counts: values of pods, and what is printed into a list of hostAliases or a `hosts` block
of CoreDNS. An image, a name or an Ingress is no place where a finding could have been.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from podhosts.document import Scalar, Sequence
from podhosts.document.placeholders import is_placeholder, may_hold_placeholders
from podhosts.kubernetes.mounts import HOSTS_FILE, normalize
from podhosts.kubernetes.schemas.field_types import SCALAR_FIELDS
from podhosts.patterns import regex
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.document import Document, Node
    from podhosts.kubernetes.pods import Mount, Pod

#: The key of a list, on a line of its own.
_LIST_KEY = regex(r"^(?P<before>[ \t]*(?:-[ \t]+)*)[\"']?host_?aliases[\"']?[ \t]*:(?P<rest>.*)$", re.I | re.M)
#: The list in the words of an action: `toYaml .Values.hostAliases`, `include "web.host-aliases" .`.
_LIST_NAME = regex(r"host[-_]?alias", re.IGNORECASE)
#: A path or a name that speaks of the hosts file: `/etc/hosts`, `.Values.hostsFile`.
_HOSTS_NAME = regex(r"(?<![a-z])hosts(?![a-z])|hosts_?file", re.IGNORECASE)
_HOSTS_BLOCK = regex(r"^[ \t]*hosts(?:[ \t][^\n]*)?\{[ \t]*$", re.MULTILINE)
_END_OF_BLOCK = regex(r"^[ \t]*\}", re.MULTILINE)
_LINE = regex(r"\n(?P<indent>[ \t]*)(?P<text>[^\r\n]*)")


def undecided(document: Document, pods: Iterable[Pod]) -> list[Span]:
    """The places about hosts that a template or placeholder decides: values, and where actions begin."""
    if not may_hold_placeholders(document.text):
        return []
    nodes = (node for pod in pods for node in (*_values(pod), *_paths(pod)))
    # Several mounts share a volume.
    values = list(dict.fromkeys(node.span for node in nodes if isinstance(node, Scalar) and is_placeholder(node.text)))
    inside = _Stretches(values)
    return [*values, *(action for action in _printed(document) if action.start not in inside)]


def _printed(document: Document) -> Iterator[Span]:
    """The actions of a template that may print entries of hosts; none where the text is YAML as it stands."""
    template = document.template
    if template is None or not document.actions:
        return
    text, start = document.text, document.span.start
    entries = _Stretches([*_lists(text, template.printing), *_hosts_blocks(text)])
    for action in template.printing:
        if action.start in entries or _LIST_NAME.search(text, *action):
            yield Span(start + action.start, start + action.start)


class _Stretches:
    """Stretches of a text, of which it is asked what lies in any of them."""

    def __init__(self, spans: Iterable[Span]) -> None:
        ordered = sorted(spans)
        self._starts = [span.start for span in ordered]
        self._ends = [*accumulate((span.end for span in ordered), max)]

    def __contains__(self, offset: int) -> bool:
        before = bisect_right(self._starts, offset)
        return before > 0 and offset < self._ends[before - 1]


def _values(pod: Pod) -> Iterator[Node | None]:
    """The values of hosts-related fields."""
    for name in (pod.list_field, *SCALAR_FIELDS):
        yield pod.spec.get(name)
    items = pod.spec.get(pod.list_field)
    yield from items.items if isinstance(items, Sequence) else []
    for alias in pod.aliases:
        yield alias.ip_node
        names = alias.hostnames_node
        yield from names.items if isinstance(names, Sequence) else [names]


def _paths(pod: Pod) -> Iterator[Node | None]:
    """The paths of mounts and volumes, where the other end or the text says that they are those of the hosts file."""
    for mount in (mount for container in pod.containers for mount in container.mounts):
        if _speaks_of_hosts(mount):
            yield mount.mount_path_node
            yield mount.volume.host_path_node if mount.volume else None


def _speaks_of_hosts(mount: Mount) -> bool:
    if normalize(mount.mount_path or "") == HOSTS_FILE:
        return True
    nodes = (mount.mount_path_node, mount.node.get("subPath"), mount.volume.host_path_node if mount.volume else None)
    return any(isinstance(node, Scalar) and _HOSTS_NAME.search(node.text) for node in nodes)


def _lists(text: str, printing: list[Span]) -> Iterator[Span]:
    """The stretches of a template's text in which actions print entries into a list."""
    prints_at = [action.start for action in printing]
    for key in _LIST_KEY.finditer(text):
        end = key.end()
        for line in _LINE.finditer(text, end):
            is_inside = line["text"].startswith("- ") + len(line["indent"]) > len(key["before"])
            if is_inside:
                end = line.end()
            elif line["text"].startswith(("{{", "{%", "{#")):
                if bisect_right(prints_at, line.end()) > bisect_right(prints_at, line.start()):
                    # At any column it prints the list of a key that has nothing else; else it prints another key.
                    end = line.end() if end == key.end() and not key["rest"].strip() else end
                    break
            elif line["text"] and not line["text"].startswith("#"):
                break
        yield Span(key.start(), end)


def _hosts_blocks(text: str) -> Iterator[Span]:
    for block in _HOSTS_BLOCK.finditer(text):
        end = _END_OF_BLOCK.search(text, block.end())
        yield Span(block.start(), end.start() if end else len(text))
