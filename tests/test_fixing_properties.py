"""Random manifests with seeded defects: what safe fixes may change of them, told by what was written."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from podhosts.document import Document, plain, split
from podhosts.edits import splice
from podhosts.engine import Options, default_selection
from podhosts.engine.fixing import fix
from podhosts.engine.verifying import only_repeats_go
from podhosts.hosts.kubelet import Alias, pod_network_lines
from podhosts.hosts.resolvers import RESOLVERS, Network, families, open_hosts
from podhosts.reporters.differences import unified_diff
from podhosts.source import Source
from tests.effort import examples

if TYPE_CHECKING:
    from random import Random

OPTIONS = Options(selected=default_selection())
#: Names as written and as meant; YAML makes something else of the second kind.
STRINGS = ["db.corp", "cache", "a-b.example.com", "'quoted.corp'", '"double.corp"', "n1"]
NOT_STRINGS = ["on", "no", "y", "1e3", "10e1"]
ADDRESSES = {
    "10.0.0.1": "10.0.0.1",
    "10.0.0.2": "10.0.0.2",
    "'192.0.2.7'": "192.0.2.7",
    "2001:db8::1": "2001:db8::1",
    "2001:DB8::2": "2001:db8::2",
    "2001:db8:0:0::3": "2001:db8::3",
    '"FE80::4"': "fe80::4",
    "64:ff9b::10.0.0.5": "64:ff9b::a00:5",
}


@dataclass
class Manifest:
    """A pod in lines, and what is known of it.

    `inside`: whether a line belongs to an entry; `sound`: the lines of entries without a defect; `kept`: comments that
    no fix may touch.
    """

    lines: list[str] = field(default_factory=list)
    inside: list[bool] = field(default_factory=list)
    sound: list[tuple[int, int]] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    entries: list[tuple[str, list[str]]] = field(default_factory=list)

    @property
    def table(self) -> dict[str, list[str]]:
        table: dict[str, dict[str, None]] = {}
        for address, names in self.entries:
            for name in names:
                table.setdefault(name, {})[address] = None
        return {name: list(addresses) for name, addresses in table.items()}


@st.composite
def manifests(draw: st.DrawFn) -> tuple[Manifest, str]:
    """A manifest, and its line break."""
    writer = _Writer(draw(st.randoms(use_true_random=False)))
    return writer.write(), draw(st.sampled_from(["\n", "\r\n"]))


class _Writer:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.manifest = Manifest()
        self.comments = 0

    def put(self, line: str, *, inside: bool = False, comment: bool = True) -> None:
        """A line, maybe with a comment behind it or on a line above."""
        indent = line[: len(line) - len(line.lstrip(" "))]
        if self.random.random() < 0.2:
            self._line(indent + self._comment(), inside=inside)
        if comment and self.random.random() < 0.2:
            line += " " * self.random.randint(1, 3) + self._comment()
        self._line(line, inside=inside)
        if self.random.random() < 0.1:
            self._line("", inside=inside)

    def _line(self, line: str, *, inside: bool) -> None:
        self.manifest.lines.append(line)
        self.manifest.inside.append(inside)

    def _comment(self) -> str:
        self.comments += 1
        comment = f"# note {self.comments}: 'a' [日本]"
        self.manifest.kept.append(comment)
        return comment

    def write(self) -> Manifest:
        self.put("apiVersion: v1")
        self.put("kind: Pod")
        self.put("metadata: {name: pod, labels: {on: 'off', ip: 2001:DB8::9}}")
        self.put("spec:")
        self.put("  hostAliases:")
        column = " " * self.random.choice([2, 4])
        spellings = self.random.sample(list(ADDRESSES), self.random.randint(1, 4))
        for spelling in spellings:
            names = [self.random.choice(STRINGS + NOT_STRINGS) for _ in range(self.random.randint(1, 5))]
            self.manifest.entries.append((ADDRESSES[spelling], [name.strip("'\"") for name in names]))
            start = len(self.manifest.lines)
            is_sound = self._entry(column, spelling, names)
            if is_sound and ADDRESSES[spelling] == spelling.strip("'") and len({*names}) == len(names):
                self.manifest.sound.append((start, len(self.manifest.lines)))
        self.put("  containers: [{name: web, image: 'web:1', args: [y, y]}]")
        return self.manifest

    def _entry(self, column: str, ip: str, names: list[str]) -> bool:
        """Write an entry; whether nothing but its address or a repeated name can be wrong with it."""
        style = self.random.choice(["block", "flow", "one line", "lines"])
        # What is unused is removed, and the comment is no one's to keep.
        unused = "  # podhosts: ignore[invalid-ip] once" if self.random.random() < 0.2 else ""
        if style == "one line":
            self.put(f"{column}- {{ip: {_in_flow(ip)}, hostnames: [{', '.join(names)}]}}", inside=True)
            return not set(names) & set(NOT_STRINGS)
        self.put(f"{column}- ip: {ip}{unused}", inside=True, comment=not unused)
        if len(names) == 1 and names[0] in STRINGS and self.random.random() < 0.5:
            self.put(f"{column}  hostnames: {names[0]}", inside=True)
            return False
        if style == "flow":
            space = self.random.choice(["", " ", "\t"])
            self.put(f"{column}  hostnames: [{space}{f',{space}'.join(names)}{space}]", inside=True)
        elif style == "lines":
            self.put(f"{column}  hostnames: [", inside=True)
            self._names(names, lambda name: f"{column}    {name},")
            self._line(f"{column}  ]", inside=True)
        else:
            self.put(f"{column}  hostnames:", inside=True)
            dash = column + self.random.choice(["  ", "    "])
            self._names(names, lambda name: f"{dash}-{' ' * self.random.randint(1, 3)}{name}")
        return not unused and not set(names) & set(NOT_STRINGS)

    def _names(self, names: list[str], written: object) -> None:
        seen: set[str] = set()
        for name in names:
            meant = name.strip("'\"")
            # The comment on the line of a name that is removed goes with it.
            self.put(written(name), inside=True, comment=meant not in seen)  # type: ignore[operator]  # a function
            seen.add(meant)


def _in_flow(ip: str) -> str:
    return ip if ip[0] in "'\"" or ":" not in ip else f'"{ip}"'


def root_of(source: Source) -> object:
    (piece,) = split(source.text)
    document = Document(source, piece)
    assert document.problem is None
    assert document.root is not None
    return plain(document.root)


@examples(150)
@given(manifests())
def test_safe_fixes(given_manifest: tuple[Manifest, str]) -> None:
    manifest, line_break = given_manifest
    source = Source("pod.yaml", line_break.join([*manifest.lines, ""]).encode())
    done = fix(source, OPTIONS)
    after = done.source.text
    # They come to an end, and a second run finds nothing to do.
    assert fix(done.source, OPTIONS).rounds == []
    # Comments stay, in their order.
    places = [after.find(comment) for comment in manifest.kept]
    assert -1 not in places
    assert places == sorted(places)
    # No line outside the entries changes, nor one of an entry without a defect; every line break is as it was.
    lines = after.split(line_break)
    first, last = manifest.inside.index(True), len(manifest.inside) - manifest.inside[::-1].index(True)
    assert lines[:first] == manifest.lines[:first]
    assert lines[-1 - len(manifest.lines[last:]) :] == [*manifest.lines[last:], ""]
    for start, end in manifest.sound:
        assert line_break.join(["", *manifest.lines[start:end], ""]) in after
    assert after.count("\n") == after.count(line_break)
    # The data beside the list is the same, and the list gives each name the addresses that were written.
    before_data, after_data = root_of(source), root_of(done.source)
    assert isinstance(before_data, dict)
    assert isinstance(after_data, dict)
    found = after_data["spec"].pop("hostAliases")
    del before_data["spec"]["hostAliases"]
    assert before_data == after_data
    table: dict[str, dict[str, None]] = {}
    for entry in found:
        for name in entry["hostnames"]:
            table.setdefault(name, {})[str(ip_address(entry["ip"]))] = None
    assert {name: list(addresses) for name, addresses in table.items()} == manifest.table
    # What there is safe about is done: no name twice, no address in two spellings, no suppression in vain.
    left = {finding.rule for finding in done.result.findings}
    assert left.isdisjoint({"duplicate-hostname", "non-canonical-ip", "unused-suppression", "wrong-type"})


@examples(150)
@given(manifests())
def test_diff_of_fixes_is_what_changed(given_manifest: tuple[Manifest, str]) -> None:
    manifest, line_break = given_manifest
    source = Source("pod.yaml", line_break.join(manifest.lines).encode())
    done = fix(source, OPTIONS, unsafe=True)
    text = source.text
    for edits in done.rounds:
        text = splice(text, edits)
    assert text == done.source.text
    diff = [line.decode() for line in unified_diff("pod.yaml", source, done.source, done.rounds)]
    assert patched(source.text, diff) == done.source.text


def patched(text: str, diff: list[str]) -> str:
    """Apply a unified diff, each line of which must fit."""
    old = text.split("\n")
    new: list[str] = []
    at = 0
    for line in diff[2:]:
        if line.startswith("@@"):
            start, _, count = line.split()[1].removeprefix("-").partition(",")
            begin = int(start) - (count != "0")
            new += old[at:begin]
            at = begin
        elif line[0] in " -":
            assert old[at] == line[1:]
            new += [line[1:]] if line[0] == " " else []
            at += 1
        elif line[0] == "+":
            new.append(line[1:])
    return "\n".join([*new, *old[at:]])


NAMES = st.one_of(
    st.sampled_from(["db", "DB", "db.corp", "localhost", "10", "10.0.0.1", "n" * 200, "#x", "a.", "", "pod"]),
    st.text("ab.-", max_size=4),
)
LINES = st.builds(
    Alias,
    st.sampled_from(["10.0.0.1", "10.0.0.2", "2001:db8::1", "127.0.0.1", "fe80::1%eth0", "10.1", "x"]),
    st.lists(NAMES, max_size=60).map(tuple),
)


@given(lines=st.lists(LINES, max_size=6).map(tuple))
@examples(300)
def test_no_resolver_loses_a_name_with_its_repetition(lines: tuple[Alias, ...]) -> None:
    """`only_repeats_go` stands for asking them all."""
    shorter = tuple(Alias(line.ip, tuple(dict.fromkeys(line.hostnames))) for line in lines)
    if not only_repeats_go(lines, shorter):
        return
    before, after = (
        b"".join(line.text for line in pod_network_lines(("10.244.1.5",), "pod", "", each)) for each in (lines, shorter)
    )
    network = Network(("10.244.1.5",))
    for resolver in RESOLVERS:
        old, new = open_hosts(resolver, before), open_hosts(resolver, after)
        for name in {name for line in lines for name in line.hostnames if name}:
            for family in families(resolver):
                found = old.lookup(name, family, network).addresses
                assert not found or new.lookup(name, family, network).addresses, (resolver, name)


def test_lines_that_a_resolver_may_cut_are_asked_about() -> None:
    """musl reads a long line in pieces: of a name at the cut, the repetition is what it finds."""
    names = tuple(f"name-{number}.example.com" for number in range(30))
    assert only_repeats_go((Alias("10.0.0.1", ("a", "b", "a")),), (Alias("10.0.0.1", ("a", "b")),))
    assert not only_repeats_go((Alias("10.0.0.1", (*names, "name-0.example.com")),), (Alias("10.0.0.1", names),))
    assert not only_repeats_go((Alias("10.0.0.1", ("a", "b")),), (Alias("10.0.0.1", ("a",)),))
    assert not only_repeats_go((Alias("10.0.0.1", ("a",)),), ())
