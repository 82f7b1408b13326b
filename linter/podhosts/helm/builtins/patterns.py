"""Sprig's functions with regular expressions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from podhosts.helm.builtins.pattern_matching import Pattern, compiled
from podhosts.helm.builtins.pattern_syntax import PatternError, compile_words
from podhosts.helm.builtins.strings import STRING_LIST, strings, whole
from podhosts.helm.builtins.table import INT, STRING, Family
from podhosts.helm.builtins.values import boolean
from podhosts.helm.model import FALSE, Bool, FunctionError, GoList
from podhosts.helm.objects import NilList
from podhosts.helm.traced import EMPTY, Traced

if TYPE_CHECKING:
    from collections.abc import Callable

    from podhosts.helm.model import Evaluation, GoValue

    Spans = list[tuple[int, int]]

FAMILY = Family()
_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$]")
_NAME = re.compile(r"\{(\w+)\}|(\w+)")
_MOST_DIGITS = 8


def _must(text: Traced) -> Pattern:
    """The pattern, for functions that panic where it is wrong."""
    try:
        return compiled(text.text)
    except PatternError as error:
        raise FunctionError(compile_words(text.text, error)) from None


def _checked(text: Traced) -> Pattern:
    """The pattern, for functions that return the error."""
    try:
        return compiled(text.text)
    except PatternError as error:
        raise FunctionError(str(error)) from None


def _matches(evaluation: Evaluation, pattern: Pattern, text: str, most: int) -> list[Spans]:
    """The matches that do not overlap, so many at most; no empty one right after another."""
    found: list[Spans] = []
    at, last_end = 0, -1
    while at <= len(text) and (most < 0 or len(found) < most):
        spans = pattern.search(text, at, evaluation.step)
        if spans is None:
            break
        start, end = spans[0]
        is_accepted = end != at or start != last_end
        at = end if end > at else at + 1
        last_end = end
        if is_accepted:
            found.append(spans)
    return found


def _match(evaluation: Evaluation, pattern: Traced, text: Traced, compile_pattern: Callable[[Traced], Pattern]) -> Bool:
    return boolean(compile_pattern(pattern).search(text.text, 0, evaluation.step) is not None, pattern, text)


@FAMILY.add_asking("regexMatch", STRING, STRING)
def _regex_match(evaluation: Evaluation, pattern: Traced, text: Traced) -> Bool:
    try:
        return _match(evaluation, pattern, text, _checked)
    except FunctionError:
        return FALSE


@FAMILY.add_asking("mustRegexMatch", STRING, STRING)
def _must_regex_match(evaluation: Evaluation, pattern: Traced, text: Traced) -> Bool:
    return _match(evaluation, pattern, text, _checked)


def _found(evaluation: Evaluation, pattern: Pattern, text: Traced) -> Traced:
    spans = pattern.search(text.text, 0, evaluation.step)
    return EMPTY if spans is None else text.slice(*spans[0])


@FAMILY.add_asking("regexFind", STRING, STRING)
def _regex_find(evaluation: Evaluation, pattern: Traced, text: Traced) -> Traced:
    return _found(evaluation, _must(pattern), text)


@FAMILY.add_asking("mustRegexFind", STRING, STRING)
def _must_regex_find(evaluation: Evaluation, pattern: Traced, text: Traced) -> Traced:
    return _found(evaluation, _checked(pattern), text)


def _all_found(evaluation: Evaluation, pattern: Pattern, text: Traced, count: GoValue) -> GoList:
    found = [text.slice(*spans[0]) for spans in _matches(evaluation, pattern, text.text, whole(count))]
    return strings(found) if found else NilList([], STRING_LIST)


@FAMILY.add_asking("regexFindAll", STRING, STRING, INT)
def _regex_find_all(evaluation: Evaluation, pattern: Traced, text: Traced, count: GoValue) -> GoList:
    return _all_found(evaluation, _must(pattern), text, count)


@FAMILY.add_asking("mustRegexFindAll", STRING, STRING, INT)
def _must_regex_find_all(evaluation: Evaluation, pattern: Traced, text: Traced, count: GoValue) -> GoList:
    return _all_found(evaluation, _checked(pattern), text, count)


def _replaced(evaluation: Evaluation, pattern: Pattern, text: Traced, replacement: Callable[[Spans], Traced]) -> Traced:
    parts: list[Traced] = []
    at = last_end = 0
    while at <= len(text):
        spans = pattern.search(text.text, at, evaluation.step)
        if spans is None:
            break
        start, end = spans[0]
        parts.append(text.slice(last_end, start))
        # None for an empty match right after another.
        if end > last_end or start == 0:
            parts.append(replacement(spans))
        last_end = end
        at = max(end, at + 1)
    return Traced.join([*parts, text.slice(last_end)]) if parts else text


def _expansion(pattern: Pattern, text: Traced, template: Traced) -> Callable[[Spans], Traced]:
    """What a match is replaced by: the template with its `$1`, `${1}` and `$name`."""
    pieces: list[Traced | str] = []
    value, at = template.text, 0
    while (dollar := value.find("$", at)) >= 0:
        pieces.append(template.slice(at, dollar))
        found = _NAME.match(value, dollar + 1)
        if value[dollar + 1 : dollar + 2] == "$":
            pieces.append(template.slice(dollar, dollar + 1))
            at = dollar + 2
        elif found is None:
            pieces.append(template.slice(dollar, dollar + 1))
            at = dollar + 1
        else:
            pieces.append(found[1] or found[2])
            at = found.end()
    pieces.append(template.slice(at))

    def expand(spans: Spans) -> Traced:
        return Traced.join(piece if isinstance(piece, Traced) else group(piece, spans) for piece in pieces)

    def group(name: str, spans: Spans) -> Traced:
        is_number = name.isascii() and name.isdigit() and len(name) <= _MOST_DIGITS
        numbers = [int(name)] if is_number else [number for number, one in enumerate(pattern.names) if one == name]
        found = (text.slice(*spans[one]) for one in numbers if one < len(spans) and spans[one][0] >= 0)
        return next(found, EMPTY)

    return expand


@FAMILY.add_asking("regexReplaceAll", STRING, STRING, STRING)
def _regex_replace_all(evaluation: Evaluation, pattern: Traced, text: Traced, template: Traced) -> Traced:
    found = _must(pattern)
    return _replaced(evaluation, found, text, _expansion(found, text, template))


@FAMILY.add_asking("mustRegexReplaceAll", STRING, STRING, STRING)
def _must_regex_replace_all(evaluation: Evaluation, pattern: Traced, text: Traced, template: Traced) -> Traced:
    found = _checked(pattern)
    return _replaced(evaluation, found, text, _expansion(found, text, template))


@FAMILY.add_asking("regexReplaceAllLiteral", STRING, STRING, STRING)
def _regex_replace_all_literal(evaluation: Evaluation, pattern: Traced, text: Traced, new: Traced) -> Traced:
    return _replaced(evaluation, _must(pattern), text, lambda _: new)


@FAMILY.add_asking("mustRegexReplaceAllLiteral", STRING, STRING, STRING)
def _must_regex_replace_all_literal(evaluation: Evaluation, pattern: Traced, text: Traced, new: Traced) -> Traced:
    return _replaced(evaluation, _checked(pattern), text, lambda _: new)


def _split(evaluation: Evaluation, pattern: Pattern, source: Traced, text: Traced, count: GoValue) -> GoList:
    most = whole(count)
    if most == 0:
        return NilList([], STRING_LIST)
    if source.text and not text.text:
        return strings([EMPTY])
    pieces: list[Traced] = []
    begin = end = 0
    for spans in _matches(evaluation, pattern, text.text, most):
        if 0 < most == len(pieces) + 1:
            break
        end, following = spans[0]
        if following:
            pieces.append(text.slice(begin, end))
        begin = following
    return strings([*pieces, text.slice(begin)] if end != len(text) else pieces)


@FAMILY.add_asking("regexSplit", STRING, STRING, INT)
def _regex_split(evaluation: Evaluation, pattern: Traced, text: Traced, count: GoValue) -> GoList:
    return _split(evaluation, _must(pattern), pattern, text, count)


@FAMILY.add_asking("mustRegexSplit", STRING, STRING, INT)
def _must_regex_split(evaluation: Evaluation, pattern: Traced, text: Traced, count: GoValue) -> GoList:
    return _split(evaluation, _checked(pattern), pattern, text, count)


@FAMILY.add("regexQuoteMeta", STRING)
def _regex_quote_meta(text: Traced) -> Traced:
    parts, at = [], 0
    for found in _SPECIAL.finditer(text.text):
        parts += [text.slice(at, found.start()), Traced.own("\\")]
        at = found.start()
    return Traced.join([*parts, text.slice(at)])
