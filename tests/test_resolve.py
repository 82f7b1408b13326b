"""`podhosts resolve`: answers end to end, the table, JSON, wrong use."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from podhosts.hosts.resolvers import RESOLVERS, families
from tests.manifests import GOOD_POD
from tests.paths import DATA
from tests.running import podhosts

if TYPE_CHECKING:
    from pathlib import Path

TWO = GOOD_POD.replace(
    b"    hostnames: [db.internal]\n",
    b"    hostnames: [db.internal]\n  - ip: 10.0.0.26\n    hostnames: [db.internal]\n",
)


def answers(*arguments: str, stdin: bytes) -> dict[tuple[str, str], dict[str, object]]:
    done = podhosts("resolve", *arguments, "--format", "json", stdin=stdin)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["version"] == 1
    return {(item["resolver"], item["family"]): item for item in report["answers"]}


def test_every_resolver_and_family_answers() -> None:
    found = answers("db.internal", "-", "--resolvers", "all", stdin=TWO)
    assert set(found) == {(resolver, family) for resolver in RESOLVERS for family in families(resolver)}
    assert found["glibc", "inet"]["addresses"] == ["10.0.0.25", "10.0.0.26"]
    assert found["glibc_nomulti", "inet"]["addresses"] == ["10.0.0.25"]
    assert found["musl", "inet6"]["error"] == "EAI_NONAME"
    assert found["glibc", "inet6"]["dns"] is True
    identity = {"apiVersion": "v1", "kind": "Pod", "namespace": None, "name": "web"}
    assert found["go", "unspec"]["object"] == identity
    assert found["go", "unspec"]["path"] == "<stdin>"


def test_unknown_name_goes_to_dns() -> None:
    assert answers("nothing.internal", "-", stdin=TWO)["musl", "unspec"]["dns"] is True


def test_pod_ips_decide_the_order(tmp_path: Path) -> None:
    manifest = TWO.replace(b"10.0.0.26", b"fd00::26")
    single = answers("db.internal", "-", stdin=manifest)["glibc", "unspec"]["addresses"]
    dual = answers("db.internal", "-", "--pod-ip", "10.1.1.1", "--pod-ip", "fd00::1", stdin=manifest)
    assert single == ["10.0.0.25", "fd00::26"]
    assert dual["glibc", "unspec"]["addresses"] == ["fd00::26", "10.0.0.25"]


def test_resolvers_that_answer_alike_are_one_row() -> None:
    """On a pipe with tabs between cells; what most do not answer is marked."""
    done = podhosts("resolve", "db.internal", "-", "--resolvers", "glibc,musl", stdin=TWO)
    assert [line.split("\t") for line in done.stdout.decode().splitlines()] == [
        ["<stdin>: Pod/web"],
        ["resolver", "any family", "IPv4", "IPv6"],
        ["glibc", "10.0.0.25, 10.0.0.26", "10.0.0.25, 10.0.0.26", "asks DNS"],
        ["glibc_nomulti", "10.0.0.25 *", "10.0.0.25 *", "asks DNS"],
        ["musl", "10.0.0.25, 10.0.0.26", "10.0.0.25, 10.0.0.26", "EAI_NONAME *"],
        ["musl_1.2.5", "10.0.0.25, 10.0.0.26", "10.0.0.25, 10.0.0.26", "EAI_NODATA *"],
    ]


def test_resolvers_are_those_of_the_config(tmp_path: Path) -> None:
    def asked() -> set[str]:
        done = podhosts("resolve", "db.internal", "-", "--format", "json", stdin=TWO, cwd=tmp_path)
        return {item["resolver"] for item in json.loads(done.stdout)["answers"]}

    assert asked() == {"glibc", "glibc_nomulti", "musl", "musl_1.2.5", "go"}
    (tmp_path / ".podhosts.yaml").write_text("resolvers: [uclibc]\n")
    assert asked() == {"uclibc"}


def test_fifty_pods_are_one_screen() -> None:
    """Pods with equal answers share a table, and those that do not know the name are only counted."""
    know = [TWO.replace(b"name: web", f"name: web-{number}".encode()) for number in range(30)]
    other = [GOOD_POD.replace(b"db.internal", b"mail.internal")] * 20
    done = podhosts("resolve", "db.internal", "-", stdin=b"---\n".join([*know, *other]))
    lines = done.stdout.decode().splitlines()
    assert len(lines) < 25
    assert lines[0] == "<stdin>: Pod/web-0"
    assert lines[3] == "and 27 more pods with the same answers"
    assert lines[-1] == "20 other pods ask DNS for `db.internal`"
    done = podhosts("resolve", "nowhere.internal", "-", stdin=GOOD_POD)
    assert done.stdout == b"1 pod asks DNS for `nowhere.internal`\n"


@pytest.mark.parametrize(
    ("chosen", "asked"),
    [
        ("musl", ["musl", "musl_1.2.5"]),
        ("c_ares,glibc", ["glibc", "glibc_nomulti", "c_ares_1.34.6", "c_ares_main"]),
        ("glibc_nomulti", ["glibc_nomulti"]),
        ("all", list(RESOLVERS)),
    ],
)
def test_a_library_stands_for_all_its_ways(chosen: str, asked: list[str]) -> None:
    """`--resolvers` takes what the config takes, and the names of single ways."""
    done = podhosts("resolve", "db.internal", "-", "--resolvers", chosen, "--format", "json", stdin=TWO)
    assert list(dict.fromkeys(item["resolver"] for item in json.loads(done.stdout)["answers"])) == asked


def test_hosts_file(tmp_path: Path) -> None:
    path = str(DATA / "readme" / "hosts")
    done = podhosts("resolve", "db", "--hosts", path, "--format", "json")
    assert all(item["object"] is None for item in json.loads(done.stdout)["answers"])
    missing = podhosts("resolve", "db", "--hosts", "missing", cwd=tmp_path)
    assert (missing.returncode, b"missing: No such file or directory (--hosts)" in missing.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--resolvers", "muls"], b"unknown resolver `muls`; did you mean `musl`?"),
        (["--object", "Pod/nope"], b"no object `Pod/nope` with a pod in -; there is: Pod/web"),
        (["--pod-ip", "1.2.3"], b"`1.2.3` is not an IP address (--pod-ip)"),
        (["--format", "csv"], b"unknown format `csv`"),
    ],
)
def test_wrong_use(arguments: list[str], words: bytes) -> None:
    done = podhosts("resolve", "db.internal", "-", *arguments, stdin=TWO)
    assert (done.returncode, words in done.stderr) == (2, True), done.stderr
    assert done.stdout == b""


PEERS = b"""apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: shop}
spec:
  serviceName: dbs
  replicas: 3
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      hostAliases:
      - ip: 10.30.0.1
        hostnames: [db-1, spare]
      containers: [{name: db, image: db}]
