"""`python -m tests.fuzz --minutes N`: generated and mutated streams through every command and output format.

Inputs come from `measured`. An input that makes a command raise is kept in `tests/data/fuzz/`, where
`tests/test_fuzz.py` runs it from then on.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import json
import random
import sys
import time
import traceback
from collections import Counter
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from podhosts.commands import convert, render, resolve
from podhosts.diagnostics import Severity
from podhosts.edits import Safety, splice
from podhosts.engine import Options, lint
from podhosts.engine.fixing import fix
from podhosts.kubernetes import KubernetesVersion
from podhosts.reporters import FORMATS, lines
from podhosts.reporters.differences import unified_diff
from podhosts.reporters.report import Report
from podhosts.rules import RULES, Settings
from podhosts.source import Source
from tests.measured import manifests
from tests.paths import DATA
from tests.report_samples import SampleSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic

#: Why fixes may be left out, which is said. Text that only a fix makes JSON, with more behind it, is split in another
#: way; a misspelt `ip` in a loop of a template is, spelt right, an address that comes twice.
_LEFT_OUT = frozenset({
    "the number of documents changes", "the result has an error that was not there before: duplicate-ip",
})  # fmt: skip
KEPT = DATA / "fuzz"
#: How many fixes of one input are also tried alone.
_SINGLE_FIXES = 5
_ALL = frozenset(rule.name for rule in RULES)
_TOKENS = [
    b"hostAliases:", b"- ip: ", b"hostnames: [", b"]", b"{", b"}", b"&a ", b"*a", b"<<: *a", b"---\n", b"...\n",
    b"|\n", b">-\n", b'"', b"'", b"#", b": ", b"\r\n", b"\r", b"\t", b"\xef\xbb\xbf", b"\xff", b"\x00",
    b"\xf0\x9f\x98\x80", b"\\u0068", b"{{ x }}", b"${A}", b"# podhosts: ignore[invalid-ip] x", b"/etc/hosts",
    b"echo 1.2.3.4 a >> /etc/hosts", b"hosts {\n", b"fallthrough\n", b"kind: List\nitems:\n", b"!!binary x",
    b"? ", b"- - - ", b"::1", b"fe80::1", b"%YAML 1.1\n", b"\xe2\x80\xa8", b"~", b"<<EOF\n",
]  # fmt: skip


def seeds() -> list[bytes]:
    """What mutation starts from."""
    return [data for data in manifests() if len(data) < 60_000]


def mutated(data: bytes, other: bytes, rng: random.Random) -> bytes:
    """The data with a few random changes: bytes, tokens, lines, pieces of another input."""
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(data) + 1)
        match rng.randrange(7):
            case 0:
                data = data[:at] + rng.choice(_TOKENS) + data[at:]
            case 1:
                data = data[:at] + data[at + rng.randint(1, 8) :]
            case 2:
                data = data[:at] + bytes((rng.randrange(256),)) + data[at + 1 :]
            case 3:
                lines = data.split(b"\n")
                i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
                lines[i], lines[j] = lines[j], lines[i]
                data = b"\n".join(lines)
            case 4:
                lines = data.split(b"\n")
                i = rng.randrange(len(lines))
                lines[i : i + 1] = [b" " * rng.randrange(5) + lines[i].lstrip()]
                data = b"\n".join(lines)
            case 5:
                begin = rng.randrange(len(other) + 1)
                data = data[:at] + other[begin : begin + rng.randint(1, 400)] + data[at:]
            case _:
                data = data[: at + 1] * rng.randint(1, 2) + data[at:]
    return data[:80_000]


def run_everything(data: bytes, minor: int) -> None:
    """The engine with all rules, every report, and the commands that read manifests or hosts files."""
    source = Source("fuzz.yaml", data)
    options = Options(Settings(KubernetesVersion(minor)), _ALL, lists_objects=True)
    result = lint(source, options)
    report = Report(result, SampleSettings(KubernetesVersion(minor)))
    written = {name: "\n".join(lines(name, report)) for name in FORMATS}
    for name in ("json", "sarif", "gitlab", "rdjson"):
        json.loads(written[name])
    for name in ("junit", "checkstyle"):
        ElementTree.fromstring(written[name].encode())
    for finding in result.findings:
        start, end = source.position(finding.span.start), source.position(finding.span.end)
        assert 0 <= finding.span.start <= finding.span.end <= len(source.text), finding
        assert start.offset <= end.offset <= len(data), finding

    is_whole = True
    for unsafe in (False, True):
        fixed = fix(source, options, unsafe=unsafe)
        reasons = [item.reason for item in fixed.left_out]
        assert all(reason in _LEFT_OUT for reason in reasons), reasons
        is_whole = not reasons
        assert fix(fixed.source, options, unsafe=unsafe).rounds == []
        for _ in unified_diff("fuzz.yaml", source, fixed.source, fixed.rounds):
            pass
    if is_whole:
        check_single_fixes(source, result.findings, options)


def check_single_fixes(source: Source, findings: list[Diagnostic], options: Options) -> None:
    """Each of the first fixes, applied alone, removes its finding and brings no error."""
    fixable = [item for item in findings if item.fix is not None and item.fix.safety is not Safety.DISPLAY_ONLY]
    for finding in fixable[:_SINGLE_FIXES]:
        assert finding.fix is not None
        left = lint(source.with_text(splice(source.text, finding.fix.edits)), options).findings
        before, after = (Counter(item.rule for item in found) for found in (findings, left))
        assert after[finding.rule] < before[finding.rule], finding
        before, after = (
            Counter(item.rule for item in found if item.severity is Severity.ERROR) for found in (findings, left)
        )
        assert after <= before, finding


def run_commands(path: str) -> None:
    """The other commands, their output thrown away."""
    sink = io.TextIOWrapper(io.BytesIO(), "utf-8", errors="replace")
    with contextlib.redirect_stdout(sink), contextlib.redirect_stderr(io.StringIO()):
        render.run(render.RenderRequest(path=path, format="json"))
        render.run(render.RenderRequest(path=path, trace=True))
        resolve.run(resolve.ResolveRequest(name="db.internal", path=path, format="json"))
        resolve.run(resolve.ResolveRequest(name="db.internal", hosts=path, format="json"))
        for kind in convert.INPUTS:
            for output in convert.OUTPUTS:
                convert.run(convert.ConvertRequest(path=path, source=kind, to=output))


def keep(data: bytes, error: BaseException) -> None:
    """Store a failing input under a name made from what failed."""
    KEPT.mkdir(exist_ok=True)
    name = hashlib.sha256(data).hexdigest()[:12]
    (KEPT / f"{name}.yaml").write_bytes(data)
    print(f"kept {name}: {error!r}", file=sys.stderr)
    traceback.print_exception(error, limit=-4)


def inputs(rng: random.Random) -> Iterator[bytes]:
    pool = seeds()
    while True:
        yield mutated(rng.choice(pool), rng.choice(pool), rng)


def main() -> int:
    """Fuzz for a while; the exit code is 1 if something failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    ends = time.monotonic() + 60 * arguments.minutes
    scratch = KEPT.parent / ".fuzz-scratch.yaml"
    count = failures = slow = 0
    try:
        for data in inputs(rng):
            if time.monotonic() > ends:
                break
            count += 1
            begun = time.process_time()
            try:
                run_everything(data, rng.choice((29, 32, 35, 37)))
                if count % 20 == 0:
                    scratch.write_bytes(data)
                    run_commands(str(scratch))
            except Exception as error:
                failures += 1
                keep(data, error)
            if time.process_time() - begun > 10:
                slow += 1
                keep(data, TimeoutError("took more than ten seconds of the processor"))
    finally:
        scratch.unlink(missing_ok=True)
    print(f"{count} inputs, {failures} failures, {slow} slow, seed {arguments.seed}")
    return 1 if failures or slow else 0


if __name__ == "__main__":
    sys.exit(main())
