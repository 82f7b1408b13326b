"""What counts as decided by a template: places where a finding could have been, and nothing else."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from podhosts.engine import Options, default_selection, lint
from podhosts.source import Source
from tests.charts import METADATA, write
from tests.running import podhosts

HEAD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: "{{ .Release.Name }}"}
spec:
  replicas: {{ .Values.replicas }}
  template:
    spec:
"""
CONTAINERS = """\
      containers:
      - image: {{ .Values.image }}
        {{- toYaml .Values.resources | nindent 8 }}
"""


def undecided(text: str) -> list[str]:
    """The reasons and lines of what is unread."""
    unread = lint(Source("x.yaml", text.encode()), Options(selected=default_selection())).unread
    found = []
    for item in unread:
        assert item.source is not None
        assert item.span is not None
        line = item.source.position(item.span.start).line
        found.append(f"{item.count} {text.splitlines()[line - 1].strip()}")
    return found


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("hostAliases:\n{{ toYaml .Values.names | indent 6 }}", "1 {{ toYaml .Values.names | indent 6 }}"),
        (
            "{{- with .Values.hostAliases }}\nhostAliases:\n  {{- toYaml . | nindent 8 }}\n{{- end }}",
            "1 {{- toYaml . | nindent 8 }}",
        ),
        ("{{- with .Values.hostAliases }}\nhostAliases:\n{{ toYaml . }}\n{{- end }}", "1 {{ toYaml . }}"),
        ('{{- include "web.hostAliases" . | nindent 6 }}', '1 {{- include "web.hostAliases" . | nindent 6 }}'),
        ("hostAliases: {{ .Values.names | toJson }}", "1 hostAliases: {{ .Values.names | toJson }}"),
        ("hostAliases:\n- ip: 10.0.0.1\n  hostnames: [a]\n- {{ .Values.more }}", "1 - {{ .Values.more }}"),
        ("hostname: {{ .Values.name }}", "1 hostname: {{ .Values.name }}"),
        ("hostAliases:\n{% for one in names %}\n- ip: {{ one.ip }}\n{% endfor %}", "1 - ip: {{ one.ip }}"),
    ],
)
def test_what_concerns_hosts_counts(lines: str, told: str) -> None:
    indented = "".join(f"      {line}\n" for line in lines.split("\n"))
    assert undecided(HEAD + indented + CONTAINERS) == [told]


@pytest.mark.parametrize(
    "lines",
    [
        'hostAliases:\n- ip: 10.0.0.1\n  hostnames: [a]\n{{- include "web.more" . | nindent 6 }}',
        "hostAliases:\n- ip: 10.0.0.1\n  hostnames: [a]\n{{- with .Values.x }}\nnodeSelector:\n"
        "  {{- toYaml . | nindent 8 }}\n{{- end }}",
        "{{- if .Values.hostAliases }}\nhostAliases: []\n{{- end }}",
        "hostAliases: []\nnodeName: {{ .Values.node }}",
        "{{/* hostAliases */}}\nhostAliases: []",
        "{{ $aliases := .Values.hostAliases }}\nhostAliases: []",
    ],
)
def test_what_does_not_concern_hosts_does_not_count(lines: str) -> None:
    indented = "".join(f"      {line}\n" for line in lines.split("\n"))
    assert undecided(HEAD + indented + CONTAINERS) == []


MOUNT = """\
apiVersion: v1
kind: Pod
metadata: {{name: web}}
spec:
  containers:
  - name: web
    image: web
    volumeMounts:
    - {{name: x, mountPath: "{0}"}}
  volumes:
  - name: x
    hostPath: {{path: "{1}"}}
"""


