"""The marks themselves: a part that no message holds, or one message for two marks, fails the case."""

from __future__ import annotations

import pytest

from tests.expectations import Mark, marks, unsaid


def test_parts_belong_to_the_name_before_them() -> None:
    assert marks('long-label "64 bytes" "`a`" info:invalid-ip()@7 missing-ip "b"') == [
        Mark("long-label", ("64 bytes", "`a`")),
        Mark("info:invalid-ip()@7"),
        Mark("missing-ip", ("b",)),
    ]


@pytest.mark.parametrize("text", ['"64 bytes"', 'long-label ""', 'long-label "64 bytes'])
def test_marks_that_say_nothing_are_refused(text: str) -> None:
    with pytest.raises(AssertionError):
        marks(text)


def test_each_message_serves_one_mark() -> None:
    messages = ["the name is 64 bytes long", "the name is 65 bytes long"]
    assert unsaid([("name",), ("64",)], messages) == []
    assert unsaid([("65",), ("name",)], messages) == []
    assert unsaid([("64", "long"), ("64",)], messages) == [("64",)]
    assert unsaid([("66",)], messages) == [("66",)]
