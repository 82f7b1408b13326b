"""The search for words: it never says no to a file about which a rule could say something."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from podhosts import embedded, interpret, triggers
from podhosts.document import Document, Mapping, Scalar, split
from podhosts.engine import Options, Result, lint, linting
from podhosts.kubernetes.fields import is_foreign_host_aliases, is_misspelt_host_aliases
from podhosts.kubernetes.mounts import normalize
from podhosts.rules import RULES
from podhosts.source import Source
from podhosts.triggers import file_mentions, mentions
from tests.test_rule_examples import examples

if TYPE_CHECKING:
    from pathlib import Path

UNRELATED = [
    "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  clusterIP: 10.0.0.1\n  ports: [{port: 80}]\n",
    "spec:\n  affinity:\n    podAntiAffinity:\n    - topologyKey: kubernetes.io/hostname\n",
    'labels: {"kubernetes.io/hostname": node-1}\n',
    "status:\n  podIP: 10.1.2.3\n  podIPs:\n  - ip: 10.1.2.3\n  - ip: fd00::3\n",
    'status: {"podIPs": [{"ip": "10.1.2.3"}, {"ip": "fd00::3"}]}\n',
    "subsets:\n- addresses:\n  -   ip: 10.1.2.3\n  -\n    ip: 10.1.2.4\n",
    "spec:\n  tls:\n  - hosts: [a.example]\n    secretName: tls\n  rules:\n  - host: a.example\n",
    "volumeMounts:\n- {name: certs, mountPath: /etc/ssl/certs}\n- {name: app, mountPath: /etc-app}\n",
    'args: ["-c", "printf \'a\\tb\\n\' > /tmp/x"]\n',
    "description: it uses classes, addresses and clients; reliability\n",
    "data:\n  script: |\n    cat \\\n      /var/lib/x\n",
    "path: C:\\users\\xavier\n",
    'x: "a\\x0ab\\u000a\\u00e9\\U0001F600"\n',
]
BAD_EXAMPLES = [re.sub(" *# expect: .*", "", bad) for rule in RULES for bad in examples(rule, "Bad")]
#: Rules that speak of texts without a word only where something else makes the file be read.
SECONDARY = {"syntax-error", "unused-suppression", "expired-suppression"}
ESCAPES = ["\\x{:02x}", "\\u{:04x}", "\\U{:08X}", "\\x{:02X}"]


def key_of(text: str, key: str) -> bool:
    """Whether the reader finds a key in the mapping at a document's root, or in JSON that is its first value."""
    source = Source("x", text.encode())
    root = Document(source, split(source.text)[0]).root
    if not isinstance(root, Mapping):
        return False
    first = root.entries[0].value
    return key in root.fields or (isinstance(first, Scalar) and key in first.text)


@st.composite
def host_aliases_keys(draw: st.DrawFn) -> str:
    """Keys within two edits of hostaliases, in any case and with separators anywhere, and other tools' words."""
    word = draw(st.sampled_from(["hostaliases"] * 8 + ["extrahosts", "addhosts", "aliases"]))
    characters = list(word)
    for _ in range(draw(st.integers(0, 2)) if word == "hostaliases" else 0):
        at = draw(st.integers(0, len(characters) - 1))
        letter = draw(st.sampled_from([*"aehilostx1./", "é", "中", "\xa0", "😀"]))
        characters[at] = draw(st.sampled_from(["", letter, letter + characters[at], characters[at] + letter]))
    characters = [draw(st.sampled_from([character, character.upper()])) for character in characters]
    for _ in range(draw(st.integers(0, 3))):
        characters.insert(draw(st.integers(1, len(characters) - 1)), draw(st.sampled_from(["_", "-", " ", "__", "\t"])))
    key = "".join(characters)
    assume(is_misspelt_host_aliases(key) or is_foreign_host_aliases(key) or key == "hostAliases")
    return key


@st.composite
def written_keys(draw: st.DrawFn) -> str:
    """A document that begins with such a key, in any style."""
    key = draw(host_aliases_keys())
    nested = json.dumps(json.dumps({key: []}, ensure_ascii=False), ensure_ascii=False)
    styles = [
        f"{key}: []\n", f"{key} :\n- x\n", f'"{key}": []\n', f"'{key}' : []\n", f"? {key}\n: []\n",
        f"? {key} # c\n: x\n",
        f"{{{key}: []}}\n", f"{{'{key}'}}\n", f'{{"{key}"\n: []}}\n', f"!!str {key}: x\n", f"&a {key}: x\n",
        f"x: {nested}\n", f"? >-\n  {key}\n: x\n", f"- &a {key}\n- *a : x\n",
    ]  # fmt: skip
    text = draw(st.sampled_from(styles))
    assume(text.startswith("- ") or key_of(text, key))
    return text


