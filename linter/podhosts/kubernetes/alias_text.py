"""Entries written as a `hostAliases` block in YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.document import is_plain_string

if TYPE_CHECKING:
    from collections.abc import Iterable

    from podhosts.hosts.convert import HostsEntry


def host_aliases_block(entries: Iterable[HostsEntry], indent: int = 0) -> str:
    """A `hostAliases:` block ready to paste into a pod spec, indented by `indent` blanks; every line ends in LF.

    Values are quoted where YAML would not give them back as strings; comments become YAML comments above the entry.
    """
    lines = ["hostAliases:"]
    for entry in entries:
        if entry.comment:
            lines.append(f"# {entry.comment}")
        lines += [f"- ip: {_written(entry.ip)}", "  hostnames:" if entry.hostnames else "  hostnames: []"]
        lines += [f"  - {_written(name)}" for name in entry.hostnames]
    if len(lines) == 1:
        lines = ["hostAliases: []"]
    return "".join(f"{' ' * indent}{line}\n" for line in lines)


def _written(text: str) -> str:
    return text if is_plain_string(text) else f'"{text}"'
