"""Linting a file again after changes gives what linting it anew gives."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.engine import Options, default_selection, incremental, lint
from podhosts.engine.checking import check
from podhosts.engine.incremental import IncrementalLinter
from podhosts.helm import NOTHING, Charts
from podhosts.repository import Repository, open_repository
from podhosts.rules import RULES
from podhosts.source import Source
from tests.charts import write
from tests.effort import examples
from tests.manifests import definition

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from podhosts.engine import Result
    from podhosts.engine.checking import DocumentResult
    from podhosts.helm import FileFacts
    from podhosts.kubernetes import KnownKinds
    from podhosts.placed import Placed
    from podhosts.repository import DocumentPlace
    from podhosts.rules import Rule

OPTIONS = Options(selected=default_selection(), lists_objects=True)
POD = """\
apiVersion: v1
kind: Pod
metadata: {{name: {name}, namespace: shop}}
spec:
  hostAliases:
  - {{ip: {ip}, hostnames: [{name}, db]}}
  containers: [{{name: web, image: web}}]
"""
MOUNT = """\
apiVersion: v1
kind: Pod
metadata: {name: mounts}
spec:
  containers:
  - name: web
    image: web
    volumeMounts:
    - {name: hosts, mountPath: /etc/hosts, subPath: hosts}
    - {name: hosts, mountPath: /scripts}
  volumes: [{name: hosts, configMap: {name: hosts}}]
