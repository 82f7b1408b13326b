"""Shell text -> parse tree: POSIX sh with what bash and busybox add to it.

A recursive descent over the text that knows quoting, expansions, here-documents, comments, redirections, lists,
compound commands and functions (XCU 2.2 to 2.10; bash manual 3.1 to 3.6). It never fails: what is no shell is skipped a
character at a time, and below `MAX_DEPTH` levels the rest of the text is left unread. Linear in the length of the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.patterns import regex
from podhosts.shell.templates import mask_templates
from podhosts.shell.tree import (
    Assignment,
    Compound,
    CompoundPart,
    Heredoc,
    ListedPipeline,
    Mark,
    Pipeline,
    Redirect,
    Simple,
    Text,
    Word,
)
from podhosts.shell.words import BLANKS, MAX_DEPTH, PLAIN, WordReader

if TYPE_CHECKING:
    from podhosts.shell.tree import Command

_REDIRECT = regex(r"([0-9]+|\{[A-Za-z_][A-Za-z0-9_]*\})?(&>>|&>|<<<|<<-|<<|<>|<&|>>|>\||>&|[<>](?!\())")
#: dash's: `&>` ends a command and opens a file, `<<<` is a syntax error.
_POSIX_REDIRECT = regex(r"([0-9]+)?(<<<|<<-|<<|<>|<&|>>|>\||>&|[<>])")
_REDIRECT_STARTS = frozenset("<>&{0123456789")
_ASSIGNMENT = regex(r"([A-Za-z_][A-Za-z0-9_]*)(\[[^\]\s'\"$`\\]*\])?(\+?)=")
_DELIMITED = r"(?=[ \t\n;&|()<>]|\Z)"
_PREFIX = regex(r"(?:!(?=[ \t\n(]|\Z)|(?:time(?:[ \t]+-p)?|coproc)" + _DELIMITED + ")")
_COMPOUND = regex(r"(?:if|while|until|for|select|case|function|\{|\[\[)" + _DELIMITED)
_CLOSER = regex(r"(?:then|elif|else|fi|do|done|esac|\})" + _DELIMITED)
_FUNCTION_PARENTHESES = regex(r"[ \t]*\([ \t]*\)")
_NO_CLOSERS: frozenset[str] = frozenset()
_IF_CLOSERS = frozenset(("then", "elif", "else", "fi"))
_LOOP_CLOSERS = frozenset(("do", "done"))


def parse(text: str, depth: int = 0, *, is_posix: bool = False) -> tuple[ListedPipeline, ...]:
    """The command list that a shell script is; `is_posix` for a shell without bash's redirections (`&>`, `<<<`).

    `{{ ... }}` (Helm, GitHub Actions) and NUL characters stand for text that is not known. `depth`: how deep in other
    scripts the text was found.
    """
    text = mask_templates(text)
    return _ShellParser(text, 0, len(text), depth, is_posix=is_posix).items(_NO_CLOSERS)


class _ShellParser(WordReader):
    """The upper half: lists, commands and what they are made of."""

    def __init__(self, text: str, start: int, end: int, depth: int, *, is_posix: bool) -> None:
        super().__init__(text, start, end, depth)
        self._is_posix = is_posix
        self._redirects = _POSIX_REDIRECT if is_posix else _REDIRECT
        self._closers: frozenset[str] = _NO_CLOSERS

    def items(self, closers: frozenset[str]) -> tuple[ListedPipeline, ...]:
        """Read a list up to one of the reserved words or characters that end it, which is not consumed."""
        outer = self._closers
        self._closers = outer | closers
        items: list[ListedPipeline] = []
        before: Mark | None = None
        while True:
            self._skip_separators()
            if self._at >= self._end or self._at_closer():
                break
            start = self._at
            pipeline = self._pipeline()
            if pipeline is None:
                # No command begins here: a stray `)`, `|` or `;;`.
                self._at = max(self._at, start + 1)
                continue
            after = self._separator()
            items.append(ListedPipeline(pipeline, before, after))
            before = after
        self._closers = outer
        return tuple(items)

    def _nested_items(self, closers: frozenset[str], *, isolated: bool = False) -> tuple[ListedPipeline, ...]:
        if self._depth >= MAX_DEPTH:
            self._give_up()
            return ()
        outer = self._closers
        if isolated:
            self._closers = _NO_CLOSERS
        self._depth += 1
        items = self.items(closers)
        self._depth -= 1
        self._closers = outer
        return items

    def _separate_items(self, text: str, start: int, end: int) -> tuple[ListedPipeline, ...]:
        return _ShellParser(text, start, end, self._depth + 1, is_posix=self._is_posix).items(_NO_CLOSERS)

    def _at_closer(self) -> bool:
        character = self._text[self._at]
        if character == ")":
            return ")" in self._closers
        if character == ";":
            return ";;" in self._closers and self._follows(";;", ";&")
        word = _CLOSER.match(self._text, self._at, self._end)
        return word is not None and word[0] in self._closers

    def _skip_separators(self) -> None:
        while self._at < self._end:
            self._skip_blanks()
            if self._follows("\n"):
                self._skip_newline()
            elif self._follows(";") and not (";;" in self._closers and self._follows(";;", ";&")):
                self._at += 1
            else:
                break

    def _separator(self) -> Mark | None:
        self._skip_blanks()
        start = self._at
        for token in ("&&", "||", "\n", ";", "&"):
            if self._follows(token):
                break
        else:
            return None
        if token == ";" and self._follows(";;", ";&") and ";;" in self._closers:
            return None
        if token == "\n":
            self._skip_newline()
        else:
            self._at += len(token)
        return Mark(token, start, start + len(token))

    def _pipeline(self) -> Pipeline | None:
        self._skip_blanks()
        start = self._at
        while prefix := _PREFIX.match(self._text, self._at, self._end):
            self._at = prefix.end()
            self._skip_blanks()
        commands: list[Command] = []
        while command := self._command():
            commands.append(command)
            self._skip_blanks()
            if not self._follows("|") or self._follows("||"):
                break
            self._at += 2 if self._follows("|&") else 1
            self._skip_newlines()
        return Pipeline(start, commands[-1].end, tuple(commands)) if commands else None

    def _command(self) -> Command | None:
        self._skip_blanks()
        if self._follows("("):
            return self._parenthesis()
        keyword = _COMPOUND.match(self._text, self._at, self._end)
        if not keyword:
            return self._simple()
        start = self._at
        self._at = keyword.end()
        match keyword[0]:
            case "if":
                return self._if(start)
            case "while" | "until":
                return self._loop(start, "", ())
            case "for" | "select":
                return self._for(start)
            case "case":
                return self._case(start)
            case "function":
                return self._function_keyword(start)
            case "{":
                items = self._nested_items(frozenset("}"))
                self._expect("}")
                return self._compound(start, "group", [CompoundPart("group", items)])
            case _:
                return self._test(start)

    def _compound(
        self, start: int, kind: str, branches: list[CompoundPart], words: tuple[Word, ...] = (), variable: str = ""
    ) -> Compound:
        end = self._at
        redirects: list[Redirect] = []
        while True:
            self._skip_blanks()
            redirect = self._redirect()
            if redirect is None:
                break
            redirects.append(redirect)
            end = redirect.end
        return Compound(start, end, kind, variable, words, tuple(branches), tuple(redirects))

    def _expect(self, token: str) -> bool:
        """Consume a token that should be here."""
        self._skip_separators()
        if not self._follows(token):
            return False
        self._at += len(token)
        return True

    def _reserved(self, *words: str) -> str:
        """Consume one of the reserved words if it is next, and tell which."""
        self._skip_separators()
        word = _CLOSER.match(self._text, self._at, self._end)
        if word is None or word[0] not in words:
            return ""
        self._at = word.end()
        return word[0]

    def _if(self, start: int) -> Compound:
        branches = [CompoundPart("condition", self._nested_items(_IF_CLOSERS))]
        while word := self._reserved("then", "elif", "else"):
            role = "condition" if word == "elif" else "if"
            branches.append(CompoundPart(role, self._nested_items(_IF_CLOSERS)))
        self._reserved("fi")
        return self._compound(start, "if", branches)

    def _loop(self, start: int, variable: str, words: tuple[Word, ...]) -> Compound:
        branches = []
        if not variable:
            branches.append(CompoundPart("condition", self._nested_items(_LOOP_CLOSERS)))
        if self._reserved("do"):
            branches.append(CompoundPart("loop", self._nested_items(_LOOP_CLOSERS)))
            self._reserved("done")
        return self._compound(start, "loop", branches, words, variable)

    def _for(self, start: int) -> Compound:
        self._skip_blanks()
        words: list[Word] = []
        variable = "?"
        if self._follows("(("):
            words.append(self._arithmetic(self._at, self._at + 2))
        else:
            name = PLAIN.match(self._text, self._at, self._end)
            if name:
                variable = name[0]
                self._at = name.end()
            self._skip_newlines()
            if self._text.startswith("in", self._at, self._end):
                while word := self._word():
                    words.append(word)
                    self._skip_blanks()
        self._skip_separators()
        return self._loop(start, variable, tuple(words))

    def _case(self, start: int) -> Compound:
        self._skip_blanks()
        subject = self._word()
        self._skip_newlines()
        branches: list[CompoundPart] = []
        words = [subject] if subject else []
        if self._text.startswith("in", self._at, self._end):
            self._at += 2
        while self._at < self._end:
            self._skip_newlines()
            closer = _CLOSER.match(self._text, self._at, self._end)
            if self._at >= self._end or (closer and closer[0] == "esac"):
                break
            before = self._at
            self._pattern()
            branches.append(CompoundPart("case", self._nested_items(frozenset((";;", "esac")))))
            if self._follows(";;&"):
                self._at += 3
            elif self._follows(";;", ";&"):
                self._at += 2
            elif self._at == before:
                self._at += 1
        self._reserved("esac")
        return self._compound(start, "case", branches, tuple(words))

    def _pattern(self) -> None:
        """Skip the patterns of a case item and their `)`."""
        if self._follows("("):
            self._at += 1
        while self._at < self._end and not self._follows("\n", ";"):
            self._skip_blanks()
            if self._follows(")"):
                self._at += 1
                return
            if self._word() is None and self._at < self._end and not self._follows("\n", ";", ")"):
                self._at += 1

    def _test(self, start: int) -> Compound:
        """`[[ ... ]]`: `<` and `>` compare, `(`, `&&` and `||` group; only the words matter here."""
        words: list[Word] = []
        while self._at < self._end:
            self._skip_test_blanks()
            if self._follows("]]"):
                self._at += 2
                break
            word = self._word()
            if word:
                words.append(word)
            elif self._at < self._end:
                self._at += 1
        return self._compound(start, "test", [], tuple(words))

    def _skip_test_blanks(self) -> None:
        while True:
            blanks = BLANKS.match(self._text, self._at, self._end)
            if blanks:
                self._at = blanks.end()
            elif self._follows("\n"):
                self._skip_newline()
            else:
                break

    def _parenthesis(self) -> Compound:
        start = self._at
        if self._follows("((") and self._is_arithmetic(self._at):
            word = self._arithmetic(start, start + 2)
            return self._compound(start, "arithmetic", [], (word,))
        self._at += 1
        items = self._nested_items(frozenset(")"), isolated=True)
        self._expect(")")
        return self._compound(start, "subshell", [CompoundPart("subshell", items)])

    def _function_keyword(self, start: int) -> Compound | None:
        self._skip_blanks()
        name = self._word()
        parentheses = _FUNCTION_PARENTHESES.match(self._text, self._at, self._end)
        if parentheses:
            self._at = parentheses.end()
        return self._function_body(start, name)

    def _function_body(self, start: int, name: Word | None) -> Compound | None:
        if self._depth >= MAX_DEPTH:
            self._give_up()
            return None
        self._skip_newlines()
        self._depth += 1
        body = self._command()
        self._depth -= 1
        if body is None:
            return None
        pipeline = Pipeline(body.start, body.end, (body,))
        branch = CompoundPart("function", (ListedPipeline(pipeline, None, None),))
        return Compound(start, body.end, "function", "", (name,) if name else (), (branch,), ())

    def _simple(self) -> Command | None:
        start = end = self._at
        assignments: list[Assignment] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        was_unterminated, self._is_unterminated = self._is_unterminated, False
        while True:
            self._skip_blanks()
            if redirect := self._redirect():
                redirects.append(redirect)
                end = redirect.end
                continue
            if not words and (assignment := self._assignment()):
                assignments.append(assignment)
                end = self._at
                continue
            word = self._word()
            if word is None:
                if not words or not self._follows("("):
                    break
                # No shell takes a parenthesis here; keep it and what it closes together.
                self._at += 1
                self._nested_items(frozenset(")"), isolated=True)
                self._expect(")")
                end = self._at
                continue
            words.append(word)
            end = word.end
            if len(words) == 1 and not assignments and not redirects:
                parentheses = _FUNCTION_PARENTHESES.match(self._text, self._at, self._end)
                if parentheses:
                    self._at = parentheses.end()
                    return self._function_body(start, word)
        is_broken = self._is_unterminated
        self._is_unterminated = was_unterminated or is_broken
        if not (words or assignments or redirects):
            return None
        return Simple(start, end, tuple(assignments), tuple(words), tuple(redirects), is_broken)

    def _assignment(self) -> Assignment | None:
        match = _ASSIGNMENT.match(self._text, self._at, self._end)
        if match is None:
            return None
        self._at = match.end()
        is_plain = not match[2] and not match[3]
        if self._follows("("):
            start = self._at
            return Assignment(match[1], Word(start, self._at, tuple(self._array())), is_plain=False)
        return Assignment(match[1], self._word() or Word(self._at, self._at, ()), is_plain)

    def _redirect(self) -> Redirect | None:
        if self._text[self._at : self._at + 1] not in _REDIRECT_STARTS:
            return None
        match = self._redirects.match(self._text, self._at, self._end)
        if match is None:
            return None
        self._at = match.end()
        operator = match[2]
        if operator == "<<<" and self._is_posix:
            self._is_unterminated = True
        blanks = BLANKS.match(self._text, self._at, self._end)
        if blanks:
            self._at = blanks.end()
        target_start = self._at
        target = self._word()
        heredoc = None
        if operator in ("<<", "<<-") and target:
            raw = self._text[target_start : target.end]
            delimiter = "".join(part.value if isinstance(part, Text) else self._raw(part) for part in target.parts)
            is_quoted = any(quote in raw for quote in "'\"\\")
            heredoc = Heredoc(delimiter, is_quoted, operator == "<<-")
            self._pending.append(heredoc)
        end = target.end if target else match.end()
        return Redirect(operator, match[1] or "", target, heredoc, match.start(), end)
