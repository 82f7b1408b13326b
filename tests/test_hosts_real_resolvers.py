"""The resolver models against this machine's real glibc, musl, Go and Node, on generated hosts files.

Each runs in a private network and mount namespace (see `data/hosts/programs/namespace.py`). A test skips where a
program or the right to make a namespace is missing, and fails instead when PODHOSTS_REQUIRE_TOOLS=1.
"""

from __future__ import annotations

import base64
import ipaddress
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.hosts.resolvers import Answer, Family, Network, open_hosts
from tests.effort import examples
from tests.programs import missing, program
from tests.running import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.figures import Figures

PROGRAMS = Path(__file__).parent / "data" / "hosts" / "programs"
FROM_DNS = {"203.0.113.53", "2001:db8:53::53"}
IPV4_POD = Network(("10.244.1.5",))
DUAL_STACK_POD = Network(("10.244.1.5", "fd00:10:244:1::5"))
FAMILIES: tuple[Family, ...] = ("unspec", "inet", "inet6")

# fmt: off
NAMES = ["a", "b", "foo.bar", "Foo.Bar", "localhost", "web-0", "n1", "db3.x", "x_y", "*.w", "b\u00fc.x"]
ODD_NAMES = [
    "a.", "foo.bar.", "FOO.BAR", "A", "12", "1.2", "0x7f.1", "08", "1.2.3.4", "256.1", "nowhere", "1.2.3.4.5", "::1",
    "1a",
]
ADDRESSES = [
    "10.1.2.3", "10.1.2.4", "10.244.1.5", "127.0.0.1", "127.0.0.5", "0.0.0.0", "203.0.113.9", "169.254.169.254",
    "255.255.255.255", "224.0.0.251", "::1", "::", "2001:db8::3", "2001:db8::4", "fd00:10:244:1::5", "fd00:1::3",
    "fe80::1", "ff02::1", "ff05::1", "fec0::9", "2002::1", "2001::7", "64:ff9b::1", "fe00::1", "::ffff:10.1.2.3",
    "2001:DB8::5",
]
BAD_ADDRESSES = [
    "010.1.2.3", "10.1", "0x0a010203", "167838211", "10.1.2.08", "10.1.2.999", "10.1.2.3/24", "1.2.3.4.", "nonsense",
    "fe80::1%eth0", "fe80::1%nope0", "fe80::1%9", "fe80::1%3", "2001:db8::3%1", "ff02::1%eth0", "2001:0db80::1",
    "::1.2.3", "::ffff:010.1.2.3", "1::2::3",
]
# fmt: on

names = st.sampled_from(NAMES)
blanks = st.sampled_from(["\t", "\t", "\t", " ", "  ", " \t", "\v", "\f", "\r"])
ends = st.sampled_from(["\n"] * 8 + ["\r\n", "\n\n", " \n", "#c\n", " # a b\n", "\t#x\n", "\0\n", "\0 a\n"])


@st.composite
def hosts_lines(draw: st.DrawFn) -> str:
    words = [draw(st.sampled_from(ADDRESSES * 2 + BAD_ADDRESSES))]
    words += draw(st.lists(st.one_of(names, names, st.sampled_from(ODD_NAMES)), max_size=7))
    text = draw(st.sampled_from([""] * 9 + [" ", "\t", "#", "\v"])) + words[0]
    for word in words[1:]:
        text += draw(blanks) + word
    return text + draw(ends)


@st.composite
def long_lines(draw: st.DrawFn) -> str:
    """A line with words around the places where musl (511, 1022) and uClibc-ng (935) cut."""
    text = draw(st.sampled_from(["10.1.2.3", "2001:db8::3", "::1"]))
    for edge in (511, 1022):
        fill = edge - len(text) - draw(st.integers(1, 24))
        text += "\t" + draw(st.sampled_from(["q" * fill, ("q1 " * fill)[:fill].strip() or "q"]))
        tails = ["node12", "x-192.0.2.7", "h0x7f", "2024", "y::1", "a", "foo.bar", "n1"]
        for word in draw(st.lists(st.sampled_from(tails + NAMES), min_size=1, max_size=5)):
            text += "\t" + word
    return text + "\n"


@st.composite
def hosts_files(draw: st.DrawFn) -> bytes:
    lines = draw(st.lists(st.one_of(hosts_lines(), hosts_lines(), hosts_lines(), long_lines()), max_size=8))
    hosts = "".join(lines).encode()
    return hosts.removesuffix(b"\n") if draw(st.integers(0, 7)) == 0 else hosts


@dataclass
class Namespace:
    """A running `namespace.py`."""

    process: subprocess.Popen[str]

    def ask(self, resolver: str, hosts: bytes, queries: list[tuple[Family, str]], program: str = "") -> list[list[str]]:
        assert self.process.stdin
        assert self.process.stdout
        request = {
            "resolver": resolver,
            "hosts": base64.b64encode(hosts).decode(),
            "queries": queries,
            "program": program,
        }
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"namespace.py ended with {self.process.wait()}"
        answers: list[list[str]] = json.loads(line)
        return answers


Open = Callable[..., Namespace]


