"""Server blocks, their plugins, snippets and imports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.corefile.tokens import CorefileError, Token, is_new_line, is_same_line
from podhosts.corefile.zones import Zone, zones_of
from podhosts.records import record
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    #: The files that an `import` brings, each as its words; None where it is not known what is there.
    #: Raises `CorefileError` where CoreDNS would refuse the import.
    Importer = Callable[[Token], Sequence[Sequence[Token]] | None]


@record(frozen=True, slots=True)
class Plugin:
    """A plugin in a server block: its name and all tokens that follow it, to the end of its line or block."""

    name: Token
    tokens: tuple[Token, ...]

    @property
    def arguments(self) -> tuple[Token, ...]:
        """The tokens on the line of the name, up to an opening brace."""
        arguments: list[Token] = []
        previous = self.name
        for token in self.tokens:
            if token.text == "{" or not is_same_line(previous, token):
                break
            arguments.append(token)
            previous = token
        return tuple(arguments)

    @property
    def lines(self) -> tuple[tuple[Token, ...], ...]:
        """The lines inside the braces, nested braces among their tokens."""
        tokens = self.tokens[len(self.arguments) :]
        if tokens and tokens[0].text == "{":
            tokens = tokens[1:]
        if tokens and tokens[-1].text == "}":
            tokens = tokens[:-1]
        lines: list[list[Token]] = []
        before: list[Token | None] = [None, *tokens]
        for previous, token in zip(before, tokens, strict=False):
            if previous is None or not is_same_line(previous, token):
                lines.append([])
            lines[-1].append(token)
        return tuple(tuple(line) for line in lines)

    @property
    def span(self) -> Span:
        """From the name to the last token; of an `import` inside only what stands in the same place."""
        ends = [token.span.end for token in self.tokens if token.span.start >= self.name.span.start]
        return Span(self.name.span.start, max([self.name.span.end, *ends]))


@record(frozen=True, slots=True)
class ServerBlock:
    """Zones and the plugins that answer for them.

    `keys`: the words before the brace; `imports`: the files (not snippets) that are imported at the block's level or in
    its plugins and were not read. Plugins from a snippet or an imported file stand in the text of that.
    """

    keys: tuple[Token, ...]
    plugins: tuple[Plugin, ...]
    imports: tuple[Token, ...]
    span: Span

    @property
    def zones(self) -> tuple[Zone, ...]:
        return tuple(zone for key in self.keys for zone in zones_of(key))


class Parser:
    """Reads tokens one at a time; an import puts those of a snippet or of files in front of the rest.

    `unread` are the files that were imported anywhere so far and are not known.
    """

    def __init__(self, tokens: Sequence[Token], importer: Importer | None = None) -> None:
        self.unread: list[Token] = []
        self._importer = importer
        self._used: set[str] = set()
        self._frames: list[Iterator[Token]] = [iter(tokens)]
        self._returned: list[Token] = []
        self._snippets: dict[str, list[Token]] = {}
        self._imports: list[Token] = []
        self._closing: Token | None = None
        # Snippets that import snippets can grow exponentially, or for ever.
        self._budget = 4 * len(tokens) + 10_000
        self._expansions = 10_000

    def _next(self) -> Token | None:
        if self._returned:
            return self._returned.pop()
        while self._frames:
            token = next(self._frames[-1], None)
            if token is not None:
                return token
            self._frames.pop()
        return None

    def _return(self, token: Token | None) -> None:
        if token is not None:
            self._returned.append(token)

    def server_blocks(self) -> Iterator[ServerBlock]:
        while first := self._next():
            block = self._server_block(first)
            if block:
                yield block

    def fragment(self, keys: tuple[Token, ...], span: Span) -> ServerBlock:
        """The whole text as the inside of a server block."""
        plugins, closing, _ = self._plugins()
        if closing:
            raise CorefileError("this `}` closes nothing", closing.span)
        return ServerBlock(keys, tuple(plugins), tuple(self._imports), span)

    def _server_block(self, first: Token) -> ServerBlock | None:
        self._imports = []
        keys, opening = self._keys(first)
        is_snippet = len(keys) == 1 and keys[0].text.startswith("(") and keys[0].text.endswith(")")
        if opening is None:
            if is_snippet and self._has_more():
                raise CorefileError("a snippet needs braces", keys[0].span)
            # No brace: the rest of the text belongs to these keys.
            plugins, closing, last = self._plugins()
            end = closing or last or (keys[-1] if keys else first)
            if not keys:
                return None
            return ServerBlock(tuple(keys), tuple(plugins), tuple(self._imports), _reaching(first, end))
        if is_snippet:
            self._snippet(keys[0], opening)
            return None
        plugins, closing, last = self._plugins()
        # At the end of the text CoreDNS takes the brace of the last plugin for the block's own.
        last_brace = closing or (last if last and last.text == "}" else None)
        if last_brace is None:
            raise CorefileError("the brace is never closed", opening.span)
        if not keys:
            return None
        return ServerBlock(tuple(keys), tuple(plugins), tuple(self._imports), _reaching(first, last_brace))

    def _has_more(self) -> bool:
        token = self._next()
        self._return(token)
        return token is not None

    def _keys(self, first: Token) -> tuple[list[Token], Token | None]:
        """The words before the opening brace, which is consumed if there is one."""
        keys: list[Token] = []
        expects_another = False
        previous: Token | None = None
        token: Token | None = first
        while token is not None:
            if previous and not expects_another and is_new_line(previous, token):
                if token.text == "{":
                    return keys, token
                self._return(token)
                return keys, None
            before = previous or self._closing
            if token.text == "import" and (before is None or is_new_line(before, token)):
                self._import(token)
                # What it would have brought is no part of this block.
                self._imports.clear()
                token = self._next()
                continue
            if token.text == "{":
                if expects_another:
                    raise CorefileError("a zone is missing after the comma", token.span)
                return keys, token
            if token.text:
                expects_another = token.text.endswith(",")
                text = token.text[:-1] if expects_another else token.text
                span = Span(token.span.start, token.span.end - 1) if expects_another else token.span
                keys.append(Token(text, span, token.line, token.is_known))
            previous, token = token, self._next()
        if expects_another and previous:
            raise CorefileError("a zone is missing after the comma", previous.span)
        return keys, None

    def _snippet(self, key: Token, opening: Token) -> None:
        name = key.text[1:-1]
        if name in self._snippets:
            raise CorefileError(f"the snippet `{name}` is defined twice", key.span)
        depth = 1
        tokens: list[Token] = []
        while token := self._next():
            depth += {"{": 1, "}": -1}.get(token.text, 0)
            if depth == 0:
                self._define(name, tokens)
                self._closing = token
                return
            tokens.append(token)
        raise CorefileError("the brace is never closed", opening.span)

    def _define(self, name: str, tokens: list[Token]) -> None:
        before: list[Token | None] = [None, *tokens]
        for previous, token, argument in zip(before, tokens, tokens[1:], strict=False):
            is_first = previous is None or previous.line != token.line
            if token.text == "import" and argument.text == name and is_first:
                raise CorefileError(f"the snippet `{name}` imports itself", argument.span)
        self._snippets[name] = tokens

    def _import(self, keyword: Token) -> None:
        argument = self._next()
        if argument is None or not is_same_line(keyword, argument):
            raise CorefileError("`import` needs a file or a snippet", keyword.span)
        following = self._next()
        if following is not None and is_same_line(argument, following):
            raise CorefileError("`import` takes one argument", following.span)
        self._return(following)
        snippet = self._snippets.get(argument.text)
        if snippet is not None:
            self._used.add(argument.text)
        files = self._importer(argument) if snippet is None and self._importer else None
        brought = [snippet] if snippet is not None else files
        if brought is None:
            self._imports.append(argument)
            self.unread.append(argument)
            return
        self._expansions -= 1
        self._budget -= sum(map(len, brought))
        if self._budget < 0 or self._expansions < 0:
            raise CorefileError("the snippets import each other without end", keyword.span)
        if self._returned:
            self._frames.append(iter([self._returned.pop()]))
        self._frames += map(iter, reversed(brought))

    def unused_plugins(self) -> Iterator[Plugin]:
        """The plugins of the snippets that were not imported."""
        for name, tokens in self._snippets.items():
            if name not in self._used:
                yield from Parser(tokens)._plugins()[0]

    def _plugins(self) -> tuple[list[Plugin], Token | None, Token | None]:
        """The plugins up to the closing brace, that brace, and the last token that was read."""
        plugins: list[Plugin] = []
        last: Token | None = None
        while token := self._next():
            if token.text == "}":
                self._closing = token
                return plugins, token, token
            if token.text == "import":
                self._import(token)
                continue
            plugin = self._plugin(token)
            plugins.append(plugin)
            last = plugin.tokens[-1] if plugin.tokens else plugin.name
        return plugins, None, last

    def _plugin(self, name: Token) -> Plugin:
        tokens: list[Token] = []
        open_braces: list[Token] = []
        previous = name
        while token := self._next():
            if token.text == "{":
                open_braces.append(token)
            elif is_new_line(previous, token) and not open_braces:
                self._return(token)
                break
            elif token.text == "}":
                if not open_braces:
                    raise CorefileError("this `}` must stand on a line of its own", token.span)
                open_braces.pop()
            elif token.text == "import" and is_new_line(previous, token):
                self._import(token)
                continue
            tokens.append(token)
            previous = token
        if open_braces:
            raise CorefileError("the brace is never closed", open_braces[-1].span)
        return Plugin(name, tuple(tokens))


def _reaching(first: Token, last: Token) -> Span:
    """From the first token to the last, unless a snippet from elsewhere supplied one of them."""
    return Span(first.span.start, max(first.span.end, last.span.end))
