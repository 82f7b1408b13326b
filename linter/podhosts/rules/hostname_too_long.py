from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.diagnostics import Related, Severity
from podhosts.hosts.kubelet import KubeletError, kernel_host_name
from podhosts.kubernetes.host_names import host_name_node, subdomain_node
from podhosts.kubernetes.pod_hosts import longest_named
from podhosts.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.diagnostics import Diagnostic
    from podhosts.kubernetes import Pod


class HostnameTooLong(Rule):
    """`setHostnameAsFQDN` with a full name of more than 64 bytes.

    Why: Linux takes host names of at most 64 bytes, so the pod never starts: its sandbox fails with `failed to
    construct FQDN from pod hostname and cluster domain`. The API server accepts it. Only where the name is known, with
    the cluster domain `cluster.local`. Source: `reference/kubernetes.md` 4.2, `vectors/kubelet`.

    Bad:
        apiVersion: v1
        kind: Pod
        metadata: {name: web, namespace: production}
        spec:
          hostname: a-host-name-that-is-rather-long
          subdomain: some-subdomain
          setHostnameAsFQDN: true  # expect: hostname-too-long
          containers: [{name: web, image: web}]

    Good:
        apiVersion: v1
        kind: Pod
        metadata: {name: web, namespace: production}
        spec:
          hostname: web
          subdomain: some-subdomain
          setHostnameAsFQDN: true
          containers: [{name: web, image: web}]

    Fix safety: none; a shorter name is a decision.
    """

    name = "hostname-too-long"
    severity = Severity.ERROR

    def check_pod(self, pod: Pod) -> Iterator[Diagnostic]:
        flag = pod.true_flag("setHostnameAsFQDN") if pod.is_pod_spec else None
        inputs = longest_named(pod, self.version) if flag is not None else None
        if flag is None or inputs is None:
            return
        try:
            kernel_host_name(inputs)
        except KubeletError as error:
            # Other errors are those of invalid names, of which invalid-pod-hostname speaks.
            if "FQDN" not in str(error):
                return
            yield self.report(
                pod,
                flag,
                "the full host name has more than 64 bytes",
                why="the pod never starts",
                help="shorten `hostname` or `subdomain`, or remove `setHostnameAsFQDN`",
                field=pod.field("setHostnameAsFQDN"),
                related=[
                    Related(node.span, "part of the full name")
                    for node in (host_name_node(pod, self.version), subdomain_node(pod))
                    if node is not None
                ],
            )
