"""The language server in a real Neovim: diagnostics, an unsaved change, all safe fixes, a hover."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.manifests import BAD_POD
from tests.paths import DATA
from tests.programs import program
from tests.running import PATIENCE, environment

if TYPE_CHECKING:
    from pathlib import Path

TEXT = BAD_POD.decode().replace("[db.internal]", "[é.b, db.internal, db.internal]").replace("é", "日")
SCRIPT = DATA / "lsp" / "session.lua"


def test_session(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(TEXT, "utf-8")
    server = json.dumps([sys.executable, "-m", "podhosts", "lsp"])
    done = subprocess.run(
        [program("nvim"), "--headless", "--clean", "-n", "-c", f"luafile {SCRIPT}"],
        cwd=tmp_path,
        env=environment(PODHOSTS_SERVER=server, HOME=str(tmp_path)),
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    answers = json.loads((tmp_path / "answers.json").read_text("utf-8"))
    assert "failed" not in answers, (answers, done.stderr)
    line = TEXT.split("\n")[6]
    opened = {code: rest for *rest, code, _ in answers["opened"]}
    assert opened["invalid-ip"] == [5, 8, 18, 1]
    # Neovim counts bytes.
    repeated = len(line[: line.rindex("db.internal")].encode())
    assert opened["duplicate-hostname"] == [6, repeated, repeated + len("db.internal"), 2]
    assert {source for *_, source in answers["opened"]} == {"podhosts"}
    assert "duplicate-hostname" in answers["changed"]
    assert answers["applied"] == "source.fixAll.podhosts"
    assert answers["text"][6] == line.replace("[日.b, db.internal, db.internal]", "[日.b, db.internal]")
    assert "10.0.0.25    日.b    db.internal" in answers["hover"]
