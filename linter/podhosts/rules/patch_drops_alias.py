from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Diagnostic, ObjectIdentity, Related, Severity, Words
from podhosts.hosts.kubelet import Alias
from podhosts.kubernetes import field
from podhosts.rules.answers import described, file_answers
from podhosts.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podhosts.document import Document
    from podhosts.helm.delivered import LostEntries
    from podhosts.kustomize.effects import (
        DeletesNothing,
        Effect,
        KeepsOld,
        Leftover,
        ListedAlias,
        Lost,
        MatchesNothing,
        WithoutEffect,
    )
    from podhosts.kustomize.selectors import Id
    from podhosts.placed import Place
    from podhosts.source import Source

#: How many names a message lists, and how many places it points at.
_SHOWN = 3
_MOST_PLACES = 20
_GROUP = "kustomize.config.k8s.io/"


class PatchDropsAlias(Rule):
    """A Kustomize patch that loses entries, or adds where it meant to replace.

    Why: Kustomize merges `hostAliases` by `ip`, in its own way. Any strategic merge patch of an object, even of an
    annotation, keeps of several entries with one `ip` only the last; a patch with a new `ip` for a name adds an entry,
    and the name keeps its old address; a target that matches nothing and a `$patch: delete` of an `ip` that is not
    there are passed over silently; `$patch: replace` inside an entry does nothing, and other directives of
    `kubectl patch` end up in the object, where the API server refuses them. Where Kustomize has no schema (custom
    resources), a patch replaces the whole list. Behind a JSON 6902 patch no further document of the file is read. Files
    that a kustomization leads to are followed. So are charts that Argo CD, helmfile, k3s or Flux install: a single
    value that is set in a list by its index (`hostAliases[0].ip`) stands for the whole list of the chart. Source:
    `reference/kubernetes.md` 2.4, `vectors/overlays`, `vectors/deliveries`.

    Bad:
        apiVersion: kustomize.config.k8s.io/v1beta1
        kind: Kustomization
        resources: [../base]
        patches:
        - patch: |
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              template:
                spec:
                  hostAliases:
                  - ip: 10.0.0.25
                    $deleteFromPrimitiveList/hostnames: [db.internal]  # expect: patch-drops-alias

    Good:
        apiVersion: kustomize.config.k8s.io/v1beta1
        kind: Kustomization
        resources: [../base]
        patches:
        - patch: |
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              template:
                spec:
                  hostAliases:
                  - ip: 10.0.0.25
                    hostnames: [cache.internal]

    Fix safety: none; what the overlay should say is a guess.
    """

    name = "patch-drops-alias"
    severity = Severity.ERROR
    looks_elsewhere = True

    def check_source(self, source: Source) -> Iterator[Diagnostic]:
        report = self.repository.overlay_report(source.path)
        if report is None:
            return
        yield from self._joined(self._of_effect(source, effect) for effect in report.effects)

    def check_document(self, document: Document) -> Iterator[Diagnostic]:
        """Findings about the inline patches of a kustomization by themselves."""
        from podhosts.document import Mapping, string

        root = document.root
        if not isinstance(root, Mapping) or not (string(root.get("apiVersion")) or "").startswith(_GROUP):
            return
        from podhosts.kustomize.effects import inline_leftovers

        for effect in inline_leftovers(document):
            yield self._of_effect(document.source, effect)

    def _of_effect(self, source: Source, effect: Effect) -> Diagnostic:
        words, related = self._words(effect)
        return self._finding(source, effect.place, words, effect.id, effect.path, related)

    def _finding(
        self,
        source: Source,
        place: Place,
        words: Words,
        known: Id | None = None,
        path: tuple[str | int, ...] = (),
        related: Iterable[tuple[Place, str]] = (),
    ) -> Diagnostic:
        return Diagnostic(
            self.name,
            self.severity,
            words.message,
            source,
            place.span,
            place.document,
            object=_identity(known) if known is not None else None,
            field=field(path) if path else None,
            related=tuple(
                Related(at.span, text, None if at.source.path == place.source.path else at.source)
                for at, text in list(related)[:_MOST_PLACES]
            ),
            why=words.why,
            help=words.help,
        )

    def _joined(self, findings: Iterable[Diagnostic]) -> list[Diagnostic]:
        """One finding for one place and its words, however many objects the patch hits."""
        return list({(finding.span, finding.words): finding for finding in findings}.values())

    def _words(self, effect: Effect) -> tuple[Words, list[tuple[Place, str]]]:
        from podhosts.kustomize import effects

        match effect.what:
            case effects.Lost() as what:
                because = what.because
                reason = _place(because, "kept") if what.by == "collapse" else _place(because, "the entry without `ip`")
                return _lost(what, effect.id), _places(what.lost, "lost") + reason
            case effects.WithoutEffect() as what:
                return _without_effect(what), _places(what.lost, "lost") + _place(what.kept, "kept")
            case effects.KeepsOld() as what:
                return self._keeps_old(what), _place(what.old, "the old address")
            case effects.DeletesNothing() as what:
                return _deletes_nothing(what), _places(what.entries, "an entry that is there")
            case effects.ClearsNothing(entries):
                words = Words(
                    "`hostAliases: []` in a patch changes nothing",
                    f"{_shown(entry.ip for entry in entries)} stay{'s' * (len(entries) == 1)}",
                    "write `hostAliases: null` to remove the list",
                )
                return words, _places(entries, "stays")
            case effects.Leftover() as what:
                return _leftover(what), []
            case effects.IgnoredDocument():
                words = Words(
                    "Kustomize does not read this document of the patch",
                    "of a JSON 6902 patch only the first document counts, and nothing is said of others",
                    "make it a patch of its own",
                )
                return words, []
            case effects.MatchesNothing() as what:
                return _matches_nothing(what), [_note(place, f"there is {known}") for place, known in what.near]

    def _keeps_old(self, what: KeepsOld) -> Words:
        answers = file_answers([Alias(entry.ip, entry.names) for entry in what.entries], what.name, self.settings)
        return Words(
            f"`{what.name}` keeps its old address `{what.old.ip}`",
            f"the patch adds `{what.ip}` next to it, because hostAliases are merged by `ip` ({described(answers)})",
            "delete the old entry (`$patch: delete`), or replace the list",
        )


