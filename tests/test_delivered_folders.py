"""Folders of the repository as Flux and Argo CD build them: their patches are patches as in a kustomization."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.charts import HEAD, TAIL
from tests.repositories import scratch_repository
from tests.running import podhosts
from tests.test_named_files import places

if TYPE_CHECKING:
    from pathlib import Path

DEPLOYMENT = HEAD + "      hostAliases:\n      - ip: 10.4.0.1\n        hostnames: [db.example]\n" + TAIL
#: Moves the name, and keeps the old entry by mistake.
PATCH = """\
- target: {kind: Deployment, name: web}
  patch: |
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: any}
    spec:
      template:
        spec:
          hostAliases:
          - ip: 10.4.0.2
            hostnames: [db.example]
"""
BASE = {"base/kustomization.yaml": "resources: [d.yaml]\n", "base/d.yaml": DEPLOYMENT}
FLUX = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  path: ./base
  patches:
"""
ARGO = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: apps, namespace: argocd}
spec:
  source:
    repoURL: https://git.example/r
    path: base
    kustomize:
      patches:
"""


def indented(text: str, columns: int) -> str:
    return "".join(f"{' ' * columns}{line}\n" for line in text.splitlines())


def repository(tmp_path: Path, files: dict[str, str]) -> Path:
    return scratch_repository(tmp_path / "r", {path: text.encode() for path, text in {**BASE, **files}.items()})


@pytest.mark.parametrize(
    ("delivery", "line"),
    [
        pytest.param(FLUX + indented(PATCH, 2), 17, id="Flux"),
        pytest.param(ARGO + indented(PATCH, 6), 20, id="Argo CD"),
        pytest.param(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n---\n" + FLUX + indented(PATCH, 2), 21, id="a stream"
        ),
    ],
)
def test_a_patch_that_keeps_an_old_address(tmp_path: Path, delivery: str, line: int) -> None:
    folder = repository(tmp_path, {"apps.yaml": delivery})
    assert places(folder) == [f"apps.yaml:{line}: patch-drops-alias"]


def test_a_folder_without_changes_is_built_once(tmp_path: Path) -> None:
    text = FLUX.replace("  patches:\n", "")
    folder = repository(tmp_path, {"apps.yaml": text})
    assert places(folder) == []


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    text = (FLUX + indented(PATCH, 2)).replace("./base", "./elsewhere")
    assert places(repository(tmp_path, {"apps.yaml": text})) == []


def test_what_the_patch_builds_is_checked(tmp_path: Path) -> None:
    """A JSON 6902 patch gives the base's entry a name twice."""
    patch = "- target: {kind: Deployment}\n  patch: |\n    - op: add\n"
    patch += "      path: /spec/template/spec/hostAliases/0/hostnames/-\n      value: db.example\n"
    folder = repository(tmp_path, {"apps.yaml": FLUX + indented(patch, 2)})
    assert places(folder) == ["apps.yaml:11: duplicate-hostname"]


def test_names_of_the_delivery_are_those_of_the_build(tmp_path: Path) -> None:
    """A prefix of Flux stands for that of the kustomization, and the patch still finds the object by its first name."""
    text = (FLUX + indented(PATCH, 2)).replace("  path: ./base\n", "  path: ./base\n  namePrefix: new-\n")
    base = {"base/kustomization.yaml": "resources: [d.yaml]\nnamePrefix: old-\n"}
    folder = repository(tmp_path, {**base, "apps.yaml": text})
    assert places(folder) == ["apps.yaml:18: patch-drops-alias"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("apps.yaml", ["apps.yaml:17: patch-drops-alias"]),
        ("base/d.yaml", ["apps.yaml:17: patch-drops-alias"]),
        ("base/kustomization.yaml", ["apps.yaml:17: patch-drops-alias"]),
        ("other.yaml", []),
    ],
)
def test_a_named_file_sees_what_is_made_of_it(tmp_path: Path, name: str, expected: list[str]) -> None:
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: s}\n"
    folder = repository(tmp_path, {"apps.yaml": FLUX + indented(PATCH, 2), "other.yaml": service})
    assert places(folder, name) == expected


WITH_VARIABLES = DEPLOYMENT.replace("10.4.0.1", "${ADDRESS}").replace("[db.example]", '["db.${DOMAIN:=example}"]')
BUILD = FLUX.replace("  patches:\n", "  postBuild:\n")
CONFIG = (
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: vars, namespace: flux-system}\ndata: {ADDRESS: 10.4.0.256}\n"
)


