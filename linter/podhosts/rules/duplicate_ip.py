from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from podhosts.diagnostics import Related, Severity
from podhosts.document import is_null
from podhosts.edits import Safety
from podhosts.hosts.addresses import parse_sloppy
from podhosts.kubernetes import ListType, sequence
from podhosts.kubernetes.schemas.refusals import duplicate_ip, missing_ip
from podhosts.records import record
from podhosts.rules.base import Fixable, Rule
from podhosts.surgery import append_items, remove_items, repair

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.document import Node
    from podhosts.edits import Fix
    from podhosts.kubernetes import HostAlias, Pod

#: How many names a message lists.
_SHOWN = 3
_SEVERITY = {ListType.MAP: Severity.ERROR, ListType.ATOMIC: Severity.INFO, ListType.UNKNOWN: Severity.WARNING}


class DuplicateIp(Rule):
    """Two or more entries with the same `ip`.

    Why: the list is keyed by `ip`. Server-side apply (also Flux, Argo CD and Helm 4 by default) refuses it: `duplicate
    entries for key [ip="10.0.0.1"]`. Client-side `kubectl apply` and Helm 3 accept it at first and lose entries at a
    later change: an edit of a later entry overwrites the first, back and forth at each apply. Kustomize keeps only the
    last entry's names as soon as any strategic patch hits the object. Ways out for a live object: `kubectl replace`,
    `kubectl patch --type=merge` or `--type=json`, or `kubectl apply --server-side --force-conflicts` of the merged
    list. Custom resources whose list is keyed refuse it at create too; where their list is atomic both entries are kept
    (info), where its type is not known nothing certain can be said (warning). Source: `reference/kubernetes.md` 2.2 and
    2.4, `vectors/apiserver`, `vectors/overlays`.

    Bad:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames: [db.internal]
          - ip: 10.0.0.25  # expect: duplicate-ip
            hostnames: [cache.internal]
          containers: [{name: web, image: web}]

    Good:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames: [db.internal, cache.internal]
          containers: [{name: web, image: web}]

    Fix safety: merging the entries keeps the names and their order, but is unsafe on a live object: the next
    client-side `kubectl apply` empties the address until it is applied again, or keeps the old second entry for good
    where the object was not made by apply; use one of the ways out once. Nothing is offered where a comment or another
    key of a later entry would get lost, and where `ip` is no address yet.
    """

    name = "duplicate-ip"
    severity = Severity.ERROR
    fixable = Fixable.SOMETIMES

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        yield from self._check_turns(pod)
        groups = {group[0].ip or "": group for group in pod.repeated(pod.aliases, self._list_key)}
        merged_by_ip = _merged_names(groups) if groups else {}
        for ip, group in groups.items():
            yield self._report(group, merged_by_ip[ip], ip)

    def _check_turns(self, pod: Pod) -> Iterator[Diagnostic]:
        """Entries with a constant address that a template prints once for each iteration of a loop."""
        document = pod.object.document
        if document.template is None or pod.list_entry is None:
            return
        # The reader of templates is imported for the first of them: most runs have none.
        from podhosts.helm.alone import may_repeat

        for alias in pod.aliases:
            if alias.ip_node is None or not alias.ip:
                continue
            branches = document.branches_between(pod.list_entry.key, alias.node)
            if branches and branches[-1].branch == 0 and may_repeat(document.text, branches[-1]):
                keyword = branches[-1].keyword
                yield self.report(
                    alias,
                    alias.ip_node,
                    f"each iteration of `{keyword}` prints an entry with the `ip` `{alias.ip}`",
                    why="two iterations print two entries with the same `ip`, and a later apply loses one",
                    help=f"print one entry, with the `{keyword}` inside `hostnames`",
                    field=alias.field("ip"),
                    severity=_SEVERITY[pod.schema.list_type],
                )

    def _list_key(self, alias: HostAlias) -> str | None:
        """The key under which the list holds the entry; None where it has none, or where missing-ip says it already."""
        if alias.ip:
            return alias.ip
        node = alias.ip_node
        if node is not None and alias.ip is None and not is_null(node):
            return None
        schema = alias.pod.schema
        defaults = self.version.ip_has_default if schema.built_in else schema.ip_has_default
        written_as = None if node is None else "null" if alias.ip is None else "empty"
        is_reported = set(missing_ip(alias.pod, self.version, written_as=written_as)) >= set(duplicate_ip(alias.pod))
        return "" if (defaults or node is not None) and not is_reported else None

    def _report(self, group: list[HostAlias], merged: _MergedNames, ip: str) -> Diagnostic:
        """One finding for all entries with this ip, at the second; the first and all further ones are related."""
        first, second, *further = group
        pod = second.pod
        shown = f"`{ip}` is already the `ip` of entry {first.index + 1}" if ip else f"{len(group)} entries have no `ip`"
        return self.report(
            second,
            _place(second),
            shown,
            why=_consequence(second, merged, len(group)) + _nothing_new(group, merged),
            help=_advice(group, merged),
            field=second.field("ip"),
            severity=_SEVERITY[pod.schema.list_type],
            refused_by=duplicate_ip(pod),
            related=[
                Related((first.ip_node or first.node).span, "first listed here"),
                *(Related(_place(alias).span, "listed here too") for alias in further),
            ],
            # Words that stand for addresses to come (`NODE_IP`) may stand for different ones.
            fix=_merge(group, merged) if parse_sloppy(ip) else None,
        )


