"""podhosts beside its peers on the same inputs: one command, a Markdown table, and whether the goals are reached.

    python benchmarks/run.py [--runs N] [--only WORK,...]

Needs hyperfine. podhosts, yamllint and check-jsonschema are installed into an environment of their own; the other peers
are taken from the PATH, and one that is missing has no row. PODHOSTS_TREES is a folder with the public trees
`kyverno-policies`, `hypershift` and `bitnami-charts`. PODHOSTS_SCHEMAS is a folder with Kubernetes' JSON schemas as
kubeconform wants them (`pod-v1.json`, `deployment-apps-v1.json`, all references inlined); without it kubeconform and
check-jsonschema get schemas of a few lines, and have less to do than in real use.

Each peer is also run on the input with a seeded mistake: one that does not report it has not done the work, and its
time says nothing. Such a one is run once only, and so is a peer that needs more than ten seconds. All others run N
times, in turn.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import goals
import inputs
import peers
import timing
import works
from goals import GOALS, Result

#: Seconds after which a peer is given up; podhosts itself is waited for.
_PATIENCE, _PATIENCE_WITH_OWN = 40, 900
#: Seconds from which a peer is run once only.
_SLOW = 10
#: How many times more rounds there are of what takes milliseconds, as noise weighs more there.
_MORE_ROUNDS = 4
_PIPED = (100_000_000, 1_000_000_000)
_ALL = (*works.SMALL, *works.TREES[:2], *works.GENERATED, "tree", "pages", "pipe", works.TREES[2])


def main() -> None:
    """Measure, print the table and then the goals."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default="", metavar="WORK,...", help=", ".join(_ALL))
    arguments = parser.parse_args()
    timing.keep_byte_code()
    wanted = set(filter(None, arguments.only.split(","))) or set(_ALL)
    if unknown := wanted.difference(_ALL):
        parser.error(f"no such work: {', '.join(sorted(unknown))}")
    measured: dict[str, dict[str, Result]] = {}
    with tempfile.TemporaryDirectory(prefix="podhosts-benchmark-") as folder:
        tools = peers.install(Path(folder))
        _print_head(tools)
        for work in works.works(Path(folder), wanted):
            measured[work.name] = _measure(work, tools, arguments.runs)
        if "pages" in wanted:
            measured["pages"] = _measure_pages(tools, arguments.runs)
        piped = _measure_pipe(tools["podhosts"]) if "pipe" in wanted else []
    print("\nGoals:\n")
    for goal in GOALS:
        if goal.work in wanted:
            print(f"- {goals.judged(goal, measured.get(goal.work, {}))}")
    if len(piped) == len(_PIPED):
        print(
            f"- pipe: {' MiB, '.join(map(str, piped))} MiB, goal: no growth: {goals.met(piped[-1] <= piped[0] * 1.1)}"
        )


