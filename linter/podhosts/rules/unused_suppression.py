from __future__ import annotations

from podhosts.diagnostics import Severity
from podhosts.rules.base import Fixable, Rule


class UnusedSuppression(Rule):
    """A suppression that silences nothing, names no rule, or names one that does not exist.

    Why: it hides the next mistake in its place, or was meant to suppress something and does not. The engine reports it,
    and only for rules that ran on all of the suppression's scope.

    Bad:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25  # podhosts: ignore[invalid-ip] typed by hand  # expect: unused-suppression
            hostnames: [db.internal]
          containers: [{name: web, image: web}]

    Good:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.256  # podhosts: ignore[invalid-ip] filled in by the deploy script
            hostnames: [db.internal]
          containers: [{name: web, image: web}]

    Fix safety: safe; a suppression that silences nothing goes, with its reason. None for annotations and comments in a
    Corefile, which are data, and for names that no rule has: another one was meant.
    """

    name = "unused-suppression"
    severity = Severity.WARNING
    fixable = Fixable.SOMETIMES
