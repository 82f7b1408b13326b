"""The `hosts` plugin's reading of its block (coredns `4b26cced`, `plugin/hosts`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.corefile.tokens import GAP, SPACES, Token, is_same_line
from podhosts.corefile.zones import INTEGER, is_within, qualified, zones_of
from podhosts.hosts.addresses import inet_pton4, inet_pton6
from podhosts.patterns import regex
from podhosts.records import NamedTuple, record
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from podhosts.corefile.blocks import Plugin, ServerBlock

HOSTS_OPTIONS = ("fallthrough", "fallthrough_unsupported", "no_reverse", "reload", "ttl")
"""The properties of the `hosts` plugin; `fallthrough_unsupported` only since July 2026 (before, it was a host line)."""

_LINE = regex(r"[^\n]+")
_WORD = regex(rf"[^{SPACES}]+")
_DURATION = regex(r"[+-]?(?:0|(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h))+)")


class HostsOption(NamedTuple):
    """A property inside a `hosts` block. `error`: why CoreDNS refuses to start with it, else None."""

    name: Token
    arguments: tuple[Token, ...]
    error: str | None


class MeantOption(NamedTuple):
    """The property that a misspelt line probably stands for.

    `span`: the one or two words that stand for its name. `arguments`: the words behind them.
    """

    name: str
    span: Span
    arguments: tuple[Token, ...]


class InlineEntry(NamedTuple):
    """A line of a `hosts` block that CoreDNS takes for a host line.

    `ip` is the first word, `names` the others. `ignored` says why the line has no effect: `no names`, `not an IP
    address`; None if it has one, or if that is not known. `meant`: the property that was probably meant.
    `outside`: the names that no zone of the block holds, which CoreDNS drops.
    """

    ip: Token
    names: tuple[Token, ...]
    ignored: str | None
    meant: MeantOption | None
    outside: tuple[Token, ...]

    @property
    def span(self) -> Span:
        words = (self.ip, *self.names)
        return Span(min(word.span.start for word in words), max(word.span.end for word in words))


@record(frozen=True, slots=True)
class HostsBlock:
    """A `hosts` plugin as CoreDNS sets it up.

    `file`: its FILE argument; None means `/etc/hosts` of the CoreDNS pod. `zones`: those of its arguments, else of the
    server block, with `zones_known` False if a variable or template decides one of them. `lines`: the inline host
    lines. `refused`: lines after `fallthrough`, with which CoreDNS does not start (`unknown property`). `first`: the
    name of an earlier `hosts` in the same server block, with which it does not start either. `stray`: tokens after the
    block's end, or a brace on a line of its own: CoreDNS takes them for a second `hosts`. `file_lines`: those of the
    hosts file, where its text is known.
    """

    plugin: Plugin
    server: ServerBlock
    file: Token | None
    zone_arguments: tuple[Token, ...]
    zones: tuple[str, ...]
    zones_known: bool
    lines: tuple[InlineEntry, ...]
    options: tuple[HostsOption, ...]
    refused: tuple[InlineEntry, ...]
    first: Token | None
    stray: tuple[Token, ...]
    file_lines: tuple[InlineEntry, ...] = ()

    @property
    def is_complete(self) -> bool:
        """False if a template, a variable or an unread import may bring lines or options that are not seen here."""
        unknown = any(not line.ip.is_known for line in (*self.lines, *self.refused))
        return not unknown and not self.server.imports

    @property
    def fallthrough(self) -> HostsOption | None:
        """The `fallthrough` in effect, the last one."""
        return next((option for option in reversed(self.options) if option.name.text == "fallthrough"), None)

    @property
    def fallthrough_zones(self) -> tuple[str, ...]:
        """The zones whose other names are passed on; `.` for all, nothing without `fallthrough`."""
        option = self.fallthrough
        if option is None:
            return ()
        return tuple(zone.name for argument in option.arguments for zone in zones_of(argument)) or (".",)


class _Dispenser:
    """The tokens of one plugin as its setup code walks through them."""

    def __init__(self, plugin: Plugin) -> None:
        self._tokens = (plugin.name, *plugin.tokens)
        self._at = 0

    @property
    def token(self) -> Token:
        return self._tokens[self._at]

    def advance(self) -> bool:
        if self._at + 1 >= len(self._tokens):
            return False
        self._at += 1
        return True

    def arguments(self) -> tuple[Token, ...]:
        """The rest of the line, up to an opening brace."""
        arguments: list[Token] = []
        while self._at + 1 < len(self._tokens):
            following = self._tokens[self._at + 1]
            if following.text == "{" or not is_same_line(self.token, following):
                break
            self._at += 1
            arguments.append(following)
        return tuple(arguments)

    def opens_block(self) -> bool:
        """Step onto the opening brace, which must be on the same line."""
        if self._at + 1 >= len(self._tokens):
            return False
        following = self._tokens[self._at + 1]
        if following.text != "{" or not is_same_line(self.token, following):
            return False
        self._at += 1
        return True

    def rest(self) -> tuple[Token, ...]:
        return self._tokens[self._at + 1 :]


def hosts_block(plugin: Plugin, server: ServerBlock, server_zones: tuple[str, ...], first: Token | None) -> HostsBlock:
    """Set up one `hosts` plugin; `first` is the name of an earlier one in the same server block."""
    dispenser = _Dispenser(plugin)
    file, *zone_list = dispenser.arguments() or (None,)
    zone_arguments = tuple(token for token in zone_list if token is not None)
    zones = tuple(zone.name for token in zone_arguments for zone in zones_of(token)) or server_zones
    zones_known = all(token.is_known for token in zone_arguments or server.keys)
    held = _Held(frozenset(zones if zones_known else (".",)), _server_zones(server, server_zones))
    lines: list[InlineEntry] = []
    options: list[HostsOption] = []
    refused: list[InlineEntry] = []
    falls_through = False
    if dispenser.opens_block():
        while dispenser.advance() and dispenser.token.text != "}":
            word = dispenser.token
            arguments = dispenser.arguments()
            if word.text in HOSTS_OPTIONS:
                options.append(HostsOption(word, arguments, _option_error(word.text, arguments)))
                falls_through = falls_through or word.text == "fallthrough"
                continue
            line = _hosts_line(word, arguments, held)
            (refused if falls_through else lines).append(line)
    return HostsBlock(
        plugin,
        server,
        file,
        zone_arguments,
        zones,
        zones_known,
        tuple(lines),
        tuple(options),
        tuple(refused),
        first,
        dispenser.rest(),
    )


def hosts_plugins(servers: Iterable[ServerBlock]) -> Iterator[HostsBlock]:
    """The `hosts` plugins of server blocks, each set up."""
    for server in servers:
        first: Token | None = None
        zones = tuple(zone.name for zone in server.zones)
        for plugin in server.plugins:
            if plugin.name.text == "hosts":
                yield hosts_block(plugin, server, zones, first)
                first = first or plugin.name


class _Held(NamedTuple):
    """The zones that a name must be in: those of the plugin, and those of the queries that the server block gets."""

    own: frozenset[str]
    servers: frozenset[str]

    def holds(self, name: str) -> bool:
        full = qualified(name)
        return is_within(full, self.own) and is_within(full, self.servers)


def _server_zones(server: ServerBlock, zones: tuple[str, ...]) -> frozenset[str]:
    return frozenset(zones if all(key.is_known for key in server.keys) else (".",))


def file_lines(text: str, start: int, block: HostsBlock) -> Iterator[InlineEntry]:
    """The lines of the hosts file that a block names, as CoreDNS reads them; `start` is the offset of the text.

    Blank lines and comments are none. A template decides a line that holds one of its actions.
    """
    zones = frozenset(block.zones if block.zones_known else (".",))
    held = _Held(zones, _server_zones(block.server, tuple(zone.name for zone in block.server.zones)))
    for number, line in enumerate(_LINE.finditer(text), 1):
        content = line[0].partition("#")[0]
        words = [
            Token(word[0], Span(start + line.start() + word.start(), start + line.start() + word.end()), number)
            for word in _WORD.finditer(content)
        ]
        if words and "{{" not in content:
            yield _hosts_line(words[0], tuple(words[1:]), held)._replace(meant=None)


def _option_error(name: str, arguments: tuple[Token, ...]) -> str | None:
    """The reason for which CoreDNS refuses the property; None also where a variable decides."""
    value = arguments[0].text if arguments else ""
    if arguments and not arguments[0].is_known:
        return None
    match name:
        case "ttl" if not arguments:
            return "`ttl` needs a number of seconds"
        case "ttl" if not INTEGER.fullmatch(value):
            return "`ttl` needs a whole number of seconds"
        case "ttl" if len(value.lstrip("+-0")) > 5 or not 0 < int(value) <= 65535:
            return "`ttl` must be from 1 to 65535"
        case "reload" if len(arguments) != 1:
            return "`reload` needs one duration"
        case "reload" if not _DURATION.fullmatch(value):
            return "`reload` needs a duration such as `5s`"
        case "reload" if value.startswith("-") and value.strip("-0.nuµμmsh"):
            return "`reload` must not be negative"
        case "fallthrough_unsupported" if arguments:
            return "`fallthrough_unsupported` takes no arguments"
        case _:
            return None


def _hosts_line(word: Token, arguments: tuple[Token, ...], held: _Held) -> InlineEntry:
    ip, *names = list(_fields((word, *arguments))) or [word]
    is_known = ip.is_known and all(name.is_known for name in names)
    address = ip.text.partition("%")[0]
    is_address = bool(inet_pton4(address) or inet_pton6(address))
    ignored = None
    if ip.is_known and not is_address:
        ignored = "not an IP address"
    elif is_known and not names:
        ignored = "no names"
    outside = [name for name in names if name.is_known and not held.holds(name.text)]
    meant = None if is_address or not ip.is_known else _option_meant(ip, names)
    return InlineEntry(ip, tuple(names), ignored, meant, tuple(outside) if ignored is None else ())


def _fields(tokens: Iterable[Token]) -> Iterator[Token]:
    """The words of a host line: CoreDNS joins its tokens by blanks and reads the result as a line of a hosts file."""
    for token in tokens:
        if not token.is_known:
            yield token
            continue
        text, hash_sign, _ = token.text.partition("#")
        for field in GAP.split(text):
            if field:
                yield token if field == token.text else Token(field, token.span, token.line)
        if hash_sign:
            return


def _option_meant(word: Token, following: Sequence[Token]) -> MeantOption | None:
    """The property that a misspelt first word stands for, also when it was written as two words."""
    from difflib import get_close_matches

    spellings = [(word.text, 0)]
    if following:
        spellings += [(word.text + following[0].text, 1), (f"{word.text}_{following[0].text}", 1)]
    for spelling, more in spellings:
        if len(spelling) > 30:
            continue
        plain = spelling.lower().replace("-", "_")
        for match in get_close_matches(plain, HOSTS_OPTIONS, n=1, cutoff=0.75):
            last = following[more - 1] if more else word
            return MeantOption(match, Span(word.span.start, last.span.end), tuple(following[more:]))
    return None
