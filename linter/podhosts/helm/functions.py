"""The functions of Helm's templates that pass a value on, or print it; of all others the result is unknown.

Source: the function lists of Go's `text/template`, of Sprig and of Helm's engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.helm.values import (
    UNKNOWN,
    Form,
    Included,
    Items,
    Literal,
    PrintedValue,
    Record,
    choice,
    each,
    element,
    member,
    text_of,
)
from podhosts.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from podhosts.helm.values import Value

_PRINTERS = {
    **dict.fromkeys(("toYaml", "mustToYaml", "toYamlPretty"), Form.YAML),
    **dict.fromkeys(
        ("toJson", "mustToJson", "toRawJson", "mustToRawJson", "toPrettyJson", "mustToPrettyJson"), Form.JSON
    ),
    **dict.fromkeys(("quote", "squote"), Form.QUOTED),
    **dict.fromkeys(("toString", "print"), Form.GO),
}
#: Functions whose result is their last argument, or much like it.
_PASS_LAST = frozenset({
    "compact", "deepCopy", "mustCompact", "mustDeepCopy", "mustReverse", "mustUniq", "required", "reverse", "sortAlpha",
    "uniq", "mustSortAlpha",
})  # fmt: skip
#: Functions whose result is one of their arguments, or all of them together.
_CHOOSE = frozenset({"coalesce", "concat", "default", "or"})
_TRIMMERS = frozenset({"trim", "trimAll", "trimPrefix", "trimSuffix"})
_READERS = frozenset({"fromJson", "fromJsonArray", "fromYaml", "fromYamlArray", "mustFromJson"})
_ELEMENTS = frozenset({"first", "last", "mustFirst", "mustLast"})
_REST = frozenset({"initial", "mustInitial", "mustRest", "mustSlice", "rest", "slice"})
_MERGERS = {"merge": 1, "mustMerge": 1, "mergeOverwrite": -1, "mustMergeOverwrite": -1}
#: Columns beyond which nobody indents; each costs a character for each line.
_MOST_COLUMNS = 1000


def call(name: str, arguments: Sequence[Value]) -> Value:
    """What a function gives for these arguments."""
    if function := _FUNCTIONS.get(name):
        return function(arguments)
    if not arguments:
        return UNKNOWN
    last = arguments[-1]
    if name in _PRINTERS:
        return each(last, lambda value: PrintedValue(value, _PRINTERS[name]))
    if name in _PASS_LAST:
        return last
    if name in _CHOOSE:
        return choice(*arguments)
    if name in _TRIMMERS:
        return each(last, _trimmed)
    if name in _READERS:
        return each(last, lambda value: value.value if isinstance(value, PrintedValue) else UNKNOWN)
    if name in _ELEMENTS:
        return element(last)
    if name in _REST:
        return arguments[0]
    if name in _MERGERS:
        return _merged(arguments[:: _MERGERS[name]])
    return UNKNOWN


def _trimmed(value: Value) -> Value:
    return replace(value, layout=value.layout.trimmed()) if isinstance(value, PrintedValue | Included) else value


def _indented(arguments: Sequence[Value], *, on_new_line: bool) -> Value:
    if len(arguments) != 2:
        return UNKNOWN
    columns, text = arguments
    count = columns.value if isinstance(columns, Literal) and isinstance(columns.value, int) else None
    if count is not None and not 0 <= count <= _MOST_COLUMNS:
        count = None

    def of(value: Value) -> Value:
        if isinstance(value, Literal) and isinstance(value.value, str) and count is not None:
            pad = " " * count
            return Literal(("\n" if on_new_line else "") + pad + value.value.replace("\n", "\n" + pad))
        printed = value if isinstance(value, PrintedValue | Included) else PrintedValue(value, Form.GO)
        return replace(printed, layout=printed.layout.indented(count, on_new_line=on_new_line))

    return each(text, of)


def _include(arguments: Sequence[Value]) -> Value:
    name = text_of(arguments[0]) if arguments else None
    return UNKNOWN if name is None else Included(name, arguments[1] if len(arguments) > 1 else Literal(None))


def _dict(arguments: Sequence[Value]) -> Value:
    names = [text_of(key) for key in arguments[::2]]
    return Record({name: value for name, value in zip(names, arguments[1::2], strict=False) if name is not None})


def _index(arguments: Sequence[Value]) -> Value:
    value, *keys = arguments or (UNKNOWN,)
    for key in keys:
        name = text_of(key)
        value = element(value) if name is None else member(value, name)
    return value


def _dig(arguments: Sequence[Value]) -> Value:
    """`dig "a" "b" default map`."""
    *keys, fallback, value = arguments if len(arguments) > 2 else (UNKNOWN, UNKNOWN)
    return choice(_index([value, *keys]), fallback)


def _set(arguments: Sequence[Value]) -> Value:
    """`set map key value`."""
    if len(arguments) != 3 or not isinstance(arguments[0], Record) or (name := text_of(arguments[1])) is None:
        return arguments[0] if arguments else UNKNOWN
    return Record({**arguments[0].fields, name: arguments[2]})


def _merged(arguments: Sequence[Value]) -> Value:
    """Maps laid over each other, the first one strongest."""
    records = [value for value in arguments if isinstance(value, Record)]
    if len(records) < len(arguments):
        return choice(*arguments)
    return Record({name: value for record in reversed(records) for name, value in record.fields.items()})


_FUNCTIONS: dict[str, Callable[[Sequence[Value]], Value]] = {
    "and": lambda arguments: arguments[-1] if arguments else UNKNOWN,
    "append": lambda arguments: choice(arguments[0], Items(tuple(arguments[1:]))) if arguments else UNKNOWN,
    "dict": _dict,
    "dig": _dig,
    "get": _index,
    "include": _include,
    "indent": lambda arguments: _indented(arguments, on_new_line=False),
    "index": _index,
    "list": lambda arguments: Items(tuple(arguments)),
    "nindent": lambda arguments: _indented(arguments, on_new_line=True),
    "set": _set,
    "ternary": lambda arguments: choice(*arguments[:2]),
    "tpl": lambda arguments: arguments[0] if arguments else UNKNOWN,
    "tuple": lambda arguments: Items(tuple(arguments)),
}
