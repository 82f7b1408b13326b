"""Looking up objects in the sources of a run: which are found, in which order, and what is parsed for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from podhosts.config import Config
from podhosts.engine import Options, default_selection, lint
from podhosts.repository import Repository
from podhosts.repository.documents import Documents
from podhosts.rules import Settings
from podhosts.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.kubernetes import KubernetesObject
    from podhosts.repository import DocumentPlace

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


def repository(*texts: str) -> Repository:
    return Repository([source(text, number) for number, text in enumerate(texts)])


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
    assert place(repository(SERVICES, SCRIPTS).find(kind, name, namespace)) == expected


def test_named_gives_all_in_order() -> None:
    found = repository(SERVICES, SCRIPTS, SERVICES).named("Service", "db")
    assert [place(manifest) for manifest in found] == [(path, n, None) for path in ("0.yaml", "2.yaml") for n in (1, 2)]


@pytest.mark.parametrize(
    "kind",
    [
        "kind: Service",
        '"kind" : "Service"',
        "kind:\n  'Service'",
        "kind: # which\n  Service",
        "kind: !!str Service",
        "kind: &kind Service",
        "? kind\n: Service",
        "x: &base {kind: Service}\n<<: *base",
    ],
)
def test_spellings_of_a_kind(kind: str) -> None:
    text = f"apiVersion: v1\n{kind}\nmetadata: {{name: db}}\n"
    assert place(repository(text).find("Service", "db", None)) == ("0.yaml", 1, None)


def test_kinds_of_items_that_leave_theirs_to_the_list() -> None:
    text = "# Service\napiVersion: v1\nkind: ServiceList\nitems: [{metadata: {name: db}}]\n"
    assert place(repository(text).find("Service", "db", None)) == ("0.yaml", 1, 0)


def test_documents_that_say_another_kind_are_not_read() -> None:
    class Reading(Documents):
        def objects(self, place: DocumentPlace) -> list[KubernetesObject]:
            read.append(place.piece.number)
            return super().objects(place)

    read: list[int] = []
    about = "kind: CustomResourceDefinition\nspec:\n  description: a Service called db\n---\n"
    sources = Reading([source(about + SERVICES + about)])
    places = sources.places("Service", "db")
    assert len([item for place in places for item in sources.named(place, "Service", "db")]) == 2
    assert read == [2, 3, 4]


def test_mentioning_wants_all_words_in_one_document() -> None:
    sources = repository(SERVICES, SCRIPTS, POD)
    assert [place(manifest) for manifest in sources.mentioning("configMap", "scripts")] == [("2.yaml", 1, None)]
    assert [place(manifest) for manifest in sources.mentioning("Service", "blue", "green")] == []


def test_words_between_documents_are_none_of_them() -> None:
    sources = repository("--- # Service db\n" + SERVICES.replace("---", "--- # Service db"))
    assert [place(manifest) for manifest in sources.named("Service", "db")] == [("0.yaml", n, None) for n in (1, 2)]
    found = sources.mentioning("Service", "cache")
    assert [place(manifest) for manifest in found] == [("0.yaml", 3, 0), ("0.yaml", 3, 1)]
    assert list(sources.mentioning("Service", "nowhere")) == []


def test_unreadable_documents_are_passed_over() -> None:
    broken = repository("kind: Service\nmetadata: {name: db\n---\n" + SERVICES)
    assert place(broken.find("Service", "db", "blue")) == ("0.yaml", 2, None)


def test_nothing_is_read_before_it_is_asked_for_and_then_once() -> None:
    opened: list[str] = []

    def files() -> Iterator[Source]:
        for number, text in enumerate((SERVICES, SCRIPTS)):
            opened.append(text)
            yield source(text, number)

    sources = Repository(files())
    assert opened == []
    first = sources.find("Service", "db", "green")
    assert sources.find("Service", "db", "green") is first
    assert opened == [SERVICES, SCRIPTS]


def test_a_view_with_another_text_has_its_objects_and_those_of_the_other_files() -> None:
    files = repository(SERVICES, SCRIPTS)
    view = files.with_source(source(SERVICES.replace("db", "store")))
    assert place(view.find("Service", "store", None)) == ("0.yaml", 1, None)
    assert view.find("Service", "db", None) is None
    assert view.find("ConfigMap", "scripts", None) is files.find("ConfigMap", "scripts", None)
    assert files.find("Service", "store", None) is None


def test_files_that_nobody_named_are_looked_up_all_the_same() -> None:
    files = Repository([source(POD)], [source(SCRIPTS, 1)])
    assert place(files.find("ConfigMap", "scripts", None)) == ("1.yaml", 1, None)


def findings(text: str, *others: str) -> list[tuple[str, str, list[str]]]:
    """What linting one source gives when others belong to the run: rule, severity, paths of related places."""
    sources = [source(text), *(source(other, number) for number, other in enumerate(others, 1))]
    result = lint(sources[0], Options(selected=default_selection()), Repository(sources))
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


def in_folders(files: dict[str, str], rule: str, environments: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """What linting all files gives of one rule: the path of each finding, and of its first related place."""
    config = Config(folder=Path.cwd(), environments=environments)
    settings = Settings(environment_of=config.environment_of if environments else None)
    sources = [Source(path, text.encode()) for path, text in files.items()]
    together = Repository(sources)
    return [
        (finding.source.path, (finding.related[0].source or finding.source).path)
        for item in sources
        for finding in lint(item, Options(settings, frozenset({rule})), together).findings
    ]


SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: db}\n"
NAMESPACED = SERVICE.replace("db}", "db, namespace: shop}")
ALIAS = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {hostAliases: [{ip: 10.0.0.1, hostnames: [db]}]}\n"
IN_SHOP = ALIAS.replace("web}", "web, namespace: shop}")


@pytest.mark.parametrize(
    ("files", "is_found"),
    [
        ({"k8s/web.yaml": ALIAS, "k8s/db.yaml": SERVICE}, True),
        ({"web.yaml": ALIAS, "db.yaml": SERVICE}, True),
        ({"teams/a/web.yaml": ALIAS, "teams/b/db.yaml": SERVICE}, False),
        ({"k8s/web.yaml": ALIAS, "k8s/db/db.yaml": SERVICE}, False),
        ({"teams/a/web.yaml": IN_SHOP, "teams/b/db.yaml": NAMESPACED}, True),
        ({"k8s/web.yaml": IN_SHOP, "k8s/db.yaml": SERVICE}, False),
        ({"k8s/web.yaml": ALIAS, "k8s/db.yaml": NAMESPACED}, False),
        ({"a/web.yaml": ALIAS.replace("[db]", "[db.shop.svc]"), "b/db.yaml": NAMESPACED}, True),
        ({"a/web.yaml": ALIAS.replace("[db]", "[db.default.svc]"), "a/db.yaml": SERVICE}, False),
        ({"clusters/a/web.yaml": IN_SHOP, "clusters/b/db.yaml": NAMESPACED}, False),
    ],
)
def test_a_service_counts_only_where_the_namespace_is_certain(files: dict[str, str], is_found: bool) -> None:
    assert bool(in_folders(files, "shadowed-service", ("clusters/*",))) is is_found


def test_addresses_are_compared_within_an_environment() -> None:
    files = {
        "base/web.yaml": ALIAS,
        "overlays/prod/web.yaml": ALIAS.replace("10.0.0.1", "10.9.0.1"),
        "overlays/prod/worker.yaml": ALIAS.replace("10.0.0.1", "10.9.0.2"),
        "overlays/stage/web.yaml": ALIAS.replace("10.0.0.1", "10.8.0.1"),
    }
    assert in_folders(files, "inconsistent-alias", ("overlays/*",)) == [
        ("overlays/prod/worker.yaml", "overlays/prod/web.yaml")
    ]
    everywhere = in_folders(files, "inconsistent-alias")
    assert everywhere == [(path, "base/web.yaml") for path in files if path != "base/web.yaml"]


def test_the_commonest_address_is_the_usual_one() -> None:
    files = {"a.yaml": ALIAS.replace("10.0.0.1", "10.0.0.9"), "b.yaml": ALIAS, "c.yaml": ALIAS}
    assert in_folders(files, "inconsistent-alias") == [("a.yaml", "b.yaml")]
