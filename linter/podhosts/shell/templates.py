"""Template actions in scripts: `{{ ... }}` of Helm, Jinja and GitHub Actions is text that is not known yet."""

from __future__ import annotations

import re

from podhosts.shell.located import UNKNOWN

_ACTION = re.compile(r"\{\{.*?\}\}", re.DOTALL)


def mask_templates(text: str) -> str:
    """The text with each action replaced by as many `UNKNOWN` characters."""
    last = text.rfind("}}")
    if last < 0 or "{{" not in text:
        return text
    # Only up to the last `}}`: past it the expression would search the rest of the text for each `{{`.
    head = _ACTION.sub(lambda action: UNKNOWN * len(action[0]), text[: last + 2])
    return head + text[last + 2 :]
