"""What is printed character for character stands at the place that it names, in all cases that Helm printed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from podhosts.helm.decoding import node_at, read_nodes
from podhosts.helm.evaluate import RenderedFile
from podhosts.helm.loading import LoadError
from podhosts.helm.model import TooLarge, Unsupported
from podhosts.helm.traced import TemplateText, ValueText
from tests.helm_vectors import cases, outcomes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.helm.traced import Origin, Traced
    from tests.figures import Figures

#: Capitals for small letters keep their places; these do not even keep the letter in another case.
_OTHER_LETTER = {("i", "İ")}


def _runs(text: Traced) -> Iterator[tuple[str, Origin]]:
    at = 0
    for run in text.runs:
        yield text.text[at : at + run.length], run.origin
        at += run.length


def _written(files: dict[str, str], origin: Origin, length: int) -> str | None:
    """The characters at an origin; None for one that names no place, or a place in an archive."""
    if isinstance(origin, TemplateText):
        text = files.get(origin.path)
        return None if text is None else text.removeprefix("\ufeff")[origin.start : origin.start + length]
    if not isinstance(origin, ValueText) or origin.place.file not in files:
        return None
    place = origin.place
    if place.is_key:
        return str(place.path[-1])[origin.start : origin.start + length]
    text = files[place.file].removeprefix("\ufeff")
    node: Any = node_at(read_nodes(text, 0, len(text)), place)
    return str(node.text)[origin.start : origin.start + length]


def _is_right(piece: str, written: str) -> bool:
    return piece == written or piece.lower() == written.lower() or (piece, written) in _OTHER_LETTER


def test_runs_are_what_stands_at_their_places(shown_figures: Figures) -> None:
    counts: Counter[str] = Counter()
    wrong = []
    for case in cases():
        try:
            found = outcomes(case, 4)
        except (LoadError, Unsupported, TooLarge):
            continue
        for outcome in found.values():
            for piece, origin in _runs(outcome.text) if isinstance(outcome, RenderedFile) else ():
                written = _written(case["files"], origin, len(piece))
                if written is None:
                    continue
                counts[type(origin).__name__] += 1
                if not _is_right(piece, written):
                    wrong.append((case["id"], piece, written, origin))
    with shown_figures():
        print(f"printed runs that name their place: {dict(counts)}, wrong: {len(wrong)}")
    assert wrong == []
    assert min(counts.values()) > 1000
