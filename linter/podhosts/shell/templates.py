"""Template actions in scripts: `{{ ... }}` of Helm, Jinja and GitHub Actions is text that is not known yet."""

from __future__ import annotations

from podhosts.document.actions import action_tokens
from podhosts.shell.located import UNKNOWN


def mask_templates(text: str) -> str:
    """The text with each action replaced by as many `UNKNOWN` characters."""
    if "{{" not in text or "}}" not in text:
        return text
    pieces: list[str] = []
    at = 0
    for token in action_tokens(text, go_only=True):
        start, end = token.span
        pieces += (text[at:start], UNKNOWN * (end - start))
        at = end
    return "".join([*pieces, text[at:]])
