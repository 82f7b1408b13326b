"""The common parts of the resolvers' destination address selection (RFC 6724): policy tables, scopes, prefixes.

The resolvers differ in tables and in which rules they apply, so each has its own sort key beside its look-up.
"""

from __future__ import annotations

from ipaddress import IPv6Address
from typing import TYPE_CHECKING

from podhosts.records import record

if TYPE_CHECKING:
    from collections.abc import Callable

    from podhosts.hosts.resolvers.network import Address

PolicyTable = tuple[tuple[int, int, int, int], ...]
"""Rows of prefix (128 bits), its length, precedence, label. The first row that matches counts; the last matches all."""

LINK_LOCAL_SCOPE = 2
SITE_LOCAL_SCOPE = 5
GLOBAL_SCOPE = 14


@record(frozen=True, slots=True)
class Rank:
    """How good a destination is: `rules` 1 to 8, smaller is better, then the bits shared with the source address."""

    rules: tuple[int, ...]
    prefix_bits: int = 0


def sort(addresses: list[Address], rank: Callable[[Address], Rank]) -> list[Address]:
    """The addresses, best first; equal ones keep their order.

    Rule 9, the longer prefix, counts between addresses of one version only. With IPv4-mapped addresses among IPv4 ones
    that is no order in the strict sense, and the way of sorting shows: this is the merge sort of glibc's qsort.
    """
    if len(addresses) < 2:
        return addresses
    # Once for each address: a name may have the same one on very many lines.
    ranks = {address: rank(address) for address in dict.fromkeys(addresses)}

    def precedes(one: Address, other: Address) -> bool:
        if ranks[one].rules != ranks[other].rules:
            return ranks[one].rules < ranks[other].rules
        return one.version != other.version or ranks[one].prefix_bits >= ranks[other].prefix_bits

    return _merge_sort(addresses, precedes)


def _merge_sort(addresses: list[Address], precedes: Callable[[Address, Address], bool]) -> list[Address]:
    if len(addresses) < 2:
        return addresses
    middle = len(addresses) // 2
    left, right = _merge_sort(addresses[:middle], precedes), _merge_sort(addresses[middle:], precedes)
    merged: list[Address] = []
    i = j = 0
    while i < len(left) and j < len(right):
        if precedes(left[i], right[j]):
            merged.append(left[i])
            i += 1
        else:
            merged.append(right[j])
            j += 1
    return [*merged, *left[i:], *right[j:]]


def row(prefix: str, length: int, precedence: int, label: int) -> tuple[int, int, int, int]:
    """A row of a policy table."""
    return int(IPv6Address(prefix)), length, precedence, label


def as_128_bits(address: Address) -> int:
    """An IPv4 address as its IPv4-mapped one: policy tables speak IPv6."""
    return int(address) if address.version == 6 else 0xFFFF << 32 | int(address)


def policy(table: PolicyTable, address: Address) -> tuple[int, int]:
    """(precedence, label) of an address."""
    value = as_128_bits(address)
    return next((row[2], row[3]) for row in table if (value ^ row[0]) >> (128 - row[1]) == 0)


def scope(address: Address) -> int:
    """The scope: multicast says it itself; loopback and link-local 2, site-local 5, all else, private IPv4 too, 14."""
    if isinstance(address, IPv6Address):
        if address.is_multicast:
            return int(address) >> 112 & 0xF
        if int(address) == 1 or address.is_link_local:
            return LINK_LOCAL_SCOPE
        return SITE_LOCAL_SCOPE if address.is_site_local else GLOBAL_SCOPE
    return LINK_LOCAL_SCOPE if address.is_loopback or address.is_link_local else GLOBAL_SCOPE


def common_prefix(one: Address, other: Address) -> int:
    """The number of leading bits that two addresses of one family share."""
    return one.max_prefixlen - (int(one) ^ int(other)).bit_length()
