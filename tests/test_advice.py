"""Who does what a message says meets no new error there: what is quoted after "write" is put in, and linted again."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.diagnostics import Severity
from podhosts.document import Document, Mapping, split
from podhosts.engine import Options, default_selection, lint
from podhosts.kubernetes import walk
from podhosts.rules import Settings
from podhosts.source import Source, Span
from tests.expectations import spoken
from tests.paths import CASES, EXAMPLES
from tests.test_rule_cases import load, manifests, options, run

if TYPE_CHECKING:
    from pathlib import Path

    from podhosts.diagnostics import Diagnostic

#: Rules whose advice quotes YAML; the others quote lines of a Corefile, or comments.
OF_VALUES = {
    "invalid-ip",
    "invalid-hostname",
    "wrong-type",
    "unknown-field",
    "non-canonical-ip",
    "invalid-pod-hostname",
}

_WRITE = re.compile(r"\bwrite (?:\d+ items: )?(`[^`\n]+`(?:, `[^`\n]+`)*)")


def replacements(message: str) -> list[str]:
    """The texts that a message quotes after "write"."""
    found = _WRITE.search(message)
    return re.findall(r"`([^`]+)`", found[1]) if found else []


def followed(finding: Diagnostic) -> tuple[str, Span] | None:
    """The text of the finding's file in which its advice is followed, and where; None where nothing is quoted."""
    written = replacements(spoken(finding))
    if not written:
        return None
    source = finding.source
    start, end = finding.span
    if finding.rule == "unknown-field":
        # What is quoted is the whole entry of the mapping.
        end = value_end(source, finding.span)
    begin = source.text.rfind("\n", 0, start) + 1
    before = source.text[begin:start]
    is_block = re.fullmatch(r"(?:\s*- )*\s*", before) is not None
    joint = f"\n{' ' * (len(before) - 2)}- " if is_block else ", "
    new = joint.join(written)
    return source.text[:start] + new + source.text[end:], Span(start, start + len(new))


def value_end(source: Source, key: Span) -> int:
    for piece in split(source.text):
        root = Document(source, piece).root
        for _, mapping in walk(root) if isinstance(root, Mapping) else ():
            for entry in mapping.entries:
                if entry.key.span == key:
                    return entry.value.end
    raise AssertionError("there is no such key")


def errors_after(finding: Diagnostic, settings: Options) -> list[str]:
    """The errors that begin in what was written by the advice, and new errors of syntax."""
    after = followed(finding)
    assert after is not None
    text, place = after
    broken = [item.message for item in lint(finding.source, settings).findings if item.rule == "syntax-error"]
    found = lint(Source(finding.source.path, text.encode()), settings).findings
    return [
        f"{again.rule}: {spoken(again)}"
        for again in found
        if again.severity is Severity.ERROR
        and (
            again.message not in broken
            if again.rule == "syntax-error"
            else place.start <= again.span.start <= place.end
        )
    ]


@pytest.mark.parametrize(
    "path", [*manifests(CASES), *manifests(EXAMPLES)], ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_advice_of_the_cases_brings_no_error(path: Path) -> None:
    case = load(path)
    for finding in run(case).findings:
        # What is written below an anchor or in a string is not the finding's text alone.
        if finding.rule in OF_VALUES and case.source.is_valid and replacements(spoken(finding)):
            assert errors_after(finding, options(case)) == [], spoken(finding)


WORDS = st.sampled_from(
    [
        "a.example.com", "b.example.com", "A.example.com", "a_b", "*.example.com", ".example.com", "example.com.",
        "http://", "https://c.example.com/x", "d.example.com:5000", "10.0.0.5", "10.0.0.5:80", "10.0.0.5/24",
        "10.0.0.0/24", "010.0.0.5", "::ffff:10.0.0.5", "[2001:db8::1]:80", "fe80::1%eth0", "2001:db8::1",
        "http://10.0.0.6", "http://10.0.0.6:8080/x", "10", "1.5", "0x7f", "on", "no", "null", "True", "1e3", "1e999",
        "host-gateway", "localhost", "your-ip", "NGINX_IP", "é.example.com", "-", ".", "/", ":", "", " ", ",", ";",
        "\n", "\t", "a..b", "x" * 64 + ".example.com", "a:10.0.0.5", "10.0.0.5,10.0.0.6", "10.0.0.256",
    ]
)  # fmt: skip
TEXTS = st.one_of(
    WORDS,
    st.lists(WORDS, min_size=2, max_size=3).map("".join),
    st.lists(WORDS, min_size=2, max_size=3).map(" ".join),
    st.text("aZ19.:/-_ ,[]%\n", max_size=12),
)
PLACES = (
    "- {{ip: {}, hostnames: [c.example.com]}}\n",
    "- {{ip: 10.0.0.9, hostnames: [{}]}}\n",
    "- ip: 10.0.0.9\n    hostnames: {}\n",
    "- {{ip: 10.0.0.9, host: {}}}\n",
    "- {}\n",
    "- {{ip: 10.0.0.5, hostnames: [d.example.com]}}\n  - {{ip: {}, hostnames: [c.example.com]}}\n",
)


@given(st.sampled_from(PLACES), TEXTS, st.booleans())
def test_advice_of_any_text_brings_no_error(place: str, text: str, is_quoted: bool) -> None:
    written = json.dumps(text) if is_quoted or not re.fullmatch(r"[A-Za-z0-9.]+", text) else text
    manifest = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n  hostAliases:\n  {place.format(written)}"
    settings = Options(selected=default_selection())
    for finding in lint(Source("pod.yaml", manifest.encode()), settings).findings:
        if finding.rule in OF_VALUES and replacements(spoken(finding)):
            assert errors_after(finding, settings) == [], spoken(finding)


def test_a_resolver_that_is_asked_for_is_named() -> None:
    """What c-ares answers is said only where the config lists it."""
    text = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  hostAliases:\n"
        "  - {ip: 10.0.0.1, hostnames: [a.corp]}\n  - {ip: 10.0.0.2, hostnames: [a.corp]}\n"
    )
    settings = Settings(resolvers=frozenset({"c_ares", "musl"}))
    (finding,) = lint(
        Source("pod.yaml", text.encode()), Options(settings, frozenset({"conflicting-hostname"}))
    ).findings
    assert "c-ares up to 1.34.8" in spoken(finding)
    assert "Go" not in spoken(finding)
