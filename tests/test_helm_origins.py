"""Where the printed characters come from: each place that is named for one holds that character."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from podhosts.helm.evaluate import RenderedFile
from podhosts.helm.loading import LoadError
from podhosts.helm.model import TooLarge, Unsupported
from podhosts.helm.traced import TemplateText, ValueText
from tests.helm_vectors import cases, outcomes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.helm.traced import Origin, Traced, ValuePlace

#: The cases in as many parts.
PARTS = 4
#: Of each list of hostAliases so many values are changed to see that the text changes.
MOST_CHANGED = 3


def rendered(case: dict[str, Any]) -> dict[str, Traced]:
    """The texts of the files that are printed."""
    try:
        answers = outcomes(case, 4)
    except (LoadError, TooLarge, Unsupported):
        return {}
    return {name: answer.text for name, answer in answers.items() if isinstance(answer, RenderedFile)}


def runs(case: dict[str, Any]) -> Iterator[tuple[str, Origin]]:
    """The runs of all texts with their origins."""
    for text in rendered(case).values():
        at = 0
        for run in text.runs:
            yield text.text[at : at + run.length], run.origin
            at += run.length


def written(case: dict[str, Any], place: ValuePlace) -> str | None:
    """The text of a scalar or key of a values file; None for what is no text to the YAML reader of this test."""
    source = case["files"].get(place.file)
    if source is None:
        return None
    value = next(yaml.safe_load_all(source))
    try:
        for step in place.path[: -1 if place.is_key else None]:
            value = value[step]
    except KeyError:
        return None
    if place.is_key:
        return str(place.path[-1]) if place.path[-1] in value else None
    return value if isinstance(value, str) else None


@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_one_for_one_is_written_there(part: int) -> None:
    seen = 0
    for case in cases()[part::PARTS]:
        for text, origin in runs(case):
            if isinstance(origin, TemplateText):
                source = case["files"].get(origin.path, "").removeprefix("\ufeff")
            elif isinstance(origin, ValueText):
                source = written(case, origin.place)
            else:
                continue
            if source:
                # Letters may have another case, and one letter has none of its own.
                there = source[origin.start : origin.start + len(text)]
                assert there.lower().removesuffix("\u0307") == text.lower(), (case["id"], origin)
                seen += 1
    assert seen > 1000


def strings(value: object) -> Iterator[str]:
    """All strings in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings(item)


def test_addresses_and_names_come_from_the_values_file() -> None:
    seen = 0
    for case in cases():
        if case["group"] != "ha":
            continue
        values = yaml.safe_load(case["files"].get("values.yaml") or "{}") or {}
        wanted = {one for one in strings(values) if re.fullmatch(r"[0-9.]{7,}|[a-z0-9-]+\.[a-z.]+", one)}
        for text in rendered(case).values():
            for value in wanted:
                for match in re.finditer(rf"(?<![\w.-]){re.escape(value)}(?![\w.-])", text.text):
                    origins = {type(text.origin_at(at)) for at in range(*match.span())}
                    assert origins == {ValueText}, (case["id"], value)
                    seen += 1
    assert seen > 100


def changed(case: dict[str, Any], place: ValuePlace) -> dict[str, Any]:
    """The case with another text in a scalar of its values file."""
    values = yaml.safe_load(case["files"][place.file])
    *way, last = place.path
    holder = values
    for step in way:
        holder = holder[step]
    holder[last] += "0"
    other = copy.copy(case)
    other["files"] = case["files"] | {place.file: yaml.safe_dump(values)}
    return other


def test_what_is_changed_there_changes_the_text() -> None:
    seen = 0
    for case in cases():
        if case["group"] != "ha":
            continue
        before = rendered(case)
        places = {origin.place for _, origin in runs(case) if isinstance(origin, ValueText) and not origin.place.is_key}
        for place in sorted(place for place in places if written(case, place) is not None)[:MOST_CHANGED]:
            after = rendered(changed(case, place))
            assert {name: text.text for name, text in before.items()} != {
                name: text.text for name, text in after.items()
            }, (case["id"], place)
            seen += 1
    assert seen > 50
