"""Charts of our own for tests: written into a folder, linted as users do, rendered by the real Helm."""

from __future__ import annotations

import posixpath
import re
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from podhosts.discovery import discover
from podhosts.engine import Options, Result, default_selection, lint
from podhosts.engine.charts import files_with_findings
from podhosts.helm import Charts
from podhosts.kustomize.names import is_kustomization
from podhosts.repository import Repository, open_repository
from podhosts.rules import Settings
from podhosts.source import Source
from tests.running import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Mapping

METADATA = "apiVersion: v2\nname: web\nversion: 0.1.0\n"
#: The beginning of a Deployment, up to the fields of its pod spec, and what ends them.
HEAD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
"""
TAIL = "      containers: [{name: web, image: web}]\n"
_FILE = re.compile(r"^# file: (\S+)$", re.MULTILINE)


class Found(NamedTuple):
    """A finding of a chart: where it begins, the rule, and the text that it marks."""

    path: str
    line: int
    column: int
    rule: str
    marked: str


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write the files of a chart; a Chart.yaml is added where there is none."""
    return write_all(folder, {"Chart.yaml": METADATA, **files})


def write_all(folder: Path, files: Mapping[str, str]) -> Path:
    """Write files as they are."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return folder


def lint_folder(folder: Path) -> list[Found]:
    """The findings in all files of a folder, as `podhosts check FOLDER` sees them, with paths inside it."""
    paths = [item.path for item in discover([str(folder)]).inputs]
    charts = Charts(paths)
    repository = Repository([Source(path, Path(path).read_bytes()) for path in paths], charts=charts)
    found: list[Found] = []
    added = charts.without_own(files_with_findings(charts.all, repository, Settings()))
    for path in [*paths, *sorted({*charts.helpers, *added})]:
        source = Source(path, Path(path).read_bytes())
        for finding in lint(source, Options(selected=default_selection()), repository).findings:
            at = source.position(finding.span.start)
            name = Path(path).relative_to(folder).as_posix()
            found.append(Found(name, at.line, at.column, finding.rule, source.cut(finding.span)))
    return sorted(found)


def files_in_one(text: str) -> dict[str, str]:
    """The files of a chart that is written as one text, each below a line `# file: NAME`; none of another text.

    Empty lines stand for what is before a file, so that all lines keep their numbers.
    """
    heads = [*_FILE.finditer(text)]
    ends = [*(head.start() for head in heads[1:]), len(text)]
    # Without a file there is still an end.
    pairs = zip(heads, ends, strict=False)
    return {head[1]: "\n" * text.count("\n", 0, head.end()) + text[head.end() : end] for head, end in pairs}


def lint_in_one(files: Mapping[str, str], options: Options) -> Result:
    """The findings in all files of a chart, or of kustomizations and deliveries, together."""
    together = Result()
    with tempfile.TemporaryDirectory() as folder:
        if any(map(is_kustomization, files)) or any(posixpath.basename(name) == "Chart.yaml" for name in files):
            write_all(Path(folder), files)
        else:
            write(Path(folder), files)
        paths = [item.path for item in discover([folder]).inputs]
        repository = open_repository(paths, [folder])
        for path in paths:
            result = lint(Source(path, Path(path).read_bytes()), options, repository)
            together.findings += result.findings
            together.unread += result.unread
    return together


def render(program: str, folder: Path) -> str | None:
    """What `helm template` prints for a chart; None where it refuses, be it the template or what is rendered."""
    command = [program, "template", "release", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    return done.stdout if done.returncode == 0 else None
