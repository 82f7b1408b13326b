"""`podhosts inventory`: what it lists, what it says it could not read, filters, formats, exit codes."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from rich.cells import cell_len

from podhosts.document import Document, plain, split
from podhosts.inventory import read
from podhosts.inventory.store import Filter, Store
from podhosts.kubernetes import KNOWN_KINDS
from podhosts.reporters.inventory.table import tables
from podhosts.resources import schema
from podhosts.source import Source
from tests.inventory_samples import FILES, HOSTILE, write
from tests.running import environment, podhosts

if TYPE_CHECKING:
    from pathlib import Path

POD_WITH_ENTRIES = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  hostAliases:\n"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("repository"))


def listed(repository: Path, *arguments: str) -> dict[str, Any]:
    done = podhosts("inventory", "--format", "json", *arguments, cwd=repository)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    Draft202012Validator(schema("inventory")).validate(found)
    return found


def names(found: dict[str, Any]) -> list[tuple[str, str]]:
    return [(entry["name"], entry["path"]) for entry in found["entries"]]


def test_everything_is_listed_by_name_and_address(repository: Path) -> None:
    found = listed(repository)
    rows = [(entry["name"], entry["ip"], entry["address"], entry["object"]["name"]) for entry in found["entries"]]
    assert rows == [
        (HOSTILE, "${LEGACY_IP}", None, "web"),
        ("chart.internal", "10.1.2.30", "10.1.2.30", None),
        ("db.internal", "010.1.2.3", "10.1.2.3", "db.one"),
        ("db.internal", "10.1.2.3", "10.1.2.3", "web"),
        ("db.internal", "::ffff:10.1.2.3", "10.1.2.3", "worker"),
        ("DB.internal", "10.9.2.3", "10.9.2.3", "web"),
        ("inner.internal", "10.7.7.7", "10.7.7.7", "inner"),
        ("legacy.internal", "${LEGACY_IP}", None, "web"),
        ("listed.internal", "10.1.2.4", "10.1.2.4", "x"),
        ("mail.internal", "010.1.2.3", "10.1.2.3", "db.one"),
        ("mail.internal", "10.1.2.3", "10.1.2.3", "web"),
        ("mail.internal", "::ffff:10.1.2.3", "10.1.2.3", "worker"),
        ("six.internal", "2001:db8::1", "2001:db8::1", "db.one"),
        ("six.internal", "2001:db8::1", "2001:db8::1", "web"),
        ("six.internal", "2001:db8::1", "2001:db8::1", "worker"),
        ("template.internal", "{{ .Values.ip }}", None, "web"),
    ]
    assert found["summary"] == {
        "files": len(FILES), "names": 9, "addresses": 6, "lists": 8, "undecided": 3, "unread": 2,
    }  # fmt: skip


def test_every_place_leads_to_the_name(repository: Path) -> None:
    for entry in listed(repository)["entries"]:
        data = (repository / entry["path"]).read_bytes()
        start = entry["start"]
        written = data[start["offset"] :].decode().lstrip("'\"")
        assert written.startswith(entry["name"]), entry
        line = data.decode().split("\n")[start["line"] - 1]
        assert line[start["column"] - 1 :].lstrip("'\"").startswith(entry["name"])


def test_fields_items_and_documents(repository: Path) -> None:
    places = {
        entry["path"]: (entry["document"], entry["item"], entry["field"])
        for entry in listed(repository)["entries"]
        if entry["name"] != "db.internal"
    }
    assert places["list.json"] == (1, 0, "spec.hostAliases[0]")
    assert places["chart/values.yaml"] == (1, None, "controller.hostAliases[0]")
    assert places["base/db.yaml"] == (1, None, "spec.template.spec.hostAliases[1]")
    assert places["strings.yaml"] == (1, None, "spec.hostAliases[0]")


def test_what_is_not_decided_or_not_read_is_said(repository: Path) -> None:
    found = listed(repository)
    assert {entry["name"] for entry in found["entries"] if not entry["decided"]} == {
        HOSTILE, "legacy.internal", "template.internal",
    }  # fmt: skip
    unread = {(item["path"], item["start"]["line"]): item["reason"] for item in found["unread"]}
    assert unread.keys() == {("broken.yaml", 4), ("chart/templates/web.yaml", 6)}
    assert unread["chart/templates/web.yaml", 6] == "lists of which a template decides entries"


@pytest.mark.parametrize("spelling", ["10.1.2.3", "010.001.002.003", "::ffff:10.1.2.3"])
def test_who_still_points_at_an_address(repository: Path, spelling: str) -> None:
    found = listed(repository, "--ip", spelling)
    assert {entry["object"]["name"] for entry in found["entries"]} == {"web", "db.one", "worker"}
    assert {entry["name"] for entry in found["entries"]} == {"db.internal", "mail.internal"}
    text = podhosts("inventory", "--ip", spelling, cwd=repository)
    assert b"not known: 3 entries whose address a template or placeholder decides" in text.stderr


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("db.internal", {"db.internal", "DB.internal"}),
        ("DB.INTERNAL", {"db.internal", "DB.internal"}),
        ("*b.internal", {"db.internal", "DB.internal"}),
        ("?ix.internal", {"six.internal"}),
        ("db", set()),
        ("db%internal", set()),
    ],
)
def test_names(repository: Path, pattern: str, expected: set[str]) -> None:
    assert {name for name, _ in names(listed(repository, "--name", pattern))} == expected


def test_both_filters_and_some_paths(repository: Path) -> None:
    assert names(listed(repository, "--name", "db.internal", "--ip", "10.9.2.3")) == [
        ("DB.internal", "overlays/prod/patch.yaml")
    ]
    assert {path for _, path in names(listed(repository, "base/web.yaml", "chart"))} == {
        "base/web.yaml", "chart/values.yaml", "chart/templates/web.yaml",
    }  # fmt: skip


def test_stdin(repository: Path) -> None:
    done = podhosts("inventory", "-", "--format", "csv", cwd=repository, stdin=FILES["base/web.yaml"].encode())
    assert b"db.internal,10.1.2.3,10.1.2.3,yes,Deployment,web,shop,<stdin>,9,21," in done.stdout


def test_csv(repository: Path) -> None:
    done = podhosts("inventory", "--format", "csv", cwd=repository)
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode())))
    entries = listed(repository)["entries"]
    assert [(row["name"], row["ip"], row["path"], int(row["line"])) for row in rows] == [
        (entry["name"], entry["ip"], entry["path"], entry["start"]["line"]) for entry in entries
    ]
    assert {row["decided"] for row in rows} == {"yes", "no"}


def test_table(repository: Path) -> None:
    done = podhosts("inventory", "--name", "d?.internal", cwd=repository)
    assert [line.split() for line in done.stdout.decode().splitlines()] == [
        ["name", "address", "workload", "where"],
        ["db.internal", "010.1.2.3", "=", "10.1.2.3", "StatefulSet/db.one", "(shop)", "base/db.yaml:10:21"],
        ["db.internal", "10.1.2.3", "Deployment/web", "(shop)", "base/web.yaml:9:21"],
        ["db.internal", "::ffff:10.1.2.3", "=", "10.1.2.3", "Deployment/worker", "(shop)", "base/worker.yaml:9:21"],
        ["DB.internal", "10.9.2.3", "Deployment/web", "overlays/prod/patch.yaml:9:21"],
    ]


def test_nothing_fits(repository: Path) -> None:
    done = podhosts("inventory", "--name", "nowhere", cwd=repository)
    assert (done.returncode, done.stdout) == (0, b"")


def test_shared_lists(repository: Path) -> None:
    """Spellings of one address make no difference; lists of values files are no workload's."""
    [shared] = listed(repository)["shared"]
    assert [holder["object"]["name"] for holder in shared["holders"]] == ["db.one", "web", "worker"]
    assert shared["entries"] == [
        {"ip": "10.1.2.3", "hostnames": ["db.internal", "mail.internal"]},
        {"ip": "2001:db8::1", "hostnames": ["six.internal"]},
    ]
    noted = podhosts("inventory", cwd=repository)
    assert b"the same 2 entries stand in 3 workloads, StatefulSet/db.one, Deployment/web, Dep" in noted.stderr
    text = podhosts("inventory", "--shared", cwd=repository).stdout.decode()
    assert "    name: 'web|worker'\n" in text
    assert "    name: 'db\\.one'\n" in text
    assert "#     10.1.2.3 db.internal mail.internal\n" in text


