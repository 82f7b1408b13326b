"""Ways to the hosts file that lead through programs: output files, archives, loops, defaults, scripts from a pipe.

`«...»` marks what is reported. The first words of a row say how it is written.
"""

from __future__ import annotations

import re

import pytest

from podhosts.shell import Way, argv_writes, hosts_writes

#: The root of the process itself, as the kernel names it.
OWN_ROOT = "/proc/self/root"
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
    ("append", Way.IN_PLACE, "env -S \"sh -c 'echo x >> «/etc/hosts»'\""),
    ("append", Way.IN_PLACE, "env -iS 'tee -a «/etc/hosts»' < /tmp/x"),
    ("append", Way.IN_PLACE, "env --split-string='A=b tee' -a «/etc/hosts»"),
    ("append", Way.IN_PLACE, "unshare -f sh -c 'echo x >> «/etc/hosts»'"),
    ("append", Way.IN_PLACE, "script -qc 'echo x >> «/etc/hosts»' /dev/null"),
    ("truncate", Way.IN_PLACE, "split -b 1k --filter='cat > «/etc/hosts»' /tmp/new"),
    ("append", Way.IN_PLACE, "echo /etc/hosts | xargs -I{} sh -c «'echo x >> {}'»"),
    ("append", Way.IN_PLACE, "echo /etc/hosts | xargs tee «-a»"),
    ("replace", Way.IN_PLACE, "find /etc -name hosts | xargs -I% cp /tmp/new «%»"),
    # arguments
    ("append", Way.IN_PLACE, 'add() { echo "$1" >> «"$2"»; }; add x /etc/hosts'),
    ("append", Way.IN_PLACE, 'function add { f=$1; shift; echo "$@" >> «"$f"»; }; add /etc/hosts 10.0.0.1 a'),
    ("append", Way.IN_PLACE, "add() { echo x >> «${1:-/etc/hosts}»; }; add"),
    ("append", Way.IN_PLACE, "add() { set -- /etc/hosts; echo x >> «$1»; }"),
    ("append", Way.IN_PLACE, 'set -- /etc/hosts; echo x >> «"$1"»'),
    ("append", Way.IN_PLACE, "set -e x /etc/hosts; set -- /etc/hosts; echo x >> «$1»"),
    ("append", Way.IN_PLACE, 'set -- x /etc/hosts; shift; tee -a «"$@"»'),
    ("replace", Way.IN_PLACE, 'set -- /tmp/new /etc/hosts; cp «"$@"»'),
    ("append", Way.IN_PLACE, 'set -- /etc/hosts; sh -c \'echo x >> «"$1"»\' a "$1"'),
    ("append", Way.IN_PLACE, "main() { add /etc/hosts; }; add() { echo x >> «$1»; }; main"),
    # paths that a command prints, patterns, the process's own root
    ("append", Way.IN_PLACE, "echo x >> «$(echo /etc/hosts)»"),
    ("append", Way.IN_PLACE, "f=`readlink -f /etc/hosts`; echo x >> «$f»"),
    ("append", Way.IN_PLACE, 'f=$(realpath /etc/hosts); echo x >> «"$f"»'),
    ("append", Way.IN_PLACE, 'd=$(dirname /etc/hosts); echo x >> «"$d/hosts"»'),
    ("append", Way.IN_PLACE, "echo x >> «$(printf %s /etc/hosts)»"),
    ("append", Way.IN_PLACE, "tee -a «/etc/host?» < /tmp/x"),
    ("append", Way.IN_PLACE, f"echo x >> «{OWN_ROOT}/etc/hosts»"),
    # scripts that are written first
    ("append", Way.IN_PLACE, "echo 'echo x >> «/etc/hosts»' > /tmp/s; sh /tmp/s"),
    ("append", Way.IN_PLACE, "printf 'set -e\\necho x >> «/etc/hosts»\\n' > s.sh; chmod +x s.sh; ./s.sh"),
    ("append", Way.IN_PLACE, 'cat > /tmp/s <<"E"\necho x >> «"$1"»\nE\nbash -e /tmp/s /etc/hosts'),
    ("append", Way.IN_PLACE, "cd /tmp; echo 'echo x >> «$F»' > s; F=/etc/hosts; . /tmp/s"),
    ("append", Way.IN_PLACE, ". /dev/stdin <<'E'\necho x >> «/etc/hosts»\nE"),
    ("append", Way.IN_PLACE, "sh /dev/stdin <<'E'\necho x >> «/etc/hosts»\nE"),
    ("append", Way.IN_PLACE, "cat > s.py <<'E'\nopen(«'/etc/hosts'», 'a').write(x)\nE\npython3 s.py"),
    # programs that fetch, or fill in templates
    ("truncate", Way.IN_PLACE, "curl -fsSLo «/etc/hosts» https://db.example/x"),
    ("truncate", Way.IN_PLACE, "cd /etc && curl -O «https://db.example/hosts»"),
    ("truncate", Way.IN_PLACE, "curl -O --output-dir «/etc» https://db.example/a/hosts?b=c"),
    ("truncate", Way.IN_PLACE, "wget -NP «/etc» https://db.example/hosts"),
    ("replace", Way.IN_PLACE, "aws s3 cp s3://x/hosts «/etc/hosts»"),
    ("replace", Way.IN_PLACE, "kubectl cp shop/web:/x «/etc/hosts»"),
    ("append", Way.IN_PLACE, "socat -u - «OPEN:/etc/hosts,append» < /tmp/x"),
    ("update", Way.IN_PLACE, "socat «file:/etc/hosts» -"),
    ("truncate", Way.IN_PLACE, "consul-template -once -template «/tmp/x:/etc/hosts»"),
    ("truncate", Way.IN_PLACE, "gomplate -f /tmp/x -o «/etc/hosts»"),
    ("update", Way.IN_PLACE, "fallocate -l 4096 «/etc/hosts»"),
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
        "env -S 'echo x >> /etc/hosts'",
        "env A=b echo -S 'tee /etc/hosts'",
        "unshare --root /tmp/x sh -c 'echo x >> /etc/hosts'",
        'add() { echo "$1" >> "$2"; }; add /etc/hosts /tmp/x',
        'add() { shift 2; echo x >> "$1"; }; add /etc/hosts /tmp/a /tmp/b',
        'add() { echo x >> "$1"; }; cat /etc/hosts',
        "add() { add /etc/hosts; }; add",
        "set -- /etc/hosts; shift; echo x >> ${1:-/tmp/x}",
        "set -- /etc/hosts; for i in 1 2; do shift; done; echo x >> $1",
        "set -- /etc/hosts; (set -- /tmp/x; echo x >> $1); cat $1",
        "set -- /etc/hosts; set -- /tmp/x; echo x >> $1",
        "(set -- /etc/hosts); echo x >> $1",
        "true | set -- /etc/hosts; echo x >> $1",
        "a=$(set -- /etc/hosts); echo x >> $1",
        "set -- /etc/hosts; shift $n; echo x >> $1",
        "set -- $x /etc/hosts; echo x >> $3",
        "f=$(readlink /etc/hosts); echo x >> $f",
        "f=$(echo /etc/hosts | sed s/hosts/x/); echo x >> $f",
        "f=$(echo -e /etc/hosts /x); echo x >> $f",
        "f=$(cat /etc/hosts); echo x >> $f",
        "tee -a /etc/hostn* < /tmp/x",
        "tee -a /*/hosts < /tmp/x",
        "echo 'echo x >> /etc/hosts' > /tmp/s; chroot /host sh /tmp/s",
        "echo 'echo x >> /etc/hosts' > /tmp/s; echo x > /tmp/s; sh /tmp/s",
        "echo 'echo x >> /etc/hosts' >> /tmp/s; sh /tmp/s",
        "echo 'echo x >> /etc/hosts' > /tmp/s; cat /tmp/s",
        "curl -O https://db.example/hosts",
        "cd /etc && wget https://db.example/hosts",
        "kubectl cp /etc/hosts shop/web:/etc/hosts",
        "aws s3 cp /etc/hosts s3://x/hosts",
        "socat -u OPEN:/etc/hosts -",
        "socat OPEN:/etc/hosts,rdonly -",
        "consul-template -template /etc/hosts:/tmp/x",
        "echo /etc/hosts /tmp/x | xargs -I{} sh -c 'cat {}'",
        "cat /tmp/x | xargs tee -a",
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


