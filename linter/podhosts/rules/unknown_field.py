from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from podhosts.diagnostics import Severity
from podhosts.document import Scalar, contents, string
from podhosts.edits import Safety
from podhosts.hosts.addresses import parse_sloppy
from podhosts.kubernetes import (
    Pod,
    edit_distance,
    is_built_in_workload,
    is_foreign_host_aliases,
    is_misspelt_host_aliases,
    is_placeholder,
    normalized,
)
from podhosts.kubernetes.schemas.refusals import unknown_field
from podhosts.rules.acceptance import is_address, is_list_of_aliases, is_list_of_names, is_single_name
from podhosts.rules.base import Fixable, Rule
from podhosts.rules.names import as_written, meant_list
from podhosts.surgery import move_key, rename_key, repair, wrap_in_list

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic, Request
    from podhosts.document import Document, Entry, Mapping, Node
    from podhosts.edits import Edit, Fix
    from podhosts.kubernetes import HostAlias, KubernetesObject

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

    Fix safety: unsafe, as lenient clients drop the key and the names come to life. A misspelt key is renamed where the
    right one is not there and what stands below it is accepted; an outdented `hostnames` goes into the only entry that
    has none.
    """

    name = "unknown-field"
    severity = Severity.ERROR
    fixable = Fixable.SOMETIMES

    def check_object(self, manifest: KubernetesObject) -> Iterator[Diagnostic]:
        if not any(map(is_misspelt_host_aliases, contents(manifest.node).keys)):
            return
        is_built_in = is_built_in_workload(manifest.api_version, manifest.kind)
        for place in self.kinds.places(manifest):
            is_right = is_built_in and "hostAliases" in place.lists
            for name, entry in place.node.fields.items():
                if is_misspelt_host_aliases(name) and place.refuses(name) and not is_placeholder(name):
                    yield self.report(
                        manifest,
                        entry.key,
                        f"the API has no field `{name}`",
                        why=_REFUSED,
                        help=_list_advice(place.node),
                        field=manifest.field(*place.path, name),
                        refused_by=place.refused_by,
                        fix=self._rename_list(manifest.document, place.node, entry) if is_right else None,
                    )

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        schema = pod.schema
        if schema.is_of_pod_spec:
            yield from self._check_pod_spec(pod)
        # Where nothing is known of the place, a chart may well read keys of its own.
        if schema.typed and not schema.untyped_items and not schema.keeps_unknown:
            addresses = _Addresses(pod)
            for alias in pod.aliases:
                yield from self._check_entry(alias, addresses)

    def _check_pod_spec(self, pod: Pod) -> Iterator[Diagnostic]:
        place = None
        for name, entry in pod.spec.fields.items():
            if name == pod.list_field or (advice := self._advice_in_pod_spec(pod, name)) is None:
                continue
            fix = _indent(pod, entry) if name == "hostnames" else None
            if pod.schema.built_in:
                yield self._report(pod, entry, pod.field(name), advice, unknown_field(pod), fix, "a pod spec")
                continue
            place = place or next((place for place in self.kinds.places(pod.object) if place.node is pod.spec), None)
            if place is not None and place.refuses(name):
                yield self._report(pod, entry, pod.field(name), advice, place.refused_by, fix, "the API")

    def _advice_in_pod_spec(self, pod: Pod, name: str) -> str | None:
        if name == "hostnameOverride" and pod.schema.built_in and not self.version.knows_hostname_override:
            return "remove it, or use Kubernetes 1.34 or later"
        if is_foreign_host_aliases(name):
            return "use `hostAliases`, a list of entries with `ip` and `hostnames`"
        if name in _ENTRY_FIELDS:
            return "indent it into an entry of `hostAliases`"
        return None

    def _check_entry(self, alias: HostAlias, addresses: _Addresses) -> Iterator[Diagnostic]:
        known = alias.pod.schema.entry_fields
        unknown = alias.unknown_entries
        meanings = {name: _meant_by(entry) for name, entry in unknown.items()}
        for name, entry in unknown.items():
            meant = meanings[name]
            is_only = list(meanings.values()).count(meant) == 1
            fix = self._rename(alias, entry, meant, addresses) if meant in known and is_only else None
            refused_by = unknown_field(alias.pod)
            advice = _did_you_mean(meant, alias, entry)
            yield self._report(alias, entry, alias.field(name), advice, refused_by, fix, "an entry")

    def _report(
        self,
        where: Pod | HostAlias,
        entry: Entry,
        path: str,
        advice: str,
        refused_by: tuple[Request, ...],
        fix: Fix | None,
        holder: str,
    ) -> Diagnostic:
        pod = where if isinstance(where, Pod) else where.pod
        return self.report(
            where,
            entry.key,
            f"{holder} has no field `{entry.name}`",
            why=_IGNORED if pod.object.document.piece.language == "toml" else _REFUSED,
            help=advice,
            field=path,
            refused_by=refused_by,
            fix=fix,
        )

    def _rename_list(self, document: Document, mapping: Mapping, entry: Entry) -> Fix | None:
        """Call a key `hostAliases` that nothing else in the mapping can stand for."""
        others = [name for name in mapping.fields if name == "hostAliases" or is_misspelt_host_aliases(name)]
        if others != [entry.name] or not is_list_of_aliases(entry.value, self.version):
            return None
        return _renamed(document, mapping, entry, "hostAliases", fills=mapping)

    def _rename(self, alias: HostAlias, entry: Entry, meant: str, addresses: _Addresses) -> Fix | None:
        """Call a key of an entry by its right name; a single name becomes a list."""
        document, node, value, schema = alias.pod.object.document, alias.node, entry.value, alias.pod.schema
        if meant == "ip":
            is_free = is_address(value, self.version, schema) and addresses.are_once(value)
            return _renamed(document, node, entry, meant) if is_free else None
        if is_list_of_names(value, schema):
            return _renamed(document, node, entry, meant)
        if entry.alias is None and isinstance(value, Scalar) and is_single_name(value, schema):
            return _renamed(document, node, entry, meant, wrap_in_list(document, value))
        return None


class _Addresses:
    """The addresses of a pod's entries, under their right key or another."""

    def __init__(self, pod: Pod) -> None:
        self._pod = pod

    def are_once(self, node: Node) -> bool:
        """Whether no other entry has, or is meant to have, the address in a node: two of one would be refused."""
        return self._counts[string(node)] == 1

    @cached_property
    def _counts(self) -> Counter[str | None]:
        return Counter(
            string(entry.value)
            for alias in self._pod.aliases
            for name, entry in alias.node.fields.items()
            if name == "ip" or _meant_by(entry) == "ip"
        )


