from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Severity
from podhosts.hosts.limits import MAX_NAMES
from podhosts.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.kubernetes import HostAlias

_WINDOWS_NAMES = 9


class TooManyNames(Rule):
    """More names in an entry than uClibc-ng (4) or Windows (9) read on a line.

    Why: the names after that are not found there. It runs only when it is selected, as few pods use either.
    Source: `reference/resolvers.md` 4.

    Bad:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames:
            - a.internal
            - b.internal
            - c.internal
            - d.internal
            - e.internal  # expect: too-many-names
          containers: [{name: web, image: web}]

    Good:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames: [a.internal, b.internal, c.internal, d.internal]
          containers: [{name: web, image: web}]

    Fix safety: none; which names can go is a decision.
    """

    name = "too-many-names"
    severity = Severity.INFO
    is_default = False

    def check_alias(self, alias: HostAlias) -> Iterator[Diagnostic]:
        names = alias.all_names
        if names is None or len(names) <= MAX_NAMES:
            return
        index, node = names[MAX_NAMES]
        windows = f", Windows the first {_WINDOWS_NAMES}" if len(names) > _WINDOWS_NAMES else ""
        yield self.report(
            alias,
            node,
            f"the entry has {len(names)} names",
            why=f"uClibc-ng reads the first {MAX_NAMES} of a line{windows}",
            help="list fewer names if your images use it",
            field=alias.field("hostnames", index),
        )
