"""Traced text: what is true of any pieces put together in any way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from podhosts.document.placeholders import is_placeholder
from podhosts.helm.traced import (
    EMPTY,
    Derived,
    PrintingAction,
    TemplateText,
    Traced,
    UnknownText,
    ValuePlace,
    ValueText,
    placeholder,
)

#: The text that all template runs come from, and the one that all values come from.
TEMPLATE = "metadata:\n  name: {{ .x }}\n\nspec: äöü ẞ\r\n"
VALUE = "10.1.2.3 db.example\n\tGrüße ǅ "
PLACE = ValuePlace("values.yaml", ("hostAliases", 0, "ip"))


def _piece(source: str, at: int, size: int) -> Traced:
    start = at % len(source)
    text = source[start : start + size]
    origin = TemplateText("templates/a.yaml", start) if source is TEMPLATE else ValueText(PLACE, start)
    return Traced.of(text, origin)


pieces = st.one_of(
    st.builds(_piece, st.sampled_from((TEMPLATE, VALUE)), st.integers(0, 60), st.integers(0, 12)),
    st.builds(Traced.own, st.text(max_size=5)),
    st.just(Traced.unknown("Release.Name", "release-name")),
)
texts = st.lists(pieces, max_size=6).map(Traced.join)


def check(text: Traced) -> None:
    """The runs cover the text, and what is one for one is what stands at its origin."""
    assert sum(run.length for run in text.runs) == len(text.text)
    at = 0
    for run in text.runs:
        assert run.length > 0
        written = text.text[at : at + run.length]
        if isinstance(run.origin, TemplateText):
            assert TEMPLATE[run.origin.start : run.origin.start + run.length] == written
        elif isinstance(run.origin, ValueText):
            assert VALUE[run.origin.start : run.origin.start + run.length] == written
        at += run.length


@given(st.lists(texts, max_size=4), texts)
def test_join(parts: list[Traced], separator: Traced) -> None:
    joined = Traced.join(parts, separator)
    check(joined)
    assert joined.text == separator.text.join(part.text for part in parts)


@given(texts, st.data())
def test_slices_put_together_are_the_text(text: Traced, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(text)))
    first, second = text.slice(0, cut), text.slice(cut)
    check(first)
    check(second)
    assert (first + second).text == text.text
    for offset in range(len(text)):
        half, inner = (first, offset) if offset < cut else (second, offset - cut)
        assert half.origin_at(inner) == text.origin_at(offset)


@given(texts, st.sampled_from(["\n", " ", ".", "na", "e"]))
def test_split_and_join(text: Traced, separator: str) -> None:
    parts = text.split(separator)
    for part in parts:
        check(part)
    assert [part.text for part in parts] == text.text.split(separator)
    again = Traced.join(parts, Traced.own(separator))
    assert again.text == text.text


@given(texts, st.sampled_from(["\n", " ", "db"]), texts)
def test_replace(text: Traced, old: str, new: Traced) -> None:
    replaced = text.replace(old, new)
    check(replaced)
    assert replaced.text == text.text.replace(old, new.text)


@given(texts, st.integers(0, 4))
def test_lines_prefixed(text: Traced, width: int) -> None:
    prefix = " " * width
    indented = text.lines_prefixed(Traced.own(prefix))
    assert indented.text == prefix + text.text.replace("\n", "\n" + prefix)
    assert sum(run.length for run in indented.runs) == len(indented.text)


@given(texts)
def test_characters_that_change_their_number_are_derived(text: Traced) -> None:
    upper = text.map_characters(str.upper)
    assert upper.text == text.text.upper()
    assert sum(run.length for run in upper.runs) == len(upper.text)
    if len(upper.text) == len(text.text):
        assert [upper.origin_at(at) for at in range(len(text))] == [text.origin_at(at) for at in range(len(text))]
    else:
        assert all(isinstance(run.origin, Derived) for run in upper.runs)


@given(texts, texts)
def test_what_is_made_of_something_unknown_is_unknown(text: Traced, other: Traced) -> None:
    assert (text + other).is_known == (text.is_known and other.is_known)
    made = text.derive(text.text + "!")
    assert made.is_known == text.is_known
    assert made.derive("again").is_known == text.is_known


@given(texts)
def test_the_first_action_that_prints_counts(text: Traced) -> None:
    inner, outer = PrintingAction("templates/_a.tpl", 3, 9), PrintingAction("templates/b.yaml", 5, 30)
    printed = (text.printed(inner) + Traced.own("x")).printed(outer)
    assert [run.printed_at for run in printed.runs][:-1] == [inner] * len(text.runs)
    assert printed.runs[-1].printed_at == outer


def test_neighbours_are_one_run() -> None:
    text = _piece(TEMPLATE, 0, 4) + _piece(TEMPLATE, 4, 4)
    assert text.runs == _piece(TEMPLATE, 0, 8).runs
    twice = Traced.unknown("a") + Traced.unknown("a")
    assert len(twice.runs) == 2


def test_unknown_inputs_come_first_and_stay() -> None:
    many = Traced.join([Traced.of("x", TemplateText(f"{index}.yaml", 0)) for index in range(500)])
    made = (many + Traced.unknown("random")).derive("hash")
    origin = made.runs[0].origin
    assert isinstance(origin, Derived)
    assert origin.inputs[0] == UnknownText("random")
    assert not made.is_known


@given(st.lists(st.text(max_size=80), min_size=2, max_size=2, unique=True))
def test_placeholders_differ_and_are_known_as_such(identities: list[str]) -> None:
    first, second = map(placeholder, identities)
    assert first != second
    assert is_placeholder(first)
    assert not set(first) & set(" \t\n:#,[]{}\"'&*!|%@`")


def test_the_empty_text() -> None:
    assert Traced.of("", TemplateText("a", 0)) is EMPTY
    assert Traced.join([]) is EMPTY
    assert EMPTY.split(",") == [EMPTY]
    assert not EMPTY
