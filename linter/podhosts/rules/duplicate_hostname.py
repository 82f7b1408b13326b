from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Related, Severity
from podhosts.kubernetes.schemas.refusals import duplicate_hostname
from podhosts.rules.base import Fixable, Rule
from podhosts.rules.removal import RepetitionRemoval

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.kubernetes import AliasName, Pod


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
        groups = pod.repeated(pod.listed_names, _address_and_name)
        removal = RepetitionRemoval(pod, groups)
        for group in groups:
            first, second, *further = group
            is_in_one_entry = len({name.alias.index for name in group}) < len(group)
            refused_by = duplicate_hostname(pod) if is_in_one_entry else ()
            idle = f"the other {len(group) - 1} have no effect" if further else "the second one has no effect"
            yield self.report(
                second.alias,
                second.node,
                f"`{second.text}` is already listed {_where(first)}",
                why="the API server refuses the object" if refused_by else idle,
                help="keep the first one only" if further else "remove it",
                field=second.field,
                refused_by=refused_by,
                related=[
                    Related(first.node.span, "first listed here"),
                    *(Related(name.node.span, "listed here too") for name in further),
                ],
                fix=removal.fix(group),
            )


def _address_and_name(name: AliasName) -> tuple[str | int, str]:
    """Of an address that is not known only the entry itself has another name."""
    key = name.alias.address_key
    return (name.alias.index if key is None else key), name.text


def _where(first: AliasName) -> str:
    return f"for `{first.alias.ip}`" if first.alias.ip else "in this entry"
