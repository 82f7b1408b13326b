"""Moving what a volume puts on /etc/hosts: the mounts go, and the volume if nothing else uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.document import written_string
from podhosts.document.placeholders import is_placeholder
from podhosts.edits import Safety
from podhosts.hosts.convert import node_entries, parse_hosts
from podhosts.kubernetes.mounts import MountEffect, effect
from podhosts.kubernetes.objects import mapping, sequence
from podhosts.kubernetes.own_hosts_file import own_hosts_file
from podhosts.moves.aliases import add_aliases
from podhosts.moves.draft import Draft, NoMoveError
from podhosts.moves.titles import move_title
from podhosts.surgery import repair

if TYPE_CHECKING:
    from podhosts.edits import Fix
    from podhosts.hosts.convert import HostsEntry, Skipped
    from podhosts.kubernetes import Mount, Pod
    from podhosts.kubernetes.own_hosts_file import Finder

#: The lists of a container that use a volume.
_USERS = ("volumeMounts", "volumeDevices")
_OTHERS_TOO = "not applied: containers without the mount would get these names too"


def move_config_map(pod: Pod, finder: Finder) -> Fix | None:
    """The fix that moves the ConfigMap's text that containers have on /etc/hosts; None where it is not all known.

    The ConfigMap itself stays, others may use it. For display only where some containers do not mount it.
    """
    mounts: list[Mount] = []
    texts: set[str] = set()
    for container in pod.containers:
        if not any(effect(mount) is MountEffect.OTHER_CONTENT for mount in container.mounts):
            continue
        own = own_hosts_file(container, finder)
        if own is None or own.content is None or effect(own.mount) is not MountEffect.OTHER_CONTENT:
            return None
        mounts.append(own.mount)
        texts.add(own.content.text)
    if len(texts) != 1:
        return None
    text = texts.pop()
    return None if is_placeholder(text) else _move(pod, mounts, text, *parse_hosts(text))


def move_node_file(pod: Pod, mounts: list[Mount], text: str) -> Fix | None:
    """The fix that moves the entries of the node's file, given as text, which these mounts put on /etc/hosts."""
    return _move(pod, mounts, text, *node_entries(text))


def _move(pod: Pod, mounts: list[Mount], text: str, entries: list[HostsEntry], skipped: list[Skipped]) -> Fix | None:
    title = move_title(entries, skipped, text)
    if title is None:
        return None
    reached = {id(mount.container) for mount in mounts}
    reaches_all = all(id(container) in reached for container in pod.containers)
    try:
        draft = Draft(pod.object)
        added = add_aliases(draft, pod, entries)
        removed = _unmount(draft, pod, mounts)
        edits = draft.finish()
    except NoMoveError:
        return None
    words = title.text(added, removed, remark="" if reaches_all else _OTHERS_TOO)
    safety = Safety.UNSAFE if reaches_all else Safety.DISPLAY_ONLY
    return repair(pod.object.document, words, edits, safety, fills=pod.spec)


def _unmount(draft: Draft, pod: Pod, mounts: list[Mount]) -> list[str]:
    """Remove mounts, and their volumes if nothing else uses them; gives what goes, in words."""
    removed: list[str] = []
    for mount in mounts:
        container = mount.container
        draft.remove((*pod.path, container.group, container.index, "volumeMounts", mount.index))
        removed.append(f"the mount of `{written_string(mount.node.get('name'))}`")
    gone = {id(mount.node) for mount in mounts}
    used = {
        written_string(item.get("name"))
        for container in pod.containers
        for users in _USERS
        for node in getattr(sequence(container.node.get(users)), "items", ())
        if (item := mapping(node)) is not None and id(item) not in gone
    }
    for volume in {volume.index: volume for mount in mounts if (volume := mount.volume) is not None}.values():
        if volume.name not in used:
            draft.remove((*pod.path, "volumes", volume.index))
            removed.append(f"the volume `{volume.name}`")
    return removed
