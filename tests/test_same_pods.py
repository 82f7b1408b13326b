"""One answer to the question which pods a text holds: check, inventory, render (as resolve) and the editor agree."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import pytest

from podhosts.commands.run_settings import Request, RunSettings
from podhosts.commands.selection import select_pods
from podhosts.discovery import discover
from podhosts.engine import Options, Result, lint
from podhosts.helm import Charts
from podhosts.inventory import read
from podhosts.kubernetes import KnownKinds
from podhosts.lsp.buffers import Buffer
from podhosts.lsp.checked import CheckedFile
from podhosts.lsp.projects import Project
from podhosts.relevance import Relevance, look_around
from podhosts.repository import Repository
from podhosts.run import Run
from podhosts.source import Source
from tests.charts import METADATA, write
from tests.manifests import DEPLOYMENT, definition
from tests.paths import CASES, SHARED
from tests.repositories import scratch_repository
from tests.running import podhosts

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from podhosts.engine.results import CheckedObject
    from podhosts.kubernetes import Pod
    from podhosts.placed import Placed
    from podhosts.source import Span

CORPUS = SHARED / "corpus"
#: Bytes from which a file of the corpus takes too long here.
LARGE = 1 << 18
#: So many files of the corpus are named, each in a run of its own.
MOST_NAMED = 40
LISTED = Options(lists_objects=True, use_suppressions=False)
POD_AS_TEXT = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: manifests}
data:
  pod.yaml: |
    apiVersion: v1
    kind: Pod
    metadata: {name: vip}
    spec:
      hostAliases:
      - ip: 10.0.0.25
        hostnames: [db.internal]
"""
#: What sets values of pods that stand elsewhere; of these no hosts file can be shown.
PATCHES = ("op:", '"op"', "kustomize.config.k8s.io", "hostAliases[", "mutations.gatekeeper.sh", "parameters:")


class Seen(NamedTuple):
    """What one command sees: the paths of pod specs, as often as they are there, and the spans of entries."""

    pods: Counter[str]
    entries: set[Span]


class Answers(NamedTuple):
    """What each command sees in a file; `names` are the spans of all names of an inventory."""

    check: Seen
    names: set[Span]
    render: Seen
    editor: Seen


def _seen(pods: Iterable[tuple[Pod, Placed]]) -> Seen:
    placed_pods = list(pods)
    spans = (placed.span(alias.node.span) for pod, placed in placed_pods for alias in pod.aliases)
    paths = (placed.field(pod.object.identity, pod.field())[1] for pod, placed in placed_pods)
    return Seen(Counter(paths), {span for span in spans if span is not None})


def answers(source: Source, around: Iterable[Source] = ()) -> Answers:
    """What the commands see in a file, among others of its folder."""
    files = [source, *around]
    charts = Charts(sorted(file.path for file in files), files)
    repository = Repository(files, charts=charts)
    objects = lint(source, LISTED, repository).objects
    lists = read(source, KnownKinds((), repository.definitions), charts.facts(source.path)).lists
    selection = select_pods(source, None)
    buffer = Buffer("file:///a", source.path, source.text, 1)
    project = Project("/", {}, is_folder=False)
    checked = CheckedFile(buffer, project, project.check(buffer))
    return Answers(
        _checked(objects),
        {listed.span for item in lists for listed in item.names},
        _seen((pod, selection.placed[pod]) for pod in selection.pods),
        _seen(found for document in checked.documents for found in checked.pods_at(document.span.start)),
    )


def assert_same(found: Answers, source: Source) -> None:
    """`check` reads only what mentions hosts, and it and the inventory know of values that patches set."""
    assert found.render == found.editor, source.path
    assert found.render.entries <= found.check.entries, source.path
    if not any(mark in source.text for mark in PATCHES):
        assert found.render.entries == found.check.entries, source.path
        assert found.check.pods <= found.render.pods, source.path
    # What a template engine reads from a comment stands behind the entry.
    outside = [
        name
        for name in found.names
        if source.text[name.start] != "#"
        and not any(start <= name.start and name.end <= end for start, end in found.check.entries)
    ]
    assert outside == [], source.path


