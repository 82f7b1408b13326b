"""The fast lane: a plain `check` of files that hold no word of ours ends here, before anything heavy is imported.

A plain check of other files skips typer; everything else, also doubt, goes to typer.
"""

from __future__ import annotations

import gc
import os
import sys

from podhosts.discovery import discover
from podhosts.relevance import Relevance, look_around
from podhosts.summary import summary

#: Flags of `check` that the fast lane understands: the attribute of a request, and whether a value follows.
#: A test compares this table with typer's own parameters.
FLAGS = {
    "--kubernetes-version": ("kubernetes_version", True),
    "--select": ("select", True),
    "--extend-select": ("extend_select", True),
    "--ignore": ("ignore", True),
    "--fail-on": ("fail_on", True),
    "--format": ("format", True),
    "--color": ("color", True),
    "--config": ("config", True),
    "--jobs": ("jobs", True),
    "--baseline": ("baseline", True),
    "--fix": ("fix", False),
    "--unsafe-fixes": ("unsafe_fixes", False),
    "--diff": ("diff", False),
    "--show-fixes": ("show_fixes", False),
    "--statistics": ("statistics", False),
    "--markdown": ("markdown", False),
    "--no-exclude": ("no_exclude", False),
    "--isolated": ("isolated", False),
    "--require-reason": ("require_reason", False),
    "--no-suppressions": ("no_suppressions", False),
    "--strict": ("strict", False),
    "--quiet": ("quiet", False),
    "-q": ("quiet", False),
    "--verbose": ("verbose", False),
    "-v": ("verbose", False),
}
#: Flags whose value can be wrong: they need the table of rules or formats, so nothing is passed unchecked.
_NEUTRAL = frozenset(
    (
        "fix", "unsafe_fixes", "diff", "show_fixes", "markdown", "no_suppressions", "strict", "no_exclude",
        "require_reason", "quiet", "verbose", "isolated", "statistics",
    )
)  # fmt: skip
_FILES_AND_FOLDERS = frozenset({0o100000, 0o040000})
_FILE_TYPE = 0o170000


def parse(arguments: list[str]) -> dict[str, object] | None:
    """The attributes of a check request for plain arguments; None where typer must decide."""
    if not arguments or arguments[0] != "check":
        return None
    request: dict[str, object] = {}
    paths: list[str] = []
    rest = iter(arguments[1:])
    for argument in rest:
        if not argument.startswith("-"):
            paths.append(argument)
            continue
        flag, equals, value = argument.partition("=")
        if flag not in FLAGS:
            return None
        name, takes_value = FLAGS[flag]
        if not takes_value:
            if equals:
                return None
            request[name] = True
            continue
        if not equals:
            following = next(rest, None)
            if following is None:
                return None
            value = following
        request[name] = value
    request["paths"] = paths or ["."]
    return request if all(map(_is_file_or_folder, paths)) else None


def _is_file_or_folder(path: str) -> bool:
    try:
        return os.stat(path).st_mode & _FILE_TYPE in _FILES_AND_FOLDERS
    except (OSError, ValueError):
        return False


def _relevance(request: dict[str, object], paths: list[str]) -> Relevance | None:
    """The files that hold a word; None where something may be wrong with the flags, which must be said first."""
    if not request.keys() <= _NEUTRAL | {"paths"} or os.environ.get("GITHUB_ACTIONS") == "true":
        return None
    if "markdown" in request and any(map(os.path.isdir, paths)):
        return None
    discovery = discover(paths)
    surroundings = None if "isolated" in request else look_around(discovery, paths)
    return Relevance(discovery, surroundings=surroundings)


def main() -> int:
    """Run podhosts with the process's arguments; returns the exit code."""
    _open_missing_streams()
    # Imports make many objects and no garbage: looking for it takes a tenth of a cold run.
    gc.set_threshold(50_000, 20, 20)
    try:
        request = parse(sys.argv[1:])
        if request is None:
            return _full()
        paths = request["paths"]
        assert isinstance(paths, list)  # `parse` puts a list there
        relevance = _relevance(request, paths)
        if relevance is not None and relevance.is_silent(paths):
            if not request.get("quiet"):
                others = len(relevance.surroundings.others) if relevance.surroundings else 0
                files, is_isolated = len(relevance.discovery.inputs), "isolated" in request
                sys.stderr.write(f"{summary(files, 0, 0, {}, others=others, is_isolated=is_isolated)}\n")
            return 0
        from podhosts.commands import check
        from podhosts.commands.run_settings import Request

        return check.run(Request(**request), relevance)  # type: ignore[arg-type]  # the table gives each its type
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        return _unwritable(error)


def _unwritable(error: OSError) -> int:
    """Say that stdout cannot be written; returns the exit code."""
    from podhosts.commands.terminal import discard_stdout, say

    discard_stdout()
    say(f"podhosts: {error.strerror or error}")
    return 2


def _open_missing_streams() -> None:
    """Python has no stdout or stderr object where the caller closed them; the exit code must come all the same."""
    if sys.stdout is None or sys.stderr is None:
        sink = open(os.devnull, "w")  # noqa: SIM115 - open until the process ends
        sys.stdout = sys.stdout or sink
        sys.stderr = sys.stderr or sink


def _full() -> int:
    from podhosts.cli import app
    from podhosts.cli.pages import run

    try:
        return run(app)
    except SystemExit as end:
        # Completion ends like this.
        return end.code if isinstance(end.code, int) else 0 if end.code is None else 2


def command() -> None:
    """The program `podhosts`: run it, and leave the process at once, without taking all objects apart first.

    That would be a tenth of a cold run. Coverage, a profiler or a debugger sees it end in the usual way.
    """
    status = main()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        pass
    except OSError as error:
        status = _unwritable(error)
    if sys.gettrace() or sys.getprofile():
        sys.exit(status)
    os._exit(status)


if __name__ == "__main__":
    command()
