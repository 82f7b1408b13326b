"""Code blocks of Markdown and AsciiDoc pages: manifests in documentation, read where they stand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from podhosts.document import Document, Piece, split
from podhosts.placed import Place, Placed
from podhosts.source import Source, Span
from podhosts.triggers import text_mentions

if TYPE_CHECKING:
    from collections.abc import Iterator

MARKDOWN_ENDINGS = (".md", ".markdown")
ASCIIDOC_ENDINGS = (".adoc", ".asciidoc")
PAGE_ENDINGS = (*MARKDOWN_ENDINGS, *ASCIIDOC_ENDINGS)

_LANGUAGES = frozenset({
    "gotemplate", "gotmpl", "helm", "jinja", "jinja2", "json", "k8s", "kubernetes", "kyaml", "yaml", "yml",
})  # fmt: skip
#: The language in a fence's info string: `yaml`, `{.yaml}`, `yaml title="x"`, `{code-block} yaml`.
_INFO = re.compile(r"\W*(?:code-block\W+)?(\w+)")
#: The language of an AsciiDoc block: `[source,yaml]`, `[source%linenums, yaml]`, `[,yaml]`.
_SOURCE_BLOCK = re.compile(r"\[(?:source)?(?:[%#.][^,\]]*)?,[ \t]*(\w+)[^\]]*\][ \t]*")
#: What may stand between that line and the block: a title, an anchor, further attributes.
_BLOCK_HEADING = re.compile(r"\.[^\s.].*|\[.*\][ \t]*")
_DELIMITER = re.compile(r"(-{4,}|\.{4,})[ \t]*")
_FENCE = re.compile(r"```(\w*).*")
#: Marks that AsciiDoc takes out of a block or fills in: callouts at the end of a line, and attributes.
_CALLOUTS = re.compile(r"(?:[ \t]*<(?:[0-9]+|\.)>)+(?=[ \t]*\r?$)", re.MULTILINE)
_ATTRIBUTE = re.compile(r"\{[a-z][a-z0-9_-]*\}")


class CodeBlock(Placed):
    """A document in a code block. It was read from a text in which the marks of AsciiDoc are masked; people see `page`,
    which is not repaired."""

    is_editable = False

    def __init__(self, document: Document, page: Source) -> None:
        super().__init__(document)
        self.page = page

    def step(self, span: Span, item: int | None = None) -> Place:
        return Place(self.page, self.document.number, span, item)


class CodeBlocks(NamedTuple):
    """The documents in a page's code blocks that mention hosts, and where blocks stand that cannot be read."""

    documents: list[CodeBlock]
    unreadable: list[Span]


class _Block(NamedTuple):
    """The lines of a code block, numbered from 0, `end` exclusive, and what they are indented by."""

    start: int
    end: int
    indent: str | None


def is_page(path: str) -> bool:
    """Whether a file is Markdown or AsciiDoc by its name."""
    return path.lower().endswith(PAGE_ENDINGS)


def code_blocks(page: Source) -> CodeBlocks:
    """The YAML and JSON of a page. Documentation is full of fragments, so what cannot be read is no mistake."""
    is_asciidoc = page.path.lower().endswith(ASCIIDOC_ENDINGS)
    blocks = list((_asciidoc_blocks if is_asciidoc else _markdown_blocks)(page))
    source = _masked(page, blocks) if is_asciidoc else page
    documents: list[CodeBlock] = []
    unreadable: list[Span] = []
    number = 0
    for block in blocks:
        span = _span(page, block)
        if not text_mentions(page.cut(span)):
            continue
        if block.indent is None:
            unreadable.append(span)
            continue
        for piece in _pieces(source, span, block.indent):
            number += 1
            document = Document(source, piece._replace(number=number))
            if document.problem is not None:
                unreadable.append(document.problem.span)
            elif text_mentions(page.cut(piece.span)):
                documents.append(CodeBlock(document, page))
    return CodeBlocks(documents, unreadable)


def _span(source: Source, block: _Block) -> Span:
    starts = source.line_starts
    start, end = (starts[line] if line < len(starts) else len(source.text) for line in (block.start, block.end))
    return Span(start, end)


def _pieces(source: Source, span: Span, indent: str) -> Iterator[Piece]:
    """The documents of a block, as kubectl would split its text."""
    if not indent:
        for piece in split(source.cut(span)):
            opening = piece.opening and Span(*(span.start + at for at in piece.opening))
            moved = Span(*(span.start + at for at in piece.span))
            yield piece._replace(span=moved, opening=opening)
        return
    separator = re.compile(rf"^{indent}---[ \t]*(?:#.*)?$", re.MULTILINE)
    start = span.start
    for found in separator.finditer(source.text, *span):
        yield Piece(0, Span(start, found.start()), "yaml")
        start = found.end()
    yield Piece(0, Span(start, span.end), "yaml")


def _markdown_blocks(page: Source) -> Iterator[_Block]:
    # Only runs with `--markdown` pay for importing it.
    from markdown_it import MarkdownIt

    # Without indented code, fences are found at any depth: in lists, tabs and admonitions. Prose need not be parsed.
    for token in MarkdownIt("commonmark").disable(["code", "inline"]).parse(page.text):
        language = _INFO.match(token.info) if token.type == "fence" and token.map else None
        if language is None or token.map is None or language[1].lower() not in _LANGUAGES:
            continue
        start = token.map[0] + 1
        lines = token.content.split("\n")[:-1]
        yield _Block(start, start + len(lines), _indent(page, start, lines))


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


def _asciidoc_blocks(page: Source) -> Iterator[_Block]:
    """The listing blocks of a language that is read; AsciiDoc's own syntax, and Markdown's fences in it."""
    lines = [page.cut(page.line_span(number)) for number in range(1, len(page.line_starts) + 1)]
    is_wanted = False
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if source_block := _SOURCE_BLOCK.fullmatch(line):
            is_wanted = source_block[1].lower() in _LANGUAGES
        elif (delimiter := _DELIMITER.fullmatch(line)) or (fence := _FENCE.fullmatch(line)):
            closing = delimiter[1] if delimiter else "```"
            is_wanted = is_wanted or (not delimiter and fence is not None and fence[1].lower() in _LANGUAGES)
            end = next((at for at in range(number, len(lines)) if lines[at].rstrip() == closing), len(lines))
            if is_wanted:
                yield _Block(number, end, "")
            is_wanted = False
            number = end + 1
        elif not _BLOCK_HEADING.fullmatch(line):
            is_wanted = False


def _masked(page: Source, blocks: list[_Block]) -> Source:
    """The page with callouts as blanks and attributes as placeholders, in its blocks and at the same length."""
    text = page.text
    parts: list[str] = []
    at = 0
    for block in blocks:
        start, end = _span(page, block)
        body = _CALLOUTS.sub(lambda found: " " * len(found[0]), text[start:end])
        body = _ATTRIBUTE.sub(lambda found: "${" + "x" * (len(found[0]) - 3) + "}", body)
        parts += [text[at:start], body]
        at = end
    masked = "".join([*parts, text[at:]])
    return Source(page.path, masked.encode("utf-8", "surrogatepass")) if masked != text else page
