from __future__ import annotations

from podhosts.diagnostics import Severity
from podhosts.rules.base import Rule


class ExpiredSuppression(Rule):
    """A suppression whose last day has passed.

    Why: `until=` is a promise to come back; after that day (UTC, the day included) the finding is reported again, and
    so is the suppression. The engine reports it.

    Bad:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            # podhosts: ignore[empty-hostnames] until=2020-01-31 names follow  # expect: expired-suppression
            hostnames: []  # expect: empty-hostnames
          containers: [{name: web, image: web}]

    Good:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames: []  # podhosts: ignore[empty-hostnames] until=9999-12-31 names follow
          containers: [{name: web, image: web}]

    Fix safety: none; extending the date is a decision.
    """

    name = "expired-suppression"
    severity = Severity.WARNING
