"""What was measured, and whether it reaches the goals."""

from __future__ import annotations

from statistics import median, stdev
from typing import NamedTuple

#: Stands for the fastest peer that does the work.
FASTEST_PEER = "the fastest peer"


class Result(NamedTuple):
    """Seconds of the runs in turn, MiB at most, whether the seeded mistake was seen (None: not asked)."""

    times: list[float]
    peak: int
    is_seen: bool | None = None

    @property
    def median(self) -> float:
        """Seconds."""
        return median(self.times)

    @property
    def shown(self) -> str:
        """The median with the spread of the runs around it."""
        if len(self.times) == 1:
            return f"{_milliseconds(self.median)} (one run)"
        return f"{_milliseconds(self.median)} ± {stdev(self.times) / self.median:.0%}"

    def times_longer(self, other: Result) -> float:
        """How many times longer than another it took: the median over the rounds that both ran in."""
        if len(self.times) == len(other.times):
            return median(mine / theirs for mine, theirs in zip(self.times, other.times, strict=True))
        return self.median / other.median


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms"


class Goal(NamedTuple):
    """`own` takes at most `most` times as long as `other`, or `other` at least `least` times as long as `own`."""

    work: str
    own: str
    other: str
    most: float | None = None
    least: float | None = None
    #: MiB at most.
    memory: int | None = None


GOALS = [
    Goal("unrelated", "podhosts", "python -c pass", most=1.5),
    Goal("relevant", "podhosts", "yamllint", most=1),
    Goal("kyverno-policies", "podhosts", FASTEST_PEER, least=10),
    Goal("hypershift", "podhosts", FASTEST_PEER, least=15),
    Goal("stream", "podhosts", FASTEST_PEER, least=10),
    Goal("every", "podhosts --jobs 1", "kube-linter", least=1),
    Goal("every", "podhosts --jobs 2", "kubeconform", least=1),
    Goal("list-json", "podhosts", FASTEST_PEER, least=10, memory=150),
    Goal("list-yaml", "podhosts", FASTEST_PEER, least=10, memory=150),
    Goal("bitnami-charts", "podhosts --jobs 2", "podhosts --jobs 1", least=1.7),
    Goal("pages", "podhosts --help", "import typer", most=1.3),
    Goal("pages", "podhosts --version", "import typer", most=1.3),
    Goal("pages", "podhosts --show-completion", "import typer", most=1.3),
]


def judged(goal: Goal, results: dict[str, Result]) -> str:
    """One line: the work, both medians, the ratio, the goal, met or not."""
    own, name = results.get(goal.own), goal.other
    if name == FASTEST_PEER:
        peers = {tool: result for tool, result in results.items() if result.is_seen and not tool.startswith("podhosts")}
        name = min(peers, key=lambda tool: peers[tool].median, default=FASTEST_PEER)
    other = results.get(name)
    if own is None or other is None:
        return f"{goal.work}: {goal.own if own is None else name} was not measured"
    if goal.least is not None:
        ratio, limit = other.times_longer(own), f"goal: at least {goal.least:g}"
        is_met = ratio >= goal.least
        said = f"{ratio:.2f} times faster"
    else:
        assert goal.most is not None
        ratio, limit = own.times_longer(other), f"goal: at most {goal.most:g}"
        is_met = ratio <= goal.most
        said = f"{ratio:.2f} times as long"
    line = f"{goal.work}: {goal.own} {own.shown}, {name} {other.shown}, {said}, {limit}: {met(is_met)}"
    if goal.memory is not None:
        line += f"; {own.peak} MiB, goal: at most {goal.memory}: {met(own.peak <= goal.memory)}"
    return line


def met(is_met: bool) -> str:
    """How a goal is judged."""
    return "met" if is_met else "not met"
