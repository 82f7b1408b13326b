"""The address that an entry is meant to have, where its text allows one reading only, and the advice about it."""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from podhosts.document import Scalar
from podhosts.hosts.addresses import canonical, classify, parse_sloppy
from podhosts.patterns import regex
from podhosts.rules.names import INVISIBLE, QUOTES, as_written, looks_unfilled, meant_name, separate
from podhosts.surgery import repair, replace_scalar

if TYPE_CHECKING:
    from podhosts.edits import Fix, Safety
    from podhosts.kubernetes import HostAlias, Pod

_SCHEME = regex(r"[A-Za-z][A-Za-z0-9+.-]*://")
#: One of the four numbers of an address, or what stands for one in an example.
_EXAMPLE = regex(r"(?=.*[^0-9.])(?:[0-9]{1,3}|[xXyYzZnN#?*]{1,3})(?:\.(?:[0-9]{1,3}|[xXyYzZnN#?*]{1,3})){3}")
#: What a word is called that an address is to be written for.
_CALLED = frozenset(("ip", "ipaddr", "ipaddress", "addr", "address"))
_MAX_OCTET = 255
#: What may stand around an address by mistake.
_AROUND = f" \t\r\n,;{QUOTES}{INVISIBLE}"


class MeantAddresses:
    """The addresses that the entries of a pod are meant to have: what is too much around them is cut off."""

    def __init__(self, pod: Pod) -> None:
        self._pod = pod

    def fix(self, alias: HostAlias, safety: Safety) -> Fix | None:
        """Write the address that is meant; None where it is not known, where another entry has it, or a CRD refuses it.

        Two entries of one address would be refused, and lose names.
        """
        node, wanted = alias.ip_node, meant_address(alias.ip or "")
        if not isinstance(node, Scalar) or wanted is None or wanted == alias.ip or self._counts[wanted] > 1:
            return None
        if alias.pod.schema.ip.refusal(wanted) is not None:
            return None
        document = alias.pod.object.document
        return repair(document, f"Replace `{alias.ip}` with `{wanted}`", replace_scalar(document, node, wanted), safety)

    def advice(self, alias: HostAlias) -> str:
        """The advice about an `ip` that is not accepted; what is quoted after "write" is accepted in its place."""
        text = alias.ip or ""
        is_address = parse_sloppy(text) is not None
        wanted = canonical(text) if is_address else _wanted(text)
        if wanted is None:
            return _exchange(alias, text) or _reason(text)
        if (holder := self._holders[wanted]) != alias.index:
            return f"move its names to `{wanted}`, which entry {holder + 1} has"
        if is_address:
            return f"write `{as_written(wanted)}`"
        style = alias.ip_node.style[:1] if isinstance(alias.ip_node, Scalar) else ""
        if style in {"|", ">"} and text.endswith("\n"):
            return f"`{style}` adds a line break: write `{as_written(wanted)}` on the line of `ip:`"
        return f"{_too_much(text)}: write `{as_written(wanted)}`"

    @cached_property
    def _holders(self) -> dict[str, int]:
        """The index of the entry to have each address: the first that has it as it shall be, else that means it."""
        meant: dict[str, int] = {}
        held: dict[str, int] = {}
        for alias in self._pod.aliases:
            text = alias.ip or ""
            if (wanted := canonical(text) or _wanted(text)) is not None:
                meant.setdefault(wanted, alias.index)
                if wanted == text:
                    held.setdefault(wanted, alias.index)
        return meant | held

    @cached_property
    def _counts(self) -> Counter[str]:
        return Counter(meant_address(alias.ip or "") or alias.ip or "" for alias in self._pod.aliases)


