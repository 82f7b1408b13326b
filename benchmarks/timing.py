"""Runs of commands: how long they take in turn, what they print, how much memory they need."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, NamedTuple

#: A small process that starts a command and then prints its seconds, those of the processor, and its maximum resident
#: size in KiB: what is started from this one would count its size, too.
_PEAK = """import resource, subprocess, sys, time
begun = time.monotonic()
try:
    subprocess.call(sys.argv[2:], timeout=int(sys.argv[1]))
except subprocess.TimeoutExpired:
    sys.exit(3)
used = resource.getrusage(-1)
print("\\n", time.monotonic() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


_INSTRUCTIONS = ["valgrind", "-q", "--tool=cachegrind", "--cache-sim=no", "--trace-children=yes"]


class Run(NamedTuple):
    """One run of a command: all that it prints, its seconds, its maximum resident size in MiB, its processor time."""

    output: str
    seconds: float
    peak: int
    cpu: float


def run(command: list[str], patience: int, stdin: IO[bytes] | None = None) -> Run | None:
    """Run a command once; None for one that takes more than `patience` seconds."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        small = [sys.executable, "-I", "-S", "-c", _PEAK, str(patience), *command]
        done = subprocess.run(small, stdin=stdin, stdout=output, stderr=subprocess.STDOUT, check=False)
        if done.returncode:
            return None
        output.seek(0)
        printed, _, measured = output.read().rstrip().rpartition("\n")
        seconds, cpu, peak = measured.split()
        return Run(printed, float(seconds), int(peak) // 1024, float(cpu))


def instructions(command: list[str], stdin: IO[bytes] | None = None) -> int:
    """The instructions of a command and its children, by valgrind: as many on a busy machine as on a quiet one."""
    with tempfile.TemporaryDirectory() as folder:
        counted = [*_INSTRUCTIONS, f"--cachegrind-out-file={folder}/%p", *command]
        subprocess.run(counted, stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        summaries = (path.read_text().rpartition("summary:")[2] for path in Path(folder).iterdir())
        return sum(int(text) for text in summaries if text.strip())


def keep_byte_code() -> None:
    """Let Python write byte code, as an installation does, where the environment forbids it."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def times_in_turn(commands: dict[str, list[str]], rounds: int) -> dict[str, list[float]]:
    """The seconds that each command takes in each round, by name: every round runs all of them, one after the other."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    with tempfile.TemporaryDirectory() as folder:
        export = Path(folder, "times.json")
        arguments = ["hyperfine", "-N", "-i", "-r", "1", "--export-json", str(export), "--style", "none"]
        for name, command in commands.items():
            arguments += ["-n", name, shlex.join(command)]
        for _ in range(rounds if commands else 0):
            subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for result in json.loads(export.read_text())["results"]:
                times[result["command"]] += result["times"]
    return times
