"""Which Helm and which Kubernetes charts are evaluated like, and with which values files of the config."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from tests.charts import METADATA, write
from tests.helm_vectors import cases, expected
from tests.running import podhosts

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = "templates/t.yaml"
#: A pod with a host name that is made of all that another template prints.
WITNESS = """\
apiVersion: v1
kind: Pod
metadata: {name: witness}
spec:
  hostAliases:
  - ip: 10.0.0.1
    hostnames: [w{{ include "c/templates/t.yaml" . | replace "<no value>" "" | sha256sum | trunc 40 }}]
"""
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  hostAliases:
  - ip: 10.0.0.1
    hostnames: [k{{ .Capabilities.KubeVersion.Version }}, h{{ .Capabilities.HelmVersion.Version }}]
"""


def names(folder: Path, *arguments: str) -> list[str]:
    """All names that `render` shows for the pods of a chart."""
    done = podhosts("render", "--format=json", *arguments, ".", cwd=folder)
    pods = json.loads(done.stdout)["pods"]
    return [name for pod in pods for entry in pod["entries"] for name in entry["hostnames"]]


def differing() -> list[dict[str, Any]]:
    """The charts of one template that Helm 3 and Helm 4 print differently, without flags."""
    found = []
    for case in cases():
        texts = [(expected(case, version).get("rendered") or {}).get(f"c/{TEMPLATE}") for version in (3, 4)]
        is_plain = not case["flags"] and not case["values_files"]
        # The name of the release is not known here, and that of the template is another one.
        is_plain = is_plain and not any(word in json.dumps(case["files"]) for word in (".Release", "Template"))
        if None not in texts and texts[0] != texts[1] and is_plain:
            found.append(case)
    return found


@pytest.mark.parametrize("case", differing(), ids=lambda case: case["id"])
@pytest.mark.parametrize("version", [3, 4])
def test_what_the_versions_of_helm_print(tmp_path: Path, case: dict[str, Any], version: int) -> None:
    write(tmp_path, {**case["files"], "templates/w.yaml": WITNESS})
    text = expected(case, version)["rendered"][f"c/{TEMPLATE}"]
    assert f"w{sha256(text.encode()).hexdigest()[:40]}" in names(tmp_path, f"--helm-version={version}")


def test_the_version_of_kubernetes(tmp_path: Path) -> None:
    write(tmp_path, {"templates/p.yaml": POD})
    assert names(tmp_path) == ["kv1.37.0", "hv4.3.2"]
    assert names(tmp_path, "--kubernetes-version=1.32", "--helm-version=3") == ["kv1.32.0", "hv3.22.0"]
    assert names(tmp_path, "--kubernetes-version=v1.33.4-gke.1") == ["kv1.33.4-gke.1", "hv4.3.2"]
    (tmp_path / ".podhosts.yaml").write_text("kubernetes-version: '1.31'\nhelm-version: 3\n", "utf-8")
    assert names(tmp_path) == ["kv1.31.0", "hv3.22.0"]
    assert names(tmp_path, "--helm-version=4") == ["kv1.31.0", "hv4.3.2"]


def test_another_version_of_helm_is_wrong_use(tmp_path: Path) -> None:
    for command in ("check", "render"):
        done = podhosts(command, "--helm-version=5", ".", cwd=tmp_path)
        assert done.returncode == 2
        assert b"unknown version `5` for --helm-version; choose from 3, 4" in done.stderr


TEMPLATES = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  {{- with .Values.aliases }}
  hostAliases: {{- toYaml . | nindent 2 }}
  {{- end }}
"""
CONFIG = """\
charts:
- path: charts/web
  values: [deploy/base.yaml, deploy/prod.yaml]
- path: charts/web
  values: [deploy/test.yaml]
"""
FILES = {
    "charts/web/Chart.yaml": METADATA,
    "charts/web/templates/p.yaml": TEMPLATES,
    "charts/web/values.yaml": "aliases: []\n",
    "deploy/base.yaml": "aliases:\n- ip: 10.0.0.300\n  hostnames: [a.example]\n",
    "deploy/prod.yaml": "aliases:\n- ip: 10.0.0.1\n  hostnames: [a.example, a.example]\n",
    "deploy/test.yaml": "aliases:\n- ip: 10.0.0.999\n  hostnames: [a.example]\n",
    ".podhosts.yaml": CONFIG,
}


def configured(folder: Path, files: dict[str, str]) -> Path:
    """A repository with files."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    (folder / ".git").mkdir()
    return folder


def findings(folder: Path, *arguments: str) -> list[tuple[Any, ...]]:
    """Path, line, rule, and the values files of the build of each finding."""
    done = podhosts("check", "--format=json", *arguments, cwd=folder)
    return [
        (one["path"], one["start"]["line"], one["rule"], *(build["values"] for build in one["built"]))
        for one in json.loads(done.stdout)["findings"]
    ]


def test_values_files_of_the_config(tmp_path: Path) -> None:
    folder = configured(tmp_path, FILES)
    own = "charts/web/values.yaml"
    test = ("deploy/test.yaml", 2, "invalid-ip", [own, "deploy/test.yaml"])
    # The first file's list is replaced by the second one's.
    prod = ("deploy/prod.yaml", 3, "duplicate-hostname", [own, "deploy/base.yaml", "deploy/prod.yaml"])
    assert findings(folder, ".") == [prod, test]
    # Named alone, a file is one of its chart's all the same, from wherever it is asked.
    assert findings(folder, "deploy/test.yaml") == [test]
    assert findings(folder / "deploy", "test.yaml") == [("test.yaml", 2, "invalid-ip", [f"../{own}", "test.yaml"])]
    assert findings(folder, "--isolated", "deploy/test.yaml") == []
    # Each set of values is shown by itself, and `--values` asks for another one.
    shown = podhosts("render", ".", cwd=folder).stdout.decode()
    assert "(with deploy/base.yaml, deploy/prod.yaml)" in shown
    assert shown.count("# ---") == 2
    assert names(folder, "--values=deploy/base.yaml") == ["a.example"]


def test_charts_of_the_config_that_are_not_there(tmp_path: Path) -> None:
    folder = configured(tmp_path, FILES)
    for before, after, message in (
        ("deploy/test.yaml", "deploy/tset.yaml", "`deploy/tset.yaml`: No such file or directory"),
        ("charts/web", "charts/wbe", "there is no chart in `charts/wbe`"),
    ):
        (folder / ".podhosts.yaml").write_text(CONFIG.replace(before, after), "utf-8")
        done = podhosts("check", ".", cwd=folder)
        assert done.returncode == 2
        assert done.stderr.decode() == f"podhosts: .podhosts.yaml:1:1: {message}\n"
