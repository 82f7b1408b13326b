"""What rules find in the objects that overlays make, at the places where these are written."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from podhosts.diagnostics import BuiltBy
from podhosts.engine.dispatch import run_rules
from podhosts.engine.relocating import relocated
from podhosts.interpret import interpret
from podhosts.kubernetes import KnownKinds
from podhosts.records import replace
from podhosts.rules import RULES
from podhosts.rules.conflicting_hostname import ConflictingHostname
from podhosts.rules.wrong_type import WrongType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.kustomize.overlays import Overlays
    from podhosts.kustomize.printing import Printed
    from podhosts.repository import Repository
    from podhosts.rules import Settings
    from podhosts.source import Source, Span


def overlay_findings(source: Source, repository: Repository, settings: Settings) -> list[Diagnostic]:
    """The findings in a file that only show in what Kustomize builds; those of its patches themselves stand elsewhere.

    A finding that the file gives by itself may be among them.
    """
    overlays = repository.overlays_of(source.path)
    if overlays is None:
        return []
    found = _by_path(repository, overlays, settings).get(overlays.key(source.path), [])
    return [replace(finding, source=source) for finding in found]


def overlays_affect(path: str, repository: Repository, settings: Settings) -> bool:
    """Whether overlays have something to say about a file, whatever it mentions itself."""
    overlays = repository.overlays_of(path)
    if overlays is None:
        return False
    return overlays.report(path) is not None or overlays.key(path) in _by_path(repository, overlays, settings)


@lru_cache(maxsize=1)
def _by_path(repository: Repository, overlays: Overlays, settings: Settings) -> dict[str, list[Diagnostic]]:
    found: dict[str, dict[tuple[str, Span], Diagnostic]] = {}
    told = {(effect.place.source, effect.place.span) for effect in overlays.effects}
    for printed in overlays.printed:
        for finding in _findings(printed, repository, settings):
            if finding.rule == ConflictingHostname.name and told & _places(finding):
                # The patch that makes the conflict is reported already.
                continue
            # Many overlays may find the same.
            at_path = found.setdefault(overlays.key(finding.source.path), {})
            first = at_path.setdefault((finding.rule, finding.span), finding)
            at_path[finding.rule, finding.span] = first.also_built([BuiltBy("kustomize", printed.folder)])
    return {path: list(findings.values()) for path, findings in found.items()}


def _findings(printed: Printed, repository: Repository, settings: Settings) -> Iterator[Diagnostic]:
    """What the rules say about one object, where it is written."""
    kinds = KnownKinds(settings.configured_pod_specs, repository.definitions)
    alone = repository.apart(printed.document.source)
    rules = [rule(settings, alone) for rule in RULES if not rule.looks_elsewhere]
    # What is in strings is found where these are written.
    for interpreted in interpret(printed, kinds, levels=0):
        found = (_of_substituted(finding, printed) for finding in run_rules(interpreted, rules))
        yield from relocated(found, printed)


def _of_substituted(finding: Diagnostic, printed: Printed) -> Diagnostic:
    """A finding about a type, where quotes that Flux takes away are no help."""
    if finding.rule != WrongType.name or not printed.is_substituted(finding.span):
        return finding
    return replace(
        finding,
        why=f"Flux puts variables into text without the quotes around it; {finding.why}",
        help="make quotes a part of the variable: `'\"...\"'`",
    )


def _places(finding: Diagnostic) -> set[tuple[Source, Span]]:
    others = ((item.source or finding.source, item.span) for item in finding.related)
    return {(finding.source, finding.span), *others}
