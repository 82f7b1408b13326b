"""The answer to a look-up of a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from podhosts.records import record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from podhosts.hosts.resolvers.network import Address

Family = Literal["unspec", "inet", "inet6"]


@record(frozen=True, slots=True)
class Answer:
    """The answer to one question: addresses, or DNS is asked, or an error. Exactly one of the three.

    `addresses` are in the order in which the program gets them, as text (IPv4-mapped ones with a dotted tail, a zone as
    `%3`). `dns` means that the file has no answer and that DNS is asked. `error` is the error's name in the resolver's
    own words; then nothing was found and DNS was *not* asked.
    """

    addresses: tuple[str, ...] = ()
    dns: bool = False
    error: str | None = None


ASK_DNS = Answer(dns=True)


def found(addresses: Iterable[Address]) -> Answer:
    """An answer from the file, in this order."""
    return Answer(addresses=tuple(map(text_of, addresses)))


def failed(error: str) -> Answer:
    """No answer, and no DNS query."""
    return Answer(error=error)


def text_of(address: Address) -> str:
    """An address as C libraries print it: RFC 5952, IPv4-mapped with a dotted tail (in Python only since 3.13)."""
    if address.version == 6 and (mapped := address.ipv4_mapped) is not None:
        return f"::ffff:{mapped}"
    return str(address)
