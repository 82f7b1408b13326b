"""The spellings of IP addresses: what the API server accepts, and what the C libraries read.

Facts: `reference/kubernetes.md` 1.2 and 1.3 (API server), `reference/resolvers.md` 1 and 2 (inet_pton, inet_aton).
Everything here is linear in the length of the text.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

INVALID_IP = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
"""The API server's words for text that is no address, since 1.30 (before: `must be valid IP address`)."""
LEADING_ZEROS = "must not have leading 0s"
"""The API server's words since 1.36 for `010.0.0.1` and for IPv6 groups of more than four digits."""
IPV4_MAPPED = "must not be an IPv4-mapped IPv6 address"
"""The API server's words since 1.36 for `::ffff:10.0.0.1` in any spelling."""

AddressClass = Literal["unspecified", "loopback", "link-local", "multicast", "broadcast"]

_HEX_DIGITS = frozenset("0123456789abcdefABCDEF")
_OCTAL_DIGITS = frozenset("01234567")
_DECIMAL_DIGITS = frozenset("0123456789")
_MAPPED_PREFIX = 0xFFFF


@lru_cache(maxsize=32_768)  # several rules ask about each address of a pod, and no API server takes a larger one
def parse_sloppy(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address as every API server up to 1.35 does (`ParseIPSloppy`).

    Leading zeros are decimal, an IPv6 group may have any number of digits up to the value 0xffff. No zone, no port,
    no prefix length, no blanks. None if the text is no address. An IPv4-mapped address stays an `IPv6Address`.
    Source: `reference/kubernetes.md` 1.2; `vectors/apiserver`.
    """
    # The server lets the first dot or colon decide the family.
    dot, colon = text.find("."), text.find(":")
    if dot >= 0 and (colon < 0 or dot < colon):
        return _ipv4(_ipv4_value(text, leading_zeros=True))
    if colon >= 0:
        return _ipv6(_ipv6_value(text, leading_zeros=True))
    return None


def has_leading_zeros(text: str) -> bool:
    """True for an address (of the sloppy grammar) that the strict one refuses for its zeros.

    That is an IPv4 octet such as `010`, also in the tail of an IPv6 address, or an IPv6 group of more than four digits.
    """
    address = parse_sloppy(text)
    if address is None:
        return False
    if address.version == 4:
        return _ipv4_value(text, leading_zeros=False) is None
    return _ipv6_value(text, leading_zeros=False) is None


def is_mapped(text: str) -> bool:
    """True for an address in `::ffff:0:0/96`, however it is spelt."""
    address = parse_sloppy(text)
    return address is not None and address.version == 6 and int(address) >> 32 == _MAPPED_PREFIX


def reading(text: str) -> str:
    """A key that two texts share if every resolver reads the same address from them, whatever their spelling.

    A text with leading zeros has only itself as a key: musl reads octal, others decimal, glibc and Go nothing. So has
    one that is no address. An IPv4-mapped address is never that IPv4 address: some resolvers find it as IPv6 only.
    Source: `reference/resolvers.md` 0 (7) and 8.
    """
    address = parse_sloppy(text)
    return text if address is None or has_leading_zeros(text) else str(address)


def refusal(text: str, strict: bool) -> str | None:
    """The API server's message about the `ip` of a hostAliases entry, or None if it accepts the text.

    `strict` is the grammar of 1.36 and later.
    Source: `reference/kubernetes.md` 1.1, 1.2; `vectors/apiserver`.
    """
    address = parse_sloppy(text)
    if address is None:
        return INVALID_IP
    if strict:
        if has_leading_zeros(text):
            return LEADING_ZEROS
        if address.version == 6 and int(address) >> 32 == _MAPPED_PREFIX:
            return IPV4_MAPPED
    return None


def canonical(text: str) -> str | None:
    """The spelling that the API server's warnings propose: no leading zeros, unmapped, RFC 5952.

    None if the text is no address. Source: `reference/kubernetes.md` 1.3; the warnings in `vectors/apiserver`.
    """
    address = parse_sloppy(text)
    return None if address is None else str(unmapped(address))


def unmapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """`::ffff:a.b.c.d` as `a.b.c.d`; any other address as it is."""
    if address.version == 6 and int(address) >> 32 == _MAPPED_PREFIX:
        from ipaddress import IPv4Address

        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def classify(address: IPv4Address | IPv6Address) -> AddressClass | None:
    """The class of an address (`loopback`, ...) for a client that connects to it; None for an ordinary one.

    `link-local` is said of IPv6 alone: it needs a zone, which a hosts file cannot give (169.254/16 is routed like any
    other). IPv4-mapped addresses count as IPv4. Source: `reference/resolvers.md` 8.
    """
    address = unmapped(address)
    value = int(address)
    if value == 0:
        return "unspecified"
    if address.version == 4:
        if value >> 24 == 127:
            return "loopback"
        if value == 0xFFFF_FFFF:
            return "broadcast"
        return "multicast" if value >> 28 == 0xE else None
    if value == 1:
        return "loopback"
    if value >> 118 == 0xFE80 >> 6:
        return "link-local"
    return "multicast" if value >> 120 == 0xFF else None


def inet_pton4(text: str) -> IPv4Address | None:
    """Four decimal octets without leading zeros, nothing else: the strict reader of glibc, musl and Go since 1.17."""
    return _ipv4(_ipv4_value(text, leading_zeros=False))


def inet_pton6(text: str) -> IPv6Address | None:
    """IPv6 with groups of one to four digits and perhaps a strict IPv4 tail; no zone."""
    # Most addresses are IPv4: say no at once.
    return _ipv6(_ipv6_value(text, leading_zeros=False)) if ":" in text else None


def inet_aton(text: str) -> IPv4Address | None:
    """One to four numbers, the last filling what is left; `0x` is hexadecimal, `0` octal (`2024`, `10.1`, `0x7f.1`).

    Nothing may follow the number: this is the reading of musl and of glibc's getaddrinfo.
    Source: `reference/resolvers.md` 0 (8) and 2.
    """
    return _ipv4(_aton_value(text))


def _ipv4(value: int | None) -> IPv4Address | None:
    if value is None:
        return None
    from ipaddress import IPv4Address

    return IPv4Address(value)


def _ipv6(value: int | None) -> IPv6Address | None:
    if value is None:
        return None
    from ipaddress import IPv6Address

    return IPv6Address(value)


def _ipv4_value(text: str, *, leading_zeros: bool) -> int | None:
    octets = text.split(".", 4)
    if len(octets) != 4:
        return None
    value = 0
    for octet in octets:
        # Not str.isdigit alone: it is true for full-width and other digits, which no reader accepts.
        if not (octet.isascii() and octet.isdigit()):
            return None
        if octet[0] == "0" and len(octet) > 1:
            if not leading_zeros:
                return None
            octet = octet.lstrip("0") or "0"
        # The length first: int() of very many digits is slow, then refused.
        if len(octet) > 3 or (number := int(octet)) > 255:
            return None
        value = value << 8 | number
    return value


def _ipv6_value(text: str, *, leading_zeros: bool) -> int | None:
    head, gap, tail = text.partition("::")
    # Nine groups are too many; no need to split further.
    before = head.split(":", 8) if head or not gap else []
    after = tail.split(":", 8) if tail else []
    groups = before + after
    words = []
    # Only the last group of the text can be an IPv4 tail.
    if groups and "." in groups[-1] and (after or not gap):
        dotted = _ipv4_value(groups.pop(), leading_zeros=leading_zeros)
        if dotted is None:
            return None
        words = [dotted >> 16, dotted & 0xFFFF]
    count = len(groups) + len(words)
    if count > 7 if gap else count != 8:
        return None
    numbers = [_ipv6_group(group, leading_zeros=leading_zeros) for group in groups]
    value = 0
    for index, number in enumerate([*numbers, *words]):
        if number is None:
            return None
        if gap and index == len(before):
            value <<= 16 * (8 - count)
        value = value << 16 | number
    # `x::` ends in the gap, which the loop above did not reach.
    return value << 16 * (8 - count) if gap and not after else value


def _ipv6_group(group: str, *, leading_zeros: bool) -> int | None:
    if not group or not _HEX_DIGITS.issuperset(group):
        return None
    if len(group) > 4:
        if not leading_zeros:
            return None
        group = group.lstrip("0") or "0"
    return int(group, 16) if len(group) <= 4 else None


def _aton_value(text: str) -> int | None:
    parts = text.split(".", 4)
    if len(parts) > 4:
        return None
    numbers = []
    for part in parts:
        number = _c_number(part)
        if number is None:
            return None
        numbers.append(number)
    *octets, last = numbers
    value = 0
    for octet in octets:
        if octet > 255:
            return None
        value = value << 8 | octet
    room = 8 * (4 - len(octets))
    return None if last >> room else value << room | last


def _c_number(text: str) -> int | None:
    """A number as C writes it (strtoul with base 0), at most 32 bits; no sign, no blanks."""
    if text[:2] in ("0x", "0X"):
        digits, base, allowed = text[2:], 16, _HEX_DIGITS
        if not digits:
            return None
    elif text[:1] == "0":
        digits, base, allowed = text[1:], 8, _OCTAL_DIGITS
    else:
        digits, base, allowed = text, 10, _DECIMAL_DIGITS
        if not digits:
            return None
    if not allowed.issuperset(digits):
        return None
    digits = digits.lstrip("0")
    # 11 octal digits hold 33 bits; longer ones cannot fit, and int() of very many digits is slow.
    if len(digits) > 11:
        return None
    number = int(digits or "0", base)
    return number if number <= 0xFFFF_FFFF else None
