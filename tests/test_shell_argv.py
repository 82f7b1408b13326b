"""Commands given as lists: `command` and `args` of a container, exec probes and hooks."""

from __future__ import annotations

import pytest

from podhosts.shell import HostsEntry, WriteKind, argv_writes


@pytest.mark.parametrize(
    ("argv", "index", "target", "kind"),
    [
        (["sh", "-c", "echo x >> /etc/hosts"], 2, "/etc/hosts", "append"),
        (["/bin/sh", "-ec", "echo x >> '/etc/hosts'"], 2, "'/etc/hosts'", "append"),
        (["/bin/bash", "-euo", "pipefail", "-c", "echo x > /etc/hosts"], 4, "/etc/hosts", "truncate"),
        (["bash", "-o", "errexit", "-c", "echo x > /etc/hosts", "--", "a"], 4, "/etc/hosts", "truncate"),
        (["/bin/bash", "-c", "cat /x/* >> /etc/hosts; run; sleep infinity;"], 2, "/etc/hosts", "append"),
        (["/usr/bin/env", "bash", "-c", "echo x > /etc/hosts"], 3, "/etc/hosts", "truncate"),
        (["tini", "--", "sh", "-c", "echo x > /etc/hosts"], 4, "/etc/hosts", "truncate"),
        (["sh", "-c", "echo x >> $0", "/etc/hosts"], 2, "$0", "append"),
        (["sh", "-c", "sh -c 'echo x >> /etc/hosts'"], 2, "/etc/hosts", "append"),
        (["tee", "-a", "/etc/hosts"], 2, "/etc/hosts", "append"),
        (["sed", "-i", "s/a/b/", "/etc/hosts"], 3, "/etc/hosts", "edit"),
        (["cp", "/config/hosts", "/etc/hosts"], 2, "/etc/hosts", "replace"),
        (["cp", "/config/hosts", "/etc/"], 2, "/etc/", "replace"),
        (["dd", "of=/etc/hosts"], 1, "/etc/hosts", "truncate"),
        (["python3", "-c", "open('/etc/hosts', 'a')"], 2, "'/etc/hosts'", "append"),
        (["awk", '{print > "/etc/hosts"}', "x"], 1, '"/etc/hosts"', "truncate"),
        (["sh", "-c", "", "", "x"], -1, "", ""),
        (["echo", "x", ">>", "/etc/hosts"], -1, "", ""),
        (["cat", "/etc/hosts"], -1, "", ""),
        (["tail", "-f", "/etc/hosts"], -1, "", ""),
        (["/etc/hosts"], -1, "", ""),
        (["-c", "echo x >> /etc/hosts"], -1, "", ""),
        (["sh", "echo x >> /etc/hosts"], -1, "", ""),
        (["sh", "-c", "run", "echo x >> /etc/hosts"], -1, "", ""),
        (["sh", "-c", "cat /etc/hosts | tee -a /tmp/x"], -1, "", ""),
        (["kubectl", "exec", "pod", "--", "sh", "-c", "echo x >> /etc/hosts"], -1, "", ""),
        (["chroot", "/host", "sh", "-c", "echo x >> /etc/hosts"], -1, "", ""),
        (["tee", "-a", "$(HOSTS_FILE)"], -1, "", ""),
        (["tee", "-a", "{{ .Values.file }}"], -1, "", ""),
        (["{{ .Values.shell }}", "-c", "echo x >> /etc/hosts"], -1, "", ""),
        ([], -1, "", ""),
        (["tee", ""], -1, "", ""),
    ],
)
def test_where_a_command_list_writes(argv: list[str], index: int, target: str, kind: str) -> None:
    found = [
        (found.index, argv[found.index][found.write.target.start : found.write.target.end], str(found.write.kind))
        for found in argv_writes(argv)
    ]
    assert found == ([(index, target, kind)] if index >= 0 else [])


def test_a_script_in_a_list_has_its_statement_in_the_element() -> None:
    argv = ["sh", "-c", "set -e; echo '10.1.2.3 db' >> /etc/hosts && exec run"]
    (found,) = argv_writes(argv)
    statement = found.write.statement
    assert statement is not None
    assert argv[2][slice(*statement.span)] == "echo '10.1.2.3 db' >> /etc/hosts"
    assert statement.before is not None
    assert statement.after is not None
    assert argv[2][slice(*statement.before.span)] == statement.before.text == ";"
    assert argv[2][slice(*statement.after.span)] == statement.after.text == "&&"
    assert statement.within == ()
    assert found.write.entries == (HostsEntry("10.1.2.3", ("db",)),)


def test_a_command_without_a_shell_has_no_statement() -> None:
    (found,) = argv_writes(["rm", "-f", "/etc/hosts"])
    assert found.write.statement is None
    assert found.write.kind is WriteKind.REMOVE


def test_variables_of_the_container_are_known() -> None:
    argv = ["sh", "-c", "echo x >> $HOSTS_FILE"]
    assert argv_writes(argv) == []
    assert len(argv_writes(argv, variables={"HOSTS_FILE": "/etc/hosts"})) == 1


def test_another_path_can_be_asked_about() -> None:
    argv = ["cp", "/config/hosts", "/host-etc"]
    assert [found.index for found in argv_writes(argv, lambda path: path == "/host-etc/hosts")] == [2]
