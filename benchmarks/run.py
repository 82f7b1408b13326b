"""podhosts beside its peers on the same inputs: one command, one Markdown table.

    python benchmarks/run.py [--runs N] [--only WORK,...]

Needs hyperfine. podhosts, yamllint and check-jsonschema are installed into an environment of their own; the other peers
are taken from the PATH, and one that is missing has no row. Public trees are found by PODHOSTS_TREES, a folder with
`kyverno-policies`, `hypershift` and `bitnami-charts`. Each peer is also run on the input with a seeded mistake: one
whose output stays the same has not done the work, and its time says nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, NamedTuple

import inputs

ROOT = Path(__file__).resolve().parent.parent
#: Schemas that find the seeded mistake: no network is asked for the real ones, so kubeconform has less to do here.
_CONTAINERS = {"properties": {"containers": {"type": "array"}}}
_SCHEMAS = {
    "pod": {"properties": {"spec": _CONTAINERS}},
    "deployment": {"properties": {"spec": {"properties": {"template": {"properties": {"spec": _CONTAINERS}}}}}},
}
_WORDS = "hostaliases|/etc/hosts|hostname|subdomain|fallthrough"


class Work(NamedTuple):
    """An input, and the same one with a seeded mistake (None where it is somebody else's tree)."""

    name: str
    path: Path
    seeded: Path | None


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="podhosts-benchmark-") as folder:
        work = Path(folder)
        tools = _tools(work)
        print(f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {sys.version.split()[0]}; ", end="")
        names = {command[0]: name for name, command in reversed(tools.items()) if name != "python -c pass"}
        print(", ".join(f"{name} {_version([program])}" for program, name in reversed(names.items())))
        print("\n| work | tool | median | noise | times podhosts | MiB | seeded mistake |")
        print("|---|---|---|---|---|---|---|", flush=True)
        only = set(filter(None, arguments.only.split(",")))
        for item in _works(work, only):
            _measure(item, tools, arguments.runs, work)
        if not only or "pages" in only:
            _measure_pages(tools, arguments.runs, work)
        if not only or "pipe" in only:
            _measure_pipe(tools["podhosts"])


def _tools(work: Path) -> dict[str, list[str]]:
    """The commands, by name; each is given the input as its last argument."""
    environment = work / "venv"
    venv.create(environment, with_pip=True)
    programs = environment / "bin"
    subprocess.run([programs / "pip", "install", "-q", "--upgrade", "pip"], check=True)
    subprocess.run([programs / "pip", "install", "-q", str(ROOT), "yamllint", "check-jsonschema"], check=True)
    schemas = work / "schemas"
    schemas.mkdir()
    for kind, schema in _SCHEMAS.items():
        (schemas / f"{kind}.json").write_text(json.dumps(schema))
    location = f"{schemas}/{{{{.ResourceKind}}}}.json"
    tools = {
        "podhosts": [f"{programs}/podhosts", "check", "-q"],
        "podhosts --jobs 1": [f"{programs}/podhosts", "check", "-q", "--jobs", "1"],
        "python -c pass": [f"{programs}/python", "-c", "pass"],
        "yamllint": [f"{programs}/yamllint", "-d", "relaxed"],
        "check-jsonschema": [f"{programs}/check-jsonschema", "--schemafile", f"{schemas}/deployment.json"],
        "kubeconform": ["kubeconform", "-ignore-missing-schemas", "-schema-location", location],
        "kube-score": ["kube-score", "score", "--output-format", "ci"],
        "kube-linter": ["kube-linter", "lint"],
        "kubectl-validate": ["kubectl-validate"],
        "ripgrep": ["rg", "-i", "-c", _WORDS],
    }
    return {name: command for name, command in tools.items() if shutil.which(command[0])}


def _version(command: list[str]) -> str:
    program = shutil.which(command[0]) or command[0]
    # What `go install` builds may know its version only as Go does.
    if shutil.which("go"):
        done = subprocess.run(["go", "version", "-m", program], capture_output=True, text=True, check=False)
        if found := re.search(r"\tmod\t\S+\t(v\S+)", done.stdout):
            return found[1]
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\d+\.\d+(\.\d+)?", done.stdout + done.stderr)
    return found.group() if found else "(version unknown)"


def _works(folder: Path, only: set[str]) -> list[Work]:
    """The inputs that are wanted, generated or found."""
    works = []
    for name, text in {"unrelated": inputs.TINY, "relevant": inputs.TINY + inputs.ALIASES}.items():
        works.append(_with_seeded(name, folder, ".yaml", text, inputs.SEEDED))
    for name, generate in inputs.STREAMS.items():
        if name == "gigabyte" or (only and name not in only):
            continue
        ending = ".json" if name.endswith("json") else ".yaml"
        mistake = {"list-json": inputs.BROKEN_POD_JSON, "list-yaml": inputs.BROKEN_POD_YAML}.get(
            name, text_of(inputs.SEEDED)
        )
        works.append(_with_seeded(name, folder, ending, "".join(generate()), mistake))
    if not only or "tree" in only:
        inputs.write_tree(folder / "tree", 50_000)
        works.append(Work("tree", folder / "tree", None))
    trees = os.environ.get("PODHOSTS_TREES")
    if trees:
        found = (Path(trees) / name for name in ("kyverno-policies", "hypershift", "bitnami-charts"))
        works.extend(Work(path.name, path, None) for path in found if path.is_dir())
    return [work for work in works if not only or work.name in only]


def text_of(document: str) -> str:
    """A further document of a stream."""
    return "---\n" + document


def _with_seeded(name: str, folder: Path, ending: str, text: str, mistake: str) -> Work:
    path, seeded = folder / f"{name}{ending}", folder / f"{name}-seeded{ending}"
    path.write_text(text, "utf-8")
    if name.startswith("list"):
        # The mistake is a last item.
        mark = "\n    ]," if ending == ".json" else "kind: List\n"
        before, _, after = text.rpartition(mark)
        text = before + mistake + mark + after
    elif name in {"unrelated", "relevant"}:
        text = mistake
    else:
        text += mistake
    seeded.write_text(text, "utf-8")
    return Work(name, path, seeded)


def _measure_pages(tools: dict[str, list[str]], runs: int, folder: Path) -> None:
    """Time what only prints, beside the import of the library that prints it."""
    own, python = tools["podhosts"][0], tools["python -c pass"][0]
    commands = {f"podhosts {flag}": [own, flag] for flag in ("--help", "--version", "--show-completion")}
    times = _times({"import typer": [python, "-c", "import typer"], **commands}, runs, folder)
    print("\n| page | median | times `import typer` |\n|---|---|---|")
    for name, result in times.items():
        median, typer = result["median"], times["import typer"]["median"]
        print(f"| {name} | {median * 1000:,.0f} ms | {median / typer:.2f} |", flush=True)


def _measure_pipe(command: list[str]) -> None:
    """Print how much memory streams of several sizes from a pipe take."""
    print("\n| stream from a pipe | time | MiB |\n|---|---|---|")
    for size in (100_000_000, 1_000_000_000):
        writing = [sys.executable, str(Path(inputs.__file__)), "gigabyte"]
        begun = time.monotonic()
        with subprocess.Popen(writing, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            with subprocess.Popen(["head", "-c", str(size)], stdin=writer.stdout, stdout=subprocess.PIPE) as head:
                measured = _run([*command, "-"], head.stdout, patience=600)
                writer.terminate()
        peak = measured[1] if measured else "?"
        print(f"| {size // 1_000_000:,} MB | {time.monotonic() - begun:.0f} s | {peak} |", flush=True)


def _measure(work: Work, tools: dict[str, list[str]], runs: int, folder: Path) -> None:
    """Time all tools on one input in turn, and print a row for each."""
    files = sorted(map(str, work.path.rglob("*.yaml"))) if work.path.is_dir() else []
    commands = {}
    for name, command in tools.items():
        takes_folders = name not in {"kube-score", "check-jsonschema"}
        if name == "python -c pass":
            commands[name] = command
        elif takes_folders or not files:
            commands[name] = [*command, str(work.path)]
        elif len(files) < 10_000:
            commands[name] = [*command, *files]
    # A first run of each warms the caches up, and shows what is too slow to be run again and again.
    first = {name: _run(command) for name, command in commands.items()}
    results = _times({name: command for name, command in commands.items() if first[name]}, runs, folder)
    own = results["podhosts"]["median"]
    for name, command in commands.items():
        if (seen_first := first[name]) is None:
            print(f"| {work.name} | {name} | over {_PATIENCE} s | | {_PATIENCE / own:.1f} and more | | |", flush=True)
            continue
        output, peak = seen_first
        result = results[name]
        noise = (result["stddev"] or 0) / result["mean"]
        seen = "" if work.seeded is None or name in {"python -c pass", "ripgrep"} else "not seen"
        with_mistake = _run([*command[:-1], str(work.seeded)]) if seen else None
        if with_mistake and with_mistake[0].count("\n") > output.count("\n"):
            seen = "seen"
        print(
            f"| {work.name} | {name} | {result['median'] * 1000:,.0f} ms | {noise:.0%} "
            f"| {result['median'] / own:.2f} | {peak} | {seen} |",
            flush=True,
        )


def _times(commands: dict[str, list[str]], runs: int, folder: Path) -> dict[str, dict[str, Any]]:
    """What hyperfine measures, by name; the commands run in turn."""
    export = folder / "times.json"
    arguments = ["hyperfine", "-N", "-i", "-r", str(runs), "--export-json", str(export), "--style", "none"]
    for name, command in commands.items():
        arguments += ["-n", name, shlex.join(command)]
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return {result["command"]: result for result in json.loads(export.read_text())["results"]}


#: A small process that starts a command and then prints the command's maximum resident size in KiB: what is started
#: from this one would count its size, too.
_PEAK = """import resource, subprocess, sys
try:
    subprocess.call(sys.argv[2:], timeout=int(sys.argv[1]))
except subprocess.TimeoutExpired:
    sys.exit(3)
print("\\n", resource.getrusage(-1).ru_maxrss)
"""
#: Seconds after which a tool is given up.
_PATIENCE = 20


def _run(command: list[str], stdin: IO[bytes] | None = None, patience: int = _PATIENCE) -> tuple[str, int] | None:
    """All that a command prints, and its maximum resident size in MiB; None for one that is too slow."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        small = [sys.executable, "-I", "-S", "-c", _PEAK, str(patience), *command]
        done = subprocess.run(small, stdin=stdin, stdout=output, stderr=subprocess.STDOUT, check=False)
        if done.returncode:
            return None
        output.seek(0)
        printed, _, peak = output.read().rstrip().rpartition("\n")
        return printed, int(peak) // 1024


if __name__ == "__main__":
    main()
