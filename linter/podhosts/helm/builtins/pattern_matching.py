"""Regular expressions of Go, matched in time linear in the text.

The leftmost match counts, and the first alternative that leads to one, as in Perl. Python's own `re` has another syntax
and may take forever.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from podhosts.helm.builtins.pattern_syntax import (
    WORD,
    BetweenCharacters,
    InSequence,
    OneCharacter,
    OneOf,
    PatternGroup,
    PatternParser,
    Repeated,
)
from podhosts.helm.model import Unsupported
from podhosts.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from podhosts.helm.builtins.pattern_syntax import Anchor, PatternNode, Test

_MOST_INSTRUCTIONS = 20_000


class _MatchStep(NamedTuple):
    """An instruction: a test of a character or place, a fork, a mark of a group's begin or end, or the end."""

    kind: Literal["one", "at", "fork", "mark", "end"]
    test: Test | None = None
    place: Anchor | None = None
    number: int = 0
    #: Where to go on; a fork tries these in order.
    targets: tuple[int, ...] = ()


class Pattern:
    """A pattern that can be matched. Spans count characters; those of a group that took no part are (-1, -1)."""

    def __init__(self, text: str) -> None:
        """Raises PatternError where Go refuses it, Unsupported where this reader does not know it."""
        parser = PatternParser(text)
        node = parser.whole()
        self.names = parser.names
        self._steps: list[_MatchStep] = []
        self._start = self._compile(PatternGroup(0, node), self._put(_MatchStep("end")))

    def _put(self, step: _MatchStep) -> int:
        if len(self._steps) >= _MOST_INSTRUCTIONS:
            raise Unsupported("a pattern that is so large")
        self._steps.append(step)
        return len(self._steps) - 1

    def _compile(self, node: PatternNode, then: int) -> int:
        """The place of the first step of a node, after which it goes on at `then`."""
        if isinstance(node, OneCharacter):
            return self._put(_MatchStep("one", test=node.test, targets=(then,)))
        if isinstance(node, BetweenCharacters):
            return self._put(_MatchStep("at", place=node.kind, targets=(then,)))
        if isinstance(node, PatternGroup):
            end = self._put(_MatchStep("mark", number=2 * node.number + 1, targets=(then,)))
            inner = self._compile(node.inner, end)
            return self._put(_MatchStep("mark", number=2 * node.number, targets=(inner,)))
        if isinstance(node, InSequence):
            for part in reversed(node.parts):
                then = self._compile(part, then)
            return then
        if isinstance(node, OneOf):
            return self._put(_MatchStep("fork", targets=tuple(self._compile(part, then) for part in node.parts)))
        return self._compile_repeat(node, then)

    def _compile_repeat(self, node: Repeated, then: int) -> int:
        if node.most is None:
            if node.least == 0 and not _may_be_empty(node.inner):
                loop = self._put(_MatchStep("fork"))
                inner = self._compile(node.inner, loop)
                self._steps[loop] = _MatchStep("fork", targets=_ordered(inner, then, node.is_greedy))
                return loop
            # At least once; what may be empty is `(x+)?` also for `x*`.
            loop = self._put(_MatchStep("fork"))
            begin = self._compile(node.inner, loop)
            self._steps[loop] = _MatchStep("fork", targets=_ordered(begin, then, node.is_greedy))
            if node.least == 0:
                return self._put(_MatchStep("fork", targets=_ordered(begin, then, node.is_greedy)))
            for _ in range(node.least - 1):
                begin = self._compile(node.inner, begin)
            return begin
        begin = then
        for _ in range(node.most - node.least):
            inner = self._compile(node.inner, begin)
            begin = self._put(_MatchStep("fork", targets=_ordered(inner, then, node.is_greedy)))
        for _ in range(node.least):
            begin = self._compile(node.inner, begin)
        return begin

    def search(self, text: str, start: int, count: Callable[[int], None]) -> list[tuple[int, int]] | None:
        """The spans of the first match from an offset on, that of the whole first; None where there is none.

        `count` is told of the work.
        """
        size = 2 * len(self.names)
        best: list[int] | None = None
        threads: list[tuple[int, list[int]]] = []
        for at in range(start, len(text) + 1):
            if best is None:
                threads = self._spread(threads, [(self._start, [-1] * size)], text, at)
            else:
                threads = self._spread(threads, [], text, at)
            if not threads:
                if best is not None:
                    break
                continue
            count(1 + len(threads) // 10)
            following: list[tuple[int, list[int]]] = []
            for place, marks in threads:
                step = self._steps[place]
                if step.kind == "end":
                    best = marks
                    break
                if at < len(text) and step.test is not None and step.test(text[at]):
                    following.append((step.targets[0], marks))
            threads = following
        return None if best is None else [(best[2 * one], best[2 * one + 1]) for one in range(len(self.names))]

    def _spread(
        self, threads: list[tuple[int, list[int]]], late: list[tuple[int, list[int]]], text: str, at: int
    ) -> list[tuple[int, list[int]]]:
        """The steps that wait for a character or have ended, in order, from those given."""
        found: list[tuple[int, list[int]]] = []
        seen: set[int] = set()
        stack = [*reversed(late), *reversed(threads)] if late else list(reversed(threads))
        while stack:
            place, marks = stack.pop()
            if place in seen:
                continue
            seen.add(place)
            step = self._steps[place]
            if step.kind in ("one", "end"):
                found.append((place, marks))
            elif step.kind == "mark":
                changed = marks.copy()
                changed[step.number] = at
                stack.append((step.targets[0], changed))
            elif step.kind == "fork":
                stack += [(target, marks) for target in reversed(step.targets)]
            elif step.place is not None and _holds(step.place, text, at):
                stack.append((step.targets[0], marks))
        return found


def _ordered(inner: int, then: int, is_greedy: bool) -> tuple[int, int]:
    return (inner, then) if is_greedy else (then, inner)


def _may_be_empty(node: PatternNode) -> bool:
    if isinstance(node, OneCharacter):
        return False
    if isinstance(node, InSequence):
        return all(map(_may_be_empty, node.parts))
    if isinstance(node, OneOf):
        return any(map(_may_be_empty, node.parts))
    if isinstance(node, Repeated):
        return node.least == 0 or _may_be_empty(node.inner)
    return isinstance(node, BetweenCharacters) or _may_be_empty(node.inner)


def _holds(place: Anchor, text: str, at: int) -> bool:
    if place == "^":
        return at == 0
    if place == "$":
        return at == len(text)
    if place == "^m":
        return at == 0 or text[at - 1] == "\n"
    if place == "$m":
        return at == len(text) or text[at] == "\n"
    is_edge = (at > 0 and text[at - 1] in WORD) != (at < len(text) and text[at] in WORD)
    return is_edge == (place == "b")


@lru_cache(maxsize=256)
def compiled(text: str) -> Pattern:
    """The pattern of a text. Raises PatternError and Unsupported as `Pattern` does."""
    return Pattern(text)
