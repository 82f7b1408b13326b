"""The action and the CI snippets: valid for their systems, and their shell run for real."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from tests.manifests import BAD_POD, GOOD_POD, WARNING_POD
from tests.paths import ROOT
from tests.programs import program
from tests.running import PATIENCE, environment, podhosts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    RunShell = Callable[..., tuple[int, str]]

PAGE = (ROOT / "docs" / "ci.md").read_text("utf-8")
GITLAB_JOB = podhosts("matcher", "gitlab").stdout.decode()
PACKAGE = "'podhosts @ git+https://git.example.com/podhosts@v0.1.0'"
#: The headings of the page, and the schema that check-jsonschema has for the snippets below them.
SCHEMAS = {
    "GitHub Actions": "vendor.github-workflows",
    "GitLab CI": "vendor.gitlab-ci",
    "Azure DevOps": "vendor.azure-pipelines",
}


def snippets(heading: str) -> list[str]:
    [section] = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    return re.findall(r"^```(?:yaml|groovy)\n(.*?)^```", section, re.DOTALL | re.MULTILINE)


def loaded(text: str) -> Any:
    return YAML(typ="safe").load(text)


def validate(schema: str, path: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)]
    done = subprocess.run(command, capture_output=True, env=environment(), timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout.decode()


@pytest.mark.parametrize(("heading", "schema"), SCHEMAS.items())
def test_snippets_keep_to_the_schema_of_their_system(heading: str, schema: str, tmp_path: Path) -> None:
    for number, text in enumerate(snippets(heading)):
        (tmp_path / f"{number}.yml").write_text(text)
        validate(schema, tmp_path / f"{number}.yml")


def test_action_keeps_to_its_schema_and_to_the_page() -> None:
    validate("vendor.github-actions", ROOT / "action.yml")
    [used] = [step["with"] for step in loaded(snippets("GitHub Actions")[0])["jobs"]["podhosts"]["steps"][1:2]]
    inputs = loaded((ROOT / "action.yml").read_text("utf-8"))["inputs"]
    assert set(used) <= set(inputs)
    assert all(f"`{name}`" in PAGE for name in set(inputs) - set(used))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This checkout as a wheel: what the published package would be."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder), str(ROOT)]
    subprocess.run(command, capture_output=True, check=True, timeout=PATIENCE)
    [built] = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def temporary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for temporary files of a CI system. All share the Python environment that some make in it: what one
    has installed, the next need not install again."""
    folder = tmp_path_factory.mktemp("temporary files")
    venv.create(folder / "podhosts", with_pip=True, symlinks=True)
    return folder


