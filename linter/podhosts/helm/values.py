"""What an expression of a template stands for, as far as it can be told without the values: symbols, not results."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from podhosts.records import record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: A step of a path: every item of a list, or every value of a map.
EACH = "[]"

ValuesPath: TypeAlias = tuple[str, ...]


class Form(Enum):
    """How a value is written into the text."""

    GO = "go"  # as Go's `fmt` prints it: a list becomes `[a b]`
    QUOTED = "quoted"  # the same, in quotes
    YAML = "yaml"  # a block over several lines
    JSON = "json"  # on one line, or with brackets


@record(frozen=True, slots=True)
class UnknownValue:
    """Anything."""


@record(frozen=True, slots=True)
class Reference:
    """What stands in the chart's values at a path."""

    path: ValuesPath


@record(frozen=True, slots=True)
class Literal:
    """A constant of the template."""

    value: str | float | bool | None


@record(frozen=True, slots=True)
class Record:
    """A map with known keys: `dict "a" x`, or the root that Helm gives to a template."""

    fields: Mapping[str, Value]


@record(frozen=True, slots=True)
class Items:
    """A list with known items: `list x y`."""

    items: tuple[Value, ...]


@record(frozen=True, slots=True)
class Choice:
    """One of several, or all of them together: `default x y`, `concat x y`."""

    options: tuple[Value, ...]


@record(frozen=True, slots=True)
class Layout:
    """What `indent` and `nindent` make of a text: where its first line begins, and the others."""

    #: What is put before the first line.
    lead: str = ""
    #: The column of the other lines; None where it cannot be told.
    column: int | None = 0

    def indented(self, columns: int | None, *, on_new_line: bool) -> Layout:
        """The layout after one more `indent` or `nindent` by so many columns."""
        if columns is None or self.column is None:
            return Layout("\n" if on_new_line else self.lead, None)
        pad = " " * columns
        lead = self.lead.replace("\n", "\n" + pad)
        return Layout(("\n" if on_new_line else "") + pad + lead, self.column + columns)

    def trimmed(self) -> Layout:
        return Layout("", self.column)


@record(frozen=True, slots=True)
class PrintedValue:
    """Text made of a value."""

    value: Value
    form: Form
    layout: Layout = Layout()


@record(frozen=True, slots=True)
class Included:
    """The text that a named template gives for a dot; it is worked out only where it matters."""

    name: str
    dot: Value
    layout: Layout = Layout()


Value: TypeAlias = UnknownValue | Reference | Literal | Record | Items | Choice | PrintedValue | Included
UNKNOWN = UnknownValue()


def choice(*options: Value) -> Value:
    """One of these; known ones only, and without repetition."""
    flat: list[Value] = []
    for option in options:
        flat += option.options if isinstance(option, Choice) else (option,)
    known = [option for number, option in enumerate(flat) if option != UNKNOWN and option not in flat[:number]]
    if not known:
        return UNKNOWN
    return known[0] if len(known) == 1 else Choice(tuple(known))


def each(value: Value, change: Callable[[Value], Value]) -> Value:
    """A value with each of its options changed."""
    if isinstance(value, Choice):
        return choice(*map(change, value.options))
    return change(value)


def member(value: Value, name: str) -> Value:
    """`value.name`."""

    def of(one: Value) -> Value:
        if isinstance(one, Record):
            return one.fields.get(name, UNKNOWN)
        return Reference((*one.path, name)) if isinstance(one, Reference) else UNKNOWN

    return each(value, of)


def element(value: Value) -> Value:
    """An item of a list, or a value of a map."""

    def of(one: Value) -> Value:
        if isinstance(one, Items):
            return choice(*one.items)
        if isinstance(one, Record):
            return choice(*one.fields.values())
        return Reference((*one.path, EACH)) if isinstance(one, Reference) else UNKNOWN

    return each(value, of)


def text_of(value: Value) -> str | None:
    """The constant string that a value is."""
    return value.value if isinstance(value, Literal) and isinstance(value.value, str) else None
