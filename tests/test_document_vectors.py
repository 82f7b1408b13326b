"""The reader against what kubectl measurably reads (`tests/data/yaml`)."""

from __future__ import annotations

import base64
import json
import math
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from podhosts.document import Document, plain, split
from podhosts.document.libyaml import libyaml
from podhosts.source import Source
from tests.paths import DATA

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.figures import Figures

STREAMS = [json.loads(line) for line in (DATA / "yaml" / "streams.jsonl").read_text("utf-8").split("\n") if line]
SCALARS = json.loads((DATA / "yaml" / "scalars.json").read_text("utf-8"))

#: Streams whose answer differs from kubectl's, each with the reason.
EXCEPTIONS = {
    "yaml-dev-0086": "CR CR LF: kubectl strips one CR before it reads YAML, libyaml sees two line breaks",
    "yaml-dev-0451": "9,999 flow levels: libyaml would take many seconds, so it is said to be too deep to check",
}


EXCEPTIONS_OF_PYYAML = {
    "yaml-dev-0280": "`!foo,bar`: its libyaml is newer, and ends a tag at a comma",
    "yaml-dev-0446": "9,999 flow levels: its libyaml stops at 1,000, so it is said to be too deep to check",
}


@pytest.fixture(params=["ruamel", "PyYAML"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The C parser that reads: ruamel's, or PyYAML's where ruamel's cannot be imported."""
    name = str(request.param)
    if name == "PyYAML":
        monkeypatch.setitem(sys.modules, "_ruamel_yaml", None)
    assert libyaml().events.__name__.startswith("ruamel" if name == "ruamel" else "yaml")
    return name


def data_of(case: dict[str, Any]) -> bytes:
    if "input" in case:
        return str(case["input"]).encode()
    if "input_b64" in case:
        return base64.b64decode(case["input_b64"])
    return "".join(text * count for text, count in case["recipe"]).encode()


def read(data: bytes) -> tuple[list[object], str | None]:
    """The documents that kubectl would hand on, and the message at which it would stop."""
    source = Source("x", data)
    values: list[object] = []
    for piece in split(source.text):
        document = Document(source, piece)
        if document.problem:
            return values, document.problem.message
        if document.root is not None and (value := plain(document.root)) is not None:
            values.append(value)
    return values, None


def number(digits: str) -> int | float:
    value = int(digits)
    return value if -(2**63) <= value < 2**64 else float(digits)


def loads(text: str) -> object:
    # A lone surrogate becomes U+FFFD as soon as kubectl decodes the document it kept as text.
    return json.loads(text.replace("\\ud800", "\ufffd"), parse_int=number)


def same(left: object, right: object) -> bool:
    """Equality that tells true from 1 but takes 1.0 for 1, as JSON numbers."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, int | float) and isinstance(right, int | float):
        return math.isclose(left, right, rel_tol=1e-15)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return left == right


def agrees(case: dict[str, Any]) -> bool:
    documents, error = read(data_of(case))
    answers = [case["kubectl_file"]]
    if "unstable" in case:
        answers += [json.loads(answer) for answer in case["unstable"]]
    for answer in answers:
        if bool(answer.get("error")) != bool(error) or len(answer["docs"]) != len(documents):
            continue
        # Texts over 20 kB are recorded by their length and beginning only.
        if all(
            isinstance(text, dict) or same(loads(text), value)
            for text, value in zip(answer["docs"], documents, strict=True)
        ):
            return True
    return False


def with_deep_stack(function: Callable[[], None]) -> None:
    """Run where Python may recurse as deep as the deepest case nests (only the test's comparison recurses)."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            function()
        except BaseException as error:
            errors.append(error)

    limit, size = sys.getrecursionlimit(), threading.stack_size(256 * 1024 * 1024)
    sys.setrecursionlimit(60_000)
    try:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    finally:
        sys.setrecursionlimit(limit)
        threading.stack_size(size)
    if errors:
        raise errors[0]


def test_streams(parser: str, shown_figures: Figures) -> None:
    failed: list[str] = []
    with_deep_stack(lambda: failed.extend(case["id"] for case in STREAMS if not agrees(case)))
    with shown_figures():
        print(f"kubectl's reading of {len(STREAMS)} streams ({parser}): {len(STREAMS) - len(failed)} agree")
    assert failed == sorted(EXCEPTIONS if parser == "ruamel" else {**EXCEPTIONS, **EXCEPTIONS_OF_PYYAML})


@pytest.mark.parametrize(
    ("position", "template"),
    [("block_value", "v: {}\n"), ("block_item", "- {}\n"), ("flow_item", "[{}]\n"), ("block_key", "{}: 1\n")],
)
def test_scalars(position: str, template: str, parser: str, shown_figures: Figures) -> None:
    failed = []
    for row in SCALARS:
        documents, error = read(template.format(row["plain"]).encode())
        expected = row[position]
        if isinstance(expected, dict):
            agree = error is not None
        elif error is not None:
            agree = False
        else:
            value = None if expected is None else loads(expected)
            agree = same([] if value is None else [value], documents)
        if not agree:
            failed.append((row["plain"], expected, documents, error))
    with shown_figures():
        print(f"{len(SCALARS)} scalars as {position} ({parser}): {len(SCALARS) - len(failed)} agree")
    assert failed == []
