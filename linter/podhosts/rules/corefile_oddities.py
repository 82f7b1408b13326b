"""Oddities about one `hosts` block of a Corefile, in words; the rule finds the places for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.corefile import CorefileError
from podhosts.corefile.askable import unaskable
from podhosts.corefile.earlier import earlier_plugin
from podhosts.corefile.plugin_names import ANSWERING, PLUGINS
from podhosts.corefile.starting import bound_to, is_certain, start_problems
from podhosts.corefile.zones import is_within, qualified, zones_of
from podhosts.diagnostics import Related, Severity, Words
from podhosts.hosts.addresses import inet_pton4, inet_pton6
from podhosts.kubernetes import is_placeholder, is_template
from podhosts.records import NamedTuple
from podhosts.rules.corefile_fixes import correct, fall_through
from podhosts.rules.names import meant_name, separate
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.corefile import HostsBlock, HostsOption, InlineEntry, ServerBlock, Token
    from podhosts.corefile.manifests import CorefileReading, ManifestCorefile
    from podhosts.edits import Fix

_CLUSTER_DOMAIN = "cluster.local."
#: No host name holds these; CoreDNS keeps them in the name.
_FOREIGN = frozenset(",:/")
NO_START = "CoreDNS does not start"


class Oddity(NamedTuple):
    """Something odd at a part of a Corefile's text; `others` are the places in it that belong to it."""

    span: Span
    words: Words
    severity: Severity = Severity.WARNING
    others: tuple[Related, ...] = ()
    fix: Fix | None = None


def oddities(corefile: ManifestCorefile) -> Iterator[Oddity]:
    """All that is odd in a Corefile with what it imports and the hosts files that it names."""
    try:
        reading = corefile.read()
    except CorefileError as error:
        # What a template writes may well have the braces that are missing here.
        if not is_placeholder(corefile.text):
            words = Words(f"CoreDNS cannot read this Corefile: {error}", NO_START)
            yield Oddity(error.span, words, Severity.ERROR)
        return
    # The search for relevant files does not find a bare `hosts` in any text.
    blocks = [block for block in reading.blocks if corefile.is_named or _has_braces(block)]
    around = list(_around_blocks(corefile, reading)) if corefile.is_named or blocks else []
    yield from around
    for block in blocks:
        yield from _starting(corefile, block)
        is_second = block.first is not None or bool(block.stray)
        # What stands below a bare `hosts` may have been meant for its block.
        is_whole = _has_braces(block) or not any(oddity.severity is Severity.ERROR for oddity in around)
        if is_whole and not is_second and _swallows(block, corefile.is_partial):
            yield Oddity(block.plugin.name.span, _lost(block), Severity.ERROR, fix=fall_through(corefile, block))
        if is_whole:
            yield from _of_block(block, corefile.is_partial)
        for line in (*block.lines, *block.file_lines):
            fix = correct(corefile, block, line) if line.meant and is_certain(line.ip) else None
            for oddity in _of_line(line, block, reading):
                yield oddity._replace(fix=fix if oddity.span == line.ip.span else None)


def _has_braces(block: HostsBlock) -> bool:
    return any(token.text == "{" for token in block.plugin.tokens)


def _swallows(block: HostsBlock, is_partial: bool) -> bool:
    """Whether names that the whole cluster asks for end at the block, though another plugin would answer them."""
    if not (is_partial or any(plugin.name.text in ANSWERING for plugin in block.server.plugins)):
        return False
    option = block.fallthrough
    words = [line.ip for line in (*block.lines, *block.refused)] + list(option.arguments if option else ())
    has_import = any(
        block.plugin.span.start <= token.span.start < block.plugin.span.end for token in block.server.imports
    )
    if has_import or not block.zones_known or not all(map(is_certain, words)):
        return False
    domains = _cluster_domains(block)
    serves = not domains.isdisjoint(block.zones) or "." in block.zones
    # A `fallthrough` for the cluster's names is a choice; one for others, often copied from `kubernetes`, is a mistake.
    return serves and not any(is_within(domain, frozenset(block.fallthrough_zones)) for domain in domains)


def _cluster_domains(block: HostsBlock) -> set[str]:
    """The zones of Services: those of `kubernetes` in the same server block, and the usual one."""
    zones = (
        zone.name
        for plugin in block.server.plugins
        if plugin.name.text == "kubernetes"
        for argument in plugin.arguments
        for zone in zones_of(argument)
    )
    domains = {_CLUSTER_DOMAIN, *(zone for zone in zones if not zone.endswith(".arpa."))}
    return domains | {f"svc.{domain}" for domain in domains}


