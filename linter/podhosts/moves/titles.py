"""The titles of moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.hosts.convert import KUBELETS_OWN
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from podhosts.hosts.convert import HostsEntry, Skipped

_MOST_SHOWN = 3


class Added(NamedTuple):
    """The rest of entries that were added to a list: names that were there already, and comments without a place."""

    known: list[HostsEntry]
    lost_comments: list[str]


class MoveTitle(NamedTuple):
    """The parts of a title: what is moved, and the names that the kubelet writes itself."""

    moved: str
    left_out: tuple[str, ...]

    def text(self, added: Added, removed: Iterable[str] = (), remark: str = "") -> str:
        """The title in one line; `removed` is what goes beside what is moved, each a phrase."""
        notes = []
        if self.left_out:
            notes.append(f"left out: {', '.join(self.left_out)}")
        # Where the entries are listed, so are these.
        if added.known and "`" not in self.moved:
            notes.append(f"already there: {written(added.known, all_of_them=True)}")
        if added.lost_comments:
            notes.append(without_comments(added.lost_comments))
        if remark:
            notes.append(remark)
        others = "".join(f" and remove {phrase}" for phrase in dict.fromkeys(removed))
        return f"Move {self.moved} to `hostAliases`{others}" + (f" ({'; '.join(notes)})" if notes else "")


def without_comments(comments: Iterable[str]) -> str:
    """The words about comments that are not kept."""
    return f"without the comment {', '.join(f'`# {comment}`' for comment in comments)}, for which there is no place"


def written(entries: list[HostsEntry], *, all_of_them: bool = False) -> str:
    """The entries as lines of a hosts file; or their number where they are many, and not all are asked for."""
    if len(entries) > _MOST_SHOWN and not all_of_them:
        return f"{len(entries)} addresses"
    return ", ".join(f"`{' '.join((entry.ip, *entry.hostnames))}`" for entry in entries)


def move_title(entries: list[HostsEntry], skipped: list[Skipped], text: str) -> MoveTitle | None:
    """The title of a move of these entries, which stand in a text; None where there is none, or one cannot be moved."""
    if not entries or any(item.reason != KUBELETS_OWN for item in skipped):
        return None
    lines = text.splitlines()
    left_out = (
        f"`{item.text}`" + (f" of `{lines[item.line - 1].split()[0]}`" if item.line else "") for item in skipped
    )
    return MoveTitle(written(entries), tuple(dict.fromkeys(left_out)))
