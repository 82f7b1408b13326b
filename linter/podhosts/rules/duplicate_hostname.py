from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Related, Severity
from podhosts.document import Scalar
from podhosts.hosts.addresses import parse_sloppy, reading
from podhosts.hosts.names import is_numeric_for_resolvers
from podhosts.kubernetes import sequence
from podhosts.kubernetes.schemas.refusals import duplicate_hostname
from podhosts.rules.base import Fixable, Rule
from podhosts.surgery import remove_item, repair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.document import Document, Node, Sequence
    from podhosts.edits import Fix
    from podhosts.kubernetes import HostAlias, Pod


class DuplicateHostname(Rule):
    """A name that is listed twice under one address.

    Why: the second one changes nothing. Some resolvers answer the address twice; mostly another name was meant.
    Source: `reference/resolvers.md` 7.

    Bad:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames:
            - db.internal
            - db.internal  # expect: duplicate-hostname
          containers: [{name: web, image: web}]

    Good:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames:
            - db.internal
          containers: [{name: web, image: web}]

    Fix safety: safe; the later of the two goes, with the comment on its line. Nothing is offered where the entry would
    be left without names, or where a template writes items into the list.
    """

    name = "duplicate-hostname"
    severity = Severity.WARNING
    fixable = Fixable.SOMETIMES

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        seen: dict[tuple[str | int, str], tuple[HostAlias, Scalar]] = {}
        # What is listed first may be in a branch that is not printed.
        is_partial = not pod.has_all_aliases
        for alias in pod.aliases:
            address = _address(alias)
            repeated: list[tuple[int, Scalar, tuple[HostAlias, Scalar]]] = []
            for index, node in alias.names:
                # Of an address that is not known only the entry itself has another name.
                key = alias.index if address is None else address
                first = seen.get((key, node.text))
                if first is None:
                    seen[key, node.text] = alias, node
                elif pod.are_printed_together(first[1], node):
                    repeated.append((index, node, first))
            names = sequence(alias.hostnames_node)
            # Which of two entries should go, if nothing would be left of one, is not for a fix to say.
            can_fix = names is not None and len(repeated) < len(names.items) and not is_partial
            for index, node, (first_alias, first_node) in repeated:
                refused_by = duplicate_hostname(pod) if first_alias is alias else ()
                # Resolvers take a number on a line without an address for one, so that a second is not idle.
                is_address = is_numeric_for_resolvers(node.text) and _is_missing(alias.ip_node)
                fix = None if names is None or is_address else _fix(pod.object.document, names, index, node)
                consequence = "the API server refuses the object" if refused_by else "the second one has no effect"
                yield self.report(
                    alias,
                    node,
                    f"`{node.text}` is already listed {_where(first_alias)}: {consequence}; remove it",
                    field=alias.field("hostnames", index),
                    refused_by=refused_by,
                    related=[Related(first_node.span, "first listed here")],
                    fix=fix if can_fix else None,
                )


def _address(alias: HostAlias) -> str | None:
    """What tells the entry's address from others; None where it is not known, or is none."""
    return reading(alias.ip) if alias.ip is not None and parse_sloppy(alias.ip) is not None else None


def _is_missing(ip: Node | None) -> bool:
    return ip is None or (isinstance(ip, Scalar) and ip.value in {None, ""})


def _where(alias: HostAlias) -> str:
    return f"for `{alias.ip}`" if alias.ip else "in this entry"


def _fix(document: Document, names: Sequence, index: int, node: Scalar) -> Fix | None:
    return repair(document, f"Remove the second `{node.text}`", remove_item(document, names, index))
