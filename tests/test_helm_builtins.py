"""The functions of Helm and Sprig: against what Go's own libraries make of texts, and where what they print comes from.

`tests/data/helm/go.jsonl` was measured with `oracle.go` beside it.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.helm.builtins import functions
from podhosts.helm.builtins.conversions import FAMILY as CONVERSIONS
from podhosts.helm.builtins.pattern_matching import compiled
from podhosts.helm.builtins.patterns import FAMILY as PATTERNS
from podhosts.helm.builtins.versions import FAMILY as VERSIONS
from podhosts.helm.builtins.yaml_writing import to_yaml
from podhosts.helm.decoding import FileOrigins, decode_yaml, node_at, read_nodes
from podhosts.helm.evaluate import NotEvaluated, NotKnown, Refused, RenderedFile
from podhosts.helm.loading import LoadOptions
from podhosts.helm.model import (
    Bool,
    FunctionError,
    GoList,
    GoMap,
    Nil,
    Number,
    TooLarge,
    Unsupported,
)
from podhosts.helm.traced import Derived, Traced, UnknownText, ValuePlace, ValueText
from tests.helm_templates import outcome, printed, value_runs
from tests.paths import DATA

if TYPE_CHECKING:
    from collections.abc import Callable

    from podhosts.helm.builtins.table import Family
    from podhosts.helm.model import GoValue
    from tests.figures import Figures

ROWS = [json.loads(line) for line in (DATA / "helm" / "go.jsonl").read_text("utf-8").splitlines()]


class NoEvaluation:
    """What functions may ask of an evaluator, where nothing is counted."""

    helm_version = 4
    kubernetes_version = "v1.37.0"

    def include(self, name: Traced, data: GoValue) -> Traced:
        raise AssertionError(name, data)

    def tpl(self, text: Traced, data: GoValue) -> Traced:
        raise AssertionError(text, data)

    def step(self, count: int = 1) -> None:
        del count

    def fresh(self, name: str) -> str:
        return name


def called(family: Family, name: str, *arguments: GoValue) -> GoValue:
    return family.functions[name].call(NoEvaluation(), list(arguments))


def go_value(data: Any) -> GoValue:
    """JSON data as the values of a template."""
    if data is None:
        return Nil()
    if isinstance(data, bool):
        return Bool(data)
    if isinstance(data, (int, float)):
        return Number("float64", float(data))
    if isinstance(data, str):
        return Traced.own(data)
    if isinstance(data, list):
        return GoList([go_value(item) for item in data])
    return GoMap({name: go_value(item) for name, item in data.items()})


def data_of(value: GoValue) -> Any:
    """A value as JSON data."""
    if isinstance(value, Traced):
        return value.text
    if isinstance(value, GoList):
        return [data_of(item) for item in value.items]
    if isinstance(value, GoMap):
        return {name: data_of(item) for name, item in value.entries.items()}
    return value.value if isinstance(value, (Bool, Number)) else None


def answer_to_yaml(value: Any) -> Any:
    text = to_yaml(go_value(value)).text
    # What Go's library prints has a last newline, and nothing else is empty but what it refuses.
    return text + "\n" if text else None


def answer_from_yaml(text: str) -> Any:
    found = data_of(called(CONVERSIONS, "fromYaml", Traced.own(text)))
    return found["Error"] if list(found) == ["Error"] else found


def answer_regex(pattern: str, text: str, replacement: str) -> Any:
    source, subject, new = Traced.own(pattern), Traced.own(text), Traced.own(replacement)
    every, two = Number("int", -1), Number("int", 2)
    try:
        found = called(PATTERNS, "mustRegexFindAll", source, subject, every)
        spans = compiled(pattern).search(text, 0, lambda _: None)
        return {
            "first": spans and [text[start:end] if start >= 0 else "" for start, end in spans],
            "all": data_of(found) or None,
            "replaced": data_of(called(PATTERNS, "mustRegexReplaceAll", source, subject, new)),
            "split": data_of(called(PATTERNS, "mustRegexSplit", source, subject, every)),
            "two": data_of(called(PATTERNS, "mustRegexSplit", source, subject, two)),
        }
    except FunctionError as error:
        return str(error)


def answer_semver(constraint: str, version: str) -> Any:
    try:
        return data_of(called(VERSIONS, "semverCompare", Traced.own(constraint), Traced.own(version)))
    except FunctionError as error:
        return str(error)


ANSWERS: dict[str, Callable[..., Any]] = {
    "toYaml": answer_to_yaml,
    "fromYaml": answer_from_yaml,
    "regex": answer_regex,
    "semver": answer_semver,
}


@pytest.mark.parametrize("what", ANSWERS)
def test_functions_answer_as_go(what: str, shown_figures: Figures) -> None:
    """Equal or unknown, never different."""
    counts: Counter[str] = Counter()
    different = []
    for row in (row for row in ROWS if row["what"] == what):
        try:
            mine = ANSWERS[what](*row["in"])
        except Unsupported:
            counts["unknown"] += 1
            continue
        counts["equal" if mine == row["out"] else "different"] += 1
        if mine != row["out"]:
            different.append((row["in"], mine, row["out"]))
    with shown_figures():
        print(f"{what} against Go: {dict(counts)}")
    assert different == []
    # Half of the random YAML has keys that are null, or wrong tags: Go's words for these are not known here.
    assert counts["equal"] >= (0.5 if what == "fromYaml" else 0.95) * sum(counts.values())


VALUES = """\
text: alpha-beta
other: gamma
empty: ""
number: 5
list: [one, two, three]
hostAliases:
  - ip: 10.0.0.1
    hostnames: [a.example, b.example]
  - ip: 10.0.0.2
    hostnames: [c.example]
