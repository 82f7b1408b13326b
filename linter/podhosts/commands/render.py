"""`podhosts render`: the hosts file that the kubelet would write for a pod, byte for byte."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from podhosts.commands.obstacles import obstacles
from podhosts.commands.run_settings import Request, RunSettings
from podhosts.commands.selection import describe, require_pods, select_pods
from podhosts.commands.terminal import print_bytes, print_lines, say
from podhosts.commands.usage import FOUND, OK, WRONG_USE, UsageError, choose
from podhosts.hosts.addresses import parse_sloppy
from podhosts.hosts.kubelet import KubeletError, hosts_lines, kernel_host_name
from podhosts.kubernetes.host_names import ordinals
from podhosts.kubernetes.own_hosts_file import own_hosts_file
from podhosts.kubernetes.pod_hosts import Surroundings, pod_hosts
from podhosts.kubernetes.windows import HOSTS_FILE_OF_WINDOWS, host_process, is_windows
from podhosts.records import field, record
from podhosts.reporters.json_text import identity_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.commands.selection import Selection
    from podhosts.hosts.kubelet import HostsLine
    from podhosts.kubernetes import Pod
    from podhosts.repository import Repository

EXAMPLE_POD_IP = "10.244.1.5"
#: Said where no flag gives the pod's address.
EXAMPLE_USED = f"podhosts: no --pod-ip given: {EXAMPLE_POD_IP} stands for the pod's address"
RENDER_FORMATS = ("text", "json")


@record(slots=True)
class RenderRequest:
    """The flags of `podhosts render`, as typed."""

    path: str = "."
    object: str | None = None
    values: list[str] = field(default_factory=list)
    helm_version: str | None = None
    container: str | None = None
    pod_ips: list[str] = field(default_factory=list)
    cluster_domain: str = "cluster.local"
    node_hosts: str | None = None
    index: int | None = None
    kubernetes_version: str | None = None
    trace: bool = False
    #: Pieces of builds, too.
    all: bool = False
    format: str = "text"


@record(frozen=True, slots=True)
class Rendered:
    """One pod's file: its lines with their origins, or why there is none. `container` is the one asked for."""

    pod: Pod
    container: str | None
    lines: tuple[HostsLine, ...]
    own_content: bytes | None = None
    error: str | None = None

    @property
    def content(self) -> bytes:
        return b"".join(line.text for line in self.lines) if self.own_content is None else self.own_content


def run(request: RenderRequest) -> int:
    """Print what is asked for; returns the exit code."""
    try:
        choose("format", request.format, RENDER_FORMATS)
        surroundings = surroundings_of(request)
        selection = select_pods(request.path, request.object, asked_of(request), with_pieces=request.all)
        titles = dict.fromkeys(map(describe, selection.pods))
        if len(titles) > 1 and not selection.is_folder and request.format == "text" and not request.object:
            listed = ", ".join(titles)
            raise UsageError(f"{request.path} has {len(selection.pods)} pods; choose one with --object: {listed}")
        require_pods(selection, request.path)
    except UsageError as error:
        say(f"podhosts: {error}")
        return error.code
    if not request.pod_ips and any(not pod.host_network for pod in selection.pods):
        say(EXAMPLE_USED)
    rendered = [render(pod, surroundings, request.container, selection.repository) for pod in selection.pods]
    for item in rendered:
        _say_what_is_special(item, surroundings, selection)
    comes_up = say_obstacles(selection, request.kubernetes_version)
    _print(rendered, selection, request)
    if selection.failures and not selection.is_folder:
        return WRONG_USE
    return OK if comes_up and not any(item.error for item in rendered) else FOUND


def _print(rendered: list[Rendered], selection: Selection, request: RenderRequest) -> None:
    """The files on stdout, several of them under headers; or all in JSON."""
    if request.format == "json":
        pods = [_as_json(item, selection) for item in rendered]
        print_lines(json.dumps({"version": 1, "pods": pods}, indent=2).split("\n"))
        return
    for item in rendered:
        if len(rendered) > 1:
            print_lines([f"# --- {selection.title(item.pod, item.pod.field())} ---"])
        if request.trace:
            from podhosts.commands.trace import trace

            print_lines(trace(item, selection))
        else:
            print_bytes(item.content)


def asked_of(request: RenderRequest) -> Request:
    """What is asked of charts."""
    return Request(
        values=request.values, helm_version=request.helm_version, kubernetes_version=request.kubernetes_version
    )


def say_obstacles(selection: Selection, kubernetes_version: str | None) -> bool:
    """Say what keeps the pods from running; returns whether all can come up."""
    found = list(obstacles(selection, kubernetes_version))
    for obstacle in found:
        say(obstacle.text)
    return not any(obstacle.stops for obstacle in found)


