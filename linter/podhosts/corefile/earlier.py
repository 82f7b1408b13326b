"""Plugins that answer or rename a query before `hosts` sees it: `rewrite` and `template` come first in every build."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from podhosts.corefile.zones import is_within, qualified, zones_of
from podhosts.patterns import regex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podhosts.corefile.blocks import Plugin, ServerBlock
    from podhosts.corefile.tokens import Token

_CLASSES = frozenset({"IN", "ANY"})
_WAYS = frozenset({"exact", "prefix", "suffix", "substring", "regex"})
#: What Python's `re` reads as Go's does, which is nearly all that people write.
_SHARED_SYNTAX = regex(r"(?:[\w.\-*+?^$|()\[\]/ ]|\\[.dws\-]|\(\?P<\w+>)*")


def earlier_plugin(server: ServerBlock, name: str, family: str, others: Sequence[str] = ()) -> Plugin | None:
    """The plugin of a server block that takes the query for a name, of type `A` or `AAAA`, away from `hosts`.

    None where there is none, or where that cannot be told. `others` are names with the same address: one that is asked
    for instead gives the same answer.
    """
    full = qualified(name)
    same = {qualified(other) for other in others}
    for plugin in server.plugins:
        if plugin.name.text == "rewrite" and (renamed := _renamed(plugin, full)) is not None and renamed not in same:
            return plugin
    for plugin in server.plugins:
        if plugin.name.text == "template" and _answers(plugin, server, full, family):
            return plugin
    return None


def _renamed(plugin: Plugin, name: str) -> str | None:
    """The name that a rule on one line gives to another one, empty if a pattern makes it; None if it leaves the name.

    Rules in braces are not looked at.
    """
    words = [word.text for word in plugin.arguments if word.is_known]
    if len(words) != len(plugin.arguments):
        return None
    if words[:1] in (["continue"], ["stop"]):
        words = words[1:]
    if words[:1] != ["name"]:
        return None
    way, *rest = words[1:] if words[1:2] and words[1] in _WAYS else ["exact", *words[1:]]
    if len(rest) < 2:
        return None
    before, after = (text.lower() for text in rest[:2])
    renamed = name
    match way:
        case "exact" if qualified(before) == name:
            renamed = qualified(after)
        case "prefix" if name.startswith(before):
            renamed = after + name.removeprefix(before)
        case "suffix" if name.endswith(qualified(before)):
            renamed = name.removesuffix(qualified(before)) + qualified(after)
        case "substring":
            renamed = name.replace(before, after)
        case "regex" if _matches(rest[0], name):
            return ""
    return None if renamed == name else renamed


def _answers(plugin: Plugin, server: ServerBlock, name: str, family: str) -> bool:
    """Whether `template CLASS TYPE [ZONE...] { match ... }` answers the query, also with an error."""
    words = plugin.arguments
    if len(words) < 2 or not all(word.is_known for word in words):
        return False
    query_class, query_type = words[0].text.upper(), words[1].text.upper()
    if query_class not in _CLASSES or query_type not in {family, "ANY"}:
        return False
    zones = frozenset(zone.name for word in words[2:] or server.keys for zone in zones_of(word))
    if not is_within(name, zones):
        return False
    patterns: list[str] = []
    passes_on = False
    for line in plugin.lines:
        if line[0].text == "match":
            patterns += (word.text for word in line[1:])
        elif line[0].text == "fallthrough":
            passes_on = _covers(line[1:], name)
    return any(_matches(pattern, name) for pattern in patterns or [".*"]) or not (
        passes_on or any(not _SHARED_SYNTAX.fullmatch(pattern) for pattern in patterns)
    )


def _covers(arguments: tuple[Token, ...], name: str) -> bool:
    zones = frozenset(zone.name for word in arguments for zone in zones_of(word))
    return is_within(name, zones or frozenset({"."}))


def _matches(pattern: str, name: str) -> bool:
    """Whether a regular expression is found in a name; False for one that Python may read differently."""
    if not _SHARED_SYNTAX.fullmatch(pattern):
        return False
    try:
        return re.search(pattern, name) is not None
    except re.error:
        return False
