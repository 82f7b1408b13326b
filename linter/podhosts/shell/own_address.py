"""Commands that print the address of the machine they run on: in a pod, the pod's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_HOSTNAME_OPTIONS = frozenset(("-i", "-I", "--ip-address", "--all-ip-addresses"))
_ADDRESSES = frozenset(("a", "addr", "address"))


def prints_own_address(words: Sequence[str]) -> bool:
    """Whether a command, given by its words, prints the addresses of this machine: `hostname -i`, `ip addr`."""
    name = words[0].rpartition("/")[2]
    if name == "hostname":
        return not _HOSTNAME_OPTIONS.isdisjoint(words[1:])
    if name == "ip":
        return next((word for word in words[1:] if not word.startswith("-")), "") in _ADDRESSES
    return name == "ifconfig"
