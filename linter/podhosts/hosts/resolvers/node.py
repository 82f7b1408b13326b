"""Node's dns.lookup with `all: true` on glibc, Node 20.

Facts: `reference/resolvers.md` 4; names are made ASCII first (UTS 46), tried out with Node 20.20.
"""

from __future__ import annotations

import unicodedata
from functools import partial
from typing import TYPE_CHECKING

from podhosts.hosts.addresses import inet_pton4, inet_pton6
from podhosts.hosts.resolvers.answer import Answer, failed
from podhosts.hosts.resolvers.glibc import NO_NAME, GlibcHosts
from podhosts.hosts.resolvers.model import Resolver

if TYPE_CHECKING:
    from podhosts.hosts.resolvers.answer import Family
    from podhosts.hosts.resolvers.network import Network

NOT_FOUND = "ENOTFOUND"
INVALID = "EINVAL"

_FULL_STOPS = str.maketrans("\u3002\uff0e\uff61", "...")
# Characters that UTS 46 drops: soft hyphen, joiners' kin, variation selectors, BOM.
_IGNORED = dict.fromkeys([0xAD, 0x34F, 0x200B, 0x2060, 0xFEFF, *range(0xFE00, 0xFE10)])
# Controls, formats, unassigned code points, separators.
_FORBIDDEN = "CZ"
_MAX_NAME_LENGTH = 255
_ACE_PREFIX = "xn--"


class NodeHosts:
    """A hosts file as Node sees it through glibc; `multi` as for glibc."""

    def __init__(self, hosts: bytes, *, multi: bool) -> None:
        self._libc = GlibcHosts(hosts, multi=multi)

    def lookup(self, name: str, family: Family, network: Network) -> Answer:
        """dns.lookup with family 0, 4 or 6."""
        if inet_pton4(name) or inet_pton6(name.partition("%")[0]):
            # An address is handed back as it is, whatever family was asked for.
            return Answer(addresses=(name,))
        ascii_name = to_ascii(name)
        if ascii_name is None:
            return failed(INVALID)
        answer = self._libc.lookup(ascii_name, family, network)
        return failed(NOT_FOUND) if answer.error == NO_NAME else answer


def to_ascii(name: str) -> str | None:
    """A name as Node asks for it: lower case, labels beyond ASCII as punycode; None if Node refuses it.

    Near to UTS 46, not the whole of it: characters that its table forbids are let through.
    """
    if len(name) > _MAX_NAME_LENGTH:
        return None
    mapped = unicodedata.normalize("NFKC", name.translate(_IGNORED).lower()).lower().translate(_FULL_STOPS)
    labels = [_label_to_ascii(unicodedata.normalize("NFC", label)) for label in mapped.split(".")]
    ascii_name = ".".join(label for label in labels if label is not None)
    return None if None in labels or len(ascii_name) > _MAX_NAME_LENGTH else ascii_name


def _label_to_ascii(label: str) -> str | None:
    if not label.isascii():
        if any(unicodedata.category(character)[0] in _FORBIDDEN for character in label):
            return None
        return _ACE_PREFIX + label.encode("punycode").decode("ascii")
    if label.startswith(_ACE_PREFIX):
        try:
            decoded = label[len(_ACE_PREFIX) :].encode("ascii").decode("punycode")
        except UnicodeError:
            return None
        if decoded.isascii() or _label_to_ascii(unicodedata.normalize("NFKC", decoded.lower())) != label:
            return None
    return label


RESOLVERS = (
    Resolver("node", "node", "Node.js", partial(NodeHosts, multi=True)),
    Resolver("node_nomulti", "node", None, partial(NodeHosts, multi=False)),
)
