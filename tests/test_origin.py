"""`# Source:` comments of `helm template`: a message names the template that an object was rendered from."""

from __future__ import annotations

import pytest

from podhosts.baseline.fingerprints import fingerprint
from podhosts.engine import Options, default_selection, lint
from podhosts.source import Source
from tests.manifests import BAD_POD

POD = BAD_POD.decode()


def messages(text: str) -> list[str]:
    result = lint(Source("rendered.yaml", text.encode()), Options(selected=default_selection()))
    return [finding.message for finding in result.findings]


def test_each_object_names_its_template() -> None:
    text = (
        f"---\n# Source: web/templates/pod.yaml\n{POD}"
        f"---\n# Source: web/charts/db/templates/pod.yaml\n# a comment of the template's own\n\n{POD}---\n{POD}"
    )
    first, second, third = messages(text)
    assert first.endswith(" (rendered from web/templates/pod.yaml)")
    assert second.endswith(" (rendered from web/charts/db/templates/pod.yaml)")
    assert "rendered from" not in third


def test_windows_line_ends() -> None:
    (message,) = messages(f"---\r\n# Source: web/templates/pod.yaml\r\n{POD}")
    assert message.endswith(" (rendered from web/templates/pod.yaml)")


@pytest.mark.parametrize(
    "above",
    [
        "# Source: https://example.com/pod.yaml\n",
        "# Source: a page about templates\n",
        "# see web/templates/pod.yaml\n",
    ],
)
def test_other_comments_are_no_origin(above: str) -> None:
    assert "rendered from" not in messages(above + POD)[0]


def test_a_comment_further_down_is_no_origin() -> None:
    assert "rendered from" not in messages(f"{POD}# Source: web/templates/pod.yaml\n")[0]


def test_the_fingerprint_is_that_of_the_object() -> None:
    """A baseline holds, wherever the object was rendered from."""
    options = Options(selected=default_selection())
    bare = lint(Source("a.yaml", POD.encode()), options).findings
    rendered = lint(Source("a.yaml", f"# Source: web/templates/pod.yaml\n{POD}".encode()), options).findings
    assert list(map(fingerprint, bare)) == list(map(fingerprint, rendered))
