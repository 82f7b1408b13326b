"""Hover, shown beside an alias: the line of the file, what resolvers answer, and why rules fire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.commands.render import EXAMPLE_POD_IP, render
from podhosts.hosts.resolvers import RESOLVERS, Network, families, open_hosts
from podhosts.kubernetes.host_names import ordinals
from podhosts.kubernetes.pod_hosts import Surroundings
from podhosts.lsp.checked import holds
from podhosts.records import NamedTuple
from podhosts.reporters.grouping import shown
from podhosts.reporters.visible import visible
from podhosts.rules import RULES
from podhosts.rules.documentation import documentation
from podhosts.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.commands.render import Rendered
    from podhosts.diagnostics import Diagnostic
    from podhosts.hosts.resolvers import Answer
    from podhosts.kubernetes import HostAlias, Pod
    from podhosts.lsp.checked import CheckedFile

#: How many names of an entry the table has.
_MOST_NAMES = 10
_RULES = {rule.name: rule for rule in RULES}


class Hover(NamedTuple):
    """Markdown, and the text it is about."""

    markdown: str
    span: Span


def hover(checked: CheckedFile, offset: int) -> Hover | None:
    """The text to show about a place; None where nothing is."""
    for pod, placed in checked.pods_at(offset):
        entry = pod.list_entry
        if entry is not None and holds(span := placed.span(entry.key.span), offset):
            return _hover([*_file(pod, checked), *_reasons(checked.findings_in(span))], span)
        for alias in pod.aliases:
            if holds(span := placed.span(alias.node.span), offset):
                at = [node.text for _, node in alias.names if holds(placed.span(node.span), offset)]
                return _hover([*_alias(alias, at, checked), *_reasons(checked.findings_in(span))], span)
    findings = checked.findings_in(Span(offset, offset))
    return _hover(_reasons(findings), findings[0].span) if findings else None


def _hover(parts: Iterable[str], span: Span) -> Hover:
    return Hover("\n\n".join(parts), span)


def _file(pod: Pod, checked: CheckedFile) -> Iterator[str]:
    """The whole file of a pod."""
    rendered = _rendered(pod, checked)
    yield f"`/etc/hosts` of the pod{_note(pod)}:"
    yield f"not written: {_code(rendered.error)}" if rendered.error else _block(rendered.content)


def _alias(alias: HostAlias, chosen: list[str], checked: CheckedFile) -> Iterator[str]:
    """The line of an entry, and what its names (or the chosen ones) resolve to."""
    rendered = _rendered(alias.pod, checked)
    if rendered.error:
        yield f"`/etc/hosts` is not written: {_code(rendered.error)}"
        return
    index = alias.pod.aliases.index(alias)
    yield _block(b"".join(line.text for line in rendered.lines if line.alias == index))
    names = list(dict.fromkeys(node.text for _, node in alias.names))
    if shown := (chosen or names)[:_MOST_NAMES]:
        yield "\n".join(_answers(rendered.content, shown))
        more = "" if chosen or len(names) == len(shown) else f"; {len(names) - len(shown)} more names are not shown"
        yield f"What resolvers in the pod answer{_note(alias.pod)}{more}."


def _rendered(pod: Pod, checked: CheckedFile) -> Rendered:
    options = checked.project.options(checked.buffer.path)
    surroundings = Surroundings((EXAMPLE_POD_IP,), version=options.settings.version)
    return render(pod, surroundings, None, checked.project.repository(checked.buffer))


def _note(pod: Pod) -> str:
    numbers = ordinals(pod.object) if pod.is_pod_spec else None
    which = [f"pod {numbers.first}"] if numbers is not None and numbers.count != 1 else []
    notes = which if pod.host_network else [*which, f"{EXAMPLE_POD_IP} stands for its address"]
    return f" ({'; '.join(notes)})" if notes else ""


def _answers(hosts: bytes, names: list[str]) -> Iterator[str]:
    """A table: a row a name, a column a resolver."""
    yield f"| name | {' | '.join(RESOLVERS)} |"
    yield "|---" * (len(RESOLVERS) + 1) + "|"
    network = Network((EXAMPLE_POD_IP,))
    readers = {resolver: open_hosts(resolver, hosts) for resolver in RESOLVERS}
    for name in names:
        answers = [reader.lookup(name, families(resolver)[0], network) for resolver, reader in readers.items()]
        yield f"| {_code(name)} | {' | '.join(map(_answer, answers))} |"


def _answer(answer: Answer) -> str:
    return "asks DNS" if answer.dns else answer.error or ", ".join(answer.addresses)


def _reasons(findings: Iterable[Diagnostic]) -> Iterator[str]:
    """Each finding with the reason of its rule, once a rule."""
    told: set[str] = set()
    for rule, severity, words in dict.fromkeys((item.rule, item.severity, shown(item)) for item in findings):
        yield f"**{rule}** ({severity}): {words.headline}"
        if words.why:
            yield f"{words.why[0].upper()}{words.why[1:]}."
        if rule not in told:
            yield f"Why: {documentation(_RULES[rule]).why}"
        told.add(rule)


def _block(content: bytes) -> str:
    lines = [visible(line.replace("\t", "    ")) for line in content.decode("utf-8", "replace").split("\n")]
    return "~~~~text\n{}\n~~~~".format("\n".join(lines).rstrip("\n"))


def _code(text: str) -> str:
    """Text as code, also inside a table."""
    fence = "``" if "`" in text else "`"
    space = " " if fence == "``" else ""
    return f"{fence}{space}{visible(text)}{space}{fence}".replace("|", "\\|")
