"""Sums and encodings of strings."""

from __future__ import annotations

import base64
import binascii
import hashlib
import zlib
from typing import TYPE_CHECKING

from podhosts.helm.builtins.table import STRING, Family
from podhosts.helm.model import Unsupported
from podhosts.helm.objects import go_bytes, go_text

if TYPE_CHECKING:
    from podhosts.helm.traced import Traced

FAMILY = Family()


@FAMILY.add("sha1sum", STRING)
def _sha1sum(text: Traced) -> Traced:
    return text.derive(hashlib.sha1(go_bytes(text.text), usedforsecurity=False).hexdigest())


@FAMILY.add("sha256sum", STRING)
def _sha256sum(text: Traced) -> Traced:
    return text.derive(hashlib.sha256(go_bytes(text.text)).hexdigest())


@FAMILY.add("sha512sum", STRING)
def _sha512sum(text: Traced) -> Traced:
    return text.derive(hashlib.sha512(go_bytes(text.text)).hexdigest())


@FAMILY.add("adler32sum", STRING)
def _adler32sum(text: Traced) -> Traced:
    return text.derive(str(zlib.adler32(go_bytes(text.text))))


@FAMILY.add("b64enc", STRING)
def _b64enc(text: Traced) -> Traced:
    return text.derive(base64.b64encode(go_bytes(text.text)).decode("ascii"))


@FAMILY.add("b64dec", STRING)
def _b64dec(text: Traced) -> Traced:
    # Go passes over line breaks.
    data = go_bytes(text.text).replace(b"\n", b"").replace(b"\r", b"")
    try:
        return text.derive(go_text(base64.b64decode(data, validate=True)))
    except binascii.Error:
        # The result is Go's complaint, which names a byte.
        raise Unsupported("text that is no base64") from None


@FAMILY.add("b32enc", STRING)
def _b32enc(text: Traced) -> Traced:
    return text.derive(base64.b32encode(go_bytes(text.text)).decode("ascii"))


@FAMILY.add("b32dec", STRING)
def _b32dec(text: Traced) -> Traced:
    try:
        return text.derive(go_text(base64.b32decode(go_bytes(text.text))))
    except binascii.Error:
        raise Unsupported("text that is no base32") from None
