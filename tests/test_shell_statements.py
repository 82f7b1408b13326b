"""What surrounds a write: the statement that a fixer would remove, its separators, and what encloses it.

`«...»` marks the statement's span; the other columns are the separators and `within`.
"""

from __future__ import annotations

import pytest

from podhosts.shell import hosts_writes

W = "echo x >> /etc/hosts"


@pytest.mark.parametrize(
    ("marked", "before", "after", "within"),
    [
        (f"«{W}»", None, None, ""),
        (f"«{W}»\n", None, "\n", ""),
        (f"a\n«{W}»\nb\n", "\n", "\n", ""),
        (f"a; «{W}»; b", ";", ";", ""),
        (f"a && «{W}» && b", "&&", "&&", ""),
        (f"a || «{W}»\n", "||", "\n", ""),
        (f"a &&\n  «{W}»", "&&", None, ""),
        (f"a & «{W}» &", "&", "&", ""),
        (f"a # why\n\n# this\n«{W}» # that\nb", "\n", "\n", ""),
        ("a; «echo x | sudo tee -a /etc/hosts > /dev/null»; b", ";", ";", ""),
        ("«! echo x | tee -a /etc/hosts» || b", None, "||", ""),
        ("«A=b >> /etc/hosts echo x»;", None, ";", ""),
        (f"if a; then «{W}»; fi", None, ";", "if"),
        (f"if «{W}»; then b; fi", None, ";", "condition"),
        (f"if a; then b; else c; «{W}»; fi", ";", ";", "if"),
        (f"while «{W}»\ndo b; done", None, "\n", "condition"),
        (f"for i in a b; do «{W}»; done", None, ";", "loop"),
        (f"case a in b) «{W}» ;; esac", None, None, "case"),
        (f"case a in b) c\n «{W}» ;; esac", "\n", None, "case"),
        (f"( «{W}» )", None, None, "subshell"),
        (f"{{ a; «{W}»; }}", ";", ";", "group"),
        (f"f() {{ «{W}»; }}", None, ";", "function group"),
        (f"x=$(a; «{W}»)", ";", None, "substitution"),
        (f"x=`a; «{W}»`", ";", None, "substitution"),
        (f"sh -c 'a; «{W}»'", ";", None, "script"),
        (f'if a; then (sh -c "«{W}»"); fi', None, None, "if subshell script"),
        ("a; «for i in b; do c; done >> /etc/hosts»\nd", ";", "\n", ""),
        ("a; «{ b; c; } >> /etc/hosts»; d", ";", ";", ""),
        ("if a; then\n  «if b; then c; fi >> /etc/hosts»\nfi", None, "\n", "if"),
        ("«echo a \\\n  >> /etc/hosts»\nb", None, "\n", ""),
    ],
)
def test_the_statement_around_a_write(marked: str, before: str | None, after: str | None, within: str) -> None:
    head, statement_text, tail = marked.replace("»", "«").split("«")
    script = head + statement_text + tail
    (write,) = hosts_writes(script)
    statement = write.statement
    assert statement is not None
    assert script[slice(*statement.span)] == statement_text
    assert (statement.before and statement.before.text) == before
    assert (statement.after and statement.after.text) == after
    for separator in (statement.before, statement.after):
        if separator:
            assert script[slice(*separator.span)] == separator.text
    assert " ".join(statement.within) == within
    assert statement.heredocs == ()


@pytest.mark.parametrize(
    ("script", "is_alone"),
    [
        ("if a; then echo x >> /etc/hosts; fi", True),
        ("if a; then b; echo x >> /etc/hosts; fi", False),
        ("echo x >> /etc/hosts", True),
        ("echo x >> /etc/hosts\nb", False),
    ],
)
def test_a_statement_may_be_alone_in_its_list(script: str, is_alone: bool) -> None:
    (write,) = hosts_writes(script)
    assert write.statement is not None
    assert write.statement.alone is is_alone


@pytest.mark.parametrize(
    ("script", "span", "bodies"),
    [
        ("cat <<E >> /etc/hosts\n10.1.2.3 a\nE\nnext\n", "cat <<E >> /etc/hosts", ["10.1.2.3 a\nE\n"]),
        ("cat <<E | tee -a /etc/hosts\na\nE\n", "cat <<E | tee -a /etc/hosts", ["a\nE\n"]),
        ("cat <<A - <<'B' >> /etc/hosts && c\na\nA\nb\nB\n", "cat <<A - <<'B' >> /etc/hosts", ["a\nA\n", "b\nB\n"]),
        ("cat <<-E >> /etc/hosts\n\ta\n\tE", "cat <<-E >> /etc/hosts", ["\ta\n\tE"]),
        (
            "while read a; do b; done <<E >> /etc/hosts\na\nE\n",
            "while read a; do b; done <<E >> /etc/hosts",
            ["a\nE\n"],
        ),
    ],
)
def test_here_documents_belong_to_the_statement(script: str, span: str, bodies: list[str]) -> None:
    (write,) = hosts_writes(script)
    assert write.statement is not None
    assert script[slice(*write.statement.span)] == span
    assert [script[slice(*body)] for body in write.statement.heredocs] == bodies


@pytest.mark.parametrize(
    ("script", "command"),
    [
        ("echo x >> /etc/hosts", "echo"),
        ("/bin/echo x >> /etc/hosts", "echo"),
        ("sudo tee -a /etc/hosts", "tee"),
        ("> /etc/hosts", ""),
        ("{ a; } > /etc/hosts", ""),
        ("exec 3> /etc/hosts", "exec"),
        ("$CMD > /etc/hosts", ""),
    ],
)
def test_the_command_is_named(script: str, command: str) -> None:
    assert [write.command for write in hosts_writes(script)] == [command]


def test_several_writes_come_in_the_order_of_the_text() -> None:
    script = "f() { echo a >> /etc/hosts; }\nsed -i s/a/b/ /etc/hosts\nrm /etc/hosts\nf\n"
    assert [str(write.kind) for write in hosts_writes(script)] == ["append", "edit", "remove"]


def test_two_writes_of_one_command_are_both_found() -> None:
    script = "echo x 2>> /etc/hosts | tee /etc/hosts /etc/hosts"
    assert [str(write.kind) for write in hosts_writes(script)] == ["append", "truncate", "truncate"]
