"""`podhosts.hosts.kubelet` against the kubelet's own functions and unit-test tables, byte for byte."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.hosts import kubelet
from podhosts.hosts.kubelet import Alias, KubeletError, PodHosts

if TYPE_CHECKING:
    from tests.figures import Figures

DATA = Path(__file__).parent / "data" / "hosts"
TABLES = json.loads((DATA / "kubelet-hosts.json").read_text(encoding="utf-8"))

LOOPBACK = (
    "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n"
    "fe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n"
)


def aliases(entries: list[dict[str, Any]] | None) -> tuple[Alias, ...]:
    return tuple(Alias(entry["ip"], tuple(entry["hostnames"] or ())) for entry in entries or ())


def recorded_bytes(record: dict[str, Any], key: str) -> bytes | None:
    if (encoded := record.get(f"{key}_b64")) is not None:
        return base64.b64decode(encoded)
    text = record.get(key)
    return None if text is None else text.encode()


def pod_of(record: dict[str, Any]) -> PodHosts:
    return PodHosts(
        pod_name=record["pod_name"],
        namespace=record["namespace"],
        hostname=record["hostname"],
        subdomain=record["subdomain"],
        cluster_domain=record["cluster_domain"],
        hostname_override=record["hostname_override"],
        hostname_override_gate=record["hostname_override_gate"],
        set_hostname_as_fqdn=bool(record["set_hostname_as_fqdn"]),
        host_network=record["host_network"],
        pod_ips=tuple(record["pod_ips"]),
        aliases=aliases(record["host_aliases"]),
        node_file=recorded_bytes(record, "node_file"),
    )


def check_names(pod: PodHosts, expected: dict[str, Any]) -> int:
    if error := expected.get("hostname_error"):
        with pytest.raises(KubeletError) as raised:
            kubelet.host_name_and_domain(pod)
        assert str(raised.value) == error
        with pytest.raises(KubeletError):
            kubelet.hosts_file(pod)
        return 1
    assert kubelet.host_name_and_domain(pod) == (expected["hostname"], expected["domain"])
    if error := expected.get("kernel_hostname_error"):
        with pytest.raises(KubeletError) as raised:
            kubelet.kernel_host_name(pod)
        assert str(raised.value) == error
        return 2
    assert kubelet.kernel_host_name(pod) == expected.get("kernel_hostname")
    return 2


def has_managed_file(pod_ips: list[str], host_network: bool) -> bool:
    """Whether the kubelet gives a pod's containers a hosts file at all: every pod that runs has one."""
    return host_network or bool(pod_ips)


def test_agrees_with_the_kubelet(shown_figures: Figures) -> None:
    files = file_errors = names = mounts = 0
    # Not str.splitlines: the records hold line separators that are no line feeds.
    for line in (DATA / "kubelet.jsonl").read_bytes().splitlines():
        record = json.loads(line)
        given_, expected = record["input"], record["expected"]
        pod = pod_of(given_)
        names += check_names(pod, expected)
        assert has_managed_file(list(pod.pod_ips), pod.host_network) == expected["should_mount"]
        if (file := recorded_bytes(expected, "file")) is not None:
            assert kubelet.hosts_file(pod) == file, record["id"]
            files += 1
        if error := expected.get("file_error"):
            with pytest.raises(KubeletError) as raised:
                kubelet.hosts_file(pod)
            assert str(raised.value) == error.replace("<tmp>", "/etc")
            file_errors += 1
        if (mounted := expected.get("kubelet_hosts_mounted")) is not None:
            hidden = any(kubelet.mounts_hosts_file(mount["mountPath"]) for mount in given_["volume_mounts"])
            assert (expected["should_mount"] and not hidden) == mounted, record["id"]
            mounts += 1
    assert (files, file_errors, mounts) == (260, 6, 42)
    with shown_figures():
        print(
            f"\nkubelet: {files} of {files} files byte-equal, {file_errors} of {file_errors} file errors,"
            f" {names} of {names} names and name errors, {mounts} of {mounts} mounts"
        )


def test_agrees_with_the_kubelet_s_unit_tests() -> None:
    for case in TABLES["node_hosts_file_content"]["cases"]:
        pod = PodHosts(
            "x", host_network=True, node_file=case["node_hosts_file"].encode(), aliases=aliases(case["host_aliases"])
        )
        assert kubelet.hosts_file(pod).decode() == case["expected"]
    for case in TABLES["managed_hosts_file_content"]["cases"] + TABLES["derived"]["managed"]:
        lines = kubelet.pod_network_lines(
            case["pod_ips"], case["host_name"], case["host_domain"], aliases(case["host_aliases"])
        )
        assert b"".join(line.text for line in lines).decode() == case["expected"]
    for case in TABLES["derived"]["node_file_without_trailing_newline"]:
        lines = kubelet.host_network_lines(case["node_hosts_file"].encode(), aliases(case["host_aliases"]))
        assert b"".join(line.text for line in lines).decode() == case["expected"]
    for case in TABLES["derived"]["host_aliases_block"]:
        lines = kubelet.host_network_lines(b"", aliases(case["host_aliases"]))
        assert b"".join(line.text for line in lines[1:]).decode() == case["expected"]
    for case in TABLES["make_mounts_etc_hosts_file"]["cases"]:
        hidden = any(kubelet.mounts_hosts_file(mount["mountPath"]) for mount in case["mounts"])
        managed = has_managed_file(case["pod_ips"], case["host_network"])
        assert (managed and not hidden) == case["kubelet_file_mounted"]


