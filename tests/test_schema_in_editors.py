"""`schemas/config.schema.json` in the real yaml-language-server: errors, completion and hover in `.podhosts.yaml`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from lsprotocol import types

from tests.editor import Editor, editor
from tests.paths import ROOT
from tests.programs import program

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = pytest.mark.asyncio(loop_scope="module")
SCHEMA = ROOT / "schemas" / "config.schema.json"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def yaml_editor() -> AsyncIterator[Editor]:
    """An editor with yaml-language-server, set up as `docs/editors.md` says."""
    settings: dict[str, object] = {
        "yaml": {
            "schemas": {SCHEMA.as_uri(): ["**/.podhosts.yaml"]},
            "schemaStore": {"enable": False},
            "validate": True,
            "completion": True,
            "hover": True,
        }
    }
    server = program("yaml-language-server")
    async with editor(command=(server, "--stdio"), configuration=settings) as client:
        yield client


async def test_errors(yaml_editor: Editor, tmp_path: Path) -> None:
    text = "ignore: [invalid-ip]\nignored: []\nseverity: {duplicate-ip: warn}\nselect: [no-rule]\n"
    uri = yaml_editor.start_open(tmp_path / ".podhosts.yaml", text)
    found = await yaml_editor.until(uri, lambda published: len(published.diagnostics) >= 3)
    assert sorted(item.range.start.line for item in found) == [1, 2, 3]
    (unknown,) = [item for item in found if item.range.start.line == 1]
    assert "ignored" in str(unknown.message)


async def test_completion_and_hover(yaml_editor: Editor, tmp_path: Path) -> None:
    path = tmp_path / ".podhosts.yaml"
    yaml_editor.start_open(path, "fail-on: error\nselect: [invalid-ip]\nsev")
    properties = json.loads(SCHEMA.read_text("utf-8"))["properties"]
    found = await yaml_editor.completion(path, types.Position(2, 3))
    assert {item.label for item in found} == set(properties) - {"fail-on", "select"}
    hover = await yaml_editor.hover(path, types.Position(0, 2))
    assert hover is not None
    assert properties["fail-on"]["description"] in str(hover.contents)
    other = tmp_path / "b" / ".podhosts.yaml"
    yaml_editor.start_open(other, "select:\n  - \n")
    rules = await yaml_editor.completion(other, types.Position(1, 4))
    assert {"duplicate-ip", "invalid-ip"} <= {item.label for item in rules}


async def test_every_key_is_explained() -> None:
    def undescribed(schema: dict[str, object], path: str = "") -> list[str]:
        properties = schema.get("properties")
        found = []
        for key, value in properties.items() if isinstance(properties, dict) else ():
            if not value.get("description"):
                found.append(f"{path}{key}")
            found += undescribed(value.get("items", value), f"{path}{key}.")
        return found

    assert undescribed(json.loads(SCHEMA.read_text("utf-8"))) == []
