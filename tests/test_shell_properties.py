"""What must hold for any text: no exception, true positions, time in proportion to the length."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from podhosts.shell import argv_writes, hosts_writes, script_writes
from tests.effort import examples
from tests.operations import is_linear

if TYPE_CHECKING:
    from podhosts.shell import HostsWrite

WORDS = [
    *("echo x", ">> /etc/hosts", "> /etc/hosts", "| tee -a /etc/hosts", "sh -c ", "sudo", "eval ", "cat", "10.1.2.3 a"),
    *("'", '"', "\\", "$(", ")", "`", "${", "}", "$((", "))", "((", "(", "{ ", "; }", "[[ ", " ]]", "$'"),
    *(";", "&&", "||", "|", "&", "\n", " ", "\t", "#", "=", "A=/etc/hosts", "$A", "${A}", "{{", "}}", "\0"),
    *("<<E", "<<'E'", "<<-E", "\nE\n", "{a,b}", "@(", "é", "😀", "\r\n", "a=(", "!"),
    *("if ", "then ", "else ", "fi", "while ", "do ", "done", "for i in ", "case x in ", "a) ", ";;", "esac", "f() "),
    *("python -c ", "awk ", "open('/etc/hosts','w')", 'print > "/etc/hosts"'),
]
SCRIPTS = st.one_of(st.text(), st.lists(st.sampled_from(WORDS), max_size=30).map("".join))


def _check(text: str, write: HostsWrite) -> None:
    assert 0 <= write.target.start < write.target.end <= len(text)
    statement = write.statement
    if statement is None:
        return
    assert 0 <= statement.span.start < statement.span.end <= len(text)
    for separator in (statement.before, statement.after):
        if separator is not None:
            assert 0 <= separator.span.start < separator.span.end <= len(text)
    for heredoc in statement.heredocs:
        assert 0 <= heredoc.start <= heredoc.end <= len(text)


@given(SCRIPTS)
@examples(300)
@example("echo x >> /etc/hosts")
@example("sh -c 'sh -c \"echo x >> /etc/hosts\"'")
@example("cat <<E >> /etc/hosts")
@example("`\\`\\\\`")
def test_any_script_is_read_and_every_place_is_in_it(script: str) -> None:
    for write in hosts_writes(script):
        _check(script, write)


@given(SCRIPTS)
def test_a_constant_target_says_the_path(script: str) -> None:
    """Cut out, the target of a plain redirection is the path again, however it is quoted."""
    for write in hosts_writes(script):
        target = script[write.target.start : write.target.end]
        assert "hosts" in target or "A" in target or "`" in script or "\\" in script


@given(st.lists(st.one_of(st.text(max_size=20), st.sampled_from(WORDS), SCRIPTS), max_size=6))
def test_any_list_is_read(argv: list[str]) -> None:
    for found in argv_writes(argv):
        _check(argv[found.index], found.write)


@given(SCRIPTS)
def test_any_python_is_read(source: str) -> None:
    for write in script_writes(source, "python3"):
        _check(source, write)


@given(SCRIPTS, SCRIPTS)
def test_a_script_given_to_a_shell_is_read_as_if_it_stood_there(first: str, second: str) -> None:
    script = f"{first}\n{second}"
    if "'" in script or "\0" in script or "{{" in script:
        return
    outer = hosts_writes(f"sh -c '{script}'")
    inner = hosts_writes(script)
    assert [write.target.start - 7 for write in outer] == [write.target.start for write in inner]
    assert [write.entries for write in outer] == [write.entries for write in inner]


DEEP = [
    "$(",
    "`",
    "${a:-",
    "(",
    "{ ",
    "((",
    "$((",
    "if a; then ",
    "case a in b) ",
    "while a; do ",
    "f() { ",
    '"$(',
    "a=(",
    "@(",
]


@pytest.mark.parametrize("opening", DEEP)
def test_deep_nesting_does_not_exhaust_the_stack(opening: str) -> None:
    hosts_writes(opening * 3_000)
    hosts_writes("echo a >> /etc/hosts\n" + opening * 3_000)


def test_what_stands_before_too_deep_nesting_is_still_found() -> None:
    assert len(hosts_writes("echo a >> /etc/hosts\n" + "(" * 500 + "x" + ")" * 500)) == 1


LONG = [
    *WORDS,
    *DEEP,
    "echo x >> /etc/hosts\n",
    "echo x >> /etc/hosts | ",
    "echo x >> /etc/hosts; } ",
    "A=$A$A; echo $A >> /etc/hosts\n",
    "echo $A >> /etc/hosts; A=aaaaaaaaaaaaaaaaaaaaaaaaaaaa; ",
    "cat <<E >> /etc/hosts\n10.1.2.3 db\nE\n",
    "cat <<E | ",
    "sh -c 'echo x >> /etc/hosts'\n",
    'sh -c "echo x >> /etc/hosts" | ',
    "((a # (\n) ) ",
    "((a b) ",
    "$((a) ",
    "{a,b,",
    "{a,b}",
    "(F=a; ) ",
    "cd /etc; ",
    "f() { echo x >> /etc/hosts; }\n",
    "{ echo 10.1.2.3 a; } >> /etc/hosts;",
    "python -c \"open('/etc/hosts','a')\"\n",
    "awk '{print > \"/etc/hosts\"}' x\n",
    "xargs ",
    "sudo ",
    "env A=b ",
    "-o ",
    "\\\n",
    "[[ a ",
    "case a in b) c;; ",
    "`echo \\`a\\` >> /etc/hosts` ",
]


@pytest.mark.parametrize("piece", LONG, ids=repr)
def test_time_grows_with_the_length_alone(piece: str) -> None:
    assert is_linear(lambda count: hosts_writes(piece * count), 100)


@pytest.mark.parametrize(
    "piece", ["open('/etc/hosts','a');", "é=open('/etc/hosts','a');", "os.system('x');", "f(", "a+", "\r"]
)
def test_python_takes_time_in_proportion_to_its_length(piece: str) -> None:
    assert is_linear(lambda count: script_writes(piece * count, "python3"), 200)


def test_the_package_is_cheap_to_import() -> None:
    code = "import sys, podhosts.shell, podhosts.corefile; print(*sorted(sys.modules))"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"ruamel", "ipaddress", "difflib", "podhosts.shell.parser"} & set(modules)
