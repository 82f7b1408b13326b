"""How long a finding is on one line (`concise` without path and rule): people read them in a log between two meetings.

`pytest -s tests/test_message_lengths.py` prints the distribution.
"""

from __future__ import annotations

import re

from podhosts.reporters.grouping import grouped
from tests.paths import CASES
from tests.test_rule_cases import load, manifests, run

#: Characters that nearly all lines keep to, and that all do but for values that are long themselves.
USUAL, MOST = 120, 160
_VALUE = re.compile(r"`([^`]*)`")
#: A value that is longer makes its line longer.
_LONG_VALUE = 40


def without_long_values(text: str) -> str:
    return _VALUE.sub(lambda value: f"`{value[1][:_LONG_VALUE]}`", text)


def test_lines_are_short() -> None:
    cases = [load(path) for path in manifests(CASES)]
    lines = [words.headline for case in cases for _, words in grouped(run(case).findings)]
    lengths = sorted(map(len, lines))
    long = [line for line in lines if len(line) > USUAL]
    median, most = lengths[len(lengths) // 2], lengths[len(lengths) * 95 // 100]
    print(
        f"{len(lines)} findings: median {median}, 95 % at most {most}, longest {lengths[-1]}, {len(long)} over {USUAL}"
    )
    assert most <= USUAL
    assert [line for line in lines if len(without_long_values(line)) > MOST] == []
