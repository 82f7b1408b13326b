"""Merging on many and on long lists: recorded answers of Go, and what must hold for every list.

`long.jsonl` holds answers of Go 1.26 and `k8s.io/apimachinery` 0.36.3: both sorts with a comparison that is no strict
order, and merges of lists that are too long for the insertion sort. `kyaml.jsonl` holds answers of kyaml 0.21.1's
`merge2` to odd lists: entries without ip, nulls, wrong types, stray directives. Both were recorded for this project.
"""

from __future__ import annotations

import contextlib
import json
from copy import deepcopy
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.merging import MergeError, kustomize_collapse, kustomize_patch
from podhosts.merging import kustomize as kustomize_module
from tests.apply_models import stored, strategic_merge, three_way_apply
from tests.apply_models.go_sort import go_sort, go_sort_stable
from tests.effort import examples
from tests.operations import is_linear
from tests.paths import DATA

ODD = [json.loads(line) for line in (DATA / "merging" / "kyaml.jsonl").read_text("utf-8").split("\n") if line]
LONG = [json.loads(line) for line in (DATA / "merging" / "long.jsonl").read_text("utf-8").split("\n") if line]

ips = st.sampled_from(["10.0.0.1", "10.0.0.2", "10.0.0.3", "::1"])
names = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=3)
entries = st.fixed_dictionaries({"ip": ips, "hostnames": names})
alias_lists = st.lists(entries, max_size=16)
patch_entries = st.fixed_dictionaries({"ip": ips}, optional={"hostnames": names, "$patch": st.just("delete")})
patch_lists = st.lists(patch_entries, max_size=6)


def aliases(value: object) -> Any:
    return value["hostAliases"] if isinstance(value, dict) else None


def by_ip(value: list[dict[str, Any]]) -> dict[str, Any]:
    return {entry["ip"]: entry for entry in value}


@pytest.mark.parametrize("case", [case for case in LONG if case["op"] == "sort"])
def test_sorts_like_go(case: dict[str, Any]) -> None:
    numbered = [(value, index) for index, value in enumerate(case["values"])]
    assert [index for _, index in go_sort(numbered, lambda a, b: a[0] <= b[0])] == case["sorted"]
    odd = go_sort_stable(numbered, lambda a, b: a[0] % 5 == 0 or b[0] % 5 == 0 or a[0] < b[0])
    assert [index for _, index in odd] == case["stable"]


@pytest.mark.parametrize("case", [case for case in LONG if case["op"] != "sort"])
def test_long_lists(case: dict[str, Any]) -> None:
    result: dict[str, object]
    try:
        if case["op"] == "merge":
            result = {"out": strategic_merge(case["base"], case["patch"])}
        else:
            applied = three_way_apply(case["original"], case["current"], case["modified"])
            result = {"patch": applied.patch, "out": applied.live}
    except MergeError as error:
        result = {"error": str(error)}
    wanted = {"error": case["error"]} if "error" in case else {key: case[key] for key in result}
    assert result == wanted


@pytest.mark.parametrize("case", ODD)
def test_odd_lists_in_kustomize(case: dict[str, Any]) -> None:
    result: dict[str, object]
    try:
        result = {"out": kustomize_patch(case["base"], case["patch"])}
    except MergeError as error:
        result = {"error": str(error).partition(":")[0]}
    # The message says which node is wrong; here only which kinds it names.
    assert result == {key: case[key] for key in ("out", "error") if key in case}


@given(alias_lists, patch_lists)
def test_arguments_stay(base: list[Any], patch: list[Any]) -> None:
    live, change = {"hostAliases": base}, {"hostAliases": patch}
    before = deepcopy((live, change))
    strategic_merge(live, change)
    kustomize_patch(live, change)
    kustomize_collapse(base)
    with contextlib.suppress(MergeError):
        three_way_apply(live, change, live)
    assert (live, change) == before


@given(alias_lists, alias_lists)
def test_without_duplicates_apply_reaches_the_manifest(old: list[Any], new: list[Any]) -> None:
    was, wanted = list(by_ip(old).values()), list(by_ip(new).values())
    applied = three_way_apply({"hostAliases": was}, {"hostAliases": was}, {"hostAliases": wanted})
    assert aliases(applied.live) == wanted
    assert (
        not three_way_apply({"hostAliases": wanted}, stored(applied.live), {"hostAliases": wanted}).changed or not new
    )


@given(alias_lists)
def test_unchanged_is_left_alone(same: list[Any]) -> None:
    live = {"hostAliases": same}
    applied = three_way_apply(live, live, live)
    assert not applied.changed
    assert applied.live == live


@given(alias_lists)
def test_collapse(base: list[dict[str, Any]]) -> None:
    """The place of the first, the content of the last."""
    left: Any = kustomize_collapse(base)
    assert [entry["ip"] for entry in left] == list(dict.fromkeys(entry["ip"] for entry in base))
    assert by_ip(left) == by_ip(base)


@given(alias_lists, patch_lists)
def test_both_walks_of_kustomize_agree(base: list[Any], patch: list[Any]) -> None:
    fast = kustomize_patch({"hostAliases": base}, {"hostAliases": patch})
    with mock.patch.object(kustomize_module, "_merge_regular", kustomize_module._merge_irregular):
        assert kustomize_patch({"hostAliases": base}, {"hostAliases": patch}) == fast


@examples(50)
@given(alias_lists.filter(bool), st.data())
def test_the_first_pays_for_edits_of_the_others(base: list[dict[str, Any]], data: st.DataObject) -> None:
    """What `duplicate-ip` says: an edit of a later entry overwrites the first one, whatever else the list holds."""
    index = data.draw(st.integers(0, len(base) - 1))
    ip = base[index]["ip"]
    same = [entry for entry in base if entry["ip"] == ip]
    edited = [*base[:index], {"ip": ip, "hostnames": ["new"]}, *base[index + 1 :]]
    live = aliases(three_way_apply({"hostAliases": base}, {"hostAliases": base}, {"hostAliases": edited}).live)
    assert [entry["hostnames"] for entry in live if entry["ip"] == ip] == [
        ["new"],
        *(entry["hostnames"] for entry in same[1:]),
    ]


def test_long_lists_take_linear_time() -> None:
    def collapse(count: int) -> None:
        kustomize_collapse([{"ip": f"10.0.{n % 250}.1", "hostnames": [f"n{n}"]} for n in range(count)])

    assert is_linear(collapse, 1000)
