"""Host names: what the API server accepts, and what resolvers never look up.

Facts: `reference/kubernetes.md` 1.4 and 4.1, `reference/resolvers.md` 0 (8). No regular expressions: a look
at the characters and at the ends of each label says the same in plainly linear time.
"""

from __future__ import annotations

from podhosts.hosts.addresses import inet_aton

MAX_SUBDOMAIN_BYTES = 253
"""Of a name in hostAliases and of a pod's `metadata.name`."""
MAX_LABEL_BYTES = 63
"""Of `spec.hostname` and `spec.subdomain`. Names in hostAliases have no limit per label."""
MAX_OVERRIDE_BYTES = 64
"""Of `spec.hostnameOverride`, and of a fully qualified name that becomes the kernel's host name."""

_SUBDOMAIN_REGEX = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_LABEL_REGEX = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"

NOT_A_SUBDOMAIN = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and"
    f" end with an alphanumeric character (e.g. 'example.com', regex used for validation is '{_SUBDOMAIN_REGEX}')"
)
NOT_A_LABEL = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with"
    f" an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '{_LABEL_REGEX}')"
)
HAS_DOTS = "must not contain dots"

_LABEL_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
_SUBDOMAIN_CHARACTERS = _LABEL_CHARACTERS | {"."}
_ADDRESS_CHARACTERS = frozenset("0123456789.")


def subdomain_refusals(name: str) -> list[str]:
    """The API server's messages about a name in hostAliases (or `hostnameOverride`), in its order; empty: accepted.

    There is no limit per label, and a name of digits alone passes.
    Source: `reference/kubernetes.md` 1.4; `vectors/apiserver`.
    """
    refusals = []
    if _length(name) > MAX_SUBDOMAIN_BYTES:
        refusals.append(_too_long(MAX_SUBDOMAIN_BYTES))
    if not _is_subdomain(name):
        refusals.append(NOT_A_SUBDOMAIN)
    return refusals


def label_refusals(name: str) -> list[str]:
    """The messages about `spec.hostname` and `spec.subdomain`, in the server's order; empty: accepted.

    Source: `reference/kubernetes.md` 4.1; `vectors/apiserver`, `vectors/kubelet`.
    """
    refusals = []
    if _length(name) > MAX_LABEL_BYTES:
        refusals.append(_too_long(MAX_LABEL_BYTES))
    if not _is_label(name):
        refusals.append(HAS_DOTS if _is_subdomain(name) else NOT_A_LABEL)
    return refusals


def is_numeric_for_resolvers(name: str) -> bool:
    """True for a name that some resolver takes for a number and never looks up in the file.

    Either `inet_aton` reads it (`2024`, `1.2`, `0x7f.1`), or it is all digits and dots (`08`, `1.2.3.4.5`): glibc then
    answers AF_INET neither from the file nor from DNS. A dot at the end makes it a name again.
    Source: `reference/resolvers.md` 0 (8).
    """
    if inet_aton(name) is not None:
        return True
    return name[:1].isdigit() and name[-1] != "." and _ADDRESS_CHARACTERS.issuperset(name)


def longest_label(name: str) -> int:
    """Bytes in the longest dot-separated label of a name. Python and DNS servers refuse more than `MAX_LABEL_BYTES`."""
    return max(_length(label) for label in name.split("."))


def fits_dns_query(name: str) -> bool:
    """True for a name that can be put into a DNS question: labels of 1 to 63 bytes, 253 bytes in all, one dot at the
    end.

    Of any other name the C libraries say "not found" without asking. Source: res_mkquery in glibc and musl.
    """
    name = name.removesuffix(".")
    return _length(name) <= MAX_SUBDOMAIN_BYTES and all(
        0 < _length(label) <= MAX_LABEL_BYTES for label in name.split(".")
    )


def _length(name: str) -> int:
    # The server counts bytes of UTF-8. A lone surrogate reaches it as U+FFFD, three bytes as well.
    return len(name) if name.isascii() else len(name.encode("utf-8", "surrogatepass"))


def _is_subdomain(name: str) -> bool:
    return _SUBDOMAIN_CHARACTERS.issuperset(name) and all(map(_has_alphanumeric_ends, name.split(".")))


def _is_label(name: str) -> bool:
    return _LABEL_CHARACTERS.issuperset(name) and _has_alphanumeric_ends(name)


def _has_alphanumeric_ends(label: str) -> bool:
    """Of a label that is known to hold letters, digits and hyphens only."""
    return bool(label) and label[0] != "-" and label[-1] != "-"


def _too_long(limit: int) -> str:
    return f"must be no more than {limit} characters"
