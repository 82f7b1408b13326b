"""How many examples property tests try: few that are always the same, with `--thorough` many that are random."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Sequence

_Item = TypeVar("_Item")

_QUICK, _THOROUGH = 40, 1000
_USUAL = 100

# Timing belongs in benchmarks: a busy machine must not make a property false.
_CHECKS = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)
settings.register_profile(
    "quick", max_examples=_QUICK, derandomize=True, database=None, deadline=None, suppress_health_check=_CHECKS
)
settings.register_profile(
    "thorough", max_examples=_THOROUGH, print_blob=True, deadline=None, suppress_health_check=_CHECKS
)


def choose(*, thorough: bool) -> None:
    """Load the profile of a run, before any test is imported."""
    settings.load_profile("thorough" if thorough else "quick")


def examples(count: int) -> settings:
    """Settings for a property that takes another number of examples than the usual hundred."""
    return settings(max_examples=max(1, count * settings().max_examples // _USUAL))


def sampled(items: Sequence[_Item], one_in: int) -> Sequence[_Item]:
    """All items with `--thorough`, else one in so many, always the same."""
    return items if settings().max_examples == _THOROUGH else items[::one_in]
