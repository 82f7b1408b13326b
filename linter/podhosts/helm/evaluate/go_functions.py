"""The functions of Go's `text/template` itself (1.26): comparison, index, len, printing, escaping.

`and` and `or` are the evaluator's, which does not evaluate what they do not need; Sprig has another `slice`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from podhosts.helm.evaluate.arguments import INVALID, REFLECT, is_assignable, missing_element, unboxed
from podhosts.helm.language.quoting import is_printable
from podhosts.helm.model import (
    ANY,
    Bool,
    FunctionError,
    GoFunction,
    GoList,
    GoMap,
    GoObject,
    GoUnknown,
    Nil,
    Number,
    Unsupported,
    derived_origin,
    is_true,
    type_of,
)
from podhosts.helm.printing import shown, sprint, sprintf, sprintln
from podhosts.helm.traced import Traced
from podhosts.patterns import regex

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Sequence

    from podhosts.helm.model import Evaluation, GoValue

_BAD_TYPE = "invalid type for comparison"


def _boolean(value: bool, inputs: Sequence[GoValue]) -> Bool:
    return Bool(value, derived_origin(inputs))


def _basic_kind(value: GoValue) -> str:
    """The kind by which Go compares a value, empty for what it does not."""
    if isinstance(value, Traced):
        return "string"
    if isinstance(value, Bool):
        return "bool"
    if isinstance(value, Number):
        if value.kind.startswith("uint"):
            return "uint"
        return next((kind for kind in ("float", "complex") if value.kind.startswith(kind)), "int")
    if isinstance(value, GoUnknown):
        raise Unsupported(f"comparing {value.identity}")
    return ""


def _plain(value: GoValue) -> str | bool | int | float | complex:
    """The value of what has a basic kind."""
    if isinstance(value, Traced):
        return value.text
    assert isinstance(value, (Bool, Number))  # nothing else has one
    return value.value


def _incompatible(first: GoValue, second: GoValue) -> FunctionError:
    return FunctionError(f"incompatible types for comparison: {type_of(first)} and {type_of(second)}")


def _is_equal(first: GoValue, second: GoValue) -> bool:
    """Go's `eq` of two values."""
    kind, other = _basic_kind(first), _basic_kind(second)
    if kind != other:
        if {kind, other} == {"int", "uint"}:
            return _plain(first) == _plain(second)
        if not isinstance(first, Nil) and not isinstance(second, Nil):
            raise _incompatible(first, second)
        return False
    if kind:
        return _plain(first) == _plain(second)
    if isinstance(first, Nil) or isinstance(second, Nil):
        return isinstance(first, Nil) and isinstance(second, Nil)
    if type(first) is not type(second):
        words = f"{_verb_s(first)}: {type_of(first)}, {type_of(second)}: {shown(second).text}"
        raise FunctionError(f"non-comparable types {words}")
    if isinstance(first, GoObject):
        raise Unsupported("comparing objects")
    raise FunctionError(f"non-comparable type {_verb_s(second)}: {type_of(second)}")


def _verb_s(value: GoValue) -> str:
    return sprintf(Traced.own("%s"), [value]).text


def _is_less(first: GoValue, second: GoValue) -> bool:
    """Go's `lt`."""
    kind, other = _basic_kind(first), _basic_kind(second)
    if not kind or not other:
        raise FunctionError(_BAD_TYPE)
    if kind != other and {kind, other} != {"int", "uint"}:
        raise _incompatible(first, second)
    if kind in ("bool", "complex"):
        raise FunctionError(_BAD_TYPE)
    one, two = _plain(first), _plain(second)
    if isinstance(one, str) and isinstance(two, str):
        return one.encode("utf-8", "surrogateescape") < two.encode("utf-8", "surrogateescape")
    assert isinstance(one, (int, float))  # the kinds say so
    assert isinstance(two, (int, float))
    return one < two


def _eq(_: Evaluation, values: list[GoValue]) -> GoValue:
    if len(values) < 2:
        raise FunctionError("missing argument for comparison")
    return _boolean(any(_is_equal(values[0], value) for value in values[1:]), values)


def _comparison(compare: Callable[[GoValue, GoValue], bool]) -> Callable[[Evaluation, list[GoValue]], GoValue]:
    def call(_: Evaluation, values: list[GoValue]) -> GoValue:
        return _boolean(compare(values[0], values[1]), values)

    return call


def _is_at_most(first: GoValue, second: GoValue) -> bool:
    return _is_less(first, second) or _is_equal(first, second)


def _not(_: Evaluation, values: list[GoValue]) -> GoValue:
    return _boolean(not is_true(values[0]), values)


def _position(index: GoValue, size: int) -> int:
    """An index of a list or string."""
    if isinstance(index, Nil):
        raise FunctionError("cannot index slice/array with nil")
    if not isinstance(index, Number) or not isinstance(index.value, int):
        raise FunctionError(f"cannot index slice/array with type {type_of(index)}")
    if not 0 <= index.value <= size:
        raise FunctionError(f"index out of range: {index.value}")
    return index.value


def _index(_: Evaluation, values: list[GoValue]) -> GoValue:
    item = values[0]
    if isinstance(item, Nil):
        raise FunctionError("index of untyped nil")
    for index in values[1:]:
        item = _indexed(item, index)
    return item


