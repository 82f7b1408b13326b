"""CustomResourceDefinitions of the repository: where their objects hold hostAliases, and what is declared there.

Only what the API server's own code does with a structural schema is modelled (`vectors/crds`; pruning, defaulting and
list types of k8s.io/apiextensions-apiserver 0.37). Rules in CEL are not evaluated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from podhosts.diagnostics import CREATE_AND_APPLY, CREATE_ONLY
from podhosts.document import Mapping, Sequence, plain, string
from podhosts.kubernetes.fields import normalized
from podhosts.kubernetes.kinds import CUSTOM_RESOURCE_DEFINITION, PodSpecPath
from podhosts.kubernetes.objects import mapping, sequence
from podhosts.kubernetes.schemas.declared import DeclaredMapping
from podhosts.kubernetes.schemas.definition_problems import SchemaProblem, schema_problems
from podhosts.kubernetes.schemas.hosts_list import ListSchema, ListType, list_constraints, string_constraints
from podhosts.records import NamedTuple, field, record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Request
    from podhosts.document import Node
    from podhosts.kubernetes.fields import Path
    from podhosts.kubernetes.objects import KubernetesObject

_API_VERSION = "apiextensions.k8s.io/v1"
_KEEPS = "x-kubernetes-preserve-unknown-fields"
_LIST_NAME = "hostaliases"
_ENTRY_FIELDS = frozenset({"ip", "hostnames"})
_ROOT_FIELDS = frozenset({"apiVersion", "kind", "metadata"})

Schema: TypeAlias = dict[str, Any]
#: The schema below a key that is kept though it is not declared.
_KEPT: Schema = {_KEEPS: True}
_NOTHING: Schema = {}


@record(frozen=True, eq=False)
class ResourceDefinition:
    """The schemas of one CustomResourceDefinition, by version; a version without one is not in it."""

    group: str
    kind: str
    schemas: dict[str, Schema]
    _paths: dict[str, list[PodSpecPath]] = field(default_factory=dict)

    def pod_spec_paths(self, version: str) -> list[PodSpecPath]:
        """The places at which objects of a version hold hostAliases as the schema says."""
        if version not in self._paths:
            self._paths[version] = self._find_paths(version)
        return self._paths[version]

    def _find_paths(self, version: str) -> list[PodSpecPath]:
        found: list[PodSpecPath] = []
        stack: list[tuple[tuple[str, ...], Schema, bool]] = [((), self.schemas.get(version, _NOTHING), False)]
        while stack:
            path, schema, is_kept = stack.pop()
            is_kept = is_kept or _keeps(schema)
            for name, declared in _properties(schema).items():
                if _is_alias_list(name, declared):
                    found.append(PodSpecPath(path, name, _list_schema(declared, is_kept)))
                elif path or name != "status":
                    stack.append(((*path, name), declared, is_kept))
            stack += [
                ((*path, step), part, is_kept)
                for step, part in (("[]", schema.get("items")), ("*", schema.get("additionalProperties")))
                if isinstance(part, dict)
            ]
        return found

    def places(self, manifest: KubernetesObject, version: str) -> Iterator[DeclaredMapping]:
        """Every mapping of an object of that version, with what is declared there; each once, as in `walk`."""
        stack: list[_SchemaStep] = [_SchemaStep((), manifest.node, self.schemas.get(version, _NOTHING), False, ())]
        seen: set[int] = set()
        while stack:
            step = stack.pop()
            if id(step.node) in seen:
                continue
            seen.add(id(step.node))
            if isinstance(step.node, Mapping):
                place = _place(step, step.node)
                yield place
                stack += reversed([*_values(step, step.node, place)])
            elif isinstance(step.node, Sequence):
                items = step.schema.get("items", step.schema if step.is_undeclared else _NOTHING)
                stack += [
                    _SchemaStep((*step.path, at), item, _schema(items), step.is_kept, step.refused_by)
                    for at, item in reversed([*enumerate(step.node.items)])
                ]
        if metadata := manifest.metadata:
            yield DeclaredMapping(("metadata",), metadata, frozenset(), frozenset(), CREATE_AND_APPLY)


class _SchemaStep(NamedTuple):
    """A node on the way through an object.

    `is_kept` says that a place above keeps unknown keys; `refused_by` who refuses the object for a key above that is
    not declared, and with it all that stands below.
    """

    path: Path
    node: Node
    schema: Schema
    is_kept: bool
    refused_by: tuple[Request, ...]

    @property
    def is_undeclared(self) -> bool:
        return bool(self.refused_by) or self.schema is _KEPT


def _place(step: _SchemaStep, node: Mapping) -> DeclaredMapping:
    if step.refused_by:
        return DeclaredMapping(step.path, node, frozenset(), frozenset(), step.refused_by)
    properties, others = _properties(step.schema), step.schema.get("additionalProperties")
    names = frozenset(properties)
    if not step.path or step.schema.get("x-kubernetes-embedded-resource") is True:
        names |= _ROOT_FIELDS
    refused_by = CREATE_AND_APPLY
    if _keeps(step.schema) or (others is not None and others is not False):
        refused_by = ()
    elif step.is_kept or (not properties and others is None):
        # Server-side apply takes an object of which nothing is declared for one that may hold anything.
        refused_by = CREATE_ONLY
    lists = frozenset(name for name, part in properties.items() if _is_alias_list(name, part))
    return DeclaredMapping(step.path, node, lists, names, refused_by)


def _values(step: _SchemaStep, node: Mapping, place: DeclaredMapping) -> Iterator[_SchemaStep]:
    properties, others = _properties(step.schema), step.schema.get("additionalProperties")
    keeps = _keeps(step.schema)
    for name, entry in node.fields.items():
        if not step.path and name in _ROOT_FIELDS:
            continue
        refused_by = place.refused_by if place.refuses(name) else ()
        undeclared = others if isinstance(others, dict) else _KEPT if keeps else _NOTHING
        schema = properties.get(name, undeclared)
        yield _SchemaStep((*step.path, name), entry.value, schema, step.is_kept or keeps, refused_by)


def definition_problem(manifest: KubernetesObject) -> SchemaProblem | None:
    """The first thing for which the API server refuses the schemas of a CustomResourceDefinition of version v1."""
    if not _is_definition(manifest) or manifest.spec is None:
        return None
    return next(schema_problems(manifest.spec.get("versions")), None)


def definition(manifest: KubernetesObject) -> ResourceDefinition | None:
    """The schemas of a CustomResourceDefinition of version v1; None for another object, and for a broken one."""
    spec = manifest.spec
    if not _is_definition(manifest) or spec is None or definition_problem(manifest) is not None:
        return None
    names, versions = mapping(spec.get("names")), sequence(spec.get("versions"))
    group, kind = string(spec.get("group")), string(names.get("kind")) if names else None
    if group is None or kind is None or versions is None:
        return None
    schemas: dict[str, Schema] = {}
    for item in versions.items:
        version, holder = mapping(item), mapping(item.get("schema")) if isinstance(item, Mapping) else None
        schema = holder.get("openAPIV3Schema") if holder else None
        name = string(version.get("name")) if version else None
        if schema is not None and name is not None:
            schemas[name] = _schema(plain(schema))
    return ResourceDefinition(group, kind, schemas)


def _is_definition(manifest: KubernetesObject) -> bool:
    """Whether an object is a CustomResourceDefinition that no template has a part in."""
    is_one = manifest.kind == CUSTOM_RESOURCE_DEFINITION and manifest.api_version == _API_VERSION
    return is_one and manifest.document.template is None and not manifest.document.is_partial(manifest.node)


def _schema(value: object) -> Schema:
    return value if isinstance(value, dict) else _NOTHING


def _properties(schema: Schema) -> dict[str, Schema]:
    return {str(name): _schema(part) for name, part in _schema(schema.get("properties")).items()}


def _keeps(schema: Schema) -> bool:
    return schema.get(_KEEPS) is True


def _is_alias_list(name: str, schema: Schema) -> bool:
    """A list called hostAliases (in any spelling), or whose entries have `ip` and `hostnames` and nothing else."""
    items = schema.get("items")
    if schema.get("type") != "array" or not isinstance(items, dict):
        return False
    fields = _properties(items)
    if not fields and normalized(name) == _LIST_NAME:
        return items.get("type") == "object" or _keeps(items)
    ip, hostnames = fields.get("ip", _NOTHING), fields.get("hostnames", _NOTHING)
    names = hostnames.get("items")
    is_list = ip.get("type") == "string" and hostnames.get("type") == "array"
    is_list = is_list and isinstance(names, dict) and names.get("type") == "string"
    return is_list and (fields.keys() == _ENTRY_FIELDS or normalized(name) == _LIST_NAME)


def _list_schema(schema: Schema, is_kept: bool) -> ListSchema:
    """The server's checks of a list of that schema; `is_kept` says that a place above it keeps unknown keys."""
    items = _schema(schema.get("items"))
    fields = _properties(items)
    ip, hostnames = fields.get("ip", _NOTHING), fields.get("hostnames", _NOTHING)
    required = items.get("required")
    needed = frozenset(required if isinstance(required, list) else ())
    return ListSchema(
        _list_type(schema),
        typed=True,
        ip_required="ip" in needed,
        hostnames_required="hostnames" in needed,
        ip_has_default="default" in ip,
        nullable=frozenset(
            name
            for name, part in (("ip", ip), ("hostnames", hostnames), ("hostAliases", schema))
            if part.get("nullable") is True
        ),
        entry_fields=frozenset(fields) if fields else _ENTRY_FIELDS,
        apply_drops_unknown=is_kept,
        untyped_items=not fields and _keeps(items),
        keeps_unknown=_keeps(items),
        unique_hostnames=hostnames.get("x-kubernetes-list-type") == "set",
        ip=string_constraints(ip),
        hostnames=list_constraints(hostnames),
        hostname=string_constraints(_schema(hostnames.get("items"))),
        entries=list_constraints(schema),
    )


def _list_type(schema: Schema) -> ListType:
    written = schema.get("x-kubernetes-list-type", "atomic")
    if written == "map" and schema.get("x-kubernetes-list-map-keys") == ["ip"]:
        return ListType.MAP
    return ListType.ATOMIC if written == "atomic" else ListType.UNKNOWN
