"""Ways to the hosts file that lead through programs: output files, archives, loops, defaults, scripts from a pipe.

`«...»` marks what is reported. The first words of a row say how it is written.
"""

from __future__ import annotations

import re

import pytest

from podhosts.shell import Way, argv_writes, hosts_writes

WRITES = [
    # output files
    ("truncate", Way.IN_PLACE, "sed -n 'w «/etc/hosts»' /tmp/new"),
    ("truncate", Way.IN_PLACE, "sed 's/a/b/w «/etc/hosts»' /tmp/old"),
    ("truncate", Way.IN_PLACE, "sed -e 's/a/b/gw «/etc/hosts»' /tmp/old"),
    ("truncate", Way.IN_PLACE, "uniq /tmp/new «/etc/hosts»"),
    ("truncate", Way.IN_PLACE, "iconv -f utf8 -t latin1 -o «/etc/hosts» /tmp/new"),
    ("truncate", Way.IN_PLACE, "iconv --output=«/etc/hosts» /tmp/new"),
    ("truncate", Way.IN_PLACE, "openssl enc -d -base64 -in /tmp/x -out «/etc/hosts»"),
    ("truncate", Way.IN_PLACE, "shuf -o «/etc/hosts» /tmp/new"),
    ("update", Way.IN_PLACE, "xxd -r - «/etc/hosts» < /tmp/x"),
    # archives
    ("replace", Way.REPLACED, "tar -C «/etc» -xf /tmp/x.tar hosts"),
    ("replace", Way.IN_PLACE, "tar -C «/etc» --overwrite -xf /tmp/x.tar ./hosts"),
    ("replace", Way.REPLACED, "tar xzf /tmp/hosts.tar.gz -C «/etc»"),
    ("replace", Way.REPLACED, "tar -xf /tmp/x.tar -C «/» etc/hosts"),
    ("replace", Way.VARIES, "busybox tar -xf /tmp/hosts.tar -C «/etc»"),
    ("replace", Way.REPLACED, "cd /etc && tar xf /tmp/x.tar «hosts»"),
    ("replace", Way.REPLACED, "unzip -o /tmp/x.zip hosts -d «/etc»"),
    ("replace", Way.REPLACED, "echo hosts | cpio -pdu «/etc»"),
    # paths
    ("append", Way.IN_PLACE, "echo x >> «${HOSTS_FILE:-/etc/hosts}»"),
    ("append", Way.IN_PLACE, 'echo x >> «"${HOSTS_FILE-/etc/hosts}"»'),
    ("append", Way.IN_PLACE, 'F=${HOSTS_FILE:-"/etc/hosts"}; echo x >> «$F»'),
    ("append", Way.IN_PLACE, ': ${F:=/etc/hosts}; echo x >> «"$F"»'),
    ("append", Way.IN_PLACE, "echo x >> «${ETC:-/etc}/hosts»"),
    ("append", Way.IN_PLACE, "for f in /etc/hosts /tmp/x; do echo x >> «$f»; done"),
    ("append", Way.IN_PLACE, 'awk \'BEGIN { f = "/etc/hosts"; print "x" >> «f» }\''),
    # programs that run others
    ("append", Way.IN_PLACE, "find /etc/hosts -exec sh -c 'echo x >> «/etc/hosts»' \\;"),
    ("append", Way.IN_PLACE, "find «/etc/hosts» -exec tee -a {} \\;"),
    ("append", Way.IN_PLACE, "chrt -b 0 sh -c 'echo x >> «/etc/hosts»'"),
    ("append", Way.IN_PLACE, "timeout -s KILL 5 sh -c 'echo x >> «/etc/hosts»'"),
    ("append", Way.IN_PLACE, "timeout --kill-after=3 -v 5 ksh93 -c 'echo x >> «/etc/hosts»'"),
    ("append", Way.IN_PLACE, "echo 'echo x >> «/etc/hosts»' | sh"),
    ("append", Way.IN_PLACE, "cat <<'E' | bash -s\necho x >> «/etc/hosts»\nE"),
]


@pytest.mark.parametrize(("kind", "way", "script"), WRITES)
def test_writes(kind: str, way: Way, script: str) -> None:
    text = re.sub("[«»]", "", script)
    found = hosts_writes(text)
    assert [text[slice(*write.target)] for write in found] == re.findall("«([^»]*)»", script)
    assert [(str(write.kind), write.way) for write in found] == [(kind, way)]


@pytest.mark.parametrize(
    "script",
    [
        "sed 's/a/b/w /tmp/x' /etc/hosts",
        "sed -n '/how /etc/hosts/p' /tmp/x",
        "uniq /etc/hosts /tmp/new",
        "uniq /etc/hosts",
        "xxd /tmp/x /etc/hosts",
        "openssl dgst -in /etc/hosts",
        "iconv -t latin1 /etc/hosts",
        "tar -C /etc -cf /tmp/hosts.tar hosts",
        "tar -C /etc -tf /tmp/hosts.tar",
        "tar -C /etc -xf /tmp/config.tar",
        "tar -C /etc -xf /tmp/config.tar hostname",
        "tar -C /srv -xf /tmp/hosts.tar",
        "tar -C /etc -xOf /tmp/hosts.tar",
        "tar -C /etc --skip-old-files -xf /tmp/hosts.tar",
        "unzip /tmp/hosts.zip -d /etc",
        "unzip -ol /tmp/hosts.zip -d /etc",
        "HOSTS_FILE=/tmp/hosts; echo x >> ${HOSTS_FILE:-/etc/hosts}",
        "HOSTS_FILE=$(mktemp); echo x >> ${HOSTS_FILE:-/etc/hosts}",
        "read -r F; echo x >> ${F:-/etc/hosts}",
        "HOSTS_FILE=$(mktemp); export HOSTS_FILE; sh -c 'echo x >> ${HOSTS_FILE:-/etc/hosts}'",
        "add() { echo x >> ${1:-/etc/hosts}; }; add /tmp/hosts",
        "for f in /etc/hosts /etc/resolv.conf; do cat $f; done",
        "for f in /etc/hosts; do cat $f; done; echo x >> $f",
        "find /etc/hosts -exec cat {} \\;",
        "find /tmp -name hosts -exec tee -a {} \\;",
        "echo 'echo x >> /etc/hosts' | cat",
        "echo 'echo x >> /etc/hosts' | ssh node sh",
        'awk \'BEGIN { f = "/etc/hosts"; f = "/tmp/x"; print "x" >> f }\'',
    ],
)
def test_look_alikes(script: str) -> None:
    assert hosts_writes(script) == []


def test_a_variable_that_the_manifest_sets_has_no_default() -> None:
    command = ["sh", "-c", "echo x >> ${HOSTS_FILE:-/etc/hosts}"]
    assert len(argv_writes(command)) == 1
    assert argv_writes(command, variables={"HOSTS_FILE": None}) == []
    assert argv_writes(command, variables={"HOSTS_FILE": "/tmp/hosts"}) == []
    assert len(argv_writes(command, variables={"HOSTS_FILE": "/etc/hosts"})) == 1


def test_an_address_by_default_is_not_known() -> None:
    """An entry may become a fix only if nothing else can stand there."""
    (write,) = hosts_writes("echo ${IP:-10.0.0.1} db >> /etc/hosts")
    assert write.entries is None
