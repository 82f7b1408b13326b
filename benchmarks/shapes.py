"""Inputs that grow along one axis: whatever a user can have many of. Each shape writes a folder for a count.

The first file of a folder, `a.yaml`, is the one that commands about one file read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    #: Writes the input of a count into an empty folder.
    Shape = Callable[[Path, int], None]

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n"
CONTAINERS = "  containers: [{name: web, image: web}]\n"
_DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web-{number}}}
spec:
  selector: {{matchLabels: {{app: web-{number}}}}}
  template:
    metadata: {{labels: {{app: web-{number}}}}}
    spec:
      hostAliases:
      - {{ip: 10.{high}.{low}.1, hostnames: [{names}]}}
      containers:
      - name: web
        image: registry.example.com/web:1.0
        env: [{{name: A, value: a}}, {{name: B, value: b}}, {{name: C, value: c}}, {{name: D, value: d}}]
"""


def _deployment(number: int, names: str | None = None) -> str:
    given = names if names is not None else f"db-{number}.internal, cache-{number}.internal"
    return _DEPLOYMENT.format(number=number, high=number >> 8, low=number & 255, names=given)


def _address(number: int) -> str:
    return f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"


def _write(folder: Path, text: str) -> None:
    (folder / "a.yaml").write_text(text, "utf-8")


def _write_pod(folder: Path, entries: Iterable[str]) -> None:
    _write(folder, POD + CONTAINERS + "  hostAliases:\n" + "".join(f"  - {entry}\n" for entry in entries))


def names(folder: Path, count: int) -> None:
    """Names of one entry."""
    listed = "".join(f"    - n{number}.example.com\n" for number in range(count))
    _write(folder, POD + CONTAINERS + "  hostAliases:\n  - ip: 10.0.0.1\n    hostnames:\n" + listed)


def repeated_names(folder: Path, count: int) -> None:
    """The same name of one entry, again and again: as many safe fixes."""
    listed = "    - n.example.com\n" * (count + 1)
    _write(folder, POD + CONTAINERS + "  hostAliases:\n  - ip: 10.0.0.1\n    hostnames:\n" + listed)


def entries(folder: Path, count: int) -> None:
    """Entries of a pod, all right."""
    _write_pod(folder, (f"{{ip: {_address(n)}, hostnames: [n{n}.example.com]}}" for n in range(count)))


def findings(folder: Path, count: int) -> None:
    """Entries with a mistake each."""
    _write_pod(folder, (f"{{ip: 10.0.0.{300 + n}, hostnames: [n{n}]}}" for n in range(count)))


def entries_of_one_ip(folder: Path, count: int) -> None:
    """Entries of one address."""
    _write_pod(folder, (f"{{ip: 10.0.0.1, hostnames: [n{n}]}}" for n in range(count)))


def entries_of_one_name(folder: Path, count: int) -> None:
    """Entries of one name."""
    _write_pod(folder, (f"{{ip: {_address(n)}, hostnames: [db.internal]}}" for n in range(count)))


def bare_ipv6(folder: Path, count: int) -> None:
    """Addresses that libyaml refuses in flow collections."""
    _write_pod(folder, (f"{{ip: fe80::{n >> 16:x}:{n & 65535:x}:1, hostnames: [n{n}]}}" for n in range(count)))


def suppressed(folder: Path, count: int) -> None:
    """Suppressed findings."""
    mark = "# podhosts: ignore[invalid-ip] x"
    _write_pod(folder, (f"{{ip: 10.0.0.{300 + n}, hostnames: [n{n}]}} {mark}" for n in range(count)))


def alias_uses(folder: Path, count: int) -> None:
    """Uses of an anchored list of names, one of them wrong."""
    shared = (f"{{ip: {_address(n)}, hostnames: *n}}" for n in range(1, count + 1))
    _write_pod(folder, ("{ip: 10.0.0.0, hostnames: &n [a_b]}", *shared))


def bad_entry_uses(folder: Path, count: int) -> None:
    """Pods that use one anchored entry, which is wrong."""
    first = POD + CONTAINERS + "  hostAliases: [&bad {ip: 10.0.0.256, hostnames: [a]}]\n"
    item = "- " + first.rstrip("\n").replace("\n", "\n  ") + "\n"
    other = item.replace("&bad {ip: 10.0.0.256, hostnames: [a]}", "*bad")
    _write(folder, "apiVersion: v1\nkind: List\nitems:\n" + item + other * count)


def bad_entry_uses_in_one_pod(folder: Path, count: int) -> None:
    """Items of one list that are one anchored entry, which is wrong."""
    _write_pod(folder, ("&bad {ip: 10.0.0.256, hostnames: [a]}", *["*bad"] * count))


def writing_containers(folder: Path, count: int) -> None:
    """Containers whose command writes the hosts file."""
    command = 'command: [sh, -c, "echo 10.0.0.1 a{0} >> /etc/hosts; exec web"]'
    listed = "".join(f"  - {{name: c{n}, image: web, {command.format(n)}}}\n" for n in range(count))
    _write(folder, POD + "  containers:\n" + listed)


def volumes(folder: Path, count: int) -> None:
    """Volumes of a pod, all mounted in one container."""
    mounts = "".join(f"    - {{name: v{n}, mountPath: /etc/v{n}}}\n" for n in range(count))
    listed = "".join(f"  - {{name: v{n}, emptyDir: {{}}}}\n" for n in range(count))
    aliases = "  hostAliases: [{ip: 10.0.0.1, hostnames: [a]}]\n"
    head = "  containers:\n  - name: web\n    image: web\n    volumeMounts:\n"
    _write(folder, POD + aliases + head + mounts + "  volumes:\n" + listed)


