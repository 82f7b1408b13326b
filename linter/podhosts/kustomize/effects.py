"""What patches do to `hostAliases` that their text does not say.

Source: `vectors/overlays` (README, "What an author must know: kustomize"), Kustomize 5.8.2 and 5.5.0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from podhosts.document import Mapping
from podhosts.hosts.addresses import parse_sloppy
from podhosts.kubernetes import is_placeholder
from podhosts.kustomize.json_patch import steps
from podhosts.kustomize.located import List, LocatedString, Map, locate_map, lookup, place_of, written_at
from podhosts.kustomize.model import Kustomization, documents_in
from podhosts.kustomize.resources import Resource
from podhosts.merging.values import DIRECTIVE
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.document import Document
    from podhosts.kustomize.building import PatchedObject, PatchTargets
    from podhosts.kustomize.selectors import Id
    from podhosts.placed import Place

_LIST = "hostAliases"
#: In the place of a list that a patch does not have, unlike one that it sets to null.
_ABSENT = object()
#: Directives of `kubectl patch` that Kustomize does not know and copies into what it builds.
_UNKNOWN_DIRECTIVES = ("$setElementOrder/hostAliases", "$deleteFromPrimitiveList/hostnames", "$retainKeys")


class ListedAlias(NamedTuple):
    """An entry of a list, as the models of the hosts file take it."""

    value: Map
    ip: str
    names: tuple[str, ...]

    @property
    def place(self) -> Place:
        """Its address, or where it begins."""
        return place_of(self.value.get("ip")) or written_at(self.value.placed, self.value.node)


class Lost(NamedTuple):
    """Entries that the list had before a patch and that it did not ask to remove.

    `by`: entries of one `ip` collapse into the last one (`because`), an entry without `ip` in the patch or the base
    (`because`) takes others with it, the patch replaces the list of a kind without schema, or `op: add` replaces the
    list that is there.
    """

    by: Literal["collapse", "missing ip", "missing ip in the base", "no schema", "add"]
    lost: tuple[ListedAlias, ...]
    because: ListedAlias | None = None


class WithoutEffect(NamedTuple):
    """An entry of a patch of which nothing is left: why, the entry that stays in its place, and others that go too."""

    by: Literal["duplicates in the base", "duplicates in the patch", "directive"]
    ip: str
    kept: ListedAlias
    lost: tuple[ListedAlias, ...] = ()


class KeepsOld(NamedTuple):
    """A name to which a patch adds an address beside the old one; `entries` is the list after the patch."""

    name: str
    ip: str
    old: ListedAlias
    entries: tuple[ListedAlias, ...]


class DeletesNothing(NamedTuple):
    """A `$patch: delete` of an `ip` that no entry has; `entries` is the list."""

    ip: str
    entries: tuple[ListedAlias, ...]


class ClearsNothing(NamedTuple):
    """`hostAliases: []` in a patch, which leaves the entries there are."""

    entries: tuple[ListedAlias, ...]


class Leftover(NamedTuple):
    """A directive that is not carried out but stays in what Kustomize builds."""

    key: str
    id: Id | None


class MatchesNothing(NamedTuple):
    """A target that no object fits; `near` are objects that fit all of it but one field, `field`."""

    field: str | None
    near: tuple[tuple[Place, Id], ...]


class IgnoredDocument(NamedTuple):
    """A document behind a JSON 6902 patch, which is not read."""


What = Lost | WithoutEffect | KeepsOld | DeletesNothing | ClearsNothing | Leftover | MatchesNothing | IgnoredDocument


class Effect(NamedTuple):
    """One thing that a patch does, where it is to blame, and the patched object."""

    place: Place
    what: What
    id: Id | None
    path: tuple[str | int, ...] = ()


def effects(changes: Iterable[PatchedObject]) -> Iterator[Effect]:
    """What the changes of all builds do. Steps that do nothing count only if they do nothing to any object."""
    idle: dict[int, Effect] = {}
    busy: set[int] = set()
    seen: dict[int, set[str]] = {}
    for change in changes:
        if isinstance(change.patch, Map):
            yield from leftovers(change.patch, change.id if not change.is_keyed else None)
        if not change.is_certain:
            busy |= {id(entry.node) for entry in _entry_maps(change.patch)}
            continue
        for path, before, after, patch in _lists(change):
            if isinstance(change.patch, List):
                yield from _of_json_patch(change, path, before, after)
            elif change.is_keyed:
                yield from _of_merge(change, path, before, after, patch)
                had = seen.setdefault(id(change.before.node), set())
                had |= {entry.ip for entry in _entries(before)}
                for key, effect in _deletions(change, path, before, after, patch, had):
                    if effect is None:
                        busy.add(key)
                    else:
                        idle.setdefault(key, effect)
            else:
                yield from _of_replacement(change, path, before, after, patch)
    yield from (effect for key, effect in idle.items() if key not in busy)


def has_aliases(value: Map) -> bool:
    """Whether an object has a hostAliases list that says something."""
    return any(found[_LIST] for _, found in _maps(value) if _LIST in found)


def is_as_written(value: Map) -> bool:
    """Whether an object has the name and the lists that stand in its file."""
    written = locate_map(value.node, value.placed)
    return Resource(written).id == Resource(value).id and _at(written) == _at(value)


def leftovers(patch: Map, known: Id | None = None) -> Iterator[Effect]:
    """The directives in a patch that Kustomize leaves in its output.

    `known` is the patched object if its kind is one without schema: `$patch` items of its list then stay too.
    """
    for path, value in _maps(patch):
        for entry in value.node.entries:
            is_item = isinstance(path[-1] if path else None, int) and _LIST in path
            name = entry.key.text
            unknown = name in _UNKNOWN_DIRECTIVES and (is_item or name.endswith(f"/{_LIST}"))
            if unknown or (known is not None and is_item and name == DIRECTIVE):
                about = None if unknown else known
                yield Effect(written_at(value.placed, entry.key), Leftover(name, about), about, (*path, name))


def inline_leftovers(document: Document) -> Iterator[Effect]:
    """`leftovers` of the patches that stand in a kustomization itself; other files are not looked at."""
    kustomization = Kustomization(document)
    for patch in (*kustomization.strategic_patches(), *kustomization.patches()):
        for placed in documents_in(patch.inline) if patch.inline is not None else ():
            if isinstance(root := placed.document.root, Mapping):
                yield from leftovers(locate_map(root, placed))


def without_target(choices: Iterable[PatchTargets]) -> Iterator[Effect]:
    """The patches of hosts that fit no object in any build."""
    for choice in choices:
        if choice.hits or not choice.is_certain or choice.target is None or not _is_about_hosts(choice.patch):
            continue
        near = choice.near_misses()
        name, objects = near if near else (None, ())
        at = place_of(choice.target.get(name) if name else None) or place_of(choice.target)
        if at is not None:
            yield Effect(at, MatchesNothing(name, objects), None)


def _is_about_hosts(patch: Map | List) -> bool:
    if isinstance(patch, Map):
        return any(_LIST in value for _, value in _maps(patch))
    return any(_LIST in steps(str(lookup(operation, "path"))) for operation in patch)


def _of_merge(change: PatchedObject, path: _Path, before: object, after: object, patch: object) -> Iterator[Effect]:
    """A strategic merge into a list that is merged by `ip`."""
    old, new, mine = _entries(before), _entries(after), _entries(patch)
    if _is_about_whole_list(patch):
        yield from _duplicates_in_patch(change, path, new, mine, patch)
        return
    if isinstance(patch, List) and not patch and old:
        yield Effect(written_at(patch.placed, patch.node), ClearsNothing(old), change.id, path)
    deleted = {str(item.get("ip")) for item in _items(patch) if item.get(DIRECTIVE) == "delete"}
    left = {id(entry.value.node) for entry in new}
    kept = {entry.ip: entry for entry in new}
    named = {entry.ip: entry for entry in reversed(mine)}
    lost = [entry for entry in old if id(entry.value.node) not in left and entry.ip not in deleted]
    if lost and (bare := _without_ip(mine)):
        step = (*path, _index(patch, bare))
        yield Effect(bare.place, Lost("missing ip", tuple(lost)), change.id, step)
        return
    if lost and (bare := _without_ip(old)):
        place, step = _place_in(patch, path, change.patch)
        yield Effect(place, Lost("missing ip in the base", tuple(lost), bare), change.id, step)
        return
    by_ip: dict[str, tuple[ListedAlias, ...]] = {}
    for entry in lost:
        if not is_placeholder(entry.ip) and not set(entry.names) <= set(_names(kept.get(entry.ip))):
            by_ip[entry.ip] = (*by_ip.get(entry.ip, ()), entry)
    told = set()
    for ip, effect in _idle_entries(change, path, old, kept, patch, by_ip):
        told.add(ip)
        yield effect
    for ip in told:
        by_ip.pop(ip, None)
    for ip, gone in by_ip.items():
        at = named.get(ip)
        place, step = (at.place, (*path, _index(patch, at), "ip")) if at else _place_in(patch, path, change.patch)
        yield Effect(place, Lost("collapse", gone, kept.get(ip)), change.id, step)
    yield from _duplicates_in_patch(change, path, new, [entry for entry in mine if entry.ip not in told], patch)
    yield from _kept_names(change, path, old, new)


def _idle_entries(
    change: PatchedObject,
    path: _Path,
    old: tuple[ListedAlias, ...],
    kept: dict[str, ListedAlias],
    patch: object,
    lost: dict[str, tuple[ListedAlias, ...]],
) -> Iterator[tuple[str, Effect]]:
    """Entries of a patch whose names do not arrive, because the base has several of that `ip` or for a directive."""
    left = {id(names.node) for entry in kept.values() if isinstance(names := entry.value.get("hostnames"), List)}
    for index, item in enumerate(_items(patch)):
        names, ip = item.get("hostnames"), str(item.get("ip"))
        if not isinstance(names, List) or id(names.node) in left or item.get(DIRECTIVE) == "delete" or ip not in kept:
            continue
        if set(names) == set(kept[ip].names) or is_placeholder(ip):
            continue
        if sum(entry.ip == ip for entry in old) > 1:
            what = WithoutEffect("duplicates in the base", ip, kept[ip], lost.get(ip, ()))
            place, step = place_of(item.get("ip")), "ip"
        elif DIRECTIVE in item:
            what = WithoutEffect("directive", ip, kept[ip])
            place, step = _directive_place(item), DIRECTIVE
        else:
            continue
        if place is not None:
            yield ip, Effect(place, what, change.id, (*path, index, step))


def _duplicates_in_patch(
    change: PatchedObject, path: _Path, new: Iterable[ListedAlias], mine: Iterable[ListedAlias], patch: object
) -> Iterator[Effect]:
    """Entries of one `ip` in the patch, of which one is left."""
    groups: dict[str, list[ListedAlias]] = {}
    for entry in mine:
        groups.setdefault(entry.ip, []).append(entry)
    for ip, group in groups.items():
        kept = next((entry for entry in new if entry.ip == ip), None)
        if len(group) < 2 or kept is None or is_placeholder(ip):
            continue
        gone = next((entry for entry in group if not set(entry.names) <= set(kept.names)), None)
        if gone is not None:
            what = WithoutEffect("duplicates in the patch", ip, kept)
            yield Effect(gone.place, what, change.id, (*path, _index(patch, gone), "ip"))


def _deletions(
    change: PatchedObject, path: _Path, before: object, after: object, patch: object, had: set[str]
) -> Iterator[tuple[int, Effect | None]]:
    """Each `$patch: delete` of an `ip`: an effect if no entry has it or `had` it, else None."""
    old = _entries(before)
    left = {id(entry.value.node) for entry in _entries(after)}
    for index, item in enumerate(_items(patch)):
        ip = item.get("ip")
        if item.get(DIRECTIVE) != "delete" or not isinstance(ip, LocatedString) or is_placeholder(ip):
            continue
        # Nothing is amiss where nothing of the base is left.
        is_idle = ip not in had and bool({id(entry.value.node) for entry in old} & left)
        effect = Effect(written_at(ip.placed, ip.node), DeletesNothing(ip, old), change.id, (*path, index, "ip"))
        yield id(item.node), effect if is_idle else None


def _kept_names(
    change: PatchedObject, path: _Path, old: tuple[ListedAlias, ...], new: tuple[ListedAlias, ...]
) -> Iterator[Effect]:
    """Names to which the patch adds an address of the same family beside the only one they had."""
    had: dict[tuple[str, int], list[ListedAlias]] = {}
    for entry in old:
        for name in dict.fromkeys(map(str.lower, entry.names)):
            if (version := _version(entry.ip)) is not None:
                had.setdefault((name, version), []).append(entry)
    still = {id(entry.value.node): entry for entry in new}
    placed = change.patch.placed
    for index, entry in enumerate(new):
        names, version = entry.value.get("hostnames"), _version(entry.ip)
        if entry.value.placed is not placed or version is None or not isinstance(names, List):
            continue
        for written in names:
            name = str(written).lower()
            before = had.get((name, version), [])
            if len(before) != 1 or before[0].ip == entry.ip or not isinstance(written, LocatedString):
                continue
            now = still.get(id(before[0].value.node))
            if now is not None and name in map(str.lower, now.names):
                what = KeepsOld(str(written), entry.ip, before[0], new)
                yield Effect(written_at(written.placed, written.node), what, change.id, (*path, index, "hostnames"))


def _of_replacement(
    change: PatchedObject, path: _Path, before: object, after: object, patch: object
) -> Iterator[Effect]:
    """A patch of a kind without schema: its list replaces the other one."""
    if isinstance(patch, List) and not _is_about_whole_list(patch) and (lost := _vanished(before, after)):
        yield Effect(_place_in(patch, path, change.patch)[0], Lost("no schema", lost), change.id, path)


def _of_json_patch(change: PatchedObject, path: _Path, before: object, after: object) -> Iterator[Effect]:
    pointer = list(map(str, path))
    for index, operation in enumerate(change.patch):
        at = lookup(operation, "path")
        if lookup(operation, "op") == "add" and isinstance(at, LocatedString) and steps(at) == pointer:
            if lost := _vanished(before, after):
                yield Effect(written_at(at.placed, at.node), Lost("add", lost), change.id, (index, "path"))
            return
    yield from _kept_names(change, path, _entries(before), _entries(after))


def _vanished(before: object, after: object) -> tuple[ListedAlias, ...]:
    """The entries whose names are gone, if no address of the old list is in the new one: then it is not restated."""
    old, new = _entries(before), _entries(after)
    if not new or {entry.ip for entry in old} & {entry.ip for entry in new}:
        return ()
    names = {name for entry in new for name in entry.names}
    return tuple(entry for entry in old if not set(entry.names) & names)


_Path = tuple[str | int, ...]


def _lists(change: PatchedObject) -> Iterator[tuple[_Path, object, object, object]]:
    """Each `hostAliases` list of the object: its path, the list before, after, and what the patch has there."""
    before, after = _at(change.before), _at(change.after or {})
    patch = _at(change.patch) if isinstance(change.patch, Map) else {}
    if change.after is None:
        return
    for path in {**before, **after, **patch}:
        yield path, before.get(path), after.get(path), patch.get(path, _ABSENT)


def _at(value: object) -> dict[_Path, object]:
    return {(*path, _LIST): found[_LIST] for path, found in _maps(value) if _LIST in found}


def _maps(value: object) -> Iterator[tuple[_Path, Map]]:
    """Every mapping in a value, with its path."""
    stack: list[tuple[_Path, object]] = [((), value)]
    while stack:
        path, found = stack.pop()
        if isinstance(found, Map):
            yield path, found
        if isinstance(found, dict):
            stack += [((*path, key), item) for key, item in reversed(found.items())]
        elif isinstance(found, list):
            stack += [((*path, index), item) for index, item in reversed(list(enumerate(found)))]


def _items(value: object) -> list[Map]:
    return [item for item in value if isinstance(item, Map)] if isinstance(value, list) else []


def _entry_maps(patch: Map | List) -> Iterator[Map]:
    for listed in _at(patch).values():
        yield from _items(listed)


def _entries(value: object) -> tuple[ListedAlias, ...]:
    """The entries of a list, without the steps of a patch."""
    return tuple(
        ListedAlias(item, str(item.get("ip") or ""), _names_of(item)) for item in _items(value) if DIRECTIVE not in item
    )


def _without_ip(entries: Iterable[ListedAlias]) -> ListedAlias | None:
    return next((entry for entry in entries if not entry.ip), None)


def _names_of(item: Map) -> tuple[str, ...]:
    names = item.get("hostnames")
    return tuple(name for name in names if isinstance(name, str)) if isinstance(names, list) else ()


def _names(entry: ListedAlias | None) -> tuple[str, ...]:
    return entry.names if entry else ()


def _index(patch: object, entry: ListedAlias) -> int:
    return next((index for index, item in enumerate(_items(patch)) if item is entry.value), 0)


def _is_about_whole_list(patch: object) -> bool:
    """Whether the patch says what becomes of the list as a whole, so that nothing of the old one is expected."""
    if not isinstance(patch, List):
        return patch is not _ABSENT
    first = next((item for item in _items(patch) if DIRECTIVE in item), None)
    return first is not None and len(first) == 1 and str(first[DIRECTIVE]) in {"replace", "delete"}


def _directive_place(item: Map) -> Place | None:
    found = (entry.key for entry in item.node.entries if entry.key.text == DIRECTIVE)
    return next((written_at(item.placed, key) for key in found), None)


def _place_in(listed: object, path: _Path, patch: Map | List) -> tuple[Place, _Path]:
    """The key of the patch's list, or the name by which the patch says what it is for; and its path."""
    for _, value in _maps(patch):
        for entry in value.node.entries:
            if listed is not _ABSENT and entry.key.text == _LIST:
                return written_at(value.placed, entry.key), path
    name = place_of(lookup(patch, "metadata", "name"))
    return (name, ("metadata", "name")) if name is not None else (written_at(patch.placed, patch.node), ())


def _version(ip: str) -> int | None:
    address = None if is_placeholder(ip) else parse_sloppy(ip)
    return address.version if address is not None else None
