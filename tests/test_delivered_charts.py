"""Charts as deliveries install them: findings stand in the document that gives the values, and name the build."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from podhosts.deliveries.joining import JoinedValues
from podhosts.diagnostics import BuiltBy
from podhosts.document import Document, Mapping, Scalar, Sequence, split
from podhosts.engine.charts import chart_report
from podhosts.helm import Charts
from podhosts.helm.traced import Traced
from podhosts.placed import Placed
from podhosts.repository import Repository
from podhosts.rules import Settings
from podhosts.source import Source
from tests.charts import METADATA, write

if TYPE_CHECKING:
    from pathlib import Path

    from podhosts.document import Node

TEMPLATE = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: "{{ .Release.Name }}"}
spec:
  template:
    spec:
      hostAliases:
      - ip: {{ .Values.gateway }}
        hostnames: [gateway.example]
      {{- toYaml .Values.aliases | nindent 6 }}
      containers: [{name: web, image: web}]
"""
RELEASE = """\
kind: HelmRelease
spec:
  chart: {spec: {chart: ./app}}
  values:
    gateway: 10.0.0.1
    aliases:
    - ip: 10.0.0.300
      hostnames: [db.example]
"""
TEXT = """\
kind: Application
spec:
  source:
    helm:
      parameters:
      - {name: gateway, value: 10.0.0.400}
      values: |
        aliases:
        - ip: 10.0.0.300
          hostnames: [db.example]
"""
BUILT = BuiltBy("helm", "app", ("release.yaml",))


def document(text: str) -> Document:
    source = Source("release.yaml", text.encode())
    return Document(source, next(iter(split(source.text))))


def at(node: Node | None, *steps: str | int) -> Node:
    for step in steps:
        if isinstance(step, int):
            assert isinstance(node, Sequence)
            node = node.items[step]
        else:
            assert isinstance(node, Mapping)
            node = node.get(step)
    assert node is not None
    return node


def in_mapping() -> JoinedValues:
    placed = Placed(document(RELEASE))
    joined = JoinedValues()
    joined.add(joined.mapping(at(placed.document.root, "spec", "values"), placed, ("spec", "values")))
    return joined


def in_string() -> JoinedValues:
    placed = Placed(document(TEXT))
    steps = ("spec", "source", "helm")
    text = at(placed.document.root, *steps, "values")
    flag = at(placed.document.root, *steps, "parameters", 0, "value")
    assert isinstance(text, Scalar)
    assert isinstance(flag, Scalar)
    joined = JoinedValues()
    joined.add(joined.text(text, placed, (*steps, "values")))
    value = joined.string(flag, placed, (*steps, "parameters", 0, "value"))
    joined.set("--set", Traced.own("gateway=") + value)
    return joined


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param(in_mapping, [(7, "10.0.0.300", "spec.values.aliases[0].ip")], id="a mapping"),
        pytest.param(
            in_string,
            [(6, "10.0.0.400", "spec.source.helm.parameters[0].value"), (9, "10.0.0.300", "aliases[0].ip")],
            id="a string, and a flag",
        ),
    ],
)
def test_findings_stand_where_a_delivery_gives_the_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, values: object, expected: list[tuple[int, str, str]]
) -> None:
    write(tmp_path, {"app/Chart.yaml": METADATA, "app/templates/d.yaml": TEMPLATE})
    monkeypatch.chdir(tmp_path)
    assert callable(values)
    delivery = values().chart("app", "release.yaml", "HelmRelease app")
    charts = Charts(["app/Chart.yaml", "app/templates/d.yaml", "release.yaml"], deliveries=lambda _: [delivery])
    report = chart_report("release.yaml", Repository(charts=charts), Settings())
    found = [
        (item.source.position(item.span.start).line, item.source.cut(item.span), item.field)
        for item in report.findings
        if item.rule == "invalid-ip"
    ]
    assert sorted(found) == expected
    assert {item.built for item in report.findings} == {(BUILT,)}
