from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from podhosts.diagnostics import Related, Severity
from podhosts.document import Scalar
from podhosts.hosts.addresses import parse_sloppy, reading
from podhosts.hosts.names import is_numeric_for_resolvers
from podhosts.kubernetes import sequence
from podhosts.kubernetes.schemas.refusals import duplicate_hostname
from podhosts.rules.base import Fixable, Rule
from podhosts.surgery import remove_items, repair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.document import Node
    from podhosts.edits import Edit, Fix
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

    Fix safety: safe; all but the first go, with the comments on their lines. Nothing is offered where an entry would be
    left without names, or where a template writes items into the list.
    """

    name = "duplicate-hostname"
    severity = Severity.WARNING
    fixable = Fixable.SOMETIMES

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        """One finding for a name of an address, at the second place; the first and all further ones are related."""
        listed: dict[tuple[str | int, str], list[_Listed]] = {}
        for alias in pod.aliases:
            address = _address(alias)
            # Of an address that is not known only the entry itself has another name.
            key = alias.index if address is None else address
            for index, node in alias.names:
                places = listed.setdefault((key, node.text), [])
                if not places or pod.are_printed_together(places[0].node, node):
                    places.append(_Listed(alias, index, node))
        several = [places for places in listed.values() if len(places) > 1]
        emptied = _emptied(several)
        for places in sorted(several, key=lambda places: (places[1].alias.index, places[1].at)):
            yield self._report(pod, places, emptied)

    def _report(self, pod: Pod, places: list[_Listed], emptied: set[int]) -> Diagnostic:
        first, second, *_ = places
        owners = [place.alias.index for place in places]
        refused_by = duplicate_hostname(pod) if len(set(owners)) < len(owners) else ()
        idle = "the second one has no effect" if len(places) == 2 else f"the other {len(places) - 1} have no effect"
        consequence = "the API server refuses the object" if refused_by else idle
        advice = "remove it" if len(places) == 2 else "keep the first one only"
        return self.report(
            second.alias,
            second.node,
            f"`{second.node.text}` is already listed {_where(first.alias)}",
            why=consequence,
            help=advice,
            field=second.alias.field("hostnames", second.at),
            refused_by=refused_by,
            related=[
                Related(first.node.span, "first listed here"),
                *(Related(place.node.span, "listed here too") for place in places[2:]),
            ],
            fix=None if emptied.intersection(owners[1:]) else _fix(pod, places[1:]),
        )


class _Listed(NamedTuple):
    """A name where it is listed."""

    alias: HostAlias
    at: int
    node: Scalar


def _emptied(several: list[list[_Listed]]) -> set[int]:
    """The entries that would be left without names, were all repetitions removed.

    Which of two entries should go, if nothing would be left of one, is not for a fix to say.
    """
    repeated = Counter(place.alias.index for places in several for place in places[1:])
    aliases = {place.alias.index: place.alias for places in several for place in places[1:]}
    lists = {index: sequence(alias.hostnames_node) for index, alias in aliases.items()}
    return {index for index, names in lists.items() if names is None or repeated[index] >= len(names.items)}


def _address(alias: HostAlias) -> str | None:
    """What tells the entry's address from others; None where it is not known, or is none."""
    return reading(alias.ip) if alias.ip is not None and parse_sloppy(alias.ip) is not None else None


def _is_missing(ip: Node | None) -> bool:
    return ip is None or (isinstance(ip, Scalar) and ip.value in {None, ""})


def _where(alias: HostAlias) -> str:
    return f"for `{alias.ip}`" if alias.ip else "in this entry"


def _fix(pod: Pod, later: list[_Listed]) -> Fix | None:
    """Remove a name wherever it is repeated; None where one of these places has to stay."""
    document, name = pod.object.document, later[0].node.text
    # What is listed first may be in a branch that is not printed.
    if not pod.has_all_aliases:
        return None
    edits: list[Edit] = []
    for _, group in groupby(later, key=lambda place: place.alias.index):
        places = list(group)
        names = sequence(places[0].alias.hostnames_node)
        if names is None or _is_address(places[0]):
            return None
        removal = remove_items(document, names, [place.at for place in places])
        if removal is None:
            return None
        edits += removal
    title = f"Remove the second `{name}`" if len(later) == 1 else f"Remove `{name}` everywhere but in the first place"
    return repair(document, title, tuple(edits))


def _is_address(place: _Listed) -> bool:
    """Whether resolvers take a number on a line without an address for one, so that a second is not idle."""
    return is_numeric_for_resolvers(place.node.text) and _is_missing(place.alias.ip_node)