@pytest.mark.parametrize(
    ("mount", "path", "count"),
    [
        ("${DIR}", "/var/log", 0),
        ("/var/log", "${DIR}", 0),
        ("/etc/hosts", "${DIR}", 1),
        ("$(DIR)/hosts", "/var/x", 1),
        ("${DIR}", "/etc/hosts", 1),
        ("${ALLOWED_GHOSTS}", "/var/x", 0),
    ],
)
def test_mounts_count_where_they_speak_of_the_hosts_file(mount: str, path: str, count: int) -> None:
    assert len(undecided(MOUNT.format(mount, path))) == count


def test_a_hosts_block_of_coredns_counts() -> None:
    text = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: coredns, namespace: kube-system}
data:
  Corefile: |
    .:53 {
        cache {{ .ttl }}
        hosts {
          {{- range .names }}
          {{ .ip }} {{ .name }}
          {{- end }}
          fallthrough
        }
        forward . {{ .upstream }}
    }
  {{- if .more }}
  other: x
  {{- end }}
"""
    assert undecided(text) == ["2 {{ .ip }} {{ .name }}"]


def test_a_helper_of_an_ingress_is_nobodys_business() -> None:
    text = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ .Release.Name }}
  {{- with .Values.labels }}
  labels: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  rules:
  - host: {{ .Values.hostname }}
    {{- toYaml .Values.hostAliases | nindent 4 }}
"""
    assert undecided(text) == []


CHART = {
    "values.yaml": "hostAliases: []\nreplicas: 1\nimage: web\n",
    "templates/_pod.tpl": '{{- define "web.pod" -}}\n{{- with .Values.hostAliases }}\nhostAliases:\n'
    "{{ toYaml . }}\n{{- end }}\ncontainers:\n- name: web\n  image: {{ .Values.image }}\n{{- end }}\n",
    "templates/web.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: {{ .Release.Name }}}\nspec:\n"
    '  template:\n    spec:\n      {{- include "web.pod" . | nindent 6 }}\n',
    "templates/job.yaml": "{{- if .Values.job }}\napiVersion: batch/v1\nkind: Job\nmetadata: {name: job}\nspec:\n"
    "  template:\n    spec:\n      hostAliases:\n        {{- toYaml .Values.hostAliases | nindent 8 }}\n"
    "      containers: [{name: job, image: job}]\n{{- end }}\n",
}


def unread_of_chart(folder: Path, files: dict[str, str]) -> Counter[str]:
    """How much is unread, by the file of a chart."""
    done = podhosts("check", "--format", "json", str(write(folder, files)), cwd=folder)
    found: Counter[str] = Counter()
    for item in json.loads(done.stdout)["unread"]:
        found[Path(item["path"]).relative_to(folder).as_posix()] += item["count"]
    return found


def test_a_chart_whose_lists_are_known_has_nothing_unread(tmp_path: Path) -> None:
    """Also where no values switch a template on: what it would print is in the values files."""
    assert unread_of_chart(tmp_path, CHART) == {}


def test_a_chart_that_cannot_be_evaluated_is_said_once(tmp_path: Path) -> None:
    missing = {**CHART, "Chart.yaml": f"{METADATA}dependencies: [{{name: db, version: 1.0.0}}]\n"}
    assert unread_of_chart(tmp_path, missing) == {"Chart.yaml": 1}


def test_values_with_which_helm_stops_are_said(tmp_path: Path) -> None:
    """Another values file prints the template, but nobody has read the entries of this one."""
    aliases = "hostAliases:\n- ip: 192.0.2.1\n  hostnames: [db.example]\n"
    chart = {
        "values.yaml": "hostAliases: []\n",
        "templates/web.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n"
        "  {{- with .Values.hostAliases }}\n  hostAliases: {{- toYaml . | nindent 2 }}\n  {{- end }}\n"
        '  containers: [{name: web, image: {{ required "an image" .Values.image }}}]\n',
        "ci/test-values.yaml": f"image: web\n{aliases}",
    }
    assert unread_of_chart(tmp_path, chart) == {}
    assert unread_of_chart(tmp_path, {**chart, "values-prod.yaml": aliases}) == {"templates/web.yaml": 1}