"""


def by_pod(name: str, *arguments: str, manifest: bytes = PEERS) -> list[tuple[object, object]]:
    """The pods that the answers speak of (None: all the others), and what glibc answers in them."""
    done = podhosts("resolve", name, "-", *arguments, "--resolvers", "glibc", "--format", "json", stdin=manifest)
    found = json.loads(done.stdout)["answers"]
    asked = [item for item in found if (item["resolver"], item["family"]) == ("glibc", "unspec")]
    return [(item.get("index"), item["addresses"]) for item in asked]


def test_each_pod_of_a_set_answers_for_itself() -> None:
    own, alias = "10.244.1.5", "10.30.0.1"
    assert by_pod("db-1") == [(1, [own, alias]), (None, [alias])]
    assert by_pod("db-1.dbs.shop.svc.cluster.local") == [(1, [own]), (None, [])]
    assert by_pod("db-0") == [(0, [own]), (None, [])]
    assert by_pod("spare") == [(None, [alias])]
    # There is no such pod: in all that there are, the file has no answer.
    assert by_pod("db-3") == [(None, [])]
    assert by_pod("db-1", "--index", "1") == [(1, [own, alias])]
    assert by_pod("db-1", "--index", "2") == [(2, [alias])]
    # A single pod has no others.
    alone = PEERS.replace(b"replicas: 3", b"ordinals: {start: 1}")
    assert by_pod("db-1", manifest=alone) == [(1, [own, alias])]


def test_c_ares_mixes_the_lines_of_one_pod_only() -> None:
    """It takes lines together that share a name, so other names on the line answer the pod's address, too."""
    done = podhosts("resolve", "spare", "-", "--resolvers", "c_ares_1.34.6", stdin=PEERS)
    titles = [line for line in done.stdout.decode().splitlines() if "StatefulSet" in line]
    assert [title.partition("db")[2] for title in titles] == [", pod 1", ", the other pods"]


def test_tables_of_a_set_say_whose_answers_they_are() -> None:
    done = podhosts("resolve", "db-1", "-", "--resolvers", "glibc", stdin=PEERS)
    lines = [line.strip() for line in done.stdout.decode().splitlines() if line.strip()]
    assert [line for line in lines if "StatefulSet" in line] == [
        "<stdin>: StatefulSet/db, pod 1",
        "<stdin>: StatefulSet/db, the other pods",
    ]