map: {first: uno, second: dos}
template: "<{{ .Values.other }}>"
yaml: |
  key: inside
  more: [x1, x2]
joined: red,green,blue
long: word word word word word word word word word word word word word word word word word word word word
"""
#: Templates, and what of the values must be known to come from the values file, character for character.
KEPT = [
    ("{{ .Values.text }}", ["alpha-beta"]),
    ("{{ toYaml .Values.hostAliases }}", ["10.0.0.1", "a.example", "b.example", "10.0.0.2", "c.example", "ip"]),
    ("{{ toYaml .Values.hostAliases | nindent 4 }}", ["10.0.0.1", "c.example", "hostnames"]),
    ("{{ toYaml .Values.map | indent 2 }}", ["first", "uno", "second", "dos"]),
    ("{{ toJson .Values.hostAliases }}", ["10.0.0.1", "a.example"]),
    ("{{ toPrettyJson .Values.map }}", ["first", "uno"]),
    ("{{ quote .Values.text }} {{ squote .Values.other }}", ["alpha-beta", "gamma"]),
    ('{{ printf "%s-%v" .Values.text .Values.other }}', ["alpha-beta", "gamma"]),
    ("{{ print .Values.text .Values.other }}", ["alpha-beta", "gamma"]),
    ('{{ trimSuffix "-beta" .Values.text }}', ["alpha"]),
    ('{{ trimPrefix "alpha-" .Values.text }}', ["beta"]),
    ('{{ trimAll "a" .Values.text }}', ["lpha-bet"]),
    ("{{ trim .Values.text }}", ["alpha-beta"]),
    ("{{ trunc 5 .Values.text }} {{ trunc -4 .Values.text }}", ["alpha", "beta"]),
    ("{{ substr 1 3 .Values.text }}", ["lp"]),
    ('{{ join ";" .Values.list }}', ["one", "two", "three"]),
    ("{{ tpl .Values.template . }}", ["<", "gamma", ">"]),
    ('{{ define "h" }}[{{ .Values.text }}]{{ end }}{{ include "h" . | nindent 2 }}', ["alpha-beta"]),
    ("{{ range $i, $v := .Values.list }}{{ $i }}{{ $v }}{{ end }}", ["one", "two", "three"]),
    ("{{ range $k, $v := .Values.map }}{{ $k }}={{ $v }}{{ end }}", ["first", "uno", "second", "dos"]),
    ('{{ toYaml (merge (dict "k" .Values.text) .Values.map) }}', ["alpha-beta", "first", "uno"]),
    ('{{ toYaml (mergeOverwrite (dict "first" "x") .Values.map) }}', ["first", "uno"]),
    ("{{ toYaml (concat .Values.list (list .Values.other)) }}", ["one", "three", "gamma"]),
    ("{{ .Values.empty | default .Values.other }}", ["gamma"]),
    ("{{ coalesce .Values.empty .Values.text }}", ["alpha-beta"]),
    ("{{ ternary .Values.text .Values.other true }}", ["alpha-beta"]),
    ("{{ .Values.hostAliases | toYaml | fromYamlArray | toYaml }}", ["10.0.0.1", "a.example", "ip", "hostnames"]),
    ("{{ toYaml (fromYaml .Values.yaml) }}", ["key", "inside", "x1"]),
    ("{{ toYaml (fromJson (toJson .Values.map)) }}", ["first", "uno"]),
    ('{{ toYaml (pick .Values.map "first") }}', ["first", "uno"]),
    ('{{ toYaml (omit .Values.map "first") }}', ["second", "dos"]),
    ('{{ toYaml (pluck "first" .Values.map) }}', ["uno"]),
    ('{{ dig "map" "first" "" .Values.AsMap }}', ["uno"]),
    ("{{ toYaml (set (dict) .Values.other .Values.text) }}", ["gamma", "alpha-beta"]),
    ('{{ toYaml (dict "k" .Values.text) }}', ["alpha-beta"]),
    ("{{ first .Values.list }} {{ last .Values.list }} {{ index .Values.list 1 }}", ["one", "three", "two"]),
    ("{{ rest .Values.list | initial | toYaml }}", ["two"]),
    ("{{ uniq .Values.list | toYaml }}", ["one", "two", "three"]),
    ('{{ without .Values.list "two" | toYaml }}', ["one", "three"]),
    ("{{ sortAlpha .Values.list | toYaml }}", ["one", "three", "two"]),
    ("{{ reverse .Values.list | compact | toYaml }}", ["one", "three", "two"]),
    ("{{ slice .Values.list 1 2 | toYaml }}", ["two"]),
    ("{{ append .Values.list .Values.text | prepend (list) | toYaml }}", []),
    ('{{ replace "-" "+" .Values.text }}', ["alpha", "beta"]),
    ('{{ replace "-" .Values.other .Values.text }}', ["alpha", "gamma", "beta"]),
    ('{{ splitList "," .Values.joined | toYaml }}', ["red", "green", "blue"]),
    ('{{ (split "," .Values.joined)._1 }} {{ (splitn "," 2 .Values.joined)._1 }}', ["green", "green,blue"]),
    ("{{ toString .Values.text }} {{ cat .Values.text .Values.other }}", ["alpha-beta", "gamma"]),
    ('{{ regexReplaceAll "-" .Values.text "+" }}', ["alpha", "beta"]),
    ('{{ regexFind "[a-z]+$" .Values.text }}', ["beta"]),
    ('{{ regexSplit "," .Values.joined -1 | toYaml }}', ["red", "green", "blue"]),
    ('{{ get .Values.map "first" }} {{ .Values.map | values | first }}', ["uno"]),
    ("{{ keys .Values.map | sortAlpha | toYaml }}", ["first", "second"]),
    ("{{ deepCopy .Values.map | toYaml }}", ["first", "uno"]),
    ("{{ toYaml .Values.long }}", ["word"]),
    ('{{ base "a/b" }}{{ clean .Values.text }}', ["alpha-beta"]),
]


@pytest.mark.parametrize(("template", "wanted"), KEPT, ids=[template for template, _ in KEPT])
def test_origins_are_kept(template: str, wanted: list[str]) -> None:
    text = printed(template, VALUES)
    kept = [run for run, _ in value_runs(text)]
    assert all(any(one in run for run in kept) for one in wanted), kept


@pytest.mark.parametrize("template", [template for template, _ in KEPT])
def test_origins_are_right(template: str) -> None:
    """The characters at the place that a run names are those that it prints."""
    root = read_nodes(VALUES, 0, len(VALUES))
    for run, origin in value_runs(printed(template, VALUES)):
        assert _written(root, origin.place)[origin.start :].startswith(run)


def _written(root: Any, place: ValuePlace) -> str:
    assert place.file == "values.yaml"
    if place.is_key:
        return str(place.path[-1])
    node = node_at(root, place)
    assert node is not None
    return str(node.text)  # type: ignore[union-attr]  # only scalars have a place


@given(st.text(alphabet="abé\t \n:#'\"-{}[]01.\\", max_size=120), st.text(alphabet="ab c", max_size=20))
def test_yaml_is_read_back_and_knows_its_places(text: str, other: str) -> None:
    """Whatever a string holds: `toYaml` of it reads back as it, and each run is what stands at its place."""
    place = ValuePlace("v.yaml", ("k", 0))
    string = Traced.of(text, ValueText(place, 0))
    made = to_yaml(GoMap({"k": GoList([string, Traced.own(other)])}))
    value = decode_yaml(made.text, FileOrigins("x"))
    # What Helm trims off the end belongs to a block scalar that is the last value.
    assert data_of(value) == {"k": [text, other]}
    for run, origin in value_runs(made):
        assert text[origin.start : origin.start + len(run)] == run
        assert origin.place == place


@pytest.mark.parametrize(
    ("template", "inputs"),
    [
        ("{{ sha256sum .Values.text }}", ["text"]),
        ("{{ b64enc .Values.text }}", ["text"]),
        ("{{ .Values.number }}", ["number"]),
        ("{{ add .Values.number 1 }}", ["number"]),
        ("{{ toString .Values.number }}", ["number"]),
        ("{{ contains .Values.text .Values.other }}", ["text", "other"]),
        ("{{ quote .Values.empty }}", ["empty"]),
        ("{{ toYaml .Values.empty }}", ["empty"]),
    ],
)
def test_derived_text_names_its_inputs(template: str, inputs: list[str]) -> None:
    text = printed(template, VALUES)
    found = [one for run in text.runs if isinstance(run.origin, Derived) for one in run.origin.inputs]
    assert {one.place.path for one in found if isinstance(one, ValueText)} == {(name,) for name in inputs}


@pytest.mark.parametrize("empty", ["{}", "[]", '""', "null"])
@pytest.mark.parametrize("function", ["toYaml", "toJson"])
def test_what_is_empty_knows_its_place(empty: str, function: str) -> None:
    text = printed(f"{{{{ {function} .Values.a }}}}", f"a: {empty}\n", LoadOptions(helm_version=3))
    assert text.text == empty
    assert text.runs[0].origin == Derived((ValueText(ValuePlace("values.yaml", ("a",)), 0),))


@pytest.mark.parametrize(
    "call", ["randAlphaNum 5", "uuidv4", "now", '(genCA "x" 1).Cert', 'date "2006" now', "randAlpha 3 | upper | quote"]
)
def test_what_nobody_knows_is_unknown(call: str) -> None:
    template = f"{{{{ {call} }}}}|{{{{ {call} }}}}"
    text = printed(template)
    assert not text.is_known
    one, other = text.split("|")
    # Two calls give two different texts.
    assert one.text != other.text


def test_the_release_name_is_what_helm_says_and_unknown() -> None:
    text = printed("{{ .Release.Name | quote }}")
    assert text.text == '"release-name"'
    assert any(isinstance(run.origin, UnknownText) for run in text.runs)
    assert printed("{{ .Release.Name }}", "", LoadOptions(release_name="mine")).is_known


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ('{{ $m := dict "a" 1 }}{{ $_ := set $m "b" 2 }}{{ $m }}', "map[a:1 b:2]"),
        ('{{ $m := dict "a" 1 "b" 2 }}{{ $_ := unset $m "a" }}{{ $m }}', "map[b:2]"),
        ('{{ $m := dict }}{{ $_ := merge $m (dict "a" 1) }}{{ $m }}', "map[a:1]"),
        ('{{ $m := dict "a" (dict) }}{{ $c := deepCopy $m }}{{ $_ := set $c.a "x" 1 }}{{ $m }}', "map[a:map[]]"),
        ('{{ $l := list 1 }}{{ $_ := append $l 2 }}{{ $l }}', "[1]"),
        ('{{ merge (dict) (dict "a" nil) }}{{ mergeOverwrite (dict) (dict "a" nil) }}', "map[]map[a:<nil>]"),
        ('{{ $a := dict "x" (list 1) }}{{ mergeOverwrite $a (dict "x" (list)) }}', "map[x:[]]"),
        ("{{ toJson (rest list) }}{{ toJson (list) }}{{ toJson (concat) }}", "null[]null"),
        ('{{ round 2.5 0 }} {{ round -2.5 0 }} {{ divf 1 3 }}', "3 -3 0.3333333333333333"),
        ('{{ mod -7 3 }} {{ div -7 2 }}', "-1 -3"),
        ('{{ int "0x1F" }} {{ int "08" }} {{ int "12.00" }} {{ int64 "1_000" }} {{ float64 "x" }}', "31 0 12 1000 0"),
        ('{{ upper "ßé" }} {{ title "a-b c_d" }} {{ snakecase "HTTPServer2xx" }}', "ßÉ A-B C_d http_server_2xx"),
        ('{{ duration "3661" }} {{ durationRound "90m" }} {{ durationRound "1.5s" }}', "1h1m1s 1h 1s"),
        ('{{ seq 3 }} {{ seq 5 1 }} {{ seq 0 2 4 }}', "1 2 3 5 4 3 2 1 0 2 4"),
        ('{{ (semver "v1.2.3-a+b").Minor }} {{ semver "1.2" }}', "2 1.2.0"),
        ('{{ regexQuoteMeta "a.b*" }} {{ regexFindAll "a." "abac" -1 }}', "a\\.b\\* [ab ac]"),
        ('{{ divf "abc" -3 }} {{ snakecase "a:-b" }}', "0 a:-b"),
        ('{{ wrap 5 "ab cd efg" }}|{{ wrapWith 3 "/" "abcdef g" }}', "ab cd\nefg|abc/def/g"),
        ('{{ chunk 2 (list 1 2 3) }} {{ initial (list 1 2) }}', "[[1 2] [3]] [1]"),
        ('{{ fromJson "{" }}', "map[Error:unexpected end of JSON input]"),
        ('{{ fromJson "{\\"a\\":}" }}', "map[Error:invalid character '}' looking for beginning of value]"),
    ],
)  # fmt: skip
def test_what_functions_print(template: str, text: str) -> None:
    assert printed(template).text == text


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ('{{ dig "a" }}', "dig needs at least three arguments"),
        ("{{ dig 1 2 dict }}", "interface conversion: interface {} is int, not string"),
        ('{{ dig "a" "b" .Values }}', "interface {} is common.Values, not map[string]interface {}"),
        ('{{ set nil "a" 1 }}', "assignment to entry in nil map"),
        ('{{ substr -1 -3 "abc" }}', "runtime error: slice bounds out of range [:-3]"),
        ('{{ semverCompare "b\\n" "1" }}', 'improper constraint: "b\\n"'),
        ("{{ indent -1 \"x\" }}", "strings: negative Repeat count"),
        ("{{ substr 3 9 \"abc\" }}{{ substr 4 9 \"abc\" }}", "runtime error: slice bounds out of range [4:3]"),
        ('{{ mustRegexFind "[" "a" }}', "error parsing regexp: missing closing ]: `[`"),
        ('{{ mustFromJson "x" }}', "invalid character 'x' looking for beginning of value"),
    ],
)  # fmt: skip
def test_what_functions_refuse(template: str, message: str) -> None:
    found = outcome(template)
    assert isinstance(found, Refused)
    assert found.message.endswith(message)


@pytest.mark.parametrize(
    "template",
    [
        '{{ repeat 1000000000 "x" }}',
        "{{ until 2000000000 }}",
        '{{ indent 1000000000 "x" }}',
        "{{ $l := list 1 }}{{ range until 30 }}{{ $l = list $l $l }}{{ end }}{{ toYaml $l }}",
        "{{ $l := list 1 }}{{ range until 30 }}{{ $l = list $l $l }}{{ end }}{{ toJson $l }}",
        "{{ $l := list 1 }}{{ range until 30 }}{{ $l = list $l $l }}{{ end }}{{ len (deepCopy $l) }}",
        "{{ $l := list 1 }}{{ range until 30 }}{{ $l = list $l $l }}{{ end }}{{ deepEqual $l (deepCopy $l) }}",
        '{{ $d := dict }}{{ $_ := set $d "a" $d }}{{ toYaml $d }}',
        '{{ $d := dict }}{{ $_ := set $d "a" $d }}{{ deepCopy $d }}',
        '{{ regexMatch "(a{0,1000}){0,1000}" "aaaa" }}',
    ],
)
def test_what_is_too_large_ends(template: str) -> None:
    """Not evaluated, and that at once."""
    assert isinstance(outcome(template), (NotEvaluated, NotKnown))


def test_a_pattern_takes_no_exponential_time() -> None:
    assert printed('{{ regexMatch "^(a+)+$" (printf "%sb" (repeat 200 "a")) }}').text == "false"


@pytest.mark.parametrize("name", ["toToml", "fromToml", "derivePassword", "urlParse"])
def test_what_is_not_built_is_unknown(name: str) -> None:
    with pytest.raises(Unsupported):
        functions(4)[name].call(NoEvaluation(), [Traced.own("x")] * 5)


def test_every_function_is_known_that_charts_use() -> None:
    """Helm 4 has all that Helm 3 has, and some more; neither has what Helm removes."""
    assert functions(3).keys() < functions(4).keys()
    assert not {"env", "expandenv"} & functions(4).keys()
    assert "mustToYaml" not in functions(3)


def test_deep_values_are_refused() -> None:
    value: GoValue = Traced.own("x")
    for _ in range(1000):
        value = GoList([value])
    with pytest.raises(TooLarge):
        to_yaml(value)


def test_a_template_that_renders_is_no_refusal() -> None:
    assert isinstance(outcome("x"), RenderedFile)
