"""Fingerprints: what stays the same about a finding while lines move and other parts of a file change."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from podhosts.patterns import regex

if TYPE_CHECKING:
    from podhosts.diagnostics import Diagnostic

_INDEX = regex(r"\[[0-9]+\]")


def fingerprint(finding: Diagnostic) -> str:
    """32 hexadecimal digits from the rule, the object, the field without indices, and the marked text."""
    identity = finding.object
    parts = (
        finding.rule,
        *((identity.api_version, identity.kind, identity.namespace, identity.name) if identity else (None,) * 4),
        _INDEX.sub("[]", finding.field or ""),
        finding.source.cut(finding.span),
    )
    text = "\0".join("" if part is None else part for part in parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