@given(written_keys(), st.sampled_from(UNRELATED), st.sampled_from(UNRELATED))
def test_keys(text: str, before: str, after: str) -> None:
    assert mentions(f"{before}---\n{text}---\n{after}".encode())
    assert mentions("".join(f"  {line}\n" for line in text.split("\n")).encode())


def edited(words: set[str]) -> set[str]:
    """The words themselves, and with one letter put in, left out or replaced."""
    cuts = [(word, at, after) for word in words for at in range(len(word) + 1) for after in (at, at + 1)]
    return {word[:at] + new + word[after:] for word, at, after in cuts for new in ("", *"xhsé")}


def test_all_keys_within_two_edits() -> None:
    keys = edited(edited({"hostaliases"}))
    assert all(map(is_misspelt_host_aliases, keys))
    assert [key for key in keys if not mentions(f"{key}: []\n".encode())] == []


@given(host_aliases_keys(), st.data())
def test_escaped_keys(key: str, chosen: st.DataObject) -> None:
    spellings = [chosen.draw(st.sampled_from([character, *ways(character)])) for character in key]
    text = f'"{"".join(spellings)}": []\n'
    assert key_of(text, key)
    assert mentions(text.encode())


@given(st.sampled_from(["hostAliases", "hostname", "subdomain", "/etc/hosts", "ip", "Corefile", "/etc"]), st.data())
def test_escaped_words(word: str, chosen: st.DataObject) -> None:
    escaped = chosen.draw(st.sets(st.integers(0, len(word) - 1), min_size=1))
    text = "".join(chosen.draw(st.sampled_from(ways(c))) if at in escaped else c for at, c in enumerate(word))
    assert key_of(f'"{text}": x\n', word)
    assert mentions(f'spec: {{"{text}": x}}\n'.encode())
    assert mentions(f'mountPath: "{text}"\n'.encode())


def ways(character: str) -> list[str]:
    """How a character may be written between double quotes, beside as itself."""
    found = [way.format(ord(character)) for way in ESCAPES if ord(character) < 256 or "8" in way]
    return found + {" ": ["\\ "], "\t": ["\\t", "\\\t"]}.get(character, [])


@given(st.sampled_from(["hostAliases", "/etc/hosts", "subdomain"]), st.data())
def test_words_over_an_escaped_break(word: str, chosen: st.DataObject) -> None:
    at = chosen.draw(st.integers(1, len(word) - 1))
    line_break = chosen.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    text = f'x: "{word[:at]}\\{line_break}    {word[at:]}"\n'
    assert key_of(text, "x")
    assert mentions(text.encode())


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_always_read(encoding: str) -> None:
    assert mentions("\ufeffa: b\n".encode(encoding))


@given(st.lists(st.sampled_from(["/", "//", "/./", "/.", "."]), max_size=4).map("".join), st.data())
def test_spellings_of_the_path(between: str, chosen: st.DataObject) -> None:
    before = chosen.draw(st.sampled_from(["/", "//", "/./", "///"]))
    after = chosen.draw(st.sampled_from(["", "/", "/.", "//"]))
    path = chosen.draw(st.sampled_from([f"{before}etc/{between}/hosts{after}", f"{before}etc{after}"]))
    assume(normalize(path) in {"/etc/hosts", "/etc"})
    in_json = json.dumps(path).replace("/", "\\/")
    for text in (f"mountPath: {path}\n", f'mountPath: "{path}"', f"{{mountPath: {path}}}", in_json):
        assert mentions(text.encode())


@pytest.mark.parametrize("key", ["ip:", '"ip" :', "'ip':", "? ip\n  :", "!!str ip:", "&a ip:", '"\\x69p":'])
@pytest.mark.parametrize(
    "before",
    ["spec:\n", "spec:\n# ----\n", "spec: # -\n", "a: b\nspec:\n  name: a -\n", "spec:\n  a: [b, -c-]\n", "spec:\r\n",
     "spec:\r", "spec:\n  containers:\n  - name: a\n", "spec:\n\n\n", "spec:\n  a: {b: c}\n",
     "a: |-\n  -\nspec:\n  b: x--\n"],
)  # fmt: skip
def test_outdented_ip(before: str, key: str) -> None:
    assert mentions(f"{before}  {key} 10.0.0.1\n".encode())


