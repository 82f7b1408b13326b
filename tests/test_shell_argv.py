"""Commands given as lists: `command` and `args` of a container, exec probes and hooks."""

from __future__ import annotations

import pytest

from podhosts.shell import (
    OWN_ADDRESS,
    User,
    Way,
    WriteKind,
    WrittenEntry,
    argv_writes,
    hosts_writes,
    script_writes,
    unread_redirection,
)


@pytest.mark.parametrize(
    ("argv", "index", "target", "kind"),
    [
        (["sh", "-c", "echo x >> /etc/hosts"], 2, "/etc/hosts", "append"),
        (["/bin/sh", "-ec", "echo x >> '/etc/hosts'"], 2, "'/etc/hosts'", "append"),
        (["/bin/bash", "-euo", "pipefail", "-c", "echo x > /etc/hosts"], 4, "/etc/hosts", "truncate"),
        (["bash", "-o", "errexit", "-c", "echo x > /etc/hosts", "--", "a"], 4, "/etc/hosts", "truncate"),
        (["/bin/bash", "-c", "cat /x/* >> /etc/hosts; run; sleep infinity;"], 2, "/etc/hosts", "append"),
        (["/usr/bin/env", "bash", "-c", "echo x > /etc/hosts"], 3, "/etc/hosts", "truncate"),
        (["timeout", "-s", "KILL", "5", "sh", "-c", "echo x > /etc/hosts"], 6, "/etc/hosts", "truncate"),
        (["timeout", "-k", "9", "5", "tee", "/etc/hosts"], 5, "/etc/hosts", "truncate"),
        (["timeout", "--signal=KILL", "5", "tee", "/etc/hosts"], 4, "/etc/hosts", "truncate"),
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
    assert found.write.entries == (WrittenEntry("10.1.2.3", ("db",)),)


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


@pytest.mark.parametrize(
    ("argv", "index", "target", "mistake", "text"),
    [
        (["echo", "10.1.2.3 db", ">>", "/etc/hosts"], 3, "/etc/hosts", "argument", "10.1.2.3 db\n"),
        (["/bin/echo", "10.1.2.3 db", ">>/etc/hosts"], 2, "/etc/hosts", "argument", "10.1.2.3 db\n"),
        (["printf", "%s\\n", "10.1.2.3 db", "&>", "/etc/hosts"], 4, "/etc/hosts", "argument", "10.1.2.3 db\n"),
        (["cat", "/names", ">", "/etc/hosts"], 3, "/etc/hosts", "argument", None),
        (["env", "A=b", "busybox", "echo", "x", ">>", "/etc/hosts"], 6, "/etc/hosts", "argument", "x\n"),
        (["echo", "x", "|", "sudo", "tee", "-a", "/etc/hosts"], 6, "/etc/hosts", "argument", "x\n"),
        (["echo", "10.1.2.3 db >> /etc/hosts"], 1, "/etc/hosts", "argument", None),
        (["sh", "-c", "echo", "x", ">>", "/etc/hosts"], 5, "/etc/hosts", "argument", None),
        (["echo 10.1.2.3 db >> /etc/hosts"], 0, "/etc/hosts", "program", "10.1.2.3 db\n"),
        (["sh", "-c", '"echo 10.1.2.3 db >> /etc/hosts"'], 2, "/etc/hosts", "program", "10.1.2.3 db\n"),
        (["sh", "echo 10.1.2.3 db >> /etc/hosts"], 1, "/etc/hosts", "file name", "10.1.2.3 db\n"),
    ],
)
def test_redirections_that_no_shell_reads(
    argv: list[str], index: int, target: str, mistake: str, text: str | None
) -> None:
    found = unread_redirection(argv)
    assert found is not None
    assert (found.index, argv[found.index][slice(*found.span)]) == (index, target)
    assert (str(found.mistake), found.text) == (mistake, text)
    assert argv_writes(argv) == []


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["echo", "x", ">>", "/tmp/hosts"],
        ["echo", ">> /etc/hosts is not for you"],
        # Other programs may give their arguments to a shell.
        ["ssh", "node", "echo x", ">>", "/etc/hosts"],
        ["kubectl", "exec", "pod", "--", "sh", "-c", "echo x >> /etc/hosts"],
        ["{{ .Values.command }}", "x", ">>", "/etc/hosts"],
        ["sh", "-c", 'eval "$@"', "-", "echo", "x", ">>", "/etc/hosts"],
        ["sh", "-c", "echo x >> /etc/hosts"],
        ["sh", "/start.sh", ">>", "/etc/hosts"],
        ["xargs", "echo", ">>", "/etc/hosts"],
        ["cat", "/etc/hosts"],
    ],
)
def test_what_may_still_be_read_or_is_none(argv: list[str]) -> None:
    assert unread_redirection(argv) is None


