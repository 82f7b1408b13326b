"""Reasons in and around `hosts` for which CoreDNS does not start with a Corefile that it can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.corefile.hosts_plugin import HOSTS_OPTIONS
from podhosts.corefile.plugin_names import PLUGINS
from podhosts.document.placeholders import is_placeholder
from podhosts.hosts.addresses import inet_pton4, inet_pton6
from podhosts.patterns import regex
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from podhosts.corefile.blocks import Plugin, ServerBlock
    from podhosts.corefile.tokens import Token
    from podhosts.corefile.zones import Zone
    from podhosts.source import Span

_PLUGIN_NAME = regex(r"[a-z][a-z0-9_-]*")
_LONGEST_LABEL = 63
#: Words that people spell wrong in a Corefile that is about hosts.
_OWN_WORDS = ("hosts", "import")


class StartProblem(NamedTuple):
    """A reason not to start: what is wrong at a word, and what to do; `first` is another place that belongs to it."""

    span: Span
    message: str
    help: str
    first: Span | None = None


def start_problems(servers: Sequence[ServerBlock]) -> Iterator[StartProblem]:
    """The reasons that show in the words of server blocks. Words that a template decides are passed over."""
    yield from _zones(servers)
    for server in servers:
        for plugin in server.plugins:
            if is_certain(plugin.name):
                yield from _directive(plugin)


def is_certain(token: Token) -> bool:
    """Whether neither CoreDNS' environment nor a template of any kind decides the word; installers write `__NAME__`."""
    return token.is_known and not is_placeholder(token.text) and not token.text.startswith("__")


def bound_to(server: ServerBlock) -> tuple[str, ...]:
    """The addresses that a server block listens on; empty for all."""
    return tuple(word.text for plugin in server.plugins if plugin.name.text == "bind" for word in plugin.arguments)


def _zones(servers: Sequence[ServerBlock]) -> Iterator[StartProblem]:
    first: dict[tuple[str, str, str, tuple[str, ...]], Zone] = {}
    for server in servers:
        # With `view` several blocks may serve one zone.
        is_conditional = any(plugin.name.text == "view" for plugin in server.plugins)
        for zone in server.zones:
            if not is_certain(zone.token):
                continue
            if not _is_domain(zone.name):
                yield StartProblem(zone.token.span, f"`{zone.token.text}` is not a zone", "write `.` or a domain name")
            elif not is_conditional:
                known = first.setdefault((zone.scheme, zone.name, zone.port, bound_to(server)), zone)
                if known is not zone:
                    yield StartProblem(
                        zone.token.span,
                        f"`{zone.token.text}` is served twice",
                        "merge the two blocks",
                        known.token.span,
                    )


def _is_domain(name: str) -> bool:
    labels = name.removesuffix(".").split(".")
    return name == "." or all(0 < len(label) <= _LONGEST_LABEL for label in labels)


def _directive(plugin: Plugin) -> Iterator[StartProblem]:
    """Reasons that CoreDNS gives as `Unknown directive`, or as an unknown property of a plugin."""
    word = plugin.name.text
    if _is_address(word) or (word in HOSTS_OPTIONS and word not in PLUGINS):
        yield StartProblem(
            plugin.name.span, f"`{word}` is outside any `hosts` block", "move it between the braces of `hosts`"
        )
    elif (meant := _own_word(word)) is not None:
        yield StartProblem(plugin.name.span, f"`{word}` is not a plugin", f"write `{meant}`")
    elif not _PLUGIN_NAME.fullmatch(word):
        is_block = any(token.text == "{" for token in plugin.tokens)
        advice = "move this server block out of the other" if is_block else "remove it"
        yield StartProblem(plugin.name.span, f"`{word}` is not a plugin", advice)
    elif word in PLUGINS and word != "hosts":
        for line in plugin.lines:
            if line[0].text == "hosts" and line[-1].text == "{":
                yield StartProblem(line[0].span, f"`hosts` is inside the block of `{word}`", "move it after that block")


def _is_address(word: str) -> bool:
    return bool(inet_pton4(word) or inet_pton6(word))


def _own_word(word: str) -> str | None:
    """The word that a misspelt directive stands for."""
    from difflib import get_close_matches

    if word in PLUGINS or len(word) > 12:
        return None
    return next(iter(get_close_matches(word.lower().rstrip(":"), _OWN_WORDS, n=1, cutoff=0.8)), None)
