"""Corefiles as CoreDNS reads them, and what its `hosts` plugin makes of them.

The expectations were compared with `coredns/caddy` v1.1.4 (words, blocks, snippets) and with the setup code of the
plugin (coredns `4b26cced`).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from podhosts.corefile import (
    CorefileError,
    HostsBlock,
    ServerBlock,
    Token,
    hosts_blocks,
    looks_like_corefile,
    parse_corefile,
)
from tests.operations import is_linear

DATA = Path(__file__).parent / "data" / "corefile"


def _shape(blocks: tuple[ServerBlock, ...]) -> list[tuple[str, list[str]]]:
    """Server blocks in short: the keys, and each plugin with its words."""
    return [
        (
            " ".join(key.text for key in block.keys),
            [" ".join([plugin.name.text, *(token.text for token in plugin.tokens)]) for plugin in block.plugins],
        )
        for block in blocks
    ]


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("", []),
        ("# only a comment\n", []),
        (".:53 {\n errors\n cache 30\n}\n", [(".:53", ["errors", "cache 30"])]),
        (".:53\n{\n errors\n}\n", [(".:53", ["errors"])]),
        (".:53\nerrors\ncache 30\n", [(".:53", ["errors", "cache 30"])]),
        (".:53 {\n}\nexample.org {\n log\n}\n", [(".:53", []), ("example.org", ["log"])]),
        ("a.org, b.org,\nc.org {\n log\n}\n", [("a.org b.org c.org", ["log"])]),
        ("a.org b.org {\n log\n}\n", [("a.org b.org", ["log"])]),
        (".:53 {\n health {\n  lameduck 5s\n }\n}\n", [(".:53", ["health { lameduck 5s }"])]),
        ("(s) {\n log\n}\n. {\n import s\n errors\n}\n", [(".", ["log", "errors"])]),
        ("(s) {\n 10.0.0.1 a\n}\n. {\n hosts {\n  import s\n }\n}\n", [(".", ["hosts { 10.0.0.1 a }"])]),
        ("(a) {\n log\n}\n(b) {\n import a\n}\n. {\n import b\n}\n", [(".", ["log"])]),
        (". {\n import custom/*.override\n log\n}\nimport custom/*.server\n", [(".", ["log"])]),
        ('. {\n log . "a \\"b\\" \\n"\n}\n', [(".", ['log . a "b" \\n'])]),
        ('. {\n log "" x\n}\n', [(".", ["log  x"])]),
        (". {\n errors # {\n log#x y\n}\n", [(".", ["errors", "log y"])]),
        ("\ufeff. {\r\n errors\r\n}\r\n", [(".", ["errors"])]),
        (". {\n log a\x1cb\u00a0c\n}\n", [(".", ["log a\x1cb c"])]),
        (". { errors\n}\n", [(".", ["errors"])]),
        (". {\n hosts {\n  10.0.0.1 a\n }\n", [(".", ["hosts { 10.0.0.1 a }"])]),
        ("{{- if .x }}\n.:53 {\n {{- if .y }}\n log\n {{- end }}\n}\n{{- end }}\n", [(".:53", ["log"])]),
        ("{$ZONE}:53 {\n forward . {%DNS%}\n}\n", [("{$ZONE}:53", ["forward . {%DNS%}"])]),
    ],
)
def test_the_blocks_are_those_of_coredns(text: str, shape: list[tuple[str, list[str]]]) -> None:
    assert _shape(parse_corefile(text)) == shape


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        (".:53 {\n errors\n", "{"),
        (".:53 {\n hosts {\n  10.0.0.1 a\n", "{"),
        (".:53 { errors }\n", "}"),
        ('.:53 {\n log "unfinished\n}\n', '"'),
        ("a.org, {\n log\n}\n", "{"),
        ("(s) {\n log\n}\n(s) {\n log\n}\n", "(s)"),
        ("(s) {\n import s\n}\n", "s"),
        ("(s) {\n", "{"),
        (". {\n import\n}\n", "import"),
        (". {\n import a b\n}\n", "b"),
        ("(a) {\n import b\n}\n(b) {\n import a\n}\n. {\n import a\n}\n", "import"),
    ],
)
def test_what_coredns_cannot_read_is_an_error_with_a_place(text: str, marked: str) -> None:
    with pytest.raises(CorefileError) as error:
        parse_corefile(text)
    assert text[error.value.span.start : error.value.span.end] == marked


@pytest.mark.parametrize(
    ("key", "zones"),
    [
        (".", ["dns . 53"]),
        (".:53", ["dns . 53"]),
        (":1053", ["dns . 1053"]),
        ("Example.ORG", ["dns example.org. 53"]),
        ("tls://example.org", ["tls example.org. 853"]),
        ("grpc://example.org:1443", ["grpc example.org. 1443"]),
        ("10.0.0.0/24", ["dns 0.0.10.in-addr.arpa. 53"]),
        ("10.0.0.9/8", ["dns 10.in-addr.arpa. 53"]),
        ("10.0.0.0/23:5300", ["dns 0.0.10.in-addr.arpa. 5300", "dns 1.0.10.in-addr.arpa. 5300"]),
        ("2001:db8::/32", ["dns 8.b.d.0.1.0.0.2.ip6.arpa. 53"]),
        ("0.0.0.0/0", ["dns in-addr.arpa. 53"]),
        ("10.0.0.0/255.0.0.0", ["dns 10.0.0.0/255.0.0.0. 53"]),
    ],
)
def test_a_key_names_its_zones(key: str, zones: list[str]) -> None:
    block = parse_corefile(f"{key} {{\n}}\n")[0]
    assert [f"{zone.scheme} {zone.name} {zone.port}" for zone in block.zones] == zones


def _only(text: str) -> HostsBlock:
    blocks = hosts_blocks(text)
    assert len(blocks) == 1
    return blocks[0]


def _inside(*lines: str, head: str = "hosts") -> HostsBlock:
    return _only(_around(*lines, head=head))


def _around(*lines: str, head: str = "hosts") -> str:
    body = "\n".join(f"        {line}" for line in lines)
    return f".:53 {{\n    errors\n    {head} {{\n{body}\n    }}\n}}\n"


def test_a_hosts_block_with_everything() -> None:
    text = (DATA / "everything.Corefile").read_text()
    block = _only(text)
    assert block.file is not None
    assert block.file.text == "/etc/coredns/hosts"
    assert block.zones == ("example.org.", "10.in-addr.arpa.")
    assert block.zones_known
    entries = [(line.ip.text, [name.text for name in line.names], line.ignored) for line in block.lines]
    assert entries == [("10.0.0.1", ["db.example.org", "www.example.org"], None), ("fd00::1", ["db.example.org"], None)]
    assert [option.name.text for option in block.options] == ["ttl", "no_reverse", "reload", "fallthrough"]
    assert [option.error for option in block.options] == [None] * 4
    assert block.fallthrough_zones == ("example.org.",)
    assert not block.refused
    assert block.first is None
    assert not block.stray
    line = block.lines[0]
    assert text[line.span.start : line.span.end] == "10.0.0.1 db.example.org www.example.org"
    assert [text[name.span.start : name.span.end] for name in line.names] == ["db.example.org", "www.example.org"]


def test_without_arguments_the_pods_file_and_the_servers_zones_are_used() -> None:
    block = _only("a.org b.org:54 {\n hosts\n}\n")
    assert block.file is None
    assert block.zones == ("a.org.", "b.org.")
    assert block.fallthrough is None
    assert block.fallthrough_zones == ()


@pytest.mark.parametrize(
    ("line", "ignored", "meant"),
    [
        ("10.0.0.1 a", None, None),
        ("fe80::1%eth0 a", None, None),
        ("::ffff:10.0.0.1 a", None, None),
        ("10.0.0.1", "no names", None),
        ("10.0.0.01 a", "not an IP address", None),
        ("10.0.0 a", "not an IP address", None),
        ("a 10.0.0.1", "not an IP address", None),
        ("falltrough", "not an IP address", "fallthrough"),
        ("Fallthrough", "not an IP address", "fallthrough"),
        ("fall through", "not an IP address", "fallthrough"),
        ("fallthru", "not an IP address", "fallthrough"),
        ("no-reverse", "not an IP address", "no_reverse"),
        ("no reverse", "not an IP address", "no_reverse"),
        ("noreverse", "not an IP address", "no_reverse"),
        ("TTL 60", "not an IP address", "ttl"),
        ("reloads 5s", "not an IP address", "reload"),
        ("{$IP} a", None, None),
        ("{{ .Values.ip }} a", None, None),
        ("{{ .Values.line }}", None, None),
        ('"10.0.0.1 a b"', None, None),
        ('10.0.0.1 "#a"', "no names", None),
    ],
)
def test_what_a_host_line_does(line: str, ignored: str | None, meant: str | None) -> None:
    block = _inside(line)
    assert [(found.ignored, found.meant and found.meant.name) for found in block.lines] == [(ignored, meant)]


@pytest.mark.parametrize(
    ("line", "span", "arguments"),
    [
        ("falltrough", "falltrough", []),
        ("fall through", "fall through", []),
        ("falltrough in-addr.arpa", "falltrough", ["in-addr.arpa"]),
        ("f: allthrough a.corp", "f: allthrough", ["a.corp"]),
    ],
)
def test_the_words_that_stand_for_an_option(line: str, span: str, arguments: list[str]) -> None:
    block = _inside(line)
    meant = block.lines[0].meant
    assert meant is not None
    assert _around(line)[meant.span.start : meant.span.end] == span
    assert [word.text for word in meant.arguments] == arguments


@pytest.mark.parametrize(
    ("option", "error"),
    [
        ("ttl 1", None),
        ("ttl 65535", None),
        ("ttl +60", None),
        ("ttl {$TTL}", None),
        ("ttl 0", "`ttl` must be from 1 to 65535"),
        ("ttl 65536", "`ttl` must be from 1 to 65535"),
        ("ttl -1", "`ttl` must be from 1 to 65535"),
        ("ttl 99999999999999999999999", "`ttl` must be from 1 to 65535"),
        ("ttl 5s", "`ttl` needs a whole number of seconds"),
        ("ttl", "`ttl` needs a number of seconds"),
        ("reload 5s", None),
        ("reload 1m30s", None),
        ("reload 0", None),
        ("reload 5", "`reload` needs a duration such as `5s`"),
        ("reload -5s", "`reload` must not be negative"),
        ("reload", "`reload` needs one duration"),
        ("no_reverse", None),
        ("fallthrough", None),
        ("fallthrough a.org b.org", None),
        ("fallthrough_unsupported x", "`fallthrough_unsupported` takes no arguments"),
    ],
)
def test_what_coredns_says_of_an_option(option: str, error: str | None) -> None:
    block = _inside(option)
    assert [found.error for found in block.options] == [error]
    assert not block.lines


def test_lines_after_fallthrough_are_refused() -> None:
    block = _inside("10.0.0.1 a", "fallthrough", "10.0.0.2 b", "ttl 60", "typo")
    assert [line.ip.text for line in block.lines] == ["10.0.0.1"]
    assert [line.ip.text for line in block.refused] == ["10.0.0.2", "typo"]
    assert [option.name.text for option in block.options] == ["fallthrough", "ttl"]


def test_names_outside_the_zones_are_dropped() -> None:
    block = _inside("10.0.0.1 a.example.org example.org b.org notexample.org", head="hosts /x example.org")
    assert [name.text for name in block.lines[0].outside] == ["b.org", "notexample.org"]


def test_a_variable_zone_may_hold_any_name() -> None:
    block = _inside("10.0.0.1 a.example.org", head="hosts /x {$ZONE}")
    assert not block.zones_known
    assert block.lines[0].outside == ()


@pytest.mark.parametrize(
    ("text", "is_complete"),
    [
        (". {\n hosts {\n  10.0.0.1 a\n }\n}\n", True),
        (". {\n hosts {\n  10.0.0.1 {{ .x }}\n  {{- if .y }}\n  fallthrough\n  {{- end }}\n }\n}\n", True),
        (". {\n hosts {\n  {{ .Values.lines }}\n }\n}\n", False),
        (". {\n hosts {\n  {$LINES}\n }\n}\n", False),
        (". {\n hosts {\n  import entries\n }\n}\n", False),
    ],
)
def test_what_is_not_seen_is_said(text: str, is_complete: bool) -> None:
    assert _only(text).is_complete is is_complete


def test_a_template_action_is_one_unknown_word() -> None:
    block = _inside("10.0.0.1 {{ .Values.name }}.example.org", head="hosts /x {{ ClusterDNSDomain }}")
    assert [token.text for token in block.zone_arguments] == ["{{ ClusterDNSDomain }}"]
    assert [(name.text, name.is_known) for name in block.lines[0].names] == [("{{ .Values.name }}.example.org", False)]


def test_a_second_hosts_is_refused() -> None:
    first, second = hosts_blocks(". {\n hosts /a {\n  fallthrough\n }\n hosts /b {\n  fallthrough\n }\n}\n")
    assert first.first is None
    assert second.first is first.plugin.name


def test_one_hosts_in_each_server_block_is_fine() -> None:
    blocks = hosts_blocks("a.org {\n hosts\n}\nb.org {\n hosts\n}\n")
    assert [block.first for block in blocks] == [None, None]


def test_a_brace_on_its_own_line_is_no_block() -> None:
    block = _only(". {\n hosts\n {\n  10.0.0.1 a\n }\n}\n")
    assert not block.lines
    assert [token.text for token in block.stray] == ["{", "10.0.0.1", "a", "}"]


def test_a_snippet_stands_where_it_is_written() -> None:
    text = (DATA / "snippets.Corefile").read_text()
    inner, outer = hosts_blocks(text)
    assert [inner.zones, outer.zones] == [("corp.example.org.",), (".",)]
    assert [line.ip.text for line in inner.lines] == ["10.0.0.1", "10.0.0.2"]
    assert inner.lines == outer.lines[:2]
    assert [text[line.span.start : line.span.end] for line in outer.lines] == [
        "10.0.0.1 db.corp.example.org",
        "10.0.0.2 web.corp.example.org",
        "10.0.0.3 extra.example.org",
    ]


def test_an_unread_import_is_named() -> None:
    block = parse_corefile(". {\n import custom/*.override\n hosts {\n  import entries\n }\n}\n")[0]
    assert [token.text for token in block.imports] == ["custom/*.override", "entries"]


def test_the_inside_of_a_server_block() -> None:
    blocks = hosts_blocks("hosts {\n  10.0.0.1 a.org\n  fallthrough\n}\nlog\n", inside=["."])
    assert [block.zones for block in blocks] == [(".",)]
    assert [line.ip.text for line in blocks[0].lines] == ["10.0.0.1"]
    with pytest.raises(CorefileError):
        hosts_blocks("log\n}\n", inside=["."])


def test_the_lines_of_a_plugin() -> None:
    plugin = parse_corefile(". {\n forward . 8.8.8.8 9.9.9.9 {\n  max_fails 3\n  policy random\n }\n}\n")[0].plugins[0]
    assert [token.text for token in plugin.arguments] == [".", "8.8.8.8", "9.9.9.9"]
    assert [[token.text for token in line] for line in plugin.lines] == [["max_fails", "3"], ["policy", "random"]]


@pytest.mark.parametrize("path", sorted(DATA.glob("*.Corefile")), ids=lambda path: path.name)
def test_a_corefile_is_recognised(path: Path) -> None:
    assert looks_like_corefile(path.read_text())


@pytest.mark.parametrize("path", sorted(DATA.glob("not-*")), ids=lambda path: path.name)
def test_other_configuration_is_not_taken_for_a_corefile(path: Path) -> None:
    assert not looks_like_corefile(path.read_text())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hosts",
        "hosts\nforward\n",
        "a b c\nhosts d\n",
        "hosts {\n  10.0.0.1 a\n  fallthrough\n}\n",
        '{"hosts": {"a": 1}}',
        "10.0.0.1 a\n10.0.0.2 b\n",
        ". {\n kubernetes\n",
        'server {\n  hosts = ["a"]\n}\n',
        "(s) {\n forward . 8.8.8.8\n}\n",
    ],
)
def test_other_text_is_not_taken_for_a_corefile(text: str) -> None:
    assert not looks_like_corefile(text)


def _all_tokens(blocks: tuple[ServerBlock, ...]) -> list[Token]:
    tokens = [token for block in blocks for token in block.keys]
    tokens += [token for block in blocks for plugin in block.plugins for token in (plugin.name, *plugin.tokens)]
    return tokens


PIECES = st.sampled_from(
    [
        ".:53",
        "hosts",
        "{",
        "}",
        "\n",
        " ",
        '"',
        '"a b"',
        "#",
        "a,",
        "import s\n",
        "(s) {\n",
        "10.0.0.1 a\n",
        "fallthrough",
        "ttl 30\n",
        "}\n",
        "hosts {\n",
        "{{",
        "}}",
        "{$A}",
        "\r",
        "\\",
        "\0",
        "\u00a0",
        "import",
        "10.0.0.0/9",
        ".:53 {\n",
    ]
)


@given(st.one_of(st.text(), st.lists(PIECES, max_size=40).map("".join)))
@example(".:53 {\n\n}\n")
@example("0.0.0.0/1 {\n hosts\n}")
def test_any_text_gives_blocks_or_an_error_with_a_place(text: str) -> None:
    failure = None
    blocks: tuple[ServerBlock, ...] = ()
    try:
        blocks = parse_corefile(text)
    except CorefileError as error:
        failure = error
    looks_like_corefile(text)
    if failure is not None:
        assert 0 <= failure.span.start < failure.span.end <= len(text)
        return
    for token in _all_tokens(blocks):
        raw = text[token.span.start : token.span.end]
        plain = raw.replace("\r", "")
        assert token.text in (plain, raw[1:-1].replace('\\"', '"'))
        assert text.count("\n", 0, token.span.start) + 1 == token.line
    for found in hosts_blocks(text):
        assert found.fallthrough_zones is not None
        for line in (*found.lines, *found.refused):
            assert text[line.ip.span.start : line.ip.span.end]


LONG_TEXTS = [
    *("{", "}", "{{", "{{ }}", '"a"', "#", "# \n", "a,", "a\r", "\\", '\\"', "{$", "{%", "{$A}"),
    *("import s\n", "(s) {\n", "(s) {\n}\n", ".:53 {\n}\n", "hosts {\n}\n", ". {\n hosts {\n  10.0.0.1 a\n }\n}\n"),
    *("(s) {\n import s2\n", "10.0.0.1 a\n", "falltrough\n", "10.0.0.0/9 "),
]


@pytest.mark.parametrize("piece", LONG_TEXTS)
def test_reading_takes_time_in_proportion_to_the_text(piece: str) -> None:
    assert is_linear(lambda count: looks_like_corefile(piece * count), 300)