def test_a_function_with_several_texts_has_none_that_is_certain() -> None:
    call = "add 10.0.0.1 a"
    (write,) = hosts_writes(f'add() {{ echo "$1 $2" >> /etc/hosts; }}; {call}; add 10.0.0.2 b')
    assert write.entries is None
    (write,) = hosts_writes("sh -c 'echo \"$1 $2\" >> /etc/hosts' x 10.0.0.1 a")
    assert [(entry.ip, entry.names) for entry in write.entries or ()] == [("10.0.0.1", ("a",))]


def test_the_arguments_of_a_python_script() -> None:
    (write,) = argv_writes(["python3", "-c", "import sys; open(sys.argv[1], 'a').write('x')", "/etc/hosts"])
    assert write.index == 2
    assert argv_writes(["python3", "-c", "import sys; open(sys.argv[2], 'a').write('x')", "/etc/hosts"]) == []


def test_calls_are_followed_so_often_and_no_more() -> None:
    """A script can call functions that call functions, and so on, exponentially often."""
    functions = "".join(f"f{n}() {{ f{n + 1} $1; f{n + 1} $1; }}; " for n in range(30))
    assert hosts_writes(f"{functions} f30() {{ echo x >> $1; }}; f0 /etc/hosts") == []


@pytest.mark.parametrize("number", ["²", "٣", "9" * 5000])
@pytest.mark.parametrize(
    "script", ["shift {0}; echo $1", "echo ${{{0}}}", "echo ${0}", "echo ${{{0}:-x}}", "echo $'\\{0}'"]
)
def test_numbers_that_no_shell_counts_with(script: str, number: str) -> None:
    """What is no number of an argument decides nothing, and stops nothing."""
    text = f"set -- a b; {script.format(number)} >> /etc/hosts"
    assert [write.way for write in hosts_writes(text)] == [Way.IN_PLACE]
