"""Names and paths of fields, as the API server writes them."""

from __future__ import annotations

from functools import lru_cache

from podhosts.patterns import regex

_IDENTIFIER = regex(r"[A-Za-z_$][A-Za-z0-9_$-]*")
_IGNORED = str.maketrans("", "", "_- \t")
_TARGET = "hostaliases"
#: Keys that steer a strategic merge instead of being fields.
_DIRECTIVES = ("$patch", "$retainKeys", "$setElementOrder/", "$deleteFromPrimitiveList/")
_FOREIGN = frozenset({"extrahosts", "addhosts", "aliases"})

Path = tuple[str | int, ...]


def field(path: Path) -> str:
    """`("spec", "hostAliases", 0, "ip")` as `spec.hostAliases[0].ip`; a key that is no identifier as `["a.b"]`."""
    parts: list[str] = []
    for step in path:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        elif _IDENTIFIER.fullmatch(step):
            parts.append(f".{step}" if parts else step)
        else:
            escaped = step.replace("\\", "\\\\").replace('"', '\\"')
            parts.append(f'["{escaped}"]')
    return "".join(parts)


def join(outer: str, inner: str) -> str:
    """One path from two, the second relative to the end of the first."""
    return outer + inner if inner.startswith("[") or not outer else f"{outer}.{inner}"


def normalized(key: str) -> str:
    """A key in lower case without `_`, `-` and blanks."""
    return key.lower().translate(_IGNORED)


@lru_cache(maxsize=4096)  # every key of an object is asked about, and they repeat
def is_misspelt_host_aliases(key: str) -> bool:
    """Whether a key is not `hostAliases` but within two edits of it (`contracts.md`, "Hosts-related")."""
    return key != "hostAliases" and len(key) < 40 and edit_distance(normalized(key), _TARGET, 2) <= 2


def is_foreign_host_aliases(key: str) -> bool:
    """Whether a key of a pod spec is another tool's word for hostAliases, in any spelling."""
    return normalized(key) in _FOREIGN


def is_directive(key: str) -> bool:
    """Whether a key steers a strategic merge (`$patch`, `$setElementOrder/hostAliases`)."""
    return key.startswith(_DIRECTIVES)


def edit_distance(left: str, right: str, limit: int) -> int:
    """Insertions, deletions and replacements between two words; `limit + 1` where there are more than `limit`."""
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    row = list(range(len(right) + 1))
    for i, character in enumerate(left, 1):
        previous, row[0] = row[0], i
        for j, other in enumerate(right, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (character != other))
        if min(row) > limit:
            return limit + 1
    return row[-1]
