"""Templates (Go, Jinja) in YAML: what they print is not known, but the text around them can be read.

Actions are masked by text of the same length, so that every position stays: a line that holds nothing but actions and
blanks becomes blank, an action inside a line becomes letters. The scalar that holds such letters gets its own text back
and is a placeholder. Source: the syntax of Go's `text/template` as Helm uses it.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING

from podhosts.document.actions import GO, GO_KEYWORDS, action_tokens, terraform_tokens
from podhosts.document.branches import Branches, are_printed_together
from podhosts.patterns import regex
from podhosts.source import Span

if TYPE_CHECKING:
    from podhosts.document.actions import ActionToken
    from podhosts.document.branches import Branch

#: Lines that are longer are no keys that somebody wrote.
_LONGEST_LINE = 2000
#: What sections of Handlebars and Mustache, and their comments, begin with.
_SECTIONS = ("#", "/", "^", "!", ">")
_ASSIGNMENT = regex(r"\$\w+(?:\s*,\s*\$\w+)?\s*:?=")
_DASHES = regex(r" *(?:- +)+")
#: The next line that holds more than actions.
_NEXT_LINE = regex(r"[ \t]*\r?\n(?:[ \t]*(?:\{\{[^{}\n]*\}\}[ \t]*)?\r?\n)*(?P<indent> *)[^\s{#-]")
_LINE = regex(r"[^\r\n]+")
#: A line that ends in the header of a block scalar; the scalar's parent is the key, or the last dash.
_BLOCK_HEADER = regex(
    r"(?P<indent> *)(?P<dashes>(?:-[ ]+)*)(?P<key>[^\s#-][^#]*?:[ \t]+)?(?:[&!]\S+[ \t]+){0,2}"
    r"[|>][-+0-9]{0,2}[ \t]*(?:#.*)?$"
)


class Template:
    """A text with actions, which are found and masked when that is asked for; `is_terraform`: with Terraform's."""

    def __init__(self, text: str, *, is_terraform: bool = False) -> None:
        self._text = text
        self._is_terraform = is_terraform

    @cached_property
    def _actions(self) -> list[ActionToken]:
        return terraform_tokens(self._text) if self._is_terraform else action_tokens(self._text)

    @property
    def actions(self) -> list[int]:
        """The offsets at which the actions begin."""
        return [action.span.start for action in self._actions]

    @property
    def printing(self) -> list[Span]:
        """The actions that print something where they stand: no blocks, ends of them, assignments and comments."""
        return [action.span for action in self._actions if _prints(action)]

    @cached_property
    def _branches(self) -> Branches:
        return Branches(self._actions, len(self._text))

    @property
    def branches(self) -> tuple[Branch, ...]:
        """Stretches that are printed or not; nested ones, outermost first."""
        return self._branches.all

    def branches_at(self, offset: int) -> list[Branch]:
        """The branches that a place stands in, outermost first."""
        return self._branches.around(offset)

    def prints_together(self, first: int, second: int) -> bool:
        """Whether what stands at one of two offsets is printed whenever what stands at the other is, or both are."""
        return are_printed_together(self.branches_at(first), self.branches_at(second))

    @cached_property
    def text(self) -> str:
        """The text with its actions masked."""
        text, actions = self._text, self._actions
        alone = _lines_of_actions(text, actions)
        inside = _block_scalars(text, [actions[number].span for number in sorted(alone)])
        pieces: list[str] = []
        at = 0
        for number, action in enumerate(actions):
            prints_below = _prints_below(text, action)
            for line in _LINE.finditer(text, *action.span):
                start, end = line.span()
                letters = end if prints_below else inside.first_in(start, end) if number in alone else start
                pieces += (text[at:start], " " * (letters - start), "x" * (end - letters))
                at = end
            if _begins_mapping(text, action):
                pieces[-1] = pieces[-1][:-1] + ":"
        return "".join([*pieces, text[at:]])


def _prints(action: ActionToken) -> bool:
    inside = action.text[slice(*action.inside)]
    word, _ = action.word()
    is_silent = word in GO_KEYWORDS - {"template"} or inside[:1] in _SECTIONS or _ASSIGNMENT.match(inside)
    return action.kind == GO and not is_silent