def hosts_lines(folder: Path, count: int) -> None:
    """Lines of a ConfigMap's hosts file that a pod mounts."""
    lines = "".join(f"    {_address(n)} n{n}.internal\n" for n in range(count))
    config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: hosts}\ndata:\n  hosts: |\n" + lines
    mount = "volumeMounts: [{name: hosts, mountPath: /etc/hosts, subPath: hosts}]"
    pod = POD + f"  containers: [{{name: web, image: web, {mount}}}]\n"
    pod += "  volumes: [{name: hosts, configMap: {name: hosts}}]\n"
    _write(folder, f"{config}---\n{pod}")


def documents(folder: Path, count: int) -> None:
    """Small documents, every hundredth with aliases."""
    small = "---\napiVersion: v1\nkind: Service\nmetadata: {name: a}\n"
    _write(folder, "".join("---\n" + _deployment(n) if n % 100 == 0 else small for n in range(count)))


def deployments(folder: Path, count: int) -> None:
    """Deployments with aliases in a stream."""
    _write(folder, "---\n".join(_deployment(n) for n in range(count)))


def _list(folder: Path, items: Iterable[str]) -> None:
    listed = "".join("- " + item.rstrip("\n").replace("\n", "\n  ") + "\n" for item in items)
    _write(folder, "apiVersion: v1\nkind: List\nitems:\n" + listed)


def list_items(folder: Path, count: int) -> None:
    """Deployments in a List."""
    _list(folder, (_deployment(n) for n in range(count)))


def list_with_anchor(folder: Path, count: int) -> None:
    """Deployments in a List with one anchor, which cannot be read item by item."""
    _list(folder, (_deployment(n).replace("{name: web-0}", "{name: &a web-0}") for n in range(count)))


def fixable_list_items(folder: Path, count: int) -> None:
    """Deployments in a List with a safe fix each."""
    _list(folder, (_deployment(n, f"db-{n}, db-{n}") for n in range(count)))


def fixable_files(folder: Path, count: int) -> None:
    """Files with a safe fix each."""
    for number in range(count):
        name = "a.yaml" if number == 0 else f"{number}.yaml"
        (folder / name).write_text(_deployment(number, f"db-{number}, db-{number}"), "utf-8")


def files(folder: Path, count: int) -> None:
    """Files with aliases."""
    for number in range(count):
        name = "a.yaml" if number == 0 else f"{number}.yaml"
        (folder / name).write_text(_deployment(number), "utf-8")


def json_items(folder: Path, count: int) -> None:
    """Items of a List in JSON, a hundredth with a mistake."""
    pod = '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"hostAliases":[%s]}}'
    bad = pod % '{"ip":"10.0.0.256","hostnames":["a"]}'
    listed = ",".join(bad if n % 100 == 0 else '{"apiVersion":"v1","kind":"Service"}' for n in range(count))
    _write(folder, f'{{"apiVersion":"v1","kind":"List","items":[{listed}]}}')


def services(folder: Path, count: int) -> None:
    """As many Services as Deployments with aliases that may hide one."""
    service = "apiVersion: v1\nkind: Service\nmetadata: {{name: s{0}}}\n---\n"
    _write(folder, "---\n".join(service.format(n) + _deployment(n, f"s{n}") for n in range(count)))


def template_scalar(folder: Path, count: int) -> None:
    """Characters of a template's scalar that holds one action."""
    text = "{{ .Values.a }}" + "x" * count
    data = f"data:\n  hosts: {text}\n"
    _write(folder, f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\n{data}---\n" + _deployment(0))


def template_lines(folder: Path, count: int) -> None:
    """Lines of a template's block scalar that holds one action each."""
    lines = "".join(f"    {_address(n)} n{n}.{{{{ .Values.domain }}}}\n" for n in range(count))
    head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  hosts: |\n"
    _write(folder, f"{head}{lines}---\n" + _deployment(0))


def long_name(folder: Path, count: int) -> None:
    """Characters of one name, beside a hundred short ones."""
    _write_pod(
        folder,
        ["{ip: 10.0.0.1, hostnames: [%s]}" % ("x" * count)]
        + [f"{{ip: 10.0.1.{n}, hostnames: [n{n}]}}" for n in range(100)],
    )


def overlays(folder: Path, count: int) -> None:
    """Overlays of one base, each with a patch."""
    _kustomization(folder / "base", ["a.yaml"])
    (folder / "base" / "a.yaml").write_text(_deployment(0), "utf-8")
    _write(folder, _deployment(0))
    head = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web-0}\nspec:\n  template:\n    spec:\n"
    for number in range(count):
        target = folder / f"overlay-{number}"
        _kustomization(target, ["../base"], "patches: [{path: patch.yaml}]\n")
        entry = f"      hostAliases: [{{ip: 10.0.1.1, hostnames: [x-{number}]}}]\n"
        (target / "patch.yaml").write_text(head + entry, "utf-8")


def kustomize_levels(folder: Path, count: int) -> None:
    """Levels of bases, each of which is used twice by the level above it: 2^n ways to the lowest one."""
    _kustomization(folder / "0", ["a.yaml"])
    (folder / "0" / "a.yaml").write_text(_deployment(0), "utf-8")
    _write(folder, _deployment(0))
    for level in range(1, count + 1):
        for side in ("left", "right"):
            _kustomization(folder / f"{level}-{side}", [f"../{level - 1}"], f"namePrefix: {side[0]}-\n")
        _kustomization(folder / str(level), [f"../{level}-left", f"../{level}-right"])


def _kustomization(folder: Path, resources: list[str], more: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "kustomization.yaml").write_text(f"resources: [{', '.join(resources)}]\n{more}", "utf-8")
