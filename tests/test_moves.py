"""Moves of work-arounds to hostAliases: what goes, what stays, and what is refused."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.document import Document, split
from podhosts.edits import Fix, Safety
from podhosts.engine import Options, default_selection, lint
from podhosts.engine.fixing import fix
from podhosts.kubernetes import objects, pods
from podhosts.kubernetes.scripts import commands
from podhosts.rules import Settings
from podhosts.source import Source
from tests.effort import examples
from tests.running import podhosts

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n"


def offered(text: str, node_hosts: str | None = None) -> list[Fix]:
    """The different fixes that the findings of a text carry."""
    options = Options(Settings(node_hosts=node_hosts), selected=default_selection())
    found = lint(Source("x.yaml", text.encode()), options).findings
    return list(dict.fromkeys(finding.fix for finding in found if finding.fix is not None))


def moved(text: str, node_hosts: str | None = None) -> str:
    """The text after all fixes, unsafe ones too."""
    options = Options(Settings(node_hosts=node_hosts), selected=default_selection())
    return fix(Source("x.yaml", text.encode()), options, unsafe=True).source.text


def in_init_container(script: str) -> str:
    """A pod whose init container runs a script, and another command so that it is never left with nothing."""
    lines = "".join(f"      {line}\n" for line in script.split("\n"))
    return (
        f"{HEAD}  initContainers:\n  - name: setup\n    image: busybox\n    command:\n    - sh\n    - -c\n    - |\n"
        f"{lines}  containers: [{{name: web, image: web}}]\n"
    )


def script_of(text: str) -> str:
    """The script of the pod's first init container."""
    source = Source("x.yaml", text.encode())
    document = Document(source, split(source.text)[0])
    pod = pods(next(objects(document)))[0]
    return next(commands(pod.containers[0])).arguments[2][1].text


E = "echo '10.1.2.3 db' >> /etc/hosts"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"{E}\nrun\n", "run\n"),
        (f"{E}; run\n", "run\n"),
        (f"{E} && run\n", "run\n"),
        (f"{E} &&\n  run\n", "run\n"),
        (f"prepare && {E}\n", "prepare\n"),
        (f"prepare && {E} && run\n", "prepare && run\n"),
        (f"prepare\n{E}\nrun\n", "prepare\nrun\n"),
        (f"prepare; {E}; run\n", "prepare; run\n"),
        (f"prepare; {E} && run\n", "prepare; run\n"),
        (f"prepare\n  {E}  # the database\nrun\n", "prepare\nrun\n"),
        # The last command's success was the script's: it must stay one.
        (f"prepare\n{E}\n", "prepare\ntrue\n"),
        (f"prepare; {E}\n", "prepare; true\n"),
        (f"set -e\nprepare && run\n{E}\n", "set -e\nprepare && run\ntrue\n"),
        (f"prepare && {E}; run\n", "prepare; run\n"),
        # What fails in front of `&&` does not end the script: it must not begin to.
        (f"set -e\nprepare && {E}\nrun\n", "set -e\nprepare && true\nrun\n"),
        (f"set -e\nprepare && {E} && more\nrun\n", "set -e\nprepare && more\nrun\n"),
        # At the end its failure was the script's already.
        (f"set -e\nprepare && {E}\n", "set -e\nprepare\n"),
        # Several at once.
        (f"{E}\necho 10.1.2.4 mail >> /etc/hosts\nrun\n", "run\n"),
        (f"prepare && {E} && echo 10.1.2.4 mail >> /etc/hosts && run\n", "prepare && run\n"),
        (f"prepare && {E} && echo 10.1.2.4 mail >> /etc/hosts\n", "prepare\n"),
        (f"prepare; {E}; echo 10.1.2.4 mail >> /etc/hosts\n", "prepare; true\n"),
        # Other ways to write.
        ("printf '10.1.2.3 db\\n' | tee -a /etc/hosts > /dev/null\nrun\n", "run\n"),
        ("echo 10.1.2.3 db | sudo tee -a /etc/hosts\nrun\n", "run\n"),
        ("{ echo 10.1.2.3 db; echo 10.1.2.4 mail; } >> /etc/hosts; run\n", "run\n"),
        ("cat >> /etc/hosts <<EOT\n10.1.2.3 db\nEOT\nrun\n", "run\n"),
        ("prepare && cat >> /etc/hosts <<EOT && run\n10.1.2.3 db\nEOT\nmore\n", "prepare && run\nmore\n"),
        ("cat <<'EOT' > /etc/hosts\n127.0.0.1 localhost\n10.1.2.3 db\nEOT\nrun\n", "run\n"),
    ],
)
def test_the_rest_of_a_script_stays(before: str, after: str) -> None:
    assert script_of(moved(in_init_container(before.removesuffix("\n")))) == after


