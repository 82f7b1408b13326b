"""Template actions in a text: the one lexer of `{{ }}` (Go, Handlebars, variables of Jinja), `{% %}` and `{# #}`.

Masking (`document.templates`), blocks (`document.branches`), charts (`helm.templates`) and scripts build on it.
Source: Go's `text/template/parse`. All offsets are code points of the whole text.
"""

from __future__ import annotations

import re
from functools import cached_property

from podhosts.patterns import regex
from podhosts.records import record
from podhosts.source import Span

GO, COMMENT, JINJA, NOTE = "go", "comment", "jinja", "note"
#: How the kinds of actions begin and end.
_DELIMITERS = {
    COMMENT: (r"\{\{-?\s*/\*", r"\*/\s*-?\}\}"),
    GO: (r"\{\{", r"\}\}"),
    JINJA: (r"\{%", r"%\}"),
    NOTE: (r"\{#", r"#\}"),
}
_CLOSERS = {kind: regex(closer) for kind, (_, closer) in _DELIMITERS.items()}
_ACTIONS = {kind: regex(f"{opener}.*?{closer}", re.DOTALL) for kind, (opener, closer) in _DELIMITERS.items()}


def _openers(*kinds: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{kind}>{_DELIMITERS[kind][0]})" for kind in kinds))


_OPENER = _openers(COMMENT, GO, JINJA, NOTE)
_GO_OPENER = _openers(COMMENT, GO)
#: An action of Go in which `}}` stands in a string.
_QUOTING_ACTION = regex(r"""\{\{(?:[^"'`}]++|"(?:\\.|[^"\\\n])*"|`[^`]*`|'(?:\\.|[^'\\\n])*'|\}(?!\}))*+\}\}""")
#: `${ip}` and `%{ for name in names ~}`; strings in them may hold braces.
_TERRAFORM = regex(r'(?<!\$)\$\{(?:[^{}"]|"[^"\n]*")*\}|(?<!%)%\{~?(?:[^{}"]|"[^"\n]*")*\}')
_SPACE = " \t\r\n~"
_BLANKS = frozenset(" \t\r\n")
_WORD = regex(r"([a-z]+)\b\s*")

#: Words that begin a block of Go's `text/template`, which `end` closes.
GO_BLOCKS = frozenset({"if", "with", "range", "define", "block"})
GO_KEYWORDS = GO_BLOCKS | {"template", "else", "end", "break", "continue"}


@record(eq=False)
class ActionToken:
    """One action: its kind (`go`, `comment`, `jinja`, `note`), and its span, braces included."""

    text: str
    kind: str
    span: Span

    @property
    def written(self) -> str:
        """The action as it is written, with its braces."""
        return self.text[self.span.start : self.span.end]

    @property
    def trims_before(self) -> bool:
        """Whether it takes away the white space before it (`{{- `)."""
        return self._parts[0]

    @property
    def trims_after(self) -> bool:
        """Whether it takes away the white space behind it (` -}}`)."""
        return self._parts[1]

    @property
    def inside(self) -> Span:
        """The span between the braces, without trim marks and white space around."""
        return self._parts[2]

    @cached_property
    def _parts(self) -> tuple[bool, bool, Span]:
        start = self.span.start + 2
        cut = self.text[start : self.span.end - (2 if self.text.startswith("{", self.span.start) else 1)]
        # In Go a minus without a blank belongs to a number.
        is_lenient = self.kind in {JINJA, NOTE}
        if trims_before := cut[:1] == "-" and (is_lenient or cut[1:2] in _BLANKS):
            start, cut = start + 1, cut[1:]
        if trims_after := cut[-1:] == "-" and (is_lenient or cut[-2:-1] in _BLANKS):
            cut = cut[:-1]
        length = len(cut)
        cut = cut.lstrip(_SPACE)
        start += length - len(cut)
        return trims_before, trims_after, Span(start, start + len(cut.rstrip(_SPACE)))

    def word(self, at: int | None = None) -> tuple[str, int]:
        """The word in small letters at `at`, by default the first one, and where what follows it begins.

        Empty where none stands there.
        """
        start = self.inside.start if at is None else at
        found = _WORD.match(self.text, start, self.inside.end)
        return (found[1], found.end()) if found else ("", start)


def action_tokens(text: str, start: int = 0, end: int | None = None, *, go_only: bool = False) -> list[ActionToken]:
    """The actions in `text[start:end]`, in order; `go_only` leaves out those of the kinds `jinja` and `note`."""
    end = len(text) if end is None else end
    openers = _GO_OPENER if go_only else _OPENER
    # An opener is not looked at where its closer does not come any more, to keep time linear.
    last: dict[str, int] = {}
    tokens: list[ActionToken] = []
    quotes_close = True
    at = start
    while opener := openers.search(text, at, end):
        at = opener.start() + 1
        for kind in (COMMENT, GO) if opener.lastgroup == COMMENT else (str(opener.lastgroup),):
            if kind not in last:
                last[kind] = max((found.start() for found in _CLOSERS[kind].finditer(text, at, end)), default=-1)
            if opener.start() >= last[kind]:
                continue
            found = None
            if kind == GO and quotes_close:
                found = _QUOTING_ACTION.match(text, opener.start(), end)
                # Text with a quote too many is no template of Go; to look for its end again would take too long.
                quotes_close = found is not None
            if found := found or _ACTIONS[kind].match(text, opener.start(), end):
                tokens.append(ActionToken(text, kind, Span(*found.span())))
                at = found.end()
                break
    return tokens


def terraform_tokens(text: str) -> list[ActionToken]:
    """The interpolations and directives of a Terraform template, in order, as actions of the kinds `go` and `jinja`.

    Directives are worded as Jinja's: `%{ if a ~}`, `%{ endif }`. `$${` and `%%{` stand for themselves.
    """
    return [
        ActionToken(text, GO if found[0].startswith("$") else JINJA, Span(*found.span()))
        for found in _TERRAFORM.finditer(text)
    ]
