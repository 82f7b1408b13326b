"""Python code that writes the hosts file. `«...»` marks what is reported."""

from __future__ import annotations

import re

import pytest

from podhosts.shell import script_writes

WRITES = [
    ("truncate", "open(«'/etc/hosts'», 'w')"),
    ("append", "with open(«\"/etc/hosts\"», mode='a') as f:\n    f.write(x)\n"),
    ("append", "f = io.open(«'/etc/hosts'», 'ab')"),
    ("update", "f = open(«'/etc/hosts'», 'r+')"),
    ("truncate", "HOSTS = '/etc/hosts'\n\ndef main():\n    with open(«HOSTS», 'wt') as f:\n        pass\n"),
    ("append", "class A:\n    def f(self, p):\n        é = 'é漢'; open(«'/etc/hosts'», 'a')\n"),
    ("append", "import os\r\nif True:\r\n    open(«'/etc/hosts'», 'a')\r\n"),
    ("truncate", "Path(«'/etc/hosts'»).write_text(x)"),
    ("append", "pathlib.Path(«'/etc/hosts'»).open('a')"),
    ("truncate", "p = Path(«'/etc/hosts'»)\np.write_bytes(x)\n"),
    ("append", "open(«Path('/etc/hosts')», 'a')"),
    ("replace", "shutil.copy('/tmp/x', «'/etc/hosts'»)"),
    ("replace", "shutil.copy('/tmp/hosts', «'/etc/'»)"),
    ("replace", "os.rename('/tmp/x', «'/etc/hosts'»)"),
    ("replace", "Path('/tmp/x').replace(«'/etc/hosts'»)"),
    ("remove", "os.rename(«'/etc/hosts'», '/tmp/x')"),
    ("remove", "os.unlink(«'/etc/hosts'»)"),
    ("append", "fd = os.open(«'/etc/hosts'», os.O_WRONLY | os.O_APPEND)"),
    ("edit", "for line in fileinput.input(«'/etc/hosts'», inplace=True):\n    print(line)\n"),
    ("append", "os.system('echo x >> «/etc/hosts»')"),
    ("append", "os.system(«f'echo {ip} db >> /etc/hosts'»)"),
    ("append", "os.system(«'echo ' + ip + ' >> /etc/hosts'»)"),
    ("append", "os.system(«'echo %s >> /etc/hosts' % ip»)"),
    ("append", "os.system(«'echo {} >> /etc/hosts'.format(ip)»)"),
    ("append", "subprocess.run('echo x >> «/etc/hosts»', shell=True)"),
    ("append", "subprocess.check_call(['sh', '-c', 'echo x >> «/etc/hosts»'])"),
    ("append", "subprocess.Popen(['sudo', 'tee', '-a', '«/etc/hosts»'], stdin=PIPE)"),
    ("truncate", "open(«os.path.join('/etc', 'hosts')», 'w')"),
    ("append", "open(«Path('/etc') / 'hosts'», 'a')"),
    ("append", "d = '/etc'\nopen(«f'/etc/hosts'», 'a')"),
    ("append", "open(«'/etc/' + 'hosts'», 'a')"),
    ("append", "open(«os.environ.get('HOSTS', '/etc/hosts')», 'a')"),
    ("replace", "from shutil import copy\ncopy('/tmp/x', «'/etc/hosts'»)"),
    ("append", "import subprocess as sp\nsp.call('echo x >> «/etc/hosts»', shell=True)"),
    ("append", "from os import system as s\ns('echo x >> «/etc/hosts»')"),
    ("edit", "from fileinput import input\nfor line in input(«'/etc/hosts'», inplace=1):\n    print(line)\n"),
    ("append", "x = {{ .Values.x }}\nopen(«'/etc/hosts'», 'a')\n"),
]

NO_WRITES = [
    "open('/etc/hosts')",
    "open('/etc/hosts', 'r').readlines()",
    "open('/etc/hosts', 'rb')",
    "open('/etc/hosts', 'x')",
    "open('/etc/hosts', mode)",
    "open('/etc/hosts.back', 'a+')",
    "open(path, 'w')",
    "open(os.path.join('/etc', name), 'w')",
    "open(os.environ['HOSTS'], 'w')",
    "open(os.getenv('HOSTS', path), 'w')",
    "open(sys.argv[1], 'w')",
    "from mine import copy\ncopy('/tmp/x', '/etc/hosts')",
    "system('echo x >> /etc/hosts')",
    "input('/etc/hosts', 1)",
    "open(Path('/etc') / name, 'a')",
    "logger.info('Backing up hosts file to /etc/hosts ...')",
    "HOSTS = '/etc/hosts'\nHOSTS = '/tmp/x'\nopen(HOSTS, 'w')\n",
    "def f(HOSTS):\n    open(HOSTS, 'w')\nHOSTS = '/etc/hosts'\n",
    "'/etc/hosts'.replace('/etc/hosts', '/tmp/x')",
    "s.replace('x', '/etc/hosts')",
    "shutil.copy('/etc/hosts', '/tmp/x')",
    "os.stat('/etc/hosts')",
    "subprocess.run(['cat', '/etc/hosts'])",
    "subprocess.run('echo x >> /etc/hosts')",
    "subprocess.run(['echo', 'x', '>>', '/etc/hosts'])",
    "subprocess.run(['ssh', host, 'echo x >> /etc/hosts'])",
    "# open('/etc/hosts', 'w')",
    '"""open(\'/etc/hosts\', \'w\')"""',
    "print 'python 2', open('/etc/hosts', 'w')",
    "a = a + b\nos.system(a)",
    "open(*args)",
    "open('/etc/hosts', *mode)",
    "x = (",
]


@pytest.mark.parametrize(("kind", "marked"), WRITES)
def test_a_write_in_python_is_found(kind: str, marked: str) -> None:
    pieces = re.split("[«»]", marked)
    source = "".join(pieces)
    start = len(pieces[0])
    (write,) = script_writes(source, "python3")
    assert tuple(write.target) == (start, start + len(pieces[1]))
    assert str(write.kind) == kind


@pytest.mark.parametrize("source", NO_WRITES)
def test_other_python_is_silent(source: str) -> None:
    assert script_writes(source, "python3") == []


@pytest.mark.parametrize(
    ("source", "entries"),
    [
        ("open('/etc/hosts', 'a').write('10.1.2.3 db\\n')", (("10.1.2.3", ("db",)),)),
        ("Path('/etc/hosts').write_text('10.1.2.3 db\\n# end\\n')", (("10.1.2.3", ("db",)),)),
        ("open('/etc/hosts', 'a').write(f'{ip} db\\n')", None),
        ("open('/etc/hosts', 'a').write('10.1.2.3 db')", None),
    ],
)
def test_what_is_written_is_told_where_it_is_certain(source: str, entries: object) -> None:
    assert [write.entries for write in script_writes(source, "python3")] == [entries]


def test_an_invalid_escape_warns_nobody(recwarn: pytest.WarningsRecorder) -> None:
    assert len(script_writes("x = '\\d'\nopen('/etc/hosts', 'w')\n", "python3")) == 1
    assert not recwarn.list