def _renamed(
    document: Document,
    mapping: Mapping,
    entry: Entry,
    name: str,
    more: tuple[Edit, ...] | None = (),
    *,
    fills: Mapping | None = None,
) -> Fix | None:
    edits = rename_key(document, mapping, entry, name)
    together = None if edits is None or more is None else (*edits, *more)
    return repair(document, f"Replace `{entry.key.text}` with `{name}`", together, Safety.UNSAFE, fills=fills)


def _indent(pod: Pod, entry: Entry) -> Fix | None:
    """Move `hostnames` beside the list into the only entry that has none."""
    document = pod.object.document
    owners = [alias for alias in pod.aliases if alias.hostnames_node is None and alias.node.fields.keys() == {"ip"}]
    if len(owners) != 1 or not is_list_of_names(entry.value, pod.schema) or entry not in pod.spec.entries:
        return None
    title = f"Indent `hostnames` into the entry of `{owners[0].ip}`"
    return repair(document, title, move_key(document, pod.spec, entry, owners[0].node), Safety.UNSAFE)


_REFUSED = "the API server refuses the object, or silently drops the key without strict field validation"
#: GitLab Runner's configuration is the only TOML that holds pods.
_IGNORED = "GitLab Runner ignores the key, so its pods do not get it"


def meant_field(name: str) -> str | None:
    """The field of an entry that a key stands for."""
    return _MEANT.get(normalized(name)) or next(
        (known for known in _ENTRY_FIELDS if edit_distance(normalized(name), known, 2) <= (1 if known == "ip" else 2)),
        None,
    )


def _meant_by(entry: Entry) -> str | None:
    """The field of an entry that a key stands for; what is called a host may be an address."""
    meant, text = meant_field(entry.name), string(entry.value)
    return "ip" if meant == "hostnames" and text is not None and parse_sloppy(text) else meant


def _did_you_mean(meant: str | None, alias: HostAlias, entry: Entry) -> str:
    if meant is None and parse_sloppy(entry.name) and "ip" not in alias.node.fields:
        return f"write `ip: {as_written(entry.name)}`, and put the names under `hostnames`"
    if meant is None:
        return "remove it"
    if meant in alias.node.fields:
        return "keep only one of this and `ip`" if meant == "ip" else "move the names to the `hostnames` that is there"
    text = string(entry.value)
    if meant == "hostnames" and text is not None and (written := meant_list(text)) is not None:
        return f"write `hostnames: {written}`"
    return f"did you mean `{meant}`?"


def _list_advice(holder: Mapping) -> str:
    is_there = "hostAliases" in holder.fields
    return "move the entries to the `hostAliases` that is there" if is_there else "did you mean `hostAliases`?"