def _lost(block: HostsBlock) -> Words:
    if block.fallthrough is not None:
        return Words(
            f"`fallthrough` passes on names in {_listed(block.fallthrough.arguments)} only",
            "every other name gets SERVFAIL in the whole cluster",
            "write `fallthrough` without zones",
        )
    if block.file is not None and not block.zone_arguments and _names_zone(block, block.file):
        return Words(
            "this `hosts` block has no `fallthrough`",
            f"every other name gets SERVFAIL in the whole cluster, as `{block.file.text}` is read as the name of a "
            f"hosts file",
            f"write `hosts /etc/hosts {block.file.text}`, or add `fallthrough`",
        )
    has_braces = any(token.text == "{" for token in block.plugin.tokens)
    where = "`fallthrough` as the last line of the block" if has_braces else "a block with `fallthrough`"
    return Words(
        "this `hosts` block has no `fallthrough`",
        "every other name of the zone gets SERVFAIL in the whole cluster",
        f"add {where}",
    )


def _names_zone(block: HostsBlock, file: Token) -> bool:
    """Whether the first argument looks like the zone of the entries."""
    zone = file.text.lower().strip(".")
    names = [name.text.lower().rstrip(".") for line in block.lines for name in line.names]
    return "/" not in zone and any(f".{name}".endswith(f".{zone}") for name in names)


def _listed(tokens: tuple[Token, ...]) -> str:
    return ", ".join(f"`{token.text}`" for token in tokens)


def _option_span(option: HostsOption) -> Span:
    last = option.arguments[-1].span if option.arguments else option.name.span
    return Span(option.name.span.start, max(last.end, option.name.span.end))


def _of_line(line: InlineEntry, block: HostsBlock, reading: CorefileReading) -> Iterator[Oddity]:
    """The parts of a line that CoreDNS does not use as they are written."""
    if not is_certain(line.ip):
        return
    if line.meant:
        message = f"`{line.ip.text}` is not an option"
        words = Words(message, "CoreDNS reads it as a host line", f"did you mean `{line.meant.name}`?")
        yield Oddity(line.ip.span, words)
        return
    if line.ignored:
        message = f"CoreDNS silently ignores this line ({line.ignored})"
        yield Oddity(line.ip.span, Words(message, help="write an address and its names"))
        return
    zones_are_certain = all(map(is_certain, (*block.zone_arguments, *block.server.keys)))
    for name in filter(is_certain, line.names):
        if zones_are_certain and name in line.outside:
            words = Words(
                f"CoreDNS drops `{name.text}`", "it is in none of the block's zones", "name the zone, or move the entry"
            )
            yield Oddity(name.span, words)
        elif (odd := _odd_name(name, line, block, reading)) is not None:
            yield odd


def _odd_name(name: Token, line: InlineEntry, block: HostsBlock, reading: CorefileReading) -> Oddity | None:
    """Oddities about a name that is in the zones of its block."""
    if "*" in name.text:
        return _wildcard(name)
    if (reason := unaskable(name.text)) is not None:
        return Oddity(name.span, Words(f"no query finds `{name.text}`", reason, "write the name as clients look it up"))
    if not _FOREIGN.isdisjoint(name.text):
        return _no_host_name(name)
    if (server := _longer_zone(name.text, block, reading)) is not None:
        key = server.keys[0]
        words = Words(
            f"`{name.text}` is never found here",
            f"queries for it go to the server block of `{key.text}` alone",
            "move the entry to that block",
        )
        return Oddity(name.span, words, others=(Related(key.span, "the block that gets the queries"),))
    others = [other.text for other in line.names]
    plugin = earlier_plugin(block.server, name.text, _family(line.ip.text), others)
    if plugin is not None:
        words = Words(
            f"`{plugin.name.text}` comes before `hosts` and takes `{name.text}`",
            "the order of plugins is fixed, whatever their order in the Corefile",
            f"remove the name from `{plugin.name.text}`",
        )
        return Oddity(name.span, words, others=(Related(plugin.name.span, "the earlier plugin"),))
    return None


def _no_host_name(name: Token) -> Oddity:
    """A name with what separates names elsewhere, or with the rest of a URL: an answer that nobody asks for."""
    names = [meant_name(word) for word in separate(name.text)]
    meant = " ".join(one for one in names if one is not None)
    why = "only blanks separate names, and programs look up a host without scheme, port or path"
    advice = f"write `{meant}`" if meant and None not in names else "write the name as clients look it up"
    return Oddity(name.span, Words(f"no program looks up `{name.text}`", why, advice))


def _wildcard(name: Token) -> Oddity | None:
    rest = name.text.removeprefix("*.")
    if rest == name.text or "*" in rest:
        words = Words(f"`{name.text}` matches no name", "`*` must be the whole first label", "write the names")
        return Oddity(name.span, words)
    words = Words(
        f"`{name.text}` needs CoreDNS 1.14.5",
        "older versions answer only the literal name with `*`; since 1.14.5 it matches exactly one label",
        "list the names, or use `template`",
    )
    return Oddity(name.span, words, Severity.INFO)


def _family(address: str) -> str:
    """The type of query that a host line answers: addresses of IPv4 in IPv6 spelling are IPv4."""
    plain = address.partition("%")[0]
    six = inet_pton6(plain)
    return "A" if inet_pton4(plain) or (six is not None and six.ipv4_mapped) else "AAAA"


