"""Mistakes of two rules in one object: their fixes are made together, or one after the other, or one is left out."""

from __future__ import annotations

import json
from ipaddress import ip_address
from itertools import combinations_with_replacement
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.document import Document, plain, split
from podhosts.engine import Options, default_selection
from podhosts.engine.fixing import Fixed, fix
from podhosts.kubernetes.versions import KubernetesVersion
from podhosts.rules import RULES, Settings
from podhosts.source import Source
from podhosts.surgery import scalar_text
from tests.effort import examples as examples_of
from tests.effort import sampled
from tests.test_rule_examples import bare, examples

Data = dict[str, Any]

CONTAINER = {"name": "web", "image": "web"}
#: Pod specs with mistakes that are likely beside others, and what the object has outside of its pod spec.
SPECS: list[tuple[Data, Data]] = [
    ({"hostAliases": [{"ip": "010.0.0.1", "hostnames": ["db"]}, {"ip": "10.0.0.1", "hostnames": ["db"]}]}, {}),
    ({"hostAliases": [{"ip": "10.0.0.1", "hostnames": ["db", "db"]}, {"ip": "10.0.0.1", "hostnames": ["DB"]}]}, {}),
    ({"hostAliases": [{"hostnames": ["10", "10"]}]}, {}),
    ({"hostAliases": [{"ip": "10.0.0.3", "hostnames": ["a.b.c"]}, {"ip": "10.0.0.3", "hostnames": "db, api"}]}, {}),
    ({"hostAliases": [{"ip": "10.0.0.3", "hostnames": ["a"]}, {"ip": "10.0.0.3", "hostnames": {"db": "api"}}]}, {}),
    ({"hostAliases": [{"ip": "10.0.0.3", "hostnames": []}, {"ip": "10.0.0.3", "hostnames": ["localhost", "web"]}]}, {}),
    ({"hostAliases": [{"ip": "10.0.0.4", "hostnames": ["localhost", "ip6-localhost"]}]}, {}),
    ({"hostAliases": [{"ip": "::ffff:10.0.0.5", "hostnames": ["a"]}, {"ip": "10.0.0.5:80", "hostnames": ["a"]}]}, {}),
    ({"hostAliases": [{"ip": "2001:DB8::1", "hostname": "a"}, {"ip": "2001:db8::1", "hostnames": ["a", True]}]}, {}),
    ({"hostAliases": None, "host-aliases": [{"ip": "10.0.0.6", "hostnames": ["db"]}]}, {}),
    ({"host_aliases": [{"ip": "10.0.0.6", "hostnames": ["db"]}]}, {}),
    ({"hostAliases": [{"ip": "10.0.0.7"}], "hostnames": ["db"]}, {}),
    ({}, {"hostAliases": [{"ip": "10.0.0.8", "hostnames": ["db"]}]}),
    ({"hostAliases": []}, {"hostAliases": [{"ip": "10.0.0.8", "hostnames": ["db"]}]}),
    (
        {
            "initContainers": [
                {"name": "names", "image": "b", "command": ["sh", "-c", "echo 10.0.0.9 db api >> /etc/hosts"]}
            ]
        },
        {},
    ),
    (
        {
            "containers": [
                {
                    **CONTAINER,
                    "command": ["sh", "-c", "set -e\necho '10.0.0.9 db # main' >> /etc/hosts # note\nrun\n"],
                    "lifecycle": {"postStart": {"exec": {"command": ["sh", "-c", "echo 10.0.0.3 db > /etc/hosts"]}}},
                }
            ]
        },
        {},
    ),
]


def merged(first: Any, second: Any) -> Any:
    """Both together: lists after each other, but for items of one name, which are merged; of scalars the first."""
    if isinstance(first, dict) and isinstance(second, dict):
        both = {key: merged(first[key], second[key]) for key in first.keys() & second.keys()}
        return {
            key: both.get(key, first.get(key, second.get(key))) for key in [*first, *(second.keys() - first.keys())]
        }
    if isinstance(first, list) and isinstance(second, list):
        named = {item["name"]: item for item in second if isinstance(item, dict) and "name" in item}
        kept = [merged(item, named.pop(item["name"])) if _is_named(item, named) else item for item in first]
        return [*kept, *(item for item in second if not isinstance(item, dict) or item.get("name") in {None, *named})]
    return second if first is None else first


def _is_named(item: Any, named: Data) -> bool:
    return isinstance(item, dict) and item.get("name") in named


def manifest(kind: str, spec: Data, outside: Data) -> Data:
    """An object of a kind with a pod spec, and with fields that stand beside its template."""
    containers = spec.get("containers", [CONTAINER])
    spec = {**spec, "containers": containers}
    if kind == "Pod":
        return {"apiVersion": "v1", "kind": kind, "metadata": {"name": "web"}, **outside, "spec": spec}
    template = {"metadata": {"labels": {"app": "web"}}, "spec": spec}
    selector = {"matchLabels": {"app": "web"}}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": "web"},
        "spec": {"selector": selector, **outside, "template": template},
    }