@pytest.mark.parametrize(
    "text",
    ["spec: {ip: x}", "spec: {a: b, ip: x}", 'spec: {"ip" : x}', '{"spec": {"ip":"x"}}', "spec: {\n  ip: x}",
     'x: "{\\"spec\\":{\\"ip\\":1}}"'],
)  # fmt: skip
def test_outdented_ip_in_flow_collections(text: str) -> None:
    assert mentions(text.encode())


@pytest.mark.parametrize("text", UNRELATED)
def test_unrelated_files(text: str) -> None:
    assert not mentions(text.encode())
    assert not mentions(text.replace("\n", "\r\n").encode())


def test_unrelated_files_together() -> None:
    assert not mentions("---\n".join(UNRELATED).encode())


@given(written_keys(), st.integers(0, 30_000))
def test_keys_in_files_read_in_windows(tmp_path_factory: pytest.TempPathFactory, text: str, at: int) -> None:
    path = tmp_path_factory.getbasetemp() / "windows.yaml"
    filler = "---\n".join(UNRELATED * 20)
    at = filler.rfind("---\n", 0, at) + 4 if "---\n" in filler[:at] else 0
    path.write_text(f"{filler[:at]}{text}---\n{filler[at:]}", "utf-8")
    with mock.patch.object(triggers, "WINDOW", 8192):
        assert file_mentions(str(path))


