"""From a change in an editor to its diagnostics: the real server, a stream of about 2,000 lines, one change at a time.

Each change is in one document of the stream, in turn; half of the documents refer to others (a mounted ConfigMap, a
Service of the same name as an alias). Prints the median and the slowest tenth, and ends with 1 above the limit.
    python benchmarks/editor_latency.py [CHANGES]
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.editor import address, editor

LIMIT_MS = 50
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web-{n}
  namespace: shop
spec:
  replicas: 2
  selector:
    matchLabels: {{app: web-{n}}}
  template:
    metadata:
      labels: {{app: web-{n}}}
    spec:
      hostAliases:
      - ip: 10.0.{n}.25
        hostnames:
        - db-{n}.internal
        - cache-{n}.internal
      - ip: 10.0.{n}.26
        hostnames: [service-{n}, queue-{n}.internal, queue-{n}.internal]
      containers:
      - name: web
        image: registry.invalid/web:1.{n}
        ports:
        - containerPort: 8080
        volumeMounts:
        - name: own
          mountPath: /etc/hosts
          subPath: hosts
      volumes:
      - name: own
        configMap: {{name: hosts-{n}}}
---
apiVersion: v1
kind: Service
metadata: {{name: service-{n}, namespace: shop}}
spec: {{ports: [{{port: 80}}]}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: hosts-{n}, namespace: shop}}
data:
  hosts: |
    10.0.{n}.9 only-here-{n}
---
"""
DOCUMENTS = 45


async def measure(changes: int, folder: Path) -> list[float]:
    """Milliseconds from each change to its diagnostics."""
    text = "".join(DEPLOYMENT.format(n=number) for number in range(DOCUMENTS))
    print(f"{text.count(chr(10))} lines, {text.count('---')} documents, {changes} changes")
    path = folder / "stream.yaml"
    times = []
    async with editor(folder) as client:
        await client.open(path, text)
        for number in range(changes):
            document = number % DOCUMENTS
            changed = text.replace(f"10.0.{document}.25", f"10.0.{document}.{number % 200}")
            started = time.perf_counter()
            version = client.type(path, changed)
            await client.diagnostics(address(path), version)
            times.append((time.perf_counter() - started) * 1000)
    return times


def main() -> int:
    import tempfile

    changes = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with tempfile.TemporaryDirectory() as folder:
        times = asyncio.run(measure(changes, Path(folder)))
    median = statistics.median(times)
    print(f"median {median:.0f} ms, slowest tenth from {statistics.quantiles(times, n=10)[-1]:.0f} ms")
    return 1 if median > LIMIT_MS else 0


if __name__ == "__main__":
    sys.exit(main())