def block(value: Any, indent: str = "") -> str:
    """Data as YAML in block style, without the break before it."""
    if isinstance(value, dict) and value:
        lines = []
        for key, item in value.items():
            deeper = indent + "  " * isinstance(item, dict)
            is_block = isinstance(item, dict | list) and item
            written = f"\n{deeper}{block(item, deeper)}" if is_block else f" {block(item)}"
            lines.append(f"{scalar_text(key)}:{written}")
        return f"\n{indent}".join(lines)
    if isinstance(value, list) and value:
        return f"\n{indent}".join(f"- {block(item, indent + '  ')}" for item in value)
    return scalar_text(value) if isinstance(value, str) else json.dumps(value)


def specs_of_examples() -> list[tuple[Data, Data]]:
    """The pod spec of each bad example that is an object of one, and what stands beside the template."""
    found: list[tuple[Data, Data]] = []
    for rule in RULES:
        for text in examples(rule, "Bad"):
            source = Source("bad.yaml", bare(text).encode())
            for document in (Document(source, piece) for piece in split(source.text)):
                data = plain(document.root) if document.root is not None and document.problem is None else None
                if not isinstance(data, dict) or not isinstance(data.get("spec"), dict):
                    continue
                if data.get("kind") == "Pod":
                    found.append((data["spec"], {}))
                elif "template" in data["spec"]:
                    found.append((data["spec"]["template"]["spec"], _outside(data["spec"])))
    return found


def _outside(spec: Data) -> Data:
    return {key: value for key, value in spec.items() if key == "hostAliases"}


ALL = [*SPECS, *specs_of_examples()]


def judged(data: Data, text: str, name: str, minor: int, *, unsafe: bool) -> Fixed:
    """Fix an object, and see what has to hold for any."""
    options = Options(Settings(KubernetesVersion(minor)), default_selection())
    source = Source(name, text.encode())
    done = fix(source, options, unsafe=unsafe)
    assert done.left_out == [], text
    assert fix(done.source, options, unsafe=unsafe).rounds == [], text
    if not unsafe:
        after = _read(done.source)
        before, left = _table(_pod_spec(data)), _table(_pod_spec(after))
        assert before is None or left == before, text
    return done


def _read(source: Source) -> Any:
    (piece,) = split(source.text)
    document = Document(source, piece)
    assert document.problem is None
    assert document.root is not None
    return plain(document.root)


def _pod_spec(data: Data) -> Data:
    spec: Data = data["spec"] if data["kind"] == "Pod" else data["spec"]["template"]["spec"]
    return spec


def _table(spec: Data) -> dict[str, list[str]] | None:
    """Each name with its addresses, in order; None where the object is refused, and there is no table."""
    table: dict[str, dict[str, None]] = {}
    for entry in spec.get("hostAliases") or []:
        if entry.keys() != {"ip", "hostnames"} or not isinstance(entry["hostnames"], list):
            return None
        for name in entry["hostnames"]:
            if not isinstance(name, str):
                return None
            table.setdefault(name, {})[_address(entry["ip"])] = None
    return {name: list(addresses) for name, addresses in table.items()}


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        return text


@pytest.mark.parametrize("kind", ["Pod", "Deployment"])
def test_all_pairs_of_mistakes_in_one_object(kind: str) -> None:
    pairs = list(combinations_with_replacement(ALL, 2))
    # Not the same ones for each kind.
    for first, second in sampled(pairs[kind == "Pod" :], 6):
        data = manifest(kind, merged(first[0], second[0]), merged(first[1], second[1]))
        judged(data, f"{block(data)}\n", "x.yaml", 37, unsafe=True)


@examples_of(300)
@given(
    st.lists(st.sampled_from(ALL), min_size=2, max_size=4),
    st.sampled_from(["Pod", "Deployment", "StatefulSet"]),
    st.sampled_from(["block", "flow", "json"]),
    st.sampled_from([29, 34, 37]),
    st.booleans(),
)
def test_several_mistakes_in_one_object(
    parts: list[tuple[Data, Data]], kind: str, style: str, minor: int, unsafe: bool
) -> None:
    spec, outside = parts[0]
    for more in parts[1:]:
        spec, outside = merged(spec, more[0]), merged(outside, more[1])
    data = manifest(kind, spec, outside)
    text = block(data) if style == "block" else json.dumps(data)
    judged(data, f"{text}\n", "x.json" if style == "json" else "x.yaml", minor, unsafe=unsafe)