def _prints_below(text: str, action: ActionToken) -> bool:
    """Whether an action after `key:` prints lines of its own below the key (`| nindent 8`), alone or with others."""
    line_start = text.rfind("\n", 0, action.span.start) + 1
    line_end = text.find("\n", action.span.end)
    line = Span(line_start, line_end if line_end >= 0 else len(text))
    if line.end - line.start > _LONGEST_LINE or text.find("nindent", *line) < 0:
        return False
    tokens = action_tokens(text, *line, go_only=True)
    ends = [token.span.end for token in tokens]
    before, *others = (
        text[start:end]
        for start, end in zip([line.start, *ends], [*(token.span.start for token in tokens), line.end], strict=True)
    )
    return before.rstrip().endswith(":") and not "".join(others).strip()


def _begins_mapping(text: str, action: ActionToken) -> bool:
    """Whether an action after a dash prints the first keys of a mapping (`- {{ toYaml . | nindent 4 | trim }}`)."""
    line_start = text.rfind("\n", 0, action.span.start) + 1
    if "toYaml" not in action.written or not _DASHES.fullmatch(text, line_start, action.span.start):
        return False
    following = _NEXT_LINE.match(text, action.span.end)
    return following is not None and len(following["indent"]) == action.span.start - line_start


class _BlockScalars:
    """The lines inside block scalars, with the column at which their content begins.

    A blank line there may not be longer than the content is indented, so actions become letters from that column on.
    """

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._columns: list[int] = []
        self._ends: list[int] = []

    def add(self, start: int, end: int, column: int) -> None:
        self._starts.append(start)
        self._ends.append(end)
        self._columns.append(column)

    def first_in(self, start: int, end: int) -> int:
        """The offset of a block scalar's content on a stretch of one line; the stretch's end where it holds none."""
        found = bisect_right(self._starts, start) - 1
        is_inside = found >= 0 and start < self._ends[found]
        return min(max(start, self._starts[found] + self._columns[found]), end) if is_inside else end


def _block_scalars(text: str, blanked: list[tuple[int, int]]) -> _BlockScalars:
    """Find block scalars by their header lines and indentation; `blanked` are the actions that fill whole lines."""
    result = _BlockScalars()
    pending: list[tuple[int, int]] = []
    parent = column = -1
    start = 0
    next_action = 0
    inside = False
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        while next_action < len(blanked) and blanked[next_action][1] <= start:
            next_action += 1
        is_action = next_action < len(blanked) and blanked[next_action][0] < end
        line = text[start:end].rstrip()
        indent = len(line) - len(line.lstrip(" "))
        if inside and (is_action or not line):
            pending.append((start, end))
        elif inside and indent > parent:
            column = indent if column < 0 else column
            for begin, stop in [*pending, (start, end)]:
                result.add(begin, stop, column)
            pending = []
        else:
            inside, pending = False, []
            if ("|" in line or ">" in line) and (header := _BLOCK_HEADER.match(line)):
                inside, column = True, -1
                parent = len(header["indent"]) + len(header["dashes"]) - (0 if header["key"] else 2)
        start = end
    return result


def _lines_of_actions(text: str, actions: list[ActionToken]) -> set[int]:
    """The actions that share their lines with nothing but other actions and blanks."""
    alone: set[int] = set()
    group: list[int] = []
    for number, action in enumerate(actions):
        before = text[(actions[number - 1].span.end if number else 0) : action.span.start]
        begins_line = not before.rpartition("\n")[2].strip(" \t\r") and ("\n" in before or number == 0)
        if begins_line:
            group = [number]
        elif group and not before.strip(" \t"):
            group.append(number)
        else:
            group = []
        following = text[action.span.end : actions[number + 1].span.start if number + 1 < len(actions) else len(text)]
        rest, line_break, _ = following.partition("\n")
        ends_line = not rest.strip(" \t\r") and (bool(line_break) or number + 1 == len(actions))
        if group and ends_line:
            alone.update(group)
            group = []
    return alone
