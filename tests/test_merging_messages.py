"""What `duplicate-ip` says the tools will do with a list, and how long it takes to say it."""

from __future__ import annotations

import pytest

from podhosts.engine import Options, lint
from podhosts.source import Source
from tests.expectations import spoken
from tests.operations import is_linear

HEAD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  hostAliases:\n"


def messages(*entries: tuple[str, str]) -> list[str]:
    lines = "".join(f'  - {{ip: "{ip}", hostnames: [{names}]}}\n' for ip, names in entries)
    source = Source("pod.yaml", f"{HEAD}{lines}  containers: [{{name: c, image: c}}]\n".encode())
    return [spoken(item) for item in lint(source, Options(selected=frozenset({"duplicate-ip"}))).findings]


def test_what_each_tool_does() -> None:
    assert messages(("10.0.0.25", "db.internal"), ("10.0.0.25", "cache.internal")) == [
        "`10.0.0.25` is already the `ip` of entry 1: server-side apply refuses the object, any Kustomize patch keeps "
        "only `cache.internal` for it, and a later client-side `kubectl apply` that edits this entry overwrites "
        "`db.internal`; put all names in one entry"
    ]


@pytest.mark.parametrize(
    ("first", "second", "kustomize", "apply"),
    [
        ("a, b", "c, d", "keeps only `c` and `d` for it", "overwrites `a` and `b`"),
        ("a, b, c", "x", "keeps only `x` for it", "overwrites `a`, `b` and `c`"),
        ("a, b, c, d, e, x", "x", "keeps only `x` for it", "overwrites `a`, `b`, `c` and 2 more"),
        ("a", "b, c, d, e, f", "keeps only `b`, `c`, `d` and 2 more for it", "overwrites `a`"),
        ("a", "", "leaves it without names", "overwrites `a`"),
        ("a", "a", "keeps only the last of these entries", "changes the first one instead"),
        ("", "a", "keeps only the last of these entries", "changes the first one instead"),
        ("", "", "keeps only the last of these entries", "changes the first one instead"),
        ("a, a", "b", "keeps only `b` for it", "overwrites `a`"),
    ],
)
def test_names(first: str, second: str, kustomize: str, apply: str) -> None:
    [message] = messages(("::1", first), ("::2", "other"), ("::1", second))
    assert f"any Kustomize patch {kustomize}, and" in message
    assert f"edits this entry {apply};" in message


def test_one_finding_for_each_address() -> None:
    found = messages(("::1", "a"), ("::2", "p"), ("::1", "b"), ("::2", "q"), ("::1", "c"))
    assert [message.split("`")[1] for message in found] == ["::1", "::2"]
    assert [message.split("overwrites ")[1] for message in found] == [
        f"`{name}`; put all names in one entry" for name in "ap"
    ]
    assert "keeps only `c`" in found[0]


def test_thousands_take_linear_time() -> None:
    def read(count: int) -> None:
        entries = [("::1", ", ".join(f"f{n}" for n in range(count))), *(("::1", f"n{n}") for n in range(count))]
        assert len(messages(*entries)) == 1

    assert is_linear(read, 200)