def _indexed(item: GoValue, index: GoValue) -> GoValue:
    if isinstance(item, Nil):
        raise FunctionError("index of nil pointer")
    if isinstance(item, GoList):
        position = _position(index, len(item.items))
        if position == len(item.items):
            raise FunctionError("reflect: slice index out of range")
        return item.items[position]
    if isinstance(item, Traced):
        encoded = item.text.encode("utf-8", "surrogateescape")
        position = _position(index, len(encoded))
        if position == len(encoded):
            raise FunctionError("reflect: string index out of range")
        return Number("uint8", encoded[position], derived_origin((item,)))
    if isinstance(item, GoMap):
        if isinstance(index, Nil):
            raise FunctionError("value is nil; should be of type string")
        if not is_assignable(index, "string"):
            raise FunctionError(f"value has type {type_of(index)}; should be string")
        assert isinstance(index, Traced)  # nothing else is a string
        found = item.entries.get(index.text)
        return unboxed(missing_element(item)) if found is None else found
    if isinstance(item, GoUnknown):
        raise Unsupported(f"what is in {item.identity}")
    raise FunctionError(f"can't index item of type {type_of(item)}")


def _len(_: Evaluation, values: list[GoValue]) -> GoValue:
    value = values[0]
    if isinstance(value, Traced):
        size = len(value.text.encode("utf-8", "surrogateescape"))
    elif isinstance(value, GoList):
        size = len(value.items)
    elif isinstance(value, GoMap):
        size = len(value.entries)
    elif value is INVALID:
        raise FunctionError("reflect: call of reflect.Value.Type on zero Value")
    elif isinstance(value, Nil):
        raise FunctionError("len of nil pointer")
    else:
        raise FunctionError(f"len of type {type_of(value)}")
    return Number("int", size, derived_origin((value,)) if isinstance(value, Traced) else value.origin)


def _call(_: Evaluation, values: list[GoValue]) -> GoValue:
    if isinstance(values[0], Nil):
        raise FunctionError("call of nil")
    raise Unsupported("call of something that is no function")


def _printf(_: Evaluation, values: list[GoValue]) -> GoValue:
    template = values[0]
    assert isinstance(template, Traced)  # its parameter is a string
    return sprintf(template, values[1:])


_NO_VALUE = Traced.own("<no value>")


def _as_text(values: list[GoValue]) -> Traced:
    """The text that the escaping functions take of their arguments."""
    if len(values) == 1 and isinstance(values[0], Traced):
        return values[0]
    return sprint([_NO_VALUE if isinstance(value, Nil) else value for value in values])


_HTML = {"\0": "\ufffd", '"': "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;"}
_HTML_SPECIAL = regex("[\0\"'&<>]")
_JS = {"\\": "\\\\", "'": "\\'", '"': '\\"', "<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "=": "\\u003D"}
_JS_SPECIAL = regex(r"[\\'\"<>&=\x00-\x1f]|[^\x00-\x7f]")


def _escaped_js(match: re.Match[str]) -> str:
    character = match.group()
    number = ord(character)
    if number > 0x7F:
        if 0xDC80 <= number <= 0xDCFF:
            return "\\uFFFD"
        return character if is_printable(character) else f"\\u{number:04X}"
    return _JS.get(character) or f"\\u00{number:02X}"


def _html(_: Evaluation, values: list[GoValue]) -> GoValue:
    text = _as_text(values)
    return text.derive(_HTML_SPECIAL.sub(lambda match: _HTML[match.group()], text.text))


def _js(_: Evaluation, values: list[GoValue]) -> GoValue:
    text = _as_text(values)
    return text.derive(_JS_SPECIAL.sub(_escaped_js, text.text))


def _urlquery(_: Evaluation, values: list[GoValue]) -> GoValue:
    text = _as_text(values)
    return text.derive(quote_plus(text.text.encode("utf-8", "surrogateescape"), safe=""))


_REST = f"...{ANY}"
#: By name.
GO_FUNCTIONS = {
    function.name: function
    for function in (
        GoFunction("eq", _eq, (REFLECT, f"...{REFLECT}")),
        GoFunction("ne", _comparison(lambda first, second: not _is_equal(first, second)), (REFLECT, REFLECT)),
        GoFunction("lt", _comparison(_is_less), (REFLECT, REFLECT)),
        GoFunction("le", _comparison(_is_at_most), (REFLECT, REFLECT)),
        GoFunction("gt", _comparison(lambda first, second: not _is_at_most(first, second)), (REFLECT, REFLECT)),
        GoFunction("ge", _comparison(lambda first, second: not _is_less(first, second)), (REFLECT, REFLECT)),
        GoFunction("not", _not, (REFLECT,)),
        GoFunction("index", _index, (REFLECT, f"...{REFLECT}")),
        GoFunction("len", _len, (REFLECT,)),
        GoFunction("call", _call, (REFLECT, f"...{REFLECT}")),
        GoFunction("print", lambda _, values: sprint(values), (_REST,)),
        GoFunction("printf", _printf, ("string", _REST)),
        GoFunction("println", lambda _, values: sprintln(values), (_REST,)),
        GoFunction("html", _html, (_REST,)),
        GoFunction("js", _js, (_REST,)),
        GoFunction("urlquery", _urlquery, (_REST,)),
        # Only their names: the evaluator runs them.
        GoFunction("and", lambda _, values: values[-1], (REFLECT, f"...{REFLECT}")),
        GoFunction("or", lambda _, values: values[-1], (REFLECT, f"...{REFLECT}")),
    )
}
