"""Looking up objects in the sources of a run: which are found, in which order, and what is parsed for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from podhosts.engine import Options, default_selection, lint
from podhosts.source import Source
from podhosts.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.kubernetes import KubernetesObject

SERVICES = """\
apiVersion: v1
kind: Service
metadata: {name: db, namespace: blue}
---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: green}
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Service, metadata: {name: cache}}
- {apiVersion: v1, kind: ConfigMap, metadata: {name: db}}
"""
SCRIPTS = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: scripts}
data:
  start.sh: echo 10.36.0.1 a.corp >> /etc/hosts
"""
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    command: [/scripts/start.sh]
    volumeMounts: [{name: scripts, mountPath: /scripts}]
  volumes: [{name: scripts, configMap: {name: scripts}}]
"""
ALIASES = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: green}
spec:
  hostAliases: [{ip: 10.36.0.2, hostnames: [db]}]
"""
OWN_FILE = POD.replace("mountPath: /scripts", "mountPath: /etc/hosts, subPath: start.sh")


def workspace(*texts: str) -> Workspace:
    return Workspace([source(text, number) for number, text in enumerate(texts)])


def source(text: str, number: int = 0) -> Source:
    return Source(f"{number}.yaml", text.encode())


def place(manifest: KubernetesObject | None) -> tuple[str, int, int | None] | None:
    return (manifest.document.source.path, manifest.document.number, manifest.item) if manifest else None


@pytest.mark.parametrize(
    ("kind", "name", "namespace", "expected"),
    [
        ("Service", "db", "blue", ("0.yaml", 1, None)),
        ("Service", "db", "green", ("0.yaml", 2, None)),
        ("Service", "db", None, ("0.yaml", 1, None)),
        ("Service", "db", "red", None),
        ("Service", "cache", "red", ("0.yaml", 3, 0)),
        ("Service", "cache", None, ("0.yaml", 3, 0)),
        ("ConfigMap", "db", "blue", ("0.yaml", 3, 1)),
        ("ConfigMap", "cache", None, None),
        ("Service", "d", None, None),
        ("ConfigMap", "scripts", "blue", ("1.yaml", 1, None)),
    ],
)
def test_find(kind: str, name: str, namespace: str | None, expected: tuple[str, int, int | None] | None) -> None:
    assert place(workspace(SERVICES, SCRIPTS).find(kind, name, namespace)) == expected


def test_named_gives_all_in_order() -> None:
    found = workspace(SERVICES, SCRIPTS, SERVICES).named("Service", "db")
    assert [place(manifest) for manifest in found] == [(path, n, None) for path in ("0.yaml", "2.yaml") for n in (1, 2)]


def test_mentioning_wants_all_words_in_one_document() -> None:
    sources = workspace(SERVICES, SCRIPTS, POD)
    assert [place(manifest) for manifest in sources.mentioning("scripts", "configMap")] == [("2.yaml", 1, None)]
    assert [place(manifest) for manifest in sources.mentioning("blue", "green")] == []


def test_words_between_documents_are_none_of_them() -> None:
    sources = workspace("--- # Service db\n" + SERVICES.replace("---", "--- # Service db"))
    assert [place(manifest) for manifest in sources.named("Service", "db")] == [("0.yaml", n, None) for n in (1, 2)]
    found = sources.mentioning("cache", "Service")
    assert [place(manifest) for manifest in found] == [("0.yaml", 3, 0), ("0.yaml", 3, 1)]
    assert list(sources.mentioning("nowhere", "Service")) == []


def test_unreadable_documents_are_passed_over() -> None:
    broken = workspace("kind: Service\nmetadata: {name: db\n---\n" + SERVICES)
    assert place(broken.find("Service", "db", "blue")) == ("0.yaml", 2, None)


def test_nothing_is_read_before_it_is_asked_for_and_then_once() -> None:
    opened: list[str] = []

    def files() -> Iterator[Source]:
        for number, text in enumerate((SERVICES, SCRIPTS)):
            opened.append(text)
            yield source(text, number)

    sources = Workspace(files())
    assert opened == []
    first = sources.find("Service", "db", "green")
    assert sources.find("Service", "db", "green") is first
    assert opened == [SERVICES, SCRIPTS]


def findings(text: str, *others: str) -> list[tuple[str, str, list[str]]]:
    """What linting one source gives when others belong to the run: rule, severity, paths of related places."""
    sources = [source(text), *(source(other, number) for number, other in enumerate(others, 1))]
    result = lint(sources[0], Options(selected=default_selection()), Workspace(sources))
    return [
        (item.rule, str(item.severity), [(related.source or item.source).path for related in item.related])
        for item in result.findings
    ]


def test_rules_find_what_other_files_hold() -> None:
    assert findings(SCRIPTS, POD) == [("hosts-file-write", "info", ["1.yaml"])]
    assert findings(ALIASES, SERVICES) == [("shadowed-service", "info", ["1.yaml"])]
    assert findings(OWN_FILE, SCRIPTS) == [("hosts-file-mount", "warning", ["0.yaml", "1.yaml"])]


def test_findings_are_about_the_file_that_is_linted() -> None:
    assert findings(POD, SCRIPTS) == []
    assert findings(SERVICES, ALIASES) == []


def test_alone_a_file_knows_no_others() -> None:
    assert findings(SCRIPTS) == []
    assert findings(ALIASES) == []
    assert findings(OWN_FILE) == [("hosts-file-mount", "warning", ["0.yaml"])]
