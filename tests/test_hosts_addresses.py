"""`podhosts.hosts.addresses` against real API servers' answers, and against Python's and the C library's readers."""

from __future__ import annotations

import ipaddress
import json
import re
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.hosts import addresses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.figures import Figures

CASES = Path(__file__).parent / "data" / "hosts" / "apiserver.jsonl"
STRICT_SINCE = (1, 36)
CUT = " characters]"  # the end of a message that was too long to record

WARNING = re.compile(
    r'hostAliases\[(\d+)\]\.ip: (?:IPv6 address ".*" should be in RFC 5952 canonical format \("(.*)"\)'
    r'|non-standard IP address ".*" will be considered invalid in a future Kubernetes release: use "(.*)")$',
    re.DOTALL,
)

ODD_DIGITS = "0123456789abcdefABCDEF:.%/xX+- \n²１"
spellings = st.one_of(
    st.text(alphabet=ODD_DIGITS, max_size=40),
    st.ip_addresses().map(str),
    st.ip_addresses(v=6).map(lambda address: address.exploded),
    st.lists(st.text(alphabet="0123456789", min_size=1, max_size=5), min_size=3, max_size=5).map(".".join),
    st.lists(st.text(alphabet="0123456789abcdefF", max_size=6), min_size=2, max_size=9).map(":".join),
    st.tuples(
        st.sampled_from(["::", "::ffff:", "0:0:0:0:0:ffff:", "64:ff9b::", "1:2:3:4:5:6:7:", "1:2:3:4:5:6:"]),
        st.lists(st.integers(0, 300).map(str), min_size=4, max_size=4).map(".".join),
    ).map("".join),
)


def cases() -> list[dict[str, Any]]:
    return [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]


def answers(case: dict[str, Any]) -> Iterator[tuple[str, tuple[int, int], Any]]:
    """(name, (major, minor), answer), without the servers that do not look into a StatefulSet's template."""
    for name, answer in case["answers"].items():
        major, minor, _ = map(int, name.split("."))
        if case["kind"] != "StatefulSet" or (major, minor) >= (1, 34):
            yield name, (major, minor), answer


def test_agrees_with_the_api_servers(shown_figures: Figures) -> None:
    checked = 0
    for case in cases():
        for name, version, answer in answers(case):
            expected = []
            for index, entry in enumerate(case["entries"]):
                message = addresses.refusal(entry["ip"], strict=version >= STRICT_SINCE)
                if version < (1, 30) and message == addresses.INVALID_IP:
                    message = "must be valid IP address"
                if message:
                    expected.append(("" if version < (1, 30) else f"[{index}]", message))
            said = [(field.removesuffix(".ip"), text) for field, text in answer["causes"] if field.endswith(".ip")]
            assert [field for field, _ in said] == [field for field, _ in expected], (case["id"], name, said)
            for (_, text), (_, message) in zip(said, expected, strict=True):
                assert text.endswith((message, CUT)), (case["id"], name, text)
            checked += 1
    with shown_figures():
        print(f"ip against real API servers: {checked} of {checked} answers agree")


def test_canonical_is_what_the_warnings_propose() -> None:
    for case in cases():
        for name, version, answer in answers(case):
            if version < (1, 33) or answer["causes"] or any(warning.endswith(CUT) for warning in answer["warnings"]):
                continue
            proposed = {
                int(found[1]): found[2] or found[3] for found in map(WARNING.search, answer["warnings"]) if found
            }
            for index, entry in enumerate(case["entries"]):
                canonical = addresses.canonical(entry["ip"])
                assert canonical == proposed.get(index, entry["ip"]), (case["id"], name)


@given(spellings)
def test_sloppy_accepts_all_that_python_accepts_but_zones(text: str) -> None:
    ours = addresses.parse_sloppy(text)
    try:
        theirs = ipaddress.ip_address(text)
    except ValueError:
        assert ours is None or addresses.has_leading_zeros(text)
    else:
        assert ours == (None if "%" in text else theirs)


@given(spellings)
def test_strict_readers_are_the_c_library_s(text: str) -> None:
    for family, ours in ((socket.AF_INET, addresses.inet_pton4(text)), (socket.AF_INET6, addresses.inet_pton6(text))):
        try:
            theirs = socket.inet_pton(family, text)
        except (OSError, UnicodeEncodeError):
            assert ours is None
        else:
            assert ours is not None
            assert ours.packed == theirs


