"""`podhosts check` on Corefiles that stand in files of their own, and on ConfigMaps of one CoreDNS in several files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.running import podhosts

if TYPE_CHECKING:
    from pathlib import Path

COREFILE = """\
.:53 {
    errors
    hosts {
        10.0.0.25 db.corp
    }
    forward . /etc/resolv.conf
}
"""
LOST = "error: this `hosts` block has no `fallthrough`"
GENERATOR = "configMapGenerator:\n- name: coredns\n  files:\n"
MAIN = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: coredns, namespace: kube-system}
data:
  Corefile: |
    .:53 {
        hosts /etc/coredns/NodeHosts {
            fallthrough
        }
        import /etc/coredns/custom/*.override
        forward . /etc/resolv.conf
    }
"""
CUSTOM = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: coredns-custom, namespace: kube-system}
data:
  corp.override: |
    hosts {
        10.0.0.26 db.corp
        fallthrough
    }
"""


def found(folder: Path, files: dict[str, str], *arguments: str) -> list[str]:
    """The lines that a check of the files prints."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    done = podhosts("check", "--format", "concise", "--fail-on", "info", *(arguments or (".",)), cwd=folder)
    return [line.rsplit(" [", 1)[0] for line in done.stdout.decode().splitlines() if "[coredns-hosts-block]" in line]


def test_a_corefile_given_by_name(tmp_path: Path) -> None:
    assert found(tmp_path, {"Corefile": COREFILE}, "Corefile") == [
        f"Corefile:3:5: {LOST}; add `fallthrough` as the last line of the block"
    ]


@pytest.mark.parametrize(
    "text", ["", "hosts", ".:53 {\n    log\n}\n", COREFILE.replace("    }\n", "    fallthrough\n    }\n", 1)]
)
def test_a_corefile_with_nothing_to_say(tmp_path: Path, text: str) -> None:
    assert found(tmp_path, {"Corefile": text}, "Corefile") == []


def test_a_corefile_that_is_named_is_repaired(tmp_path: Path) -> None:
    (tmp_path / "Corefile").write_text(COREFILE)
    podhosts("check", "--fix", "--unsafe-fixes", "Corefile", cwd=tmp_path)
    assert "        10.0.0.25 db.corp\n        fallthrough\n    }\n" in (tmp_path / "Corefile").read_text()


@pytest.mark.parametrize("entry", ["Corefile", "Corefile=dns/coredns.conf"])
def test_a_corefile_that_a_generator_takes_in(tmp_path: Path, entry: str) -> None:
    """It is told where it is written: for the folder, and for the files by name, alone and together."""
    file = entry.rpartition("=")[2]
    files = {file: COREFILE, "kustomization.yaml": f"{GENERATOR}  - {entry}\n"}
    (tmp_path / ".git").mkdir()
    for arguments in ((".",), ("kustomization.yaml",), (file,), (file, "kustomization.yaml")):
        assert [line.split(";")[0] for line in found(tmp_path, files, *arguments)] == [f"{file}:3:5: {LOST}"]


def test_the_entry_that_takes_in_a_corefile_is_related(tmp_path: Path) -> None:
    (tmp_path / "Corefile").write_text(COREFILE)
    (tmp_path / "kustomization.yaml").write_text(f"{GENERATOR}  - Corefile\n")
    (finding,) = json.loads(podhosts("check", "--format", "json", ".", cwd=tmp_path).stdout)["findings"]
    (related,) = finding["related"]
    assert (related["path"], related["start"]["line"], related["message"]) == ("kustomization.yaml", 4, "taken in here")


@pytest.mark.parametrize("argument", [".", "Corefile"])
@pytest.mark.parametrize(
    ("line", "suppressed"),
    [
        ("    hosts {", "    # podhosts: ignore[coredns-hosts-block] on purpose\n    hosts {"),
        ("    hosts {", "    hosts {  # podhosts: ignore[coredns-hosts-block] on purpose"),
    ],
    ids=["line above", "same line"],
)
def test_a_comment_in_a_corefile_suppresses(tmp_path: Path, argument: str, line: str, suppressed: str) -> None:
    files = {"Corefile": COREFILE.replace(line, suppressed), "kustomization.yaml": f"{GENERATOR}  - Corefile\n"}
    assert found(tmp_path, files, argument) == []


