"""Corefile text -> server blocks, plugins and, for the `hosts` plugin, what CoreDNS makes of each line.

The grammar is that of CoreDNS' own reader, a fork of Caddy 1's (`coredns/caddy` v1.1.4, `caddyfile`): words between
white space, `"` only at the start of a word, `#` comments, `{` and `}` as words of their own, `{$NAME}` and `{%NAME%}`
for environment variables, snippets `(name) { ... }` and `import`. What the `hosts` plugin does with its block is in
`reference/kubernetes.md` 8 (coredns `4b26cced`). Everything here is linear in the length of the text.

Positions are offsets in the text. A `{{ ... }}` of a template on one line is a part of a word that is not known; those
that only steer the template (`{{- if ... }}`, `{{- end }}`) are passed over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from podhosts.hosts.addresses import inet_pton4, inet_pton6
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# What Go's unicode.IsSpace says; str.isspace adds the separators U+001C to U+001F.
_SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_SPACE = re.compile(f"[{_SPACES}]")
_WORD_RUN = re.compile(f"(?:[^{_SPACES}#{{]|\r)+")
_GAP = re.compile(f"[{_SPACES}]+")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_DURATION = re.compile(r"[+-]?(?:0|(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h))+)")
_STEERING = re.compile(r"\{\{-?[ \t]*(?:(?:if|else|end|range|with|define|block)(?![A-Za-z0-9_.])|/\*)[^}]*\}\}")
_SCHEMES = {"dns": "53", "tls": "853", "quic": "853", "grpc": "443", "https": "443", "https3": "443", "unix": ""}
_ZONE = re.compile(r"(?:[a-z0-9]+://)?(?:[A-Za-z0-9_*.-]*|[0-9A-Fa-f:.]+/[0-9]+)(?::[0-9]+)?")

HOSTS_OPTIONS = ("fallthrough", "fallthrough_unsupported", "no_reverse", "reload", "ttl")
"""The properties of the `hosts` plugin; `fallthrough_unsupported` only since July 2026 (before, it was a host line)."""

_PLUGIN_NAMES = """
root metadata geoip cancel proxyproto quic grpc_server https https3 timeouts multisocket reload nsid bufsize bind debug
trace ready health pprof shed prometheus errors log dnstap local dns64 any chaos loadbalance tsig rewrite autopath acl
cache header dnssec tls minimal template transfer hosts route53 azure clouddns k8s_external kubernetes file auto
secondary etcd loop forward grpc erratic whoami on sign view nomad proxy federation startup
"""
_PLUGINS = frozenset(_PLUGIN_NAMES.split())
# Caddy, nginx and the like have directives of these names too, so they prove nothing.
_SHARED_PLUGIN_NAMES = """
root tls log errors bind rewrite header file cache proxy prometheus acl any auto cancel debug geoip grpc health https
https3 local metadata minimal on quic reload secondary shed sign startup template timeouts trace transfer view
"""
_SHARED_PLUGINS = frozenset(_SHARED_PLUGIN_NAMES.split())


class CorefileError(ValueError):
    """CoreDNS cannot read the text: braces that do not match, a quote that never ends, a wrong `import`.

    `span` is the place that shows it, such as the brace that is never closed.
    """

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.span = span


class Token(NamedTuple):
    """A word. `text` is what CoreDNS reads, without quotes; `span` holds them. `line` counts from 1."""

    text: str
    span: Span
    line: int
    is_known: bool = True
    """False if an environment variable or a template decides the text."""

    @property
    def last_line(self) -> int:
        return self.line + self.text.count("\n")


class Zone(NamedTuple):
    """A zone that a server block or plugin serves: `name` lower-case with a final dot, `token` where it is written.

    A CIDR gives one zone for each octet (nibble) boundary that it covers.
    """

    name: str
    scheme: str
    port: str
    token: Token


@dataclass(frozen=True, slots=True)
class Plugin:
    """A plugin in a server block: its name and all tokens that follow it, to the end of its line or block."""

    name: Token
    tokens: tuple[Token, ...]

    @property
    def arguments(self) -> tuple[Token, ...]:
        """The tokens on the line of the name, up to an opening brace."""
        arguments: list[Token] = []
        previous = self.name
        for token in self.tokens:
            if token.text == "{" or not _is_same_line(previous, token):
                break
            arguments.append(token)
            previous = token
        return tuple(arguments)

    @property
    def lines(self) -> tuple[tuple[Token, ...], ...]:
        """The lines inside the braces, nested braces among their tokens."""
        tokens = self.tokens[len(self.arguments) :]
        if tokens and tokens[0].text == "{":
            tokens = tokens[1:]
        if tokens and tokens[-1].text == "}":
            tokens = tokens[:-1]
        lines: list[list[Token]] = []
        before: list[Token | None] = [None, *tokens]
        for previous, token in zip(before, tokens, strict=False):
            if previous is None or not _is_same_line(previous, token):
                lines.append([])
            lines[-1].append(token)
        return tuple(tuple(line) for line in lines)

    @property
    def span(self) -> Span:
        """From the name to the last token; of an `import` inside only what stands in the same place."""
        ends = [token.span.end for token in self.tokens if token.span.start >= self.name.span.start]
        return Span(self.name.span.start, max([self.name.span.end, *ends]))


@dataclass(frozen=True, slots=True)
class ServerBlock:
    """Zones and the plugins that answer for them.

    `keys`: the words before the brace; `imports`: the files (not snippets) that are imported at the block's level or in
    its plugins and were not read. Plugins from a snippet stand in the snippet's text.
    """

    keys: tuple[Token, ...]
    plugins: tuple[Plugin, ...]
    imports: tuple[Token, ...]
    span: Span

    @property
    def zones(self) -> tuple[Zone, ...]:
        return tuple(zone for key in self.keys for zone in _zones(key))

    @property
    def ports(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(zone.port for zone in self.zones))


class HostsOption(NamedTuple):
    """A property inside a `hosts` block. `error`: why CoreDNS refuses to start with it, else None."""

    name: Token
    arguments: tuple[Token, ...]
    error: str | None


class HostsLine(NamedTuple):
    """A line of a `hosts` block that CoreDNS takes for a host line.

    `ip` is the first word, `names` the others. `ignored` says why the line has no effect: `no names`, `not an IP
    address`; None if it has one, or if that is not known. `meant`: the property that was probably meant.
    `outside`: the names that no zone of the block holds, which CoreDNS drops.
    """

    ip: Token
    names: tuple[Token, ...]
    ignored: str | None
    meant: str | None
    outside: tuple[Token, ...]

    @property
    def span(self) -> Span:
        words = (self.ip, *self.names)
        return Span(min(word.span.start for word in words), max(word.span.end for word in words))


@dataclass(frozen=True, slots=True)
class HostsBlock:
    """A `hosts` plugin as CoreDNS sets it up.

    `file`: its FILE argument; None means `/etc/hosts` of the CoreDNS pod. `zones`: those of its arguments, else of the
    server block, with `zones_known` False if a variable or template decides one of them. `lines`: the inline host
    lines. `refused`: lines after `fallthrough`, with which CoreDNS does not start (`unknown property`). `first`: the
    name of an earlier `hosts` in the same server block, with which it does not start either. `stray`: tokens after the
    block's end, or a brace on a line of its own: CoreDNS takes them for a second `hosts`.
    """

    plugin: Plugin
    server: ServerBlock
    file: Token | None
    zone_arguments: tuple[Token, ...]
    zones: tuple[str, ...]
    zones_known: bool
    lines: tuple[HostsLine, ...]
    options: tuple[HostsOption, ...]
    refused: tuple[HostsLine, ...]
    first: Token | None
    stray: tuple[Token, ...]

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
        return tuple(zone.name for argument in option.arguments for zone in _zones(argument)) or (".",)

    @property
    def ttl(self) -> int:
        """Seconds; 3600 unless a valid `ttl` says otherwise."""
        for option in reversed(self.options):
            if option.name.text == "ttl" and option.error is None and option.arguments[0].is_known:
                return int(option.arguments[0].text)
        return 3600


def parse_corefile(text: str) -> tuple[ServerBlock, ...]:
    """The server blocks, with snippets put in where they are imported. Raises `CorefileError`."""
    return tuple(_Parser(_tokens(text)).server_blocks())


def hosts_blocks(text: str, inside: Sequence[str] | None = None) -> tuple[HostsBlock, ...]:
    """What a rule needs to know about each `hosts` plugin of a Corefile. Raises `CorefileError`.

    `inside`: the text is no whole Corefile but what stands inside a server block of these zones, such as a key of
    `coredns-custom` that ends in `.override`.
    """
    tokens = _tokens(text)
    if inside is None:
        servers = list(_Parser(tokens).server_blocks())
    else:
        keys = tuple(Token(zone, Span(0, 0), 0) for zone in inside)
        servers = [_Parser(tokens).fragment(keys, Span(0, len(text)))]
    blocks: list[HostsBlock] = []
    for server in servers:
        first: Token | None = None
        for plugin in server.plugins:
            if plugin.name.text == "hosts":
                blocks.append(_hosts_block(plugin, server, first))
                first = first or plugin.name
    return tuple(blocks)


def looks_like_corefile(text: str) -> bool:
    """True for a Corefile that CoreDNS could read and that can hardly be anything else.

    Every server block's keys must be zones, most plugins those of CoreDNS, one of them of a name that other programs
    do not use. nginx, Caddy, HCL, JSON and BIND configurations fail one of these.
    """
    try:
        servers = parse_corefile(text)
    except CorefileError:
        return False
    plugins = [plugin for server in servers for plugin in server.plugins]
    known = [plugin for plugin in plugins if plugin.name.text in _PLUGINS]
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


# --- words ---------------------------------------------------------------------------------------------------------


def _tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    at = 1 if text.startswith("\ufeff") else 0
    line = 1
    # Past this offset no `}}` is known to be missing: without it, each `{{` of a long line would look for one.
    searched = 0
    while at < len(text):
        gap = _GAP.match(text, at)
        if gap:
            line += gap[0].count("\n")
            at = gap.end()
        elif text[at] == "#":
            newline = text.find("\n", at)
            at = newline if newline >= 0 else len(text)
        elif text[at] == '"':
            token = _quoted(text, at, line)
            tokens.append(token)
            line = token.last_line
            at = token.span.end
        else:
            start = at
            is_known = True
            while at < len(text):
                run = _WORD_RUN.match(text, at)
                if run:
                    at = run.end()
                elif text[at] == "{":
                    end = -1
                    if text.startswith("{{", at) and at >= searched:
                        newline = text.find("\n", at)
                        searched = newline if newline >= 0 else len(text)
                        end = text.find("}}", at, searched)
                        searched = 0 if end >= 0 else searched
                    is_known = is_known and end < 0
                    at = end + 2 if end >= 0 else at + 1
                else:
                    break
            end = at
            while text[end - 1] == "\r" and end > start:
                end -= 1
            if at < len(text) and text[at] == "#":
                # CoreDNS forgets that it is in a comment at the next white space: `a#b c` is the words `a` and `c`.
                space = _SPACE.search(text, at)
                while space and space[0] == "\r":
                    space = _SPACE.search(text, space.end())
                at = space.start() if space else len(text)
            word = text[start:end].replace("\r", "")
            is_known = is_known and _is_known(word)
            if word and (is_known or not _STEERING.fullmatch(word)):
                tokens.append(Token(word, Span(start, end), line, is_known))
    return tokens


def _quoted(text: str, start: int, line: int) -> Token:
    """A word in quotes, in which only `\\"` is an escape."""
    pieces: list[str] = []
    at = start + 1
    while True:
        quote = text.find('"', at)
        if quote < 0:
            # CoreDNS takes the rest of the file for the word, and then misses a brace.
            raise CorefileError("the quote is never closed", Span(start, start + 1))
        before = text[at:quote]
        escaped = (len(before) - len(before.rstrip("\\"))) % 2 == 1
        pieces.append(before[:-1] + '"' if escaped else before)
        at = quote + 1
        if not escaped:
            break
    word = "".join(pieces)
    return Token(word, Span(start, at), line, _is_known(word))


def _is_known(word: str) -> bool:
    """False if an environment variable is named in it, or NUL characters stand for something."""
    if "\0" in word:
        return False
    for opening, closing in (("{$", "}"), ("{%", "%}")):
        start = word.find(opening)
        # CoreDNS looks no further when the first reference is empty.
        if start >= 0 and word.find(closing, start + 2) > start + 2:
            return False
    return True


# --- blocks --------------------------------------------------------------------------------------------------------


def _is_new_line(previous: Token, token: Token) -> bool:
    """Whether a directive ends before `token`."""
    return previous.last_line < token.line


def _is_same_line(previous: Token, token: Token) -> bool:
    """Whether `token` is an argument after `previous`. With snippets, line numbers may also go down."""
    return previous.last_line == token.line


class _Parser:
    """Reads tokens one at a time; an import puts those of a snippet in front of the rest."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._frames: list[Iterator[Token]] = [iter(tokens)]
        self._returned: list[Token] = []
        self._snippets: dict[str, list[Token]] = {}
        self._imports: list[Token] = []
        self._closing: Token | None = None
        # Snippets that import snippets can grow exponentially, or for ever.
        self._budget = 4 * len(tokens) + 10_000
        self._expansions = 10_000

    def _next(self) -> Token | None:
        if self._returned:
            return self._returned.pop()
        while self._frames:
            token = next(self._frames[-1], None)
            if token is not None:
                return token
            self._frames.pop()
        return None

    def _return(self, token: Token | None) -> None:
        if token is not None:
            self._returned.append(token)

    def server_blocks(self) -> Iterator[ServerBlock]:
        while first := self._next():
            block = self._server_block(first)
            if block:
                yield block

    def fragment(self, keys: tuple[Token, ...], span: Span) -> ServerBlock:
        """The whole text as the inside of a server block."""
        plugins, closing, _ = self._plugins()
        if closing:
            raise CorefileError("this `}` closes nothing", closing.span)
        return ServerBlock(keys, tuple(plugins), tuple(self._imports), span)

    def _server_block(self, first: Token) -> ServerBlock | None:
        self._imports = []
        keys, opening = self._keys(first)
        is_snippet = len(keys) == 1 and keys[0].text.startswith("(") and keys[0].text.endswith(")")
        if opening is None:
            if is_snippet and self._has_more():
                raise CorefileError("a snippet needs braces", keys[0].span)
            # No brace: the rest of the text belongs to these keys.
            plugins, closing, last = self._plugins()
            end = closing or last or (keys[-1] if keys else first)
            if not keys:
                return None
            return ServerBlock(tuple(keys), tuple(plugins), tuple(self._imports), _reaching(first, end))
        if is_snippet:
            self._snippet(keys[0], opening)
            return None
        plugins, closing, last = self._plugins()
        # At the end of the text CoreDNS takes the brace of the last plugin for the block's own.
        last_brace = closing or (last if last and last.text == "}" else None)
        if last_brace is None:
            raise CorefileError("the brace is never closed", opening.span)
        if not keys:
            return None
        return ServerBlock(tuple(keys), tuple(plugins), tuple(self._imports), _reaching(first, last_brace))

    def _has_more(self) -> bool:
        token = self._next()
        self._return(token)
        return token is not None

    def _keys(self, first: Token) -> tuple[list[Token], Token | None]:
        """The words before the opening brace, which is consumed if there is one."""
        keys: list[Token] = []
        expects_another = False
        previous: Token | None = None
        token: Token | None = first
        while token is not None:
            if previous and not expects_another and _is_new_line(previous, token):
                if token.text == "{":
                    return keys, token
                self._return(token)
                return keys, None
            before = previous or self._closing
            if token.text == "import" and (before is None or _is_new_line(before, token)):
                self._import(token)
                # What it would have brought is no part of this block.
                self._imports.clear()
                token = self._next()
                continue
            if token.text == "{":
                if expects_another:
                    raise CorefileError("a zone is missing after the comma", token.span)
                return keys, token
            if token.text:
                expects_another = token.text.endswith(",")
                text = token.text[:-1] if expects_another else token.text
                span = Span(token.span.start, token.span.end - 1) if expects_another else token.span
                keys.append(Token(text, span, token.line, token.is_known))
            previous, token = token, self._next()
        if expects_another and previous:
            raise CorefileError("a zone is missing after the comma", previous.span)
        return keys, None

    def _snippet(self, key: Token, opening: Token) -> None:
        name = key.text[1:-1]
        if name in self._snippets:
            raise CorefileError(f"the snippet `{name}` is defined twice", key.span)
        depth = 1
        tokens: list[Token] = []
        while token := self._next():
            depth += {"{": 1, "}": -1}.get(token.text, 0)
            if depth == 0:
                self._define(name, tokens)
                self._closing = token
                return
            tokens.append(token)
        raise CorefileError("the brace is never closed", opening.span)

    def _define(self, name: str, tokens: list[Token]) -> None:
        before: list[Token | None] = [None, *tokens]
        for previous, token, argument in zip(before, tokens, tokens[1:], strict=False):
            is_first = previous is None or previous.line != token.line
            if token.text == "import" and argument.text == name and is_first:
                raise CorefileError(f"the snippet `{name}` imports itself", argument.span)
        self._snippets[name] = tokens

    def _import(self, keyword: Token) -> None:
        argument = self._next()
        if argument is None or not _is_same_line(keyword, argument):
            raise CorefileError("`import` needs a file or a snippet", keyword.span)
        following = self._next()
        if following is not None and _is_same_line(argument, following):
            raise CorefileError("`import` takes one argument", following.span)
        self._return(following)
        snippet = self._snippets.get(argument.text)
        if snippet is None:
            self._imports.append(argument)
            return
        self._expansions -= 1
        self._budget -= len(snippet)
        if self._budget < 0 or self._expansions < 0:
            raise CorefileError("the snippets import each other without end", keyword.span)
        if self._returned:
            self._frames.append(iter([self._returned.pop()]))
        self._frames.append(iter(snippet))

    def _plugins(self) -> tuple[list[Plugin], Token | None, Token | None]:
        """The plugins up to the closing brace, that brace, and the last token that was read."""
        plugins: list[Plugin] = []
        last: Token | None = None
        while token := self._next():
            if token.text == "}":
                self._closing = token
                return plugins, token, token
            if token.text == "import":
                self._import(token)
                continue
            plugin = self._plugin(token)
            plugins.append(plugin)
            last = plugin.tokens[-1] if plugin.tokens else plugin.name
        return plugins, None, last

    def _plugin(self, name: Token) -> Plugin:
        tokens: list[Token] = []
        open_braces: list[Token] = []
        previous = name
        while token := self._next():
            if token.text == "{":
                open_braces.append(token)
            elif _is_new_line(previous, token) and not open_braces:
                self._return(token)
                break
            elif token.text == "}":
                if not open_braces:
                    raise CorefileError("this `}` must stand on a line of its own", token.span)
                open_braces.pop()
            elif token.text == "import" and _is_new_line(previous, token):
                self._import(token)
                continue
            tokens.append(token)
            previous = token
        if open_braces:
            raise CorefileError("the brace is never closed", open_braces[-1].span)
        return Plugin(name, tuple(tokens))