def test_config_paths_and_excludes(repository: Path, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("exclude: ['base/', 'chart/', 'overlays/']", "utf-8")
    (repository / "config.yaml").write_bytes(config.read_bytes())
    try:
        found = names(listed(repository, "--config", "config.yaml"))
    finally:
        (repository / "config.yaml").unlink()
    assert found == [("inner.internal", "strings.yaml"), ("listed.internal", "list.json")]


def test_custom_resources_of_the_repository(tmp_path: Path) -> None:
    """A CRD in the folder teaches the list's own name."""
    crd = {
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "w"},
        "spec": {"group": "example.com", "names": {"kind": "Widget"}, "versions": [{"name": "v1", "schema": {
            "openAPIV3Schema": {"type": "object", "properties": {"spec": {"type": "object", "properties": {"hosts": {
                "type": "array", "items": {"type": "object", "properties": {
                    "ip": {"type": "string"}, "hostnames": {"type": "array", "items": {"type": "string"}}}}}}}}}}}]},
    }  # fmt: skip
    (tmp_path / "z-crd.json").write_text(json.dumps(crd), "utf-8")
    (tmp_path / "a.yaml").write_text(
        "apiVersion: example.com/v1\nkind: Widget\nspec: {hosts: [{ip: 10.0.0.1, hostnames: [db]}]}\n", "utf-8"
    )
    assert names(listed(tmp_path)) == [("db", "a.yaml")]