@record(frozen=True, slots=True)
class _MergedNames:
    """The names that merging leaves of all entries with one ip; worked out once, however many they are."""

    first_names: dict[str, None]
    after_kustomize: str
    #: For each later entry, by index, the names that none before it has.
    new_names: dict[int, list[str]]


def _merged_names(groups: dict[str, list[HostAlias]]) -> dict[str, _MergedNames]:
    """The merged names of each ip that several entries have; Kustomize's model is asked once, about all of them."""
    # The models are imported for the first finding that needs them: most runs have none.
    from podhosts.merging import kustomize_collapse

    entries = [{"ip": ip, "hostnames": _names(alias)} for ip, group in groups.items() if ip for alias in group]
    kept = {entry["ip"]: entry["hostnames"] for entry in kustomize_collapse(entries) if isinstance(entry, dict)}
    return {
        ip: _MergedNames(dict.fromkeys(_names(group[0])), _after_kustomize(group, kept.get(ip, [])), _new_names(group))
        for ip, group in groups.items()
    }


def _new_names(group: list[HostAlias]) -> dict[int, list[str]]:
    seen: set[str] = set()
    new: dict[int, list[str]] = {}
    for alias in group:
        new[alias.index] = list(dict.fromkeys(name for name in _names(alias) if name not in seen))
        seen.update(new[alias.index])
    return new


def _merge(group: list[HostAlias], merged: _MergedNames) -> Fix | None:
    """Add the names of all later entries to the first one of their address, and remove them.

    None where a comment or another key of one of them would get lost.
    """
    first, *later = group
    pod = first.pod
    document, items = pod.object.document, sequence(pod.spec.get(pod.list_field))
    target = sequence(first.hostnames_node)
    if items is None or document.is_partial(items) or not all(map(_holds_names_only, later)):
        return None
    removal = remove_items(document, items, [alias.index for alias in later])
    new = [name for alias in later for name in merged.new_names[alias.index]]
    addition = () if not new else append_items(document, target, new) if target else None
    if removal is None or addition is None or any(document.comments_in(edit.span) for edit in removal):
        return None
    known: dict[str, None] = {}
    for alias in later:
        added = set(merged.new_names[alias.index])
        known |= dict.fromkeys(name for name in _names(alias) if name not in added)
    title = (
        (f"Merge {len(later)} entries" if len(later) > 1 else "Merge")
        + f" into entry {first.index + 1} of `{first.ip}`"
        + (f", which has {', '.join(f'`{name}`' for name in known)} already" if known else "")
        + "; bring it to a live object with `kubectl replace`"
    )
    return repair(document, title, (*addition, *removal), Safety.UNSAFE)


