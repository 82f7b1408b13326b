"""A baseline as text: JSON with one entry a line, sorted, so that changes to it are small."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from podhosts import __version__
from podhosts.baseline.matching import BaselineEntry, combined
from podhosts.patterns import regex

if TYPE_CHECKING:
    from collections.abc import Iterable

    from podhosts.document.places import Path

VERSION = 1
_KEYS = tuple(field.name for field in fields(BaselineEntry))
_FINGERPRINT = regex(r"[0-9a-f]{32}")


class BaselineError(Exception):
    """A baseline that cannot be used; the text says where and why, without the path."""


def written(entries: Iterable[BaselineEntry]) -> bytes:
    """The text of a baseline."""
    rows = ",\n".join(f"    {json.dumps(asdict(entry))}" for entry in combined(entries))
    body = f"[\n{rows}\n  ]" if rows else "[]"
    return f'{{\n  "version": {VERSION},\n  "findings": {body}\n}}\n'.encode()


def read(data: bytes) -> list[BaselineEntry]:
    """The entries of a baseline. Raises BaselineError."""
    try:
        values = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BaselineError(f"byte {error.start} is no UTF-8") from None
    except json.JSONDecodeError as error:
        raise BaselineError(f"{error.lineno}:{error.colno}: this is no JSON: {error.msg}") from None
    except (RecursionError, ValueError) as error:
        raise BaselineError(f"this is no baseline: {error}") from None
    if mistake := _mistake(values):
        raise BaselineError(f"{_place(data, mistake[0])}: {mistake[1]}")
    return [BaselineEntry(**entry) for entry in values["findings"]]


def _mistake(values: Any) -> tuple[Path, str] | None:
    """The mistake in a baseline, and the keys and indices that lead there."""
    if not isinstance(values, dict) or "version" not in values:
        return (), "this is no baseline: it has no `version`"
    if values["version"] != VERSION or isinstance(values["version"], bool):
        return ("version",), (
            f"this is a baseline of version {values['version']}, and podhosts {__version__} reads version {VERSION}; "
            "write it anew with --write-baseline"
        )
    if not isinstance(values.get("findings"), list):
        return ("findings",), "`findings` must be a list"
    for index, entry in enumerate(values["findings"]):
        if not isinstance(entry, dict) or set(entry) != set(_KEYS):
            return ("findings", index), f"an entry has the keys {', '.join(_KEYS)}"
        for key in ("path", "rule"):
            if not isinstance(entry[key], str):
                return ("findings", index, key), f"`{key}` must be a string"
        if not isinstance(entry["fingerprint"], str) or not _FINGERPRINT.fullmatch(entry["fingerprint"]):
            return ("findings", index, "fingerprint"), "`fingerprint` must be 32 hexadecimal digits"
        if not isinstance(entry["count"], int) or isinstance(entry["count"], bool) or entry["count"] < 1:
            return ("findings", index, "count"), "`count` must be a number from 1 on"
    return None


def _place(data: bytes, path: Path) -> str:
    """The line and column of a value, or of the nearest thing around it. Only a mistake pays for this reader."""
    from podhosts.document import Document, split
    from podhosts.document.places import places
    from podhosts.source import Source

    source = Source("", data)
    root = next((Document(source, piece).root for piece in split(source.text)), None)
    starts = {at: start for at, start, _ in places(root)} if root is not None else {}
    while path and path not in starts:
        path = path[:-1]
    at = source.position(starts.get(path, 0))
    return f"{at.line}:{at.column}"