@pytest.fixture(scope="module")
def open_namespace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    unshare, *_ = map(program, ("unshare", "ip", "mount"))
    opened: dict[tuple[bool, Network], Namespace] = {}

    def get(network: Network, multi: bool = True) -> Namespace:
        if (multi, network) not in opened:
            folder = tmp_path_factory.mktemp("etc")
            command = [unshare, "--mount", "--net", sys.executable, str(PROGRAMS / "namespace.py"), str(folder)]
            process = subprocess.Popen(
                [*command, "multi" if multi else "single", *network.pod_ips],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            namespace = Namespace(process)
            try:
                namespace.ask("glibc", b"", [])
            except (AssertionError, BrokenPipeError):
                missing(f"no private namespace: {process.communicate()[1].strip()[-200:]}")
            opened[multi, network] = namespace
        return opened[multi, network]

    yield get
    for namespace in opened.values():
        namespace.process.communicate(timeout=PATIENCE)


@pytest.fixture(scope="module")
def musl_program(tmp_path_factory: pytest.TempPathFactory) -> str:
    compiler = program("musl-gcc")
    compiled = tmp_path_factory.mktemp("musl") / "getaddrinfo"
    subprocess.run([compiler, "-static", "-O1", "-o", compiled, PROGRAMS / "getaddrinfo.c"], check=True)
    return str(compiled)


@pytest.fixture(scope="module")
def go_program(tmp_path_factory: pytest.TempPathFactory) -> str:
    compiler = program("go")
    compiled = tmp_path_factory.mktemp("go") / "lookup_ip"
    environment = os.environ | {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GO111MODULE": "off"}
    subprocess.run([compiler, "build", "-o", compiled, PROGRAMS / "lookup_ip.go"], check=True, env=environment)
    return str(compiled)


def questions(hosts: bytes) -> list[tuple[Family, str]]:
    words = {word.decode("utf-8", "surrogateescape") for word in hosts.replace(b"\0", b" ").replace(b"#", b" ").split()}
    asked = [name for name in sorted(words.union(NAMES, ODD_NAMES)) if len(name) < 300]
    return [(family, name) for name in asked for family in FAMILIES]


def agrees(answer: Answer, recorded: list[str]) -> bool:
    if answer.error:
        return recorded == [f"!{answer.error}"]
    if answer.dns:
        # What DNS says is not ours: glibc refuses its answer for names that are no host names.
        return recorded[0] in FROM_DNS or recorded[0].startswith("!")
    if recorded[0].startswith("!"):
        return False
    return [normal(address) for address in answer.addresses] == [normal(address) for address in recorded]


def normal(address: str) -> tuple[int, int, str]:
    text, _, zone = address.partition("%")
    parsed = ipaddress.ip_address(text)
    return parsed.version, int(parsed), zone


Ask = Callable[[bytes, list[tuple[Family, str]]], list[list[str]]]


def check(model: str, network: Network, ask: Ask, shown_figures: Figures) -> None:
    """Compare a model with a program on generated files, each name of the file and some others, in each family."""
    compared = 0

    @examples(60)
    @given(hosts_files())
    def agree(hosts: bytes) -> None:
        nonlocal compared
        queries = questions(hosts)
        reader = open_hosts(model, hosts)
        for (family, name), recorded in zip(queries, ask(hosts, queries), strict=True):
            answer = reader.lookup(name, family, network)
            assert agrees(answer, recorded), (model, hosts, name, family, answer, recorded)
        compared += len(queries)

    agree()
    with shown_figures():
        print(f"{model} with {', '.join(network.pod_ips)}: {compared} of {compared} live answers agree")


@pytest.mark.parametrize("network", [IPV4_POD, DUAL_STACK_POD], ids=["v4", "dual"])
@pytest.mark.parametrize("model", ["glibc", "glibc_nomulti"])
def test_glibc(open_namespace: Open, model: str, network: Network, shown_figures: Figures) -> None:
    namespace = open_namespace(network, model == "glibc")
    check(model, network, lambda hosts, queries: namespace.ask("glibc", hosts, queries), shown_figures)


@pytest.mark.parametrize("network", [IPV4_POD, DUAL_STACK_POD], ids=["v4", "dual"])
def test_musl(open_namespace: Open, musl_program: str, network: Network, shown_figures: Figures) -> None:
    namespace = open_namespace(network)
    check("musl", network, lambda hosts, queries: namespace.ask("musl", hosts, queries, musl_program), shown_figures)


@pytest.mark.parametrize("network", [IPV4_POD, DUAL_STACK_POD], ids=["v4", "dual"])
def test_go(open_namespace: Open, go_program: str, network: Network, shown_figures: Figures) -> None:
    namespace = open_namespace(network)
    check("go", network, lambda hosts, queries: namespace.ask("go", hosts, queries, go_program), shown_figures)


def test_node(open_namespace: Open, shown_figures: Figures) -> None:
    program("node")
    namespace = open_namespace(DUAL_STACK_POD)
    check("node", DUAL_STACK_POD, lambda hosts, queries: namespace.ask("node", hosts, queries), shown_figures)
