"""`podhosts inventory` over a made-up repository: the time and the most memory it took.

python benchmarks/inventory.py [MANIFESTS]    (default 50000)
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_FOLDER_SIZE = 500
_MANIFEST = """apiVersion: apps/v1
kind: Deployment
metadata: {{name: app-{number}, namespace: team-{team}}}
spec:
  selector: {{matchLabels: {{app: app-{number}}}}}
  template:
    metadata: {{labels: {{app: app-{number}}}}}
    spec:
      hostAliases:
      - ip: 10.{team}.1.{last}
        hostnames: [db.internal, db-{number}.internal]
      - ip: 10.1.2.3
        hostnames: [mail.internal]
      containers:
      - name: app
        image: registry.internal/app-{number}:1.0
        ports: [{{containerPort: 8080}}]
"""
_OTHER = """apiVersion: v1
kind: Service
metadata: {{name: app-{number}, namespace: team-{team}}}
spec: {{selector: {{app: app-{number}}}, ports: [{{port: 80, targetPort: 8080}}]}}
"""


def write(folder: Path, count: int) -> None:
    """A repository of `count` manifests, each second one with aliases."""
    for number in range(count):
        target = folder / f"team-{number // _FOLDER_SIZE}"
        if number % _FOLDER_SIZE == 0:
            target.mkdir()
        text = (_OTHER if number % 2 else _MANIFEST).format(
            number=number, team=number // _FOLDER_SIZE % 250, last=number % 250 + 1
        )
        (target / f"{number}.yaml").write_text(text, "utf-8")


def main() -> None:
    """Write the repository, run the command in each format, print what it took."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    with tempfile.TemporaryDirectory() as name:
        write(Path(name), count)
        for output in ("text", "json", "csv", "html"):
            start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
            command = [sys.executable, "-m", "podhosts", "inventory", "--format", output, name]
            done = subprocess.run(command, capture_output=True, check=True)
            seconds = time.perf_counter() - start
            used = resource.getrusage(resource.RUSAGE_CHILDREN)
            processor = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
            # The most that any child took so far: kilobytes on Linux.
            memory, size = used.ru_maxrss / 1024, len(done.stdout) / 1e6
            print(
                f"{count} manifests, {output}: {seconds:.1f} s ({processor:.1f} s of the processor), "
                f"at most {memory:.0f} MB, {size:.1f} MB printed"
            )


if __name__ == "__main__":
    main()
