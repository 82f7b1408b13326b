from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import CREATE_AND_APPLY, Severity
from podhosts.document import Mapping, Scalar, Sequence
from podhosts.hosts.addresses import canonical, parse_sloppy
from podhosts.hosts.names import is_numeric_for_resolvers, label_refusals
from podhosts.kubernetes import Pod
from podhosts.kubernetes.kinds import CUSTOM_RESOURCE_DEFINITION
from podhosts.kubernetes.schemas.field_types import type_errors
from podhosts.kubernetes.schemas.refusals import null_item, null_value, refused_list, wrong_type
from podhosts.rules.acceptance import is_name, is_single_name
from podhosts.rules.base import Fixable, Rule, consequence_of
from podhosts.rules.names import as_written, meant_list, meant_name, name_advice, separate
from podhosts.surgery import quote, repair, wrap_in_list

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.document import Node
    from podhosts.edits import Fix
    from podhosts.kubernetes import HostAlias, KubernetesObject, ListSchema
    from podhosts.kubernetes.schemas import Constraints
    from podhosts.kubernetes.schemas.field_types import TypeMismatch


class WrongType(Rule):
    """A number, boolean, list or mapping where the API wants something else.

    Why: the API server refuses the object before it looks at anything else (`cannot unmarshal number into Go struct
    field HostAlias.spec.hostAliases.ip of type string`), whatever the field validation. YAML makes booleans of `on`,
    `y` and `no`, and numbers of `10.1` and `08`, so such names need quotes. In a CustomResourceDefinition that mentions
    hosts: a schema that the API server refuses. Source: `vectors/apiserver`, category structure;
    `vectors/yaml/scalars.json`; the validation of k8s.io/apiextensions-apiserver 0.37.0.

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

    Fix safety: safe where the text allows one reading and is a valid name: quotes for a name that YAML takes for
    something else, brackets around a single name. None for an `ip`, for names that are refused in quotes, too, and for
    those that resolvers read as a number (numeric-hostname).
    """

    name = "wrong-type"
    severity = Severity.ERROR
    fixable = Fixable.SOMETIMES

    def check_object(self, manifest: KubernetesObject) -> Iterator[Diagnostic]:
        if manifest.kind != CUSTOM_RESOURCE_DEFINITION:
            return
        from podhosts.kubernetes.schemas.definitions import definition_problem

        if (problem := definition_problem(manifest)) is not None:
            yield self.report(
                manifest,
                problem.node,
                f"this schema is broken: {problem.message}",
                why="the API server refuses the CustomResourceDefinition, and podhosts learns nothing from it",
                field=manifest.field(*problem.path),
                refused_by=CREATE_AND_APPLY,
            )

    def check_alias(self, alias: HostAlias) -> Iterator[Diagnostic]:
        node = alias.hostnames_node
        if isinstance(node, Sequence) and node.items:
            yield from self._limited(alias, node, alias.pod.schema.hostnames, alias.field("hostnames"))
        if refused_by := null_item(alias.pod):
            for index, item in enumerate(node.items if isinstance(node, Sequence) else ()):
                if isinstance(item, Scalar) and item.value is None:
                    yield self.report(
                        alias,
                        item,
                        "null is not allowed here",
                        why="the API server refuses the object",
                        help="write a name or remove the item",
                        field=alias.field("hostnames", index),
                        refused_by=refused_by,
                    )

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        node = pod.spec.get(pod.list_field)
        if isinstance(node, Scalar) and node.value is None and (refused_by := null_value(pod, "hostAliases")):
            yield self.report(
                pod,
                node if node.end > node.start else pod.spec.fields[pod.list_field].key,
                f"`{pod.list_field}` holds nothing",
                why="create drops the key, but server-side apply refuses the object, as its CRD wants a list",
                help="write `[]` or remove the key",
                field=pod.field(pod.list_field),
                refused_by=refused_by,
            )
        if isinstance(node, Sequence):
            yield from self._limited(pod, node, pod.schema.entries, pod.field(pod.list_field))
        for wrong in type_errors(pod.spec, pod.list_field, list_only=not pod.schema.is_of_pod_spec):
            refused_by = wrong_type(pod, in_entry=len(wrong.path) > 2)
            consequence = consequence_of(refused_by)
            what = f"{_subject(wrong.path)} must be {wrong.expected}, not {_describe(wrong.node)}"
            yield self.report(
                pod,
                wrong.node,
                what,
                why=consequence,
                help=_advice(pod, wrong),
                field=pod.field(*wrong.path),
                refused_by=refused_by,
                fix=_fix(pod, wrong),
            )

    def _limited(self, where: Pod | HostAlias, node: Sequence, limits: Constraints, path: str) -> Iterator[Diagnostic]:
        """A list that its CRD does not want as long or as short as it is."""
        items = (where if isinstance(where, Pod) else where.pod).all_items(node)
        if items is not None and (refused_by := refused_list(broken := limits.refusal(items))):
            yield self.report(
                where,
                node,
                f"this list {broken}",
                why="the API server refuses the object, because its CRD limits the list",
                field=path,
                refused_by=refused_by,
            )


