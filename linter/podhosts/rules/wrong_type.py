from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Severity
from podhosts.document import Mapping, Scalar, Sequence
from podhosts.kubernetes.structure import type_errors
from podhosts.kubernetes.verdicts import wrong_type
from podhosts.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.document import Node
    from podhosts.kubernetes import HostAlias, Pod


class WrongType(Rule):
    """A number, boolean, list or mapping where the API wants something else.

    Why: the API server refuses the object before it looks at anything else (`cannot unmarshal number into Go struct
    field HostAlias.spec.hostAliases.ip of type string`), whatever the field validation. YAML makes booleans of `on`,
    `y` and `no`, and numbers of `10.1` and `08`, so such names need quotes. Source: `vectors/apiserver`, category
    structure; `vectors/yaml/scalars.json`.

    Bad:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames: db.internal  # expect: wrong-type
          containers: [{name: web, image: web}]

    Good:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames: [db.internal]
          containers: [{name: web, image: web}]

    Fix safety: none is offered yet.
    """

    name = "wrong-type"
    severity = Severity.ERROR

    def check_alias(self, alias: HostAlias) -> Iterator[Diagnostic]:
        node = alias.hostnames_node
        for place in node.items if isinstance(node, Sequence) else [node]:
            if isinstance(place, Scalar) and self._prints_list(alias, place, is_item=place is not node):
                yield self.report(
                    alias,
                    place,
                    f"`{place.text}` prints the list as Go does, `[a b]`: YAML reads one name with a blank in it; "
                    f"write `{{{{ toYaml ... | nindent }}}}` or a `range`",
                    field=alias.field("hostnames"),
                )

    def _prints_list(self, alias: HostAlias, node: Scalar, *, is_item: bool) -> bool:
        """Whether an action prints a list of names as one: by the values of its chart, else by what it is called."""
        document = alias.pod.object.document
        if "{{" not in node.text:
            return False
        # The reader of templates is imported for the first of them: most runs have none.
        from podhosts.helm.alone import prints_names

        plain_prints = self.workspace.charts.facts(document.source.path).plain_prints
        known = [is_list for span, is_list in plain_prints.items() if node.start <= span.start < node.end]
        return any(known) if known else not is_item and prints_names(node.text)

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        for wrong in type_errors(pod.spec, pod.list_field, list_only=not pod.schema.is_of_pod_spec):
            refused_by = wrong_type(pod, in_entry=len(wrong.path) > 2)
            consequence = "the API server refuses the object" if refused_by else "the pod made from it is refused"
            what = f"{_describe(wrong.node)} stands where the API wants {wrong.expected}"
            message = f"{what}: {consequence}{_advice(wrong.node, wrong.expected, wrong.path[-1])}"
            yield self.report(pod, wrong.node, message, field=pod.field(*wrong.path), refused_by=refused_by)


def _describe(node: Node) -> str:
    if isinstance(node, Sequence):
        return "a list"
    if isinstance(node, Mapping):
        return "a mapping"
    value = node.value
    if isinstance(value, bool):
        return f"the boolean `{node.text}`"
    if isinstance(value, int | float):
        return f"the number `{node.text}`"
    return "nothing" if value is None else f"the string `{value}`"


def _advice(node: Node, expected: str, field: str | int) -> str:
    if not isinstance(node, Scalar):
        if isinstance(node, Mapping) and expected == "a list":
            return "; write a list of entries, each with `ip` and `hostnames`"
        return ""
    if field == "ip":
        return "; write an address like `10.0.0.7`"
    if expected == "a string":
        return f'; put it in quotes: `"{node.text}"`'
    if expected == "a list" and node.is_string:
        return f"; write `[{node.text}]`" if node.text and "\n" not in node.text else "; write a list"
    if expected == "a mapping":
        return "; an entry is a mapping with `ip` and `hostnames`"
    return ""
