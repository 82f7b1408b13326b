"""JSON-RPC as pygls speaks it, but no request stays without an answer."""

from __future__ import annotations

from typing import Any

from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol


class AnsweringProtocol(LanguageServerProtocol):
    """Answers a request whose parameters are wrong (a negative line) with an error; pygls only logs it."""

    def structure_message(self, data: dict[str, Any]) -> Any:
        """A message as its class. Raises JsonRpcException where its parameters do not fit, after the answer is sent."""
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if "id" in data and "method" in data:
                self._send_response(data["id"], error=error.to_response_error())
            raise
