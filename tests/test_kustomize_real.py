"""Kustomize itself, where it is on the PATH: random overlays of our own are built and judged alike.

Skipped with a reason where the program is missing; fails instead when PODHOSTS_REQUIRE_TOOLS=1.
"""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from podhosts.document import Document, plain, split
from podhosts.engine import Options, default_selection, lint
from podhosts.inventory import read, read_overlays
from podhosts.kubernetes import KNOWN_KINDS
from podhosts.kustomize.building import Builder
from podhosts.kustomize.files import Files
from podhosts.kustomize.located import typed
from podhosts.kustomize.overlays import Overlays
from podhosts.source import Source
from tests.kustomize_projects import KINDS, Project
from tests.paths import DATA
from tests.programs import program
from tests.test_patch_drops_alias import lint_files

if TYPE_CHECKING:
    from podhosts.diagnostics import Diagnostic
    from tests.figures import Figures

SEEDS = range(100)
CASES = [json.loads(line) for line in (DATA / "merging" / "kustomize.jsonl").read_text("utf-8").split("\n") if line]


class Built(NamedTuple):
    """A project and what Kustomize prints for it, None where it refuses it."""

    project: Project
    printed: str | None


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> list[Built]:
    kustomize = program("kustomize")
    # pytest makes its base folder at the first question for one, and not safely among threads.
    base = tmp_path_factory.mktemp("projects")

    def run(seed: int) -> Built:
        project = Project(seed)
        folder = base / str(seed)
        folder.mkdir()
        for path, text in project.files.items():
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_text(text, "utf-8")
        done = subprocess.run(
            [kustomize, "build", project.build], cwd=folder, capture_output=True, text=True, check=False
        )
        return Built(project, done.stdout if done.returncode == 0 else None)

    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(run, SEEDS))


def essence(value: Any) -> str:
    """What of an object bears on hosts: its identity and metadata, its pod spec, a ConfigMap's data."""
    found = value
    for step in KINDS[value["kind"]][1] if value["kind"] in KINDS else ("data",):
        found = (found or {}).get(step)
    return json.dumps([value["apiVersion"], value["kind"], value["metadata"], found], sort_keys=True)


def test_builds_are_equal(built: list[Built], shown_figures: Figures) -> None:
    wrong: list[Any] = []
    for project, printed in built:
        build = Builder(Files({path: text.encode() for path, text in project.files.items()}.get)).build(project.build)
        found = None if build is None else sorted(essence(typed(item.value)) for item in build.resources)
        if found != (None if printed is None else sorted(map(essence, objects_of(printed)))):
            wrong.append((project.files, found, printed))
    refused = sum(item.printed is None for item in built)
    with shown_figures():
        print(f"kustomize itself: {len(built) - len(wrong)} of {len(built)} builds equal, {refused} of them refused")
    assert wrong == []
    assert refused < len(built) / 2


def test_the_inventory_has_what_is_built(built: list[Built]) -> None:
    for project, printed in built:
        assert printed is None or names_built(project) == names_of(printed)


def names_built(project: Project) -> Counter[tuple[str | None, str, str]]:
    """Object, address and name of what an inventory of the overlay's folder alone lists."""
    files = {path: text.encode() for path, text in project.files.items()}
    own = [path for path in files if path.startswith(f"{project.build}/")]
    read = read_overlays(Overlays(own, Files(files.get)), KNOWN_KINDS, own)
    lists = [item for reading in read for item in reading.lists]
    assert {item.overlay for item in lists} <= {project.build}
    return Counter((item.object.name, listed.ip, listed.name) for item in lists for listed in item.names)


def names_of(printed: str) -> Counter[tuple[str | None, str, str]]:
    lists = read(Source("built.yaml", printed.encode()), KNOWN_KINDS).lists
    return Counter((item.object.name, listed.ip, listed.name) for item in lists for listed in item.names)


def objects_of(text: str) -> list[Any]:
    source = Source("built.yaml", text.encode())
    roots = [Document(source, piece).root for piece in split(source.text)]
    return [plain(root) for root in roots if root is not None]


def test_findings_agree(built: list[Built]) -> None:
    for project, printed in built:
        if printed is not None:
            assert missing(project.files, printed) == []


def test_findings_agree_on_the_vectors() -> None:
    for case in CASES:
        if case["rc"] == 0:
            assert missing(case["files"], case["stdout"]) == []


def missing(files: dict[str, str], printed: str) -> list[tuple[str, str]]:
    """The findings on what Kustomize prints that the sources give neither at that text nor at that field."""
    found = {mark for result in lint_files(files).values() for finding in result.findings for mark in marks(finding)}
    gone = []
    for finding in lint(Source("built.yaml", printed.encode()), Options(selected=default_selection())).findings:
        text, field = marks(finding)
        # A name to which a patch adds an address is reported in the patch.
        told = finding.rule == "conflicting-hostname" and ("patch-drops-alias", text[1]) in found
        told |= finding.rule in OF_ENTRIES and any(rule == finding.rule for rule, _ in found)
        # A replacement may take a part of a text, for several objects.
        told |= any(rule == finding.rule and text[1] in whole.split(",") for rule, whole in found)
        if not told and text not in found and field not in found:
            gone.append((finding.rule, text[1]))
    return gone


#: Rules that mark the first key of an entry, which Kustomize prints in another order.
OF_ENTRIES = {"missing-ip", "empty-hostnames"}


def marks(finding: Diagnostic) -> tuple[tuple[str, str], tuple[str, str]]:
    """What a finding is known by: its rule and the marked text, or its rule, object and field."""
    text = finding.source.cut(finding.span).strip("\"'\\")
    return (finding.rule, text), (finding.rule, f"{finding.object} {finding.field}")
