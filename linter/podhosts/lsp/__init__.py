"""`podhosts lsp`: a language server on stdin and stdout, an adapter on the engine. Needs the extra `lsp` (pygls)."""

from __future__ import annotations

import os

from podhosts.commands.terminal import say
from podhosts.commands.usage import OK, WRONG_USE


def run() -> int:
    """Serve one client until it says goodbye, and end the process; returns the exit code where it cannot."""
    try:
        from podhosts.lsp.log import log_to_stderr
        from podhosts.lsp.server import create_server
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("podhosts"):
            raise
        say("podhosts: the language server needs pygls; install it with: pip install 'podhosts[lsp]'")
        return WRONG_USE
    log_to_stderr()
    create_server().start_io()
    # The interpreter would wait for a check that is under way, though nobody is there to be told.
    os._exit(OK)