def replaced_list(lost: LostEntries) -> Diagnostic:
    """The finding for a value that is set in a list of a chart by its index, and takes the place of all of it."""
    place, names = lost.indexed.place, _shown(ip for _, ip in lost.entries)
    return Diagnostic(
        PatchDropsAlias.name,
        PatchDropsAlias.severity,
        f"`{lost.indexed.name}` replaces the whole list of the chart",
        place.source,
        place.span,
        place.document,
        related=tuple(Related(at.span, "lost", at.source) for at, _ in lost.entries[:_MOST_PLACES]),
        why=f"Helm joins no lists: {names} {'is' if len(lost.entries) == 1 else 'are'} lost",
        help="write the whole list in the values",
    )


def _identity(known: Id) -> ObjectIdentity:
    return ObjectIdentity(known.api_version or None, known.kind or None, known.namespace or None, known.name or None)


def _lost(what: Lost, known: Id | None) -> Words:
    names = _shown(name for entry in what.lost for name in entry.names)
    lost = f"{names} {_is(entry.names for entry in what.lost)} lost"
    ip = what.lost[0].ip
    if what.by == "collapse":
        return Words(
            f"the base has several entries for `{ip}`",
            f"any strategic merge patch keeps only the last of them, so that {lost}",
            "put all names in one entry there",
        )
    if what.by == "missing ip in the base":
        return Words(
            "the base has an entry without `ip`",
            f"any strategic merge patch removes the entries that have one, so that {lost}",
            "write the `ip` there",
        )
    if what.by == "missing ip":
        return Words("a patch entry without `ip` takes the entries of the base with it", lost, "write the `ip`")
    if what.by == "no schema":
        return Words(
            f"Kustomize has no schema for {_kind(known)}, so this list replaces that of the base",
            lost,
            "list them here too, or add entries with a JSON 6902 patch",
        )
    return Words(
        "`op: add` on a list that is already there replaces it",
        lost,
        "add entries at `hostAliases/-`, or use `op: replace` if that is meant",
    )


def _kind(known: Id | None) -> str:
    assert known is not None  # a patch that is laid over nothing loses nothing
    return f"{known.api_version} {known.kind}"


def _without_effect(what: WithoutEffect) -> Words:
    kept = f"`{what.ip}` keeps {_shown(what.kept.names)}"
    if what.by == "directive":
        return Words(
            "`$patch` inside an entry does not replace it",
            kept,
            "remove it to replace the names, or write `- $patch: replace` as an item of its own to replace the list",
        )
    if what.by == "duplicates in the patch":
        message = f"the patch has several entries for `{what.ip}`, and one is left"
        return Words(message, kept, "put all names in one entry")
    names = [name for entry in what.lost for name in entry.names]
    lost = f", and {_shown(names)} {_is([names])} lost" if names else ""
    return Words(
        "this entry has no effect",
        f"the base has several entries for `{what.ip}`, of which Kustomize keeps the last ({kept}{lost})",
        "put all names in one entry there",
    )


def _deletes_nothing(what: DeletesNothing) -> Words:
    there = _shown(entry.ip for entry in what.entries)
    message = f"the base has no entry for `{what.ip}` to delete, only {there}"
    return Words(message, "Kustomize silently ignores this")


def _leftover(what: Leftover) -> Words:
    if what.id is not None:
        return Words(
            "this directive stays in the object as an entry",
            f"Kustomize has no schema for {_kind(what.id)}",
            "remove it, as a patch replaces the whole list there",
        )
    return Words(
        f"Kustomize does not know `{what.key}`",
        "it does nothing and stays in the object, where the API server refuses it",
        "write the list as it should be",
    )


def _matches_nothing(what: MatchesNothing) -> Words:
    blame = f" (only `{what.field}` does not match)" if what.field else ""
    return Words(f"no object matches this target{blame}", "Kustomize silently ignores the patch")


def _places(entries: tuple[ListedAlias, ...], text: str) -> list[tuple[Place, str]]:
    return [(entry.place, text) for entry in entries]


def _place(entry: ListedAlias | None, text: str) -> list[tuple[Place, str]]:
    return [(entry.place, text)] if entry is not None else []


def _note(place: Place, text: str) -> tuple[Place, str]:
    return place, text


def _is(groups: Iterable[Iterable[str]]) -> str:
    return "is" if sum(1 for names in groups for _ in names) == 1 else "are"


def _shown(texts: Iterable[str]) -> str:
    listed = [f"`{text}`" for text in dict.fromkeys(texts)]
    if len(listed) > _SHOWN:
        return f"{', '.join(listed[:_SHOWN])} and {len(listed) - _SHOWN} more"
    return " and ".join([", ".join(listed[:-1]), listed[-1]] if listed[1:] else listed) or "no name"
