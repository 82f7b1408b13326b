"""Editor, hook and CLI agree on a file of a repository, whatever folder of it the editor has opened."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.editor import codes_of, editor
from tests.repositories import scratch_repository
from tests.running import podhosts
from tests.test_coredns_files import COREFILE, GENERATOR
from tests.test_generated_scripts import POD, SCRIPT
from tests.test_named_files import CHART, OVERLAY, PATCH

if TYPE_CHECKING:
    from pathlib import Path

    from lsprotocol import types

pytestmark = pytest.mark.asyncio
VALUES = CHART["chart/values.yaml"]


def in_editor(found: list[types.Diagnostic]) -> list[tuple[str, int]]:
    return sorted((str(item.code), item.range.start.line + 1) for item in found)


def in_file(folder: Path, name: str, *arguments: str, stdin: bytes = b"") -> list[tuple[str, int]]:
    """What a run finds in a file: rule and line."""
    done = podhosts("check", "--format", "json", *arguments, cwd=folder, stdin=stdin)
    findings = json.loads(done.stdout)["findings"]
    return sorted((item["rule"], item["start"]["line"]) for item in findings if item["path"] == name)


@pytest.mark.parametrize("opened", ["", "overlays", None], ids=["repository", "a folder in it", "only the file"])
async def test_they_agree_when_a_change_is_saved(opened: str | None, tmp_path: Path) -> None:
    folder = scratch_repository(tmp_path / "repository", {**OVERLAY, **CHART})
    name = "overlays/prod/db.yaml"
    path = folder / name
    mended = PATCH.replace(b"10.0.0.2", b"10.0.0.1")
    bad = PATCH.replace(b"10.0.0.2", b"10.0.0.256")
    async with editor(*([] if opened is None else [folder / opened])) as client:
        assert in_editor(await client.open(path, PATCH.decode())) == [("patch-drops-alias", 9)]
        for text in (mended, bad, PATCH):
            await client.change(path, text.decode())
            piped = in_file(folder, name, "-", "--stdin-filename", name, stdin=text)
            path.write_bytes(text)
            client.save(path)
            # Overlays are built of what is stored.
            saved = in_editor(await client.until_codes(path, *(rule for rule, _ in piped)))
            assert saved == piped == in_file(folder, name, ".") == in_file(folder, name, name)
        assert saved == [("patch-drops-alias", 9)]


async def test_values_of_a_chart_outside_of_the_opened_folder(tmp_path: Path) -> None:
    folder = scratch_repository(tmp_path / "repository", {**OVERLAY, **CHART})
    async with editor(folder / "overlays") as client:
        path = folder / "chart/values.yaml"
        assert codes_of(await client.open(path, VALUES.decode())) == ["invalid-ip"]
        assert codes_of(await client.change(path, VALUES.replace(b"256", b"25").decode())) == []


async def test_what_a_kustomization_takes_in_is_told_at_its_entries(tmp_path: Path) -> None:
    """Reports tell it in the files themselves, which no editor gives to the server."""
    kustomization = f"resources: [pod.yaml]\n{GENERATOR}  - Corefile\n- name: scripts\n  files: [setup.sh]\n".encode()
    files = {"kustomization.yaml": kustomization, "Corefile": COREFILE.encode(), "setup.sh": SCRIPT.encode()}
    mounted = POD.replace("[sh, /scripts/setup]", "[sh, /scripts/setup.sh]").encode()
    folder = scratch_repository(tmp_path / "repository", {**files, "pod.yaml": mounted})
    async with editor(folder) as client:
        found = await client.open(folder / "kustomization.yaml", kustomization.decode())
    told = {item.range.start.line + 1: str(item.message).split(":")[0] for item in found}
    assert told == {5: "a Corefile taken in here", 7: "a file taken in here"}
