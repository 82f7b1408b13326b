"""Node operations: what to do to a list, a mapping or a scalar, as edits of the text; None where it is refused.

The whole table stands in `design.md`, "Fixing". Every other byte stays. An operation refuses to cut an anchor, alias or
merge key away; `repair` sees to text that lies inside an anchored node.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.edits import Fix, Safety
from podhosts.surgery.comments import add_comment, commented_line, remove_comment
from podhosts.surgery.insertion import append_items, insert_key
from podhosts.surgery.moving import move_key
from podhosts.surgery.naming import named
from podhosts.surgery.removal import remove_item, remove_items, remove_key
from podhosts.surgery.scalars import quote, rename_key, replace_in_scalar, replace_scalar, wrap_in_list
from podhosts.surgery.writing import Commented, Value, scalar_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from podhosts.document import Document, Mapping
    from podhosts.edits import Edit

__all__ = [
    "Commented",
    "Value",
    "add_comment",
    "append_items",
    "commented_line",
    "insert_key",
    "lost_comments",
    "move_key",
    "named",
    "quote",
    "remove_comment",
    "remove_item",
    "remove_items",
    "remove_key",
    "rename_key",
    "repair",
    "replace_in_scalar",
    "replace_scalar",
    "scalar_text",
    "wrap_in_list",
]


def repair(
    document: Document,
    title: str,
    edits: tuple[Edit, ...] | None,
    safety: Safety = Safety.SAFE,
    *,
    fills: Mapping | None = None,
) -> Fix | None:
    """The fix that these edits of a document are; None where the operation was refused.

    It is for display only where the text belongs to several places (inside an anchored node) or the file is not valid
    in its encoding. Text that touches the action of a template is refused. `title` names what goes; comments that go
    with it are added to it. `fills` is the pod spec whose list of aliases the edits make or fill.
    """
    if edits is None or any(document.has_action_near(edit.span) for edit in edits):
        return None
    if not document.source.is_valid or any(document.sharing.reaches(edit.span) for edit in edits):
        safety = Safety.DISPLAY_ONLY
    lost = [comment for comment in lost_comments(document, edits) if comment not in title]
    if lost:
        written = ", ".join(f"`{comment}`" for comment in lost)
        title += f" (with the comment{'s' if lost[1:] else ''} {written})"
    return Fix(title, edits, safety, fills=fills.span if fills is not None else None)


def lost_comments(document: Document, edits: Iterable[Edit]) -> list[str]:
    """The comments that edits take away and do not put back, in order, each once."""
    edits = tuple(edits)
    text = document.source.text
    # Comments have to be searched for, so first whether there can be one.
    removed = [edit.span for edit in edits if "#" in text[edit.span.start : edit.span.end]]
    if not removed:
        return []
    added = "\n".join(edit.text for edit in edits)
    found = (comment.text.rstrip() for span in removed for comment in document.comments_in(span))
    return [comment for comment in dict.fromkeys(found) if comment not in added]
