"""Real manifests by other people, where the shared folder is there: nothing raises, and the traps stay silent."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from podhosts.document import Document, split
from podhosts.engine import Options, Result, default_selection, lint
from podhosts.kustomize.files import Files
from podhosts.kustomize.overlays import Overlays
from podhosts.repository import Repository
from podhosts.source import Source
from tests.paths import SHARED
from tests.running import podhosts

if TYPE_CHECKING:
    from pathlib import Path

    from tests.figures import Figures

CORPUS = SHARED / "corpus"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not on this machine")

_SONARR = "bjw-s-labs+home-ops/k8s/clusters/cluster-1/manifests/downloads/sonarr-4k/app/helmrelease@5b00e53.yaml"
#: Mistakes that are there for certain: a file's name, the rule, the line.
TRUE_MISTAKES = {
    (_SONARR, "misplaced-host-aliases", 64),
    ("_issues/kubernetes+kubernetes-99258.yaml", "duplicate-ip", 30),
    ("_issues/kyverno+kyverno-2568.yaml", "duplicate-ip", 28),
    ("_issues/volcano-sh+kthena-680.yaml", "duplicate-ip", 24),
    ("_found/18583991972.yaml", "invalid-ip", 4),
    ("_found/19090403646.yaml", "invalid-ip", 2),
    ("_found/19641513252.yaml", "host-path-hosts-file", 17),
    ("_found/8433454290.yaml", "invalid-ip", 4),
    ("controlplaneio+kubesec/test/asset/invalid-input-pod-dump.json", "unknown-field", 89),
}


def lint_corpus() -> Result:
    total = Result()
    options = Options(selected=default_selection())
    for path in sorted(CORPUS.rglob("*")):
        if path.is_file() and path.suffix in {".yaml", ".yml", ".json"}:
            total.extend(lint(Source(path.relative_to(CORPUS).as_posix(), path.read_bytes()), options))
    return total


def test_corpus(shown_figures: Figures) -> None:
    result = lint_corpus()
    counts = Counter(finding.rule for finding in result.findings)
    with shown_figures():
        print(f"corpus: {result.files} files, {result.documents} documents, {dict(sorted(counts.items()))}")
    found = {
        (finding.source.path, finding.rule, finding.source.position(finding.span.start).line)
        for finding in result.findings
    }
    assert {mistake for mistake in TRUE_MISTAKES if (CORPUS / mistake[0]).exists()} <= found


def test_every_template_and_values_file_is_read() -> None:
    rows = [json.loads(line) for line in (CORPUS / "index.jsonl").read_text("utf-8").split("\n") if line]
    wanted = {row["file"] for row in rows if {"helm-template", "values"} & set(row["what"])}
    unread = [item for item in lint_corpus().unread if item.path in wanted and "not YAML" in item.reason]
    assert [item.path for item in unread] == []


def test_files_that_only_hold_traps_are_silent() -> None:
    rows = [json.loads(line) for line in (CORPUS / "index.jsonl").read_text("utf-8").split("\n") if line]
    traps = {row["file"] for row in rows if not row["what"] and not row["leads"]}
    findings = [finding for finding in lint_corpus().findings if finding.source.path in traps]
    assert [(finding.source.path, finding.rule) for finding in findings] == []


def test_the_overlay_of_kustomize_issue_143() -> None:
    """The patch of the issue, in a kustomization of ours: the name keeps its old address beside the new one."""
    names = {
        "base.yaml": "_issues/kubernetes-sigs+kustomize-143-base.yaml",
        "patch.yaml": "_issues/kubernetes-sigs+kustomize-143-patch.yaml",
    }
    files = {path: (CORPUS / name).read_bytes() for path, name in names.items()}
    files["kustomization.yaml"] = b"resources: [base.yaml]\npatches: [{path: patch.yaml}]\n"
    repository = Repository(overlays=Overlays(list(files), Files(files.get)))
    options = Options(selected=default_selection())
    findings = [item for path, data in files.items() for item in lint(Source(path, data), options, repository).findings]
    assert [(item.source.path, item.rule, item.source.cut(item.span)) for item in findings] == [
        ("patch.yaml", "patch-drops-alias", '"memcached-sessions"')
    ]


def test_no_overlay_finding_in_the_corpus() -> None:
    """Its kustomizations are not complete, so that nothing can be said of them; what is said would be a false alarm."""
    paths = [path.relative_to(CORPUS).as_posix() for path in CORPUS.rglob("*") if path.is_file()]
    overlays = Overlays(paths, Files(lambda path: (CORPUS / path).read_bytes() if (CORPUS / path).is_file() else None))
    assert [path for path in paths if overlays.report(path) is not None] == []
    assert [finding for finding in lint_corpus().findings if finding.rule == "patch-drops-alias"] == []


def test_all_fixes_leave_files_that_are_read_as_well(tmp_path: Path, shown_figures: Figures) -> None:
    """On copies: nothing raises, nothing but what the diff says changes, and every document is read as before."""
    copy = tmp_path / "corpus"
    shutil.copytree(CORPUS, copy, copy_function=shutil.copyfile)
    diff = podhosts("check", "--diff", "--unsafe-fixes", "--fail-on", "never", "corpus", cwd=tmp_path).stdout.decode()
    done = podhosts("check", "--fix", "--unsafe-fixes", "--fail-on", "never", "corpus", cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    assert "internal error" not in done.stderr.decode()
    changed = []
    for path in sorted(path for path in CORPUS.rglob("*") if path.is_file()):
        name = path.relative_to(CORPUS).as_posix()
        before, after = path.read_bytes(), (copy / name).read_bytes()
        if before != after:
            changed.append(f"corpus/{name}")
            assert problems(before) == problems(after)
    assert changed == [line.removeprefix("+++ b/") for line in diff.split("\n") if line.startswith("+++ ")]
    with shown_figures():
        lines = Counter(line[:1] for line in diff.split("\n") if not line.startswith(("---", "+++")))
        print(f"corpus, all fixes: {len(changed)} files change, {lines['-']} lines go, {lines['+']} come")


def problems(data: bytes) -> list[bool]:
    source = Source("x.yaml", data)
    return [Document(source, piece).problem is not None for piece in split(source.text)]