@pytest.mark.parametrize(
    "script",
    [
        # Computed, conditional, repeated, or not alone.
        'echo "$(hostname -i) db" >> /etc/hosts\nrun',
        'echo "$ADDRESS db" >> /etc/hosts\nrun',
        f"if test -f /x; then {E}; fi\nrun",
        f"test -f /x || {E}\nrun",
        f"{E} || exit 1\nrun",
        f"{E} & run",
        f"for i in 1 2; do {E}; done\nrun",
        "echo 10.1.2.3 db | tee -a /etc/hosts /var/log/names\nrun",
        "echo 10.1.2.3 db | tee -a /etc/hosts > /var/log/names\nrun",
        "A=1 echo 10.1.2.3 db >> /etc/hosts\nrun",
        'echo "10.1.2.3 db" "$(touch /x)" >> /etc/hosts\nrun',
        # Names and addresses that cannot be aliases.
        "echo 10.1.2.3 under_score >> /etc/hosts\nrun",
        "sed -i 's/a/b/' /etc/hosts\nrun",
    ],
)
def test_nothing_is_guessed(script: str) -> None:
    text = in_init_container(script)
    assert [
        item.fix for item in lint(Source("x.yaml", text.encode()), Options(selected=default_selection())).findings
    ] == [None]


def test_entries_that_the_script_throws_away_again_are_no_aliases() -> None:
    assert offered(in_init_container(f"{E}\n: > /etc/hosts\nrun")) == []
    assert offered(in_init_container(f"{E}\necho 10.1.2.4 mail > /etc/hosts\nrun")) == []


def test_entries_are_merged_and_comments_kept() -> None:
    script = (
        "cat >> /etc/hosts <<EOT\n# the ledger\n10.1.2.3 Ledger\n10.1.2.4 mail # relay\nEOT\n"
        "echo 10.1.2.4 smtp >> /etc/hosts\nrun"
    )
    text = in_init_container(script).replace(
        "  initContainers:", "  hostAliases:\n  - ip: 10.1.2.3\n    hostnames:\n    - books\n  initContainers:"
    )
    after = moved(text)
    assert after.startswith(
        f"{HEAD}  hostAliases:\n  - ip: 10.1.2.3\n    hostnames:\n    - books\n    # the ledger\n    - ledger\n"
        "  # relay\n  - ip: 10.1.2.4\n    hostnames:\n    - mail\n    - smtp\n  initContainers:\n"
    )
    assert script_of(after) == "run\n"


def test_an_init_container_and_a_hook_with_nothing_left_to_do_go() -> None:
    text = (
        f'{HEAD}  initContainers:\n  - name: names\n    image: busybox\n    command: [sh, -c, "set -e; {E}"]\n'
        "  containers:\n  - name: web\n    lifecycle:\n      postStart:\n        exec:\n"
        "          command: [sh, -c, 'echo 10.1.2.4 mail >> /etc/hosts']\n    image: web\n"
    )
    assert moved(text) == (
        f"{HEAD}  hostAliases:\n  - ip: 10.1.2.3\n    hostnames:\n    - db\n"
        "  - ip: 10.1.2.4\n    hostnames:\n    - mail\n  containers:\n  - name: web\n    image: web\n"
    )


def test_a_container_that_would_do_nothing_stays() -> None:
    assert offered(f'{HEAD}  containers:\n  - name: web\n    image: web\n    command: [sh, -c, "{E}"]\n') == []
    # A sidecar has other reasons to be there.
    sidecar = f'  - name: names\n    image: x\n    restartPolicy: Always\n    command: [sh, -c, "{E}"]\n'
    assert offered(f"{HEAD}  initContainers:\n{sidecar}  containers: [{{name: web, image: web}}]\n") == []


CONFIG = (
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: names}\n"
    "data:\n  hosts: |\n    127.0.0.1 localhost\n    10.1.1.1 ledger\n---\n"
)
MOUNT = "    volumeMounts:\n    - {name: names, mountPath: /etc/hosts, subPath: hosts}\n"
VOLUMES = "  volumes:\n  - name: names\n    configMap: {name: names}\n"
CONTAINER = "  - name: web\n    image: web\n"
ALIASES = "  hostAliases:\n  - ip: 10.1.1.1\n    hostnames:\n    - ledger\n"


