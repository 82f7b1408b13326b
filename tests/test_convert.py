"""`podhosts convert`: hosts text to hostAliases and back, and to CoreDNS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.corefile import hosts_blocks
from podhosts.document import Document, split
from podhosts.hosts.convert import HostsEntry, parse_hosts, to_coredns, to_hosts_text
from podhosts.kubernetes import objects, pods
from podhosts.kubernetes.alias_text import host_aliases_block
from podhosts.source import Source
from tests.manifests import GOOD_POD
from tests.running import podhosts

if TYPE_CHECKING:
    from pathlib import Path

HOSTS = """\
# corporate names
127.0.0.1 localhost
10.0.0.1\tOne two  # first
10.0.0.1 three two
fe80::1%eth0 zoned
nope bad
2001:DB8::1 six on 2024 a_b
10.0.0.2
"""
NAMES = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,6}[a-z0-9])?(\.[a-z0-9]{1,4}){0,2}", fullmatch=True)
ADDRESSES = st.ip_addresses().map(str).filter(lambda ip: not ip.lower().startswith("::ffff:"))
ENTRIES = st.dictionaries(ADDRESSES, st.lists(NAMES, min_size=1, max_size=5, unique=True), max_size=6).map(
    lambda table: [HostsEntry(ip, tuple(names)) for ip, names in table.items()]
)


def entries_of(block: str) -> list[HostsEntry]:
    """What kubectl reads of a hostAliases block pasted into a pod spec."""
    source = Source("pod.yaml", f"apiVersion: v1\nkind: Pod\nspec:\n{block}".encode())
    (manifest,) = objects(Document(source, split(source.text)[0]))
    (pod,) = pods(manifest)
    return [HostsEntry(alias.ip or "", tuple(node.text for _, node in alias.names)) for alias in pod.aliases]


@given(ENTRIES)
def test_entries_come_back_from_yaml(entries: list[HostsEntry]) -> None:
    assert entries_of(host_aliases_block(entries, indent=2)) == entries


@given(ENTRIES)
def test_entries_come_back_from_hosts_text(entries: list[HostsEntry]) -> None:
    kept = [entry for entry in entries if not {"localhost"} & set(entry.hostnames)]
    assert parse_hosts(to_hosts_text(kept)) == (kept, [])


@given(ENTRIES)
def test_entries_come_back_from_coredns(entries: list[HostsEntry]) -> None:
    (block,) = hosts_blocks(".:53 {\n" + to_coredns(entries) + "}\n")
    assert block.fallthrough is not None
    assert [(line.ip.text, tuple(name.text for name in line.names)) for line in block.lines] == [
        (entry.ip, entry.hostnames) for entry in entries
    ]


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    entries, _ = parse_hosts(text)
    assert all(entry.hostnames for entry in entries)
    assert len({entry.ip for entry in entries}) == len(entries)


def test_hosts_text_to_aliases(tmp_path: Path) -> None:
    (tmp_path / "hosts").write_text(HOSTS)
    done = podhosts("convert", "hosts", "--indent", "6", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout.decode() == (
        "      hostAliases:\n      # first\n      - ip: 10.0.0.1\n        hostnames:\n        - one\n        - two\n"
        "        - three\n      - ip: 2001:db8::1\n        hostnames:\n        - six\n"
        '        - "on"\n        - "2024"\n'
    )
    left_out = [line for line in done.stderr.decode().splitlines() if "left out" in line]
    assert [line.split(": ")[0] + ": " + line.split("`")[1] for line in left_out] == [
        "hosts:2: localhost", "hosts:5: fe80::1%eth0", "hosts:6: nope", "hosts:7: a_b", "hosts:8: 10.0.0.2",
    ]  # fmt: skip


def test_manifest_to_hosts_and_coredns(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_bytes(GOOD_POD)
    assert podhosts("convert", "pod.yaml", cwd=tmp_path).stdout == b"10.0.0.25\tdb.internal\n"
    assert podhosts("convert", "--to", "hosts", stdin=GOOD_POD).stdout == b"10.0.0.25\tdb.internal\n"
    done = podhosts("convert", "pod.yaml", "--to", "coredns", cwd=tmp_path)
    assert done.stdout == b"hosts {\n    10.0.0.25 db.internal\n    fallthrough\n}\n"
    assert b"a CoreDNS record serves every pod" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["missing"], b"missing: No such file or directory"),
        (["pod.yaml", "--to", "yaml"], b"unknown output `yaml` for --to"),
        (["pod.yaml", "--from", "csv"], b"unknown input `csv` for --from"),
        (["two.yaml"], b"choose one with --object: Pod/web, Pod/api"),
        (["none.yaml"], b"no hostAliases in none.yaml"),
        (["two.yaml", "--object", "x"], b"no object `x`"),
    ],
)
def test_wrong_use(arguments: list[str], words: bytes, tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_bytes(GOOD_POD)
    (tmp_path / "two.yaml").write_bytes(GOOD_POD + b"---\n" + GOOD_POD.replace(b"name: web}", b"name: api}"))
    (tmp_path / "none.yaml").write_bytes(b"kind: Pod\n")
    done = podhosts("convert", *arguments, cwd=tmp_path)
    assert (done.returncode, words in done.stderr, done.stdout) == (2, True, b""), done.stderr
