"""Patterns that are compiled at their first use are those that `re` compiles."""

from __future__ import annotations

import re

import pytest

from podhosts.patterns import regex


def test_a_pattern_finds_what_its_expression_does() -> None:
    late, now = regex(r"(\w)b", re.IGNORECASE), re.compile(r"(\w)b", re.IGNORECASE)
    for _ in range(2):
        assert late.findall("ab CB") == now.findall("ab CB") == ["a", "C"]
    assert late.sub("x", "ab") == "x"
    assert (late.pattern, late.flags, late.groups) == (now.pattern, now.flags, now.groups)
    assert regex(rb"a").search(b"ba") is not None


def test_nothing_is_compiled_before_the_first_use() -> None:
    wrong = regex("(")
    with pytest.raises(re.error):
        wrong.match("")
