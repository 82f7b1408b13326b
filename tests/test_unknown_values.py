"""What a template or placeholder decides is unknown: a rule that fires on the rest never fires because of it.

Every rule's bad example, with one part of it handed over to a template after the other.
"""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import pytest

from podhosts.document import Document, Mapping, Scalar, Sequence, split
from podhosts.engine import Options, lint
from podhosts.rules import RULES
from podhosts.source import Source
from tests.effort import sampled
from tests.test_rule_examples import bare, examples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.document import Node
    from podhosts.rules import Rule

#: Of a key that is written they speak, whatever stands behind it.
OF_KEYS = {"unknown-field", "misplaced-host-aliases", "duplicate-key"}
#: What is written twice.
OF_PAIRS = {"duplicate-ip", "duplicate-hostname", "conflicting-hostname", "duplicate-key"}
#: They speak of comments, not of values.
OF_COMMENTS = {"unused-suppression", "expired-suppression"}

#: Ways to print a value behind its key, which is indented by `{0}`.
PRINTED = [
    " {{{{ .Values.x }}}}",
    " {{{{- toYaml .Values.x | nindent {0} }}}}",
    ' {{{{ include "web.x" . | nindent {0} }}}}',
    "\n{{{{ toYaml .Values.x | indent {0} }}}}",
    "\n{{{{- with .Values.x }}}}\n{{{{ toYaml . | indent {0} }}}}\n{{{{- end }}}}",
    "\n# why\n\n   # and how\n  {{{{- tpl (toYaml .Values.x) $ | nindent {0} }}}}",
    "\n{{% for one in x %}}\n{{{{ one | to_nice_yaml }}}}\n{{% endfor %}}",
    " {{{{ x | to_nice_yaml | indent(4, true) }}}}",
    " #@ data.values.x",
]
#: Placeholders that YAML reads as a string.
PLACEHOLDERS = [
    "${X}", "$X", "$(X)", "<X>", '"{{ .Values.x }}"', "'{% x %}'", '"@X@"', '"@@X@@"', '"%X%"', '"%%X%%"', "<your-ip>",
    "a.${X}.example", "10.0.0.$(X)",
]  # fmt: skip
CONDITIONS = [
    ("{{{{- if eq .Values.env `{0}` }}}}", "{{{{- end }}}}"),
    ("{{{{ with .Values.x{0} }}}}", "{{{{ end }}}}"),
    ("{{{{- range $key, $value := .Values.x{0} }}}}", "{{{{- end }}}}"),
    ("{{% if x == '{0}' %}}", "{{% endif %}}"),
    ("{{{{#if x{0}}}}}", "{{{{/if}}}}"),
    ("#@ if data.values.x{0}:", "#@ end"),
]


class Kind(NamedTuple):
    """An API version and kind whose `spec` holds hostAliases."""

    api_version: str
    kind: str


KINDS = [
    Kind("v1", "Pod"),
    Kind("monitoring.coreos.com/v1", "Prometheus"),
    Kind("example.com/v1", "Widget"),
]


class Part(NamedTuple):
    """A value: its path, where it and its key stand (None for an item), and the column of the key."""

    path: str
    key: Node | None
    value: Node
    column: int
    in_flow: bool


def bad_examples(rule: type[Rule]) -> Iterator[str]:
    for example in examples(rule, "Bad"):
        text = bare(example)
        yield text
        if text.startswith("apiVersion: v1\nkind: Pod\n"):
            for kind in KINDS[1:]:
                head = f"apiVersion: {kind.api_version}\nkind: {kind.kind}\n"
                yield text.replace("apiVersion: v1\nkind: Pod\n", head, 1)


def documents(text: str) -> list[Document]:
    source = Source("x.yaml", text.encode())
    return [Document(source, piece) for piece in split(source.text)]


