"""Names that no query can bear, however they are listed."""

from __future__ import annotations

#: How many bytes a label and a whole name may have in a query (RFC 1035), the name with its lengths.
_LONGEST_LABEL, _LONGEST_NAME = 63, 255
#: Query names reach the plugin with a backslash before these, and so never equal a name in the file that holds one.
_ESCAPED = frozenset("'@;()\"\\")


def unaskable(name: str) -> str | None:
    """The reason for which no query ever finds a listed name; None for a name that can be asked.

    Measured with CoreDNS 1.11.3, 1.12.4 and 1.15.0.
    """
    # An escaped dot is a part of its label, also in queries.
    name = name.replace("\\.", "-")
    if name == ".":
        return None
    if not name.isascii():
        return "queries carry the `xn--` form"
    if any(char in _ESCAPED or not char.isprintable() for char in name):
        return "no query ever matches such a name"
    labels = name.removesuffix(".").split(".")
    if not all(labels):
        return "it has an empty label"
    if max(map(len, labels)) > _LONGEST_LABEL:
        return f"a label has more than {_LONGEST_LABEL} characters"
    if sum(map(len, labels)) + len(labels) + 1 > _LONGEST_NAME:
        return f"it has more than {_LONGEST_NAME} bytes"
    return None
