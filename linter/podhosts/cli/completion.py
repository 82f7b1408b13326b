"""Shell completion: the candidates for a value that is being typed. Each imports what it needs when it is asked."""

from podhosts.reporters import FORMATS


def complete_rule(incomplete: str) -> list[tuple[str, str]]:
    """Rule names with their severities."""
    from podhosts.rules import RULES

    return [(rule.name, str(rule.severity)) for rule in RULES if rule.name.startswith(incomplete)]


def complete_rules(incomplete: str) -> list[str]:
    """Rule names for a list with commas: what stands before the last comma stays."""
    from podhosts.rules import RULES

    return _in_list(incomplete, [rule.name for rule in RULES])


def complete_selected(incomplete: str) -> list[str]:
    """Rule names for `--select`, which also takes `all`."""
    from podhosts.rules import RULES

    return _in_list(incomplete, ["all", *(rule.name for rule in RULES)])


def complete_resolvers(incomplete: str) -> list[str]:
    """Libraries and single models for `--resolvers`, a list with commas."""
    from podhosts.hosts.resolvers import LIBRARIES, RESOLVERS

    return _in_list(incomplete, [*dict.fromkeys((*LIBRARIES, *RESOLVERS)), "all"])


def complete_format(incomplete: str) -> list[str]:
    """Formats of `check`."""
    return [name for name in FORMATS if name.startswith(incomplete)]


def complete_output(incomplete: str) -> list[str]:
    """Formats of `check --output`, each with the `=` before its file."""
    return [f"{name}=" for name in FORMATS if name.startswith(incomplete)]


def complete_matcher(incomplete: str) -> list[tuple[str, str]]:
    """Matchers with their purposes."""
    from podhosts.commands.matcher import MATCHERS

    return [(name, purpose) for name, (_, purpose) in MATCHERS.items() if name.startswith(incomplete)]


def complete_schema(incomplete: str) -> list[str]:
    """Names of schemas."""
    from podhosts.commands.schema import SCHEMAS

    return [name for name in SCHEMAS if name.startswith(incomplete)]


def complete_level(incomplete: str) -> list[str]:
    """Levels of `--fail-on`."""
    from podhosts.commands.run_settings import FAIL_ON

    return [name for name in FAIL_ON if name.startswith(incomplete)]


def complete_object(incomplete: str) -> list[str]:
    """`Kind/name` of the pods below the working directory; case does not count, as for `--object` itself."""
    from podhosts.commands.selection import describe, select_pods
    from podhosts.commands.usage import UsageError

    try:
        pods = select_pods(".", None).pods
    except UsageError:
        # Completion has no way to say why.
        return []
    names = sorted({describe(pod) for pod in pods})
    return [name for name in names if name.lower().startswith(incomplete.lower())]


def _in_list(incomplete: str, names: list[str]) -> list[str]:
    before, comma, last = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in names if name.startswith(last)]
