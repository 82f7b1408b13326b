"""`podhosts inventory`: every name, the address it is given, and the workload it belongs to."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from podhosts.commands.built_pods import by_home, printed_with
from podhosts.commands.run_settings import Request, RunSettings
from podhosts.commands.terminal import announce_stdin, print_lines, print_styled, say, terminal_width
from podhosts.commands.usage import INTERRUPTED, OK, WRONG_USE, UsageError, choose
from podhosts.discovery import STDIN, discover
from podhosts.hosts.addresses import canonical
from podhosts.inventory import Reading, read, read_charts, read_overlays
from podhosts.inventory.store import Filter, Store
from podhosts.kubernetes import KnownKinds
from podhosts.placed import Place
from podhosts.records import field, record
from podhosts.relevance import Relevance, look_around
from podhosts.reporters.inventory import csv_text, json_text, page, shared_text, table
from podhosts.run import Run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.discovery import Discovery
    from podhosts.document import File
    from podhosts.helm import Charts
    from podhosts.repository import Repository
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
    run_settings = RunSettings(Request(request.paths, config=request.config))
    announce_stdin(request.paths, "a manifest")
    arguments = request.paths or ["."]
    discovery = discover(arguments)
    relevance = Relevance(discovery, surroundings=look_around(discovery, arguments))
    store = Store()
    files, failures = _read(relevance, run_settings, store)
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


def _read(relevance: Relevance, run_settings: RunSettings, store: Store) -> tuple[int, list[tuple[str, str]]]:
    """Read every file into the store, and what overlays make of them.

    Returns how many files were read, and those that could not be opened.
    """

    def kinds(path: str, repository: Repository) -> KnownKinds:
        return KnownKinds(run_settings.options(path).settings.configured_pod_specs, repository.definitions)

    def read_one(file: File, repository: Repository) -> Reading:
        found = read(file, kinds(file.name, repository), repository.facts(file.path))
        return printed.rest_of(file.path, found)

    files, failures = 0, list[tuple[str, str]]()
    paths = [item.path for item in relevance.discovery.inputs]
    with Run(relevance, run_settings) as inputs:
        # Before there are several processes.
        printed = _PrintedLists(inputs.repository.charts, paths, kinds(STDIN, inputs.repository))
        store.add(printed.reading)
        for path, reading in inputs.read(read_one):
            if isinstance(reading, str):
                failures.append((path, reading))
                continue
            files += 1
            if reading is not None:
                store.add(reading)
        for unread in inputs.unread:
            if unread.source is not None and unread.span is not None:
                store.add(Reading(unread={unread.reason: [Place(unread.source, 1, unread.span)]}))
        overlays = inputs.repository.overlays
        if overlays is not None:
            for reading in read_overlays(overlays, kinds(STDIN, inputs.repository), paths):
                store.add(reading)
    return files, failures


class _PrintedLists:
    """The lists that the outermost charts print of the files at `paths`, and what else these hold."""

    def __init__(self, charts: Charts, paths: list[str], kinds: KnownKinds) -> None:
        outermost = [(chart, own) for home, own in by_home(charts, paths).items() if (chart := charts.at(home))]
        printed = [each for chart, own in outermost for each in printed_with(charts, own, charts.builds(chart))]
        texts = [text for each in printed for text in each.texts]
        self.reading = read_charts(texts, kinds)
        self._templates = {text.source.path for text in texts}
        self._names: dict[str, set[Span]] = {}
        for found in self.reading.lists:
            self._names.setdefault(found.source.path, set()).update(name.span for name in found.names)

    def rest_of(self, path: str, reading: Reading) -> Reading:
        """What is read of a file but for lists that a chart prints.

        Of a template that is printed only constants are left, and nothing is open.
        """
        names, is_printed = self._names.get(path, set()), path in self._templates
        kept = [
            found
            for found in reading.lists
            if not all(name.span in names for name in found.names) and (found.is_decided or not is_printed)
        ]
        return Reading(kept, {} if is_printed else reading.unread)


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