def _reaching(first: Token, last: Token) -> Span:
    """From the first token to the last, unless a snippet from elsewhere supplied one of them."""
    return Span(first.span.start, max(first.span.end, last.span.end))


# --- zones ---------------------------------------------------------------------------------------------------------


def _zones(token: Token) -> Iterator[Zone]:
    """The zones that one word names: `tls://example.org:853`, `10.0.0.0/23`."""
    scheme, separator, address = token.text.partition("://")
    if not separator or scheme not in _SCHEMES:
        scheme, address = "dns", token.text
    port = _SCHEMES[scheme]
    name, colon, number = address.rpartition(":")
    if colon and _INTEGER.fullmatch(number):
        address, port = name, str(int(number)) if len(number) < 10 else number
    for zone in _reverse_zones(address) if "/" in address else [address]:
        yield Zone(_qualified(zone), scheme, port, token)


def _qualified(name: str) -> str:
    return name.lower() if name.endswith(".") else f"{name.lower()}."


def _reverse_zones(address: str) -> list[str]:
    """The reverse zones of a CIDR, split at the next octet (IPv6: nibble) boundary, as CoreDNS does."""
    from ipaddress import ip_network

    if not _INTEGER.fullmatch(address.partition("/")[2]):
        return [address]
    try:
        network = ip_network(address, strict=False)
    except ValueError:
        return [address]
    step = 8 if network.version == 4 else 4
    length = -(-network.prefixlen // step) * step
    labels = length // step
    zones = []
    for subnet in network.subnets(new_prefix=length):
        pointer = subnet.network_address.reverse_pointer.split(".")
        zones.append(".".join(pointer[len(pointer) - labels - 2 :]))
    return zones


def _holds(zone: str, name: str) -> bool:
    return zone == "." or name == zone or name.endswith(f".{zone}")


# --- the hosts plugin ----------------------------------------------------------------------------------------------


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
            if following.text == "{" or not _is_same_line(self.token, following):
                break
            self._at += 1
            arguments.append(following)
        return tuple(arguments)

    def opens_block(self) -> bool:
        """Step onto the opening brace, which must be on the same line."""
        if self._at + 1 >= len(self._tokens):
            return False
        following = self._tokens[self._at + 1]
        if following.text != "{" or not _is_same_line(self.token, following):
            return False
        self._at += 1
        return True

    def rest(self) -> tuple[Token, ...]:
        return self._tokens[self._at + 1 :]


def _hosts_block(plugin: Plugin, server: ServerBlock, first: Token | None) -> HostsBlock:
    dispenser = _Dispenser(plugin)
    file, *zone_list = dispenser.arguments() or (None,)
    zone_arguments = tuple(token for token in zone_list if token is not None)
    origins = zone_arguments or server.keys
    zones = tuple(zone.name for token in origins for zone in _zones(token))
    zones_known = all(token.is_known for token in origins)
    lines: list[HostsLine] = []
    options: list[HostsOption] = []
    refused: list[HostsLine] = []
    falls_through = False
    if dispenser.opens_block():
        while dispenser.advance() and dispenser.token.text != "}":
            word = dispenser.token
            arguments = dispenser.arguments()
            if word.text in HOSTS_OPTIONS:
                options.append(HostsOption(word, arguments, _option_error(word.text, arguments)))
                falls_through = falls_through or word.text == "fallthrough"
                continue
            line = _hosts_line(word, arguments, zones if zones_known else (".",))
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


def _option_error(name: str, arguments: tuple[Token, ...]) -> str | None:
    """Why CoreDNS refuses the property; None also where a variable decides."""
    value = arguments[0].text if arguments else ""
    if arguments and not arguments[0].is_known:
        return None
    match name:
        case "ttl" if not arguments:
            return "`ttl` needs a number of seconds"
        case "ttl" if not _INTEGER.fullmatch(value):
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


def _hosts_line(word: Token, arguments: tuple[Token, ...], zones: tuple[str, ...]) -> HostsLine:
    ip, *names = list(_fields((word, *arguments))) or [word]
    is_known = ip.is_known and all(name.is_known for name in names)
    address = ip.text.partition("%")[0]
    is_address = bool(inet_pton4(address) or inet_pton6(address))
    ignored = None
    if ip.is_known and not is_address:
        ignored = "not an IP address"
    elif is_known and not names:
        ignored = "no names"
    outside = [name for name in names if name.is_known and not any(_holds(z, _qualified(name.text)) for z in zones)]
    meant = None if is_address or not ip.is_known else _option_meant(ip.text, names)
    return HostsLine(ip, tuple(names), ignored, meant, tuple(outside) if ignored is None else ())


def _fields(tokens: Iterable[Token]) -> Iterator[Token]:
    """The words of a host line: CoreDNS joins its tokens by blanks and reads the result as a line of a hosts file."""
    for token in tokens:
        if not token.is_known:
            yield token
            continue
        text, hash_sign, _ = token.text.partition("#")
        for field in _GAP.split(text):
            if field:
                yield token if field == token.text else Token(field, token.span, token.line)
        if hash_sign:
            return


def _option_meant(word: str, following: Sequence[Token]) -> str | None:
    """The property that a misspelt first word stands for, also when it was written as two words."""
    from difflib import get_close_matches

    spellings = [word]
    if following:
        spellings.append(word + following[0].text)
        spellings.append(f"{word}_{following[0].text}")
    for spelling in spellings:
        if len(spelling) > 30:
            continue
        plain = spelling.lower().replace("-", "_")
        for match in get_close_matches(plain, HOSTS_OPTIONS, n=1, cutoff=0.75):
            return match
    return None