@pytest.mark.parametrize(
    ("post_build", "expected"),
    [
        pytest.param("    substitute: {ADDRESS: 10.4.0.256}\n", ["apps.yaml:7: invalid-ip"], id="a variable"),
        pytest.param(
            "    substitute: {ADDRESS: 10.4.0.2, DOMAIN: a_b}\n", ["base/d.yaml:11: invalid-hostname"], id="a part"
        ),
        pytest.param(
            "    substituteFrom: [{kind: ConfigMap, name: vars}]\n", ["vars.yaml:4: invalid-ip"], id="a ConfigMap"
        ),
        pytest.param("    substituteFrom: [{kind: Secret, name: vars}]\n", [], id="nobody knows"),
        pytest.param("    substitute: {}\n", [], id="nothing is put in"),
        pytest.param(
            "    substitute: {ADDRESS: '10'}\n", ["apps.yaml:7: wrong-type"], id="a number without its quotes"
        ),
        pytest.param("    substitute: {ADDRESS: '\"10.4.0.2\"'}\n", [], id="quotes in the variable"),
        pytest.param(
            "    substituteStrategy: Always\n", ["base/d.yaml:11: invalid-hostname"], id="defaults without variables"
        ),
        pytest.param("    substitute: {a-b: x, ADDRESS: 10.4.0.256}\n", [], id="Flux fails"),
    ],
)
def test_variables_of_flux(tmp_path: Path, post_build: str, expected: list[str]) -> None:
    base = WITH_VARIABLES.replace(":=example", ":=a_b") if "Always" in post_build else WITH_VARIABLES
    files = {"base/d.yaml": base, "apps.yaml": BUILD + post_build, "vars.yaml": CONFIG}
    assert places(repository(tmp_path, files)) == expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({}, ["apps.yaml:7: invalid-ip"], id="all in it"),
        pytest.param({"more/values.yaml": "a: b\n"}, [], id="Flux refuses what is no manifest"),
        pytest.param(
            {"more/x/kustomization.yaml": "resources: [../d.yaml]\n"},
            ["apps.yaml:5: build-error"],
            id="an object twice",
        ),
    ],
)
def test_a_folder_for_which_flux_writes_the_kustomization(
    tmp_path: Path, files: dict[str, str], expected: list[str]
) -> None:
    flux = BUILD.replace("./base", "./more") + "    substitute: {ADDRESS: 10.4.0.256}\n"
    folder = repository(tmp_path, {"more/d.yaml": WITH_VARIABLES, "apps.yaml": flux, **files})
    assert places(folder) == expected


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        pytest.param(("clusters/a", "clusters/b"), ["clusters/b/vars.yaml:4: invalid-ip"], id="one in each cluster"),
        pytest.param(("vars/a", "vars/b"), [], id="nobody knows which"),
    ],
)
def test_the_config_map_of_a_cluster(tmp_path: Path, paths: tuple[str, str], expected: list[str]) -> None:
    """Of several ConfigMaps of one name the nearest counts; `render` says whose pods are shown."""
    flux = BUILD + "    substituteFrom: [{kind: ConfigMap, name: vars}]\n"
    files = {"base/d.yaml": WITH_VARIABLES, "clusters/a/apps.yaml": flux, "clusters/b/apps.yaml": flux}
    right = CONFIG.replace("10.4.0.256", "10.4.0.2")
    folder = repository(tmp_path, {**files, f"{paths[0]}/vars.yaml": right, f"{paths[1]}/vars.yaml": CONFIG})
    assert places(folder) == expected
    shown = [f"Kustomization apps of clusters/{name}/apps.yaml) ---" for name in ("a", "b")] if expected else []
    printed = podhosts("render", ".", cwd=folder).stdout.decode()
    assert [line.partition("(")[2] for line in printed.splitlines() if "(" in line] == shown


def test_a_variable_that_is_known_in_each_cluster_is_not_unread(tmp_path: Path) -> None:
    text = BUILD + "    substitute: {ADDRESS: 10.4.0.2, DOMAIN: corp.example}\n"
    folder = repository(tmp_path, {"base/d.yaml": WITH_VARIABLES, "apps.yaml": text})
    assert podhosts("check", "--strict", ".", cwd=folder).returncode == 0
    (folder / "apps.yaml").write_text(text.replace("ADDRESS", "OTHER"))
    assert podhosts("check", "--strict", ".", cwd=folder).returncode == 1
