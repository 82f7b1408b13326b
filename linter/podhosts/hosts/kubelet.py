"""The hosts file the kubelet writes for a pod, byte for byte, and the host names that go into it.

Facts: `reference/kubernetes.md` 3 and 4.2; `vectors/kubelet` (the kubelet's own functions, 1.36.3) and
`vectors/kubelet-hosts.json`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from podhosts.hosts.encoding import to_bytes
from podhosts.hosts.names import MAX_LABEL_BYTES, MAX_OVERRIDE_BYTES, label_refusals, subdomain_refusals
from podhosts.records import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

HOSTS_PATH = "/etc/hosts"

_HEADER = b"# Kubernetes-managed hosts file.\n"
_HOST_NETWORK_HEADER = b"# Kubernetes-managed hosts file (host network).\n"
_LOOPBACK_LINES = (
    b"127.0.0.1\tlocalhost\n",
    b"::1\tlocalhost ip6-localhost ip6-loopback\n",
    b"fe00::0\tip6-localnet\n",
    b"fe00::0\tip6-mcastprefix\n",
    b"fe00::1\tip6-allnodes\n",
    b"fe00::2\tip6-allrouters\n",
)
_ALIASES_HEADER = b"\n# Entries added by HostAliases.\n"

COMMENTS = frozenset(header.decode().strip("#\n ") for header in (_HEADER, _HOST_NETWORK_HEADER, _ALIASES_HEADER))
"""The comments that the kubelet writes, without the `#`."""

BUILT_IN_NAMES = frozenset(
    ("localhost", "ip6-localhost", "ip6-loopback", "ip6-localnet", "ip6-mcastprefix", "ip6-allnodes", "ip6-allrouters")
)
"""The names that the kubelet's own lines give an address in every pod-network pod."""

_GO_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
}

Origin = Literal["boilerplate", "pod", "node", "alias"]


class KubeletError(Exception):
    """The kubelet gives up before it writes a file: the container is never created. The text is the kubelet's own."""


@record(frozen=True, slots=True)
class Alias:
    """An entry of `spec.hostAliases`, as decoded: nothing checked, nothing trimmed. Missing `hostnames` are `()`."""

    ip: str
    hostnames: tuple[str, ...] = ()


@record(frozen=True, slots=True)
class PodHosts:
    """All that the kubelet looks at when it writes a pod's hosts file.

    `hostname_override` None means unset; the empty string is an (invalid) override. `hostname_override_gate` is the
    feature gate, on since 1.35. `node_file` is the node's `/etc/hosts`, None if there is none; only host-network pods
    read it.
    """

    pod_name: str
    namespace: str = "default"
    hostname: str = ""
    subdomain: str = ""
    cluster_domain: str = "cluster.local"
    hostname_override: str | None = None
    hostname_override_gate: bool = True
    set_hostname_as_fqdn: bool = False
    host_network: bool = False
    pod_ips: tuple[str, ...] = ()
    aliases: tuple[Alias, ...] = ()
    node_file: bytes | None = None


@record(frozen=True, slots=True)
class HostsLine:
    """One line of the file, its LF included, and what brought it there.

    `alias` is the index in `PodHosts.aliases` for the origin `alias`, else None. An alias that holds a line feed makes
    several lines.
    """

    text: bytes
    origin: Origin
    alias: int | None = None


def host_name_and_domain(pod: PodHosts) -> tuple[str, str]:
    """The host name in the pod's own line, and the domain ("" if there is none).

    Raises `KubeletError` for an invalid override, hostname or subdomain, and for a name of which the cut to 63 bytes
    leaves nothing. Source: `reference/kubernetes.md` 4.2.
    """
    if pod.hostname_override_gate and pod.hostname_override is not None:
        _refuse_if("HostnameOverride", "DNS subdomain", pod.hostname_override, subdomain_refusals)
        # An override knows no domain, whatever spec.subdomain says.
        return _truncate(pod.pod_name, pod.hostname_override), ""
    hostname = pod.pod_name
    if pod.hostname:
        _refuse_if("Hostname", "DNS label", pod.hostname, label_refusals)
        hostname = pod.hostname
    hostname = _truncate(pod.pod_name, hostname)
    if not pod.subdomain:
        return hostname, ""
    _refuse_if("Subdomain", "DNS label", pod.subdomain, label_refusals)
    return hostname, f"{pod.subdomain}.{pod.namespace}.svc.{pod.cluster_domain}"


def kernel_host_name(pod: PodHosts) -> str | None:
    """The output of `hostname` in the pod; None for a host-network pod, where it is the node's name.

    Raises `KubeletError` as `host_name_and_domain` does, and for `setHostnameAsFQDN` with a name of more than 64 bytes
    (the pod never starts). The hosts file is the same with and without `setHostnameAsFQDN`. Source:
    `reference/kubernetes.md` 4.2.
    """
    hostname, domain = host_name_and_domain(pod)
    if pod.host_network:
        return None
    if not (pod.set_hostname_as_fqdn and domain):
        return hostname
    name = f"{hostname}.{domain}"
    size = len(to_bytes(name))
    if size > MAX_OVERRIDE_BYTES:
        raise KubeletError(
            f"failed to construct FQDN from pod hostname and cluster domain, FQDN {name} is too long"
            f" ({MAX_OVERRIDE_BYTES} characters is the max, {size} characters requested)"
        )
    return name


