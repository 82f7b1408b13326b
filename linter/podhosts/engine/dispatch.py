"""The only dispatcher of rules: what they look at outside, rules inside.

What several rules ask about an object or a pod is found out once, and forgotten with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.engine.relocating import relocated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.interpret import Interpreted
    from podhosts.kubernetes import Pod
    from podhosts.rules import Rule

_POD_CHECKS = frozenset({"check_pod", "check_alias"})


def run_rules(interpreted: Interpreted, rules: Iterable[Rule]) -> Iterator[Diagnostic]:
    """What rules find in a document: written in a file, in a string or in values, or built."""
    if not interpreted.is_checked:
        return
    rules = [rule for rule in rules if rule.checks]
    for rule in rules:
        if "check_document" in rule.checks:
            yield from rule.check_document(interpreted.document)
    of_objects = [rule for rule in rules if "check_object" in rule.checks]
    for manifest in interpreted.objects:
        for rule in of_objects:
            yield from rule.check_object(manifest)
    of_pods = [rule for rule in rules if rule.checks & _POD_CHECKS]
    for pod in interpreted.pods:
        found = (finding for rule in of_pods for finding in _in_pod(pod, rule))
        if (placed := interpreted.printed.get(pod)) is None:
            yield from found
        else:
            yield from relocated(found, placed)


def _in_pod(pod: Pod, rule: Rule) -> Iterator[Diagnostic]:
    if "check_pod" in rule.checks:
        yield from rule.check_pod(pod)
    if "check_alias" in rule.checks:
        for alias in pod.aliases:
            yield from rule.check_alias(alias)
