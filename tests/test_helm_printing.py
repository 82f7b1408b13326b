"""Go's `fmt`: every expected text here was printed by Go 1.26.8."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.helm.model import NIL, Bool, GoList, GoMap, Number, TooLarge, Unsupported
from podhosts.helm.printing import shown, sprint, sprintf, sprintln
from podhosts.helm.traced import Derived, TemplateText, Traced, ValuePlace, ValueText

if TYPE_CHECKING:
    from podhosts.helm.model import GoValue

Plain: TypeAlias = "bool | int | float | complex | str | list[Plain] | dict[str, Plain] | None"


def go(value: Plain) -> GoValue:
    """A value of Go."""
    if value is None:
        return NIL
    if isinstance(value, bool):
        return Bool(value)
    if isinstance(value, (int, float, complex)):
        return Number({int: "int", float: "float64", complex: "complex128"}[type(value)], value)
    if isinstance(value, str):
        return Traced.own(value)
    if isinstance(value, list):
        return GoList([go(item) for item in value])
    return GoMap({key: go(item) for key, item in value.items()})


def printf(template: str, *values: Plain) -> str:
    return sprintf(Traced.own(template), [go(value) for value in values]).text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (100000.0, "100000"),
        (999999.0, "999999"),
        (1000000.0, "1e+06"),
        (1234567.0, "1.234567e+06"),
        (123456789.0, "1.23456789e+08"),
        (1e21, "1e+21"),
        (1.5e-5, "1.5e-05"),
        (0.0001, "0.0001"),
        (complex(1, -2), "(1-2i)"),
        ([1, "a", None, {"b": 1, "a": None}], "[1 a <nil> map[a:<nil> b:1]]"),
        (True, "true"),
    ],
)
def test_values(value: Plain, text: str) -> None:
    assert shown(go(value)).text == text


@pytest.mark.parametrize(
    ("template", "values", "text"),
    [
        ("%g|%6.2f|%06.1f|%e|%.3g", [1e5] * 5, "100000|100000.00|100000.0|1.000000e+05|1e+05"),
        ("%05s|%-5s|%x|%q|%+q", ["ab", "ab", "hi", "a\udc80é\u2028", "é"], r'000ab|ab   |6869|"a\x80é\u2028"|"\u00e9"'),
        ("%U|%#x|% x|%08b|%+d|%5t", [0x1F600, "hi", "hi", 5, 3, True], "U+1F600|0x6869|68 69|00000101|+3| true"),
        ("%s %z %!\n", [["a", 1], 3], "[a %!s(int=1)] %!z(int=3) %!!(MISSING)\n"),
        ("%d", [{"x": "y"}], "map[%!d(string=x):%!d(string=y)]"),
        ("%[2]d %[1]d %d", [1, 2], "2 1 2"),
        ("%[3]d", [1], "%!d(BADINDEX)"),
        ("%*d|%-*d|%.*f|%.2s", [5, 1, 4, 2, 2, 3.14159, "héllo"], "    1|2   |3.14|hé"),
        ("%6.3d|%+.2e|%6c|%-6c|%#o|%O", [7, 12345.678, 120, 233, 8, 8], "   007|+1.23e+04|     x|é     |010|0o10"),
        ("%#q|%#q", ["a`b", "a\tb"], '"a`b"|`a\tb`'),
        ("%d %s %v %t", ["s", 5, None, "x"], "%!d(string=s) %!s(int=5) <nil> %!t(string=x)"),
        ("%s", [None], "%!s(<nil>)"),
        ("%d%%", [], "%!d(MISSING)%"),
        ("x\n", [1, None, "a"], "x\n%!(EXTRA int=1, <nil>, string=a)"),
        ("%5v|%-5v|%05v", [None, None, "a"], "<nil>|<nil>|0000a"),
        ("%5v|%q", [[1, "a", None], [1, "a", None]], "[    1     a <nil>]|['\\x01' \"a\" <nil>]"),
        ("%.2f", [3], "%!f(int=03)"),
    ],
)  # fmt: skip
def test_formats(template: str, values: list[Plain], text: str) -> None:
    assert printf(template, *values) == text


def test_print_puts_blanks_between_what_is_no_string() -> None:
    assert sprint([go(value) for value in ("a", 1, 2, "b", 3, None, None)]).text == "a1 2b3 <nil> <nil>"
    assert sprintln([go("a"), go(1)]).text == "a 1\n"


@given(st.text(max_size=20), st.text(max_size=20))
def test_strings_stay_what_they_are(first: str, second: str) -> None:
    origins = TemplateText("templates/a.yaml", 7), ValueText(ValuePlace("values.yaml", ("a",)), 0)
    text = sprintf(Traced.own("<%s|%s>"), [Traced.of(first, origins[0]), Traced.of(second, origins[1])])
    assert text.text == f"<{first}|{second}>"
    if first:
        assert text.origin_at(1) == origins[0]
    if second:
        assert text.origin_at(len(first) + 2) == origins[1]


def test_a_number_is_derived_from_its_place() -> None:
    origin = ValueText(ValuePlace("values.yaml", ("port",)), 0)
    assert shown(Number("float64", 80.0, origin)).origin_at(0) == Derived((origin,))


@given(
    st.text(alphabet="%+-# 0123456789.*[]sdvqxXgeftTcU", max_size=12),
    st.lists(st.sampled_from(["a", 1, 2.5, None, True, ["x"]]), max_size=3),
)
def test_any_format_prints_something(template: str, values: list[Plain]) -> None:
    try:
        text = printf(template, *values)
    except (Unsupported, TooLarge):
        return
    if "%" not in template and not values:
        assert text == template


def test_what_holds_itself_many_times_is_too_large() -> None:
    value = go([])
    for _ in range(40):
        value = GoList([value, value])
    with pytest.raises(TooLarge):
        shown(value)
