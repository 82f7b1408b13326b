"""`podhosts check` on folders with kustomizations: which files are looked at, and what is said where."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.running import podhosts

if TYPE_CHECKING:
    from pathlib import Path

BASE = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      hostAliases:
      - {ip: 10.0.0.1, hostnames: [a]}
      - {ip: 10.0.0.1, hostnames: [b]} # podhosts: ignore[duplicate-ip] seeded
"""
#: Holds no word that any rule reacts to.
PATCH = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations: {owner: shop}
"""
OVERLAY = "resources: [../base]\npatches:\n- path: owner.yaml\n"
LOST = "overlay/owner.yaml:4:9: error: the base has several entries for `10.0.0.1`"


def write(folder: Path, files: dict[str, str] | None = None) -> None:
    project = {
        "base/kustomization.yaml": "resources: [web.yaml]\n",
        "base/web.yaml": BASE,
        "overlay/Kustomization": OVERLAY,
        "overlay/owner.yaml": PATCH,
    }
    for path, text in {**project, **(files or {})}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")


def test_a_patch_without_a_word_of_hosts_is_reported(tmp_path: Path) -> None:
    write(tmp_path)
    done = podhosts("check", ".", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout.decode().startswith(LOST)
    assert done.stdout.count(b"\n") == 1


def test_the_base_may_lie_outside_of_the_checked_folder(tmp_path: Path) -> None:
    write(tmp_path)
    assert podhosts("check", "overlay", cwd=tmp_path).stdout.decode().startswith(LOST)


def test_in_a_whole_repository_too(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / ".git").mkdir()
    assert podhosts("check", ".", cwd=tmp_path).stdout.decode().startswith(LOST)


def test_a_repository_that_does_not_mention_hosts_is_silent(tmp_path: Path) -> None:
    write(tmp_path, {"base/web.yaml": PATCH, "overlay/Kustomization": OVERLAY.replace("owner", "nowhere")})
    (tmp_path / ".git").mkdir()
    done = podhosts("check", ".", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, b"")


def test_named_files_see_their_kustomization(tmp_path: Path) -> None:
    write(tmp_path)
    named = ("overlay/owner.yaml", "overlay/Kustomization", "base/web.yaml")
    done = podhosts("check", *named, cwd=tmp_path)
    assert (done.returncode, done.stdout.decode().startswith(LOST)) == (1, True)
    done = podhosts("check", "--isolated", *named, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, b"")


def test_related_places_lead_into_the_base(tmp_path: Path) -> None:
    write(tmp_path)
    report = json.loads(podhosts("check", "--format", "json", ".", cwd=tmp_path).stdout)
    (finding,) = report["findings"]
    assert finding["object"] == {"apiVersion": "apps/v1", "kind": "Deployment", "namespace": None, "name": "web"}
    assert finding["field"] == "metadata.name"
    assert [(item["path"], item["start"]["line"], item["message"]) for item in finding["related"]] == [
        ("base/web.yaml", 8, "lost"),
        ("base/web.yaml", 9, "kept"),
    ]


def test_a_comment_in_the_patch_suppresses_it(tmp_path: Path) -> None:
    comment = "  name: web # podhosts: ignore[patch-drops-alias] known"
    write(tmp_path, {"overlay/owner.yaml": PATCH.replace("  name: web", comment)})
    done = podhosts("check", ".", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, b"")
    assert b"2 suppressed" in done.stderr


def test_a_remote_base_is_unread_and_said_once(tmp_path: Path) -> None:
    remote = "resources: ['https://example.com/x//y?ref=v1', ../base]\npatches:\n- path: owner.yaml\n"
    other = "resources: [../overlay]\n"
    write(tmp_path, {"overlay/Kustomization": remote, "other/kustomization.yaml": other})
    done = podhosts("check", "-v", ".", cwd=tmp_path)
    assert done.stdout.decode().startswith(LOST)
    assert done.stderr.decode().count("remote references are not followed") == 1
    assert "  overlay/Kustomization:1:13\n" in done.stderr.decode()
    assert podhosts("check", "--strict", "--ignore", "patch-drops-alias", ".", cwd=tmp_path).returncode == 1


def test_what_only_the_built_object_shows_is_reported_in_the_overlay(tmp_path: Path) -> None:
    operations = "- {op: add, path: /spec/template/spec/hostAliases/-, value: {ip: 10.0.0.2, hostnames: [c]}}\n"
    patch = "resources: [../base]\npatches:\n- {path: add.yaml, target: {kind: Deployment}}\n"
    base = "\n".join(BASE.split("\n")[:-2]) + "\n      - {ip: 10.0.0.2, hostnames: [m]}\n"
    write(tmp_path, {"base/web.yaml": base, "overlay/Kustomization": patch, "overlay/add.yaml": operations})
    done = podhosts("check", ".", cwd=tmp_path)
    assert done.stdout.decode().startswith("overlay/add.yaml:1:66: error: `10.0.0.2` is already the `ip` of entry 2")


def test_a_key_that_a_json_patch_adds_is_reported_at_its_path(tmp_path: Path) -> None:
    operation = "- {op: add, path: /spec/hostAliases, value: [{ip: 10.0.0.2, hostnames: [c]}]}\n"
    write(
        tmp_path,
        {
            "base/web.yaml": f"{PATCH}spec: {{}}\n",
            "overlay/Kustomization": "resources: [../base]\npatches: [{path: add.yaml, target: {kind: Deployment}}]\n",
            "overlay/add.yaml": operation,
        },
    )
    done = podhosts("check", ".", cwd=tmp_path)
    assert done.stdout.decode().startswith("overlay/add.yaml:1:19: error: `hostAliases` does not belong here; move it")
    assert done.stdout.count(b"\n") == 1


def test_a_kustomization_of_any_name_is_listed(tmp_path: Path) -> None:
    write(tmp_path)
    listed = podhosts("check", "--list-files", ".", cwd=tmp_path).stdout.decode().split()
    assert listed == ["base/kustomization.yaml", "base/web.yaml", "overlay/Kustomization", "overlay/owner.yaml"]


def test_a_deep_file_is_said_to_be_too_deep(tmp_path: Path) -> None:
    deep = f"{BASE}x: {'[' * 2000}{']' * 2000}\n"
    write(tmp_path, {"base/web.yaml": deep})
    done = podhosts("check", ".", cwd=tmp_path)
    assert b"Traceback" not in done.stderr
    assert b"too deeply nested" in done.stderr
