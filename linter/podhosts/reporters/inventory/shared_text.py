"""Lists that stand in several workloads, as one Kustomize component and one CoreDNS block to take their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.hosts.addresses import classify, parse_sloppy
from podhosts.hosts.convert import to_coredns
from podhosts.kubernetes.alias_text import host_aliases_block
from podhosts.kubernetes.kinds import BUILT_IN_WORKLOADS, is_built_in_workload
from podhosts.patterns import regex
from podhosts.reporters.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.inventory.store import Holder, SharedList, Store

_NAME = regex(r"[a-z0-9.-]+")


def lines(store: Store) -> Iterator[str]:
    """Per list: who has it, the component, and as a comment the block for CoreDNS. All of it is a YAML stream."""
    is_first = True
    for shared in store.shared():
        if not is_first:
            yield "---"
        is_first = False
        yield f"# {_entries(shared)[0].upper()}{_entries(shared)[1:]} in {len(shared.holders)} workloads:"
        for holder in shared.holders:
            yield f"#   {visible(holder.workload)} ({visible(holder.path)}:{holder.line})"
        yield "#"
        yield from _component(shared)
        yield "#"
        yield from _record(shared)


def _component(shared: SharedList) -> Iterator[str]:
    """A component with a JSON patch for each kind, as a strategic patch would drop entries of equal addresses."""
    targets: dict[tuple[str, str], list[str]] = {}
    for holder in shared.holders:
        if (
            holder.object
            and holder.kind
            and _NAME.fullmatch(holder.object)
            and is_built_in_workload(holder.api_version, holder.kind)
        ):
            pointer = "".join(f"/{step}" for step in BUILT_IN_WORKLOADS[holder.kind][1])
            targets.setdefault((holder.kind, f"{pointer}/hostAliases"), []).append(holder.object)
    if not targets:
        yield "# None of them is a workload that a Kustomize component could patch by its kind and name."
        return
    yield "# As a Kustomize component: save it as components/hosts/kustomization.yaml, list it under `components:` and"
    yield "# remove the lists from the workloads."
    yield "apiVersion: kustomize.config.k8s.io/v1alpha1"
    yield "kind: Component"
    yield "patches:"
    for (kind, pointer), names in targets.items():
        yield "- target:"
        yield f"    kind: {kind}"
        pattern = "|".join(dict.fromkeys(names)).replace(".", r"\.")
        yield f"    name: '{pattern}'"
        yield "  patch: |-"
        yield "    - op: add"
        yield f"      path: {pointer}"
        yield "      value:"
        yield from (f"      {line}" for line in host_aliases_block(shared.entries).splitlines()[1:])


def _record(shared: SharedList) -> Iterator[str]:
    """A block for CoreDNS, without addresses at which each pod would reach itself."""
    entries = [entry for entry in shared.entries if not _is_of_each_pod(entry.ip)]
    if not entries:
        yield "# CoreDNS is no way out: these addresses are another host for each pod that asks."
        return
    yield "# Or, for every pod that asks the cluster's DNS: a block for CoreDNS' Corefile"
    if len(entries) < len(shared.entries):
        yield "# (without the addresses that are another host for each pod)"
    yield from (f"# {line}" for line in to_coredns(entries).splitlines())


def _is_of_each_pod(ip: str) -> bool:
    address = parse_sloppy(ip)
    return address is not None and classify(address) in {"loopback", "unspecified", "link-local"}


def summary(shared: SharedList) -> str:
    """One list in words."""
    return f"{_entries(shared)} in {len(shared.holders)} workloads, {_listed(shared.holders)}"


def _entries(shared: SharedList) -> str:
    number = len(shared.entries)
    return "the same entry stands" if number == 1 else f"the same {number} entries stand"


def _listed(holders: list[Holder]) -> str:
    names = list(dict.fromkeys(holder.workload for holder in holders))
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
