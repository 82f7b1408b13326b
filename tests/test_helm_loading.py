"""Charts and values from files: what Helm reads, merges and refuses. The cases that Helm itself printed are in

`test_helm_evaluator.py`; here is what they do not show: places, limits, archives that attack.
"""

from __future__ import annotations

import gzip
import io
import tarfile
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.helm.decoding import MOST_LEVELS, node_at, read_nodes
from podhosts.helm.evaluate import RenderedFile
from podhosts.helm.loading import LoadError, LoadOptions, ValuesText, archives
from podhosts.helm.loading.archives import ArchiveError, unpack
from podhosts.helm.loading.globs import BadPatternError, file_glob, path_pattern
from podhosts.helm.loading.ignoring import DoubleStarError, IgnoreRules
from podhosts.helm.loading.load import kube_version
from podhosts.helm.model import GoList, GoMap, TooLarge, Unsupported
from podhosts.helm.traced import Derived, Traced, ValuePlace, ValueText
from tests.helm_templates import METADATA, TEMPLATE, installed, outcomes, printed, value_runs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from podhosts.helm.model import GoValue

SUB = "apiVersion: v2\nname: s\nversion: 1.0.0\n"


def packed(files: dict[str, bytes]) -> bytes:
    """A chart as `helm package` packs it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def refused(files: Mapping[str, str | bytes], options: LoadOptions | None = None) -> LoadError:
    with pytest.raises(LoadError) as found:
        installed(files, options)
    return found.value


def places(value: GoValue) -> list[tuple[ValuePlace, str]]:
    """The strings in a value with the places that they name."""
    if isinstance(value, Traced):
        return [(origin.place, text) for text, origin in value_runs(value) if text]
    if isinstance(value, GoList):
        return [place for item in value.items for place in places(item)]
    if isinstance(value, GoMap):
        return [place for name, item in value.entries.items() for place in (*places(value.key(name)), *places(item))]
    return []


# --- places ---


def test_each_value_knows_the_file_that_counts() -> None:
    """A file given later wins; the key is the one of the file whose value is taken."""
    found = installed(
        {"values.yaml": "m: {a: base, b: base}\nl: [x]\n"},
        LoadOptions(values=(ValuesText("one.yaml", "m: {a: one}\n"), ValuesText("two.yaml", "m: {c: two}\n"))),
    ).values
    assert {(place.file, place.path, text) for place, text in places(found) if not place.is_key} == {
        ("one.yaml", ("m", "a"), "one"),
        ("values.yaml", ("m", "b"), "base"),
        ("two.yaml", ("m", "c"), "two"),
        ("values.yaml", ("l", 0), "x"),
    }
    keys = {place.path: place.file for place, _ in places(found) if place.is_key}
    assert keys["m", "a"] == "one.yaml"
    assert keys["m", "b"] == "values.yaml"


def test_a_sub_charts_value_is_at_the_parents_key() -> None:
    text = outcomes(
        {
            "values.yaml": "s: {host: from-parent}\nglobal: {zone: everywhere}\n",
            "charts/s/Chart.yaml": SUB,
            "charts/s/values.yaml": "host: own\nport: eighty\n",
            "charts/s/templates/t.yaml": "{{ .Values.host }} {{ .Values.port }} {{ .Values.global.zone }}",
        }
    )["c/charts/s/templates/t.yaml"]
    assert isinstance(text, RenderedFile)
    assert [(run, origin.place.file, origin.place.path) for run, origin in value_runs(text.text)] == [
        ("from-parent", "values.yaml", ("s", "host")),
        ("eighty", "charts/s/values.yaml", ("port",)),
        ("everywhere", "values.yaml", ("global", "zone")),
    ]


def test_what_is_imported_keeps_its_place() -> None:
    dependencies = "dependencies:\n  - {name: s, version: 1.0.0, import-values: [data]}\n"
    text = outcomes(
        {
            "Chart.yaml": METADATA + dependencies,
            TEMPLATE: "{{ .Values.host }}",
            "charts/s/Chart.yaml": SUB,
            "charts/s/values.yaml": "exports: {data: {host: exported}}\n",
        }
    )[f"c/{TEMPLATE}"]
    assert isinstance(text, RenderedFile)
    place = ValuePlace("charts/s/values.yaml", ("exports", "data", "host"))
    assert list(value_runs(text.text)) == [("exported", ValueText(place, 0))]


def test_the_charts_name_is_at_its_line() -> None:
    text = printed("{{ .Chart.Name }}")
    assert text.runs[0].origin == ValueText(ValuePlace("Chart.yaml", ("name",)), 0)


def test_a_number_is_derived_from_its_place() -> None:
    text = printed("{{ .Values.size }}", "size: 1_000\n")
    assert text.text == "1000"
    assert text.runs[0].origin == Derived((ValueText(ValuePlace("values.yaml", ("size",)), 0),))


_SCALARS = st.sampled_from(["x", "'q''q'", '"d\\td"', "yes", "1", "a b", "~", "|\n    l1\n    l2"])
_KEYS = st.sampled_from(["a", "b", "c", "on", "1", "'k k'"])


@st.composite
def values_files(draw: st.DrawFn) -> str:
    """A values file with maps and lists in it."""
    lines = []
    for key in draw(st.lists(_KEYS, max_size=4, unique=True)):
        kind = draw(st.integers(0, 2))
        if kind == 0:
            lines.append(f"{key}: {draw(_SCALARS)}")
        elif kind == 1:
            lines += [f"{key}:", *(f"- {draw(_SCALARS)}" for _ in range(draw(st.integers(1, 3))))]
        else:
            inner = draw(st.lists(_KEYS, min_size=1, max_size=3, unique=True))
            lines += [f"{key}:", *(f"  {name}: {draw(_SCALARS)}" for name in inner)]
    return "\n".join(lines) + "\n"


@given(values_files(), st.lists(values_files(), max_size=2), st.sampled_from([3, 4]))
def test_every_place_leads_to_its_scalar(base: str, given_files: list[str], helm_version: int) -> None:
    files = {"values.yaml": base} | {f"v{number}.yaml": text for number, text in enumerate(given_files)}
    options = LoadOptions(
        helm_version=helm_version,
        values=tuple(ValuesText(name, files[name]) for name in files if name[0] == "v" and name != "values.yaml"),
    )
    found = installed({"values.yaml": base}, options).values
    roots = {name: read_nodes(text, 0, len(text)) for name, text in files.items()}
    for place, text in places(found):
        if place.is_key:
            assert text == place.path[-1]
        else:
            node: Any = node_at(roots[place.file], place)
            assert node.text == text


# --- refusals ---


def test_a_refusal_names_the_place() -> None:
    error = refused({"values.yaml": "a: 1\nb: [1\n"})
    assert (error.stage, error.file, error.span) == ("load", "values.yaml", (11, 11))
    error = refused({"charts/s/Chart.yaml": SUB, "charts/s/values.yaml": "a: [1\n"})
    assert (error.stage, error.file) == ("load", "charts/s/values.yaml")
    error = refused({}, LoadOptions(values=(ValuesText("prod.yaml", "- a\n"),)))
    assert (error.stage, error.file) == ("values", "prod.yaml")


def test_a_schema_names_the_values_that_it_refuses() -> None:
    schema = (
        '{"properties": {"hostAliases": {"items": {"required": ["ip"], "properties": {"ip": {"type": "string"}}}}}}'
    )
    error = refused({"values.yaml": "hostAliases: [{ip: 5}, {hostnames: []}]\n", "values.schema.json": schema})
    assert [(one.chart, one.path, one.message) for one in error.findings] == [
        ("c", ("hostAliases", 0, "ip"), "got number, want string"),
        ("c", ("hostAliases", 1), "missing property 'ip'"),
    ]


def test_a_schema_of_a_sub_chart_sees_its_own_values() -> None:
    schema = '{"properties": {"port": {"type": "integer"}}}'
    files = {"charts/s/Chart.yaml": SUB, "charts/s/values.schema.json": schema, "values.yaml": "s: {port: http}\n"}
    (finding,) = refused(files).findings
    assert (finding.chart, finding.path) == ("c/charts/s", ("port",))


def test_references_inside_a_schema_are_followed_and_others_never_fetched() -> None:
    inside = '{"properties": {"a": {"$ref": "#/$defs/text"}}, "$defs": {"text": {"type": "string"}}}'
    assert refused({"values.yaml": "a: 1\n", "values.schema.json": inside}).findings
    outside = '{"properties": {"a": {"$ref": "https://schemas.example/x.json"}}}'
    assert installed({"values.yaml": "a: 1\n", "values.schema.json": outside}).values.entries


@pytest.mark.parametrize("text", ["null: 1\n", "[a]: 1\n", "a: !!int x\n", "<<: 5\n"])
def test_yaml_that_go_refuses_late_is_unknown(text: str) -> None:
    with pytest.raises(Unsupported):
        installed({"values.yaml": text})


def test_values_that_are_too_deep_are_too_large() -> None:
    depth = MOST_LEVELS + 10
    with pytest.raises(TooLarge):
        installed({"values.yaml": "a: " + "[" * depth + "]" * depth + "\n"})


def test_two_sub_charts_of_one_name_are_unknown() -> None:
    archive = packed({"s/Chart.yaml": SUB.encode()})
    with pytest.raises(Unsupported):
        installed({"charts/s/Chart.yaml": SUB, "charts/s-1.0.0.tgz": archive})


def test_charts_in_charts_end_somewhere() -> None:
    files: dict[str, str | bytes] = {"charts/s/" * depth + "Chart.yaml": SUB for depth in range(1, 40)}
    assert "nested too deeply" in refused(files).message


# --- archives ---


def test_an_archive_is_read_in_memory() -> None:
    archive = packed(
        {"s/Chart.yaml": SUB.encode(), "s/values.yaml": b"host: packed\n", "s/templates/t.yaml": b"{{ .Values.host }}"}
    )
    text = outcomes({"charts/s-1.0.0.tgz": archive})["c/charts/s/templates/t.yaml"]
    assert isinstance(text, RenderedFile)
    place = ValuePlace("charts/s-1.0.0.tgz:values.yaml", ("host",))
    assert list(value_runs(text.text)) == [("packed", ValueText(place, 0))]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("s/../../evil", "references parent directory"),
        ("s//etc/passwd", "absolute paths"),
        ("s\\..\\..\\evil", "references parent directory"),
        ("s/c:/evil", "illegally named files"),
        ("evil", "outside the base directory"),
        ("Chart.yaml/x", "not in base directory"),
    ],
)
def test_archives_that_lead_out_are_refused(name: str, message: str) -> None:
    with pytest.raises(ArchiveError, match=message):
        unpack(packed({name: b"x"}))


def test_links_in_archives_are_nothing() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        link = tarfile.TarInfo("s/values.yaml")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        entry = tarfile.TarInfo("s/Chart.yaml")
        archive.addfile(entry)
    assert unpack(buffer.getvalue()) == {"Chart.yaml": b""}


def test_archives_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ArchiveError, match="larger than the maximum file size"):
        unpack(packed({"s/a": bytes(archives.MOST_FILE_BYTES + 1)}))
    monkeypatch.setattr(archives, "MOST_FILES", 3)
    with pytest.raises(ArchiveError, match="more than 3 files"):
        unpack(packed({f"s/{number}": b"" for number in range(4)}))
    monkeypatch.setattr(archives, "MOST_BYTES", 100_000)
    with pytest.raises(ArchiveError, match="larger than the maximum size"):
        unpack(gzip.compress(bytes(10_000_000)))


# With names of their own: an archive holds the time at which it was made.
@pytest.mark.parametrize(
    "data",
    [b"", b"no archive", gzip.compress(b"no tar"), packed({"s/a": b"x" * 1000})[:60]],
    ids=["empty", "text", "no tar", "cut"],
)
def test_what_is_no_archive_is_refused(data: bytes) -> None:
    with pytest.raises(ArchiveError):
        unpack(data)
    error = refused({"charts/s.tgz": data})
    assert error.message.startswith("error unpacking subchart s.tgz in c: ")
    assert error.file == "charts/s.tgz"


# --- patterns ---


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("*.txt", "a.txt", True),
        ("*.txt", "d/a.txt", False),
        ("a?c", "abc", True),
        ("[a-c]x", "bx", True),
        ("[^a-c]x", "bx", False),
        ("\\*", "*", True),
        ("[\\]]", "]", True),
        ("[c-a]", "b", False),
        ("[^c-a]", "b", True),
    ],
)
def test_patterns_of_helmignore(pattern: str, path: str, matches: bool) -> None:
    assert (path_pattern(pattern).fullmatch(path) is not None) == matches


@pytest.mark.parametrize("pattern", ["[", "[]", "[a", "a\\", "[a-", "[-]", "[^"])
def test_bad_patterns_of_helmignore(pattern: str) -> None:
    with pytest.raises(BadPatternError):
        path_pattern(pattern)
    with pytest.raises(BadPatternError):
        IgnoreRules(pattern)
    with pytest.raises(DoubleStarError):
        IgnoreRules("a/**")


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("conf/*", "conf/a", True),
        ("conf/*", "conf/a/b", False),
        ("conf/**", "conf/a/b", True),
        ("{a,b*}.txt", "bc.txt", True),
        ("[!a]", "b", True),
        ("[a-c]", "b", True),
        ("{a", "anything", True),
    ],
)
def test_patterns_of_files(pattern: str, path: str, matches: bool) -> None:
    assert (file_glob(pattern).fullmatch(path) is not None) == matches


@given(st.text(alphabet="ab*?[]{},!^\\-/", max_size=12))
def test_patterns_never_fail_otherwise(pattern: str) -> None:
    file_glob(pattern)
    with suppress(BadPatternError):
        path_pattern(pattern)


# --- flags and versions ---


@given(st.text(alphabet="ab.=,[]{}\\0123 -", max_size=16))
def test_flags_are_read_or_refused(text: str) -> None:
    """Whatever is written there: values, or an error of Helm's."""
    with suppress(LoadError):
        installed({"values.yaml": "a: {b: 1}\n"}, LoadOptions(flags=(("--set", text),)))


@pytest.mark.parametrize(
    ("text", "helm_version", "full", "normal"),
    [
        ("1.25.3", 3, "v1.25.3", "v1.25.3"),
        ("v1.25.3-eks-1", 3, "v1.25.3", "v1.25.3"),
        ("v1.25.3-eks-1", 4, "v1.25.3-eks-1", "v1.25.3"),
        ("1.25+", 4, "v1.25+", "v1.25"),
    ],
)
def test_kube_versions(text: str, helm_version: int, full: str, normal: str) -> None:
    found = kube_version(text, helm_version)
    assert (found.full, found.normal) == (full, normal)


def test_what_is_no_kube_version_is_refused() -> None:
    with pytest.raises(LoadError):
        kube_version("new", 4)
    assert "incompatible" in refused({"Chart.yaml": METADATA + 'kubeVersion: "<1.20"\n'}).message
