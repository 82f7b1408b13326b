"""Whether cost grows with the input and not faster: each axis of `shapes.py` through the commands, at n and 2n.

python benchmarks/linear.py [--only AXIS,...] [--commands COMMAND,...] [--scale X] [--runs N] [--instructions]

Seconds are those of the processor (user and system) that the command took, the least of N runs; with `--instructions`,
what counts are the instructions that it executed, in thousands of millions: slow to measure, and the same on a busy
machine (needs valgrind). The exponent is that of n in what a run takes beyond one with an input of size 1; it is not
given where 2n costs less than 0.1 more than that, as noise is as large. Where it is over the limit, 8n is measured,
too, and the exponent is that from n to 8n: noise counts a third there. Exits with 1 if an exponent is over the limit.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

import shapes
import timing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shapes import Shape

#: The greatest exponent that is still called linear.
LIMIT = 1.1
#: Cost beyond a run with nothing to do, below which there is nothing to compare.
_NOISE = 0.1
#: Seconds from which one run is enough.
_LONG = 3
_OWN = [sys.executable, "-m", "podhosts"]
_CHANGES = 5
#: The inputs of an axis that are always made: of size 1, n and 2n.
_SIZES = 3

#: The arguments of each command; `{folder}` is the input, `{name}` a name that it holds.
COMMANDS: dict[str, list[str]] = {
    "check": ["check", "--format", "concise", "{folder}"],
    "text": ["check", "--format", "text", "{folder}"],
    "json": ["check", "--format", "json", "{folder}"],
    "sarif": ["check", "--format", "sarif", "{folder}"],
    "diff": ["check", "--diff", "{folder}"],
    "fix": ["check", "--fix", "{folder}"],
    "unsafe": ["check", "--fix", "--unsafe-fixes", "{folder}"],
    "render": ["render", "{folder}", "--pod-ip", "10.1.1.1"],
    "resolve": ["resolve", "db.internal", "{folder}"],
    "inventory": ["inventory", "{folder}"],
    "lsp": ["lsp"],
}
#: What writes into its input gets a fresh one for each run.
_WRITING = frozenset({"fix", "unsafe"})


class Axis(NamedTuple):
    """A shape, and n."""

    shape: Shape
    size: int


AXES = {
    axis.shape.__name__: axis
    for axis in (
        Axis(shapes.names, 4_000),
        Axis(shapes.repeated_names, 2_000),
        Axis(shapes.entries, 4_000),
        Axis(shapes.findings, 2_000),
        Axis(shapes.entries_of_one_ip, 2_000),
        Axis(shapes.entries_of_one_name, 2_000),
        Axis(shapes.bare_ipv6, 2_000),
        Axis(shapes.suppressed, 2_000),
        Axis(shapes.alias_uses, 2_000),
        Axis(shapes.bad_entry_uses, 1_000),
        Axis(shapes.bad_entry_uses_in_one_pod, 2_000),
        Axis(shapes.writing_containers, 1_000),
        Axis(shapes.volumes, 4_000),
        Axis(shapes.hosts_lines, 20_000),
        Axis(shapes.documents, 20_000),
        Axis(shapes.deployments, 1_000),
        Axis(shapes.list_items, 1_000),
        Axis(shapes.list_with_anchor, 1_000),
        Axis(shapes.fixable_list_items, 500),
        Axis(shapes.fixable_files, 200),
        Axis(shapes.files, 500),
        Axis(shapes.json_items, 20_000),
        Axis(shapes.services, 500),
        Axis(shapes.template_scalar, 1_000_000),
        Axis(shapes.template_lines, 10_000),
        Axis(shapes.long_name, 20_000),
        Axis(shapes.overlays, 100),
        Axis(shapes.kustomize_levels, 12),
    )
}


class Measured(NamedTuple):
    """Seconds of the processor (or thousands of millions of instructions) and the most MiB of one run.

    `is_done` says that it came to an end.
    """

    cost: float
    peak: int
    is_done: bool


class Bench(NamedTuple):
    """Where inputs and copies are made, and how a command is measured."""

    work: Path
    runs: int
    patience: int
    counts_instructions: bool

    def inputs(self, shape: Shape, count: int) -> Path:
        """A new folder with an input of this shape and size."""
        folder = Path(tempfile.mkdtemp(dir=self.work))
        shape(folder, count)
        return folder

    def least(self, folder: Path, command: str) -> Measured:
        """The run that cost the least; only one of those that take long, or whose instructions are counted."""
        best = self._measure(folder, command)
        more = best.is_done and best.cost < _LONG and not self.counts_instructions
        for _ in range(self.runs - 1 if more else 0):
            best = min(best, self._measure(folder, command))
        return best

    def _measure(self, folder: Path, command: str) -> Measured:
        target = folder
        if command in _WRITING:
            target = self.work / "copy"
            shutil.copytree(folder, target)
        arguments = [*_OWN, *(part.format(folder=target) for part in COMMANDS[command])]
        messages = self.work / "messages"
        messages.write_bytes(b"".join(map(_message, _session(folder / "a.yaml"))) if command == "lsp" else b"")
        try:
            with messages.open("rb") as stdin:
                return self._run(arguments, stdin)
        finally:
            if target != folder:
                shutil.rmtree(target)

    def _run(self, arguments: list[str], stdin: IO[bytes]) -> Measured:
        if self.counts_instructions:
            return Measured(timing.instructions(arguments, stdin) / 1e9, 0, True)
        done = timing.run(arguments, self.patience, stdin)
        return Measured(self.patience, 0, False) if done is None else Measured(done.cpu, done.peak, True)


def main() -> None:
    """Measure, and print a row for each axis and command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default="", metavar="AXIS,...", help=", ".join(AXES))
    parser.add_argument("--commands", default="", metavar="COMMAND,...", help=", ".join(COMMANDS))
    parser.add_argument("--scale", type=float, default=1, help="n is multiplied by it")
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--patience", type=int, default=120, help="seconds after which a run is given up")
    parser.add_argument("--instructions", action="store_true", help="count instructions instead of seconds")
    arguments = parser.parse_args()
    timing.keep_byte_code()
    axes = _chosen(parser, arguments.only, AXES)
    commands = _chosen(parser, arguments.commands, COMMANDS)
    subprocess.run([*_OWN, "--version"], check=True, stdout=subprocess.DEVNULL)
    is_linear = True
    print("| axis | n | command | n | 2n | 8n | exponent | MiB at 2n |\n|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="podhosts-linear-") as name:
        bench = Bench(Path(name), arguments.runs, arguments.patience, arguments.instructions)
        for name in axes:
            shape, count = AXES[name].shape, max(1, round(AXES[name].size * arguments.scale))
            folders = nothing, small, large = [bench.inputs(shape, number) for number in (1, count, 2 * count)]
            costs: dict[str, float] = {}
            for command in commands:
                floor, first = bench.least(nothing, command), bench.least(small, command)
                second = bench.least(large, command) if first.is_done else first
                exponent, third = _exponent(first, second, floor.cost), None
                if exponent is not None and exponent > LIMIT:
                    if len(folders) == _SIZES:
                        folders.append(bench.inputs(shape, 8 * count))
                    third = bench.least(folders[-1], command)
                    more = _exponent(first, third, floor.cost)
                    exponent = None if more is None else more / 3
                is_linear &= exponent is not None and exponent <= LIMIT
                costs[command] = second.cost
                print(_row(name, count, command, (first, second, third), exponent), flush=True)
            for command in ("diff", "fix", "unsafe"):
                if command in costs and costs.get("check"):
                    ratio = costs[command] / costs["check"]
                    print(f"| {name} | | {command} / check | | {ratio:.1f} | | | |", flush=True)
            for folder in folders:
                shutil.rmtree(folder)
    sys.exit(not is_linear)


def _chosen(parser: argparse.ArgumentParser, text: str, known: Iterable[str]) -> list[str]:
    wanted = text.split(",") if text else list(known)
    if unknown := set(wanted).difference(known):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    return wanted


def _session(path: Path) -> list[dict[str, object]]:
    """What an editor says that opens a file and types a few letters at its end."""
    text, uri = path.read_text("utf-8"), path.as_uri()
    opened = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
    wait = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 0}}
    session: list[dict[str, object]] = [
        {"id": 0, "method": "initialize", "params": {"processId": None, "rootUri": None, "capabilities": {}}},
        {"method": "initialized", "params": {}},
        {"method": "textDocument/didOpen", "params": {"textDocument": opened}},
        {"id": 1, "method": "textDocument/hover", "params": wait},
    ]
    for number in range(1, _CHANGES + 1):
        text += f"# {number}\n"
        change = {"textDocument": {"uri": uri, "version": number + 1}, "contentChanges": [{"text": text}]}
        session.append({"method": "textDocument/didChange", "params": change})
        # The answer waits until the newest text has been checked.
        session.append({"id": number + 1, "method": "textDocument/hover", "params": wait})
    return [*session, {"id": 99, "method": "shutdown"}, {"method": "exit"}]


def _message(content: dict[str, object]) -> bytes:
    data = json.dumps({"jsonrpc": "2.0", **content}).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(data), data)


def _exponent(first: Measured, second: Measured, floor: float) -> float | None:
    """None where a run did not come to an end; 0 where there is too little to compare."""
    if not (first.is_done and second.is_done):
        return None
    more, twice = first.cost - floor, second.cost - floor
    if twice < _NOISE:
        return 0
    return math.log2(twice / max(more, 0.001))


def _row(
    name: str, count: int, command: str, runs: tuple[Measured, Measured, Measured | None], exponent: float | None
) -> str:
    times = ["" if run is None else f"{run.cost:.2f}" if run.is_done else f"over {run.cost:.0f}" for run in runs]
    shown = "none" if exponent is None else f"{exponent:.2f}" if exponent else "-"
    mark = "" if exponent is not None and exponent <= LIMIT else " **"
    return f"| {name} | {count:,} | {command} | {' | '.join(times)} | {shown}{mark} | {runs[1].peak} |"


if __name__ == "__main__":
    main()
