"""Where the tests find their data."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tests" / "data"
OVERLAYS = ROOT / "tests" / "overlays"
CASES = ROOT / "tests" / "cases"
EXAMPLES = ROOT / "examples"
#: The project's shared folder; only some machines have it.
SHARED = ROOT.parent / "shared"
