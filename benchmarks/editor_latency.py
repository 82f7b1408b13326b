"""From a change in an editor to its diagnostics: the real server, a stream of about 2,000 lines, one change at a time.

Each change is in one Deployment of the stream, in turn; all of them refer to other documents (a mounted ConfigMap, a
Service of the same name as an alias). Prints the median and the slowest tenth, and ends with 1 above the limit.
    python benchmarks/editor_latency.py [CHANGES]
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

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


class Server:
    """The server in a process of its own; messages are plain JSON, so that little time is the client's."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "podhosts", "lsp"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.uri = (folder / "stream.yaml").as_uri()
        folders = [{"uri": folder.as_uri(), "name": "stream"}]
        self._send("initialize", {"processId": None, "capabilities": {}, "workspaceFolders": folders}, number=1)
        self._receive()
        self._send("initialized", {})

    def open(self, text: str) -> None:
        document = {"uri": self.uri, "languageId": "yaml", "version": 0, "text": text}
        self._send("textDocument/didOpen", {"textDocument": document})
        self._wait(0)

    def change(self, text: str, version: int) -> None:
        """Send a text and wait for its diagnostics."""
        document = {"uri": self.uri, "version": version}
        self._send("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})
        self._wait(version)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def _wait(self, version: int) -> None:
        while self._receive().get("params", {}).get("version") != version:
            pass

    def _send(self, method: str, params: dict[str, Any], number: int | None = None) -> None:
        assert self._process.stdin
        message = {"jsonrpc": "2.0", "method": method, "params": params} | ({"id": number} if number else {})
        body = json.dumps(message).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        assert self._process.stdout
        length = 0
        while line := self._process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        message: dict[str, Any] = json.loads(self._process.stdout.read(length))
        return message


def measure(changes: int, folder: Path) -> list[float]:
    """Milliseconds from each change to its diagnostics."""
    text = "".join(DEPLOYMENT.format(n=number) for number in range(DOCUMENTS))
    print(f"{text.count(chr(10))} lines, {text.count('---')} documents, {changes} changes")
    server = Server(folder)
    times = []
    server.open(text)
    for number in range(changes):
        text = text.replace(f"10.0.{number}.25\n", f"10.0.{number}.27\n")
        started = time.perf_counter()
        server.change(text, number + 1)
        times.append((time.perf_counter() - started) * 1000)
    server.close()
    return times


def main() -> int:
    changes = min(DOCUMENTS, int(sys.argv[1])) if len(sys.argv) > 1 else DOCUMENTS
    with tempfile.TemporaryDirectory() as folder:
        times = measure(changes, Path(folder))
    median = statistics.median(times)
    print(f"median {median:.0f} ms, slowest tenth from {statistics.quantiles(times, n=10)[-1]:.0f} ms")
    return 1 if median > LIMIT_MS else 0


if __name__ == "__main__":
    sys.exit(main())
