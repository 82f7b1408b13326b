"""Each measured delivery is equal to what podhosts makes of it, or said to be unread; none is different."""

from __future__ import annotations

from collections import Counter

from tests.delivery_vectors import cases, compared

#: Groups in which at least so many cases are equal, of how many there are.
EQUAL = {
    "flux-helm-values": (16, 16),
    "helm-set": (42, 42),
    "helm-merge": (11, 12),
    "helm-coalesce": (17, 17),
    "k3s-values": (9, 9),
    "argo-helm": (32, 35),
    "argo-type": (6, 6),
    "kustomize-helm": (17, 20),
    "argo-appset": (25, 26),
    "helmfile-values": (9, 12),
    "helmfile-set": (4, 5),
    "helmfile-environment": (5, 11),
    "helmfile-layer": (6, 10),
    "helmfile-function": (6, 10),
    "flux-generate": (8, 11),
    "flux-spec": (11, 14),
    "flux-substitute": (36, 45),
    "flux-substitute-from": (4, 6),
    "argo-kustomize": (13, 13),
}


def test_none_is_different() -> None:
    found = {case["id"]: compared(case) for case in cases()}
    different = {name: verdict.detail for name, verdict in found.items() if verdict.word == "different"}
    assert different == {}


def test_as_many_are_equal_as_before() -> None:
    words = Counter((case["group"], compared(case).word) for case in cases())
    for (group, word), count in sorted(words.items()):
        print(f"{group}: {count} {word}")
    sizes = Counter(case["group"] for case in cases())
    assert {group: (words[group, "equal"], sizes[group]) for group in EQUAL} == EQUAL
