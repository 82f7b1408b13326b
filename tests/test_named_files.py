"""Named files see their repository: the hook, which always names files, finds what a run on the folder finds."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests import manifests
from tests.manifests import BAD_POD, GOOD_POD, SERVICE
from tests.paths import CASES, DATA, EXAMPLES, SHARED
from tests.programs import program
from tests.repositories import git, scratch_repository
from tests.running import podhosts

if TYPE_CHECKING:
    from pathlib import Path

DEPLOYMENT = manifests.DEPLOYMENT.encode()
#: Moves the name, and keeps the old entry by mistake.
PATCH = DEPLOYMENT.replace(b"10.0.0.1", b"10.0.0.2")
OVERLAY = {
    "base/kustomization.yaml": b"resources: [web.yaml]\n",
    "base/web.yaml": DEPLOYMENT,
    "overlays/prod/kustomization.yaml": b"resources: [../../base]\npatches:\n- path: db.yaml\n",
    "overlays/prod/db.yaml": PATCH,
}
KEPT = "overlays/prod/db.yaml:9: patch-drops-alias"
#: The key of the list is the chart's own, so that no word of ours stands in the values.
CHART = {
    "chart/Chart.yaml": b"apiVersion: v2\nname: shop\nversion: 1.0.0\n",
    "chart/values.yaml": b"aliases:\n- ip: 10.0.0.256\n  hostnames: [db.internal]\n",
    "chart/templates/pod.yaml": b"apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n"
    b"  hostAliases: {{- toYaml .Values.aliases | nindent 2 }}\n",
    "chart/templates/service.yaml": SERVICE,
}
#: The part of the trees in the field that is looked at without `--thorough`.
_SAMPLE = 0.1
PRINTED = "chart/values.yaml:2: invalid-ip"


def found(folder: Path, *arguments: str, flags: tuple[str, ...] = ("--fail-on", "info")) -> Counter[str]:
    """What `check` finds: path, line, rule, message and related places."""
    done = podhosts("check", "--format", "json", *flags, *arguments, cwd=folder)
    report = json.loads(done.stdout)
    return Counter(
        json.dumps([item["path"], item["rule"], item["message"], item["start"], item["related"]])
        for item in report["findings"]
    )


def places(folder: Path, *arguments: str) -> list[str]:
    """What `check` finds: path, line, rule."""
    read = (json.loads(item) for item in found(folder, *arguments))
    return [f"{path}:{start['line']}: {rule}" for path, rule, _, start, _ in read]


@pytest.mark.parametrize("name", OVERLAY)
def test_each_file_of_an_overlay(name: str, tmp_path: Path) -> None:
    folder = scratch_repository(tmp_path / "repository", {**OVERLAY, "other/service.yaml": SERVICE})
    assert places(folder, name) == [KEPT]
    assert places(folder, "other/service.yaml") == []
    below = folder / "overlays"
    assert places(below, os.path.relpath(folder / name, below)) == [KEPT.removeprefix("overlays/")]
    assert places(folder, f"./{name}") == [KEPT]
    assert places(below, f"../{name}") == [KEPT.removeprefix("overlays/")]
    assert places(folder, str(folder / name)) == [f"{folder}/{KEPT}"]
    assert places(folder, "--isolated", name) == []


@pytest.mark.parametrize("name", CHART)
def test_each_file_of_a_chart(name: str, tmp_path: Path) -> None:
    folder = scratch_repository(tmp_path / "repository", {**CHART, "service.yaml": SERVICE})
    # A template that prints nothing of hosts is none of the list's business.
    expected = [] if name.endswith("service.yaml") else [PRINTED]
    assert places(folder, name) == expected
    assert places(folder, f"./{name}") == expected
    assert places(folder, "service.yaml") == []


def test_a_folder_in_a_work_tree_is_treated_like_its_files(tmp_path: Path) -> None:
    folder = scratch_repository(tmp_path / "repository", OVERLAY)
    assert places(folder, "base") == [KEPT]


def test_the_summary_says_what_else_was_read(tmp_path: Path) -> None:
    folder = scratch_repository(tmp_path / "repository", OVERLAY)
    done = podhosts("check", "-v", "base/web.yaml", cwd=folder)
    assert done.stderr.decode().splitlines()[:4] == [
        "1 file, with 3 others read, 1 document, 1 pod: 1 error",
        "  with base/kustomization.yaml",
        "  with overlays/prod/db.yaml",
        "  with overlays/prod/kustomization.yaml",
    ]
    report = json.loads(podhosts("check", "--format", "json", "base/web.yaml", cwd=folder).stdout)
    assert (report["summary"]["files"], report["summary"]["others_read"]) == (1, 3)
    alone = podhosts("check", "--isolated", "base/web.yaml", cwd=folder)
    assert alone.stderr == b"1 file alone, 1 document, 1 pod: no findings\n"


def test_fixes_are_written_to_named_files_only(tmp_path: Path) -> None:
    twice = DEPLOYMENT.replace(b"[db.internal]", b"[db.internal, db.internal]")
    folder = scratch_repository(tmp_path / "repository", {**OVERLAY, "base/web.yaml": twice})
    podhosts("check", "--fix", "overlays/prod/kustomization.yaml", "overlays/prod/db.yaml", cwd=folder)
    assert (folder / "base/web.yaml").read_bytes() == twice
    assert places(folder, "base/web.yaml")[0].startswith("base/web.yaml:9: duplicate-hostname")
    podhosts("check", "--fix", "base/web.yaml", cwd=folder)
    assert (folder / "base/web.yaml").read_bytes() == DEPLOYMENT


def test_stdin_takes_the_place_of_its_file(tmp_path: Path) -> None:
    folder = scratch_repository(tmp_path / "repository", {**OVERLAY, **CHART})
    arguments = ("check", "-", "--stdin-filename")
    mended = PATCH.replace(b"10.0.0.2", b"10.0.0.1")
    done = podhosts(*arguments, "overlays/prod/db.yaml", cwd=folder, stdin=PATCH)
    assert b"patch-drops-alias" in done.stdout
    assert podhosts(*arguments, "overlays/prod/db.yaml", cwd=folder, stdin=mended).stdout == b""
    values = CHART["chart/values.yaml"]
    assert b"invalid-ip" in podhosts(*arguments, "chart/values.yaml", cwd=folder, stdin=values).stdout
    good = values.replace(b"256", b"25")
    assert podhosts(*arguments, "chart/values.yaml", cwd=folder, stdin=good).stdout == b""


def test_a_look_up_below_the_level_that_fails_stays_near(tmp_path: Path) -> None:
    """An info about a Service is worth no search in all files; that it is not found makes no suppression unused."""
    pod = GOOD_POD.replace(b"[db.internal]", b"[db] # podhosts: ignore[shadowed-service] on purpose\n   ")
    pod = pod.replace(b"\n   \n", b"\n")
    service = SERVICE.replace(b"name: web", b"name: db")
    folder = scratch_repository(tmp_path / "repository", {"pod.yaml": pod, "service.yaml": service})
    assert found(folder, "pod.yaml", flags=()) == Counter()


def test_the_environment_of_a_hook_does_not_lead_astray(tmp_path: Path) -> None:
    folder = scratch_repository(tmp_path / "repository", OVERLAY)
    other = scratch_repository(tmp_path / "other", {"pod.yaml": BAD_POD})
    inherited = {"GIT_DIR": str(other / ".git"), "GIT_WORK_TREE": str(other), "GIT_PREFIX": "x/", "GIT_INDEX_FILE": "i"}
    done = podhosts("check", "base/web.yaml", cwd=folder, extra=inherited)
    assert done.stdout.decode().startswith("overlays/prod/db.yaml:9:")
    done = podhosts("check", "overlays", cwd=folder, extra=inherited)
    assert done.stdout.decode().startswith("overlays/prod/db.yaml:9:")


def trees() -> list[Path]:
    folders = [CASES, EXAMPLES, DATA / "readme"]
    for shared in (SHARED / "corpus", *sorted((SHARED / "field").glob("*"))):
        folders += [shared] if shared.is_dir() else []
    return folders


@pytest.mark.parametrize("tree", trees(), ids=lambda tree: tree.name)
def test_names_find_what_the_folder_finds(tree: Path, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    rng = random.Random(tree.name)
    is_sampled = SHARED in tree.parents and tree.name != "corpus" and not pytestconfig.getoption("--thorough")
    if is_sampled and rng.random() > _SAMPLE:
        pytest.skip("one tree of ten is looked at without --thorough")
    program("git")
    folder = tmp_path / "repository"
    shutil.copytree(tree, folder, symlinks=True)
    git(folder, "init", "-q")
    git(folder, "add", "-A", "-f")
    tracked = [name for name in git(folder, "ls-files", "-z").split("\0") if name and (folder / name).is_file()]
    manifests = [name for name in tracked if name.endswith((".yaml", ".yml", ".json", "Kustomization"))]
    if not manifests:
        pytest.skip("no manifests here")
    whole = found(folder, ".")
    assert found(folder, *manifests) == whole
    rng.shuffle(manifests)
    size = len(manifests) // 4 + 1
    batches = [found(folder, *manifests[start : start + size]) for start in range(0, len(manifests), size)]
    assert {item for batch in batches for item in batch} == set(whole)


def test_a_named_file_without_a_word_is_opened_once(tmp_path: Path) -> None:
    """Whether it holds a word, delivers something or gives values to a chart is found in one reading."""
    values = {"values/shop.yaml": b"image: web:1\n", "other/service.yaml": SERVICE}
    release = {"release.yaml": b"apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: shop}\n"}
    folder = scratch_repository(tmp_path / "repository", {**CHART, **OVERLAY, **values, **release})
    script = (
        "import sys; from podhosts.__main__ import main\n"
        "sys.addaudithook(lambda event, data: event == 'open' and print(data[0]))\n"
        "main()"
    )
    for name in ("values/shop.yaml", "other/service.yaml"):
        done = subprocess.run(
            [sys.executable, "-c", script, "check", name], cwd=folder, capture_output=True, text=True, check=True
        )
        opened = [os.path.realpath(folder / line) for line in done.stdout.splitlines()]
        assert opened.count(os.path.realpath(folder / name)) == 1, name