def test_custom_resources_that_the_config_names(tmp_path: Path) -> None:
    (tmp_path / ".podhosts.yaml").write_text("pod-specs: [{kind: Widget, path: spec.hosts}]", "utf-8")
    (tmp_path / "a.yaml").write_text(
        "apiVersion: example.com/v1\nkind: Widget\nspec: {hosts: [{ip: 10.0.0.1, hostnames: [db]}]}\n", "utf-8"
    )
    assert names(listed(tmp_path)) == [("db", "a.yaml")]


def test_values_and_patches_in_strings_and_lists(tmp_path: Path) -> None:
    """What is put into a pod spec from elsewhere belongs to the object that holds it; what it lacks is not decided."""
    (tmp_path / "kustomization.yaml").write_text(
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nmetadata: {name: shop}\npatches:\n"
        "- patch: |\n    - op: add\n      path: /spec/template/spec/hostAliases\n"
        "      value: [{ip: 10.0.0.1, hostnames: [patched.internal]}]\n",
        "utf-8",
    )
    (tmp_path / "patch.json").write_text(
        '[{"op": "add", "path": "/spec/template/spec/hostAliases/0/hostnames", "value": ["added.internal"]}]', "utf-8"
    )
    (tmp_path / "application.yaml").write_text(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\nspec:\n  source:\n    helm:\n"
        "      values: |\n        hostAliases:\n        - {ip: 10.0.0.2, hostnames: [valued.internal]}\n",
        "utf-8",
    )
    rows = {
        entry["name"]: (entry["object"]["name"], entry["start"]["line"], entry["decided"], entry["field"])
        for entry in listed(tmp_path)["entries"]
    }
    assert rows == {
        "patched.internal": ("shop", 8, True, "patches[0].patch[0].value[0]"),
        "added.internal": (None, 1, False, "[0].value[0]"),
        "valued.internal": ("web", 9, True, "spec.source.helm.values.hostAliases[0]"),
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--ip", "nope"], "`nope` is not an IP address, as --ip wants it; use --name for names"),
        (["--format", "htm"], "unknown format `htm`; did you mean `html`?"),
        (["--color", "often"], "unknown value `often` for --color"),
        (["--shared", "--format", "json"], "--shared prints text"),
        (["nowhere"], "nowhere: No such file or directory"),
        (["--config", "nowhere.yaml"], "nowhere.yaml"),
    ],
)
def test_wrong_use(repository: Path, arguments: list[str], message: str) -> None:
    done = podhosts("inventory", *arguments, cwd=repository)
    assert (done.returncode, message in done.stderr.decode()) == (2, True), done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_what_can_be_opened_is_listed_all_the_same(repository: Path) -> None:
    done = podhosts("inventory", "nowhere", "list.json", cwd=repository)
    assert (done.returncode, b"listed.internal" in done.stdout) == (2, True)


