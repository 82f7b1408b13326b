"""Manifests inside strings: findings at the true place of the outer file, whatever the string's style."""

from __future__ import annotations

import json

import pytest

from podhosts.engine import Options, default_selection, lint
from podhosts.source import Source

INNER = """\
apiVersion: v1
kind: Pod
metadata: {name: inner}
spec:
  hostAliases:
  - ip: 10.0.0.256
    hostnames: [a, a]
"""
OUTER = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: outer}\ndata:\n"


def findings(text: str) -> list[tuple[int, int, str, str]]:
    result = lint(Source("outer.yaml", text.encode()), Options(selected=default_selection()))
    found = []
    for finding in result.findings:
        at = finding.source.position(finding.span.start)
        found.append((at.line, at.column, finding.rule, finding.source.cut(finding.span)))
    return found


def indented(text: str, blanks: int) -> str:
    return "".join(f"{' ' * blanks}{line}" for line in text.splitlines(keepends=True))


@pytest.mark.parametrize("header", ["|", "|-", "|+", "|  # a comment", "&x |"])
def test_block_scalars(header: str) -> None:
    assert findings(f"{OUTER}  pod.yaml: {header}\n{indented(INNER, 4)}") == [
        (11, 13, "invalid-ip", "10.0.0.256"),
        (12, 24, "duplicate-hostname", "a"),
    ]


def test_quoted_string() -> None:
    text = f"{OUTER}  pod.yaml: {json.dumps(INNER)}\n"
    assert [(line, rule, marked) for line, _, rule, marked in findings(text)] == [
        (5, "invalid-ip", "10.0.0.256"),
        (5, "duplicate-hostname", "a"),
    ]


def test_json_string() -> None:
    text = json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "data": {"pod.yaml": INNER}})
    assert [(rule, marked) for _, _, rule, marked in findings(text)] == [
        ("invalid-ip", "10.0.0.256"),
        ("duplicate-hostname", "a"),
    ]


def test_streams_inside_a_string() -> None:
    stream = f"{INNER}---\n{INNER}"
    assert [line for line, *_ in findings(f"{OUTER}  pods.yaml: |\n{indented(stream, 4)}")] == [11, 12, 19, 20]


def test_a_suppression_on_the_key_covers_the_string() -> None:
    text = f"{OUTER}  pod.yaml: |  # podhosts: ignore[invalid-ip, duplicate-hostname] a sample\n{indented(INNER, 4)}"
    assert findings(text) == []


@pytest.mark.parametrize(
    "content",
    [
        "kubectl apply -f - <<EOF\nkind: Pod\nhostAliases: [\nEOF\n",
        "kind: of text\nhostAliases: [...{\n",
        "# kind: Pod\nhostAliases:\n- ip: nope\n",
        "kind: Sample\nhostAliases:\n- ip: nope\n",
    ],
)
def test_other_text_is_passed_over(content: str) -> None:
    assert findings(f"{OUTER}  text: |\n{indented(content, 4)}") == []
