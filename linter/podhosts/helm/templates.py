"""Go templates as Helm reads them: text to a tree of text, actions and blocks, with spans.

Source: Go's `text/template/parse`; offsets are code points of the whole text. Pipelines are parsed when asked for, so
that a file of five megabytes of named templates costs no more than finding its blocks.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from podhosts.document import Problem
from podhosts.document.actions import GO_KEYWORDS, action_tokens
from podhosts.helm.pipelines import ActionPipeline, PipelineError, UnclosedError, parse_pipeline
from podhosts.records import field, record
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.document.actions import ActionToken

_SPACE = " \t\r\n"
_NAME = re.compile(r'"((?:\\.|[^"\\\n])*)"\s*|`([^`]*)`\s*')
_STRING = re.compile(r""""(?:\\.|[^"\\\n])*"|`[^`]*`|'(?:\\.|[^'\\\n])*'""")
_QUOTES = "\"'`"
_BRACE = re.compile(r"[{}]")
_COMMENT = re.compile(r"/\*.*\*/\s*", re.DOTALL)


class PlainText(NamedTuple):
    """Text that is printed as it stands, trimmed by the actions around it."""

    span: Span


@record(eq=False)
class Action:
    """The pipeline of an action: `span` is that of the whole action, `inside` that of the pipeline."""

    span: Span
    inside: Span
    text: str

    @cached_property
    def pipeline(self) -> ActionPipeline | None:
        """None where the text is no pipeline (Helm refuses the template) or is nested too deeply to follow."""
        try:
            return parse_pipeline(self.text)
        except PipelineError:
            return None

    @property
    def problem(self) -> Problem | None:
        """A string or parenthesis in it that is not closed."""
        without_strings = _STRING.sub("", self.text)
        has_quote = any(quote in without_strings for quote in _QUOTES)
        if not has_quote and without_strings.count("(") <= without_strings.count(")"):
            return None
        try:
            parse_pipeline(self.text)
        except UnclosedError as error:
            at = self.inside.start + error.offset
            return Problem(str(error), Span(at, at + 1))
        except PipelineError:
            pass
        return None


@record(eq=False)
class Block:
    """`if`, `with` or `range` with its two branches."""

    keyword: str
    head: Action
    body: list[Node] = field(default_factory=list)
    otherwise: list[Node] = field(default_factory=list)
    end: int = 0


@record(eq=False)
class Inclusion:
    """`{{ template "name" pipeline }}`; `block` includes what it defines."""

    name: str
    action: Action


Node: TypeAlias = PlainText | Action | Block | Inclusion


@record(eq=False)
class NamedTemplate:
    """A named template: `span` is that of its body."""

    name: str
    span: Span
    body: list[Node] = field(default_factory=list)


@record(eq=False)
class TemplateTree:
    """A file's tree; `problem` is the first thing for which Helm refuses the whole chart, with the span to show."""

    body: list[Node]
    definitions: dict[str, NamedTemplate]
    problem: Problem | None


class _OpenBlock(NamedTuple):
    """A block that is not closed yet; `block` is None for `define` and `block`."""

    keyword: str
    span: Span
    block: Block | None
    definition: NamedTemplate | None
    outer: list[Node]
    #: `else if` makes a block inside the branch, which the same `end` closes.
    is_chained: bool = False


def actions(body: Iterable[Node]) -> Iterator[tuple[Node, Action]]:
    """All actions of a body and of the blocks in it, each with its node, in order."""
    waiting = [iter(body)]
    while waiting:
        node = next(waiting[-1], None)
        if node is None:
            waiting.pop()
        elif isinstance(node, Block):
            yield node, node.head
            waiting += [iter(node.otherwise), iter(node.body)]
        elif isinstance(node, Inclusion):
            yield node, node.action
        elif isinstance(node, Action):
            yield node, node


def parse_template(text: str, start: int = 0, end: int | None = None) -> TemplateTree:
    """The tree of `text[start:end]`, in linear time. After a problem the rest is read as well as it goes."""
    return _TemplateParser(text, start, len(text) if end is None else end).parse()


