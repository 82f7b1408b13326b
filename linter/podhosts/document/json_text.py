"""JSON text to nodes. Go's JSON decoder takes what JSON allows, duplicate keys included; so does this reader."""

from __future__ import annotations

import json

from podhosts.document.nodes import Entry, Mapping, Node, Scalar, Sequence
from podhosts.document.reading import MAX_DEPTH, UnreadableError
from podhosts.patterns import regex
from podhosts.source import Span

_SPACE = regex(r"[ \t\r\n]*")
_STRING = regex(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
_LITERAL = regex(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null")
_SURROGATES = dict.fromkeys(range(55296, 57344), 65533)


def read_json(text: str, begin: int, end: int) -> Node:
    """The JSON value in `text[begin:end]` as nodes whose spans are offsets in `text`; strings have the style `"`.

    Raises UnreadableError with the place where it stops being JSON.
    """
    at = _skip(text, begin, end)
    stack: list[tuple[Mapping | Sequence, Scalar | None]] = []
    while True:
        opening = _next(text, at, end)
        if opening in {"{", "["}:
            if len(stack) >= MAX_DEPTH:
                raise UnreadableError("exceeded max depth", Span(at, at))
            opened = Mapping(at, 0, flow=True) if opening == "{" else Sequence(at, 0, flow=True)
            at = _skip(text, at + 1, end)
            if _next(text, at, end) != ("}" if opening == "{" else "]"):
                key, at = _key(text, at, end) if isinstance(opened, Mapping) else (None, at)
                stack.append((opened, key))
                continue
            at += 1
            opened.end = at
            node: Node = opened
        else:
            node = _scalar(text, at, end)
            at = node.end
        # Hand the finished node to its parent, and finish parents as they close.
        while True:
            if not stack:
                return node
            parent, key = stack[-1]
            if isinstance(parent, Mapping):
                assert key is not None  # a mapping on the stack has read its key
                parent.entries.append(Entry(key, node, None))
            else:
                parent.items.append(node)
            at = _skip(text, at, end)
            following = _next(text, at, end)
            if following == ",":
                at = _skip(text, at + 1, end)
                if isinstance(parent, Mapping):
                    key, at = _key(text, at, end)
                    stack[-1] = (parent, key)
                break
            if following != ("}" if isinstance(parent, Mapping) else "]"):
                raise UnreadableError(_complaint(text, at, end), Span(at, at))
            at += 1
            parent.end = at
            stack.pop()
            node = parent


def _skip(text: str, at: int, end: int) -> int:
    space = _SPACE.match(text, at, end)
    assert space is not None  # matches the empty string
    return space.end()


def _next(text: str, at: int, end: int) -> str:
    return text[at] if at < end else ""


def _key(text: str, at: int, end: int) -> tuple[Scalar, int]:
    if _next(text, at, end) != '"':
        raise UnreadableError(_complaint(text, at, end), Span(at, at))
    key = _scalar(text, at, end)
    at = _skip(text, key.end, end)
    if _next(text, at, end) != ":":
        raise UnreadableError(_complaint(text, at, end), Span(at, at))
    return key, _skip(text, at + 1, end)


def _scalar(text: str, at: int, end: int) -> Scalar:
    if match := _STRING.match(text, at, end):
        value = json.loads(match.group())
        return Scalar(at, match.end(), value.translate(_SURROGATES), '"')
    if match := _LITERAL.match(text, at, end):
        return Scalar(at, match.end(), match.group(), "")
    raise UnreadableError(_complaint(text, at, end), Span(at, at))


def _complaint(text: str, at: int, end: int) -> str:
    if at >= end:
        return "unexpected end of JSON input"
    return f"invalid character {text[at]!r} in JSON"