@pytest.mark.parametrize("case", TABLES["generate_pod_hostname_and_domain"]["cases"], ids=lambda case: case["name"])
def test_host_name_and_domain(case: dict[str, Any]) -> None:
    pod = PodHosts(
        case["pod_name"],
        hostname=case.get("spec_hostname", ""),
        subdomain=case.get("spec_subdomain", ""),
        hostname_override=case.get("spec_hostnameOverride"),
        hostname_override_gate=case.get("gate", True),
    )
    if "error_contains" in case:
        with pytest.raises(KubeletError) as raised:
            kubelet.host_name_and_domain(pod)
        assert case["error_contains"] in str(raised.value)
    else:
        assert kubelet.host_name_and_domain(pod) == (case["hostname"], case["domain"])


@pytest.mark.parametrize(
    "case", TABLES["truncate_pod_hostname"]["cases"] + TABLES["derived"]["truncate_hostname"]["cases"]
)
def test_truncation(case: dict[str, Any]) -> None:
    if "out" in case:
        assert kubelet.host_name_and_domain(PodHosts(case["in"]))[0] == case["out"]
    else:
        with pytest.raises(KubeletError):
            kubelet.host_name_and_domain(PodHosts(case["in"]))


def test_the_documentation_s_examples() -> None:
    assert kubelet.hosts_file(PodHosts("nginx", pod_ips=("10.200.0.4",))).decode() == (
        f"# Kubernetes-managed hosts file.\n{LOOPBACK}10.200.0.4\tnginx\n"
    )
    pod = PodHosts(
        "hostaliases-pod",
        pod_ips=("10.200.0.5",),
        aliases=(Alias("127.0.0.1", ("foo.local", "bar.local")), Alias("10.1.2.3", ("foo.remote", "bar.remote"))),
    )
    assert kubelet.hosts_file(pod).decode() == (
        f"# Kubernetes-managed hosts file.\n{LOOPBACK}10.200.0.5\thostaliases-pod\n"
        "\n# Entries added by HostAliases.\n127.0.0.1\tfoo.local\tbar.local\n10.1.2.3\tfoo.remote\tbar.remote\n"
    )


def test_lines_know_their_origin() -> None:
    pod = PodHosts("web", pod_ips=("10.0.0.1",), aliases=(Alias("10.1.1.1", ("a",)), Alias("10.1.1.2", ("b\nc",))))
    assert [(line.text, line.origin, line.alias) for line in kubelet.hosts_lines(pod)[-6:]] == [
        (b"10.0.0.1\tweb\n", "pod", None),
        (b"\n", "boilerplate", None),
        (b"# Entries added by HostAliases.\n", "boilerplate", None),
        (b"10.1.1.1\ta\n", "alias", 0),
        (b"10.1.1.2\tb\n", "alias", 1),
        (b"c\n", "alias", 1),
    ]
    pod = PodHosts("web", host_network=True, node_file=b"10.0.0.9 n\nlast", aliases=(Alias("10.1.1.1", ("a",)),))
    assert [(line.text, line.origin) for line in kubelet.hosts_lines(pod)] == [
        (b"# Kubernetes-managed hosts file (host network).\n", "boilerplate"),
        (b"10.0.0.9 n\n", "node"),
        (b"last\n", "node"),
        (b"# Entries added by HostAliases.\n", "boilerplate"),
        (b"10.1.1.1\ta\n", "alias"),
    ]


def test_built_in_names_are_those_of_the_file() -> None:
    written = {name for line in LOOPBACK.splitlines() for name in line.split()[1:]}
    assert written == kubelet.BUILT_IN_NAMES


def test_torn_and_odd_text() -> None:
    # The cut may fall inside a character; a lone surrogate has been U+FFFD since the API server read it.
    assert kubelet.hosts_file(PodHosts("x" + "é" * 40, pod_ips=("1",))).endswith(b"1\tx" + "é".encode() * 31 + b"\n")
    assert kubelet.hosts_file(PodHosts("é" * 40, pod_ips=("1",))).endswith(b"1\t" + "é".encode() * 31 + b"\xc3\n")
    assert kubelet.alias_line(Alias("\ud800", ("a",))) == "\ufffd\ta\n".encode()


def test_go_s_quoting() -> None:
    with pytest.raises(KubeletError, match=r'^pod Hostname "a\\n\\t\\"\\\\\\x00é\\u00a0" is not'):
        kubelet.host_name_and_domain(PodHosts("x", hostname='a\n\t"\\\0é\xa0'))


@given(st.text(), st.text(), st.lists(st.tuples(st.text(), st.lists(st.text()))), st.binary())
def test_any_text_makes_a_file(name: str, ip: str, entries: list[tuple[str, list[str]]], node: bytes) -> None:
    alias_entries = tuple(Alias(ip, tuple(names)) for ip, names in entries)
    for host_network in (False, True):
        pod = PodHosts(name, pod_ips=(ip,), aliases=alias_entries, host_network=host_network, node_file=node)
        try:
            lines = kubelet.hosts_lines(pod)
        except KubeletError:
            continue
        assert all(line.text.endswith(b"\n") and line.text.count(b"\n") == 1 for line in lines[:-1])
        assert all((line.alias is not None) == (line.origin == "alias") for line in lines)
        assert kubelet.hosts_file(pod) == b"".join(line.text for line in lines)
