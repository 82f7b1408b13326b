"""Which address an entry is meant to have, where its text allows one reading only."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from podhosts.document import Scalar
from podhosts.hosts.addresses import canonical
from podhosts.surgery import repair, replace_scalar

if TYPE_CHECKING:
    from podhosts.edits import Fix, Safety
    from podhosts.kubernetes import HostAlias, Pod


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
        return repair(document, f"Write `{wanted}`", replace_scalar(document, node, wanted), safety)

    def advice(self, alias: HostAlias, wanted: str) -> str:
        """What to do about an entry whose address should be written in this way; two entries must not have one."""
        others = (other for other in self._pod.aliases if other.index != alias.index and other.ip == wanted)
        first = next(others, None)
        if first is None:
            return f"write `{wanted}`"
        return f"put its names under `{wanted}`, which entry {first.index + 1} has"

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