def test_an_empty_folder(tmp_path: Path) -> None:
    done = podhosts("inventory", cwd=tmp_path)
    assert (done.returncode, done.stdout, b"no manifests in ." in done.stderr) == (0, b"", True)


def test_a_reader_that_goes_away(repository: Path) -> None:
    command = [sys.executable, "-m", "podhosts", "inventory", "--format", "csv"]
    with subprocess.Popen(
        command, cwd=repository, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        errors = process.stderr.read()
        assert process.wait(60) == 0
    assert b"Traceback" not in errors
    assert b"BrokenPipe" not in errors


@given(st.text(), st.text(max_size=20), st.text(max_size=20))
def test_any_text_is_stored_and_given_back(path: str, name: str, ip: str) -> None:
    """Whatever a manifest holds: each name that is read is a row, with what was written."""
    aliases = {"apiVersion": "v1", "kind": "Pod", "spec": {"hostAliases": [{"ip": ip, "hostnames": [name]}]}}
    source = Source(path, json.dumps(aliases).encode())
    reading = read(source, KNOWN_KINDS)
    store = Store()
    store.add(reading)
    rows = [(row.name, row.ip) for row in store.rows(Filter())]
    assert rows == ([(name, ip)] if name and source.is_valid and reading.lists else [])
    assert bool(reading.lists) or not name or bool(reading.unread)


def test_the_component_patches_what_it_names(repository: Path) -> None:
    """The printed component is YAML; each target's pattern fits its workloads, each path leads to their pod spec."""
    text = podhosts("inventory", "--shared", cwd=repository).stdout
    source = Source("kustomization.yaml", text)
    [document] = [Document(source, piece) for piece in split(source.text)]
    assert document.root is not None
    component: Any = plain(document.root)
    assert (component["apiVersion"], component["kind"]) == ("kustomize.config.k8s.io/v1alpha1", "Component")
    targets = {patch["target"]["kind"]: patch["target"]["name"] for patch in component["patches"]}
    assert targets == {"StatefulSet": r"db\.one", "Deployment": "web|worker"}
    for patch in component["patches"]:
        inner = Source("patch.yaml", patch["patch"].encode())
        [operations] = [Document(inner, piece) for piece in split(inner.text)]
        assert operations.root is not None
        assert plain(operations.root) == [
            {
                "op": "add",
                "path": "/spec/template/spec/hostAliases",
                "value": [
                    {"ip": "10.1.2.3", "hostnames": ["db.internal", "mail.internal"]},
                    {"ip": "2001:db8::1", "hostnames": ["six.internal"]},
                ],
            }
        ]


@pytest.mark.parametrize(
    ("addresses", "left"),
    [(["127.0.0.1"], []), (["::1", "0.0.0.0"], []), (["127.0.0.1", "10.1.2.3"], ["10.1.2.3"])],
)
def test_no_record_for_what_is_another_host_in_each_pod(tmp_path: Path, addresses: list[str], left: list[str]) -> None:
    aliases = [{"ip": address, "hostnames": ["kubernetes"]} for address in addresses]
    for number in range(3):
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"p{number}"}, "spec": {"hostAliases": aliases}}
        (tmp_path / f"{number}.json").write_text(json.dumps(pod), "utf-8")
    text = podhosts("inventory", "--shared", cwd=tmp_path).stdout.decode()
    assert ("CoreDNS is no way out" in text) is (left == [])
    assert [line.split()[1] for line in text.splitlines() if line.startswith("#     1")] == left