def _holds_names_only(alias: HostAlias) -> bool:
    """Whether an entry holds nothing but an address and names that are known."""
    if alias.node.duplicates:
        # The one that kubectl drops may be the one that was meant.
        return False
    names = alias.hostnames_node
    listed = sequence(names)
    if listed is None and names is not None and not is_null(names):
        # Of a wrong type: what it says would get lost.
        return False
    return alias.node.fields.keys() <= {"ip", "hostnames"} and (listed is None or len(listed.items) == len(alias.names))


def _place(alias: HostAlias) -> Node:
    """The address of an entry, or the entry where none is written."""
    node = alias.ip_node
    return node if node is not None and node.end > node.start else alias.node


def _consequence(alias: HostAlias, merged: _MergedNames, count: int) -> str:
    schema = alias.pod.schema
    if schema.list_type is ListType.ATOMIC:
        return "both are kept here" if count == 2 else f"all {count} are kept here"
    if schema.list_type is ListType.UNKNOWN:
        return "where the list becomes a pod's hostAliases, a later apply may drop one"
    if not schema.built_in:
        return "the API server refuses the object"
    return (
        f"server-side apply refuses the object, {merged.after_kustomize}, and a later client-side `kubectl apply` that "
        f"edits this entry {_after_apply(alias, merged)}"
    )


def _advice(group: list[HostAlias], merged: _MergedNames) -> str:
    second, *further = group[1:]
    if not second.ip:
        return "give each entry an address of its own"
    if _nothing_new(group, merged):
        return "keep only the first entry" if further else "remove this entry"
    return "put all names in one entry"


def _nothing_new(group: list[HostAlias], merged: _MergedNames) -> str:
    """A clause about later entries that add no name to the first one; often one value that a chart prints twice."""
    later = group[1:]
    if not later[0].ip or any(merged.new_names[alias.index] for alias in later):
        return ""
    return "; this entry adds no name" if len(later) == 1 else f"; the other {len(later)} entries add no name"


def _after_kustomize(group: list[HostAlias], left: list[str]) -> str:
    """A clause: the names that any Kustomize patch of the object leaves of the entries; `left` are these names."""
    kept = dict.fromkeys(left)
    if all(name in kept for alias in group for name in _names(alias)):
        return "any Kustomize patch keeps only the last of these entries"
    return (
        f"any Kustomize patch keeps only {_shown(kept)} for it"
        if kept
        else "any Kustomize patch leaves it without names"
    )


def _after_apply(alias: HostAlias, merged: _MergedNames) -> str:
    """A clause: the effect of client-side `kubectl apply` on the first entry when this later one is edited.

    It always overwrites the first, whatever else the list holds (proof: `tests/test_merging_properties.py`).
    """
    mine = set(_names(alias))
    lost = len(merged.first_names) - sum(name in merged.first_names for name in mine)
    if not lost:
        return "changes the first one instead"
    return f"overwrites {_shown(islice((name for name in merged.first_names if name not in mine), _SHOWN), lost)}"


def _names(alias: HostAlias) -> list[str]:
    return [str(node.value) for _, node in alias.names]


def _shown(names: Iterable[str], count: int | None = None) -> str:
    """The first names, and how many more there are; `count` is the number of all."""
    listed = [f"`{name}`" if name else "an empty name" for name in names]
    more = (len(listed) if count is None else count) - _SHOWN
    if more > 0:
        return f"{', '.join(listed[:_SHOWN])} and {more} more"
    return " and ".join([", ".join(listed[:-1]), listed[-1]] if listed[1:] else listed)
