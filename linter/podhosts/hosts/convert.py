"""Hosts file text to entries and back, and to a CoreDNS `hosts` block.

Pure functions of text. Reading follows hosts(5): an address, then names, `#` begins a comment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.hosts.addresses import canonical, parse_sloppy, refusal
from podhosts.hosts.kubelet import BUILT_IN_NAMES, COMMENTS
from podhosts.hosts.names import subdomain_refusals
from podhosts.records import NamedTuple, record

if TYPE_CHECKING:
    from collections.abc import Iterable


#: Why a name is left out that needs no alias.
KUBELETS_OWN = "the kubelet writes this one itself"


@record(frozen=True, slots=True)
class HostsEntry:
    """An address with its names, in order, and the comment that stood beside or above it."""

    ip: str
    hostnames: tuple[str, ...]
    comment: str = ""


class Skipped(NamedTuple):
    """A line, or a word of it, that cannot become an alias: 1-based line number, the text, and why."""

    line: int
    text: str
    reason: str


def parse_hosts(text: str) -> tuple[list[HostsEntry], list[Skipped]]:
    """The entries of a hosts file, lines of one address merged in order of first appearance, and what was skipped.

    Names are lower-cased, as hosts files match in any case and the API takes lower case only. The kubelet's own names
    (`localhost`, `ip6-*`) are skipped where they have the address that the kubelet gives them anyway.
    """
    merged: dict[str, tuple[dict[str, None], list[str]]] = {}
    skipped: list[Skipped] = []
    above: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        content, _, comment = line.partition("#")
        # A control character in a comment would make the YAML unreadable.
        remark = "".join(character for character in comment if character.isprintable()).strip()
        fields = content.split()
        if not fields:
            if remark and remark not in COMMENTS:
                above.append(remark)
            else:
                above = []
            continue
        remarks = [*above, remark] if remark else above
        above = []
        ip, reason = _address(fields[0])
        if ip is None:
            skipped.append(Skipped(number, fields[0], reason))
            continue
        names, comments = merged.setdefault(ip, ({}, []))
        comments += remarks
        if len(fields) == 1:
            skipped.append(Skipped(number, fields[0], "no names"))
        for word in fields[1:]:
            name = word.lower()
            if (address := parse_sloppy(ip)) is not None and address.is_loopback and name in BUILT_IN_NAMES:
                skipped.append(Skipped(number, word, KUBELETS_OWN))
            elif subdomain_refusals(name):
                skipped.append(Skipped(number, word, "not a name that the API server accepts"))
            else:
                names[name] = None
    entries = [HostsEntry(ip, tuple(names), "; ".join(comments)) for ip, (names, comments) in merged.items() if names]
    return entries, skipped


def node_entries(text: str) -> tuple[list[HostsEntry], list[Skipped]]:
    """The entries of a node's hosts file that are not the node's own, and what was left out.

    Its own are `localhost`, the `ip6-*` names, everything on a loopback line (Debian gives the node's name there), and
    these names under any other address.
    """
    entries, skipped = parse_hosts(text)
    own = set(BUILT_IN_NAMES)
    for entry in entries:
        address = parse_sloppy(entry.ip)
        if address is not None and address.is_loopback:
            own.update(entry.hostnames)
    kept = []
    for entry in entries:
        skipped += [Skipped(0, name, KUBELETS_OWN) for name in entry.hostnames if name in own]
        names = tuple(name for name in entry.hostnames if name not in own)
        if names:
            kept.append(HostsEntry(entry.ip, names, entry.comment))
    return kept, skipped


def _address(text: str) -> tuple[str | None, str]:
    bare, percent, _ = text.partition("%")
    if percent and parse_sloppy(bare) is not None:
        return None, "an address with a zone cannot be an alias"
    if refusal(text, strict=False) is not None:
        return None, "not an IP address"
    return canonical(text) or text, ""


def to_hosts_text(entries: Iterable[HostsEntry]) -> str:
    """One line an entry, as the kubelet writes it; comments at the end of the line."""
    lines = []
    for entry in entries:
        comment = [f"# {entry.comment}"] if entry.comment else []
        lines.append("\t".join((entry.ip, *entry.hostnames, *comment)) + "\n")
    return "".join(lines)


def to_coredns(entries: Iterable[HostsEntry]) -> str:
    """A CoreDNS `hosts` block; `fallthrough` comes last, or every other name of the zone gets SERVFAIL.

    Source: `reference/kubernetes.md` 8.
    """
    lines = [f"    {entry.ip} {' '.join(entry.hostnames)}\n" for entry in entries if entry.hostnames]
    return "".join(("hosts {\n", *lines, "    fallthrough\n", "}\n"))