def test_several_shared_lists_are_a_stream(tmp_path: Path) -> None:
    for number in range(6):
        aliases = [{"ip": f"10.0.0.{number % 2}", "hostnames": ["db"]}]
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"p{number}"}, "spec": {"hostAliases": aliases}}
        (tmp_path / f"{number}.json").write_text(json.dumps(pod), "utf-8")
    source = Source("shared.yaml", podhosts("inventory", "--shared", cwd=tmp_path).stdout)
    documents = [Document(source, piece) for piece in split(source.text)]
    assert [document.problem for document in documents] == [None, None]
    assert all(document.root is not None for document in documents)


DEPLOYMENT = (
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      hostAliases:\n"
)
OVERLAYS = {
    "base/web.yaml": f"{DEPLOYMENT}      - ip: 10.0.0.1\n        hostnames: [db.internal]\n"
    "      - ip: 10.0.0.5\n        hostnames: [mail.internal]\n",
    "base/kustomization.yaml": "resources: [web.yaml]\ncommonLabels: {team: shop}\n",
    "prod/kustomization.yaml": "resources: [../base]\nnamePrefix: prod-\nnamespace: shop\npatches:\n"
    "- target: {kind: Deployment}\n  patch: |\n"
    "    - {op: replace, path: /spec/template/spec/hostAliases/0/ip, value: 10.1.2.3}\n",
    "staging/kustomization.yaml": "resources: [../base, hosts.yaml]\npatches: [{path: patch.yaml}]\nreplacements:\n"
    "- source: {kind: ConfigMap, name: hosts, fieldPath: data.mail}\n  targets:\n  - select: {kind: Deployment}\n"
    "    fieldPaths: ['spec.template.spec.hostAliases.[ip=10.0.0.5].ip']\n",
    "staging/hosts.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: hosts}\ndata: {mail: 10.1.2.3}\n",
    "staging/patch.yaml": f"{DEPLOYMENT}      - ip: 10.0.0.1\n        hostnames: [new.internal]\n",
}