def _print_head(tools: dict[str, list[str]]) -> None:
    versions = {command[0]: name for name, command in reversed(tools.items()) if name != "python -c pass"}
    shown = [f"{name} {peers.version(program)}" for program, name in reversed(versions.items())]
    schemas = "real" if peers.real_schemas() else "of a few lines"
    print(f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {sys.version.split()[0]}; {', '.join(shown)};")
    print(f"schemas: {schemas}; trees: {', '.join(works.commits()) or 'none'}")
    print("\n| work | tool | median ± noise | times podhosts | MiB | seeded mistake |")
    print("|---|---|---|---|---|---|", flush=True)


def _tools_for(work: works.Work, tools: dict[str, list[str]]) -> dict[str, list[str]]:
    """The tools whose work this is; where processes are compared, podhosts with one and with two."""
    if work.name not in {"every", "bitnami-charts"}:
        return tools
    own = {f"podhosts --jobs {jobs}": [*tools["podhosts"], "--jobs", str(jobs)] for jobs in (2, 1)}
    # No peer reads the templates of charts.
    others = {} if work.name == "bitnami-charts" else {name: tools[name] for name in tools if name != "podhosts"}
    return own | others


def _measure(work: works.Work, tools: dict[str, list[str]], runs: int) -> dict[str, Result]:
    """Time all tools on one input, and print a row for each."""
    chosen, is_small = _tools_for(work, tools), work.name in works.SMALL
    commands = peers.commands_for(chosen, [work.path], is_small=is_small)
    seeded = peers.commands_for(chosen, work.seeded, is_small=is_small)
    compared = {name for goal in GOALS if goal.work == work.name for name in (goal.own, goal.other)}
    results: dict[str, Result] = {}
    for name, command in commands.items():
        # A first run of each warms the caches up, and shows what is too slow to be run again and again.
        first = timing.run(command, _PATIENCE_WITH_OWN if _is_own(name) else _PATIENCE)
        if first is None:
            print(f"| {work.name} | {name} | given up after {_PATIENCE} s | | | |", flush=True)
            continue
        is_seen = None if name in peers.FLOORS else _is_seen(first, seeded[name])
        results[name] = Result([first.seconds], first.peak, is_seen)
    own = next(iter(results))
    again = {
        name: commands[name]
        for name, result in results.items()
        if _is_own(name) or (result.median < _SLOW and (result.is_seen is not False or name in compared))
    }
    is_slow = any(results[name].median > _SLOW for name in again)
    rounds = runs * _MORE_ROUNDS if is_small else min(runs, 3) if is_slow else runs
    for name, times in timing.times_in_turn(again, rounds).items():
        results[name] = results[name]._replace(times=times)
    seen = {True: "reports it", False: "misses the mistake", None: ""}
    for name, result in results.items():
        ratio = result.times_longer(results[own])
        print(f"| {work.name} | {name} | {result.shown} | {ratio:.2f} | {result.peak} | {seen[result.is_seen]} |")
    sys.stdout.flush()
    return results


def _is_own(name: str) -> bool:
    return name.startswith("podhosts")


def _is_seen(first: timing.Run, seeded: list[str]) -> bool:
    """Whether the report on the seeded input names the mistake, and the first one does not."""
    with_mistake = timing.run(seeded, _PATIENCE_WITH_OWN)
    return with_mistake is not None and peers.marks(with_mistake.output) > peers.marks(first.output)


def _measure_pages(tools: dict[str, list[str]], runs: int) -> dict[str, Result]:
    """Time what only prints, beside the import of the library that prints it."""
    own, python = tools["podhosts"][0], tools["python -c pass"][0]
    commands = {f"podhosts {flag}": [own, flag] for flag in ("--help", "--version", "--show-completion")}
    times = timing.times_in_turn({"import typer": [python, "-c", "import typer"], **commands}, runs * _MORE_ROUNDS)
    results = {name: Result(taken, 0) for name, taken in times.items()}
    print("\n| page | median ± noise | times `import typer` |\n|---|---|---|")
    for name, result in results.items():
        print(f"| {name} | {result.shown} | {result.times_longer(results['import typer']):.2f} |", flush=True)
    return results


def _measure_pipe(command: list[str]) -> list[int]:
    """How many MiB streams of several sizes from a pipe take; prints a row for each."""
    print("\n| stream from a pipe | time | MiB |\n|---|---|---|")
    peaks = []
    for size in _PIPED:
        writing = [sys.executable, str(Path(inputs.__file__)), "gigabyte"]
        with subprocess.Popen(writing, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as writer:
            with subprocess.Popen(["head", "-c", str(size)], stdin=writer.stdout, stdout=subprocess.PIPE) as head:
                piped = timing.run([*command, "-"], _PATIENCE_WITH_OWN, head.stdout)
            writer.terminate()
        if piped is not None:
            peaks.append(piped.peak)
            print(f"| {size // 1_000_000:,} MB | {piped.seconds:.0f} s | {piped.peak} |", flush=True)
    return peaks


if __name__ == "__main__":
    main()
