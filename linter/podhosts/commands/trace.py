"""`podhosts render --trace`: each line with the place it comes from, and what resolvers make of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.hosts.addresses import parse_sloppy
from podhosts.hosts.resolvers.musl import line_loss
from podhosts.reporters.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.commands.render import Rendered
    from podhosts.commands.selection import Selection
    from podhosts.hosts.kubelet import HostsLine

_ORIGINS = {"boilerplate": "the kubelet", "pod": "the pod's address", "node": "the node's file"}


def trace(item: Rendered, selection: Selection) -> Iterator[str]:
    """The lines of the file in one column, in a second one where each comes from and what is odd about it."""
    if item.own_content is not None:
        yield from item.own_content.decode("utf-8", "replace").splitlines()
        return
    shown = [visible(line.text.decode("utf-8", "replace").rstrip("\n").replace("\t", " ")) for line in item.lines]
    width = min(60, max(map(len, shown), default=0))
    first: dict[tuple[str, int], str] = {}
    for text, line in zip(shown, item.lines, strict=True):
        notes = [_origin(item, line, selection), *_oddities(line, first)]
        yield f"{text:<{width}}  <- {'; '.join(notes)}".rstrip()


def _origin(item: Rendered, line: HostsLine, selection: Selection) -> str:
    if line.alias is not None:
        places = selection.places(item.pod.aliases[line.alias])
        return ", over ".join(f"{visible(source.path)}:{at.line}" for source, at in places)
    return _ORIGINS[line.origin]


def _oddities(line: HostsLine, first: dict[tuple[str, int], str]) -> Iterator[str]:
    """Names that have an address further up, lines that no resolver uses, names past musl's limit."""
    fields = line.text.partition(b"#")[0].decode("utf-8", "replace").split()
    if not fields:
        return
    address = parse_sloppy(fields[0])
    if address is None:
        yield "dead: no address"
        return
    if len(fields) == 1:
        yield "dead: no names"
    for name in dict.fromkeys(fields[1:]):
        earlier = first.setdefault((name.lower(), address.version), fields[0])
        if earlier != fields[0]:
            yield f"`{visible(name)}` already has {earlier}"
    loss = line_loss(line.text)
    if loss.first_lost is not None:
        yield f"musl loses {len(loss.lost)} names from `{visible(loss.first_lost)}` on"
    for bogus in loss.bogus:
        yield f"musl gives {bogus.address} to `{visible(bogus.names[0])}`"