def put(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def places(found: dict[str, Any]) -> set[tuple[str, str, str | None, str, int, str | None]]:
    """Name, address, object, file, line, overlay."""
    return {
        (item["name"], item["address"], item["object"]["name"], item["path"], item["start"]["line"], item["overlay"])
        for item in found["entries"]
    }


def test_what_overlays_build(tmp_path: Path) -> None:
    """A name is listed with the address that an overlay gives it, where the name is written; lists that stay, once."""
    found = listed(put(tmp_path, OVERLAYS))
    assert places(found) == {
        ("db.internal", "10.0.0.1", "web", "base/web.yaml", 9, None),
        ("mail.internal", "10.0.0.5", "web", "base/web.yaml", 11, None),
        ("", "10.1.2.3", None, "prod/kustomization.yaml", 7, None),
        ("db.internal", "10.1.2.3", "prod-web", "base/web.yaml", 9, "prod"),
        ("mail.internal", "10.0.0.5", "prod-web", "base/web.yaml", 11, "prod"),
        ("new.internal", "10.0.0.1", "web", "staging/patch.yaml", 9, None),
        ("new.internal", "10.0.0.1", "web", "staging/patch.yaml", 9, "staging"),
        ("mail.internal", "10.1.2.3", "web", "base/web.yaml", 11, "staging"),
    }
    assert {item["object"]["namespace"] for item in found["entries"] if item["overlay"] == "prod"} == {"shop"}
    assert (found["summary"]["lists"], found["summary"]["names"], found["shared"]) == (3, 3, [])


def test_who_deploys_an_address(tmp_path: Path) -> None:
    done = podhosts("inventory", "--ip", "10.1.2.3", cwd=put(tmp_path, OVERLAYS))
    assert [line.split(maxsplit=3) for line in done.stdout.decode().splitlines()[2:]] == [
        ["db.internal", "10.1.2.3", "Deployment/prod-web", "(shop)\tbase/web.yaml:9:21 (built by prod)"],
        ["mail.internal", "10.1.2.3", "Deployment/web", "base/web.yaml:11:21 (built by staging)"],
    ]
    rows = csv.DictReader(io.StringIO(podhosts("inventory", "--format", "csv", cwd=tmp_path).stdout.decode()))
    assert [row["overlay"] for row in rows if row["address"] == "10.1.2.3"] == ["", "prod", "staging"]
    assert b"base/web.yaml:9:21 (built by prod)" in podhosts("inventory", "--format", "html", cwd=tmp_path).stdout


def test_an_overlay_alone_has_what_it_takes_from_elsewhere(tmp_path: Path) -> None:
    put(tmp_path, {**OVERLAYS, "same/kustomization.yaml": "resources: [../base]\n"})
    assert places(listed(tmp_path, "same")) == {
        ("db.internal", "10.0.0.1", "web", "base/web.yaml", 9, "same"),
        ("mail.internal", "10.0.0.5", "web", "base/web.yaml", 11, "same"),
    }


def test_what_overlays_leave_open_is_said(tmp_path: Path) -> None:
    """A component that is not followed may change everything; what Kustomize refuses builds nothing."""
    put(tmp_path, OVERLAYS)
    prod = OVERLAYS["prod/kustomization.yaml"]
    (tmp_path / "prod/kustomization.yaml").write_text(f"{prod}components: ['https://example.com/more.git']\n", "utf-8")
    (tmp_path / "staging/hosts.yaml").unlink()
    found = listed(tmp_path)
    assert {item["decided"] for item in found["entries"] if item["overlay"]} == {False}
    assert [(item["path"], item["start"], item["reason"].partition(";")[0]) for item in found["unread"]] == [
        (
            "prod/kustomization.yaml", {"line": 8, "column": 14, "offset": len(prod) + 13},
            "remote references are not followed",
        ),
        (
            "staging/kustomization.yaml", {"line": 1, "column": 22, "offset": 21},
            "`hosts.yaml` is neither a file nor a folder with a kustomization",
        ),
    ]  # fmt: skip


def test_values_that_a_chart_prints_under_any_name(tmp_path: Path) -> None:
    chart = {
        "Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
        "values.yaml": "extra:\n- {ip: 10.1.2.3, hostnames: [chart.internal]}\n",
        "templates/web.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  hostAliases:\n"
        '  {{- toYaml .Values.extra | nindent 2 }}\n  {{- include "more" . | nindent 2 }}\n',
        "templates/_more.tpl": '{{ define "more" }}\n- ip: 10.1.2.3\n  hostnames: [helper.internal]\n{{ end }}\n',
    }
    found = listed(put(tmp_path, chart), "--ip", "10.1.2.3")
    assert [(item["name"], item["path"], item["start"]["line"], item["field"]) for item in found["entries"]] == [
        ("chart.internal", "values.yaml", 2, "spec.hostAliases[0]"),
        ("helper.internal", "templates/_more.tpl", 3, "spec.hostAliases[1]"),
    ]


def test_what_is_not_known_of_a_chart_is_said(tmp_path: Path) -> None:
    chart = {
        "Chart.yaml": "apiVersion: v2\nname: [\n",
        "templates/web.yaml": "apiVersion: v1\nkind: Pod\nspec:\n  hostAliases: {{- toYaml .Values.a | nindent 2 }}\n",
    }
    unread = [(item["path"], item["reason"]) for item in listed(put(tmp_path, chart))["unread"]]
    assert ("Chart.yaml", "a Chart.yaml that is not YAML: its sub-charts are not known") in unread


def test_an_address_whose_names_stand_elsewhere(tmp_path: Path) -> None:
    """Operations and parameters that set an address alone point at it, too."""
    application = (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\nspec:\n  source:\n    helm:\n"
        "      parameters:\n      - {name: 'hostAliases[0].ip', value: 010.1.2.3}\n"
    )
    operation = '[{"op": "replace", "path": "/spec/template/spec/hostAliases/0/ip", "value": "::ffff:10.1.2.3"}]'
    found = listed(put(tmp_path, {"application.yaml": application, "patch.json": operation}), "--ip", "10.1.2.3")
    assert [(item["name"], item["path"], item["decided"], item["field"]) for item in found["entries"]] == [
        ("", "application.yaml", False, "spec.source.helm.parameters[0].value[0]"),
        ("", "patch.json", False, "[0].value[0]"),
    ]


def test_a_pipe_gets_no_padding(tmp_path: Path) -> None:
    """One long name must not make every other line as long."""
    entries = "".join(f"  - {{ip: 10.0.1.{number}, hostnames: [n{number}]}}\n" for number in range(100))
    text = POD_WITH_ENTRIES + f"  - {{ip: 10.0.0.1, hostnames: [{'x' * 20_000}]}}\n" + entries
    (tmp_path / "pod.yaml").write_text(text, "utf-8")
    done = podhosts("inventory", "pod.yaml", cwd=tmp_path)
    lines = done.stdout.decode().splitlines()
    assert sorted(map(len, lines))[-2] < 60
    assert lines[1].split("\t") == ["n0", "10.0.1.0", "Pod/web", "pod.yaml:7:32"]


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_terminal_gets_columns_that_fit(width: int) -> None:
    text = POD_WITH_ENTRIES + f"  - {{ip: 10.0.0.1, hostnames: [a, {'日本' * 300}]}}\n"
    store = Store()
    source = Source("pod.yaml", text.encode())
    store.add(read(source, KNOWN_KINDS))
    lines = "\n".join(map(str, tables(store, Filter(), width))).splitlines()
    assert len(lines) == 3
    # The last cell may go on in the next line of the terminal.
    assert max(cell_len(line.rpartition("  ")[0]) for line in lines[:2]) <= width
    places = [line.index(place) for line, place in zip(lines[:2], ("address", "10.0.0.1"), strict=True)]
    assert places[0] == places[1]
    # Nothing is cut: what is wider than its column moves the rest of its row.
    assert "日本" * 300 in lines[2]
    assert lines[2].split()[1:] == ["10.0.0.1", "Pod/web", "pod.yaml:6:35"]


def test_a_large_list_is_read_item_by_item(tmp_path: Path) -> None:
    """A List of several windows gives what its objects give one by one, with their places in the file."""
    entry = (
        "- apiVersion: v1\n  kind: Pod\n  metadata: {{name: web-{0}}}\n"
        "  spec: {{hostAliases: [{{ip: 10.0.0.1, hostnames: [n{0}]}}]}}\n"
    )
    padding = "- apiVersion: v1\n  kind: ConfigMap\n  data: {a: " + "x" * 10_000 + "}\n"
    text = "apiVersion: v1\nkind: List\nitems:\n" + "".join(entry.format(n) + padding for n in range(60))
    (tmp_path / "list.yaml").write_text(text, "utf-8")
    expected = [f"n{n}\t10.0.0.1\tPod/web-{n}\tlist.yaml:{7 + 7 * n}:51" for n in range(60)]
    done = podhosts("inventory", "list.yaml", cwd=tmp_path)
    assert sorted(done.stdout.decode().splitlines()[1:]) == sorted(expected)