def hosts_file(pod: PodHosts) -> bytes:
    """The file, byte for byte. A pod-network pod without addresses gets none; this is then what would be written.

    Raises `KubeletError` as `host_name_and_domain` does, and for a host-network pod on a node without `/etc/hosts`.
    """
    return b"".join(line.text for line in hosts_lines(pod))


def hosts_lines(pod: PodHosts) -> tuple[HostsLine, ...]:
    """`hosts_file` line by line, each with its origin; raises the same errors."""
    # An invalid name stops a host-network pod too, although its file does not show it.
    hostname, domain = host_name_and_domain(pod)
    if not pod.host_network:
        return pod_network_lines(pod.pod_ips, hostname, domain, pod.aliases)
    if pod.node_file is None:
        raise KubeletError(f"open {HOSTS_PATH}: no such file or directory")
    return host_network_lines(pod.node_file, pod.aliases)


def pod_network_lines(
    pod_ips: Iterable[str], hostname: str, domain: str, aliases: Sequence[Alias]
) -> tuple[HostsLine, ...]:
    """The file of a pod with its own network: the kubelet's lines, one line a pod address, then the aliases."""
    name = f"{hostname}.{domain}\t{hostname}" if domain else hostname
    pieces = [HostsLine(line, "boilerplate") for line in (_HEADER, *_LOOPBACK_LINES)]
    pieces += [HostsLine(to_bytes(f"{ip}\t{name}\n"), "pod") for ip in pod_ips]
    pieces += _alias_pieces(aliases)
    return tuple(_split_lines(pieces))


def host_network_lines(node_file: bytes, aliases: Sequence[Alias]) -> tuple[HostsLine, ...]:
    """The file of a host-network pod: a header, the node's bytes untouched, then the aliases. No line for the pod."""
    pieces = [HostsLine(_HOST_NETWORK_HEADER, "boilerplate"), HostsLine(node_file, "node"), *_alias_pieces(aliases)]
    return tuple(_split_lines(pieces))


def alias_line(alias: Alias) -> bytes:
    """The line of one hostAliases entry: address and names as typed, joined by tabs; without names, address and tab."""
    return to_bytes(f"{alias.ip}\t" + "\t".join(alias.hostnames) + "\n")


def mounts_hosts_file(mount_path: str) -> bool:
    """True if a volumeMount with this `mountPath` keeps the kubelet's file, aliases included, out of its container.

    Only the exact text `/etc/hosts` does. After `/etc/hosts/`, `/etc//hosts` or `/etc` the kubelet's mount comes as
    well, last. Source: `reference/kubernetes.md` 3.1.
    """
    return mount_path == HOSTS_PATH


def _refuse_if(field: str, form: str, value: str, refusals: Callable[[str], list[str]]) -> None:
    if messages := refusals(value):
        raise KubeletError(f"pod {field} {_quote(value)} is not a valid {form}: {';'.join(messages)}")


def _truncate(pod_name: str, hostname: str) -> str:
    encoded = to_bytes(hostname)
    if len(encoded) <= MAX_LABEL_BYTES:
        return hostname
    cut = encoded[:MAX_LABEL_BYTES].rstrip(b"-.")
    if not cut:
        raise KubeletError(f"hostname for pod {_quote(pod_name)} was invalid: {_quote(hostname)}")
    # The cut may fall inside a character (of a name that the API refuses): the file then holds the torn bytes.
    return cut.decode("utf-8", "surrogateescape")


def _alias_pieces(aliases: Sequence[Alias]) -> Iterator[HostsLine]:
    if aliases:
        yield HostsLine(_ALIASES_HEADER, "boilerplate")
    for index, alias in enumerate(aliases):
        yield HostsLine(alias_line(alias), "alias", index)


def _split_lines(pieces: Iterable[HostsLine]) -> Iterator[HostsLine]:
    """Cut pieces at line feeds and join what shares a line; a line belongs to the piece in which it begins.

    They share a line where a node file has no LF at its end: the aliases block begins with one.
    """
    open_line: list[bytes] = []
    opener = HostsLine(b"", "boilerplate")
    for piece in pieces:
        *complete, rest = piece.text.split(b"\n")
        for text in complete:
            owner = opener if open_line else piece
            yield HostsLine(b"".join((*open_line, text, b"\n")), owner.origin, owner.alias)
            open_line = []
        if rest:
            opener = opener if open_line else piece
            open_line.append(rest)
    if open_line:
        yield HostsLine(b"".join(open_line), opener.origin, opener.alias)


def _quote(text: str) -> str:
    """Text as Go's %q writes it: in double quotes, with escapes for all that does not print."""
    return '"' + "".join(map(_quote_character, text)) + '"'


def _quote_character(character: str) -> str:
    if character in _GO_ESCAPES:
        return _GO_ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