@given(st.one_of(spellings, st.text(alphabet="0123456789abcxX.", max_size=25)))
def test_inet_aton_is_the_c_library_s(text: str) -> None:
    ours = addresses.inet_aton(text)
    try:
        theirs = socket.inet_aton(text)
    except (OSError, UnicodeEncodeError):
        assert ours is None
    else:
        # glibc's inet_aton proper stops at white space; getaddrinfo and musl do not.
        assert ours is None if re.search(r"\s", text) else ours is not None and ours.packed == theirs


@given(spellings)
def test_strict_refuses_more_and_canonical_is_accepted(text: str) -> None:
    if addresses.refusal(text, strict=False):
        assert addresses.refusal(text, strict=True) == addresses.INVALID_IP
        assert addresses.canonical(text) is None
        return
    canonical = addresses.canonical(text)
    assert canonical is not None
    assert addresses.refusal(canonical, strict=True) is None
    assert addresses.canonical(canonical) == canonical
    assert (addresses.refusal(text, strict=True) is None) == (
        not addresses.has_leading_zeros(text) and not addresses.is_mapped(text)
    )


def test_what_is_no_address_has_no_zeros_either() -> None:
    assert not addresses.has_leading_zeros("010.0.0")
    assert not addresses.has_leading_zeros("010")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("010.0.0.1", addresses.LEADING_ZEROS),
        ("2001:06a48::1", addresses.LEADING_ZEROS),
        ("::1:10000", addresses.INVALID_IP),
        ("::ffff:01.2.3.4", addresses.LEADING_ZEROS),
        ("0:0:0:0:0:ffff:0102:0304", addresses.IPV4_MAPPED),
        ("::ffff:0:1.2.3.4", None),
        ("64:ff9b::1.2.3.4", None),
        ("2001:DB8::1", None),
        ("fe80::1%eth0", addresses.INVALID_IP),
        ("1:2:3:4:5:6:7:8::", addresses.INVALID_IP),
        ("1:2:3:4:5:6:7::", None),
        ("1.2.3.4::", addresses.INVALID_IP),
        (":::", addresses.INVALID_IP),
        ("1::2::3", addresses.INVALID_IP),
        ("", addresses.INVALID_IP),
        ("1", addresses.INVALID_IP),
    ],
)
def test_strict_refusals(text: str, message: str | None) -> None:
    assert addresses.refusal(text, strict=True) == message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.0.0.0", "unspecified"),
        ("::", "unspecified"),
        ("127.9.9.9", "loopback"),
        ("::1", "loopback"),
        ("::ffff:127.0.0.1", "loopback"),
        ("fe80::1", "link-local"),
        ("febf::1", "link-local"),
        ("fec0::1", None),
        ("169.254.169.254", None),
        ("224.0.0.1", "multicast"),
        ("239.255.255.255", "multicast"),
        ("240.0.0.1", None),
        ("ff02::1", "multicast"),
        ("255.255.255.255", "broadcast"),
        ("10.0.0.1", None),
        ("2001:db8::1", None),
    ],
)
def test_classify(text: str, expected: str | None) -> None:
    address = addresses.parse_sloppy(text)
    assert address is not None
    assert addresses.classify(address) == expected


@pytest.mark.parametrize("text", ["0" * 10**5 + "1.0.0.1", "1." * 10**5, "1:" * 10**5, "9" * 10**5, "::" + "0" * 10**5])
def test_huge_texts_take_no_time(text: str) -> None:
    addresses.refusal(text, strict=True)
    addresses.inet_aton(text)
    addresses.inet_pton6(text)


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        ("2001:DB8:0::1", "2001:db8::1", True),
        ("::ffff:10.0.0.1", "::ffff:0A00:1", True),
        ("010.0.0.1", "010.0.0.1", True),
        ("010.0.0.1", "10.0.0.1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", False),
        ("2001:00db8::1", "2001:db8::1", False),
        ("db", "db", True),
        ("db", "cache", False),
    ],
)
def test_one_reading(first: str, second: str, alike: bool) -> None:
    assert (addresses.reading(first) == addresses.reading(second)) is alike
