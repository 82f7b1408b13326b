"""Code blocks of Markdown and AsciiDoc pages: manifests in documentation, read where they stand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from podhosts.document import Document, Piece, split
from podhosts.document.heredocs import manifests_of_script
from podhosts.kubernetes import holds_list
from podhosts.pages.blocks import ASCIIDOC_ENDINGS, asciidoc_blocks, block_span, markdown_blocks
from podhosts.patterns import regex
from podhosts.placed import Place, Placed
from podhosts.records import NamedTuple
from podhosts.source import Source, Span
from podhosts.triggers import text_mentions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.pages.blocks import PageBlock

_LANGUAGES = frozenset({
    "gotemplate", "gotmpl", "helm", "jinja", "jinja2", "json", "k8s", "kubernetes", "kyaml", "yaml", "yml",
})  # fmt: skip
_SHELLS = frozenset({"bash", "console", "sh", "shell", "shellsession", "terminal", "zsh"})
#: Languages under which people show manifests, among other things.
_MAY_SHOW = frozenset({"", "diff", "output", "plain", "plaintext", "text", "txt", *_SHELLS})
#: A text that says by its first key that it is a manifest.
_MANIFEST = regex(
    r"(?:[ \t]*(?:#.*|---.*)?\r?\n)*[ \t]*(?:apiVersion:[ \t]*[\w./]+\s*$|kind:[ \t]*\w+\s*\n[ \t]*apiVersion:)",
    re.MULTILINE,
)
#: Marks that AsciiDoc takes out of a block or fills in: callouts at the end of a line, and attributes.
_CALLOUTS = regex(r"(?:[ \t]*<(?:[0-9]+|\.)>)+(?=[ \t]*\r?$)", re.MULTILINE)
_ATTRIBUTE = regex(r"\{[a-z][a-z0-9_-]*\}")


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


def code_blocks(page: Source) -> CodeBlocks:
    """The YAML and JSON of a page. Documentation is full of fragments, so what cannot be read is no mistake."""
    is_asciidoc = page.path.lower().endswith(ASCIIDOC_ENDINGS)
    blocks = list((asciidoc_blocks if is_asciidoc else markdown_blocks)(page))
    source = _masked(page, blocks) if is_asciidoc else page
    documents: list[CodeBlock] = []
    unreadable: list[Span] = []
    number = 0
    for block in blocks:
        span = block_span(page, block)
        text = page.cut(span)
        if not text_mentions(text):
            continue
        parts = _parts(page, block, text)
        if not parts and block.language in _MAY_SHOW and holds_list(text):
            unreadable.append(span)
        for part in parts:
            if part.indent is None:
                unreadable.append(block_span(page, part))
                continue
            for piece in _pieces(source, block_span(page, part), part.indent):
                number += 1
                document = Document(source, piece._replace(number=number))
                if document.problem is not None:
                    unreadable.append(document.problem.span)
                elif text_mentions(page.cut(piece.span)):
                    documents.append(CodeBlock(document, page))
    return CodeBlocks(documents, unreadable)


def _parts(page: Source, block: PageBlock, text: str) -> list[PageBlock]:
    """The stretches of a block that are manifests: all of it, or here-documents that a shell gives to kubectl."""
    if block.language in _LANGUAGES or (not block.language and _MANIFEST.match(text)):
        return [block]
    if block.language not in _SHELLS:
        return []
    lines = [page.cut(page.line_span(number + 1)) for number in range(block.start, block.end)]
    found = [
        block._replace(start=block.start + start, end=block.start + end) for start, end in manifests_of_script(lines)
    ]
    return [part for part in found if text_mentions(page.cut(block_span(page, part)))]


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


def _masked(page: Source, blocks: list[PageBlock]) -> Source:
    """The page with callouts as blanks and attributes as placeholders, in its blocks and at the same length."""
    text = page.text
    parts: list[str] = []
    at = 0
    for block in blocks:
        start, end = block_span(page, block)
        body = _CALLOUTS.sub(lambda found: " " * len(found[0]), text[start:end])
        body = _ATTRIBUTE.sub(lambda found: "${" + "x" * (len(found[0]) - 3) + "}", body)
        parts += [text[at:start], body]
        at = end
    masked = "".join([*parts, text[at:]])
    return Source(page.path, masked.encode("utf-8", "surrogatepass")) if masked != text else page
