"""Indented JSON, written piece by piece: a report may be larger than what it tells of."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.diagnostics import ObjectIdentity


class Streamed:
    """A list whose items are made when they are written, one by one, and not kept."""

    def __init__(self, items: Iterable[object]) -> None:
        self.items = items


def identity_fields(identity: ObjectIdentity | None) -> dict[str, str | None] | None:
    """An object as reports name it; None for none."""
    if identity is None:
        return None
    api_version, kind, namespace, name = identity.api_version, identity.kind, identity.namespace, identity.name
    return {"apiVersion": api_version, "kind": kind, "namespace": namespace, "name": name}


def lines(value: object, indent: str = "") -> Iterator[str]:
    """The lines of `json.dumps(value, indent=2)`, several at a time; all but the first begin with `indent`.

    `value` may be a Streamed, or a mapping with such values; deeper ones stand in the items of others.
    """
    if isinstance(value, Streamed):
        return _enclosed("[]", (("", item) for item in value.items), indent)
    if isinstance(value, dict) and any(isinstance(member, Streamed) for member in value.values()):
        return _enclosed("{}", ((f"{json.dumps(name)}: ", member) for name, member in value.items()), indent)
    # ASCII: a lone surrogate in a file name must not keep a report from being written.
    return iter((json.dumps(value, indent=2).replace("\n", f"\n{indent}"),))


def _enclosed(brackets: str, members: Iterable[tuple[str, object]], indent: str) -> Iterator[str]:
    inner = indent + "  "
    # Held back, as a comma may have to follow.
    last = brackets[0]
    is_empty = True
    for name, member in members:
        yield last if is_empty else f"{last},"
        is_empty = False
        pieces = lines(member, inner)
        last = inner + name + next(pieces)
        for piece in pieces:
            yield last
            last = piece
    if is_empty:
        yield brackets
    else:
        yield last
        yield indent + brackets[1]
