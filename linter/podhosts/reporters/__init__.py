"""Output formats: one file each. Each gives lines; printing is the commands' job."""

from __future__ import annotations

#: Names for `--format`.
FORMATS = ("text", "concise", "json", "github")
