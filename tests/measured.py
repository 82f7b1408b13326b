"""All manifests that were written, measured or found: the inputs of tests that compare two ways to the same answer."""

from __future__ import annotations

import json
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from tests.paths import CASES as RULE_CASES
from tests.paths import DATA, EXAMPLES, SHARED
from tests.test_apiserver_vectors import CASES, manifest_of
from tests.test_document_vectors import STREAMS, data_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MANIFESTS = {".yaml", ".yml", ".json"}


@cache
def manifests() -> list[bytes]:
    """Examples, cases, the vectors' manifests and, where it is there, the corpus; each once."""
    found = [path.read_bytes() for folder in (EXAMPLES, RULE_CASES) for path in _files(folder)]
    found += _vectors()
    if SHARED.is_dir():
        found += (path.read_bytes() for path in _files(SHARED / "corpus") if path.suffix in _MANIFESTS)
    return list(dict.fromkeys(found))


@cache
def custom_resources() -> list[bytes]:
    """The vectors about custom resources: the same few cases, a stream of them for each place of a pod in a kind."""
    places = groupby(_lines("crds/cases.jsonl"), key=lambda case: case["id"].rpartition("/")[0])
    return ["---\n".join(case["manifest"] for case in cases).encode() for _, cases in places]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _vectors() -> Iterator[bytes]:
    yield from map(data_of, STREAMS)
    yield from map(manifest_of, CASES)
    for case in _lines("merging/kustomize.jsonl"):
        yield from (text.encode() for text in case["files"].values())


def _lines(name: str) -> Iterator[dict[str, Any]]:
    lines = (DATA / name).read_text("utf-8").split("\n")
    return (json.loads(line) for line in lines if line)