class _TemplateParser:
    def __init__(self, text: str, start: int, end: int) -> None:
        self._text = text
        self._at = start
        self._end = end
        self._nodes: list[Node] = []
        self._stack: list[_OpenBlock] = []
        self._definitions: dict[str, NamedTemplate] = {}
        self._problem: Problem | None = None

    def parse(self) -> TemplateTree:
        body = self._nodes
        for token in action_tokens(self._text, self._at, self._end, go_only=True):
            self._add_text(token.span.start, is_trimmed=token.trims_before)
            self._add_action(token)
        self._add_text(self._end)
        while self._stack:
            opened = self._stack.pop()
            if not opened.is_chained:
                self._refuse(f"`{opened.keyword}` has no `end`", opened.span)
            self._close(opened, self._end)
        return TemplateTree(body, self._definitions, self._problem)

    def _refuse(self, message: str, span: Span) -> None:
        self._problem = self._problem or Problem(message, span)

    def _add_text(self, end: int, *, is_trimmed: bool = False) -> None:
        """Text up to an action, which may trim it; `_at` is already behind what the action before trims."""
        text, start = self._text, self._at
        unclosed = text.find("{{", start, end)
        if unclosed >= 0:
            self._refuse("this action is not closed", Span(unclosed, unclosed + 2))
        while is_trimmed and end > start and text[end - 1] in _SPACE:
            end -= 1
        if end > start:
            self._nodes.append(PlainText(Span(start, end)))

    def _add_action(self, token: ActionToken) -> None:
        text, span = self._text, token.span
        begin, stop = token.inside
        self._at = span.end
        while token.trims_after and self._at < self._end and text[self._at] in _SPACE:
            self._at += 1
        if text.startswith("/*", begin):
            if not _COMMENT.fullmatch(text, begin, stop):
                self._refuse("this comment is not closed", Span(span.start, span.start + 2))
            return
        if _BRACE.search(text, begin, stop) and _BRACE.search(_STRING.sub("", text[begin:stop])):
            self._refuse("this action is not closed", Span(span.start, span.start + 2))
        keyword, begin_rest = token.word()
        if keyword in GO_KEYWORDS:
            self._add_keyword(keyword, token, begin_rest)
        else:
            self._nodes.append(self._action(span, begin, stop))

    def _action(self, span: Span, begin: int, stop: int) -> Action:
        return Action(span, Span(begin, stop), self._text[begin:stop])

    def _add_keyword(self, keyword: str, token: ActionToken, begin: int) -> None:
        span, stop = token.span, token.inside.end
        if keyword in {"if", "with", "range"}:
            self._open_block(keyword, span, begin, stop, is_chained=False)
        elif keyword == "else":
            self._add_else(token, begin)
        elif keyword == "end":
            self._add_end(span)
        elif keyword in {"define", "block", "template"}:
            self._add_named(keyword, span, begin, stop)

    def _open_block(self, keyword: str, span: Span, begin: int, stop: int, *, is_chained: bool) -> None:
        block = Block(keyword, self._action(span, begin, stop))
        self._nodes.append(block)
        self._stack.append(_OpenBlock(keyword, span, block, None, self._nodes, is_chained))
        self._nodes = block.body

    def _add_else(self, token: ActionToken, begin: int) -> None:
        block = self._stack[-1].block if self._stack else None
        if block is None or self._nodes is block.otherwise:
            self._refuse("`else` stands in no `if`, `with` or `range`", token.span)
            return
        self._nodes = block.otherwise
        keyword, rest = token.word(begin)
        if keyword in GO_KEYWORDS:
            self._open_block(keyword, token.span, rest, token.inside.end, is_chained=True)

    def _add_end(self, span: Span) -> None:
        if not self._stack:
            self._refuse("`end` closes nothing", span)
            return
        while self._stack:
            opened = self._stack.pop()
            self._close(opened, span.start)
            if not opened.is_chained:
                return

    def _close(self, opened: _OpenBlock, end: int) -> None:
        self._nodes = opened.outer
        if opened.block is not None:
            opened.block.end = end
        if opened.definition is not None:
            opened.definition.span = Span(opened.definition.span.start, end)

    def _add_named(self, keyword: str, span: Span, begin: int, stop: int) -> None:
        name = _NAME.match(self._text, begin, stop)
        if name is None:
            self._refuse(f"`{keyword}` needs a name in quotes", span)
            if keyword == "template":
                return
        written = "" if name is None else name[1] if name[1] is not None else name[2]
        action = self._action(span, name.end() if name else begin, stop)
        if keyword != "define":
            self._nodes.append(Inclusion(written, action))
        if keyword != "template":
            definition = NamedTemplate(written, Span(span.end, span.end))
            self._definitions[written] = definition
            self._stack.append(_OpenBlock(keyword, span, None, definition, self._nodes))
            self._nodes = definition.body
