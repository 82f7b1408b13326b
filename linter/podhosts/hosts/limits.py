"""How much of a hosts file resolvers take; apart from the models, so that naming a limit loads none of them."""

from __future__ import annotations

MAX_ADDRESSES = 48
"""The most addresses of one name that musl answers. Source: `reference/resolvers.md` 2 (`MAXADDRS`)."""

MAX_NAMES = 4
"""The most names of one line that uClibc-ng sees. Source: `reference/resolvers.md` 4 (`MAXALIASES`)."""
