"""Moving what scripts write to /etc/hosts: the statement goes, the rest of the script stays as it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from podhosts.document import Scalar, Sequence
from podhosts.edits import Edit, Safety, splice
from podhosts.hosts.convert import parse_hosts
from podhosts.moves.aliases import add_aliases
from podhosts.moves.draft import Draft, NoMoveError
from podhosts.moves.titles import move_title
from podhosts.patterns import regex
from podhosts.records import NamedTuple
from podhosts.shell import WriteKind
from podhosts.source import Span
from podhosts.surgery import repair

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.edits import Fix
    from podhosts.kubernetes import Container, Pod
    from podhosts.kubernetes.fields import Path
    from podhosts.shell import HostsWrite, Separator, Statement

#: What a script that does nothing consists of; `set` and `exit 0` alone change nothing.
_NOTHING = regex(r"#.*|set(?:\s+[-+](?:[A-Za-z]+|o\s+\w+))*|:|true|exit\s+0|")
_BETWEEN = regex(r"\n|;|&&")
_JOINING = frozenset((";", "\n", "&&"))
_STOPS_AT_ERRORS = regex(r"(?:^|[\n;&])[ \t]*set[ \t]+-[A-Za-z]*e")


class ScriptWrite(NamedTuple):
    """A write by a script that is an argument of a container: where the argument is, below the container."""

    container: Container
    path: Path
    write: HostsWrite


def movable_writes(writes: Iterable[ScriptWrite]) -> list[ScriptWrite]:
    """The writes that surely write constant entries and nothing else, and whose entries the script leaves alone."""
    scripts: dict[tuple[int, Path], list[ScriptWrite]] = {}
    for item in writes:
        scripts.setdefault((id(item.container), item.path), []).append(item)
    return [item for items in scripts.values() if _only_adds(items) for item in items if _is_movable(item)]


def _only_adds(items: list[ScriptWrite]) -> bool:
    """Whether no write of a script undoes what an earlier one wrote."""
    first, *later = items
    can_begin = first.write.kind is WriteKind.APPEND or _is_movable(first)
    return can_begin and all(item.write.kind is WriteKind.APPEND for item in later)


def _is_movable(item: ScriptWrite) -> bool:
    write, statement = item.write, item.write.statement
    if write.kind not in {WriteKind.APPEND, WriteKind.TRUNCATE} or not write.entries or statement is None:
        return False
    if statement.within or not statement.only_writes or (len(item.path) > 2 and item.path[0] != "lifecycle"):
        return False
    before, after = statement.before, statement.after
    return (before is None or before.text in {*_JOINING, "&"}) and (after is None or after.text in _JOINING)


def move_writes(pod: Pod, writes: list[ScriptWrite]) -> Fix | None:
    """The fix that moves all these writes of a pod to its hostAliases; None where one of them cannot be moved.

    Hooks and init containers that are left with nothing to do go too.
    """
    text = "".join(item.write.text or "" for item in writes)
    entries, skipped = parse_hosts(text)
    title = move_title(entries, skipped, text)
    if title is None:
        return None
    scripts: dict[tuple[int, Path], list[ScriptWrite]] = {}
    for item in writes:
        scripts.setdefault((id(item.container), item.path), []).append(item)
    try:
        draft = Draft(pod.object)
        added = add_aliases(draft, pod, entries)
        removed = [phrase for items in scripts.values() for phrase in _remove_statements(draft, pod, items)]
        edits = draft.finish()
    except NoMoveError:
        return None
    return repair(pod.object.document, title.text(added, removed), edits, Safety.UNSAFE, fills=pod.spec)


def _remove_statements(draft: Draft, pod: Pod, items: list[ScriptWrite]) -> Iterator[str]:
    """Remove the statements of a script, or what runs it where nothing is left to do; gives in words what more goes."""
    container, path = items[0].container, items[0].path
    place = (*pod.path, container.group, container.index)
    scalar = _argument(container, path)
    script = scalar.text
    statements = dict.fromkeys(item.write.statement for item in items if item.write.statement is not None)
    stops_at_errors = _stops_at_errors(container, path, script)
    pieces = list(_pieces(script, list(_groups(statements)), stops_at_errors=stops_at_errors))
    rest = splice(script, [Edit(span, text) for span, text in pieces])
    if not _does_nothing(rest):
        draft.replace_text((*place, *path), pieces)
        yield from (f"the comment `{text}`" for text in _comments(script, statements, pieces))
    elif path[0] == "lifecycle":
        draft.remove((*place, *path[:2]))
        yield f"the `{path[1]}` hook of `{container.name}`"
    elif container.group == "initContainers" and _is_last_argument(container, path):
        draft.remove(place)
        yield f"the init container `{container.name}`"
    else:
        raise NoMoveError


def _comments(script: str, statements: Iterable[Statement], pieces: Iterable[tuple[Span, str]]) -> Iterator[str]:
    """The comments beside statements that go with their lines."""
    written = [span for statement in statements for span in (statement.span, *statement.heredocs)]
    for piece, _ in pieces:
        inside = [Edit(span, "") for span in written if piece.start <= span.start and span.end <= piece.end]
        moved = [
            edit._replace(span=Span(edit.span.start - piece.start, edit.span.end - piece.start)) for edit in inside
        ]
        rest = splice(script[piece.start : piece.end], moved)
        yield from (line[0].rstrip() for line in re.finditer(r"(?<![^\s;])#.*", rest))


def _argument(container: Container, path: Path) -> Scalar:
    node = container.node.get(str(path[0]))
    for step in path[1:]:
        node = node.items[step] if isinstance(node, Sequence) and isinstance(step, int) else node.get(str(step))  # type: ignore[union-attr]  # the reader of commands went the same way
    assert isinstance(node, Scalar)  # arguments are
    return node


def _stops_at_errors(container: Container, path: Path, script: str) -> bool:
    """Whether the script ends where a command fails, so that the last one's result is never that of a failed one."""
    listed = container.node.get(str(path[0])) if len(path) == 2 else None
    words = [item.text for item in listed.items if isinstance(item, Scalar)] if isinstance(listed, Sequence) else []
    has_option = any(re.fullmatch(r"-[A-Za-z]*e[A-Za-z]*", word) for word in words)
    return has_option or _STOPS_AT_ERRORS.search(script) is not None


