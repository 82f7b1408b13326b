"""Positions and edits of the language server, for any text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from podhosts.edits import splice
from podhosts.lsp.actions import line_edits
from podhosts.lsp.buffers import Buffer, Positions

ENCODINGS = list(types.PositionEncodingKind)
texts = st.text(alphabet="a é日🦊\n\r\x0c\u2028\ufeff", max_size=30)


@given(texts, st.sampled_from(ENCODINGS))
def test_positions_lead_back(text: str, encoding: types.PositionEncodingKind) -> None:
    buffer = Buffer("file:///a.yaml", "/a.yaml", text, 1)
    positions = Positions(buffer, encoding)
    ends = {span.end for line in range(1, len(buffer.line_starts) + 1) for span in [buffer.line_span(line)]}
    for offset in range(len(buffer.text) + 1):
        position = positions.position(offset)
        back = positions.offset(position)
        # Between a carriage return and its line feed is no place for an editor.
        assert back == offset or back in ends
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        assert position.line < len(lines)


@given(texts, texts)
def test_line_edits_make_one_text_of_another(before: str, after: str) -> None:
    edits = line_edits(before, after)
    assert splice(before, edits) == after
    assert (edits == []) == (before == after)
