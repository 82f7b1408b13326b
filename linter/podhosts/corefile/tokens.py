"""The words of a Corefile, as CoreDNS' lexer tells them apart."""

from __future__ import annotations

from podhosts.document.actions import COMMENT, GO_BLOCKS, action_tokens
from podhosts.patterns import regex
from podhosts.records import NamedTuple
from podhosts.source import Span

SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""White space as Go's `unicode.IsSpace` says; `str.isspace` adds the separators U+001C to U+001F."""
_SPACE = regex(f"[{SPACES}]")
_WORD_RUN = regex(f"(?:[^{SPACES}#{{]|\r)+")

#: Words of Go's `text/template` that print nothing themselves.
_STEERING = GO_BLOCKS | {"else", "end"}

GAP = regex(f"[{SPACES}]+")
"""White space between words."""


class CorefileError(ValueError):
    """CoreDNS cannot read the text: braces that do not match, a quote that never ends, a wrong `import`.

    `span` is the place that shows it, such as the brace that is never closed.
    """

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.span = span


class Token(NamedTuple):
    """A word. `text` is what CoreDNS reads, without quotes; `span` holds them. `line` counts from 1."""

    text: str
    span: Span
    line: int
    is_known: bool = True
    """False if an environment variable or a template decides the text."""
    file: int = 0
    """Which of the texts that a Corefile is put together from; a line never goes on in another one."""

    @property
    def last_line(self) -> int:
        return self.line + self.text.count("\n")


def is_new_line(previous: Token, token: Token) -> bool:
    """Whether a directive ends before `token`."""
    return previous.file != token.file or previous.last_line < token.line


def is_same_line(previous: Token, token: Token) -> bool:
    """Whether `token` is an argument after `previous`. With snippets, line numbers may also go down."""
    return previous.file == token.file and previous.last_line == token.line


def tokens_of(text: str) -> list[Token]:
    """All words of a text. Raises `CorefileError` for a quote that never ends."""
    tokens: list[Token] = []
    at = 1 if text.startswith("\ufeff") else 0
    line = 1
    # The end of the line and the first place on it from where no `}}` follows, both found once for each line.
    line_end = hopeless = -1
    while at < len(text):
        gap = GAP.match(text, at)
        if gap:
            line += gap[0].count("\n")
            at = gap.end()
        elif text[at] == "#":
            newline = text.find("\n", at)
            at = newline if newline >= 0 else len(text)
        elif text[at] == '"':
            token = _quoted(text, at, line)
            tokens.append(token)
            line = token.last_line
            at = token.span.end
        else:
            start = at
            is_known = True
            while at < len(text):
                run = _WORD_RUN.match(text, at)
                if run:
                    at = run.end()
                elif text[at] == "{":
                    end = -1
                    if text.startswith("{{", at):
                        if at >= line_end:
                            newline = text.find("\n", at)
                            line_end = newline if newline >= 0 else len(text)
                            hopeless = text.rfind("}}", at, line_end)
                        end = text.find("}}", at, line_end) if at < hopeless else -1
                    is_known = is_known and end < 0
                    at = end + 2 if end >= 0 else at + 1
                else:
                    break
            end = at
            while text[end - 1] == "\r" and end > start:
                end -= 1
            if at < len(text) and text[at] == "#":
                # CoreDNS forgets that it is in a comment at the next white space: `a#b c` is the words `a` and `c`.
                space = _SPACE.search(text, at)
                while space and space[0] == "\r":
                    space = _SPACE.search(text, space.end())
                at = space.start() if space else len(text)
            word = text[start:end].replace("\r", "")
            is_known = is_known and _is_known(word)
            if word and (is_known or not _is_steering(word)):
                tokens.append(Token(word, Span(start, end), line, is_known))
    return tokens


def _is_steering(word: str) -> bool:
    """Whether a word is an action of a template that prints nothing: a comment, or the begin or end of a block."""
    tokens = action_tokens(word, go_only=True)
    if [token.span for token in tokens] != [(0, len(word))]:
        return False
    return tokens[0].kind == COMMENT or tokens[0].word()[0] in _STEERING


def _quoted(text: str, start: int, line: int) -> Token:
    """A word in quotes, in which only `\\"` is an escape."""
    pieces: list[str] = []
    at = start + 1
    while True:
        quote = text.find('"', at)
        if quote < 0:
            # CoreDNS takes the rest of the file for the word, and then misses a brace.
            raise CorefileError("the quote is never closed", Span(start, start + 1))
        before = text[at:quote]
        escaped = (len(before) - len(before.rstrip("\\"))) % 2 == 1
        pieces.append(before[:-1] + '"' if escaped else before)
        at = quote + 1
        if not escaped:
            break
    word = "".join(pieces)
    return Token(word, Span(start, at), line, _is_known(word))


def _is_known(word: str) -> bool:
    """False if an environment variable is named in it, or NUL characters stand for something."""
    if "\0" in word:
        return False
    for opening, closing in (("{$", "}"), ("{%", "%}")):
        start = word.find(opening)
        # CoreDNS looks no further when the first reference is empty.
        if start >= 0 and word.find(closing, start + 2) > start + 2:
            return False
    return True
