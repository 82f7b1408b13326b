"""What a hook costs in a large repository: 50,000 files, 800 kustomizations and 100 charts, made in a temporary folder.

python benchmarks/hook.py [--files N] [--runs N]  (with podhosts installed)

Seconds of the processor, git's included, the least of N runs, and how often the time of `python -c pass` that is. Ends
with 1 where an unrelated file takes more than the limits of the house: 1.5 times outside of charts and kustomizations,
4 times in them.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import timing

_SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n"
_POD = (
    "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n"
    "  hostAliases:\n  - ip: 10.0.0.25\n    hostnames: [db.internal]\n"
)
_OVERLAYS = 400
_CHARTS = 100
#: What the command that pip installs runs; `python -m` would import more of the standard library.
_OWN = [sys.executable, "-c", "from podhosts.__main__ import command; command()", "check"]


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def _make(folder: Path, count: int) -> None:
    files = {"plain/pod.yaml": _POD, "hosts/base/pod.yaml": _POD}
    files["hosts/base/kustomization.yaml"] = "resources: [pod.yaml]\n"
    files["hosts/prod/kustomization.yaml"] = "resources: [../base]\n"
    for number in range(_OVERLAYS):
        app = f"apps/team-{number % 20}/app-{number}"
        files[f"{app}/base/service.yaml"] = _SERVICE
        files[f"{app}/base/kustomization.yaml"] = "resources:\n- service.yaml\n"
        files[f"{app}/prod/kustomization.yaml"] = "resources:\n- ../base\npatches:\n- path: patch.yaml\n"
        files[f"{app}/prod/patch.yaml"] = _SERVICE
    for number in range(_CHARTS):
        files[f"charts/chart-{number}/Chart.yaml"] = f"apiVersion: v2\nname: chart-{number}\nversion: 1.0.0\n"
        files[f"charts/chart-{number}/values.yaml"] = "port: 80\n"
        files[f"charts/chart-{number}/templates/service.yaml"] = _SERVICE
    for number in range(count - len(files)):
        files[f"plain/part-{number % 500}/service-{number}.yaml"] = _SERVICE
    _write(folder, files)
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    subprocess.run(["git", "add", "-A"], cwd=folder, check=True)


def _least(command: list[str], folder: Path, runs: int) -> float:
    times = []
    for _ in range(runs):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, cwd=folder, capture_output=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(times)


def main() -> int:
    """Make the repository, measure, print; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=10)
    arguments = parser.parse_args()
    timing.keep_byte_code()
    failed = False
    with tempfile.TemporaryDirectory(prefix="podhosts-") as name:
        folder = Path(name)
        _make(folder, arguments.files)
        empty = _least([sys.executable, "-c", "pass"], folder, arguments.runs)
        print(f"{'python -c pass':44} {empty:8.4f} s")
        for title, path, limit in (
            ("unrelated, in no build", "plain/part-1/service-1.yaml", 1.5),
            ("unrelated, in an overlay", "apps/team-1/app-1/prod/patch.yaml", 4.0),
            ("unrelated, in a chart", "charts/chart-1/values.yaml", 4.0),
            ("hostAliases, in no build", "plain/pod.yaml", None),
            ("hostAliases, in a base", "hosts/base/pod.yaml", None),
        ):
            for flags in ([], ["--isolated"]):
                taken = _least([*_OWN, *flags, path], folder, arguments.runs)
                print(f"{' '.join([title, *flags]):44} {taken:8.4f} s {taken / empty:6.2f} times")
                failed = failed or (not flags and limit is not None and taken > limit * empty)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
