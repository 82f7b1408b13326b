"""The counter that tests of running time rest on tells linear work from quadratic."""

from __future__ import annotations

from tests.operations import is_linear, lines_run


def _linear(count: int) -> int:
    total = 0
    for number in range(count):
        total += number
    return total


def _quadratic(count: int) -> int:
    return sum(_linear(number) for number in range(count))


def test_linear_and_quadratic_work() -> None:
    assert is_linear(_linear, 1000)
    assert is_linear(lambda count: sorted(range(count), key=_linear(3).__sub__), 1000)
    assert not is_linear(_quadratic, 50)


def test_every_count_is_the_same() -> None:
    assert len({lines_run(lambda: _quadratic(50)) for _ in range(3)}) == 1
