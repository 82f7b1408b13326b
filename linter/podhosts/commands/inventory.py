"""`podhosts inventory`: every name, the address it is given, and the workload it belongs to."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from podhosts.commands.run_settings import project_config
from podhosts.commands.stored import standard_input
from podhosts.commands.terminal import print_lines, print_styled, say, terminal_width
from podhosts.commands.usage import INTERRUPTED, OK, WRONG_USE, UsageError, choose
from podhosts.discovery import STDIN, discover
from podhosts.hosts.addresses import canonical
from podhosts.inventory import Reading, read, read_charts, read_overlays
from podhosts.inventory.store import Filter, Store
from podhosts.kubernetes import KnownKinds
from podhosts.records import field, record
from podhosts.reporters.inventory import csv_text, json_text, page, shared_text, table
from podhosts.repository import open_repository
from podhosts.source import Source
from podhosts.triggers import mentions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.config import Config
    from podhosts.discovery import Discovery
    from podhosts.source import Span

FORMATS = ("text", "json", "csv", "html")
_LINES = 1000
#: How many places or lists a note names.
_NOTED = 5


@record(slots=True)
class InventoryRequest:
    """The flags of `podhosts inventory`, as typed."""

    paths: list[str] = field(default_factory=list)
    name: str | None = None
    ip: str | None = None
    shared: bool = False
    format: str = "text"
    config: str | None = None
    color: str = "auto"


def run(request: InventoryRequest) -> int:
    """Print what is asked for; returns the exit code."""
    try:
        return _run(request)
    except UsageError as error:
        say(f"podhosts: {error}")
        return WRONG_USE
    except KeyboardInterrupt:
        say("podhosts: interrupted")
        return INTERRUPTED


def _run(request: InventoryRequest) -> int:
    output = choose("format", request.format, FORMATS)
    choose("value", request.color, ("auto", "always", "never"), " for --color")
    if request.shared and output != "text":
        raise UsageError("--shared prints text; the json and html formats hold the shared lists anyway")
    wanted = Filter(request.name, _address(request.ip))
    config = project_config(request.config)
    discovery = discover(request.paths or ["."])
    store = Store()
    files, failures = _read(discovery, config, store, request.paths or ["."])
    if request.shared:
        _print(shared_text.lines(store))
    else:
        _report(store, wanted, files, output, request)
    _close(store, wanted, files, discovery, request)
    for path, reason in [*discovery.failures, *failures]:
        say(f"podhosts: {path}: {reason}")
    return WRONG_USE if discovery.failures or failures else OK


def _address(text: str | None) -> str | None:
    """The canonical form of `--ip`, so that every spelling of the address is found."""
    if text is None:
        return None
    address = canonical(text)
    if address is None:
        raise UsageError(f"`{text}` is not an IP address, as --ip wants it; use --name for names")
    return address


def _read(
    discovery: Discovery, config: Config | None, store: Store, arguments: list[str]
) -> tuple[int, list[tuple[str, str]]]:
    """Read every file into the store, one at a time, and what overlays make of them.

    Returns how many files were read, and those that could not be opened.
    """

    def is_wanted(path: str) -> bool:
        return path == STDIN or config is None or not config.excludes(path)

    paths = [item.path for item in discovery.inputs if is_wanted(item.path)]
    stored = [path for path in paths if path != STDIN]
    repository = open_repository(stored, arguments)
    charts = repository.charts
    paths += filter(is_wanted, charts.helpers)
    kinds = KnownKinds(config.pod_specs if config else (), repository.definitions)
    failures: list[tuple[str, str]] = []
    builds = [build for home in charts.homes if (chart := charts.at(home)) for build in charts.builds(chart)]
    templates = {text.source.path for build in builds for text in build.printed}
    printed: dict[str, set[Span]] = {}
    for source, reading in read_charts(builds, kinds):
        store.add(source, reading)
        printed.setdefault(source.path, set()).update(name.span for found in reading.lists for name in found.names)
    for path in paths:
        try:
            source = _source(path)
        except (OSError, ValueError) as error:
            failures.append((path, (error.strerror if isinstance(error, OSError) else None) or str(error)))
            continue
        facts = charts.facts(path)
        if facts or mentions(source.data):
            store.add(source, _without(printed.get(path, set()), read(source, kinds, facts), path in templates))
    for unread in charts.unread:
        store.add(unread.source, Reading(unread={unread.reason: [unread.problem.span]}))
    if repository.overlays is not None:
        for source, reading in read_overlays(repository.overlays, kinds):
            store.add(source, reading)
    return len(paths) - len(failures), failures


def _without(printed: set[Span], reading: Reading, is_printed: bool) -> Reading:
    """What is read of a file but for lists that a chart prints, which are told where it prints them.

    Of a template that is printed only constants are left, and nothing is open.
    """
    kept = [
        found
        for found in reading.lists
        if not all(name.span in printed for name in found.names) and (found.is_decided or not is_printed)
    ]
    return Reading(kept, {} if is_printed else reading.unread)


def _source(path: str) -> Source:
    if path == STDIN:
        return Source("<stdin>", standard_input().read())
    with open(path, "rb") as file:
        return Source(path, file.read())


def _report(store: Store, wanted: Filter, files: int, output: str, request: InventoryRequest) -> None:
    if output == "json":
        _print(json_text.lines(store, wanted, files))
    elif output == "csv":
        _print(csv_text.lines(store, wanted))
    elif output == "html":
        _print(page.lines(store, wanted, files))
    else:
        print_styled(table.tables(store, wanted, terminal_width()), request.color, is_wide=True)


def _print(lines: Iterator[str]) -> None:
    while batch := list(islice(lines, _LINES)):
        print_lines(batch)


def _close(store: Store, wanted: Filter, files: int, discovery: Discovery, request: InventoryRequest) -> None:
    """What people should know beside the rows, on stderr."""
    for folder in discovery.empty_folders:
        say(f"podhosts: no manifests in {folder}")
    totals = store.totals(wanted)
    say(
        f"{_count(files, 'file')}: {_count(totals.names, 'name')}, {_count(totals.addresses, 'address', 'addresses')}, "
        f"{_count(totals.lists, 'list')}"
    )
    if totals.undecided:
        say(
            f"not decided: {_count(totals.undecided, 'entry', 'entries')} whose name or address a template, a "
            "placeholder or something that is not followed decides"
        )
    if wanted.address is not None and (open_addresses := store.undecided_addresses()):
        say(f"not known: {_count(open_addresses, 'entry', 'entries')} whose address a template or placeholder decides")
    unread = list(store.unread())
    for item in unread[:_NOTED]:
        say(f"not read: {item.path}:{item.line}:{item.column}: {item.reason} ({item.times})")
    if len(unread) > _NOTED:
        say(f"not read: {len(unread) - _NOTED} more places (--format json lists them)")
    if not request.shared and wanted == Filter():
        for shared in islice(store.shared(), _NOTED):
            say(f"{shared_text.summary(shared)}; --shared says what can take their place")


def _count(number: int, noun: str, plural: str | None = None) -> str:
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