def _longer_zone(name: str, block: HostsBlock, reading: CorefileReading) -> ServerBlock | None:
    """The other server block that gets the queries for a name, and does not list it as well."""
    full = qualified(name)
    bound = bound_to(block.server)
    ports = {(zone.scheme, zone.port) for zone in block.server.zones}
    if len(ports) != 1 or any(plugin.name.text == "view" for plugin in block.server.plugins):
        return None
    length, longest = max((len(zone.name) for zone in block.server.zones if _holds(zone.name, full)), default=0), None
    for server in reading.servers:
        if server is block.server or bound_to(server) != bound or not all(map(is_certain, server.keys)):
            continue
        for zone in server.zones:
            if (zone.scheme, zone.port) in ports and len(zone.name) > length and _holds(zone.name, full):
                length, longest = len(zone.name), server
    if longest is None or longest.imports or any(plugin.name.text == "view" for plugin in longest.plugins):
        return None
    return None if reading.lists(longest, full) else longest


def _holds(zone: str, full: str) -> bool:
    return is_within(full, frozenset({zone}))


def _around_blocks(corefile: ManifestCorefile, reading: CorefileReading) -> Iterator[Oddity]:
    """Reasons that keep CoreDNS from starting around `hosts` blocks, and entries that no server block gets."""
    is_own = corefile.inside is None or corefile.is_partial
    for problem in start_problems(reading.servers) if is_own and not is_placeholder(corefile.text) else ():
        words = Words(problem.message, NO_START, problem.help)
        others = (Related(problem.first, "the first one"),) if problem.first is not None else ()
        yield Oddity(problem.span, words, Severity.ERROR, others)
    for server in reading.servers:
        address = next((key for key in server.keys if is_certain(key) and _is_address(key.text)), None)
        if address is not None and not server.plugins:
            words = Words(f"`{address.text}` is read as a zone", "these lines list no names", "use a block of `hosts`")
            yield Oddity(address.span, words)
    for block in reading.unused if reading.is_complete else ():
        for line in (line for line in block.lines[:1] if line.ignored is None and is_certain(line.ip)):
            words = Words(
                "nothing imports this snippet", "the names in it get no address", "import it in a server block"
            )
            yield Oddity(line.ip.span, words)


def _starting(corefile: ManifestCorefile, block: HostsBlock) -> Iterator[Oddity]:
    """Reasons that keep CoreDNS from starting with a block."""
    name = block.plugin.name.span
    if block.first is not None:
        # Of two branches of a template CoreDNS gets one.
        if not is_template(corefile.text[block.first.span.end : name.start]):
            words = Words("a second `hosts` in one server block", NO_START, "put all entries in one")
            yield Oddity(name, words, Severity.ERROR, (Related(block.first.span, "the first one"),))
    elif block.stray:
        words = Words(
            f"`{block.stray[0].text}` is outside the `hosts` block",
            NO_START,
            "put `{` on the line of `hosts`, and nothing after `}`",
        )
        yield Oddity(block.stray[0].span, words, Severity.ERROR)
    has_branches = is_template(corefile.text[slice(*block.plugin.span)])
    for line in () if has_branches else block.refused:
        words = Words(f"`{line.ip.text}` comes after `fallthrough`", NO_START, "move `fallthrough` to the end")
        yield Oddity(line.span, words, Severity.ERROR)
    for option in block.options:
        if option.error and all(map(is_certain, option.arguments)):
            yield Oddity(_option_span(option), Words(option.error, NO_START, "correct the value"), Severity.ERROR)


def _of_block(block: HostsBlock, is_partial: bool) -> Iterator[Oddity]:
    """Oddities about a block as a whole, beside what keeps CoreDNS from starting and names that it swallows."""
    name = block.plugin.name.span
    option = block.fallthrough
    if option is not None and not is_partial and not _anything_behind(block):
        words = Words(
            "no plugin after `hosts` answers what it passes on",
            "every other name gets SERVFAIL",
            "add `forward`, or remove `fallthrough`",
        )
        yield Oddity(option.name.span, words)
    if block.file is not None and is_certain(block.file) and _is_address(block.file.text):
        words = Words(
            f"`{block.file.text}` is read as the name of a hosts file", "no name gets the address", "use a block"
        )
        yield Oddity(block.file.span, words)
    own_file = block.file is None and block.is_complete and not is_partial
    if own_file and not block.lines and not block.refused and not block.stray:
        words = Words(
            "this `hosts` block serves the `/etc/hosts` of CoreDNS' own container",
            "with `hostNetwork` it is the node's file, so answers may differ between replicas",
        )
        yield Oddity(name, words, Severity.INFO)


def _anything_behind(block: HostsBlock) -> bool:
    """Whether another plugin may answer; where one from elsewhere comes nobody knows."""
    names = {plugin.name.text for plugin in block.server.plugins}
    is_known = block.is_complete and all(is_certain(plugin.name) for plugin in block.server.plugins)
    return not is_known or not names <= PLUGINS or not names.isdisjoint(ANSWERING)


def _is_address(text: str) -> bool:
    return bool(inet_pton4(text) or inet_pton6(text))