@pytest.mark.parametrize("shift", range(-10, 2))
def test_a_word_on_the_border_of_two_windows(shift: int, tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    path.write_bytes(b"#" * (triggers.WINDOW + shift - 1) + b"\nsubdomain: x\n")
    assert file_mentions(str(path))


def test_a_large_unrelated_file(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    path.write_text("---\n".join(UNRELATED) * (3 * triggers.WINDOW // 1000), "utf-8")
    assert path.stat().st_size > 2 * triggers.WINDOW
    assert not file_mentions(str(path))


def lint_without_a_search(source: Source) -> Result:
    """What all rules find in a source when all texts are taken to hold a word."""
    options = Options(selected=frozenset(rule.name for rule in RULES))
    with (
        mock.patch.object(linting, "mentions", return_value=True),
        mock.patch.object(embedded, "text_mentions", return_value=True),
        mock.patch.object(interpret, "text_mentions", return_value=True),
    ):
        return lint(source, options)


@given(st.sampled_from(BAD_EXAMPLES), st.data())
def test_what_a_rule_finds_holds_a_word(text: str, chosen: st.DataObject) -> None:
    """Linted as if all texts held a word, any changed example in which a rule finds something does hold one."""
    for _ in range(chosen.draw(st.integers(0, 3))):
        at = chosen.draw(st.integers(0, len(text) - 1))
        new = chosen.draw(
            st.sampled_from(["", " ", "_", "x", text[at].swapcase(), text[at] * 2, "\n", '"', "{", "- ", "#"])
        )
        text = text[:at] + new + text[at + 1 :]
    found = lint_without_a_search(Source("x.yaml", text.encode())).findings
    if {finding.rule for finding in found} - SECONDARY:
        assert mentions(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "x: |\n  hosts {\n", "x: |\n  hosts a.example {\n", 'x: "hosts\\n{"\n', "- name: hosts\n", '{"name": "hosts"}',
        "data: {Corefile: x}\n", "name: coredns-custom\n", "x: fallthrough\n", "spec: {subdomain: x}\n",
        "x: cd /etc && echo 1 > hosts\n", "hosts a.example {\n",
    ],
)  # fmt: skip
def test_words_of_other_rules(text: str) -> None:
    assert mentions(text.encode())
    assert mentions(text.upper().encode())


POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {a: &k KEY}}\nspec:\n"
#: Keys with a value that some rule refuses in a pod spec.
REFUSED = {"hostname": "A_b", "subdomain": "A_b", "ip": "10.0.0.1", "addHosts": "[a]", "host_aliasses": "[]"}


@given(
    st.sampled_from(sorted(REFUSED)),
    st.sampled_from(["{}", "'{}'", '"{}"', "? {}", "?   {}", "? # why\n    {}", "*k", "&b {}", "!!str {}"]),
    st.sampled_from(["", " ", " " * 41, " " * 900, "\t", "\n  ", " # why\n  "]),
    st.booleans(),
)
def test_keys_however_they_are_written(key: str, spelling: str, before_colon: str, has_colon: bool) -> None:
    """What a full read reports holds a word: explicit and aliased keys, far colons, no colon at all."""
    entry = spelling.format(key) + (f"{before_colon}: {REFUSED[key]}" if has_colon else "")
    text = f"{POD.replace('KEY', key)}  {entry}\n  containers: []\n"
    found = lint_without_a_search(Source("x.yaml", text.encode())).findings
    if {finding.rule for finding in found} - SECONDARY:
        assert mentions(text.encode())


@given(st.sampled_from(["hostname", "ip"]), st.sampled_from([" ", "\n", "\t", "\r\n"]), st.integers(0, 5000))
def test_json_with_blanks_before_a_colon(key: str, blank: str, count: int) -> None:
    text = f'{{"apiVersion":"v1","kind":"Pod","metadata":{{}},"spec":{{"{key}"{blank * count}:"A_b"}}}}'
    assert mentions(text.encode())


def in_pieces(word: str) -> st.SearchStrategy[str]:
    """Ways in which a shell takes a word to pieces; the word itself is among them."""
    cuts = st.tuples(st.integers(1, len(word) - 1), st.sampled_from(["''", '""', "\\"]))
    return cuts.map(lambda cut: word[: cut[0]] + cut[1] + word[cut[0] :]) | st.sampled_from(
        [word, f"'{word}'", f'"{word}"', "$v", "${v}", '"$v"']
    )


@given(st.tuples(in_pieces("etc"), st.just("hosts")) | st.tuples(st.just("etc"), in_pieces("hosts")), st.booleans())
def test_paths_that_a_script_puts_together(parts: tuple[str, str], in_json: bool) -> None:
    folder, name = parts
    value = "hosts" if "v" in name else "etc"
    script = f"v={value}; echo 10.0.0.1 a >> /{folder}/{name}"
    command = json.dumps(["sh", "-c", script]) if in_json else f"[sh, -c, '{script.replace(chr(39), chr(39) * 2)}']"
    text = f"{POD}  containers:\n  - name: web\n    command: {command}\n"
    found = lint_without_a_search(Source("x.yaml", text.encode())).findings
    assert [finding.rule for finding in found] == ["hosts-file-write"]
    assert mentions(text.encode())


@pytest.mark.parametrize(
    "text", ["hosts: {a: b}\n", "x: hosts: {\n", "hostsx {\n", "kind: hosts\n", "x: hosts a: {b}\n"]
)
def test_hosts_that_are_no_plugin(text: str) -> None:
    assert not mentions(text.encode())


DEFINITION = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec:\n  hostname: {type: string}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (DEFINITION, False),
        (f"# one\n---\n{DEFINITION}---\n{DEFINITION}", False),
        (DEFINITION + "  hostAliases: {type: array}\n", True),
        (DEFINITION + "---\nspec: {hostname: a}\n", True),
        ("spec: {hostname: a}\n---\n" + DEFINITION, True),
        ("spec:\n  hostname: a\n", True),
        ('{"spec": {"subdomain" : "a"}}', True),
        ("- {op: add, path: /spec/template/spec/hostname, value: A_B}\n", True),
        ("fieldPath: spec.subdomain\n", True),
        ("setHostnameAsFQDN: true\n", True),
        ('x: "spec:\\nhostname: a"\n', True),
        ("description: the host a request goes to, and its hostname as people say\n", False),
        ("internalRegistryHostname: a\n", False),
        ("value: https://$(HOSTNAME).example.com\n", False),
        ("x: aliases of the host a, b\n", False),
        ("extraHosts: [a]\n", True),
    ],
)
def test_words_count_where_a_rule_looks_at_them(text: str, expected: bool) -> None:
    assert mentions(text.encode()) is expected


@pytest.mark.parametrize("holder", ["", "predictor/", "transformer/", "template/spec/"])
def test_a_path_to_a_host_name_in_any_pod_spec_matters(holder: str) -> None:
    """A custom resource may have its pod spec a word deeper: `spec.predictor` of an InferenceService."""
    assert mentions(f"- {{op: add, path: /spec/{holder}hostname, value: web.example}}\n".encode())
