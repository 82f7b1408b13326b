"""The words of a shell script: quoting, expansions, here-documents (XCU 2.2, 2.6, 2.7.4; bash manual 3.1.2, 3.5).

`WordReader` is the lower half of the parser. It asks the upper half for the command lists inside words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from podhosts.patterns import regex
from podhosts.shell.located import UNKNOWN, WrittenRun
from podhosts.shell.tree import Body, Expansion, Heredoc, Parameter, Text, Word

if TYPE_CHECKING:
    from podhosts.shell.tree import ListedPipeline, Part

MAX_DEPTH = 32
"""Levels of nesting that are read. People stay below ten; each costs up to eleven Python frames."""

BLANKS = regex(r"(?:[ \t]|\\\n)+")
_BLANK_STARTS = frozenset((" ", "\t", "\\"))
PLAIN = regex(r"[^ \t\n;&|<>()'\"\\$`]+")
_WORD_ENDS = frozenset(" \t\n;&|<>)")
_IN_QUOTES = regex(r'[^"\\$`]+')
_IN_HEREDOC = regex(r"[^\\$`]+")
_IN_BRACES = regex(r"[^}'\"\\$`]+")
_IN_ARITHMETIC = regex(r"[^()'\"\\$`]+")
_ANSI_C = regex(r"\$'((?:[^'\\]|\\.)*)'", re.DOTALL)
_ANSI_C_PIECE = regex(
    r"[^\\]+|\\(?:[abeEfnrtv\\'\"?]|[0-7]{1,3}|x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{1,4}|U[0-9a-fA-F]{1,8}|c.|.)", re.DOTALL
)
#: A name with a path in case it is not set. An address may come from anywhere, a path hardly ever does.
_WITH_DEFAULT = regex(r"\$\{([A-Za-z_][A-Za-z0-9_]*|[0-9]+)(:?[-=])([\"']?)(/[\w./-]*)\3\}")
_PARAMETER = regex(r"\$(?:([A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-])|\{([A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])\})")
_PARENTHESES = regex(r"[()'\"\\`#]")
_ANSI_C_LETTERS = dict(zip("abeEfnrtv", "\a\b\x1b\x1b\f\n\r\t\v", strict=True))


class WordReader:
    """Reads words from `start` to `end` of a text; `depth` is how deep in other scripts the text was found."""

    def __init__(self, text: str, start: int, end: int, depth: int) -> None:
        self._text = text
        self._at = start
        self._end = end
        self._depth = depth
        self._pending: list[Heredoc] = []
        self._is_unterminated = False
        # `((` is arithmetic or two subshells; telling them apart takes a look ahead, which must not become quadratic.
        self._lookahead = 4 * (end - start) + 1000

    def _nested_items(self, closers: frozenset[str], *, isolated: bool = False) -> tuple[ListedPipeline, ...]:
        """Read a list up to one of `closers`, one level deeper. `isolated`: nothing outside can end it."""
        raise NotImplementedError

    def _separate_items(self, text: str, start: int, end: int) -> tuple[ListedPipeline, ...]:
        """Read a piece of a text as a script of its own, one level deeper."""
        raise NotImplementedError

    def _expect(self, token: str) -> bool:
        """Consume a token that should be here, with the separators in front of it."""
        raise NotImplementedError

    def _give_up(self) -> None:
        self._at = self._end
        self._is_unterminated = True

    def _follows(self, *tokens: str) -> bool:
        return self._text.startswith(tokens, self._at, self._end)

    def _skip_blanks(self) -> None:
        """Go to the next token of the line; a comment is no token."""
        text, end = self._text, self._end
        if text[self._at : self._at + 1] in _BLANK_STARTS:
            blanks = BLANKS.match(text, self._at, end)
            if blanks:
                self._at = blanks.end()
        if self._at < end and text[self._at] == "#":
            newline = text.find("\n", self._at, end)
            self._at = newline if newline >= 0 else end

    def _skip_newline(self) -> None:
        self._at += 1
        if self._pending:
            pending, self._pending = self._pending, []
            for heredoc in pending:
                self._read_heredoc(heredoc)

    def _skip_newlines(self) -> None:
        self._skip_blanks()
        while self._follows("\n"):
            self._skip_newline()
            self._skip_blanks()

    def _read_heredoc(self, heredoc: Heredoc) -> None:
        start = at = self._at
        body_end = end = self._end
        is_continued = False
        while at < self._end:
            newline = self._text.find("\n", at, self._end)
            line_end = newline if newline >= 0 else self._end
            line = self._text[at:line_end]
            if heredoc.strips_tabs:
                line = line.lstrip("\t")
            if line == heredoc.delimiter and not is_continued:
                body_end = at
                end = min(line_end + 1, self._end)
                break
            # Only where expansions happen does a backslash join two lines.
            is_continued = not heredoc.is_quoted and (len(line) - len(line.rstrip("\\"))) % 2 == 1
            at = line_end + 1
        parts: list[Part] = []
        if heredoc.is_quoted:
            self._literal(parts, start, body_end, quoted=True, strips_tabs=heredoc.strips_tabs)
        else:
            outer_end, self._end = self._end, body_end
            was_unterminated = self._is_unterminated
            self._expandable(parts, _IN_HEREDOC, "\\$`", heredoc.strips_tabs)
            self._end, self._is_unterminated = outer_end, was_unterminated
        self._at = end
        heredoc.body = Word(start, body_end, tuple(parts))
        heredoc.start, heredoc.end = start, end

    def _raw(self, part: Part) -> str:
        return self._text[part.start : part.end]

    def _word(self) -> Word | None:
        start = self._at
        parts: list[Part] = []
        if self._follows("<(", ">("):
            self._at += 1
            parts.append(self._substitution(start, quoted=False))
        while self._at < self._end:
            plain = PLAIN.match(self._text, self._at, self._end)
            if plain:
                self._at = plain.end()
                self._literal(parts, plain.start(), plain.end(), quoted=False)
                continue
            character = self._text[self._at]
            if character in _WORD_ENDS:
                break
            if character == "'":
                self._single_quoted(parts)
            elif character == '"':
                self._double_quoted(parts)
            elif character == "\\":
                self._escaped(parts)
            elif character == "$":
                self._dollar(parts, quoted=False)
            elif character == "`":
                parts.append(self._backquoted(quoted=False))
            elif character == "(" and self._at_extended_pattern(start):
                parts.append(self._extended_pattern())
            elif character == "(" and self._at > start and self._text[self._at - 1] == "=":
                array = self._at
                bodies = [part for part in self._array() if isinstance(part, Expansion)]
                parts.append(Expansion(array, self._at, False, tuple(body for part in bodies for body in part.bodies)))
            else:
                break
        return Word(start, self._at, tuple(parts)) if self._at > start else None

    def _literal(self, parts: list[Part], start: int, end: int, *, quoted: bool, strips_tabs: bool = False) -> None:
        """Add characters that stand for themselves; NULs among them stand for something unknown."""
        text = self._text
        at = start
        if not strips_tabs and text.find(UNKNOWN, start, end) < 0:
            if end > start:
                parts.append(Text(text[start:end], start, end, quoted))
            return
        while at < end:
            if strips_tabs and (at == 0 or text[at - 1] == "\n"):
                while at < end and text[at] == "\t":
                    at += 1
            until = end
            if strips_tabs:
                newline = text.find("\n", at, end)
                until = newline + 1 if newline >= 0 else end
            while at < until:
                unknown = text.find(UNKNOWN, at, until)
                known_end = unknown if unknown >= 0 else until
                if known_end > at:
                    parts.append(Text(text[at:known_end], at, known_end, quoted))
                at = known_end
                while at < until and text[at] == UNKNOWN:
                    at += 1
                if at > known_end:
                    parts.append(Expansion(known_end, at, quoted))

    def _single_quoted(self, parts: list[Part]) -> None:
        start = self._at
        close = self._text.find("'", start + 1, self._end)
        if close < 0:
            self._give_up()
            return
        self._at = close + 1
        if close == start + 1:
            parts.append(Text("", start, self._at, quoted=True, exact=False))
        self._literal(parts, start + 1, close, quoted=True)

    def _double_quoted(self, parts: list[Part]) -> None:
        start = self._at
        self._at += 1
        count = len(parts)
        self._expandable(parts, _IN_QUOTES, '\\$`"')
        if not self._follows('"'):
            self._is_unterminated = True
            return
        self._at += 1
        if len(parts) == count:
            parts.append(Text("", start, self._at, quoted=True, exact=False))

    def _expandable(self, parts: list[Part], run: re.Pattern[str], escapable: str, strips_tabs: bool = False) -> None:
        """Text in which only `$`, backquotes and backslashes are special, up to a double quote or the end."""
        while self._at < self._end:
            plain = run.match(self._text, self._at, self._end)
            if plain:
                self._at = plain.end()
                self._literal(parts, plain.start(), plain.end(), quoted=True, strips_tabs=strips_tabs)
                continue
            character = self._text[self._at]
            if character == "\\":
                follower = self._text[self._at + 1 : min(self._at + 2, self._end)]
                if follower == "\n":
                    self._at += 2
                elif follower and follower in escapable:
                    parts.append(Text(follower, self._at, self._at + 2, quoted=True, exact=False))
                    self._at += 2
                else:
                    parts.append(Text("\\", self._at, self._at + 1, quoted=True))
                    self._at += 1
            elif character == "$":
                self._dollar(parts, quoted=True)
            elif character == "`":
                parts.append(self._backquoted(quoted=True))
            else:
                break

    def _escaped(self, parts: list[Part]) -> None:
        follower = self._text[self._at + 1 : min(self._at + 2, self._end)]
        if follower == UNKNOWN:
            parts.append(Expansion(self._at, self._at + 2, quoted=True))
        elif follower != "\n":
            value = follower or "\\"
            parts.append(Text(value, self._at, self._at + 1 + len(follower), quoted=True, exact=not follower))
        self._at += 1 + len(follower)

    def _dollar(self, parts: list[Part], *, quoted: bool) -> None:
        start = self._at
        parameter = _PARAMETER.match(self._text, start, self._end)
        # `$$(` is what Kubernetes reads as an escaped `$(`; no shell accepts it.
        if parameter and not self._text.startswith("$$(", start, self._end):
            self._at = parameter.end()
            parts.append(Parameter(parameter[1] or parameter[2], start, self._at, quoted))
        elif self._follows("$(("):
            if self._is_arithmetic(start + 1):
                word = self._arithmetic(start, start + 3)
                bodies = [part for part in word.parts if isinstance(part, Expansion)]
                bodies_in = tuple(body for part in bodies for body in part.bodies)
                parts.append(Expansion(start, self._at, quoted, bodies_in))
            else:
                self._at += 1
                parts.append(self._substitution(start, quoted=quoted))
        elif self._follows("$(", "$$("):
            self._at = self._text.index("(", start)
            parts.append(self._substitution(start, quoted=quoted))
        elif with_default := _WITH_DEFAULT.match(self._text, start, self._end):
            self._at = with_default.end()
            name, operator, _, default = with_default.groups()
            parts.append(Parameter(name, start, self._at, quoted, default, assigns=operator.endswith("=")))
        elif self._follows("${"):
            parts.append(self._braced(quoted=quoted))
        elif self._follows("$'") and not quoted:
            self._ansi_c(parts)
        elif self._follows('$"') and not quoted:
            self._at += 1
        else:
            self._at += 1
            parts.append(Text("$", start, self._at, quoted))

    def _substitution(self, start: int, *, quoted: bool) -> Expansion:
        """`$( ... )`, `<( ... )` or `>( ... )`, read from its parenthesis on."""
        self._at += 1
        items = self._nested_items(frozenset(")"), isolated=True)
        if not self._expect(")"):
            self._is_unterminated = True
        return Expansion(start, self._at, quoted, (Body(items),))

    def _backquoted(self, *, quoted: bool) -> Expansion:
        start = self._at
        at = start + 1
        escapable = '\\$`"' if quoted else "\\$`"
        pieces: list[str] = []
        runs: list[WrittenRun] = []
        length = 0
        copied = at
        while at < self._end and self._text[at] != "`":
            follower = self._text[at + 1 : at + 2] if self._text[at] == "\\" else ""
            if follower and follower in escapable:
                if at > copied:
                    runs.append(WrittenRun(length, copied, at, exact=True))
                    pieces.append(self._text[copied:at])
                    length += at - copied
                runs.append(WrittenRun(length, at, at + 2, exact=False))
                pieces.append(follower)
                length += 1
                at += 2
                copied = at
            else:
                special = self._text.find("`", at + 1, self._end)
                backslash = self._text.find("\\", at + 1, special if special >= 0 else self._end)
                at = backslash if backslash >= 0 else special if special >= 0 else self._end
        if at >= self._end:
            self._give_up()
            return Expansion(start, self._at, quoted)
        self._at = at + 1
        if self._depth >= MAX_DEPTH:
            self._give_up()
            return Expansion(start, self._at, quoted)
        if not pieces:
            items = self._separate_items(self._text, start + 1, at)
            return Expansion(start, self._at, quoted, (Body(items),))
        if at > copied:
            runs.append(WrittenRun(length, copied, at, exact=True))
            pieces.append(self._text[copied:at])
        text = "".join(pieces)
        items = self._separate_items(text, 0, len(text))
        return Expansion(start, self._at, quoted, (Body(items, text, tuple(runs)),))

    def _braced(self, *, quoted: bool) -> Expansion:
        """`${ ... }` with an operator, up to its closing brace."""
        start = self._at
        self._at += 2
        parts: list[Part] = []
        if self._depth >= MAX_DEPTH:
            self._give_up()
            return Expansion(start, self._at, quoted)
        self._depth += 1
        while self._at < self._end and not self._follows("}"):
            plain = _IN_BRACES.match(self._text, self._at, self._end)
            if plain:
                self._at = plain.end()
                continue
            character = self._text[self._at]
            if character == "'" and not quoted:
                self._single_quoted(parts)
            elif character == '"':
                self._double_quoted(parts)
            elif character == "\\":
                self._at = min(self._at + 2, self._end)
            elif character == "$":
                self._dollar(parts, quoted=quoted)
            elif character == "`":
                parts.append(self._backquoted(quoted=quoted))
            else:
                self._at += 1
        self._depth -= 1
        if self._at >= self._end:
            self._is_unterminated = True
        self._at = min(self._at + 1, self._end)
        bodies = tuple(body for part in parts if isinstance(part, Expansion) for body in part.bodies)
        return Expansion(start, self._at, quoted, bodies)

    def _array(self) -> list[Part]:
        """The words of `name=( ... )`, as parts of one."""
        parts: list[Part] = []
        if self._depth >= MAX_DEPTH:
            self._give_up()
            return parts
        self._depth += 1
        self._at += 1
        while self._at < self._end and not self._follows(")"):
            self._skip_newlines()
            word = self._word()
            if word:
                parts.extend(word.parts)
            elif self._at < self._end and not self._follows(")", "\n"):
                self._at += 1
        self._depth -= 1
        if self._at >= self._end:
            self._is_unterminated = True
        self._at = min(self._at + 1, self._end)
        return parts

    def _is_arithmetic(self, start: int) -> bool:
        """Whether the two parentheses at `start` are closed by two in a row, as bash decides it."""
        depth = 0
        at = start
        inner_end = -1
        while found := _PARENTHESES.search(self._text, at, self._end):
            self._lookahead -= found.end() - at
            if self._lookahead < 0:
                return False
            at = found.end()
            match found[0]:
                case "(":
                    depth += 1
                case ")":
                    depth -= 1
                    if depth == 1:
                        inner_end = at
                    elif depth == 0:
                        return inner_end == at - 1
                case "\\":
                    at += 1
                case "#":
                    # Not a comment in arithmetic (`16#ff`); in a subshell one may hide parentheses, which is rare.
                    continue
                case quote:
                    close = self._text.find(quote, at, self._end)
                    self._lookahead -= max(close, at) - at
                    if close < 0:
                        self._lookahead -= self._end - at
                        return False
                    at = close + 1
        self._lookahead -= self._end - min(at, self._end)
        return False

    def _arithmetic(self, start: int, inner: int) -> Word:
        """`(( ... ))` or `$(( ... ))` of which only the expansions matter; `inner` is after the parentheses."""
        self._at = inner
        parts: list[Part] = []
        if self._depth >= MAX_DEPTH:
            self._give_up()
            return Word(start, self._at, ())
        self._depth += 1
        depth = 2
        while self._at < self._end and depth:
            plain = _IN_ARITHMETIC.match(self._text, self._at, self._end)
            if plain:
                self._at = plain.end()
                continue
            character = self._text[self._at]
            if character == "$":
                self._dollar(parts, quoted=True)
            elif character == "`":
                parts.append(self._backquoted(quoted=True))
            else:
                depth += {"(": 1, ")": -1}.get(character, 0)
                self._at += 2 if character == "\\" else 1
        self._depth -= 1
        self._at = min(self._at, self._end)
        if depth:
            self._is_unterminated = True
        return Word(start, self._at, tuple(parts))

    def _ansi_c(self, parts: list[Part]) -> None:
        quoted = _ANSI_C.match(self._text, self._at, self._end)
        if quoted is None:
            self._give_up()
            return
        self._at = quoted.end()
        start, end = quoted.span(1)
        if start == end:
            parts.append(Text("", quoted.start(), quoted.end(), quoted=True, exact=False))
        for piece in _ANSI_C_PIECE.finditer(self._text, start, end):
            if piece[0][0] == "\\":
                parts.append(Text(_ansi_c_character(piece[0]), piece.start(), piece.end(), quoted=True, exact=False))
            else:
                self._literal(parts, piece.start(), piece.end(), quoted=True)

    def _at_extended_pattern(self, word_start: int) -> bool:
        """Whether the parenthesis here belongs to a pattern such as `@(a|b)`."""
        previous = self._text[self._at - 1] if self._at > word_start else ""
        # A lone `!(` is a negated subshell to every shell without extglob.
        return previous in ("?", "*", "+", "@") or (previous == "!" and self._at - word_start > 1)

    def _extended_pattern(self) -> Expansion:
        start = self._at
        self._at += 1
        if self._depth >= MAX_DEPTH:
            self._give_up()
            return Expansion(start, self._at, quoted=False)
        self._depth += 1
        while self._at < self._end and not self._follows(")", "\n"):
            if self._word() is None and self._at < self._end and not self._follows(")", "\n"):
                self._at += 1
        self._depth -= 1
        if self._follows(")"):
            self._at += 1
        return Expansion(start, self._at, quoted=False)


def _ansi_c_character(escape: str) -> str:
    """The character of one escape of `$'...'`; `escape` begins with its backslash."""
    letter, rest = escape[1:2], escape[2:]
    if letter in _ANSI_C_LETTERS:
        return _ANSI_C_LETTERS[letter]
    if letter in ("x", "u", "U") and rest:
        code = int(rest, 16)
    elif "0" <= letter <= "7":
        code = int(escape[1:], 8) & 0xFF
    elif letter == "c" and rest:
        code = ord(rest) & 0x1F
    else:
        return escape[1:]
    # The shell ends the string at a NUL; a lone surrogate is no character.
    return chr(code) if 0 < code <= 0x10FFFF and not 0xD800 <= code < 0xE000 else UNKNOWN
