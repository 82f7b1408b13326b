"""The plugins of the official CoreDNS image, and which of them answer what `hosts` passes on."""

from __future__ import annotations

_NAMES = """
root metadata geoip cancel proxyproto quic grpc_server https https3 timeouts multisocket reload nsid bufsize bind debug
trace ready health pprof shed prometheus errors log dnstap local dns64 any chaos loadbalance tsig rewrite autopath acl
cache header dnssec tls minimal template transfer hosts route53 azure clouddns k8s_external kubernetes file auto
secondary etcd loop forward grpc erratic whoami on sign view nomad proxy federation startup
"""
PLUGINS = frozenset(_NAMES.split())
"""The names of all plugins."""

ANSWERING = frozenset(
    ("auto", "azure", "clouddns", "erratic", "etcd", "file", "forward", "grpc", "k8s_external", "kubernetes", "nomad",
     "proxy", "route53", "secondary", "whoami")
)  # fmt: skip
"""Those that come after `hosts` in CoreDNS' fixed order and could answer."""
