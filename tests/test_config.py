"""The config file: what each key does, where mistakes are said to be, and `podhosts config`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from podhosts.config_mistakes import fits
from podhosts.hosts.resolvers import LIBRARIES
from podhosts.resources import schema
from podhosts.rules import RULES
from tests.manifests import BAD_POD, GOOD_POD, SERVICE, WARNING_POD
from tests.paths import ROOT
from tests.running import podhosts

if TYPE_CHECKING:
    from pathlib import Path

    from tests.goldens import Golden

CONFLICT = GOOD_POD.replace(
    b"    hostnames: [db.internal]\n",
    b"    hostnames: [db.internal]\n  - ip: 10.0.0.26\n    hostnames: [db.internal]\n",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "legacy").mkdir()
    (tmp_path / "bad.yaml").write_bytes(BAD_POD)
    (tmp_path / "warning.yaml").write_bytes(WARNING_POD)
    (tmp_path / "conflict.yaml").write_bytes(CONFLICT)
    (tmp_path / "legacy" / "bad.yaml").write_bytes(BAD_POD)
    return tmp_path


def check(folder: Path, config: str, *arguments: str) -> tuple[int, str]:
    (folder / ".podhosts.yaml").write_text(config, "utf-8")
    done = podhosts("check", *arguments, cwd=folder)
    return done.returncode, done.stdout.decode()


@pytest.mark.parametrize(
    ("config", "arguments", "code"),
    [
        ("ignore: [invalid-ip]", ["bad.yaml"], 0),
        ("select: [duplicate-ip]", ["bad.yaml"], 0),
        ("select: [duplicate-ip]", ["bad.yaml", "--select", "invalid-ip"], 1),
        ("fail-on: never", ["bad.yaml"], 0),
        ("fail-on: never", ["bad.yaml", "--fail-on", "error"], 1),
        ("severity: {invalid-ip: info}", ["bad.yaml"], 0),
        ("severity: {empty-hostnames: error}", ["warning.yaml", "--fail-on", "error"], 1),
        ("exclude: [bad.yaml]", ["bad.yaml"], 0),
        ("exclude: [bad.yaml]", ["bad.yaml", "--no-exclude"], 1),
        ("exclude: ['legacy/']", ["legacy/bad.yaml"], 0),
        ("exclude: ['*.yaml', '!warning.yaml']", ["warning.yaml"], 1),
        ("per-path: [{paths: [legacy/**], ignore: [invalid-ip]}]", ["legacy/bad.yaml"], 0),
        ("per-path: [{paths: [legacy/**], ignore: [invalid-ip]}]", ["bad.yaml"], 1),
        ("per-path: [{paths: [bad.yaml], severity: {invalid-ip: info}}]", ["bad.yaml"], 0),
        ("allow: {conflicting-hostname: [db.internal]}", ["conflict.yaml"], 0),
        ("allow: {conflicting-hostname: [other.internal]}", ["conflict.yaml"], 1),
        ("required-version: 0.0.1", ["bad.yaml"], 1),
        ("", ["bad.yaml"], 1),
    ],
)
def test_keys(folder: Path, config: str, arguments: list[str], code: int) -> None:
    assert check(folder, config, *arguments)[0] == code


def test_kubernetes_version(folder: Path) -> None:
    (folder / "old.yaml").write_bytes(GOOD_POD.replace(b"10.0.0.25", b"010.0.0.25"))
    assert "[non-canonical-ip]" in check(folder, "kubernetes-version: '1.35'", "old.yaml")[1]
    assert "[invalid-ip]" in check(folder, "kubernetes-version: '1.36'", "old.yaml")[1]
    assert "[invalid-ip]" in check(folder, "kubernetes-version: '1.35'", "old.yaml", "--kubernetes-version", "1.37")[1]
    report = json.loads(check(folder, "kubernetes-version: '1.35'", "old.yaml", "--format", "json")[1])
    assert report["tool"]["kubernetes"] == "1.35"


def test_resolvers(folder: Path) -> None:
    (folder / "numbers.yaml").write_bytes(GOOD_POD.replace(b"[db.internal]", b"['2024']"))
    assert "`2024` is read as a number" in check(folder, "", "numbers.yaml")[1]
    assert check(folder, "resolvers: [go]", "numbers.yaml") == (0, "")


def test_suppressions_can_be_forbidden_or_need_a_reason(folder: Path) -> None:
    text = BAD_POD.replace(b"256\n", b"256  # podhosts: ignore[invalid-ip]\n")
    (folder / "quiet.yaml").write_bytes(text)
    assert check(folder, "", "quiet.yaml")[0] == 0
    assert "[invalid-ip]" in check(folder, "suppressions: false", "quiet.yaml")[1]
    for arguments in (("quiet.yaml", "--require-reason"),):
        said = check(folder, "", *arguments)[1]
        assert "gives no reason" in said
        assert "write why after the bracket" in said
    assert "gives no reason" in check(folder, "require-reason: true", "quiet.yaml")[1]
    (folder / "quiet.yaml").write_bytes(text.replace(b"]\n    hostnames", b"] filled in later\n    hostnames"))
    assert check(folder, "require-reason: true", "quiet.yaml")[0] == 0


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("igonre: [invalid-ip]\n", ".podhosts.yaml:1:1: unknown key `igonre`; did you mean `ignore`?"),
        (
            "# c\nignore: [invalid-ipp]\n",
            ".podhosts.yaml:2:10: `ignore` does not take `invalid-ipp`; did you mean `invalid-ip`?",
        ),
        (
            "severity:\n  invalid-ipp: info\n",
            ".podhosts.yaml:2:3: `severity` does not take `invalid-ipp`; did you mean `invalid-ip`?",
        ),
        (
            "severity:\n  invalid-ip: high\n",
            ".podhosts.yaml:2:3: `invalid-ip` does not take `high`; write one of error, warning, info",
        ),
        ("fail-on: errors\n", ".podhosts.yaml:1:1: `fail-on` does not take `errors`; did you mean `error`?"),
        ("ignore: invalid-ip\n", ".podhosts.yaml:1:1: `ignore` needs a list; write `ignore: [invalid-ip]`"),
        ("per-path:\n- ignore: []\n", ".podhosts.yaml:2:3: `paths` is missing in `per-path`; write `paths: ...` here"),
        (
            "kubernetes-version: 1.30\n",
            ".podhosts.yaml:1:1: `kubernetes-version` needs text, and `1.30` is a number; "
            'quote it: `kubernetes-version: "1.30"`',
        ),
        ("require-reason: 'yes'\n", "`require-reason` needs `true` or `false`, and `yes` stands there"),
        ("allow: [a]\n", "`allow` needs a mapping, and a list stands there"),
        ("select: [alll]\n", ".podhosts.yaml:1:10: `select` does not take `alll`; did you mean `all`?"),
        ("ignore: [etc-mount, etc-mount]\n", ":1:21: `etc-mount` is listed twice in `ignore`; remove it"),
        ("kubernetes-version: '1.20'\n", "Kubernetes 1.20 is too old"),
        ("required-version: 99.0\n", "`required-version` needs text, and `99.0` is a number; quote it"),
        ("required-version: '99.0'\n", ".podhosts.yaml:1:1: podhosts 99.0 or newer is required, this is 0.1.0"),
        ("a: [\n", ".podhosts.yaml:2:1: "),
        ("ignore: []\nignore: []\n", ".podhosts.yaml:2:1: `ignore` is written twice"),
        ("ignore: []\n---\nignore: []\n", ".podhosts.yaml:3:1: more than one document"),
        ("- a\n", ".podhosts.yaml:1:1: a config is a mapping of keys; write it like `ignore: [etc-mount]`"),
    ],
)
def test_mistakes_have_a_place(folder: Path, config: str, message: str) -> None:
    (folder / ".podhosts.yaml").write_text(config, "utf-8")
    done = podhosts("check", "bad.yaml", cwd=folder)
    assert done.returncode == 2
    assert message in done.stderr.decode()
    assert done.stdout == b""


def test_all_mistakes_are_said(folder: Path) -> None:
    (folder / ".podhosts.yaml").write_text("igonre: []\nfail-on: errors\nexclude: vendor\n", "utf-8")
    lines = podhosts("check", "bad.yaml", cwd=folder).stderr.decode().splitlines()
    assert [line.split(": ")[1] for line in lines] == [
        ".podhosts.yaml:1:1",
        ".podhosts.yaml:3:1",
        ".podhosts.yaml:2:1",
    ]


def test_the_config_of_a_folder_is_checked_whatever_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "service.yaml").write_bytes(SERVICE)
    (tmp_path / ".podhosts.yaml").write_text("fail-on: errors\n", "utf-8")
    assert podhosts("check", cwd=tmp_path).returncode == 2
    assert podhosts("check", ".", cwd=tmp_path).returncode == 2
    (tmp_path / ".podhosts.yaml").write_text("fail-on: error\n", "utf-8")
    assert podhosts("check", cwd=tmp_path).returncode == 0


def test_a_file_that_is_nearly_named_like_a_config_is_noted(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_bytes(BAD_POD)
    (tmp_path / ".podhosts.yml").write_text("ignore: [invalid-ip]\n", "utf-8")
    done = podhosts("check", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.count(b"podhosts: .podhosts.yml is not read: the config is called .podhosts.yaml\n") == 1


def test_a_config_that_excludes_everything_is_said(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_bytes(BAD_POD)
    (tmp_path / ".podhosts.yaml").write_text("exclude: ['*']\n", "utf-8")
    done = podhosts("check", cwd=tmp_path)
    assert (done.returncode, b"`exclude` in .podhosts.yaml leaves out all of 2 files" in done.stderr) == (0, True)
    # pre-commit names files, and often an excluded one alone.
    assert b"leaves out" not in podhosts("check", "bad.yaml", cwd=tmp_path).stderr


def test_the_quick_check_takes_nothing_that_the_schema_refuses() -> None:
    """And what it takes needs no jsonschema: each key once with a right value, and with wrong ones."""
    whole = schema("config")
    right: dict[str, object] = {
        "select": ["all"], "extend-select": ["too-many-names"], "ignore": [], "severity": {"invalid-ip": "info"},
        "per-path": [{"paths": ["a"], "ignore": ["etc-mount"], "severity": {}}], "exclude": ["a"],
        "kubernetes-version": "1.32", "fail-on": "never", "resolvers": ["glibc"],
        "pod-specs": [{"kind": "Widget", "path": "spec.hosts"}], "environments": ["a/*"], "required-version": "0.1",
        "allow": {"etc-mount": ["a"]}, "require-reason": True, "suppressions": False, "baseline": "a.json",
        "charts": [{"path": "a", "values": ["b.yaml"]}], "helm-version": 3,
    }  # fmt: skip
    assert right.keys() == whole["properties"].keys()
    wrong: list[object] = [
        None,
        1,
        1.5,
        "",
        "x..",
        True,
        [],
        [1],
        ["x", "x"],
        {},
        {"x": 1},
        [{}],
        [{"paths": []}],
        {"etc-mount": 1},
    ]
    validator = Draft202012Validator(whole)
    for key, value in right.items():
        assert fits({key: value}, whole, whole)
        for other in wrong:
            assert not fits({key: other}, whole, whole) or validator.is_valid({key: other})
    assert not fits({"x": 1}, whole, whole)


def test_config_is_not_read_for_unrelated_files(folder: Path) -> None:
    (folder / "service.yaml").write_bytes(SERVICE)
    assert check(folder, "nonsense: [", "service.yaml")[0] == 0
    assert podhosts("check", "service.yaml", "--stdin-filename", "x", cwd=folder).returncode == 0


def test_toml(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool.podhosts]\nignore = ["invalid-ip"]\n', "utf-8")
    assert podhosts("check", "bad.yaml", cwd=folder).returncode == 0
    (folder / "pyproject.toml").write_text("[tool.other]\na = 1\n\n[tool.podhosts]\nignore = ['x']\n", "utf-8")
    assert b"pyproject.toml:5:1: `ignore` does not take `x`" in podhosts("check", "bad.yaml", cwd=folder).stderr
    (folder / "pyproject.toml").write_text("[tool.podhosts\n", "utf-8")
    assert podhosts("check", "bad.yaml", cwd=folder).returncode == 2
    assert check(folder, "ignore: [invalid-ip]", "bad.yaml")[0] == 0, ".podhosts.yaml comes before pyproject.toml"


def test_found_upwards_to_the_work_tree_only(folder: Path) -> None:
    (folder / ".podhosts.yaml").write_text("ignore: [invalid-ip]", "utf-8")
    assert podhosts("check", "bad.yaml", cwd=folder / "legacy").returncode == 0
    (folder / "legacy" / ".git").mkdir()
    assert podhosts("check", "bad.yaml", cwd=folder / "legacy").returncode == 1
    assert podhosts("check", "bad.yaml", "--config", "../.podhosts.yaml", cwd=folder / "legacy").returncode == 0
    missing = podhosts("check", "bad.yaml", "--config", "nope.yaml", cwd=folder)
    assert (missing.returncode, b"nope.yaml: No such file" in missing.stderr) == (2, True)


def test_effective_settings_have_their_places(folder: Path) -> None:
    (folder / ".podhosts.yaml").write_text("fail-on: error\n\nresolvers:\n- musl\n", "utf-8")
    lines = [line.split() for line in podhosts("config", cwd=folder).stdout.decode().splitlines()]
    assert ["fail-on", "error", ".podhosts.yaml:1:1"] in lines
    assert ["resolvers", "musl", ".podhosts.yaml:3:1"] in lines
    assert ["kubernetes-version", "1.37", "default"] in lines
    assert podhosts("config", "--config", "nope.yaml", cwd=folder).returncode == 2


def test_schema_lists_the_rules_and_resolvers(golden: Golden) -> None:
    path = ROOT / "schemas" / "config.schema.json"
    listed = json.loads(path.read_text("utf-8"))
    listed["$defs"]["rule"]["enum"] = [rule.name for rule in RULES]
    listed["properties"]["resolvers"]["items"]["enum"] = list(LIBRARIES)
    golden(path, json.dumps(listed, indent=2, ensure_ascii=False) + "\n")


HOUSE = b"""apiVersion: example.com/v1
kind: Widget
metadata: {name: press}
spec:
  workers:
  - podTemplate:
      spec:
        hostAliases: {10.0.0.1: [db]}
  hosts:
  - ip: 10.0.0.300
    hostnames: [db]