def named_answers(path: str) -> Answers:
    """What the commands see in a file that is named, in the repository around it."""
    request = Request([path], no_suppressions=True)
    discovery = discover([path])
    relevance = Relevance(discovery, surroundings=look_around(discovery, [path]))
    with Run(relevance, RunSettings(request, lists_objects=True)) as run:
        run.lint()
        objects = [checked for item, result in run.results() if item.path == path for checked in _objects(result)]
        kinds = KnownKinds((), run.repository.definitions)
        [(_, reading)] = run.read(lambda file, repository: read(file, kinds, repository.facts(file.path)))
    assert not isinstance(reading, str)
    selection = select_pods(path, None)
    rendered = _seen((pod, selection.placed[pod]) for pod in selection.pods)
    names = {listed.span for item in reading.lists for listed in item.names} if reading is not None else set()
    return Answers(_checked(objects), names, rendered, rendered)


def _objects(result: Result | str) -> list[CheckedObject]:
    assert isinstance(result, Result)
    return result.objects


def _checked(objects: list[CheckedObject]) -> Seen:
    return Seen(
        Counter(pod.field for item in objects for pod in item.pods),
        {entry.span for item in objects for pod in item.pods for entry in pod.entries},
    )


@pytest.mark.parametrize("folder", sorted(path.name for path in CASES.iterdir() if path.is_dir()))
def test_cases(folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [Source(path.name, path.read_bytes()) for path in sorted((CASES / folder).rglob("*.yaml"))]
    assert files
    for source in files:
        assert_same(answers(source), source)
    monkeypatch.chdir(scratch_repository(tmp_path / "repository", {file.path: file.data for file in files}))
    for source in files:
        assert_same(named_answers(source.path), source)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not on this machine")
def test_named_files_of_the_corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = (path for path in sorted(CORPUS.rglob("*.yaml")) if path.stat().st_size < LARGE)
    files = {path.relative_to(CORPUS).as_posix(): path.read_bytes() for path in paths}
    listing = [name for name, data in files.items() if b"hostAliases" in data and b"{{" not in data]
    monkeypatch.chdir(scratch_repository(tmp_path / "repository", files))
    for name in listing[:: max(1, len(listing) // MOST_NAMED)]:
        assert_same(named_answers(name), Source(name, files[name]))


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not on this machine")
def test_corpus() -> None:
    seen = 0
    for path in sorted(CORPUS.rglob("*")):
        if path.suffix in {".yaml", ".yml", ".json"} and path.stat().st_size < LARGE:
            data = path.read_bytes()
            if b"hostAliases" in data:
                source = Source(path.relative_to(CORPUS).as_posix(), data)
                found = answers(source)
                assert_same(found, source)
                seen += len(found.check.entries)
    assert seen > 100


def test_manifest_in_a_string() -> None:
    source = Source("a.yaml", POD_AS_TEXT.encode())
    found = answers(source)
    assert_same(found, source)
    [span] = found.check.entries
    assert source.position(span.start).line == POD_AS_TEXT[: POD_AS_TEXT.index("ip:")].count("\n") + 1
    assert found.check.pods == found.render.pods == {"spec": 1}
    assert len(found.names) == 1


TEMPLATE = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  hostAliases:
  {{- toYaml .Values.extraHosts | nindent 2 }}
  containers: []
"""
VALUES = """\
extraHosts:
- ip: 10.0.0.25
  hostnames: [db.internal]
"""


def test_values_of_a_chart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list has a name of the chart's own; only its template says what it is."""
    monkeypatch.chdir(write(tmp_path, {"values.yaml": VALUES, "templates/pod.yaml": TEMPLATE}))
    paths = ["Chart.yaml", "templates/pod.yaml", "values.yaml"]
    source = Source("values.yaml", VALUES.encode())
    charts = Charts(paths)
    kinds = KnownKinds()
    [checked] = lint(source, LISTED, Repository([source], charts=charts)).objects
    [listed] = read(source, kinds, charts.facts("values.yaml")).lists
    selection = select_pods(".", None)
    shown = [selection.placed[pod].place(alias.node.span) for pod in selection.pods for alias in pod.aliases]
    buffer = Buffer((tmp_path / "values.yaml").as_uri(), str(tmp_path / "values.yaml"), VALUES, 1)
    project = Project(str(tmp_path), {}, is_folder=True)
    in_editor = CheckedFile(buffer, project, project.check(buffer)).pods_at(0)
    span = source.text.index("ip:"), len(VALUES) - 1
    assert [entry.span for pod in checked.pods for entry in pod.entries] == [span]
    assert [listed.field, *(name.name for name in listed.names)] == ["extraHosts", "db.internal"]
    assert [(place.source.path, place.span) for place in shown if place is not None] == [("values.yaml", span)]
    assert [placed.span(alias.node.span) for pod, placed in in_editor for alias in pod.aliases] == [span]


DEFINITION = definition("Fleet", "spec", "hostAliases")
FLEET = """\
apiVersion: example.com/v1
kind: Fleet
metadata: {name: web}
spec:
  hostAliases:
  - ip: 192.168.0.1
    hostnames: [db.internal]
"""


def test_custom_resource_in_a_string(tmp_path: Path) -> None:
    """Its definition stands in another file, and what that refuses is said by whoever shows the pod."""
    inner = "".join(f"    {line}\n" for line in FLEET.splitlines())
    files = {
        "crd.yaml": DEFINITION,
        "fleet.yaml": FLEET,
        "text.yaml": f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: m}}\ndata:\n  fleet.yaml: |\n{inner}",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    refused = "`192.168.0.1` does not match `^10[.]`"
    for command in (["check", "."], ["render", "."], ["resolve", "db.internal", "."]):
        done = podhosts(*command, cwd=tmp_path)
        shown = (done.stdout + done.stderr).decode().splitlines()
        for place in ("fleet.yaml:6:9", "text.yaml:11:13"):
            assert any(place in line and refused in line for line in shown), command
    listed = podhosts("inventory", ".", cwd=tmp_path).stdout.decode()
    assert "fleet.yaml:7:17" in listed
    assert "text.yaml:12:21" in listed


BUILDS = {
    "base/kustomization.yaml": "resources: [web.yaml]\n",
    "base/web.yaml": DEPLOYMENT,
    "overlays/prod/kustomization.yaml": "resources: [../../base]\npatches:\n- path: db.yaml\n",
    "overlays/prod/db.yaml": DEPLOYMENT.replace("10.0.0.1", "10.0.0.2"),
    "chart/Chart.yaml": METADATA,
    "chart/values.yaml": VALUES,
    "chart/values-prod.yaml": VALUES.replace("10.0.0.25", "10.0.0.26"),
    "chart/templates/pod.yaml": TEMPLATE,
    "other/fleet.yaml": FLEET,
    "crd.yaml": DEFINITION,
}
#: The addresses that the commands see where a file is named, and where the inventory sees them.
NAMED = {
    "base/web.yaml": ["10.0.0.2", "10.0.0.1"],
    "overlays/prod/db.yaml": ["10.0.0.2", "10.0.0.1"],
    "overlays/prod/kustomization.yaml": ["10.0.0.2", "10.0.0.1"],
    "chart/templates/pod.yaml": ["10.0.0.25"],
    "chart/values.yaml": ["10.0.0.25"],
    "chart/values-prod.yaml": ["10.0.0.26"],
    "other/fleet.yaml": ["192.168.0.1"],
}


@pytest.mark.parametrize("name", NAMED)
def test_a_named_file_is_seen_in_its_repository(name: str, tmp_path: Path) -> None:
    """What Kustomize and Helm build of it is shown in its place, and its kind's definition is found."""
    folder = scratch_repository(tmp_path / "repository", {path: text.encode() for path, text in BUILDS.items()})
    for command, key, value in (("render", "pods", "entries"), (("resolve", "db.internal"), "answers", "addresses")):
        words = (command,) if isinstance(command, str) else command
        [first, *_] = json.loads(podhosts(*words, "--format", "json", name, cwd=folder).stdout)[key]
        assert [item["ip"] if isinstance(item, dict) else item for item in first[value]] == NAMED[name], command
    if name not in {"overlays/prod/db.yaml", "base/web.yaml"}:
        return
    both = json.loads(podhosts("render", "--all", "--format", "json", name, cwd=folder).stdout)["pods"]
    assert [len(pod["entries"]) for pod in both] == [2, 1]


def test_the_inventory_of_a_named_file(tmp_path: Path) -> None:
    folder = scratch_repository(tmp_path / "repository", {path: text.encode() for path, text in BUILDS.items()})
    every = set().union(*NAMED.values())
    # A template is evaluated with each file of values, which all stand on top of the chart's own.
    with_all = {name: ["10.0.0.25", "10.0.0.26"] for name in ("chart/templates/pod.yaml", "chart/values.yaml")}
    for name, addresses in {**NAMED, **with_all}.items():
        if not name.endswith("kustomization.yaml"):
            listed = podhosts("inventory", "--format", "csv", name, cwd=folder).stdout.decode()
            assert {address for address in every if f",{address}," in listed} == set(addresses), name
