"""Adding entries to a pod's hostAliases, merged by address with those that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.document import Scalar
from podhosts.edits import Fix, Safety
from podhosts.hosts.addresses import reading
from podhosts.kubernetes.objects import sequence
from podhosts.moves.draft import Draft, NoMoveError
from podhosts.moves.titles import Added, without_comments, written
from podhosts.records import replace
from podhosts.surgery import Commented, append_items, insert_key, repair

if TYPE_CHECKING:
    from collections.abc import Iterable

    from podhosts.hosts.convert import HostsEntry
    from podhosts.kubernetes import HostAlias, Pod
    from podhosts.surgery import Value


def extend(pod: Pod, entries: list[HostsEntry]) -> Fix | None:
    """The fix that adds entries to a pod, which changes nothing else; None where the list cannot be extended."""
    try:
        draft = Draft(pod.object)
        added = add_aliases(draft, pod, entries)
        edits = draft.finish()
    except NoMoveError:
        return None
    if not edits:
        return Fix("all names are there already", ())
    title = "added " + written(entries)
    if added.lost_comments:
        title += f" ({without_comments(added.lost_comments)})"
    return repair(pod.object.document, title, edits, Safety.UNSAFE, fills=pod.spec)


def add_aliases(draft: Draft, pod: Pod, entries: Iterable[HostsEntry]) -> Added:
    """Add entries to a pod; names whose address has an entry join it, in order. Comments become YAML comments.

    A flow list has no place for comments. Raises RefusedError where the list cannot be extended, or is not one.
    """
    existing = {reading(alias.ip): alias for alias in reversed(pod.aliases) if alias.ip is not None}
    added = Added([], [])
    new: list[HostsEntry] = []
    for entry in entries:
        alias = existing.get(reading(entry.ip))
        if alias is None:
            new.append(entry)
        else:
            keeps_comment = _join(draft, alias, entry, added)
            if entry.comment and not keeps_comment:
                added.lost_comments.append(entry.comment)
    if new and not _append(draft, pod, new):
        added.lost_comments.extend(entry.comment for entry in new if entry.comment)
    return added


def _join(draft: Draft, alias: HostAlias, entry: HostsEntry, added: Added) -> bool:
    """Add the names of an entry to an alias of the same address; gives whether the comment was kept."""
    present = {node.text for _, node in alias.names}
    names = [name for name in entry.hostnames if name not in present]
    known = tuple(name for name in entry.hostnames if name in present)
    if known:
        added.known.append(replace(entry, hostnames=known))
    if not names:
        return False
    path = (*alias.pod.path, alias.pod.list_field, alias.index)
    listed = sequence(alias.hostnames_node)
    if listed is None:
        if alias.hostnames_node is not None:
            raise NoMoveError
        draft.make(insert_key(draft.document, alias.node, "hostnames", list(names)))
        draft.data(path)["hostnames"] = names
        return False
    commented: list[Value] = [Commented(names[0], entry.comment), *names[1:]] if entry.comment else list(names)
    edits = append_items(draft.document, listed, commented)
    keeps_comment = edits is not None
    draft.make(edits or append_items(draft.document, listed, list(names)))
    draft.data((*path, "hostnames")).extend(names)
    return keeps_comment


def _append(draft: Draft, pod: Pod, entries: list[HostsEntry]) -> bool:
    """Add entries of new addresses, with the key if need be; gives whether all comments were kept."""
    bare: list[Value] = [{"ip": entry.ip, "hostnames": list(entry.hostnames)} for entry in entries]
    commented: list[Value] = [
        Commented(value, entry.comment) if entry.comment else value for value, entry in zip(bare, entries, strict=True)
    ]
    listed = pod.spec.get(pod.list_field)
    is_empty = isinstance(listed, Scalar) and listed.value is None
    if listed is not None and sequence(listed) is None and not is_empty:
        raise NoMoveError
    data = draft.data(pod.path)
    present = data.get(pod.list_field) or []
    data[pod.list_field] = [*present, *({"ip": entry.ip, "hostnames": list(entry.hostnames)} for entry in entries)]
    for values in (commented, bare):
        existing = sequence(listed)
        if existing is not None:
            edits = append_items(draft.document, existing, values)
        elif is_empty:
            raise NoMoveError
        else:
            edits = insert_key(draft.document, pod.spec, pod.list_field, values, before="containers")
        if edits is not None:
            draft.make(edits)
            return values is commented or not any(entry.comment for entry in entries)
    raise NoMoveError