def meant_address(text: str) -> str | None:
    """The canonical address in a text, without blanks, brackets, port and prefix length; None where there is none.

    Of a prefix that covers a whole network (`10.0.0.0/24`) nobody can say which address was meant.
    """
    text = text.strip()
    address, slash, length = text.partition("/")
    if slash:
        return None if not length.isdecimal() or _is_network(address, length) else canonical(address)
    if text.startswith("["):
        inner, _, port = text[1:].partition("]")
        return canonical(inner) if not port or (port[0] == ":" and port[1:].isdecimal()) else None
    if (found := canonical(text)) is not None:
        return found
    head, colon, port = text.rpartition(":")
    return canonical(head) if colon and port.isdecimal() and ":" not in head else None


def _is_network(address: str, length: str) -> bool:
    from ipaddress import ip_interface

    try:
        interface = ip_interface(f"{canonical(address)}/{length[:3]}")
    except ValueError:
        return True
    return interface.network.num_addresses > 1 and interface.ip == interface.network.network_address


def _wanted(text: str) -> str | None:
    """The address to write instead: `meant_address`, also of a URL. None for one that is of no use without its zone."""
    written = text.strip(_AROUND)
    bare = _SCHEME.sub("", written, count=1)
    if bare != written:
        bare = bare.partition("/")[0]
    wanted = meant_address(bare) or meant_address(bare.partition("%")[0])
    address = parse_sloppy(wanted or "")
    return None if address is not None and classify(address) == "link-local" else wanted


def _exchange(alias: HostAlias, text: str) -> str | None:
    """The advice where a name stands as the `ip`, and the only item of `hostnames` is an address."""
    items = alias.all_names or []
    if len(items) != 1 or parse_sloppy(items[0][1].text) is None or meant_name(text) != text:
        return None
    return f"swap it with `{items[0][1].text}` in `hostnames`"


def _too_much(text: str) -> str:
    """The advice about text around an address."""
    bare = text.strip(_AROUND)
    if scheme := _SCHEME.match(bare):
        return (
            f"remove `{scheme[0]}`" if bare[scheme.end() :] == _wanted(text) else f"remove `{scheme[0]}` and the rest"
        )
    if "/" in bare:
        return "remove the prefix length"
    if "%" in bare:
        return "remove the zone"
    if bare.startswith("["):
        return "remove the brackets" if bare.endswith("]") else "remove the brackets and the port"
    if canonical(bare) is None:
        return "remove the port"
    return "remove the characters around it" if bare != text.strip() else "remove the blanks around it"


def _reason(text: str) -> str:
    """The advice about a text that holds no address which could stand there."""
    words = separate(text)
    if any(len(several) > 1 and all(map(parse_sloppy, several)) for several in (words, text.split("-"))):
        return "write one entry for each address"
    if len(words) > 1 and parse_sloppy(words[0]):
        return "move the names to `hostnames`"
    head, separator, _ = text.partition("%")
    if separator and parse_sloppy(head):
        return "write another address of the host: this one needs its zone"
    if parse_sloppy(text.strip().partition("/")[0]):
        return "write the address of one host, without prefix length or path"
    if text == "host-gateway":
        return "write the address: only Docker knows this word"
    if looks_unfilled(text) or _is_called_address(text) or _EXAMPLE.fullmatch(text):
        return "fill it in: it looks like a placeholder"
    if text and frozenset("0123456789.").issuperset(text):
        return _wrong_numbers(text)
    if text == "localhost":
        return "write `127.0.0.1`, the pod's loopback address"
    if any(character.isalpha() for character in text) and ":" not in _SCHEME.sub("", text):
        return "write its address, or use a Service or a CoreDNS record"
    return "write an address like `192.0.2.1` or `2001:db8::1`"


def _is_called_address(text: str) -> bool:
    words = re.split(r"[_-]+", text.lower())
    return "." not in text and ":" not in text and not _CALLED.isdisjoint(words)


def _wrong_numbers(text: str) -> str:
    numbers = [number for number in text.split(".") if number]
    if len(numbers) != 4:
        return f"write four numbers, not {len(numbers)}"
    large = next((number for number in numbers if len(number) > 3 or int(number) > _MAX_OCTET), None)
    if large is None:
        return "write four numbers separated by dots"
    return f"write numbers up to {_MAX_OCTET}, not `{large}`"
