"""Lines that a repair changes, and lines that loading and dumping with ruamel.yaml changes, in the same files.

    python benchmarks/round_trip.py FOLDER

The repair is `podhosts check --unsafe-fixes`; the round trip loads every document with `YAML(typ="rt")` and dumps it
with no change. Files that ruamel.yaml cannot load (templates, duplicate keys) are counted apart. Nothing is written.
"""

from __future__ import annotations

import io
import sys
from collections import Counter
from difflib import SequenceMatcher
from pathlib import Path

from ruamel.yaml import YAML

from podhosts.engine import Options, default_selection
from podhosts.engine.fixing import fix
from podhosts.source import Source


def changed_lines(before: str, after: str) -> int:
    """Lines that go and lines that come."""
    old, new = before.splitlines(), after.splitlines()
    operations = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return sum(end - begin + stop - start for tag, begin, end, start, stop in operations if tag != "equal")


def round_trip(text: str) -> str | None:
    """The text as ruamel.yaml writes it back, with its settings for the least change; None where it cannot."""
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 4096
    out = io.StringIO()
    try:
        yaml.dump_all(list(yaml.load_all(text)), out)
    except Exception:  # it raises whatever its parts raise
        return None
    return out.getvalue()


def main() -> int:
    """Print the figures."""
    folder = Path(sys.argv[1])
    total: Counter[str] = Counter()
    repaired: Counter[str] = Counter()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in {".yaml", ".yml"}):
        source = Source(path.name, path.read_bytes())
        if not source.is_valid:
            continue
        fixed = changed_lines(source.text, fix(source, Options(selected=default_selection()), unsafe=True).source.text)
        dumped = round_trip(source.text)
        dump = None if dumped is None else changed_lines(source.text, dumped)
        for counts in (total, repaired) if fixed else (total,):
            counts["files"] += 1
            counts["lines"] += len(source.text.splitlines())
            counts["podhosts: files changed"] += fixed > 0
            counts["podhosts: lines changed"] += fixed
            counts["ruamel.yaml: files it cannot load"] += dump is None
            counts["ruamel.yaml: files changed"] += bool(dump)
            counts["ruamel.yaml: lines changed"] += dump or 0
    for title, counts in (("all files", total), ("files that podhosts repairs", repaired)):
        print(title)
        for name, count in counts.items():
            print(f"  {name}: {count}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