"""


@pytest.mark.parametrize(
    ("config", "found"),
    [
        ("", set()),
        ("pod-specs: [{kind: Widget, path: 'spec.workers[].podTemplate'}]", {"wrong-type"}),
        ("pod-specs: [{kind: Widget, path: 'spec.workers[].podTemplate.spec'}]", {"wrong-type"}),
        ("pod-specs: [{kind: Widget, path: 'spec.workers[].*'}]", {"wrong-type"}),
        ("pod-specs: [{kind: Widget, path: spec.hosts}]", {"invalid-ip"}),
        ("pod-specs: [{kind: Widget, group: example.com, path: spec.hosts}]", {"invalid-ip"}),
        ("pod-specs: [{kind: Widget, group: example.org, path: spec.hosts}]", set()),
        ("pod-specs: [{kind: Press, path: spec.hosts}]", set()),
    ],
)
def test_pod_specs(folder: Path, config: str, found: set[str]) -> None:
    """A path leads to a pod template, a pod spec, or the list itself: what stands there decides."""
    (folder / "house.yaml").write_bytes(HOUSE)
    report = json.loads(check(folder, config, "house.yaml", "--format", "json")[1])
    assert {finding["rule"] for finding in report["findings"]} == found
    assert all(finding["refused_by"] == [] for finding in report["findings"])


def test_pod_specs_serve_other_commands(folder: Path) -> None:
    (folder / "house.yaml").write_bytes(HOUSE.replace(b"10.0.0.300", b"10.0.0.30"))
    (folder / ".podhosts.yaml").write_text("pod-specs: [{kind: Widget, path: spec.hosts}]", "utf-8")
    done = podhosts("convert", "house.yaml", cwd=folder)
    assert done.stdout == b"10.0.0.30\tdb\n"


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            "pod-specs:\n- {kind: Widget, path: spec..x}\n",
            ".podhosts.yaml:2:18: `path` does not take `spec..x`. A path like",
        ),
        (
            "pod-specs:\n- {kind: Widget}\n",
            ".podhosts.yaml:2:3: `path` is missing in `pod-specs`; write `path: ...` here",
        ),
        ("pod-specs:\n- {kind: Widget, path: spec, groop: x}\n", ":2:30: unknown key `groop`; did you mean `group`?"),
        ("pod-specs: spec\n", ".podhosts.yaml:1:1: `pod-specs` needs a list; write `pod-specs: [spec]`"),
        (
            "environments: overlays\n",
            ":1:1: `environments` needs a list; write `environments: [overlays]`",
        ),
    ],
)
def test_mistakes_in_paths_and_environments(folder: Path, config: str, message: str) -> None:
    (folder / ".podhosts.yaml").write_text(config, "utf-8")
    done = podhosts("check", "bad.yaml", cwd=folder)
    assert (done.returncode, message in done.stderr.decode()) == (2, True), done.stderr.decode()