def _fix(pod: Pod, wrong: TypeMismatch) -> Fix | None:
    document, node, field = pod.object.document, wrong.node, wrong.path[-1]
    if not isinstance(node, Scalar) or node.value is None:
        return None
    if wrong.expected == "a list" and field == "hostnames" and is_single_name(node, pod.schema):
        return repair(document, f"Write `[{node.text}]`", wrap_in_list(document, node))
    if wrong.expected == "a string" and _is_wanted(node.text, field, pod.schema):
        return repair(document, f"Put `{node.text}` in quotes", quote(document, node))
    return None


def _is_wanted(text: str, field: str | int, schema: ListSchema) -> bool:
    """Whether a text is accepted as the string that a field wants; a number in the path is a name's index."""
    if field in {"hostname", "subdomain"}:
        return not label_refusals(text)
    if isinstance(field, int):
        return is_name(text, schema) and not is_numeric_for_resolvers(text)
    return field == "hostnameOverride" and is_name(text)


def _subject(path: tuple[str | int, ...]) -> str:
    """The subject of a message about a value: a field, an entry of the list, or a name of an entry."""
    if isinstance(path[-1], str):
        return f"`{path[-1]}`"
    return "each name" if path[-2] == "hostnames" else "each entry"


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
    if value is None:
        return "null"
    return f"the string `{value}`" if value else "an empty string"


def _advice(pod: Pod, wrong: TypeMismatch) -> str:
    """The advice about a value of the wrong type; what is quoted after "write" is accepted in the place of the node."""
    node, field = wrong.node, wrong.path[-1]
    if wrong.expected == "a boolean":
        text = node.text.lower() if isinstance(node, Scalar) else ""
        return f"write `{text}`" if text in {"true", "false"} else "write `true` or `false`"
    if wrong.expected == "a mapping":
        return _entry_advice(node)
    if wrong.expected == "a list":
        return _names_advice(node) if field == "hostnames" else _list_advice(node)
    if field == "ip":
        return _address_advice(node)
    if not isinstance(node, Scalar):
        is_item = isinstance(node, Sequence) and isinstance(field, int)
        return "write each name as an item of its own" if is_item else "write the name alone"
    if isinstance(field, int) and is_numeric_for_resolvers(node.text):
        return "use another name, which resolvers do not read as a number"
    if _is_wanted(node.text, field, pod.schema):
        return f'put it in quotes: write `"{node.text}"`'
    return name_advice(node.text) if isinstance(field, int) else "write a valid host name"


def _list_advice(node: Node) -> str:
    if isinstance(node, Mapping) and not node.fields.keys().isdisjoint(("ip", "hostnames")):
        return "begin each entry with `- `"
    return "write a list of entries, each with `ip` and `hostnames`"


def _entry_advice(node: Node) -> str:
    if isinstance(node, Scalar) and node.is_string:
        words = separate(node.text)
        if ":" in node.text and len(words) == 1 and not parse_sloppy(node.text):
            # As `docker run --add-host` and the files of Compose have it.
            name, _, ip = node.text.partition(":")
            words = [ip.strip("[]"), name]
        address, names = canonical(words[0]) if words else None, [meant_name(word) for word in words[1:]]
        if address and names and all(names):
            listed = ", ".join(as_written(name) for name in names if name)
            return f"write `{{ip: {as_written(address)}, hostnames: [{listed}]}}`"
    return "write a mapping with `ip` and `hostnames`"


def _names_advice(node: Node) -> str:
    if not isinstance(node, Scalar):
        return "write a list of names"
    if node.is_string and (written := meant_list(node.text)) is not None:
        return f"write `{written}`"
    if not node.is_string and is_numeric_for_resolvers(node.text):
        return "write a list, and a name that resolvers do not read as a number"
    if not node.is_string and is_name(node.text):
        return f'write `["{node.text}"]`'
    return "write a list of names"


def _address_advice(node: Node) -> str:
    texts = [item.text for item in node.items if isinstance(item, Scalar)] if isinstance(node, Sequence) else []
    if len(texts) == 1 and (ip := canonical(texts[0])) is not None:
        return f"write `{as_written(ip)}`"
    if len(texts) > 1:
        return "write one entry for each address"
    return "write an address like `192.0.2.1`"
