"""The name of an object in a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from podhosts.diagnostics import ObjectIdentity


def object_name(identity: ObjectIdentity | None) -> str | None:
    """An object as `Deployment shop/web`, or `Deployment` where it has no name; None where its kind is not known."""
    if identity is None or identity.kind is None:
        return None
    name = "/".join(part for part in (identity.namespace, identity.name) if part)
    return f"{identity.kind} {name}" if identity.name else identity.kind


def place_in_file(document: int | None, item: int | None) -> str:
    """A document, and an item of a List in it, counted from 1."""
    if document is None:
        return "file"
    return f"document {document}" if item is None else f"document {document}, item {item + 1}"
