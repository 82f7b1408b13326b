"""The marks in test files that say which finding is expected where: one way to read them, for every kind of test.

A mark is the name of a rule, maybe with more around it (`info:rule()@12`), and after it, in double quotes, parts of the
words (`spoken`). A part is the word that carries the fact (a number, `cannot start`), not the sentence.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podhosts.diagnostics import Diagnostic

_WORD = re.compile(r'"([^"]*)"|([^\s"]+)')


class Mark(NamedTuple):
    """One finding that is expected: its name as it is written, and what its words have to hold."""

    name: str
    parts: tuple[str, ...] = ()


def marks(text: str) -> list[Mark]:
    """What stands after `# expect: ` or in a line of a `.expect` file: names, each with its quoted parts."""
    assert text.count('"') % 2 == 0, f"a quotation mark is missing: {text}"
    found: list[Mark] = []
    for word in _WORD.finditer(text):
        if word[1] is None:
            found.append(Mark(word[2]))
        else:
            assert found, f"{text}: no rule stands before the part"
            assert word[1], f"{text}: an empty part says nothing"
            found[-1] = found[-1]._replace(parts=(*found[-1].parts, word[1]))
    return found


def spoken(finding: Diagnostic) -> str:
    """The three parts of what a finding says as one text: "message: why; help"."""
    what = f"{finding.message}: {finding.why}" if finding.why else finding.message
    return f"{what}; {finding.help}" if finding.help else what


def unsaid(wanted: Sequence[tuple[str, ...]], messages: Sequence[str]) -> list[tuple[str, ...]]:
    """The parts for which there is no message, when each message is given to one expectation at most."""
    owners: dict[int, int] = {}

    def place(number: int, tried: set[int]) -> bool:
        for index, message in enumerate(messages):
            if index not in tried and all(part in message for part in wanted[number]):
                tried.add(index)
                if index not in owners or place(owners[index], tried):
                    owners[index] = number
                    return True
        return False

    return [parts for number, parts in enumerate(wanted) if not place(number, set())]
