"""The messages that the server writes to stderr, which editors keep as its log."""

from __future__ import annotations

import logging
from json import JSONDecodeError

from pygls.exceptions import JsonRpcException

#: What a message raises that the protocol does not allow.
_WRONG_MESSAGE = (JSONDecodeError, UnicodeDecodeError, RecursionError, JsonRpcException)


def log_to_stderr() -> None:
    """Log warnings and errors, those that a client causes in one line each."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("podhosts lsp: %(message)s"))
    handler.addFilter(_without_clients_faults)
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


def _without_clients_faults(record: logging.LogRecord) -> bool:
    """Whether to log a record; a traceback is kept for mistakes of podhosts."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, _WRONG_MESSAGE):
        record.msg, record.args, record.exc_info = "%s: %s", (record.getMessage(), error), None
    elif error is None:
        # pygls puts the traceback of wrong parameters into the message itself.
        record.msg, record.args = "%s", (record.getMessage().partition("\n")[0],)
    # A client that is gone reads no log.
    return not isinstance(error, BrokenPipeError)
