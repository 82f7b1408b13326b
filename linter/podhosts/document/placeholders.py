"""Marks of templates and placeholders: values that are decided elsewhere, so that nothing can be said of them.

The one list of forms. A value that holds one of them is `UNKNOWN` to whoever asks its node (`Scalar.value`).
"""

from __future__ import annotations

from podhosts.patterns import regex

_NAME = r"[A-Za-z_][A-Za-z0-9_.-]*"
_PLACEHOLDER = regex(
    r"\{\{|\}\}|\{%|%\}|<%|%>"  # Go, Jinja, ERB
    r"|\$\{|\$\(|\$[A-Z_]|^\$[a-z]"  # shells, envsubst, Kubernetes
    r"|<[A-Za-z][A-Za-z0-9_. -]*>"  # documentation
    rf"|@@?{_NAME}@|%{_NAME}%"  # autoconf, CMake, Maven; Windows, and what people make up
    r"|^#@|\(@|#\{",  # ytt, token replacers
)
_TEMPLATE = regex(r"\{\{|\{%|<%|\$\{[A-Za-z_]|#\{[A-Za-z_]|@@[A-Za-z0-9_.-]+@@")
#: The beginnings and ends of marks that are no YAML by themselves.
_BREAKING = (("{{", "}}"), ("{%", "%}"), ("<%", "%>"))
#: Names in marks with which no plain scalar may begin, or that stand where a key or an item should.
_BREAKING_NAME = regex(rf"(@@?|%%?){_NAME}\1|<{{1,2}}[A-Za-z][A-Za-z0-9_. -]*>{{1,2}}")
#: One of these is in whatever the pattern matches.
_MARK = regex(r"[$<@%]|\{\{|\}\}|#\{")


def may_hold_placeholders(text: str) -> bool:
    """Whether a document's text may have a placeholder as a value, at the cost of a search; escapes may hide one."""
    return "\\" in text or _MARK.search(text) is not None


def is_placeholder(text: str) -> bool:
    """Whether a value holds a mark of a template or a placeholder.

    These are `{{ }}`, `{% %}`, `<% %>`, `${VAR}`, `$VAR`, `$(VAR)`, `<NAME>`, `@NAME@`, `%NAME%` and their doubles,
    `#{NAME}#`, and marks of ytt (`#@ value`, `(@= value @)`). A bare word (`NGINX_IP`) is none.
    """
    return _MARK.search(text) is not None and _PLACEHOLDER.search(text) is not None


def is_template(text: str) -> bool:
    """Whether a document's text holds marks of a template engine that can keep it from being YAML."""
    return _TEMPLATE.search(text) is not None


def marks_that_break(text: str) -> bool:
    """Whether a text, without its strings, holds `{{ }}`, `{% %}` or `<% %>`, which can keep it from being YAML."""
    return any((at := text.find(opening)) >= 0 and text.find(closing, at) >= 0 for opening, closing in _BREAKING)


def names_that_break(text: str) -> bool:
    """Whether a text, without its strings, holds `@NAME@`, `%NAME%`, `<NAME>` or their doubles."""
    return _BREAKING_NAME.search(text) is not None
