"""The evaluator of Helm charts, compared with what the real Helm 3.22 and 4.3 printed for 1,444 small charts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from podhosts.helm.builtins import functions
from podhosts.helm.evaluate import NotKnown, ParsedTemplates, Refused, RenderedFile, TemplatePlace, evaluate
from podhosts.helm.loading import LoadOptions, load
from podhosts.helm.loading.load import DEFAULT_KUBERNETES
from podhosts.helm.traced import PrintingAction
from podhosts.source import Span
from tests.helm_vectors import cases, compare, files, options

if TYPE_CHECKING:
    from podhosts.helm.evaluate import Outcome
    from tests.helm_vectors import Verdict

#: Groups in which nothing may be unknown: the language, values, sub-charts, conditions, and lists of hostAliases.
COMPLETE = (
    *("trim", "lex", "var", "if", "with", "range", "define", "order", "field", "pos"),
    *("ha", "values", "sub", "cond"),
)
GROUPS = sorted({case["group"] for case in cases()} - {"gen"})
#: The generated cases, in as many parts.
PARTS = 8


def counted(verdicts: list[tuple[str, Verdict]]) -> Counter[str]:
    """How many cases have which answer; those that are not equal are printed."""
    for name, verdict in verdicts:
        if verdict.word != "equal":
            print(f"{name}: {verdict.word}: {verdict.detail[:500]}")
    return Counter(verdict.word for _, verdict in verdicts)


def judged(group: str, helm_version: int, part: int = 0, parts: int = 1) -> list[tuple[str, Verdict]]:
    chosen = [case for case in cases() if case["group"] == group][part::parts]
    return [(case["id"], compare(case, helm_version)) for case in chosen]


@pytest.mark.parametrize("helm_version", [3, 4])
@pytest.mark.parametrize("group", GROUPS)
def test_small_charts(group: str, helm_version: int) -> None:
    count = counted(judged(group, helm_version))
    print(f"{group}, Helm {helm_version}: {dict(count)}")
    assert count["different"] == 0
    if group in COMPLETE:
        assert count["unknown"] == 0


@pytest.mark.parametrize("helm_version", [3, 4])
@pytest.mark.parametrize("part", range(PARTS))
def test_generated_charts(part: int, helm_version: int) -> None:
    count = counted(judged("gen", helm_version, part, PARTS))
    print(f"gen {part}, Helm {helm_version}: {dict(count)}")
    assert count["different"] == 0
    assert count["unknown"] == 0


@pytest.mark.parametrize("helm_version", [3, 4])
def test_nearly_all_are_known(helm_version: int) -> None:
    chosen = [case for case in cases() if case["group"] != "gen"]
    unknown = [case["id"] for case in chosen if compare(case, helm_version).word == "unknown"]
    print(f"Helm {helm_version}: {len(unknown)} of {len(chosen)} unknown: {unknown}")
    assert len(unknown) <= 0.05 * len(chosen)


def answers(chart: dict[str, str], wanted: set[str] | None = None) -> dict[str, Outcome]:
    """What the files of a chart print, for a release without a name."""
    texts = {"Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\n", **chart}
    installation = load({name: text.encode() for name, text in texts.items()}, LoadOptions())
    return evaluate(installation.templates, ParsedTemplates(functions(4), 4), DEFAULT_KUBERNETES, wanted)


@pytest.mark.parametrize("group", ["order", "define", "shape", "sub", "lib", "mix"])
def test_a_file_alone_prints_what_it_prints_with_the_others(group: str) -> None:
    compared = 0
    for case in (case for case in cases() if case["group"] == group and case["error"] is None):
        asked = options(case, 3)
        parsed = ParsedTemplates(functions(3), 3)

        def run(wanted: set[str] | None) -> dict[str, Outcome]:
            chart = load(files(case), asked)  # noqa: B023  # called in this round only
            return evaluate(chart.templates, parsed, asked.kubernetes_version, wanted)  # noqa: B023  # as above

        together = run(None)
        for name, outcome in together.items():
            assert run({name}) == {name: outcome}, (case["id"], name)
            compared += 1
    assert compared


def test_what_is_not_needed_is_not_parsed() -> None:
    chart = {"templates/a.yaml": "x", "templates/b.yaml": "{{ nope }}", "templates/_c.tpl": '{{ define "c" }}{{ end }'}
    assert list(answers(chart)) == ["c/templates/b.yaml"]
    assert isinstance(answers(chart, {"c/templates/a.yaml"})["c/templates/a.yaml"], RenderedFile)


def test_the_name_of_a_release_is_unknown() -> None:
    answer = answers({"templates/a.yaml": "{{ .Release.Name }}-x {{ .Release.Name | upper | trunc 3 }}"})[
        "c/templates/a.yaml"
    ]
    assert isinstance(answer, RenderedFile)
    assert answer.text.text == "release-name-x REL"
    known = [answer.text.slice(at, at + 1).is_known for at in range(len(answer.text))]
    assert known == [False] * 12 + [True] * 3 + [False] * 3


def _at(path: str, offset: int) -> TemplatePlace:
    return TemplatePlace(path, Span(offset, offset))


def test_an_error_has_the_places_on_the_way() -> None:
    helper = 'a\n{{ define "h" }}{{ .Values.a.b.c }}{{ end }}'
    answer = answers({"templates/a.yaml": 'x: {{ include "h" . }}', "templates/_h.tpl": helper})["c/templates/a.yaml"]
    assert isinstance(answer, Refused)
    assert answer.places == (
        _at("templates/a.yaml", 6),
        _at("templates/_h.tpl", helper.index(".a.b")),
    )
    assert answer.message.startswith("c/templates/a.yaml:1:6\n")


def test_what_depends_on_something_unknown_is_unknown() -> None:
    text = "a: {{ decryptAES `k` `eA==` }}"
    answer = answers({"templates/a.yaml": text})["c/templates/a.yaml"]
    assert isinstance(answer, NotKnown)
    assert answer.place == _at("templates/a.yaml", text.index("decryptAES"))


def test_the_innermost_action_has_printed_it() -> None:
    text = "{{ include `h` . | indent 2 }}"
    helper = '{{ define "h" }}{{ .Values.ip }}{{ end }}'
    chart = {"templates/a.yaml": text, "templates/_h.tpl": helper, "values.yaml": "ip: 10.0.0.1\n"}
    answer = answers(chart)["c/templates/a.yaml"]
    assert isinstance(answer, RenderedFile)
    blanks, address = answer.text.runs
    start = helper.index("{{ .Values")
    assert blanks.printed_at == PrintingAction("templates/a.yaml", 0, len(text))
    assert address.printed_at == PrintingAction("templates/_h.tpl", start, start + len("{{ .Values.ip }}"))