"""
CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: hosts}
data:
  hosts: 10.0.0.1 a
  start.sh: echo 10.0.0.1 a >> /etc/hosts
"""
#: Documents in the string of one: with a finding, a silenced one, a suppression of nothing, and a placeholder.
EMBEDDED = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: pods}
data:
  pods.yaml: |
    apiVersion: v1
    kind: Pod
    metadata: {name: inner}
    spec:
      hostAliases:
      - ip: 10.0.0.1 # podhosts: ignore[invalid-ip]
        hostnames: [inner]
      - ip: 10.0.0.444 # podhosts: ignore[invalid-ip] known
        hostnames: [inner]
      - {ip: "${IP}", hostnames: [one]}
      - {ip: 10.0.0.555, hostnames: [two, two]}
    ---
    {{ if .Values.x }}
    hostAliases: [
"""
PATCH = """\
- {op: add, path: /spec/template/spec/hostAliases/-, value: {ip: 10.0.0.777, hostnames: [patched]}}
"""
DEFINITION = definition("Widget", "hostAliases")
WIDGET = """\
apiVersion: example.com/v1
kind: Widget
metadata: {name: web}
hostAliases: [{ip: 192.168.0.1, hostnames: [web], names: [db]}]
"""
ANOTHER = WIDGET.replace("name: web", "name: db")
#: Documents that find each other, silence rules, hold mistakes, or cannot be read.
DOCUMENTS = [
    POD.format(name="web", ip="10.0.0.256"),
    POD.format(name="db", ip="10.0.0.7"),
    POD.format(name="web", ip="${IP}"),
    MOUNT,
    CONFIG_MAP,
    CONFIG_MAP.replace("10.0.0.1", "10.0.0.22"),
    "apiVersion: v1\nkind: Service\nmetadata: {name: db}\n",
    "apiVersion: v1\nkind: Service\nmetadata: {name: db, namespace: other}\n",
    "# podhosts: ignore-document[invalid-ip] known\n" + POD.format(name="quiet", ip="10.0.0.300"),
    "# podhosts: ignore-file[duplicate-hostname, shadowed-service] known\n# and more\n",
    POD.format(name="web", ip="10.0.0.8").replace("hostAliases:", "hostAliases: # podhosts: ignore[shadowed-service]"),
    POD.format(name="web", ip="&one 10.0.0.999").replace("db]}", "db]}\n  - {ip: *one, hostnames: [é]}"),
    "{{ if .Values.x }}\nhostAliases:\n{{ end }}\n- a: [\n",
    "hostAliases: [\n",
    EMBEDDED,
    "# podhosts: ignore-document[duplicate-hostname] known\n" + EMBEDDED,
    PATCH,
    DEFINITION,
    DEFINITION.replace("10[.]", "192"),
    WIDGET,
    ANOTHER,
    "%YAML 1.2\n",
    "",
    "a: 1\n",
]
SEPARATORS = [
    "---\n",
    "--- # podhosts: ignore-document[invalid-ip] x\n",
    "--- # ignore-file\n",
    "---\n\n",
    "--- wrong\n",
]
#: Where one change is made, and what to: a document, or some characters in the middle of one.
changes = st.tuples(
    st.sampled_from(["replace", "insert", "remove", "type"]),
    st.integers(0, 20),
    st.sampled_from(DOCUMENTS),
    st.sampled_from(SEPARATORS),
    st.text(alphabet="a1:-# \n\r'é{", max_size=3),
)
streams = st.lists(st.tuples(st.sampled_from(DOCUMENTS), st.sampled_from(SEPARATORS)), max_size=7)


def text_of(stream: list[tuple[str, str]]) -> str:
    return "".join(separator + document for document, separator in stream)


def changed(stream: list[tuple[str, str]], change: tuple[str, int, str, str, str]) -> list[tuple[str, str]]:
    what, place, document, separator, typed = change
    at = place % (len(stream) or 1)
    after = list(stream)
    if what == "insert" or not stream:
        after.insert(at, (document, separator))
    elif what == "replace":
        after[at] = document, separator
    elif what == "remove":
        del after[at]
    else:
        old, kept = after[at]
        middle = place * 7 % (len(old) + 1)
        after[at] = old[:middle] + typed + old[middle:], kept
    return after


def as_seen(result: Result) -> object:
    return (
        result.findings,
        [(item.finding, repr(item.suppression)) for item in result.suppressed],
        result.unread,
        result.objects,
        result.files,
        result.documents,
        result.pods,
    )


@examples(150)
@given(streams, st.lists(changes, max_size=6), st.lists(st.sampled_from(DOCUMENTS), max_size=3), st.booleans())
def test_same_as_linting_anew(
    stream: list[tuple[str, str]], steps: list[tuple[str, int, str, str, str]], others: list[str], is_alone: bool
) -> None:
    sources = [Source(f"{'az'[number % 2]}{number}.yaml", text.encode()) for number, text in enumerate(others)]
    stale = Source("m.yaml", text_of(stream).encode())
    around = None if is_alone else Repository([*sources, stale])
    linter = IncrementalLinter(OPTIONS, around)
    for change in (None, *steps):
        stream = changed(stream, change) if change else stream
        source = Source("m.yaml", text_of(stream).encode())
        whole = None if is_alone else Repository(sorted([*sources, source], key=lambda item: item.path))
        assert as_seen(linter.lint(source)) == as_seen(lint(source, OPTIONS, whole))


def test_only_what_changed_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []

    def counted(
        placed: Placed,
        rules: list[Rule],
        kinds: KnownKinds,
        options: Options,
        repository: Repository,
        facts: FileFacts = NOTHING,
    ) -> DocumentResult:
        read.append(placed.document.number)
        return check(placed, rules, kinds, options, repository, facts)

    monkeypatch.setattr(incremental, "check", counted)
    linter = IncrementalLinter(OPTIONS)
    stream = "---\n".join(POD.format(name=f"web-{number}", ip=f"10.0.0.{number}") for number in range(20))
    linter.lint(Source("a.yaml", stream.encode()))
    assert read == list(range(1, 21))
    read.clear()
    linter.lint(Source("a.yaml", stream.replace("10.0.0.7,", "10.0.0.777,").encode()))
    assert read == [8]


TWICE = POD.format(name="web", ip="10.0.0.8").replace(
    "Aliases:", "Aliases:\n  - ip: 10.0.0.8\n    hostnames:\n    - cache"
)


@pytest.mark.parametrize("above", [b"a: 1\r\n", b"a: \xff\n"])
def test_fixes_are_those_of_the_whole_file(above: bytes) -> None:
    linter = IncrementalLinter(OPTIONS)
    before, after = (Source("a.yaml", line + b"---\n" + TWICE.encode()) for line in (b"a: 1\n", above))
    results = [(linter.lint(source), lint(source, OPTIONS)) for source in (before, after)]
    assert all(as_seen(again) == as_seen(anew) for again, anew in results)
    fixes = [[item.fix for item in again.findings if item.fix] for again, _ in results]
    first, second = ([(fix.safety, [edit.text for edit in fix.edits]) for fix in each] for each in fixes)
    assert first != second


SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: db, namespace: shop}\n"
SHADOWING = POD.format(name="web", ip="10.0.0.8")
LISTED = POD.format(name="web", ip="10.0.0.9")
READS_IT = MOUNT.replace("    - {name: hosts, mountPath: /scripts}\n", "")


@pytest.mark.parametrize(
    "texts",
    [
        [[SHADOWING], [SHADOWING, SERVICE], [SHADOWING]],
        [[SHADOWING, SERVICE], [SHADOWING, SERVICE.replace("db", "cache")]],
        [[READS_IT, CONFIG_MAP], [READS_IT, CONFIG_MAP.replace("10.0.0.1 a", "10.0.0.1 a-longer-name")]],
        [[READS_IT, CONFIG_MAP], [READS_IT, "a: 1\n", CONFIG_MAP], [CONFIG_MAP, READS_IT]],
        [[READS_IT, READS_IT], [CONFIG_MAP, READS_IT, READS_IT]],
        [[WIDGET, DEFINITION], [WIDGET, DEFINITION.replace("10[.]", "192")], [WIDGET]],
        # The second one that asks finds what the first one found.
        [
            [WIDGET, WIDGET.replace("name: web", "name: db"), DEFINITION],
            [WIDGET, WIDGET.replace("name: web", "name: db")],
        ],
        [[SHADOWING, LISTED], [SHADOWING, LISTED.replace("10.0.0.9", "10.0.0.8")], [LISTED, SHADOWING]],
        [[MOUNT, CONFIG_MAP], [MOUNT.replace("/scripts", "/elsewhere"), CONFIG_MAP], [CONFIG_MAP]],
    ],
)
def test_what_others_say_is_asked_again(texts: list[list[str]]) -> None:
    options = Options(selected=frozenset(rule.name for rule in RULES), lists_objects=True)
    linter = IncrementalLinter(options)
    seen = []
    for documents in texts:
        source = Source("a.yaml", "---\n".join(documents).encode())
        result = linter.lint(source)
        assert as_seen(result) == as_seen(lint(source, options))
        seen.append([(item.rule, item.related) for item in result.findings])
    assert all(before != after for before, after in pairwise(seen))


def test_questions_do_not_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []

    class Counted(Repository):
        def places(self, kind: str, *words: str) -> Iterator[DocumentPlace]:
            asked.append((kind, *words))
            return super().places(kind, *words)

    monkeypatch.setattr(incremental, "Repository", Counted)
    linter = IncrementalLinter(OPTIONS)
    counts = []
    for number in range(5):
        names = [f"web-{index}" if index > number else f"new-{index}" for index in range(5)]
        stream = "---\n".join(POD.format(name=name, ip="10.0.0.8") for name in names)
        asked.clear()
        linter.lint(Source("a.yaml", stream.encode()))
        counts.append(len(asked))
    assert len(set(counts[1:])) == 1


VALUES = "extra:\n- {ip: 10.0.0.256, hostnames: [a]}\n"
TEMPLATE = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  hostAliases: {{- toYaml .Values.extra | nindent 1 }}
"""


@pytest.mark.parametrize(
    ("name", "texts", "marked"),
    [
        ("values.yaml", [VALUES, "# new\n" + VALUES, "a: 1\n"], ["10.0.0.256", "10.0.0.256", None]),
        (
            "templates/web.yaml",
            [TEMPLATE, "# new\n" + TEMPLATE, TEMPLATE.replace("nindent 1", "nindent 2")],
            ["1", "1", None],
        ),
    ],
)
def test_files_of_a_chart(tmp_path: Path, name: str, texts: list[str], marked: list[str | None]) -> None:
    # Of what is printed in the wrong columns nothing more can be said.
    template = TEMPLATE.replace("nindent 1", "nindent 2") if name == "values.yaml" else TEMPLATE
    write(tmp_path, {"values.yaml": VALUES, "templates/web.yaml": template})
    paths = [str(tmp_path / each) for each in ("templates/web.yaml", "values.yaml")]
    linter = IncrementalLinter(OPTIONS, Repository(charts=Charts(paths)))
    for text, expected in zip(texts, marked, strict=True):
        source = Source(str(tmp_path / name), text.encode())
        results = linter.lint(source), lint(source, OPTIONS, Repository(charts=Charts(paths, [source])))
        again, anew = ([(item.rule, source.cut(item.span)) for item in result.findings] for result in results)
        assert again == anew
        assert [text for _, text in again] == ([expected] if expected else [])


BASE = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {spec: {hostAliases: [{ip: 10.0.0.1, hostnames: [a]}, {ip: 10.0.0.1, hostnames: [b]}]}}}
"""
DROPPING = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {spec: {hostAliases: [{ip: 10.0.0.2, hostnames: [c]}]}}}
"""


def test_what_overlays_say_is_not_remembered(tmp_path: Path) -> None:
    files = {
        "base/kustomization.yaml": "resources: [web.yaml]\n",
        "base/web.yaml": BASE,
        "overlay/kustomization.yaml": "resources: [../base]\npatches: [{path: web.yaml}]\n",
        "overlay/web.yaml": DROPPING,
    }
    write(tmp_path, files)
    paths = [str(tmp_path / name) for name in files]
    around = open_repository(paths, [str(tmp_path)])
    linter = IncrementalLinter(OPTIONS, around)
    # Places in a text that is not stored are not known.
    for text, rules in ((DROPPING, ["patch-drops-alias"]), (DROPPING + "---\n", []), (DROPPING, ["patch-drops-alias"])):
        assert [item.rule for item in linter.lint(Source(paths[3], text.encode())).findings] == rules
