"""Manifests under other names than `*.yaml`, given by name: templates of Jinja and Terraform, `.manifest`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.running import podhosts

if TYPE_CHECKING:
    from pathlib import Path

JINJA = """\
apiVersion: v1
kind: Pod
metadata: {name: "{{ name }}"}
spec:
  hostAliases:
  - ip: 192.0.2.256
    hostnames: [a]
{% for host in hosts %}
  - ip: {{ host.ip }}
    hostnames: [{{ host.name }}, a_b]
{% endfor %}
"""
TERRAFORM = JINJA.replace("{{ ", "${").replace(" }}", "}").replace("{% ", "%{ ").replace(" %}", " ~}").replace('"', "")
BRANCHES = """\
apiVersion: v1
kind: Pod
metadata: {name: $${web}}
spec:
  hostAliases:
%{ if is_near ~}
  - ip: 192.0.2.1
    hostnames: [a]
%{ else ~}
  - ip: 192.0.2.1
    hostnames: [b, "%%{"]
%{ endif }
  - ip: 192.0.2.1
    hostnames: ["${names["}"]}"]
"""


def found(folder: Path, name: str, text: str) -> list[str]:
    (folder / name).write_text(text)
    return podhosts("check", "--format", "concise", name, cwd=folder).stdout.decode().splitlines()


@pytest.mark.parametrize(
    ("name", "text"),
    [("pod.j2", JINJA), ("pod.yaml.j2", JINJA), ("pod.tftpl", TERRAFORM), ("pod.yaml.tftpl", TERRAFORM)],
)
def test_a_template_given_by_name(tmp_path: Path, name: str, text: str) -> None:
    address, host_name = found(tmp_path, name, text)
    assert address.startswith(f"{name}:6:9: error: `192.0.2.256` is not an IP address")
    column = text.splitlines()[9].index("a_b") + 1
    assert host_name.startswith(f"{name}:10:{column}: error: `a_b` is not a valid host name")


def test_directives_of_terraform_make_branches(tmp_path: Path) -> None:
    """An entry under one condition is compared with one that is always printed, not with one under another."""
    text = BRANCHES.replace("$${web}", "web")
    lines = found(tmp_path, "pod.tftpl", text)
    assert [line.partition(";")[0] for line in lines if "[duplicate-ip]" in line] == [
        "pod.tftpl:13:9: error: `192.0.2.1` is already the `ip` of entry 1"
    ]


def test_what_terraform_prints_as_it_stands_excuses_nothing(tmp_path: Path) -> None:
    (line,) = found(tmp_path, "pod.tftpl", BRANCHES)
    assert line.startswith("pod.tftpl:3:")
    assert line.endswith("[syntax-error]")


def test_elsewhere_such_text_is_no_template(tmp_path: Path) -> None:
    (line,) = found(tmp_path, "pod.yaml", TERRAFORM)
    assert line.endswith("[syntax-error]")


@pytest.mark.parametrize("name", ["pod.manifest", "pod.yaml.erb", "pod"])
def test_a_manifest_under_another_name(tmp_path: Path, name: str) -> None:
    text = JINJA.partition("{% for")[0].replace("{{ name }}", "web")
    (line,) = found(tmp_path, name, text)
    assert line.startswith(f"{name}:6:9: error: `192.0.2.256` is not an IP address")
