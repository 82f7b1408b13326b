from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Related, Severity
from podhosts.hosts.addresses import canonical
from podhosts.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.kubernetes import Pod


class InconsistentAlias(Rule):
    """A name that has another address in other lists of the repository.

    Why: most often an address has changed and one workload was forgotten, so that it still talks to the old server. The
    address that most lists give the name counts as the usual one; of two equally common ones, the first. It runs only
    when it is selected: names may differ by intent. Folders that are environments of their own are named in the config
    (`environments: [overlays/*]`); each is compared with itself alone. Source: the manifests themselves.

    Bad:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames: [db.internal]
          containers: [{name: web, image: web}]
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: worker}
        spec:
          hostAliases:
          - ip: 10.0.0.24
            hostnames:
            - db.internal  # expect: inconsistent-alias
          containers: [{name: worker, image: worker}]

    Good:
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames: [db.internal]
          containers: [{name: web, image: web}]
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: worker}
        spec:
          hostAliases:
          - ip: 10.0.0.25
            hostnames:
            - db.internal
          containers: [{name: worker, image: worker}]

    Fix safety: none; which address is right is a guess.
    """

    name = "inconsistent-alias"
    severity = Severity.INFO
    is_default = False
    looks_elsewhere = True

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        path = pod.object.document.source.path
        index = self.repository.addresses(self.kinds, self.settings.environment_of)
        own = {(node.text.lower(), canonical(alias.ip or "")) for alias in pod.aliases for _, node in alias.names}
        for alias in pod.aliases:
            address = canonical(alias.ip or "")
            for position, node in alias.names:
                if address is None:
                    continue
                usual = index.usual(path, node.text, address)
                # A name that has the usual address here, too, is conflicting-hostname's.
                if usual is not None and (node.text.lower(), usual.address) not in own:
                    lists = "another list" if usual.lists == 1 else f"{usual.lists} other lists"
                    yield self.report(
                        alias,
                        node,
                        f"`{node.text}` is `{alias.ip}` here, but `{usual.address}` in {lists}",
                        help="if it has changed, change it here too",
                        field=alias.field("hostnames", position),
                        related=[Related(usual.span, f"`{usual.address}` here", usual.source)],
                    )