@pytest.fixture(scope="module")
def run_shell(wheel: Path, temporary: Path) -> RunShell:
    """Runs a script as a CI system does, with the wheel in the place of the published package."""

    def run(script: str, folder: Path, *shell: str, **variables: str) -> tuple[int, str]:
        assert PACKAGE in script
        path = f"{temporary / 'podhosts' / 'bin'}:{os.environ['PATH']}"
        env = environment(PATH=path, PIP_QUIET="1", **variables)
        command = [*shell, script.replace(PACKAGE, f"'{wheel}'")]
        done = subprocess.run(command, cwd=folder, capture_output=True, env=env, timeout=PATIENCE, check=False)
        return done.returncode, done.stdout.decode() + done.stderr.decode()

    return run


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose manifests have an error."""
    folder = tmp_path / "repository"
    (folder / "k8s").mkdir(parents=True)
    (folder / "k8s" / "pod.yaml").write_bytes(BAD_POD)
    return folder


def test_job_of_the_matcher_keeps_to_the_schema_of_gitlab(tmp_path: Path) -> None:
    (tmp_path / "gitlab.yml").write_text(GITLAB_JOB)
    validate("vendor.gitlab-ci", tmp_path / "gitlab.yml")


@pytest.mark.parametrize("text", [*snippets("GitLab CI"), GITLAB_JOB], ids=["page", "matcher"])
def test_gitlab(text: str, repository: Path, run_shell: RunShell) -> None:
    job = loaded(text)["podhosts"]
    for content, code in ((BAD_POD, 1), (GOOD_POD, 0)):
        (repository / "k8s" / "pod.yaml").write_bytes(content)
        ended, out = run_shell("\n".join(job["script"]), repository, program("bash"), "-eo", "pipefail", "-c")
        assert ended == code, out
        reports = job["artifacts"]["reports"]
        issues = json.loads((repository / reports["codequality"]).read_bytes())
        # What GitLab needs of each: docs.gitlab.com/ci/testing/code_quality, "Code Quality report format".
        assert [(issue["check_name"], issue["severity"], issue["location"]) for issue in issues] == [
            ("invalid-ip", "critical", {"path": "k8s/pod.yaml", "lines": {"begin": 6, "end": 6}})
        ] * code
        assert all(issue["description"] and issue["fingerprint"] for issue in issues)
        for report in reports.values():
            assert (repository / report).stat().st_size
            (repository / report).unlink()


def test_azure(repository: Path, run_shell: RunShell) -> None:
    [text] = snippets("Azure DevOps")
    steps = loaded(text)["steps"]
    [script] = [step["script"] for step in steps if "script" in step]
    ended, out = run_shell(script, repository, program("bash"), "--noprofile", "--norc", "-c")
    assert ended == 1, out
    published = [step.get("publish") or step["inputs"]["testResultsFiles"] for step in steps[2:]]
    assert published == ["podhosts.xml", "podhosts.html"]
    assert all((repository / name).stat().st_size for name in published)


def test_jenkins(repository: Path, run_shell: RunShell, temporary: Path) -> None:
    [text] = snippets("Jenkins")
    assert text.count("{") == text.count("}")
    [script] = re.findall(r"sh '''(.*?)'''", text, re.DOTALL)
    ended, out = run_shell(script, repository, "/bin/sh", "-xec", WORKSPACE_TMP=str(temporary))
    assert ended == 1, out
    assert all((repository / name).stat().st_size for name in re.findall(r"'([a-z]+\.xml)'", text))


def test_reviewdog(repository: Path, run_shell: RunShell, temporary: Path) -> None:
    steps = loaded(snippets("GitHub Actions")[1])["jobs"]["podhosts"]["steps"]
    bash = (program("bash"), "--noprofile", "--norc", "-eo", "pipefail", "-c")
    ended, out = run_shell(steps[1]["run"], repository, *bash, RUNNER_TEMP=str(temporary))
    assert ended == 0, out
    assert json.loads((repository / "podhosts.rdjson").read_bytes())["source"] == {"name": "podhosts"}
    assert "podhosts.rdjson" in steps[3]["run"]


# The action


class Runner:
    """A stand-in for GitHub's runner: it runs the steps of the composite action as that does."""

    def __init__(self, folder: Path) -> None:
        self.action = loaded((ROOT / "action.yml").read_text("utf-8"))
        self.temporary = folder

    def run(self, number: int, workspace: Path, **inputs: str) -> tuple[int, str, str, str]:
        """The exit code of a step, and its stdout, job summary and outputs."""
        step = self.action["runs"]["steps"][number]
        assert step["shell"] == "bash"
        values = {name: each["default"] for name, each in self.action["inputs"].items()} | inputs
        given = {
            name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda match: values[match[1]], text)
            for name, text in step.get("env", {}).items()
        }
        files = {name: self.temporary / name for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
        for file in files.values():
            file.write_bytes(b"")
        script = self.temporary / "step.sh"
        script.write_text(step["run"], "utf-8")
        done = subprocess.run(
            [program("bash"), "--noprofile", "--norc", "-eo", "pipefail", script],
            cwd=workspace,
            capture_output=True,
            env=environment(
                GITHUB_ACTIONS="true",
                GITHUB_ACTION_PATH=str(ROOT),
                RUNNER_TEMP=str(self.temporary),
                **{name: str(path) for name, path in files.items()},
                **given,
            ),
            timeout=PATIENCE,
            check=False,
        )
        summary, outputs = (path.read_text("utf-8") for path in files.values())
        return done.returncode, done.stdout.decode() + done.stderr.decode(), summary, outputs


@pytest.fixture(scope="module")
def runner(temporary: Path) -> Runner:
    """A runner on which the first step, the installation, has run."""
    ready = Runner(temporary)
    code, out, _, _ = ready.run(0, temporary)
    assert code == 0, out
    assert shutil.which("podhosts", path=str(temporary / "podhosts" / "bin"))
    return ready


def test_action(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b" / "pod.yaml").write_bytes(BAD_POD)
    (tmp_path / "other.yaml").write_bytes(WARNING_POD)
    code, out, summary, outputs = runner.run(1, tmp_path, paths="a b\nother.yaml\n", sarif="out file.sarif")
    assert (code, outputs) == (1, "exit-code=1\n")
    assert "::error file=a b/pod.yaml,line=6,col=9," in out
    assert summary.startswith("## podhosts\n\n1 error, 1 warning.")
    assert len(json.loads((tmp_path / "out file.sarif").read_bytes())["runs"][0]["results"]) == 2
    code, out, summary, outputs = runner.run(
        1, tmp_path, paths="other.yaml", arguments="--kubernetes-version=1.32\n--ignore\nempty-hostnames\n"
    )
    assert (code, outputs) == (0, "exit-code=0\n")
    assert summary == "## podhosts\n\nNo findings.\n"
    assert runner.run(1, tmp_path, **{"fail-on": "never"})[0] == 0
    # A summary of an earlier run is not taken for this one's.
    code, out, summary, outputs = runner.run(1, tmp_path, **{"fail-on": "nothing"})
    assert (code, summary, outputs) == (2, "", "exit-code=2\n")
    assert "unknown level `nothing` for --fail-on" in out


def test_action_takes_a_baseline(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_bytes(BAD_POD)
    runner.run(1, tmp_path, arguments="--write-baseline=known.json")
    assert runner.run(1, tmp_path, baseline="known.json")[0] == 0


def test_action_never_reads_inputs_as_shell(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_bytes(GOOD_POD)
    for attack in (
        '"; touch pwned; #',
        "$(touch pwned)",
        "`touch pwned`",
        "'; touch pwned; '",
        "${{ x }}\n; touch pwned",
    ):
        runner.run(1, tmp_path, **dict.fromkeys(runner.action["inputs"], attack))
        runner.run(1, tmp_path, paths=attack, sarif=attack)
        assert not (tmp_path / "pwned").exists()
    assert all("${{" not in step["run"] for step in runner.action["runs"]["steps"])