def surroundings_of(request: RenderRequest) -> Surroundings:
    """What the flags say of the pod's surroundings. Raises UsageError for what makes no sense."""
    for ip in request.pod_ips:
        if parse_sloppy(ip) is None:
            raise UsageError(f"`{ip}` is not an IP address (--pod-ip)")
    version = RunSettings(Request(kubernetes_version=request.kubernetes_version)).version
    node_file = None
    if request.node_hosts is not None:
        try:
            node_file = Path(request.node_hosts).read_bytes()
        except FileNotFoundError:
            # As on a node without the file: the kubelet's own error follows for the pods that need it.
            say(f"podhosts: {request.node_hosts}: No such file or directory (--node-hosts)")
        except OSError as error:
            raise UsageError(f"{request.node_hosts}: {error.strerror} (--node-hosts)") from None
    ips = tuple(request.pod_ips) or (EXAMPLE_POD_IP,)
    return Surroundings(ips, request.cluster_domain, node_file, version, request.index)


def render(pod: Pod, surroundings: Surroundings, container: str | None, repository: Repository) -> Rendered:
    """The file of a pod, or of one of its containers if that brings its own."""
    if container is not None:
        found = next((item for item in pod.containers if item.name == container), None)
        if found is None:
            names = ", ".join(str(item.name) for item in pod.containers) or "none"
            return Rendered(pod, container, (), b"", f"no container `{container}`; there is: {names}")
        own = own_hosts_file(found, repository)
        if own is not None and own.content is None:
            return Rendered(
                pod, container, (), b"", f"its hosts file comes from {own.origin}, which is not in the input"
            )
        if own is not None and own.content is not None:
            return Rendered(pod, container, (), own.content.text.encode("utf-8", "replace"))
    if host_process(pod) is not None:
        return Rendered(pod, container, (), b"", "the kubelet gives a pod with a HostProcess container no hosts file")
    inputs = pod_hosts(pod, surroundings)
    try:
        lines = hosts_lines(inputs)
        kernel_host_name(inputs)
    except KubeletError as error:
        hint = "; give the node's file with --node-hosts" if "no such file" in str(error) else ""
        return Rendered(pod, container, (), b"", f"the container is not created: {error}{hint}")
    return Rendered(pod, container, lines)


def _say_what_is_special(item: Rendered, surroundings: Surroundings, selection: Selection) -> None:
    """On stderr: why there is no file, and containers with a file of their own."""
    name = describe(item.pod)
    if (note := _which_pod(item.pod, surroundings.index)) is not None:
        say(f"podhosts: {name}: {note}")
    if item.error:
        say(f"podhosts: {name}: {item.error}")
    elif is_windows(item.pod):
        say(f"podhosts: {name}: it runs on Windows, where the file is {HOSTS_FILE_OF_WINDOWS}")
    if item.container is None:
        for container in item.pod.containers:
            if (own := own_hosts_file(container, selection.repository)) is not None:
                say(f"podhosts: {name}: container `{container.name}` has its own file, from {own.origin}")


def _which_pod(pod: Pod, index: int | None) -> str | None:
    """What is to be said of the number of a pod, where the spec makes several with names of their own."""
    numbers = ordinals(pod.object) if pod.is_pod_spec else None
    if numbers is None or numbers.count == 1:
        return None
    if index is None:
        return f"this is pod {numbers.first}; --index shows another"
    if numbers.count is not None and numbers.start is not None and index not in numbers:
        made = f"its pods are {numbers.first} to {numbers.last}" if numbers.count else "it has no pods"
        return f"there is no pod {index}: {made}"
    return None


def _as_json(item: Rendered, selection: Selection) -> dict[str, Any]:
    return {
        "path": item.pod.object.document.source.path,
        "object": identity_fields(item.pod.object.identity),
        "field": item.pod.field(),
        "container": item.container,
        "hosts": item.content.decode("utf-8", "replace"),
        "entries": list(_entries(item, selection)),
    }


def _entries(item: Rendered, selection: Selection) -> Iterator[dict[str, Any]]:
    """The aliases in the order of the file, each with the line it begins on and the place it comes from."""
    aliases = item.pod.aliases
    seen: set[int] = set()
    for number, line in enumerate(item.lines, 1):
        if line.alias is None or line.alias in seen:
            continue
        seen.add(line.alias)
        alias = aliases[line.alias]
        source, at = selection.places(alias)[0]
        yield {
            "ip": alias.ip or "",
            "hostnames": [name.text for _, name in alias.names],
            "line": number,
            "origin": {
                "path": source.path,
                "start": {"line": at.line, "column": at.column, "offset": at.offset},
            },
        }
