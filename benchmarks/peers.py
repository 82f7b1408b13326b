"""podhosts, its peers and the floors: their commands, their versions, and whether one saw a mistake."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: What nothing that reads the input can beat; no linters, so no mistake is seeded for them.
FLOORS = ("python -c pass", "ripgrep")
#: These read one document of one kind, or know nothing of manifests.
_ONE_DOCUMENT = ("yamllint", "check-jsonschema")
#: Schemas that find the seeded mistake, where PODHOSTS_SCHEMAS names no folder with the real ones.
_CONTAINERS = {"properties": {"containers": {"type": "array"}}}
_FEW_LINES = {
    "pod-v1": {"properties": {"spec": _CONTAINERS}},
    "deployment-apps-v1": {"properties": {"spec": {"properties": {"template": {"properties": {"spec": _CONTAINERS}}}}}},
}
_WORDS = "hostaliases|/etc/hosts|hostname|subdomain|fallthrough"
#: How reports name what is wrong in the seeded documents.
_MARK = re.compile(r"spec[./](template[./]spec[./])?(containers|other)\b|10\.0\.0\.999")
#: In as few runs as can be: one file that it cannot read ends a run without a word about the others.
_FIND_FILES = """find "$@" -name '*.yaml' -print0 | xargs -0 -s 1500000 kube-score score --output-format ci"""


def install(folder: Path) -> dict[str, list[str]]:
    """The commands by name, each to be followed by its input; what Python runs is installed into the folder first."""
    environment = folder / "venv"
    venv.create(environment, with_pip=True)
    programs = environment / "bin"
    subprocess.run([programs / "pip", "install", "-q", "--upgrade", "pip"], check=True)
    subprocess.run([programs / "pip", "install", "-q", str(ROOT), "yamllint", "check-jsonschema"], check=True)
    schemas = real_schemas() or _write_schemas(folder / "schemas")
    location = f"{schemas}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json"
    tools = {
        "podhosts": [f"{programs}/podhosts", "check", "-q"],
        "python -c pass": [f"{programs}/python", "-c", "pass"],
        "yamllint": [f"{programs}/yamllint", "-d", "relaxed"],
        "check-jsonschema": [f"{programs}/check-jsonschema", "--schemafile", f"{schemas}/deployment-apps-v1.json"],
        "kubeconform": ["kubeconform", "-ignore-missing-schemas", "-schema-location", location],
        "kube-score": ["kube-score", "score", "--output-format", "ci"],
        # The excluded check of 0.7.6 crashes at a PodDisruptionBudget without a selector, as kyverno/policies has some.
        "kube-linter": ["kube-linter", "lint", "--fail-on-invalid-resource", "--exclude", "pdb-min-available"],
        "kubectl-validate": ["kubectl-validate"],
        "ripgrep": ["rg", "-i", "-c", _WORDS],
    }
    return {name: command for name, command in tools.items() if shutil.which(command[0])}


def real_schemas() -> Path | None:
    """The folder that PODHOSTS_SCHEMAS names."""
    named = os.environ.get("PODHOSTS_SCHEMAS")
    return Path(named) if named else None


def _write_schemas(folder: Path) -> Path:
    folder.mkdir()
    for kind, schema in _FEW_LINES.items():
        (folder / f"{kind}.json").write_text(json.dumps(schema))
    return folder


def commands_for(tools: dict[str, list[str]], paths: list[Path], *, is_small: bool) -> dict[str, list[str]]:
    """What is run on files or folders, by name."""
    given = [str(path) for path in paths]
    commands = {name: [*command, *given] for name, command in tools.items() if is_small or name not in _ONE_DOCUMENT}
    if python := tools.get("python -c pass"):
        commands["python -c pass"] = python
    if "kube-score" in tools and any(path.is_dir() for path in paths):
        # It takes no folders.
        commands["kube-score"] = ["sh", "-c", _FIND_FILES, "sh", *given]
    return commands


def marks(output: str) -> int:
    """How often an output names something that is wrong in the seeded documents."""
    return len(_MARK.findall(output))


def version(program: str) -> str:
    """The version of a program, as Go's build data or the program itself gives it."""
    found = shutil.which(program) or program
    if shutil.which("go"):
        done = subprocess.run(["go", "version", "-m", found], capture_output=True, text=True, check=False)
        if module := re.search(r"\tmod\t\S+\t(v\S+)", done.stdout):
            return module[1]
    for flag in ("--version", "version"):
        done = subprocess.run([found, flag], capture_output=True, text=True, check=False)
        if number := re.search(r"\d+\.\d+(\.\d+)?", done.stdout + done.stderr):
            return number.group()
    return "(version unknown)"
