"""Real charts of the shared folders: the pods that the real Helm printed (`real.jsonl` of its vectors), and ours."""

from __future__ import annotations

import json
import os
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from podhosts.document import plain
from podhosts.document.reading import UnreadableError, read
from podhosts.helm.builtins import functions
from podhosts.helm.evaluate import NotEvaluated, NotKnown, ParsedTemplates, Refused, RenderedFile, evaluate
from podhosts.helm.loading import LoadError, LoadOptions, ValuesText, load
from podhosts.helm.loading.load import DEFAULT_KUBERNETES
from podhosts.helm.model import TooLarge, Unsupported
from podhosts.helm.objects import go_text
from tests.paths import SHARED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.helm.evaluate import Outcome

ROWS = SHARED / "vectors" / "helm" / "real.jsonl"
#: What a pod's row says beside where it stands.
_FIELDS = ("hostAliases", "hostname", "subdomain", "hostNetwork")
_DEFINITION = "CustomResourceDefinition"


class RealVerdict(NamedTuple):
    """How our answer compares with Helm's (equal, unknown, different), and why."""

    word: str
    reason: str = ""


def rows() -> list[dict[str, Any]]:
    """What Helm answered: a chart, its values files and flags, and the pods or the error, one by one."""
    return [json.loads(line) for line in ROWS.read_text("utf-8").splitlines()]


@cache
def _files(path: str) -> dict[str, bytes]:
    """The files of a chart, by their paths in it."""
    folder = SHARED / path
    found: dict[str, bytes] = {}
    for parent, _, names in os.walk(folder, followlinks=True):
        for name in names:
            full = os.path.join(parent, name)
            with open(full, "rb") as file:
                found[os.path.relpath(full, folder).replace(os.sep, "/")] = file.read()
    return found


@cache
def _parsed(helm_version: int) -> ParsedTemplates:
    return ParsedTemplates(functions(helm_version), helm_version)


def _flags(row: dict[str, Any]) -> tuple[tuple[Any, str], ...]:
    flags = row.get("flags", [])
    return tuple(zip(flags[::2], flags[1::2], strict=True))


def evaluated(row: dict[str, Any], helm_version: int) -> dict[str, Outcome]:
    """What each file of a row's chart prints; raises what loading raises."""
    files = _files(row["path"])
    values = tuple(ValuesText(name, go_text(files[name])) for name in row["values_files"])
    options = LoadOptions(helm_version=helm_version, values=values, flags=_flags(row))
    return evaluate(load(files, options).templates, _parsed(helm_version), DEFAULT_KUBERNETES)


def _documents(text: str) -> Iterator[Any]:
    """The documents of what a file prints, as Helm splits them."""
    lines: list[str] = []
    for line in [*text.split("\n"), "---"]:
        if not line.startswith("---"):
            lines.append(line)
            continue
        document = "\n".join(lines) + "\n"
        lines = []
        root = read(document, 0, len(document))
        if root is not None:
            yield plain(root)


def _pods(value: Any, at: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The pods in a document, with their paths."""
    if isinstance(value, dict):
        containers = value.get("containers")
        if (
            isinstance(containers, list) and any(isinstance(one, dict) for one in containers)
        ) or "hostAliases" in value:
            yield at, value
        for name, item in value.items():
            yield from _pods(item, f"{at}.{name}" if at else str(name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _pods(item, f"{at}[{index}]")


def _printed(outcomes: dict[str, Outcome]) -> list[dict[str, Any]]:
    found = []
    for source, outcome in outcomes.items():
        if not isinstance(outcome, RenderedFile):
            continue
        for document in _documents(outcome.text.text):
            kind = document.get("kind") if isinstance(document, dict) else None
            if kind == _DEFINITION:
                continue
            metadata = document.get("metadata") if isinstance(document, dict) else None
            name = metadata.get("name") if isinstance(metadata, dict) else None
            for at, pod in _pods(document, ""):
                own = {field: pod.get(field) for field in _FIELDS}
                found.append({"source": source, "kind": kind, "name": name, "at": at, **own})
    return found


def compare(row: dict[str, Any], helm_version: int) -> RealVerdict:
    """Our answer to a row beside that of Helm."""
    try:
        outcomes = evaluated(row, helm_version)
    except LoadError as error:
        return _compared(error.message, row, helm_version)
    except (Unsupported, TooLarge) as error:
        return RealVerdict("unknown", f"loading: {error}")
    for outcome in outcomes.values():
        if isinstance(outcome, Refused):
            return _compared(outcome.message, row, helm_version)
        if isinstance(outcome, (NotKnown, NotEvaluated)):
            return RealVerdict("unknown", str(outcome.reason))
    if not row["ok"]:
        return (
            RealVerdict("equal") if row["stage"] == "after" else RealVerdict("different", f"no error: {row['error']}")
        )
    try:
        mine = _printed(outcomes)
    except UnreadableError as error:
        return RealVerdict("different", f"printed what is not YAML: {error}")
    theirs = row["pods"]
    for pod in theirs:
        if pod["name"] is None:
            for own in mine:
                if (own["source"], own["at"]) == (pod["source"], pod["at"]):
                    own["name"] = None
    order = [sorted(json.dumps(pod, sort_keys=True) for pod in pods) for pods in (mine, theirs)]
    if order[0] == order[1]:
        return RealVerdict("equal")
    return RealVerdict("different", f"pods: {_difference(order[0], order[1])}")


def _difference(mine: list[str], theirs: list[str]) -> str:
    return (
        f"only here {[one for one in mine if one not in theirs]}, missing {[one for one in theirs if one not in mine]}"
    )


def _compared(message: str, row: dict[str, Any], helm_version: int) -> RealVerdict:
    if row["ok"]:
        return RealVerdict("different", f"an error: {message}")
    # The rows have the words of Helm 3.
    if message == row["error"] or helm_version > 3:
        return RealVerdict("equal")
    return RealVerdict("different", f"error {message!r} instead of {row['error']!r}")