@pytest.mark.parametrize(
    ("script", "way"),
    [
        ("echo x >> /etc/hosts", Way.IN_PLACE),
        ("cp -f /x /etc/hosts", Way.IN_PLACE),
        ("cp --remove-destination /x /etc/hosts", Way.REPLACED),
        ("cp -ab /x /etc/hosts", Way.REPLACED),
        ("cp -S .bak /x /etc/hosts", Way.REPLACED),
        ("cp -lf /x /etc/hosts", Way.REPLACED),
        ("mv /x /etc/hosts", Way.REPLACED),
        ("mv /etc/hosts /x", Way.REPLACED),
        ("busybox mv /x /etc/hosts", Way.REPLACED),
        ("toybox mv /x /etc/hosts", Way.VARIES),
        ("install /x /etc/hosts", Way.REPLACED),
        ("busybox install /x /etc/hosts", Way.VARIES),
        ("ln -sf /x /etc/hosts", Way.REPLACED),
        ("rm -f /etc/hosts", Way.REPLACED),
        ("rsync -a /x /etc/hosts", Way.REPLACED),
        ("rsync -a --inplace /x /etc/hosts", Way.IN_PLACE),
        ("rsync --append-verify /x /etc/hosts", Way.IN_PLACE),
        ("sed -i s/a/b/ /etc/hosts", Way.REPLACED),
        ("perl -pi -e s/a/b/ /etc/hosts", Way.REPLACED),
        ("gawk -i inplace 1 /etc/hosts", Way.REPLACED),
        ("patch /etc/hosts /x.diff", Way.REPLACED),
        ("patch -o /etc/hosts /x /x.diff", Way.IN_PLACE),
        ("sort -o /etc/hosts /x", Way.IN_PLACE),
        ("vim -es -c wq /etc/hosts", Way.BESIDE),
        ("vim -es -c 'wq!' /etc/hosts", Way.IN_PLACE),
        ("vi -es -c wq /etc/hosts", Way.VARIES),
        ("busybox vi -c :wq /etc/hosts", Way.IN_PLACE),
        ("echo w | ed /etc/hosts", Way.BESIDE),
        ("shred /etc/hosts", Way.IN_PLACE),
    ],
)
def test_how_a_program_reaches_the_file(script: str, way: Way) -> None:
    (found,) = hosts_writes(script)
    assert found.way is way


@pytest.mark.parametrize(
    ("code", "ways"),
    [
        ("open('/etc/hosts', 'w')", [Way.IN_PLACE]),
        ("shutil.move('/x', '/etc/hosts')", [Way.IN_PLACE]),
        ("shutil.move('/etc/hosts', '/x')", [Way.REPLACED]),
        ("os.replace('/x', '/etc/hosts')", [Way.REPLACED]),
        ("os.remove('/etc/hosts')", [Way.REPLACED]),
        ("Path('/x').rename('/etc/hosts')", [Way.REPLACED]),
        ("Path('/etc/hosts').unlink()", [Way.REPLACED]),
        ("fileinput.input('/etc/hosts', inplace=True)", [Way.REPLACED]),
    ],
)
def test_how_python_reaches_the_file(code: str, ways: list[Way]) -> None:
    assert [found.way for found in script_writes(code, "python3")] == ways