def parts(node: Node | None, path: str = "", *, in_flow: bool = False) -> Iterator[Part]:
    """Every value below a node, outer ones first."""
    if isinstance(node, Mapping):
        for entry in node.entries:
            inner = f"{path}.{entry.name}".lstrip(".")
            yield Part(inner, entry.key, entry.value, 0, in_flow or node.flow)
            yield from parts(entry.value, inner, in_flow=in_flow or node.flow)
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            yield Part(f"{path}[{index}]", None, item, 0, in_flow or node.flow)
            yield from parts(item, f"{path}[{index}]", in_flow=in_flow or node.flow)


def handed_over(text: str, part: Part, turn: int) -> Iterator[str]:
    """The text with a template or placeholder in place of a value; each part has its turn with some of the forms."""
    value = part.value
    for placeholder in PLACEHOLDERS[turn % 6 :: 6]:
        # In a flow mapping or list most of them are an error where they have no quotes.
        quoted = f"'{placeholder}'" if part.in_flow and placeholder[0] not in "\"'" else placeholder
        if part.key is None:
            yield text[: value.start] + quoted + text[value.end :]
        else:
            yield text[: part.key.end] + ": " + quoted + text[value.end :]
    if part.key is None or part.in_flow:
        return
    column = part.key.start - text.rfind("\n", 0, part.key.start) - 1
    for spelling in PRINTED[turn % 3 :: 3]:
        yield text[: part.key.end] + ":" + spelling.format(column + 2) + text[value.end :]


def findings(text: str) -> list[Diagnostic]:
    everything = frozenset(rule.name for rule in RULES)
    found = lint(Source("x.yaml", text.encode()), Options(selected=everything)).findings
    # That each iteration of a loop prints an entry again is no comparison.
    return [item for item in found if item.rule not in OF_COMMENTS and not item.message.startswith("each iteration of")]


#: Rules that report a name or address once, wherever it stands.
OF_SEVERAL = frozenset({"duplicate-ip", "duplicate-hostname", "conflicting-hostname"})


def places(found: list[Diagnostic]) -> set[tuple[str, str, int | None]]:
    return {(finding.rule, _field(finding), finding.document) for finding in found}


def _field(finding: Diagnostic) -> str:
    """A finding about several places stands at the second one that is known, whichever that is."""
    field = finding.field or ""
    return re.sub(r"\[\d+\]", "[]", field) if finding.rule in OF_SEVERAL else field


def is_below(field: str, path: str) -> bool:
    return field == path or field.startswith((f"{path}.", f"{path}["))


every_rule = pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.name not in OF_COMMENTS], ids=lambda rule: rule.name
)


