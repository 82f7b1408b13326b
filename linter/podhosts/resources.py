"""Files that ship with the package: the JSON Schemas."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).resolve().parent


@cache
def schema(name: str) -> dict[str, Any]:
    """A schema of `schemas/` by its name without ending, e.g. `report`."""
    loaded: dict[str, Any] = json.loads(schema_text(name))
    return loaded


def schema_text(name: str) -> str:
    """The text of a schema. In a wheel the folder lies in the package, in a checkout at its root."""
    packaged = _PACKAGE / "schemas"
    folder = packaged if packaged.is_dir() else _PACKAGE.parent.parent / "schemas"
    return (folder / f"{name}.schema.json").read_text("utf-8")
