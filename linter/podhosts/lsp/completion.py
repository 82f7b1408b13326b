"""Completion: `hostAliases` in a pod spec, the keys of an entry, rule names in a suppression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.document import Document, Mapping, Sequence, split
from podhosts.interpret import interpret
from podhosts.patterns import regex
from podhosts.placed import Placed
from podhosts.records import NamedTuple
from podhosts.rules import RULES
from podhosts.rules.documentation import documentation
from podhosts.source import Source, Span

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from podhosts.kubernetes import KnownKinds, Pod

_IN_BRACKET = regex(r"#\s*podhosts:\s*ignore(?:-document|-file)?\[(?:[^\]]*,)?\s*([a-z-]*)$")
_REST_OF_RULE = regex(r"[a-z-]*")
#: What may stand before a key on its line, and what behind one that is being written.
_BEFORE_KEY = regex(r"(?:[ ]*(?:-[ ]+)*|.*[{,][ ]*)([A-Za-z]*)$")
_REST_OF_KEY = regex(r"[A-Za-z]*")
_AFTER_KEY = regex(r"[ \t]*(?::|$|[},#])")
#: Stands for the key that is being written, so that the document can be read.
_STAND_IN = "podhosts-key-being-written"

_LIST_PURPOSE = "Entries that the kubelet adds to the pod's /etc/hosts."
_ENTRY_KEYS = {
    "ip": (" ", "The address of the entry. An address should stand in one entry only."),
    "hostnames": ("", "The names that get the address."),
}


class Proposal(NamedTuple):
    """A text that can be written in the place of `span`."""

    label: str
    text: str
    span: Span
    explanation: str


def proposals(source: Source, offset: int, kinds: KnownKinds) -> Iterator[Proposal]:
    """The texts that can be written at an offset, in the order to show it."""
    line = source.line_span(source.line_at(offset))
    before, after = source.text[line.start : offset], source.text[offset : line.end]
    if found := _IN_BRACKET.search(before):
        span = _word(found, line.start, after, _REST_OF_RULE)
        for rule in RULES:
            yield Proposal(rule.name, rule.name, span, documentation(rule).summary)
    elif found := _BEFORE_KEY.match(before):
        span = _word(found, line.start, after, _REST_OF_KEY)
        if following := _AFTER_KEY.match(source.text[span.end : line.end]):
            yield from _keys(source, span, kinds, has_colon=following.group().endswith(":"))


def _word(found: re.Match[str], start: int, after: str, rest: re.Pattern[str]) -> Span:
    """The word around the offset: its part before is a group of `found`, in a line that starts at `start`."""
    following = rest.match(after)
    assert following is not None  # matches the empty string
    return Span(start + found.start(1), start + found.end(1) + following.end())


def _keys(source: Source, word: Span, kinds: KnownKinds, *, has_colon: bool) -> Iterator[Proposal]:
    for pod, placed in _pods_with_stand_in(source, word, kinds, has_colon=has_colon):
        if _has_key_at(pod.spec, word.start, placed) and pod.list_field not in pod.spec.fields:
            yield Proposal(pod.list_field, pod.list_field + ("" if has_colon else ":"), word, _LIST_PURPOSE)
        entries = pod.spec.get(pod.list_field)
        for entry in entries.items if isinstance(entries, Sequence) else ():
            if isinstance(entry, Mapping) and _has_key_at(entry, word.start, placed):
                for key, (gap, purpose) in _ENTRY_KEYS.items():
                    if key not in entry.fields:
                        yield Proposal(key, key + ("" if has_colon else f":{gap}"), word, purpose)


def _pods_with_stand_in(
    source: Source, word: Span, kinds: KnownKinds, *, has_colon: bool
) -> Iterator[tuple[Pod, Placed]]:
    """The pods of the document as it will be when the key is there, and how each is placed."""
    key = _STAND_IN + ("" if has_colon else ": ")
    text = source.text[: word.start] + key + source.text[word.end :]
    patched = Source(source.path, text.encode("utf-8", "replace"))
    for piece in split(patched.text):
        if piece.language == "yaml" and piece.span.start <= word.start < piece.span.end:
            for interpreted in interpret(Placed(Document(patched, piece)), kinds):
                yield from ((pod, interpreted.placed) for pod in interpreted.rendered_pods())


def _has_key_at(mapping: Mapping, offset: int, placed: Placed) -> bool:
    spans = (placed.span(entry.key.span) for entry in mapping.entries)
    return any(span is not None and span.start == offset for span in spans)