@every_rule
def test_nothing_is_said_of_a_value_that_is_handed_over(rule: type[Rule]) -> None:
    count = 0
    for example in bad_examples(rule):
        before = places(findings(example))
        for document in documents(example):
            every = list(parts(document.root))
            # Not always the first ones, and of a long list not all items.
            for part in sampled(every[count % 3 :], max(3, len(every) // 16)):
                # Without its kind and version a document is another one.
                if part.path in {"apiVersion", "kind"}:
                    continue
                for text in handed_over(example, part, count + len(part.path)):
                    after = findings(text)
                    told = [item for item in after if item.document == document.number]
                    told = [item for item in told if is_below(item.field or "", part.path)]
                    assert {item.rule for item in told} <= OF_KEYS, (part.path, text, told)
                    assert places(after) <= before, (part.path, text, places(after) - before)
                    count += 1
    assert count or rule.name in {"syntax-error"}


def lines_of(text: str, node: Node) -> tuple[int, int]:
    """The whole lines on which a node stands."""
    start = text.rfind("\n", 0, node.start) + 1
    return start, text.find("\n", node.end) + 1 or len(text)


def wrappable(text: str, node: Node | None) -> Iterator[list[tuple[int, int]]]:
    """For each block list and mapping, the lines of its items or keys that have lines of their own."""
    if isinstance(node, Sequence) and not node.flow:
        yield [lines_of(text, item) for item in node.items]
    if isinstance(node, Mapping) and not node.flow:
        first = node.entries[0].key.start
        is_dashed = text[text.rfind("\n", 0, first) + 1 : first].strip() != ""
        yield [
            (text.rfind("\n", 0, entry.key.start) + 1, lines_of(text, entry.value)[1])
            for entry in node.entries[is_dashed:]
        ]
    for below in (
        [entry.value for entry in node.entries]
        if isinstance(node, Mapping)
        else node.items
        if isinstance(node, Sequence)
        else []
    ):
        yield from wrappable(text, below)


def wrapped(text: str, stretches: list[tuple[int, int]], opening: str, closing: str) -> str:
    """The text with each of some stretches in a condition of its own."""
    pieces, at = [], 0
    for number, (start, end) in enumerate(stretches):
        pieces += [text[at:start], opening.format(number), "\n", text[start:end], closing.format(), "\n"]
        at = end
    return "".join([*pieces, text[at:]])


@every_rule
@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda condition: re.sub(r"\W+", " ", condition[0]).strip())
def test_what_stands_under_a_condition_of_its_own_is_not_compared(rule: type[Rule], condition: tuple[str, str]) -> None:
    for example in sampled(list(bad_examples(rule))[CONDITIONS.index(condition) % 2 :], 2):
        before = places(findings(example))
        for document in documents(example):
            for stretches in wrappable(example, document.root):
                # The last of them alone, then all of them, each under its own.
                for stretch in stretches[-1:]:
                    text = wrapped(example, [stretch], *condition)
                    assert places(findings(text)) <= before, text
                text = wrapped(example, stretches, *condition)
                after = findings(text)
                assert places(after) <= before, text
                for first, second in combinations(stretches, 2):
                    inside = [
                        item for item in after if item.rule in OF_PAIRS and joins(item, text, example, first, second)
                    ]
                    assert inside == [], text


def joins(finding: Diagnostic, text: str, example: str, first: tuple[int, int], second: tuple[int, int]) -> bool:
    """Whether a finding is about two stretches of the example, in the text with conditions."""
    spans = [finding.span, *(related.span for related in finding.related)]
    lines = {
        text.rfind("\n", 0, span.start) + 1: text[text.rfind("\n", 0, span.start) + 1 : span.end] for span in spans
    }
    ranges = [place_in(text, example[slice(*stretch)]) for stretch in (first, second)]
    return all(any(start <= at < end for at in lines) for start, end in ranges)


def place_in(text: str, part: str) -> tuple[int, int]:
    start = text.find(part)
    return start, start + len(part)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DB_IP", {"invalid-ip"}),
        ("'@DB_IP'", {"invalid-ip"}),
        ("'%DB_IP'", {"invalid-ip"}),
        ("fe80::1%eth0", {"invalid-ip"}),
        ("'%%'", {"invalid-ip"}),
        ("'@DB_IP@'", set()),
        ("%DB_IP%".join("''"), set()),
    ],
)
def test_a_bare_word_is_no_placeholder(text: str, expected: set[str]) -> None:
    head = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers: [{name: web, image: web}]\n"
    found = findings(f"{head}  hostAliases:\n  - ip: {text}\n    hostnames: [a.example]\n")
    assert {item.rule for item in found} == expected


def test_a_scalar_knows_what_is_written_and_what_is_decided() -> None:
    (document,) = documents('a: ${X}\nb: "{{ x }}"\nc:\n{{ toYaml .x | indent 2 }}\nd: 1\n')
    root = document.root
    assert isinstance(root, Mapping)
    values = [entry.value for entry in root.entries]
    assert [value.is_unknown for value in values if isinstance(value, Scalar)] == [True, True, True, False]
    assert [value.written for value in values if isinstance(value, Scalar)] == ["${X}", "{{ x }}", None, 1]
