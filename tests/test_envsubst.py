"""Variables as Flux puts them into a text; the measured ones are among the deliveries' vectors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.kustomize.envsubst import UnknownTextError, with_variables

VARIABLES = {"V": "val", "LONG": "abc.def.ghi", "EMPTY": ""}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a $V $ {V}", "a $V $ {V}"),
        ("${V}-${LONG}", "val-abc.def.ghi"),
        ("${NOPE:=${OTHER:-${V}}}.x", "val.x"),
        ("${EMPTY:=d}${V:+alt}${NOPE:?no}", "dvalno"),
        ("$${V} $$${V}", "${V} $val"),
        ("${V^}${V^^}${LONG,,}", "ValVALabc.def.ghi"),
        ("${#LONG}", "11"),
        ("${LONG:4} ${LONG:4:3}", "def.ghi def"),
        ("${LONG#*.} ${LONG##*.} ${LONG%.*} ${LONG%%.*}", "def.ghi ghi abc.def abc"),
        ("${LONG#x} ${LONG%?}", "abc.def.ghi abc.def.gh"),
        ("${LONG/./-} ${LONG//./-}", "abc-def.ghi abc-def-ghi"),
    ],
)
def test_texts(text: str, expected: str) -> None:
    assert with_variables(text, VARIABLES.get) == expected


@pytest.mark.parametrize(
    "text",
    ["${NOPE}", "${V", "${}", "${1a}", "${V:-a", "${LONG: -3}", "${V:9}", "${V@Q}", "${#V:1}", "${V#[a]}", "${V/}"],
)
def test_what_nobody_knows(text: str) -> None:
    with pytest.raises(UnknownTextError):
        with_variables(text, VARIABLES.get)


@given(st.text("${}VLONG:=-+?^,#%/*. a\\[0"))
def test_any_text(text: str) -> None:
    try:
        found = with_variables(text, VARIABLES.get)
    except UnknownTextError:
        return
    assert isinstance(found, str)
    assert "${" in text or found == text
