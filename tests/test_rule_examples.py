"""The rules' own documentation: its sections, and its examples, which are run."""

from __future__ import annotations

import inspect
import re
from textwrap import dedent

import pytest

from podhosts.engine import Options, default_selection, lint
from podhosts.rules import RULES, Rule
from podhosts.source import Source
from podhosts.triggers import mentions
from tests.charts import files_in_one, lint_in_one

#: What an example cannot but make fire too, on lines without a mark.
ALSO = {"too-many-addresses": {"conflicting-hostname"}}

_MARK = re.compile(r" *# expect: ([a-z -]+)$", re.MULTILINE)
_SECTION = re.compile(r"^(Why|Bad|Good|Fix safety):", re.MULTILINE)

every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


def documentation(rule: type[Rule]) -> str:
    return inspect.cleandoc(rule.__doc__ or "")


def examples(rule: type[Rule], title: str) -> list[str]:
    """The indented blocks below `title:`, in order."""
    blocks = re.findall(rf"^{title}:\n((?:    .*\n|\n)+)", documentation(rule) + "\n", re.MULTILINE)
    return [dedent(block).strip("\n") + "\n" for block in blocks]


def bare(example: str) -> str:
    """An example without its marks."""
    return _MARK.sub("", example)


def findings(rule: type[Rule], text: str) -> list[tuple[int, str]]:
    """What all rules that run by default, and this one, find in an example."""
    options = Options(selected=default_selection() | {rule.name})
    files = files_in_one(text)
    result = lint_in_one(files, options) if files else lint(Source("example.yaml", text.encode()), options)
    assert result.unread == []
    return [(finding.source.position(finding.span.start).line, finding.rule) for finding in result.findings]


@every_rule
def test_sections(rule: type[Rule]) -> None:
    text = documentation(rule)
    assert _SECTION.findall(text) == ["Why", "Bad", "Good", "Fix safety"]
    summary, _, rest = text.partition("\n\n")
    assert summary.endswith(".")
    assert rest.startswith("Why:")
    assert re.search(r"^Fix safety: \S", text, re.MULTILINE), "says nothing"


@every_rule
def test_bad_fires_exactly_where_marked(rule: type[Rule]) -> None:
    for bad in examples(rule, "Bad"):
        lines = enumerate(bad.split("\n"), 1)
        expected = [(number, name) for number, line in lines for mark in _MARK.findall(line) for name in mark.split()]
        assert rule.name in {name for _, name in expected}
        found = [item for item in findings(rule, bare(bad)) if item[1] not in ALSO.get(rule.name, set())]
        assert sorted(found) == sorted(expected)
        assert mentions(bare(bad).encode()), "the fast lane would pass this file by"


@every_rule
def test_good_is_silent(rule: type[Rule]) -> None:
    for good in examples(rule, "Good"):
        assert findings(rule, good) == []


@every_rule
def test_each_rule_has_a_file_of_its_name(rule: type[Rule]) -> None:
    assert rule.__module__ == f"podhosts.rules.{rule.name.replace('-', '_')}"