def test_a_config_map_is_moved() -> None:
    before = f"{CONFIG}{HEAD}  containers:\n{CONTAINER}{MOUNT}{VOLUMES}"
    assert moved(before) == f"{CONFIG}{HEAD}{ALIASES}  containers:\n{CONTAINER}"
    (only,) = offered(before)
    assert only.safety is Safety.UNSAFE
    assert only.title == (
        "Move `10.1.1.1 ledger` to `hostAliases` and remove the mount of `names` and remove the volume `names` "
        "(left out: `localhost` of `127.0.0.1`)"
    )


def test_a_volume_that_is_used_otherwise_stays() -> None:
    other = "    - {name: names, mountPath: /names}\n"
    before = f"{CONFIG}{HEAD}  containers:\n{CONTAINER}{MOUNT}{other}{VOLUMES}"
    after = f"{CONFIG}{HEAD}{ALIASES}  containers:\n{CONTAINER}    volumeMounts:\n{other}{VOLUMES}"
    assert moved(before) == after


def test_one_of_two_containers_mounts_the_file() -> None:
    text = f"{CONFIG}{HEAD}  containers:\n{CONTAINER}{MOUNT}  - name: other\n    image: other\n{VOLUMES}"
    (only,) = offered(text)
    assert only.safety is Safety.DISPLAY_ONLY
    assert only.title.endswith("not applied: containers without the mount would get these names too)")
    assert moved(text) == text


@pytest.mark.parametrize(
    "content", ["10.1.1.1 under_score", "${ADDRESS} ledger", "name-without-address", "127.0.0.1 localhost"]
)
def test_a_config_map_that_is_no_list_of_aliases_stays(content: str) -> None:
    config = CONFIG.replace("    10.1.1.1 ledger\n", f"    {content}\n")
    assert offered(f"{config}{HEAD}  containers:\n{CONTAINER}{MOUNT}{VOLUMES}") == []


NODE_FILE = (
    "127.0.0.1 localhost\n127.0.1.1 node7\n::1 ip6-localhost\nff02::1 ip6-allnodes\n"
    "10.0.0.7 node7.example.com node7\n10.9.9.9 git  # code\n"
)
NODE_VOLUME = "  volumes:\n  - name: names\n    hostPath: {path: /etc/hosts}\n"
NODE_MOUNT = "    volumeMounts:\n    - name: names\n      mountPath: /etc/hosts\n"


def test_the_nodes_file_is_moved_without_the_nodes_own_names() -> None:
    before = f"{HEAD}  containers:\n{CONTAINER}{NODE_MOUNT}{NODE_VOLUME}"
    aliases = (
        "  hostAliases:\n  - ip: 10.0.0.7\n    hostnames:\n    - node7.example.com\n"
        "  # code\n  - ip: 10.9.9.9\n    hostnames:\n    - git\n"
    )
    assert offered(before) == []
    assert moved(before, NODE_FILE) == f"{HEAD}{aliases}  containers:\n{CONTAINER}"
    (only,) = offered(before, NODE_FILE)
    for name in ("localhost", "node7", "ip6-localhost", "ip6-allnodes"):
        assert f"`{name}`" in only.title


def test_the_nodes_file_stays_where_the_node_shares_its_network() -> None:
    assert offered(f"{HEAD}  hostNetwork: true\n  containers:\n{CONTAINER}{NODE_MOUNT}{NODE_VOLUME}", NODE_FILE) == []


@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_line_breaks_and_indented_lists_are_kept(line_break: str) -> None:
    before = f"{HEAD}  containers:\n    - name: web\n      command:\n        - sh\n        - -c\n        - {E} && run\n"
    after = (
        f"{HEAD}  hostAliases:\n    - ip: 10.1.2.3\n      hostnames:\n        - db\n  containers:\n    - name: web\n"
        "      command:\n        - sh\n        - -c\n        - run\n"
    )
    assert moved(before.replace("\n", line_break)) == after.replace("\n", line_break)


def test_json() -> None:
    before = (
        '{"kind": "Pod", "apiVersion": "v1", "spec": {"containers": [{"name": "web", '
        '"command": ["sh", "-c", "echo 10.1.2.3 db >> /etc/hosts && run"]}]}}'
    )
    assert moved(before) == (
        '{"kind": "Pod", "apiVersion": "v1", "spec": {"containers": [{"name": "web", '
        '"command": ["sh", "-c", "run"]}], "hostAliases": [{"ip": "10.1.2.3", "hostnames": ["db"]}]}}'
    )


