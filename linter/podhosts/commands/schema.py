"""`podhosts schema`: the JSON Schemas that other programs may rely on."""

from __future__ import annotations

from podhosts.commands.terminal import print_lines, say
from podhosts.commands.usage import OK, WRONG_USE, UsageError, choose
from podhosts.resources import schema_text

#: The name of each schema on the command line, its file, and what it describes.
SCHEMAS = {
    "config": ("config", "the config: `.podhosts.yaml`, `[tool.podhosts]`"),
    "report": ("report", "`podhosts check --format json`"),
    "inventory": ("inventory", "`podhosts inventory --format json`"),
    "hostaliases": ("pod-spec-hosts", "what concerns hosts in a pod spec"),
}


def run(name: str | None) -> int:
    """Print a schema, or the list of all; returns the exit code."""
    if name is None:
        width = max(map(len, SCHEMAS))
        print_lines(f"{each:<{width}}  {purpose}" for each, (_, purpose) in SCHEMAS.items())
        return OK
    try:
        file, _ = SCHEMAS[choose("schema", name, SCHEMAS)]
    except UsageError as error:
        say(f"podhosts: {error}")
        return WRONG_USE
    print_lines(schema_text(file).rstrip("\n").split("\n"))
    return OK
