"""Is this text a Corefile?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.corefile.blocks import Parser
from podhosts.corefile.plugin_names import PLUGINS
from podhosts.corefile.tokens import CorefileError, tokens_of
from podhosts.patterns import regex

if TYPE_CHECKING:
    from podhosts.corefile.blocks import Plugin, ServerBlock
from podhosts.corefile.tokens import Token

_ZONE = regex(r"(?:[a-z0-9]+://)?(?:[A-Za-z0-9_*.-]*|[0-9A-Fa-f:.]+/[0-9]+)(?::[0-9]+)?")
# Caddy, nginx and the like have directives of these names too, so they prove nothing.
_SHARED_PLUGIN_NAMES = """
root tls log errors bind rewrite header file cache proxy prometheus acl any auto cancel debug geoip grpc health https
https3 local metadata minimal on quic reload secondary shed sign startup template timeouts trace transfer view
"""
_SHARED_PLUGINS = frozenset(_SHARED_PLUGIN_NAMES.split())


def looks_like_corefile(text: str) -> bool:
    """True for a Corefile that CoreDNS could read and that can hardly be anything else.

    Every server block's keys must be zones, most plugins those of CoreDNS, one of them of a name that other programs
    do not use. nginx, Caddy, HCL, JSON and BIND configurations fail one of these.
    """
    try:
        servers = list(Parser(tokens_of(text)).server_blocks())
    except CorefileError:
        return False
    plugins = [plugin for server in servers for plugin in server.plugins]
    known = [plugin for plugin in plugins if plugin.name.text in PLUGINS]
    if not any(plugin.name.text not in _SHARED_PLUGINS for plugin in known) or len(known) * 2 < len(plugins):
        return False
    if any(_is_foreign(plugin) for plugin in plugins):
        return False
    return all(server.keys and all(_is_zone_key(key, server, text) for key in server.keys) for server in servers)


def _is_foreign(plugin: Plugin) -> bool:
    """An assignment or a statement with a semicolon: HCL, nginx, BIND, Logstash."""
    first = plugin.arguments[0].text if plugin.arguments else ""
    last = plugin.arguments[-1].text if plugin.arguments else ""
    return first in ("=", ":", "=>") or plugin.name.text.endswith((";", ":", "=")) or last.endswith(";")


def _is_zone_key(key: Token, server: ServerBlock, text: str) -> bool:
    if not key.is_known:
        return True
    if not _ZONE.fullmatch(key.text) or text[key.span.start] == '"':
        return False
    # Without braces any two lines of words would do.
    has_braces = text[server.span.end - 1 : server.span.end] == "}"
    return has_braces or key.text == "." or ":" in key.text