@pytest.mark.parametrize(
    ("script", "user"),
    [
        ("echo x >> /etc/hosts", User.SAME),
        # The shell opens the file, before `sudo` starts.
        ("sudo echo x >> /etc/hosts", User.SAME),
        ("echo x | sudo tee -a /etc/hosts", User.SUDO),
        ("echo x | $SUDO tee -a /etc/hosts", User.SUDO),
        ("sudo sh -c 'echo x >> /etc/hosts'", User.SUDO),
        ("doas cp /x /etc/hosts", User.SUDO),
        ("sudo -u app tee /etc/hosts", User.OTHER),
        ("sudo -u root tee /etc/hosts", User.SUDO),
        ("sudo -u $U tee /etc/hosts", User.UNKNOWN),
        ("su -c 'echo x >> /etc/hosts'", User.SU),
        ("su - root -c 'echo x >> /etc/hosts'", User.SU),
        ("su app -c 'echo x >> /etc/hosts'", User.OTHER),
        ("su app -c 'sudo tee /etc/hosts'", User.UNKNOWN),
        ("runuser -u app -- tee /etc/hosts", User.OTHER),
        ("gosu app:app tee /etc/hosts", User.OTHER),
        ("gosu 0 tee /etc/hosts", User.ROOT),
        ("su-exec root tee /etc/hosts", User.ROOT),
        ("setpriv --reuid=1000 sh -c 'echo x >> /etc/hosts'", User.OTHER),
        ("setpriv --reuid 0 tee /etc/hosts", User.ROOT),
        ("setpriv --no-new-privs tee /etc/hosts", User.SAME),
        ("sudo gosu app tee /etc/hosts", User.OTHER),
        ("""sudo python3 -c 'open("/etc/hosts", "a")'""", User.SUDO),
    ],
)
def test_who_writes(script: str, user: User) -> None:
    (found,) = hosts_writes(script)
    assert found.user is user


@pytest.mark.parametrize(
    "script",
    [
        "set -C; echo x > /etc/hosts",
        "set -euo noclobber; echo x > /etc/hosts",
        "cp -i /x /etc/hosts",
        "cp --attributes-only /x /etc/hosts",
        "dd if=/x of=/etc/hosts conv=excl",
        "exec run; echo x >> /etc/hosts",
    ],
)
def test_what_never_writes(script: str) -> None:
    assert hosts_writes(script) == []


@pytest.mark.parametrize(
    "script",
    [
        "set -C; echo x >> /etc/hosts",
        "set -C; echo x >| /etc/hosts",
        "set -C; set +C; echo x > /etc/hosts",
        "false && exec run; echo x >> /etc/hosts",
        "exec 3>&1; echo x >> /etc/hosts",
        "if t; then exec run; fi; echo x >> /etc/hosts",
    ],
)
def test_what_still_writes(script: str) -> None:
    assert len(hosts_writes(script)) == 1


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ("echo $(hostname -i) web >> /etc/hosts", ("web",)),
        ("echo `hostname -I` web api >> /etc/hosts", ("web", "api")),
        ("echo \"$(hostname -I | cut -d' ' -f1) web\" >> /etc/hosts", ("web",)),
        ('IP=$(hostname -i); echo "$IP web # mine" >> /etc/hosts', ("web",)),
        ("IP=$(ip -4 addr show eth0 | awk '/inet/ {print $2}')\necho $IP web >> /etc/hosts", ("web",)),
        ("printf '%s\\t%s\\n' $(hostname -i) web >> /etc/hosts", ("web",)),
        ('printf "$POD_IP web\\n" >> /etc/hosts', ("web",)),
        ("cat >> /etc/hosts <<EOF\n10.1.2.3 db\n${POD_IP} web\nEOF", ("web",)),
        ("echo $POD_IP web | tee -a /etc/hosts", ("web",)),
        ("sh -c 'echo $POD_IP web' >> /etc/hosts", None),
        ("sh -c 'echo $POD_IP web >> /etc/hosts'", ("web",)),
        ("echo $(POD_IP) web >> /etc/hosts", ("web",)),
        ("echo $(hostname -i) $(hostname) >> /etc/hosts", ()),
        ("echo 10.1.2.3 $(hostname) >> /etc/hosts", None),
        ("echo $(hostname) $(hostname -i) >> /etc/hosts", None),
        ("echo $(getent hosts db) db >> /etc/hosts", None),
        ("echo $(ip route show default) gateway >> /etc/hosts", None),
        ("for IP in a b; do IP=$(hostname -i); echo $IP web >> /etc/hosts; done", None),
        ("echo $NODE_IP web >> /etc/hosts", None),
    ],
)
def test_names_written_beside_the_own_address(script: str, names: tuple[str, ...] | None) -> None:
    (found,) = argv_writes(["sh", "-c", script], variables={"POD_IP": OWN_ADDRESS, "$(POD_IP)": OWN_ADDRESS})
    assert found.write.own_names == names
    assert found.write.entries is None or names is None


def test_the_kubelet_puts_variables_into_a_command() -> None:
    argv = ["sh", "-c", "echo x >> $(FILE)"]
    assert argv_writes(argv, variables={"FILE": "/etc/hosts"}) == []
    assert len(argv_writes(argv, variables={"$(FILE)": "/etc/hosts"})) == 1
