"""`podhosts.hosts.resolvers` against what real resolvers answered (`vectors/resolvers.json`), and by itself."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.hosts.kubelet import Alias, PodHosts, alias_line, hosts_file
from podhosts.hosts.limits import MAX_ADDRESSES
from podhosts.hosts.resolvers import (
    RESOLVERS,
    Answer,
    BogusAddress,
    Family,
    Network,
    families,
    line_loss,
    lookup,
    open_hosts,
)

if TYPE_CHECKING:
    from tests.figures import Figures

RECORDS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "data" / "hosts" / "resolvers.json").read_text(encoding="utf-8")
)
NETWORKS = {
    "IPv4-only pod, ::1 on lo": Network(("10.244.1.5",)),
    "dual-stack pod": Network(("10.244.1.5", "fd00:10:244:1::5")),
}

# The experiment's DNS answered every name that is not under cluster.local.
NOT_IN_DNS = ".cluster.local"
SPELLINGS = {"!EAI(-6)": "!EAI_FAMILY"}

# Where a model says that DNS is asked, and the record shows an error although the experiment's DNS would have answered.
ANSWER_OF_DNS_REFUSED = {
    "wildcard": "glibc drops DNS answers for names that are no host names, such as `*.remote`",
    "idn-puny": "the experiment's DNS had no answer for names beyond ASCII",
    "idn-utf8": "the experiment's DNS had no answer for names beyond ASCII",
    "long-label": "c-ares appends a search domain of resolv.conf first, which makes the name too long to ask",
    "len253": "c-ares appends a search domain of resolv.conf first, which makes the name too long to ask",
}
# Configurations in which another source comes before the file: the models are those of `hosts: files dns`.
NOT_FILES_FIRST = {
    "hosts: dns files; host.conf: multi on",
    "hosts: dns [!UNAVAIL=return] files; host.conf: multi on",
    "hosts: dns; host.conf: multi on",
}


def hosts_of(record: dict[str, Any]) -> bytes:
    """The file of a record; long ones are recorded as a description and made here."""
    text: str = record["hosts"]
    generated = re.fullmatch(r"<generated, (\d+) bytes: one line of (\d+) bytes incl\. newline>", text)
    if generated is None:
        return text.encode()
    size, line_size = int(generated[1]), int(generated[2])
    pattern = next(other["hosts"] for other in RECORDS if other["case"] == "line-512")
    before, _, rest = pattern.partition("10.1.2.3\tfirst.remote\t")
    after = rest.partition("\n")[2]
    line = "10.1.2.3\tfirst.remote\t" + "\tlast.remote\n".rjust(line_size - len("10.1.2.3\tfirst.remote\t"), "p")
    text = before + line + after
    assert len(text) == size
    return text.encode()


def model_of(resolver: str, record: dict[str, Any]) -> str | None:
    """The model that a recorded result is to be compared with, if there is one."""
    if record["case"] == "nsswitch":
        if resolver in ("glibc", "go") and record["note"] in NOT_FILES_FIRST:
            return None
        if resolver == "glibc" and record["note"].endswith("no host.conf"):
            return "glibc_nomulti"
    return resolver if resolver in RESOLVERS else None


def agrees(answer: Answer, recorded: list[str], record: dict[str, Any]) -> bool:
    recorded = [SPELLINGS.get(text, text) for text in recorded]
    if answer.error is not None:
        return recorded == [f"!{answer.error}"]
    if answer.dns:
        if recorded[0].startswith("!"):
            return record["query"].endswith(NOT_IN_DNS) or record["case"] in ANSWER_OF_DNS_REFUSED
        return all(text.startswith("dns:") for text in recorded)
    return list(answer.addresses) == recorded


def test_agrees_with_real_resolvers(shown_figures: Figures) -> None:
    compared: Counter[str] = Counter()
    excused: Counter[str] = Counter()
    for record in RECORDS:
        hosts = hosts_of(record)
        for resolver, recorded in record["results"].items():
            model = model_of(resolver, record)
            if model is None:
                continue
            answer = lookup(model, hosts, record["query"], record["family"], NETWORKS[record["network"]])
            assert agrees(answer, recorded, record), (record["case"], record["query"], record["family"], model, answer)
            compared[model] += 1
            refused = answer.dns and recorded[0].startswith("!") and not record["query"].endswith(NOT_IN_DNS)
            excused[model] += refused
    # Every modelled resolver is compared, and an excuse stays rare.
    assert set(compared) == set(RESOLVERS)
    assert max(excused.values()) <= 5
    with shown_figures():
        figures = ", ".join(f"{model} {count}" for model, count in sorted(compared.items()))
        print(f"resolvers: {compared.total()} of {compared.total()} recorded answers agree ({figures});")
        print(f"in {excused.total()} of them DNS was asked and its answer refused, see ANSWER_OF_DNS_REFUSED")


def test_families() -> None:
    assert families("musl") == ("unspec", "inet", "inet6")
    assert families("java") == ("unspec",)
    with pytest.raises(ValueError, match="java cannot be asked for inet6"):
        lookup("java", b"", "x", "inet6")
    for ask in (lambda: families("windows"), lambda: lookup("windows", b"", "x", "inet")):
        with pytest.raises(KeyError):
            ask()


# musl's long lines


def musl_line(size: int, *words: str) -> bytes:
    """A line of `size` bytes with one filler word, which ends in these words."""
    end = "".join(f"\t{word}" for word in words) + "\n"
    return ("10.1.2.3\t" + "q" * (size - len("10.1.2.3\t") - len(end)) + end).encode()


@pytest.mark.parametrize(("size", "lost"), [(510, ()), (511, ()), (512, ("last",)), (513, ("last",))])
def test_musl_threshold(size: int, lost: tuple[str, ...]) -> None:
    line = musl_line(size, "first", "last")
    loss = line_loss(line)
    assert loss.lost == lost
    assert loss.first_lost == (lost[0] if lost else None)
    assert line_loss(line.removesuffix(b"\n")) == loss
    assert lookup("musl", line, "first", "unspec").addresses == ("10.1.2.3",)
    assert lookup("musl", line, "last", "unspec").dns is bool(lost)


@pytest.mark.parametrize(
    ("word", "cut", "address"),
    [
        ("node12", 4, "0.0.0.12"),
        ("x-192.0.2.7", 2, "192.0.2.7"),
        ("host0x7f", 4, "0.0.0.127"),
        ("2024", 0, "0.0.7.232"),
        ("db3", 2, "0.0.0.3"),
        ("node-a", 4, None),
    ],
)
def test_musl_bogus_addresses(word: str, cut: int, address: str | None) -> None:
    size = 511 + len(word) - cut + len("\tvictim\tother\n")
    line = musl_line(size, word, "victim", "other")
    assert line[:511].endswith(f"\t{word[:cut]}".encode())
    loss = line_loss(line)
    assert loss.lost == (word, "victim", "other")
    assert loss.bogus == ((BogusAddress(address, ("victim", "other")),) if address else ())
    answer = lookup("musl", line, "victim", "unspec")
    assert answer == (Answer(addresses=(address,)) if address else Answer(dns=True))


line_words = st.lists(
    st.one_of(
        st.sampled_from(["node12", "2024", "db3.x", "a", "x-1.2.3.4", "h0x7f", "fe80--1"]),
        st.text(alphabet="ab1.-", min_size=1, max_size=40),
        st.text(alphabet="ab1x.", min_size=100, max_size=253),
    ),
    max_size=60,
)


@given(line_words)
def test_musl_line_loss_is_what_musl_answers(words: list[str]) -> None:
    line = alias_line(Alias("10.1.2.3", tuple(words)))
    loss = line_loss(line)
    reader = open_hosts("musl", line)
    bogus = {name: bogus.address for bogus in reversed(loss.bogus) for name in bogus.names}
    fits = len("10.1.2.3")
    for word in words:
        # Names that are addresses are never looked up.
        literal = lookup("musl", b"", word, "unspec").addresses
        fits += 1 + len(word)
        addresses = reader.lookup(word, "unspec", Network()).addresses
        if fits + 1 <= 511:
            # The formula of reference/resolvers.md 2.
            assert word not in loss.lost
        if literal:
            assert addresses == literal
        elif word not in loss.lost:
            assert addresses[0] == "10.1.2.3"
        elif word in bogus:
            assert addresses[0] == bogus[word]
        else:
            assert addresses == ()


def test_musl_s_48_addresses() -> None:
    hosts = b"".join(b"10.0.0.%d x\n" % number for number in range(60))
    assert len(lookup("musl", hosts, "x", "inet").addresses) == MAX_ADDRESSES == 48
    assert len(lookup("glibc", hosts, "x", "inet").addresses) == 60


# Small things that no record fixes


@pytest.mark.parametrize(
    ("resolver", "hosts", "name", "family", "expected"),
    [
        # A white space in front and no LF at the end make glibc see the last byte twice.
        ("glibc", " 10.0.0.1 a b", "b", "unspec", Answer(dns=True)),
        ("glibc", " 10.0.0.1 a b", "bb", "unspec", Answer(addresses=("10.0.0.1",))),
        ("glibc", " 10.0.0.1 a b\n", "b", "unspec", Answer(addresses=("10.0.0.1",))),
        ("glibc", "10.0.0.1 *\n", "*", "unspec", Answer(error="EAI_NONAME")),
        ("glibc", "10.0.0.1 08\n", "08", "inet", Answer(error="EAI_NONAME")),
        ("glibc", "10.0.0.1 08\n", "08", "unspec", Answer(addresses=("10.0.0.1",))),
        ("glibc", "::ffff:10.0.0.1 x\n10.0.0.2 x\n", "x", "unspec", Answer(addresses=("::ffff:10.0.0.1", "10.0.0.2"))),
        # Go knows no form feed, adds 0.0.0.0 to a lonely `::`, and asks no DNS for numbers.
        ("go", "10.0.0.1\fx\n", "x", "unspec", Answer(dns=True)),
        ("go", ":: x\n", "x", "unspec", Answer(addresses=("::", "0.0.0.0"))),
        ("go", "", "250", "unspec", Answer(error="no such host")),
        ("go", f"10.0.0.1 {'a' * 256} b\n", "b", "inet", Answer(error="insufficient data for calculated length type")),
        ("go", "fe80::1%a%b x\n", "x", "unspec", Answer(dns=True)),
        ("go", "fe80::1%a/b x\n", "x", "unspec", Answer(addresses=("fe80::1",))),
        ("go", "fe80::1% x\n::ffff:1.2.3.4%a x\n", "x", "unspec", Answer(dns=True)),
        # uClibc-ng throws away the line after a NUL, and what is past byte 935.
        ("uclibc", "10.0.0.1 a\0\n10.0.0.2 b\n10.0.0.3 c\n", "b", "inet", Answer(dns=True)),
        ("uclibc", "10.0.0.1 a\0\n10.0.0.2 b\n10.0.0.3 c\n", "c", "inet", Answer(addresses=("10.0.0.3",))),
        ("uclibc", "10.0.0.1 " + "q" * 924 + " x\n", "x", "inet", Answer(addresses=("10.0.0.1",))),
        ("uclibc", "10.0.0.1 " + "q" * 925 + " x\n", "x", "inet", Answer(dns=True)),
        ("uclibc", "10.0.0.999 x\n", "x", "unspec", Answer(error="EAI_NONAME")),
        # c-ares reads network numbers, and never asks about onions.
        ("c_ares_main", "10.1.2.3/8 x\n", "x", "inet", Answer(addresses=("10.1.2.3",))),
        ("c_ares_main", "10.1.2.3/33 x\n", "x", "inet", Answer(dns=True)),
        ("c_ares_main", "1.2.3.4.5 x\n0x1g x\n0x123456789 x\n", "x", "inet", Answer(dns=True)),
        ("c_ares_main", "::0x1.2.3.4 x\n::1/064 x\n::1/ x\n", "x", "inet6", Answer(dns=True)),
        ("c_ares_main", "10.1.2.3 \u00fc x\n10.1.2.4 y \u00fc x\n", "x", "inet", Answer(addresses=("10.1.2.4",))),
        ("c_ares_main", "", "1.2.3.400", "inet", Answer(dns=True)),
        ("c_ares_main", "0xa x\n", "x", "inet", Answer(addresses=("160.0.0.0",))),
        ("c_ares_main", "::1.2 x\n", "x", "inet6", Answer(addresses=("::102:0",))),
        ("c_ares_main", "2001:db8::1/32 x\n", "x", "inet6", Answer(addresses=("2001:db8::",))),
        ("c_ares_main", "10.0.0.1 x.onion\n", "x.onion", "inet", Answer(error="Domain name not found")),
        ("java", "", "0777", "unspec", Answer(addresses=("0.0.3.9",))),
        ("java", "10.0.0.1 0x1f\n", "0x1f", "unspec", Answer(error="UnknownHostException")),
        ("java", "10.0.0.1 256.1\n", "256.1", "unspec", Answer(addresses=("10.0.0.1",))),
        ("java", "", "a:b", "unspec", Answer(error="UnknownHostException")),
        ("java", "", "::ffff:1.2.3.4", "unspec", Answer(addresses=("1.2.3.4",))),
        ("java", "", "fe80::1%7", "unspec", Answer(addresses=("fe80::1%7",))),
        ("java", "", "fe80::1%eth0", "unspec", Answer(error="UnknownHostException")),
        ("node", "10.0.0.1 xn--a\n", "xn--a", "unspec", Answer(error="EINVAL")),
        ("node", "10.0.0.1 a.b\n", "A\u3002\uff42", "unspec", Answer(addresses=("10.0.0.1",))),
        ("node", "", "::1", "inet", Answer(addresses=("::1",))),
        ("node", "10.0.0.1 xn--bcher-kva.x\n", "B\u00dcCHER.x", "unspec", Answer(addresses=("10.0.0.1",))),
        ("node", "10.0.0.1 xn--bcher-kva.x\n", "xn--bcher-kva.x", "unspec", Answer(addresses=("10.0.0.1",))),
        ("node", "", "a\u2028\u00fc", "unspec", Answer(error="EINVAL")),
        ("node", "", "xn--99999999", "unspec", Answer(error="EINVAL")),
        ("node", "", "\u00fc" * 256, "unspec", Answer(error="EINVAL")),
        # No resolver can put these into a DNS question.
        ("glibc", "", "a" * 64, "unspec", Answer(error="EAI_NONAME")),
        ("musl", "", "a..b", "unspec", Answer(error="EAI_NONAME")),
        ("musl", "", "", "unspec", Answer(error="EAI_NONAME")),
        ("go", "", "a" * 254, "unspec", Answer(error="no such host")),
        ("go", "", ".", "unspec", Answer(dns=True)),
        ("uclibc", "", "*", "unspec", Answer(error="EAI_NONAME")),
        ("go", "", "-a", "unspec", Answer(error="no such host")),
        ("c_ares_1.34.6", "", "a b", "unspec", Answer(error="Misformatted domain name")),
    ],
)  # fmt: skip
def test_oddities(resolver: str, hosts: str, name: str, family: Family, expected: Answer) -> None:
    assert lookup(resolver, hosts.encode(), name, family) == expected


def test_what_a_pod_s_file_says() -> None:
    pod = PodHosts(
        "web-0",
        pod_ips=("10.244.1.5",),
        aliases=(Alias("10.1.2.3", ("db", "cache")), Alias("127.0.0.1", ("web-0",)), Alias("10.1.2.4", ("db",))),
    )
    hosts = hosts_file(pod)
    network = Network(pod.pod_ips)
    assert lookup("glibc", hosts, "web-0", "inet", network).addresses == ("127.0.0.1", "10.244.1.5")
    assert lookup("musl", hosts, "web-0", "inet", network).addresses == ("10.244.1.5", "127.0.0.1")
    assert lookup("glibc_nomulti", hosts, "db", "unspec", network).addresses == ("10.1.2.3",)
    assert lookup("c_ares_1.34.6", hosts, "cache", "unspec", network).addresses == ("10.1.2.3", "10.1.2.4")


@given(st.binary(max_size=400), st.text(max_size=20))
def test_any_file_and_name(hosts: bytes, name: str) -> None:
    for resolver in RESOLVERS:
        reader = open_hosts(resolver, hosts)
        for family in families(resolver):
            answer = reader.lookup(name, family, Network(("10.0.0.1", "fd00::1")))
            assert bool(answer.addresses) + answer.dns + (answer.error is not None) == 1


@pytest.mark.parametrize("resolver", RESOLVERS)
def test_large_files_take_linear_time(resolver: str) -> None:
    many_lines = b"10.1.2.3\tsome-name.example.org\n" * 20_000
    many_names = b"10.1.2.3" + b"".join(b"\tname-%d.example.org" % number for number in range(10_000)) + b"\n"
    one_word = b"10.1.2.3\t" + b"x" * 300_000 + b"\n"
    blanks = b" " * 300_000 + b"\n"
    for hosts in (many_lines, many_names, one_word, blanks, b"#" * 300_000, b"\0" * 300_000):
        reader = open_hosts(resolver, hosts)
        for family in families(resolver):
            reader.lookup("some-name.example.org", family, Network())
    line_loss(many_names)


def test_glibc_puts_6to4_behind_other_ipv6() -> None:
    """RFC 3484's table gives 2002::/16 a precedence of 30; a prefix that is longer alike would win at equal ones."""
    hosts = b"2002:a00::1 db\nfc00::1 db\n"
    network = Network(("10.244.1.5", "2001:db8:f::5"))
    assert lookup("glibc", hosts, "db", "unspec", network).addresses == ("fc00::1", "2002:a00::1")


def test_c_ares_reads_the_longest_spelling_of_an_address() -> None:
    """45 bytes, one less than INET6_ADDRSTRLEN, which counts the NUL."""
    address = "0000:0000:0000:0000:0000:ffff:210.100.200.205"
    assert len(address) == 45
    found = lookup("c_ares_1.34.6", f"{address} db\n".encode(), "db", "inet6")
    assert found.addresses == ("::ffff:210.100.200.205",)
