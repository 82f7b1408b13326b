"""The program that runs a script, by its `#!` line."""

from __future__ import annotations


def interpreter(script: str) -> str:
    """The name of the program in the first line, without directory (`bash`, `python3`); empty without a `#!` line."""
    line = script.partition("\n")[0]
    if not line.startswith("#!"):
        return ""
    words = [word.rpartition("/")[2] for word in line[2:].split()]
    # `env` is given the program, after options (`-S`) and variables.
    while len(words) > 1 and (words[0] == "env" or words[0].startswith("-") or "=" in words[0]):
        del words[0]
    return words[0] if words else ""
