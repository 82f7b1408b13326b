"""Commands: one file each, from parsed flags to an exit code. Only they and `cli` print."""
