"""`podhosts explain`, `podhosts rules`, the rules page made from the same docstrings, and shell completion."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from podhosts.rules import RULES
from tests.paths import ROOT
from tests.running import environment, podhosts

if TYPE_CHECKING:
    from pathlib import Path


def test_every_rule_is_explained() -> None:
    page = (ROOT / "docs" / "rules.md").read_text("utf-8")
    for rule in RULES:
        assert f"\n## {rule.name}\n" in page


def test_rules_page_is_made_from_the_docstrings() -> None:
    made = podhosts("rules", "--format", "markdown").stdout.decode()
    if os.environ.get("PODHOSTS_WRITE_GOLDEN"):
        (ROOT / "docs" / "rules.md").write_text(made, "utf-8")
    assert (ROOT / "docs" / "rules.md").read_text("utf-8") == made


def test_explain() -> None:
    text = podhosts("explain", "duplicate-ip").stdout.decode()
    for part in ("# duplicate-ip", "Why: ", "duplicate entries for key", "Bad:", "Good:", "Fix safety:"):
        assert part in text
    wrong = podhosts("explain", "duplicate-ipp")
    assert (wrong.returncode, b"did you mean `duplicate-ip`?" in wrong.stderr) == (2, True)


def test_scanners_that_condemn_host_aliases() -> None:
    text = podhosts("explain", "scanners").stdout.decode()
    for scanner in ("Trivy", "KSV-0007", "kubesec", "K8S_15", "P1004", "CoreDNS"):
        assert scanner in text


def test_rules_as_json() -> None:
    table = json.loads(podhosts("rules", "--format", "json").stdout)
    assert [row["name"] for row in table] == [rule.name for rule in RULES]
    assert all(row["summary"].endswith(".") for row in table)
    assert podhosts("rules", "--format", "xml").returncode == 2


#: A shell, what makes it load the completion, and how one asks it for candidates.
_SHELLS = {
    "bash": 'eval "$(podhosts --show-completion bash)"; COMP_WORDS=({words}); COMP_CWORD={last}; '
    '_podhosts_completion podhosts; printf "%s\\n" "${{COMPREPLY[@]}}"',
    "zsh": "podhosts --show-completion zsh > /dev/null && "
    'env _TYPER_COMPLETE_ARGS="{line}" _PODHOSTS_COMPLETE=complete_zsh podhosts',
    "fish": "podhosts --show-completion fish | source; complete -C '{line}'",
}


@pytest.mark.parametrize("shell", _SHELLS)
@pytest.mark.parametrize(
    ("words", "candidates"),
    [
        (["podhosts", "exp"], ["explain"]),
        (["podhosts", "explain", "duplicate-i"], ["duplicate-ip"]),
        (["podhosts", "check", "--format", "co"], ["concise"]),
        (["podhosts", "check", "--select", "invalid-ip,missing"], ["invalid-ip,missing-ip"]),
        (["podhosts", "check", "--fail-on", "n"], ["never"]),
    ],
)
def test_completion_in_a_real_shell(shell: str, words: list[str], candidates: list[str], tmp_path: Path) -> None:
    program = shutil.which(shell)
    if program is None:
        if os.environ.get("PODHOSTS_REQUIRE_TOOLS") == "1":
            pytest.fail(f"{shell} is not installed")
        pytest.skip(f"{shell} is not installed")
    scripts = os.path.dirname(sys.executable)
    script = _SHELLS[shell].format(words=" ".join(words), line=" ".join(words), last=len(words) - 1)
    env = environment(PATH=f"{scripts}:{os.environ['PATH']}", HOME=str(tmp_path), SHELL=program)
    done = subprocess.run([program, "-c", script], capture_output=True, env=env, timeout=60, check=False)
    for candidate in candidates:
        assert candidate in done.stdout.decode(), done.stderr.decode()
