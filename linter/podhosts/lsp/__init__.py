"""`podhosts lsp`: a language server on stdin and stdout, an adapter on the engine. Needs the extra `lsp` (pygls)."""

from __future__ import annotations

from podhosts.commands.terminal import say
from podhosts.commands.usage import OK, WRONG_USE


def run() -> int:
    """Serve one client until it says goodbye; returns the exit code."""
    try:
        from podhosts.lsp.server import create_server
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("podhosts"):
            raise
        say("podhosts: the language server needs pygls; install it with: pip install 'podhosts[lsp]'")
        return WRONG_USE
    create_server().start_io()
    return OK