@pytest.mark.parametrize(
    "spec",
    [
        f'  containers: &all\n  - name: web\n    command: [sh, -c, "{E}; run"]\n',
        f'  containers:\n  - name: web\n    command: [sh, -c, &script "{E}; run"]\n    args: [*script]\n',
        f'  containers:\n  - name: web\n    command: [sh, -c, "{E}; run"]\n  hostAliases: 5\n',
        f'  containers:\n  - name: web\n    command: [sh, -c, "{E}; {{{{ .Values.run }}}}"]\n',
    ],
)
def test_shared_and_decided_elsewhere(spec: str) -> None:
    assert moved(HEAD + spec) == HEAD + spec


STATEMENTS = st.sampled_from(
    [
        "echo one",
        "false",
        "true",
        "(exit 3)",
        E,
        "printf '10.1.2.4 mail\\n' | tee -a /etc/hosts > /dev/null",
        "echo two",
    ]
)
SEPARATORS = st.sampled_from([" && ", "; ", "\n", " &&\n  ", "  # note\n"])


@examples(150)
@given(st.data(), st.booleans())
def test_the_moved_script_does_what_the_other_commands_did(data: st.DataObject, stops: bool) -> None:
    """Both scripts are run by the real shell, on a file in the place of /etc/hosts: same output, same result."""
    parts = [data.draw(STATEMENTS)]
    for _ in range(data.draw(st.integers(0, 5))):
        parts += [data.draw(SEPARATORS), data.draw(STATEMENTS)]
    script = ("set -e\n" if stops else "") + "".join(parts)
    text = in_init_container(script)
    after = moved(text)
    if after == text or "initContainers" not in after:
        return
    assert "/etc/hosts" not in script_of(after)
    results = [
        subprocess.run(
            ["sh", "-c", each.replace("/etc/hosts", "/dev/null")], capture_output=True, text=True, check=False
        )
        for each in (script_of(text), script_of(after))
    ]
    assert (results[0].stdout, results[0].returncode) == (results[1].stdout, results[1].returncode)


def test_convert_into_a_manifest(tmp_path: Path) -> None:
    hosts, manifest = tmp_path / "hosts", tmp_path / "pod.yaml"
    hosts.write_text("10.1.1.1 ledger # books\n", "utf-8")
    manifest.write_text(f"{HEAD}  containers:\n{CONTAINER}", "utf-8")
    result = podhosts("convert", str(hosts), "--into", str(manifest), "--object", "pod/web")
    assert (result.returncode, result.stdout) == (0, b"")
    assert b"Pod/web: added `10.1.1.1 ledger`" in result.stderr
    commented = ALIASES.replace("  - ip", "  # books\n  - ip")
    assert manifest.read_text("utf-8") == f"{HEAD}{commented}  containers:\n{CONTAINER}"
    again = podhosts("convert", str(hosts), "--into", str(manifest))
    assert (again.returncode, b"there already" in again.stderr) == (0, True)
    missing = podhosts("convert", str(hosts), "--into", str(tmp_path / "none.yaml"))
    assert (missing.returncode, b"No such file" in missing.stderr) == (2, True)


def test_a_hosts_file_that_cannot_be_opened(tmp_path: Path) -> None:
    manifest = tmp_path / "pod.yaml"
    manifest.write_text(f"{HEAD}  containers:\n{CONTAINER}{NODE_MOUNT}{NODE_VOLUME}", "utf-8")
    result = podhosts("check", str(manifest), "--hosts-file", str(tmp_path / "none"))
    assert (result.returncode, b"--hosts-file" in result.stderr) == (2, True)


def test_a_write_that_fails_today_is_moved_too() -> None:
    text = in_init_container(f"prepare\n{E}\nfinish").replace(
        "    image: busybox\n", "    image: busybox\n    securityContext: {runAsUser: 1000}\n"
    )
    (fix,) = offered(text)
    assert fix.safety is Safety.UNSAFE
    assert script_of(moved(text)) == "prepare\nfinish\n"
    assert "hostAliases:" in moved(text)


@pytest.mark.parametrize(
    "script",
    [
        'echo "$(hostname -i) web" >> /etc/hosts',
        'IP=$(hostname -i)\necho "$IP web" >> /etc/hosts',
        "cat >> /etc/hosts <<EOF\n10.1.2.3 db\n$(hostname -i) web\nEOF",
    ],
)
def test_the_pods_own_address_is_not_moved(script: str) -> None:
    text = in_init_container(script)
    assert offered(text) == []
    assert moved(text) == text


def test_what_no_shell_reads_is_not_moved() -> None:
    text = f"{HEAD}  containers:\n  - name: web\n    command: [echo, 10.1.2.3 db, '>>', /etc/hosts]\n"
    assert offered(text) == []
