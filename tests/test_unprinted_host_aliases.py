"""`unprinted-host-aliases` where one text does not hold the case: linked folders, charts that are not in the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from podhosts.helm import Charts
from tests.charts import METADATA, lint_folder, write

if TYPE_CHECKING:
    from pathlib import Path

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers: [{name: web, image: web}]\n"
VALUES = "hostAlias:\n- ip: 10.0.0.5\n  hostnames: [a.example]\n"
CHART = {"Chart.yaml": METADATA, "templates/pod.yaml": POD, "values.yaml": VALUES}
RULE = "unprinted-host-aliases"


def test_templates_in_a_linked_folder_are_not_known(tmp_path: Path) -> None:
    chart = write(tmp_path / "chart", CHART)
    assert [found.rule for found in lint_folder(chart)] == [RULE]
    (tmp_path / "common").mkdir()
    (chart / "templates" / "common").symlink_to(tmp_path / "common")
    assert lint_folder(chart) == []


def test_the_chart_around_may_read_the_list(tmp_path: Path) -> None:
    outer = write(tmp_path, {"templates/pod.yaml": POD})
    inner = write(tmp_path / "charts" / "web", CHART)
    assert [found.rule for found in lint_folder(outer)] == [RULE]
    # Alone, nothing is known of what is around it.
    charts = Charts([str(inner / "values.yaml")])
    (chart,) = charts.of_values(str(inner / "values.yaml"))
    assert not chart.never_prints(("hostAlias",))


def test_charts_that_name_each_other(tmp_path: Path) -> None:
    for one, other in (("a", "b"), ("b", "a")):
        metadata = f"apiVersion: v2\nname: {one}\nversion: 0.1.0\ndependencies:\n"
        metadata += f"- {{name: {other}, version: 0.1.0, repository: 'file://../{other}'}}\n"
        write(tmp_path / one, {**CHART, "Chart.yaml": metadata})
    assert lint_folder(tmp_path) == []


@pytest.mark.parametrize(
    ("values", "is_found"),
    [
        pytest.param("web:\n  hostAliass: [{ip: 10.0.0.1, hostnames: [a.example]}]\n", True, id="below what is read"),
        pytest.param("hostAlias: [{ip: 10.0.0.1, hostnames: [a.example]}]\n", True, id="beside the key that is read"),
        pytest.param("aliases: {hostAliases: [{ip: 10.0.0.1, hostnames: [a.example]}]}\n", False, id="elsewhere"),
    ],
)  # fmt: skip
def test_another_values_file_with_nothing_else(tmp_path: Path, values: str, is_found: bool) -> None:
    template = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers: [{name: web, image: web}]
  {{- with .Values.web.hostAliases | default .Values.hostAliases }}
  hostAliases: {{- toYaml . | nindent 4 }}
  {{- end }}
"""
    files = {"templates/p.yaml": template, "values.yaml": "web: {}\nhostAliases: []\n", "values-prod.yaml": values}
    rules = [one.rule for one in lint_folder(write(tmp_path, files))]
    assert rules == ["unprinted-host-aliases"] * is_found
