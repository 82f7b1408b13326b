from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Severity
from podhosts.kubernetes import (
    edit_distance,
    field,
    is_directive,
    is_foreign_host_aliases,
    is_misspelt_host_aliases,
    is_placeholder,
    normalized,
)
from podhosts.kubernetes.verdicts import unknown_field
from podhosts.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic, Request
    from podhosts.document import Entry
    from podhosts.kubernetes import HostAlias, KubernetesObject, Pod

_ENTRY_FIELDS = ("ip", "hostnames")
#: What other tools and people call the fields of an entry.
_MEANT = {
    **dict.fromkeys(("address", "addr", "ipaddress", "ipaddr", "ipv4", "ipv6", "hostip", "target"), "ip"),
    **dict.fromkeys(
        ("hosts", "host", "names", "name", "hostname", "aliases", "alias", "domains", "domain", "fqdn", "fqdns"),
        "hostnames",
    ),
}


class UnknownField(Rule):
    """A key that the API does not have: in an entry, or one that was meant to be `hostAliases`.

    Why: with strict field validation (kubectl's default) the API server refuses the object (`strict decoding error:
    unknown field "spec.hostAliases[0].hosts"`); server-side apply refuses it always; other clients drop the key without
    a word, and with it the names or the whole list. Keys are case-sensitive. Source: `vectors/apiserver`, category
    structure.

    Bad:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hosts: [db.internal]  # expect: unknown-field
          containers: [{name: web, image: web}]

    Good:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames: [db.internal]
          containers: [{name: web, image: web}]

    Fix safety: none is offered yet.
    """

    name = "unknown-field"
    severity = Severity.ERROR

    def check_object(self, manifest: KubernetesObject) -> Iterator[Diagnostic]:
        for place in self.kinds.places(manifest):
            for name, entry in place.node.fields.items():
                if is_misspelt_host_aliases(name) and place.refuses(name) and not is_placeholder(name):
                    yield self.report(
                        manifest,
                        entry.key,
                        f"`{name}` is no field of the API: {_REFUSED}; did you mean `hostAliases`?",
                        field=field((*place.path, name)),
                        refused_by=place.refused_by,
                    )

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        if not pod.schema.is_of_pod_spec:
            return
        place = None
        for name, entry in pod.spec.fields.items():
            if (advice := self._advice_in_pod_spec(pod, name)) is None:
                continue
            if pod.schema.built_in:
                yield self._report(pod, entry, pod.field(name), advice, unknown_field(pod))
                continue
            place = place or next((place for place in self.kinds.places(pod.object) if place.node is pod.spec), None)
            if place is not None and place.refuses(name):
                yield self._report(pod, entry, pod.field(name), advice, place.refused_by)

    def _advice_in_pod_spec(self, pod: Pod, name: str) -> str | None:
        if name == "hostnameOverride" and pod.schema.built_in and not self.version.knows_hostname_override:
            return f"the field exists since 1.34, not in {self.version}"
        if is_foreign_host_aliases(name):
            return "use `hostAliases`, a list of entries with `ip` and `hostnames`"
        if name in _ENTRY_FIELDS:
            return "it belongs into an entry of `hostAliases`: indent it further"
        return None

    def check_alias(self, alias: HostAlias) -> Iterator[Diagnostic]:
        schema = alias.pod.schema
        # Where nothing is known of the place, a chart may well read keys of its own.
        if schema.untyped_items or schema.keeps_unknown or not schema.typed:
            return
        for name, entry in alias.node.fields.items():
            if name not in schema.entry_fields and not is_directive(name) and not is_placeholder(name):
                refused_by = unknown_field(alias.pod)
                yield self._report(alias, entry, alias.field(name), _did_you_mean(name, alias), refused_by)

    def _report(
        self, where: Pod | HostAlias, entry: Entry, path: str, advice: str, refused_by: tuple[Request, ...]
    ) -> Diagnostic:
        message = f"`{entry.name}` is no field of the API: {_REFUSED}; {advice}"
        return self.report(where, entry.key, message, field=path, refused_by=refused_by)


_REFUSED = "the API server refuses the object, lenient clients drop the key silently"


def _did_you_mean(name: str, alias: HostAlias) -> str:
    wanted = _MEANT.get(normalized(name)) or next(
        (known for known in _ENTRY_FIELDS if edit_distance(normalized(name), known, 2) <= (1 if known == "ip" else 2)),
        None,
    )
    if wanted is None:
        return "an entry has only `ip` and `hostnames`"
    if wanted in alias.node.fields:
        return f"`{wanted}` is already there"
    return f"did you mean `{wanted}`?"
