"""Where code blocks stand in Markdown and AsciiDoc pages, by the syntax of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.patterns import regex
from podhosts.records import NamedTuple
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.source import Source

MARKDOWN_ENDINGS = (".md", ".markdown", ".mdx")
ASCIIDOC_ENDINGS = (".adoc", ".asciidoc")
PAGE_ENDINGS = (*MARKDOWN_ENDINGS, *ASCIIDOC_ENDINGS)

#: The language in a fence's info string: `yaml`, `{.yaml}`, `yaml title="x"`, `{code-block} yaml`.
_INFO = regex(r"\W*(?:code-block\W+)?(\w[\w-]*)?")
#: Hugo's and Jekyll's way to show code: `{{< highlight yaml >}}` and `{% highlight yaml %}`.
_HIGHLIGHT = regex(r"[ \t]*(?:\{\{[<%]|\{%)-?[ \t]*highlight[ \t]+[\"']?(\w+)")
_END_OF_HIGHLIGHT = regex(r"[ \t]*(?:\{\{[<%]-?[ \t]*/|\{%-?[ \t]*end)[ \t]*highlight\b")
_INDENTED = regex(r"( {4,})(?:apiVersion|kind): ")
#: The language of an AsciiDoc block: `[source,yaml]`, `[source%linenums, yaml]`, `[,yaml]`.
_SOURCE_BLOCK = regex(r"\[(?:source)?(?:[%#.][^,\]]*)?,[ \t]*(\w+)[^\]]*\][ \t]*")
#: What may stand between that line and the block: a title, an anchor, further attributes.
_BLOCK_HEADING = regex(r"\.[^\s.].*|\[.*\][ \t]*")
_DELIMITER = regex(r"(-{4,}|\.{4,})[ \t]*")
_FENCE = regex(r"```(\w*).*")


class PageBlock(NamedTuple):
    """The lines of a code block, numbered from 0, `end` exclusive, and what they are indented by.

    `indent`: None where that is something else than blanks. `language`: in lower case, empty where none is said.
    """

    start: int
    end: int
    indent: str | None
    language: str


def is_page(path: str) -> bool:
    """Whether a file is Markdown or AsciiDoc by its name."""
    return path.lower().endswith(PAGE_ENDINGS)


def block_span(page: Source, block: PageBlock) -> Span:
    """The text of a block's lines."""
    starts = page.line_starts
    start, end = (starts[line] if line < len(starts) else len(page.text) for line in (block.start, block.end))
    return Span(start, end)


def markdown_blocks(page: Source) -> Iterator[PageBlock]:
    """The fences of a page, what it highlights, and manifests that are indented, in order."""
    fences = list(_fences(page))
    lines = _lines(page)
    number = 0
    for fence in [*fences, None]:
        until = fence.start if fence else len(lines)
        yield from _outside_fences(page, lines, number, until)
        if fence:
            yield fence
            number = fence.end + 1


def _fences(page: Source) -> Iterator[PageBlock]:
    # Only runs with `--markdown` pay for importing it.
    from markdown_it import MarkdownIt

    # Without indented code, fences are found at any depth: in lists, tabs and admonitions. Prose need not be parsed.
    for token in MarkdownIt("commonmark").disable(["code", "inline"]).parse(page.text):
        if token.type != "fence" or token.map is None:
            continue
        language = _INFO.match(token.info)
        start = token.map[0] + 1
        lines = token.content.split("\n")[:-1]
        name = (language[1] if language else None) or ""
        yield PageBlock(start, start + len(lines), _indent(page, start, lines), name.lower())


def _outside_fences(page: Source, lines: list[str], number: int, until: int) -> Iterator[PageBlock]:
    """The blocks in some lines that are no fences."""
    while number < until:
        line = lines[number]
        number += 1
        if highlight := _HIGHLIGHT.match(line):
            end = next((at for at in range(number, until) if _END_OF_HIGHLIGHT.match(lines[at])), until)
            body = lines[number:end]
            blanks = min((len(text) - len(text.lstrip(" ")) for text in body if text.strip()), default=0)
            yield PageBlock(number, end, " " * blanks, highlight[1].lower())
            number = end + 1
        elif (indented := _INDENTED.match(line)) and (number < 2 or not lines[number - 2].strip()):
            end = number
            while end < until and (lines[end].startswith(indented[1]) or not lines[end].strip()):
                end += 1
            yield PageBlock(number - 1, end, indented[1], "")
            number = end


def _lines(page: Source) -> list[str]:
    return [page.cut(page.line_span(number)) for number in range(1, len(page.line_starts) + 1)]


def _indent(page: Source, start: int, lines: list[str]) -> str | None:
    """The blanks that all lines of a block have before their content; None where it is something else (`> `)."""
    indent: str | None = None
    for number, line in enumerate(lines, start + 1):
        if not line.strip():
            continue
        written = page.cut(page.line_span(number))
        before = written[: len(written) - len(line)]
        if not written.endswith(line) or before.strip(" ") or (indent is not None and before != indent):
            return None
        indent = before
    return indent or ""


def asciidoc_blocks(page: Source) -> Iterator[PageBlock]:
    """The listing blocks of a page, and Markdown's fences in it."""
    lines = _lines(page)
    language = ""
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if source_block := _SOURCE_BLOCK.fullmatch(line):
            language = source_block[1].lower()
        elif (delimiter := _DELIMITER.fullmatch(line)) or (fence := _FENCE.fullmatch(line)):
            closing = delimiter[1] if delimiter else "```"
            if not delimiter and fence is not None and fence[1]:
                language = fence[1].lower()
            end = next((at for at in range(number, len(lines)) if lines[at].rstrip() == closing), len(lines))
            yield PageBlock(number, end, "", language)
            language = ""
            number = end + 1
        elif not _BLOCK_HEADING.fullmatch(line):
            language = ""
