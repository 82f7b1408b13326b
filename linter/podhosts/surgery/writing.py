"""New YAML text in the style of its neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from podhosts.document import Mapping, Scalar, Sequence, is_plain_string
from podhosts.patterns import regex
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from podhosts.document import Node

Value: TypeAlias = "str | list[Value] | dict[str, Value] | Commented"

_PLAIN = regex(r"[A-Za-z0-9.:_/-]+")


class Commented(NamedTuple):
    """An item of a list with the comment that stands above it, without the `#`."""

    value: Value
    comment: str


class Style(NamedTuple):
    """The quotes of values and of keys (empty for none), and the blanks before the dashes of a list below a key."""

    values: str = ""
    keys: str = ""
    lists: str = ""


JSON_STYLE = Style('"', '"')


def style_of(model: Node | None) -> Style:
    """The quotes of the last scalar in a node, and of the last key."""
    values = keys = ""
    while not isinstance(model, Scalar):
        if isinstance(model, Mapping) and model.entries:
            keys = _quotes(model.entries[-1].key)
            model = model.entries[-1].value
        elif isinstance(model, Sequence) and model.items:
            model = model.items[-1]
        else:
            return Style(values, keys)
    return Style(_quotes(model), keys)


def _quotes(scalar: Scalar) -> str:
    return scalar.style if scalar.style in {"'", '"'} else ""


def scalar_text(text: str, quotes: str = "", *, in_flow: bool = False) -> str:
    """A string as YAML text that is read back as that string, with the quotes that are asked for where they do."""
    if not quotes and _PLAIN.fullmatch(text) and is_plain_string(text) and not (in_flow and ":" in text):
        return text
    if quotes == "'" and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return double_quoted(text)


def double_quoted(text: str) -> str:
    """A string in double quotes, with the escapes that YAML and JSON share."""
    from json import dumps

    return dumps(text, ensure_ascii=not text.isprintable())


def flow_text(value: Value, style: Style) -> str | None:
    """A value on one line; None where it has a comment, which would end the line."""
    if isinstance(value, Commented):
        return None
    if isinstance(value, str):
        return scalar_text(value, style.values, in_flow=True)
    if isinstance(value, list):
        items = [flow_text(item, style) for item in value]
        return None if None in items else f"[{', '.join(filter(None, items))}]"
    pairs = {scalar_text(key, style.keys): flow_text(item, style) for key, item in value.items()}
    return None if None in pairs.values() else "{" + ", ".join(f"{key}: {text}" for key, text in pairs.items()) + "}"


def block_lines(value: Value, model: Node | None, style: Style) -> list[str]:
    """The lines of a value in block style; a list below a key is written as in `model`, a node of the same shape."""
    if isinstance(value, Commented):
        return block_lines(value.value, model, style)
    if isinstance(value, str):
        return [scalar_text(value, style.values)]
    if isinstance(value, list):
        return [line for item in value for line in item_lines(item, None, style)] or ["[]"]
    lines = []
    for key, item in value.items():
        written = f"{scalar_text(key, style.keys)}:"
        example = model.get(key) if isinstance(model, Mapping) else None
        is_flow = isinstance(example, Sequence | Mapping) and example.flow
        on_one_line = flow_text(item, style) if isinstance(item, str) or is_flow or not item else None
        if isinstance(item, str):
            on_one_line = scalar_text(item, style.values)
        if on_one_line is not None:
            lines.append(f"{written} {on_one_line}")
        else:
            indent = "  " if isinstance(item, dict) else style.lists
            lines += [written, *(f"{indent}{line}" for line in block_lines(item, example, style))]
    return lines


def item_lines(item: Value, model: Node | None, style: Style, opening: str = "- ") -> list[str]:
    """The lines of an item of a block list, its comment first; `opening` is the dash with the blanks behind it."""
    above = [f"# {item.comment}"] if isinstance(item, Commented) and item.comment else []
    first, *others = block_lines(item, model, style)
    return [*above, opening + first, *(" " * len(opening) + line for line in others)]
