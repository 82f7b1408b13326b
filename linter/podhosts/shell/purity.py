"""Whether a pipeline does nothing else than print texts to the hosts file, so that nothing is lost without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.shell.paths import is_etc_hosts
from podhosts.shell.tree import Parameter, Simple, Text

if TYPE_CHECKING:
    from podhosts.shell.tree import Command, Pipeline, Redirect, Word

_PRINTERS = frozenset(("echo", "printf"))
_COPIERS = frozenset(("cat", "tee"))
_SINKS = frozenset(("/dev/null", "1", "2"))
_READING = frozenset(("<<", "<<-", "<<<"))


def only_writes(pipeline: Pipeline) -> bool:
    """True for `echo`, `printf`, `cat` and `tee` (with `sudo`), and groups of them, that touch no other file."""
    return all(map(_is_harmless, pipeline.commands))


def _is_harmless(command: Command) -> bool:
    if not all(map(_is_harmless_redirect, command.redirects)):
        return False
    if not isinstance(command, Simple):
        lists = [item for branch in command.branches for item in branch.items]
        return command.kind == "group" and all(only_writes(item.pipeline) for item in lists)
    words = [_constant(word) for word in command.words]
    if words[:1] == ["sudo"]:
        del words[0]
    if command.is_broken or command.assignments or not words:
        return False
    if words[0] in _COPIERS:
        return all(word is not None and (word.startswith("-") or is_etc_hosts(word)) for word in words[1:])
    return words[0] in _PRINTERS and all(map(_is_printed, command.words))


def _is_printed(word: Word) -> bool:
    """Whether a word runs nothing: it is made of text and variables."""
    return all(isinstance(part, Text | Parameter) for part in word.parts)


def _is_harmless_redirect(redirect: Redirect) -> bool:
    if redirect.heredoc is not None or redirect.operator in _READING:
        body = redirect.heredoc.body if redirect.heredoc else redirect.target
        return body is None or _is_printed(body)
    target = _constant(redirect.target)
    return target is not None and (target in _SINKS or is_etc_hosts(target))


def _constant(word: Word | None) -> str | None:
    """The text of a word that holds nothing else."""
    if word is None or not all(isinstance(part, Text) for part in word.parts):
        return None
    return "".join(part.value for part in word.parts if isinstance(part, Text))
