"""Corefile text -> server blocks, plugins and, for the `hosts` plugin, what CoreDNS makes of each line.

The grammar is that of CoreDNS' own reader, a fork of Caddy 1's (`coredns/caddy` v1.1.4, `caddyfile`): words between
white space, `"` only at the start of a word, `#` comments, `{` and `}` as words of their own, `{$NAME}` and `{%NAME%}`
for environment variables, snippets `(name) { ... }` and `import`. What the `hosts` plugin does with its block is in
`reference/kubernetes.md` 8 (coredns `4b26cced`). Everything here is linear in the length of the text.

Positions are offsets in the text. A `{{ ... }}` of a template on one line is a part of a word that is not known; those
that only steer the template (`{{- if ... }}`, `{{- end }}`) are passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.corefile.blocks import Parser, Plugin, ServerBlock
from podhosts.corefile.hosts_plugin import HOSTS_OPTIONS, HostsBlock, HostsOption, InlineEntry, hosts_plugins
from podhosts.corefile.recognition import looks_like_corefile
from podhosts.corefile.tokens import CorefileError, Token, tokens_of
from podhosts.corefile.zones import Zone
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "HOSTS_OPTIONS",
    "CorefileError",
    "HostsBlock",
    "HostsOption",
    "InlineEntry",
    "Plugin",
    "ServerBlock",
    "Token",
    "Zone",
    "hosts_blocks",
    "looks_like_corefile",
    "parse_corefile",
]


def parse_corefile(text: str) -> tuple[ServerBlock, ...]:
    """The server blocks, with snippets put in where they are imported. Raises `CorefileError`."""
    return tuple(Parser(tokens_of(text)).server_blocks())


def hosts_blocks(text: str, inside: Sequence[str] | None = None) -> tuple[HostsBlock, ...]:
    """The `hosts` plugins of a Corefile, with all that rules need of them. Raises `CorefileError`.

    `inside`: the text is no whole Corefile but what stands inside a server block of these zones, such as a key of
    `coredns-custom` that ends in `.override`.
    """
    tokens = tokens_of(text)
    if inside is None:
        servers = list(Parser(tokens).server_blocks())
    else:
        keys = tuple(Token(zone, Span(0, 0), 0) for zone in inside)
        servers = [Parser(tokens).fragment(keys, Span(0, len(text)))]
    return tuple(hosts_plugins(servers))
