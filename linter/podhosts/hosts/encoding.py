"""Text as the bytes that reach a hosts file or a resolver."""

from __future__ import annotations


def to_bytes(text: str) -> bytes:
    """UTF-8, whatever the text holds; never raises.

    Bytes that Python kept as surrogate escapes come back as they were. Any other lone surrogate, which only JSON
    escapes can make, becomes U+FFFD, as Go makes it long before the kubelet sees it.
    """
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
