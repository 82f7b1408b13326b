"""A template's text as it would be rendered, with a mark for each value that is not known.

The marks are letters of a private plane of Unicode, one for each print, so that the columns of everything else are
those of the rendered file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from podhosts.helm.functions import call
from podhosts.helm.pipelines import ActionPipeline, Constant, Dot, Fields, Function, Variable
from podhosts.helm.templates import Action, Block, Inclusion, PlainText
from podhosts.helm.values import (
    UNKNOWN,
    Choice,
    Form,
    Included,
    Layout,
    Literal,
    PrintedValue,
    Record,
    Reference,
    choice,
    element,
    member,
)
from podhosts.records import field, record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from podhosts.helm.pipelines import Operand
    from podhosts.helm.templates import NamedTemplate, Node
    from podhosts.helm.values import Value
    from podhosts.source import Source

#: The list that all of this is about.
KEY = "hostAliases"

_FIRST_MARK = 0xF0000
_MOST_MARKS = 0xFFFD
MARK = f"[\U000f0000-{chr(_FIRST_MARK + _MOST_MARKS)}]"
_MARKS = re.compile(MARK)
#: What an action holds that can change a variable, or print the key; others matter only inside a list.
_CHANGES = re.compile(r"\bset\b|^\$\w*\s*(?:,|:?=)")
_INCLUDES = re.compile(r'\binclude\b(?:\s+"([^"\\\n]*)")?')
_LEAVING = re.compile(r"\{\{-?\s*(?:continue|break)\b")
#: Stands for what is printed outside of lists.
_ELSEWHERE = "?"
#: How many characters are looked at for one template, a node counting as some, and how deep nodes may lie: more than
#: any chart takes, and a second or two.
_MOST_CHARACTERS = 5_000_000
_CHARACTERS_OF_NODE = 50
_MAX_DEPTH = 60
_KEY_LINE = re.compile(rf"^(?P<before> *(?:- +)*){KEY}:", re.MULTILINE)

#: What Helm gives to every template of a chart.
ROOT = Record({"Values": Reference(())})


class TemplateBody(NamedTuple):
    """Text of a file: the file, and the named template in it (None for the file's own text)."""

    source: Source
    definition: NamedTemplate | None


class Print(NamedTuple):
    """An action that prints, and the text that it stands in."""

    action: Action
    place: TemplateBody


class PrintedMark(NamedTuple):
    """One print: the value, how it is written, and where its lines after the first begin.

    `prints` are the action that prints it and those that include it, innermost first. `is_certain` is false inside
    `if`, `with` and `range`; `is_chosen` where a condition inside a `range` chooses the items that are printed.
    """

    value: Value
    form: Form
    column: int | None
    prints: tuple[Print, ...]
    is_certain: bool
    is_chosen: bool = False


class Segment(NamedTuple):
    """A piece of rendered text, and where its template stands."""

    text: str
    place: TemplateBody


class RenderedTemplate(NamedTuple):
    """The text of one template, with its marks by number, and the segments that make up the text."""

    text: str
    marks: list[PrintedMark]
    segments: list[Segment]

    def mark(self, letter: str) -> PrintedMark:
        return self.marks[ord(letter) - _FIRST_MARK]


class TooLongError(Exception):
    """The template takes more steps than are looked at."""


@record()
class _Scope:
    """The dot and the variables where an action stands."""

    dot: Value
    variables: dict[str, Value]
    outer: _Scope | None = None

    def get(self, name: str) -> Value:
        scope: _Scope | None = self
        while scope is not None:
            if name in scope.variables:
                return scope.variables[name]
            scope = scope.outer
        return UNKNOWN

    def assign(self, name: str, value: Value) -> None:
        """Set a variable of this or an outer scope; whether the place is reached is not known."""
        scope: _Scope | None = self
        while scope is not None:
            if name in scope.variables:
                scope.variables[name] = choice(scope.variables[name], value)
                return
            scope = scope.outer

    def inner(self, dot: Value) -> _Scope:
        return _Scope(dot, {}, self)


@record()
class _Budget:
    """What is left of the characters that one template may take."""

    left: int = _MOST_CHARACTERS

    def spend(self, characters: int) -> None:
        self.left -= characters
        if self.left < 0:
            raise TooLongError


@record()
class _Page:
    """Text under construction. Where `is_wanted`, named templates are written out whatever they hold."""

    place: TemplateBody
    is_wanted: bool
    budget: _Budget
    segments: list[Segment] = field(default_factory=list)
    #: The text from the last `hostAliases:` on, while its list may go on.
    tail: str = ""

    def add(self, text: str, place: TemplateBody | None = None) -> None:
        self.segments.append(Segment(text, place or self.place))
        joined = self.tail + text
        self.budget.spend(len(joined))
        keys = list(_KEY_LINE.finditer(joined))
        self.tail = joined[keys[-1].start() :] if keys else joined if self.tail else ""
        if self.tail and not self._is_open():
            self.tail = ""

    def wants_more(self) -> bool:
        """Whether what comes next may belong to a list."""
        return self.is_wanted or bool(self.tail)

    def _is_open(self) -> bool:
        key = _KEY_LINE.match(self.tail)
        return key is not None and is_open(self.tail, len(key["before"]))


def is_open(text: str, column: int) -> bool:
    """Whether the list whose key begins a text, at that column, may go on at the text's end."""
    _, *lines = text.split("\n")
    for line in lines:
        stripped = line.strip(" \r")
        indent = len(line) - len(line.lstrip(" "))
        if stripped and not stripped.startswith("#") and (indent < column or (indent == column and stripped[0] != "-")):
            return _MARKS.match(stripped) is not None and indent >= column
    return True


class Renderer:
    """Renders one template. `lookup` finds named templates; `is_relevant` says whether one of them prints the key."""

    def __init__(
        self,
        place: TemplateBody,
        lookup: Callable[[str], tuple[TemplateBody, NamedTemplate] | None],
        is_relevant: Callable[[str], bool],
    ) -> None:
        self._place = place
        self._lookup = lookup
        self._is_relevant = is_relevant
        self._marks: list[PrintedMark] = []
        self._budget = _Budget()
        self._including: list[str] = []
        #: Whether what is written now is in a loop, and whether a condition there may leave an item out.
        self._is_in_loop = False
        self._is_chosen = False

    def render(self, body: Sequence[Node], dot: Value) -> RenderedTemplate:
        """The text of a body. Raises TooLongError."""
        page = _Page(self._place, is_wanted=False, budget=self._budget)
        self._write(page, body, _Scope(dot, {"": dot}), 0, is_certain=True)
        return RenderedTemplate("".join(segment.text for segment in page.segments), self._marks, page.segments)

    def _write(self, page: _Page, body: Sequence[Node], scope: _Scope, depth: int, *, is_certain: bool) -> None:
        if depth > _MAX_DEPTH:
            raise TooLongError
        for node in body:
            self._budget.spend(_CHARACTERS_OF_NODE)
            if isinstance(node, PlainText):
                page.add(_MARKS.sub("?", page.place.source.cut(node.span)))
            elif isinstance(node, Block):
                self._write_block(page, node, scope, depth, is_certain=is_certain)
            elif isinstance(node, Inclusion):
                dot = self._value(node.action.pipeline, scope)
                self._print(page, node.action, Included(node.name, dot), depth, is_certain=is_certain)
            else:
                self._write_action(page, node, scope, depth, is_certain=is_certain)

    def _write_action(self, page: _Page, action: Action, scope: _Scope, depth: int, *, is_certain: bool) -> None:
        if not page.wants_more() and not self._matters_anywhere(action.text):
            page.add(_ELSEWHERE)
            return
        pipeline = action.pipeline
        value = self._value(pipeline, scope)
        if pipeline is None or not pipeline.variables:
            self._print(page, action, value, depth, is_certain=is_certain)
        elif pipeline.is_assignment:
            scope.assign(pipeline.variables[0], value)
        else:
            scope.variables[pipeline.variables[0]] = value
        self._note_set(pipeline, scope)

    def _matters_anywhere(self, action: str) -> bool:
        """Whether an action can print the key, or change a variable."""
        names = _INCLUDES.findall(action)
        return any(not name or self._is_relevant(name) for name in names) or _CHANGES.search(action) is not None

    def _note_set(self, pipeline: ActionPipeline | None, scope: _Scope) -> None:
        """`set $map "key" value` changes the map in place."""
        first = pipeline.commands[0] if pipeline and pipeline.commands else ()
        if len(first) == 4 and first[0] == Function("set") and isinstance(first[1], Variable):
            scope.assign(first[1].name, self._command(first, None, scope))

    def _write_block(self, page: _Page, block: Block, scope: _Scope, depth: int, *, is_certain: bool) -> None:
        pipeline = block.head.pipeline if block.keyword != "if" or block.head.text.startswith("$") else None
        value = self._value(pipeline, scope)
        inner = scope.inner(scope.dot)
        variables = pipeline.variables if pipeline else ()
        if block.keyword == "range":
            inner.dot = element(value)
            for name, item in zip(reversed(variables), (inner.dot, UNKNOWN), strict=False):
                inner.variables[name] = item
        else:
            inner.dot = value if block.keyword == "with" else scope.dot
            inner.variables.update(dict.fromkeys(variables, value))
        was_in_loop, was_chosen = self._is_in_loop, self._is_chosen
        self._is_in_loop = was_in_loop or block.keyword == "range"
        self._is_chosen = was_chosen or (was_in_loop and block.keyword == "if")
        self._write(page, block.body, inner, depth + 1, is_certain=False)
        self._write(page, block.otherwise, scope.inner(scope.dot), depth + 1, is_certain=False)
        self._is_in_loop = was_in_loop
        # What follows a `continue` in the loop is not printed for every item.
        leaves_out = was_in_loop and block.keyword != "range" and _leaves_out(page.place.source, block)
        self._is_chosen = was_chosen or leaves_out

    def _print(self, page: _Page, action: Action, value: Value, depth: int, *, is_certain: bool) -> None:
        layout: Layout | None = None
        for option in value.options if isinstance(value, Choice) else (value,):
            if isinstance(option, Included):
                self._print_included(page, action, option, depth, is_certain=is_certain)
            elif isinstance(option, Literal):
                page.add("" if option.value is None else _MARKS.sub("?", str(option.value)))
            else:
                printed = option if isinstance(option, PrintedValue) else PrintedValue(option, Form.GO)
                # What may stand in one place shares its lines.
                lead = "" if printed.layout == layout else printed.layout.lead
                layout = printed.layout
                self._add_mark(page, printed, lead, action, is_certain=is_certain and option is value)

    def _add_mark(self, page: _Page, printed: PrintedValue, lead: str, action: Action, *, is_certain: bool) -> None:
        if len(self._marks) >= _MOST_MARKS:
            raise TooLongError
        letter = chr(_FIRST_MARK + len(self._marks))
        column = printed.layout.column
        prints = (Print(action, page.place),)
        self._marks.append(PrintedMark(printed.value, printed.form, column, prints, is_certain, self._is_chosen))
        page.add(lead + letter)

    def _print_included(self, page: _Page, action: Action, included: Included, depth: int, *, is_certain: bool) -> None:
        is_wanted = page.wants_more()
        found = self._lookup(included.name) if is_wanted or self._is_relevant(included.name) else None
        if found is None:
            value = member(included.dot, "value") if included.name in LIBRARY else UNKNOWN
            forms = (Form.GO,) if value == UNKNOWN else (Form.YAML, Form.GO)
            printed = tuple(PrintedValue(value, form, included.layout) for form in forms)
            self._print(page, action, Choice(printed), depth, is_certain=False)
            return
        if included.name in self._including:
            return
        place, definition = found
        inner = _Page(place, is_wanted, self._budget)
        self._including.append(included.name)
        first = len(self._marks)
        scope = _Scope(included.dot, {"": included.dot})
        self._write(inner, definition.body, scope, depth + 1, is_certain=is_certain)
        self._including.pop()
        self._lay_out(page, inner, included.layout, first, Print(action, page.place))

    def _lay_out(self, page: _Page, inner: _Page, layout: Layout, first: int, by: Print) -> None:
        """Write a named template's text as `indent` and `nindent` change it."""
        columns = layout.column
        for number in range(first, len(self._marks)):
            mark = self._marks[number]
            known = None if columns is None or mark.column is None else mark.column + columns
            self._marks[number] = mark._replace(column=known, prints=(*mark.prints, by))
        page.add(layout.lead)
        pad = "\n" + " " * (columns or 0)
        for segment in inner.segments:
            page.add(segment.text.replace("\n", pad), segment.place)

    def _value(self, pipeline: ActionPipeline | None, scope: _Scope) -> Value:
        if pipeline is None or not pipeline.commands:
            return UNKNOWN
        value: Value | None = None
        for command in pipeline.commands:
            value = self._command(command, value, scope)
        return UNKNOWN if value is None else value

    def _command(self, operands: Sequence[Operand], given: Value | None, scope: _Scope) -> Value:
        head, *rest = operands
        if not isinstance(head, Function):
            return self._operand(head, scope)
        arguments = [self._operand(operand, scope) for operand in rest]
        return call(head.name, arguments if given is None else [*arguments, given])

    def _operand(self, operand: Operand, scope: _Scope) -> Value:
        if isinstance(operand, Constant):
            return Literal(operand.value)
        if isinstance(operand, Dot):
            return scope.dot
        if isinstance(operand, Variable):
            return scope.get(operand.name)
        if isinstance(operand, Fields):
            value = self._operand(operand.of, scope)
            for name in operand.names:
                value = member(value, name)
            return value
        if isinstance(operand, ActionPipeline):
            return self._value(operand, scope)
        return call(operand.name, ())


def _leaves_out(source: Source, block: Block) -> bool:
    """Whether a block may end the turn of the loop around it."""
    return _LEAVING.search(source.text, block.head.span.end, block.end) is not None


#: Named templates of library charts that are seldom checked in. They print `value`: a string as it is, or as YAML.
LIBRARY = frozenset({"common.tplvalues.render"})
