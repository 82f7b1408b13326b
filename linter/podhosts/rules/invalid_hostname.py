from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Severity, Words
from podhosts.document import Scalar
from podhosts.edits import Safety
from podhosts.hosts.names import subdomain_refusals
from podhosts.kubernetes import sequence
from podhosts.kubernetes.schemas.refusals import refused_value
from podhosts.rules.acceptance import is_name
from podhosts.rules.base import Fixable, Rule, consequence_of
from podhosts.rules.names import looks_unfilled, name_advice
from podhosts.surgery import repair, replace_scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.edits import Fix
    from podhosts.kubernetes import HostAlias


class InvalidHostname(Rule):
    """A name that is not a lower-case RFC 1123 subdomain.

    Why: the API server refuses the whole object (`a lowercase RFC 1123 subdomain must consist of lower case
    alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character`): upper case,
    underscores, wildcards, a trailing dot, blanks. Custom resources pass, and their pods are refused later.
    Source: `vectors/apiserver`, category hostname.

    Bad:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames:
            - db.internal
            - Legacy_DB.internal  # expect: invalid-hostname
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
            - legacy-db.internal
          containers: [{name: web, image: web}]

    Fix safety: unsafe; upper case becomes lower case and a trailing dot goes, where the name is accepted then. Which
    name was meant otherwise is a guess, and a word in capitals looks like a placeholder.
    """

    name = "invalid-hostname"
    severity = Severity.ERROR
    fixable = Fixable.SOMETIMES

    def check_alias(self, alias: HostAlias) -> Iterator[Diagnostic]:
        names = sequence(alias.hostnames_node)
        for index, node in enumerate(names.items if names else ()):
            if not isinstance(node, Scalar) or not (isinstance(node.value, str) or node.value is None):
                continue
            name = node.value or ""
            broken = alias.pod.schema.hostname.refusal(name)
            refused_by = refused_value(alias.pod, self.version, broken)
            consequence = consequence_of(refused_by)
            shown = f"`{name}`" if name else "an empty name"
            if subdomain_refusals(name):
                words = Words(f"{shown} is not a valid host name", consequence, name_advice(name, node.style))
            elif broken is not None:
                words = Words(f"{shown} {broken}", f"{consequence}, because its CRD does not allow this")
            else:
                continue
            yield self.report(
                alias,
                node,
                words,
                field=alias.field("hostnames", index),
                refused_by=refused_by,
                fix=_fix(alias, node, name),
            )


def _fix(alias: HostAlias, node: Scalar, name: str) -> Fix | None:
    wanted = name.lower().removesuffix(".")
    if wanted == name or looks_unfilled(name) or not is_name(wanted, alias.pod.schema):
        return None
    document = alias.pod.object.document
    return repair(document, f"Replace `{name}` with `{wanted}`", replace_scalar(document, node, wanted), Safety.UNSAFE)