def test_a_suppression_in_a_corefile_that_covers_nothing(tmp_path: Path) -> None:
    (tmp_path / "Corefile").write_text(COREFILE.replace("errors", "errors  # podhosts: ignore[coredns-hosts-block]"))
    done = podhosts("check", "--format", "concise", "Corefile", cwd=tmp_path).stdout.decode()
    assert "Corefile:2:13: warning: `coredns-hosts-block` finds nothing here" in done


def test_literals_of_a_generator(tmp_path: Path) -> None:
    """What Kustomize makes keys of, quotes taken off, is a Corefile and the hosts file that it names."""
    corefile = "".join(
        f"    {line}\n" for line in COREFILE.replace("hosts {", "hosts /etc/coredns/a.db {").splitlines()
    )
    literals = f"  literals:\n  - |-\n    Corefile={corefile.lstrip()}  - \"a.db='10.0.0.1 b\\n10.0.0.300 c'\"\n"
    files = {"kustomization.yaml": f"configMapGenerator:\n- name: coredns\n{literals}  - other\n  - 1\n"}
    assert [line.split(";")[0] for line in found(tmp_path, files)] == [
        f"kustomization.yaml:7:9: {LOST}",
        "kustomization.yaml:12:24: warning: CoreDNS silently ignores this line (not an IP address)",
    ]


def test_the_hosts_file_beside_a_corefile_that_a_generator_takes_in(tmp_path: Path) -> None:
    corefile = COREFILE.replace("hosts {", "hosts /etc/coredns/NodeHosts {").replace(
        "    }\n", "    fallthrough\n    }\n", 1
    )
    files = {
        "Corefile": corefile,
        "NodeHosts": "10.0.0.27 node-1\n10.0.0.280 node-2\n",
        "kustomization.yaml": f"{GENERATOR}  - Corefile\n  - NodeHosts\n  - missing.db\n",
    }
    (tmp_path / ".git").mkdir()
    for argument in (".", "Corefile", "NodeHosts", "kustomization.yaml"):
        lines = found(tmp_path, files, argument)
        expected = [] if argument == "Corefile" else ["NodeHosts:2:1: warning: CoreDNS silently ignores this line"]
        assert [line.split(" (")[0] for line in lines] == expected


def test_a_file_that_no_key_names_corefile_is_none(tmp_path: Path) -> None:
    files = {"Corefile": COREFILE, "kustomization.yaml": f"{GENERATOR}  - other=Corefile\n"}
    assert found(tmp_path, files) == []


def test_what_is_imported_from_another_file(tmp_path: Path) -> None:
    assert found(tmp_path, {"dns/main.yaml": MAIN, "dns/custom.yaml": CUSTOM}) == [
        "dns/custom.yaml:6:5: error: a second `hosts` in one server block; put all entries in one"
    ]


@pytest.mark.parametrize(
    "files",
    [
        {"a/main.yaml": MAIN, "b/custom.yaml": CUSTOM},
        {"main.yaml": MAIN, "custom.yaml": CUSTOM.replace("kube-system", "other")},
        {"custom.yaml": CUSTOM},
    ],
    ids=["other folders", "other namespaces", "alone"],
)
def test_objects_that_may_not_belong_together_are_judged_alone(tmp_path: Path, files: dict[str, str]) -> None:
    assert found(tmp_path, files) == []


@pytest.mark.parametrize("folder", ["k3s", "clusters/rancher"])
def test_a_path_that_says_k3s(tmp_path: Path, folder: str) -> None:
    assert found(tmp_path, {f"{folder}/custom.yaml": CUSTOM}) == [
        f"{folder}/custom.yaml:6:5: warning: on k3s this is a second `hosts` block; use a key that ends in `.server`"
    ]