def _is_last_argument(container: Container, path: Path) -> bool:
    """Whether nothing is given to the script, and the container runs nothing else."""
    own = [node for name in ("command", "args") if isinstance(node := container.node.get(name), Sequence)]
    last = own[-1].items[-1] if own and own[-1].items else None
    return last is _argument(container, path) and "restartPolicy" not in container.node.fields


def _does_nothing(script: str) -> bool:
    return all(_NOTHING.fullmatch(piece.strip()) for piece in _BETWEEN.split(script))


class _Group(NamedTuple):
    """Statements that stand one after the other and go together."""

    statements: list[Statement]

    @property
    def start(self) -> int:
        return self.statements[0].span.start

    @property
    def end(self) -> int:
        return self.statements[-1].span.end

    @property
    def before(self) -> Separator | None:
        return self.statements[0].before

    @property
    def after(self) -> Separator | None:
        return self.statements[-1].after

    @property
    def joins_next(self) -> bool:
        """Whether what follows runs only after it."""
        return self.after is not None and self.after.text == "&&"

    @property
    def heredocs(self) -> list[Span]:
        return [span for statement in self.statements for span in statement.heredocs]


def _groups(statements: Iterable[Statement]) -> Iterator[_Group]:
    current: list[Statement] = []
    for statement in sorted(statements, key=lambda statement: statement.span):
        if current and not _goes_with(_Group(current), statement):
            yield _Group(current)
            current = []
        current.append(statement)
    if current:
        yield _Group(current)


def _goes_with(group: _Group, following: Statement) -> bool:
    """Whether a statement comes right after a group and runs whenever that does, and only then."""
    depends = group.before is not None and group.before.text == "&&"
    return group.after is not None and group.after == following.before and (group.joins_next or not depends)


def _pieces(script: str, groups: list[_Group], *, stops_at_errors: bool) -> Iterator[tuple[Span, str]]:
    """Replacements for pieces of the script, in order, so that its other commands do what they did."""
    pieces: list[tuple[Span, str]] = []
    for group in groups:
        span = Span(group.start, group.end)
        pieces.append((span, "true") if _keeps_result(script, group, stops_at_errors) else (_whole(script, group), ""))
        pieces += [(span, "") for span in group.heredocs]
    return _joined(pieces)


def _keeps_result(script: str, group: _Group, stops_at_errors: bool) -> bool:
    """Whether a command must stay that succeeds: else another one's failure would come to count."""
    before, is_last = group.before, _is_last(script, group)
    if before is None or _does_nothing(script[: group.start]):
        return False
    if before.text == "&&":
        # `set -e` passes over what fails in front of `&&`.
        return stops_at_errors and not is_last and not group.joins_next
    return is_last


def _whole(script: str, group: _Group) -> Span:
    """The group with one of its separators, or its lines."""
    before, after = group.before, group.after
    line_start = script.rfind("\n", 0, group.start) + 1
    has_own_start = not script[line_start : group.start].strip(" \t")
    follows = before is not None and before.text == "&&" and not group.joins_next
    if not follows and has_own_start and (after is None or after.text == "\n"):
        return Span(
            line_start if after or line_start == 0 else line_start - 1, after.span.end if after else len(script)
        )
    if not follows and after is not None and after.text != "\n" and not _is_last(script, group):
        return Span(group.start, _next_command(script, after.span.end, skips_lines=group.joins_next))
    return Span(len(script[: before.span.start].rstrip(" \t")) if before else group.start, group.end)


def _joined(pieces: list[tuple[Span, str]]) -> Iterator[tuple[Span, str]]:
    """The pieces in order; those that touch become one, so that a here-document goes with its line."""
    current: tuple[Span, str] | None = None
    for span, text in sorted(pieces):
        if current is not None and not text and span.start <= current[0].end:
            current = (Span(current[0].start, max(current[0].end, span.end)), current[1])
            continue
        if current is not None:
            yield current
        current = (span, text)
    if current is not None:
        yield current


def _is_last(script: str, group: _Group) -> bool:
    """Whether no command follows: nothing but blanks and comments, here-documents aside."""
    ends = [group.end, *(span.end for span in group.heredocs)]
    rest = script[group.end : group.heredocs[0].start] if group.heredocs else ""
    rest += script[max(ends) :]
    return all(re.fullmatch(r"[;\s]*(?:#.*)?", line) for line in rest.split("\n"))


def _next_command(script: str, at: int, *, skips_lines: bool) -> int:
    found = re.compile(r"\s*" if skips_lines else r"[ \t]*").match(script, at)
    return found.end() if found else at
