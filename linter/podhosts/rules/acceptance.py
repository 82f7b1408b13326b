"""Whether the API server accepts a node, for fixes: none may bring to light a mistake that was hidden before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.document import Mapping, Scalar, Sequence, written_string
from podhosts.hosts.addresses import refusal
from podhosts.hosts.names import subdomain_refusals
from podhosts.kubernetes import is_placeholder
from podhosts.kubernetes.schemas import BUILT_IN

if TYPE_CHECKING:
    from podhosts.document import Node
    from podhosts.kubernetes import KubernetesVersion, ListSchema


def is_name(text: str, schema: ListSchema = BUILT_IN) -> bool:
    """Whether a text is a host name that is accepted in a list, or one that a placeholder decides."""
    return is_placeholder(text) or (not subdomain_refusals(text) and schema.hostname.refusal(text) is None)


def is_address(node: Node | None, version: KubernetesVersion, schema: ListSchema = BUILT_IN) -> bool:
    """Whether a node is an address that is accepted in a list, or one that a placeholder decides."""
    text = written_string(node)
    if text is None or is_placeholder(text):
        return text is not None
    return refusal(text, version.strict_addresses) is None and schema.ip.refusal(text) is None


def is_list_of_names(node: Node | None, schema: ListSchema = BUILT_IN) -> bool:
    """Whether a node is a list of accepted names, at least one, that an entry may have."""
    return (
        isinstance(node, Sequence)
        and bool(node.items)
        and all(isinstance(item, Scalar) and item.is_string and is_name(item.text, schema) for item in node.items)
        and schema.hostnames.refusal(node.items) is None
    )


def is_single_name(node: Node, schema: ListSchema) -> bool:
    """Whether a node is an accepted name that an entry may have alone."""
    if not isinstance(node, Scalar) or not node.is_string:
        return False
    return is_name(node.text, schema) and schema.hostnames.refusal([node.text]) is None


def is_list_of_aliases(node: Node | None, version: KubernetesVersion) -> bool:
    """Whether a node is a list of accepted entries, at least one, each with an address of its own."""
    if not isinstance(node, Sequence) or not node.items:
        return False
    addresses = set()
    for item in node.items:
        if not isinstance(item, Mapping) or item.fields.keys() != {"ip", "hostnames"} or item.duplicates:
            return False
        if not is_address(item.get("ip"), version) or not is_list_of_names(item.get("hostnames")):
            return False
        addresses.add(written_string(item.get("ip")))
    return len(addresses) == len(node.items)
