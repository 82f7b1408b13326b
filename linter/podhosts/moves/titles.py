"""What a move says it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from podhosts.hosts.convert import KUBELETS_OWN

if TYPE_CHECKING:
    from podhosts.hosts.convert import HostsEntry, Skipped

_MOST_SHOWN = 3
COMMENTS_LOST = "without their comments, for which a flow list has no place"


class MoveTitle(NamedTuple):
    """The parts of a title: what is moved, and the names that the kubelet writes itself."""

    moved: str
    left_out: tuple[str, ...]

    def text(self, *, keeps_comments: bool = True, remark: str = "") -> str:
        """The title in one line."""
        notes = []
        if self.left_out:
            notes.append(f"left out: {', '.join(self.left_out)}")
        if not keeps_comments:
            notes.append(COMMENTS_LOST)
        if remark:
            notes.append(remark)
        return f"Move {self.moved} to `hostAliases`" + (f" ({'; '.join(notes)})" if notes else "")


def written(entries: list[HostsEntry]) -> str:
    """The entries as lines of a hosts file, or their number where they are many."""
    if len(entries) > _MOST_SHOWN:
        return f"{len(entries)} addresses"
    return ", ".join(f"`{' '.join((entry.ip, *entry.hostnames))}`" for entry in entries)


def move_title(entries: list[HostsEntry], skipped: list[Skipped]) -> MoveTitle | None:
    """The title of a move of these entries; None where there is none, or one cannot become an alias."""
    if not entries or any(item.reason != KUBELETS_OWN for item in skipped):
        return None
    return MoveTitle(written(entries), tuple(dict.fromkeys(f"`{item.text}`" for item in skipped)))
