"""Rule: what a rule declares and how it reports. It overrides the deepest check that serves it, and loops no more."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, ClassVar

from podhosts.diagnostics import MOST_RELATED, Diagnostic, Related, Request, Severity, Words
from podhosts.kubernetes import (
    ConfiguredPodSpec,
    Container,
    HostAlias,
    KnownKinds,
    KubernetesObject,
    KubernetesVersion,
    Mount,
    Pod,
    Volume,
)
from podhosts.records import field, record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from podhosts.document import Document, Node
    from podhosts.edits import Fix
    from podhosts.repository import Repository
    from podhosts.source import Source, Span


class Fixable(Enum):
    """How often a rule's findings carry a fix."""

    NEVER = "never"
    SOMETIMES = "sometimes"
    ALWAYS = "always"


@record(frozen=True, slots=True)
class Settings:
    """Settings of a run for rules: the API server's version, the resolvers that matter, a node's hosts file."""

    version: KubernetesVersion = field(default_factory=KubernetesVersion)
    resolvers: frozenset[str] = frozenset({"glibc", "musl", "go"})
    #: Places of pod specs that the config adds.
    configured_pod_specs: tuple[ConfiguredPodSpec, ...] = ()
    #: The environment that a file belongs to; None where the config names no environments.
    environment_of: Callable[[str], str | None] | None = None
    #: The text of a node's /etc/hosts, for fixes that move its entries.
    node_hosts: str | None = None


class Rule:
    """One rule. `name` and `severity` are contracts; the docstring explains it and its examples are run by the tests.

    Each check gets the deepest thing its name says and yields diagnostics; all default to nothing.
    """

    name: ClassVar[str]
    severity: ClassVar[Severity]
    #: Whether the rule runs when nothing is selected.
    is_default: ClassVar[bool] = True
    fixable: ClassVar[Fixable] = Fixable.NEVER
    #: Whether what it finds in a file depends on other files.
    looks_elsewhere: ClassVar[bool] = False

    #: The names of the checks that the rule overrides; the others find nothing.
    checks: ClassVar[frozenset[str]]

    def __init_subclass__(cls) -> None:
        names = ("check_source", "check_document", "check_object", "check_pod", "check_alias")
        cls.checks = frozenset(name for name in names if getattr(cls, name) is not getattr(Rule, name))

    def __init__(self, settings: Settings, repository: Repository) -> None:
        self.settings = settings
        self.repository = repository
        self.version = settings.version
        self.kinds = KnownKinds(settings.configured_pod_specs, repository.definitions)

    def check_source(self, source: Source) -> Iterable[Diagnostic]:
        """Check a file of which other files of the run say something, whatever it mentions."""
        return ()

    def check_document(self, document: Document) -> Iterable[Diagnostic]:
        """Check a document that mentions hosts, readable or not."""
        return ()

    def check_object(self, manifest: KubernetesObject) -> Iterable[Diagnostic]:
        """Check a Kubernetes object (or any other mapping at a document's root)."""
        return ()

    def check_pod(self, pod: Pod) -> Iterable[Diagnostic]:
        """Check a pod spec or another mapping with a hostAliases list."""
        return ()

    def check_alias(self, alias: HostAlias) -> Iterable[Diagnostic]:
        """Check one entry that is a mapping."""
        return ()

    def report(
        self,
        where: KubernetesObject | Pod | HostAlias | Container | Mount | Volume,
        at: Span | Node,
        message: str | Words,
        *,
        why: str = "",
        help: str = "",
        field: str,
        severity: Severity | None = None,
        refused_by: tuple[Request, ...] = (),
        related: Iterable[Related] = (),
        fix: Fix | None = None,
    ) -> Diagnostic:
        """A finding of this rule at a node or span, about the object that `where` belongs to.

        `message`, `why` and `help` are clauses without a full stop (`Diagnostic` says which is which); or `message` is
        all three.
        """
        words = message if isinstance(message, Words) else Words(message, why, help)
        manifest = object_of(where)
        places = tuple(related)
        return Diagnostic(
            rule=self.name,
            severity=severity or self.severity,
            message=words.message,
            source=manifest.document.source,
            span=at if isinstance(at, tuple) else at.span,
            document=manifest.document.number,
            item=manifest.item,
            object=manifest.identity,
            field=field,
            refused_by=refused_by,
            related=places[:MOST_RELATED],
            fix=fix,
            more_related=max(len(places) - MOST_RELATED, 0),
            why=words.why,
            help=words.help,
        )


def object_of(where: KubernetesObject | Pod | HostAlias | Container | Mount | Volume) -> KubernetesObject:
    """The object that a view belongs to."""
    if isinstance(where, KubernetesObject):
        return where
    if isinstance(where, Pod):
        return where.object
    if isinstance(where, HostAlias | Container | Volume):
        return where.pod.object
    return where.container.pod.object


def consequence_of(refused_by: tuple[Request, ...]) -> str:
    """A clause: the API server's answer to a value that it does not accept, in the object or in its pod."""
    what = "the object" if refused_by else "the pod made from it"
    return f"the API server refuses {what}"
