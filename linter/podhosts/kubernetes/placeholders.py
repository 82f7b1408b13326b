"""Marks of templates and placeholders: values that are decided elsewhere, so that nothing can be said of them."""

from __future__ import annotations

import re

_PLACEHOLDER = re.compile(
    r"\{\{|\}\}|\{%|%\}|\$\{|\$\(|\$[A-Z_]|^\$[a-z]|<[A-Za-z][A-Za-z0-9_. -]*>|@@[A-Za-z0-9_.-]+@@|<%|%>|^#@|#\{|\(@",
)
_TEMPLATE = re.compile(r"\{\{|\{%|<%|\$\{[A-Za-z_]|#\{[A-Za-z_]|@@[A-Za-z0-9_.-]+@@")
#: The beginnings and ends of marks that are no YAML by themselves.
_BREAKING = (("{{", "}}"), ("{%", "%}"), ("<%", "%>"))
#: Names in marks with which no plain scalar may begin, or that stand where a key or an item should.
_BREAKING_NAME = re.compile(r"(@@?|%%?)[A-Za-z_][A-Za-z0-9_.-]*\1|<{1,2}[A-Za-z][A-Za-z0-9_. -]*>{1,2}")


#: One of these is in whatever the pattern matches.
_MARKS = ("$", "<", "{{", "}}", "{%", "%}", "%>", "@@", "#@", "#{", "(@")


def may_hold_placeholders(text: str) -> bool:
    """Whether a document's text may have a placeholder as a value, at the cost of a search; escapes may hide one."""
    return "\\" in text or any(mark in text for mark in _MARKS)


def is_placeholder(text: str) -> bool:
    """Whether a value holds `{{ }}`, `${VAR}`, `$VAR`, `$(VAR)`, `<NAME>`, `@@NAME@@`, `{% %}` or `#{NAME}#`.

    Marks of ytt (`#@ value`, `(@= value @)`) count, too.
    """
    return _PLACEHOLDER.search(text) is not None


def is_template(text: str) -> bool:
    """Whether a document's text holds marks of a template engine that can keep it from being YAML."""
    return _TEMPLATE.search(text) is not None


def marks_that_break(text: str) -> bool:
    """Whether a text, without its strings, holds `{{ }}`, `{% %}` or `<% %>`, which can keep it from being YAML."""
    return any((at := text.find(opening)) >= 0 and text.find(closing, at) >= 0 for opening, closing in _BREAKING)


def names_that_break(text: str) -> bool:
    """Whether a text, without its strings, holds `@NAME@`, `%NAME%`, `<NAME>` or their doubles."""
    return _BREAKING_NAME.search(text) is not None
