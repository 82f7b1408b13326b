"""Manifests in Markdown and AsciiDoc pages: `--markdown` finds what a file of their own would show, at its place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podhosts.engine import Options, default_selection, lint
from podhosts.rules import RULES
from podhosts.source import Source
from tests.manifests import BAD_POD, GOOD_POD
from tests.paths import ROOT
from tests.running import podhosts

if TYPE_CHECKING:
    from pathlib import Path

    from podhosts.engine import Result

BAD = BAD_POD.decode()
BAD_LIST = "hostAliases:\n- ip: 10.0.0.256\n  hostnames: [db.internal]\n"


def check(name: str, text: str) -> Result:
    return lint(Source(name, text.encode()), Options(selected=default_selection(), markdown=True))


def places(name: str, text: str) -> list[tuple[int, int, str]]:
    """Line, column and rule of each finding; the marked text is always the address."""
    found = []
    for finding in check(name, text).findings:
        assert finding.source.cut(finding.span) == "10.0.0.256"
        at = finding.source.position(finding.span.start)
        found.append((at.line, at.column, finding.rule))
    return found


def addresses(text: str) -> list[tuple[int, int, str]]:
    """Where the bad address stands in a page."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [
        (number, line.index("10.0.0.256") + 1, "invalid-ip")
        for number, line in enumerate(lines, 1)
        if "10.0.0.256" in line
    ]


def indented(text: str, by: str) -> str:
    return "".join(by + line for line in text.splitlines(keepends=True))


@pytest.mark.parametrize(
    "info",
    ["yaml", "yml", "YAML", 'yaml title="pod.yaml"', "yaml{3,4}", "{.yaml .numberLines}", "yaml+jinja", "kubernetes",
     "{code-block} yaml"],
)  # fmt: skip
@pytest.mark.parametrize("mark", ["```", "~~~", "`````"])
def test_fences(info: str, mark: str) -> None:
    page = f"# A page\n\ntext\n\n{mark}{info}\n{BAD}{mark}\n\nmore\n\n{mark}{info}\n{BAD_LIST}{mark}\n"
    assert places("page.md", page) == addresses(page)
    assert len(addresses(page)) == 2


@given(
    before=st.lists(st.sampled_from(["text", "", "# heading", "- item", "日本 \U0001f600", "***"]), max_size=5),
    indent=st.sampled_from(["", "  ", "   "]),
    line_break=st.sampled_from(["\n", "\r\n", "\r"]),
    closed=st.booleans(),
    bom=st.sampled_from(["", "\ufeff"]),
)
def test_lines_and_columns_are_those_of_the_page(
    before: list[str], indent: str, line_break: str, closed: bool, bom: str
) -> None:
    fence = f"```yaml\n{BAD}" + ("```\n" if closed else "")
    page = "".join(f"{line}\n" for line in before) + "\n" + indented(fence, indent)
    page = page.replace("\n", line_break)
    assert places("page.md", bom + page) == addresses(page)


@pytest.mark.parametrize(
    "page",
    [
        f"1. first\n\n   ```yaml\n{indented(BAD, '   ')}   ```\n",
        f'=== "Tab"\n\n    ```yaml\n{indented(BAD, "    ")}    ```\n',
        f"!!! note\n\n    - item\n\n        ```yaml\n{indented(f'{BAD}---{chr(10)}{BAD}', '        ')}        ```\n",
        f"---\ntitle: front matter\n---\n\n```yaml\n---\n{BAD}---\n{GOOD_POD.decode()}---\n{BAD}```\n",
        f"```json\n{json.dumps({'hostAliases': [{'ip': '10.0.0.256', 'hostnames': ['a']}]}, indent=1)}\n```\n",
    ],
    ids=["list", "tab", "two documents, indented", "three documents", "json"],
)
def test_fences_in_other_blocks(page: str) -> None:
    expected = [(line, column - page.count('"10.0.0.256"'), rule) for line, column, rule in addresses(page)]
    found = [
        (finding.source.position(finding.span.start).line, finding.source.position(finding.span.start).column)
        for finding in check("page.md", page).findings
    ]
    assert found == [(line, column) for line, column, _ in expected]


@pytest.mark.parametrize(
    "block",
    [
        "```sh\ncat > pod.yaml <<EOF\nhostAliases: [\nEOF\n```\n",
        f"```text\n{BAD}```\n",
        f"```\n{BAD_LIST}```\n",
        f"{BAD}\n",
        f"```go\nHostAliases: []corev1.HostAlias{{}},\n{BAD}```\n",
        f"```\n$ kubectl get pod web -o yaml\n{BAD}```\n",
        f"```sh\ncat <<EOF\n{BAD}EOF\n```\n",
        f"    name: x\n{indented(BAD, '    ')}\n",
        "`hostAliases: [`\n",
        "```yaml\n# hostAliases:\n# - ip: 10.0.0.256\n```\n",
        "```yaml\nhostAliases:\n- ip: <your address>\n  hostnames: [<name>]\n```\n",
    ],
)
def test_what_is_no_manifest(block: str) -> None:
    assert check("page.md", f"# hostAliases\n\n{block}").findings == []


@pytest.mark.parametrize(
    "block",
    [
        "```yaml\nspec:\n  hostAliases:\n  - ip: 10.0.0.25\n    ...\n  more: [\n```\n",
        "```yaml\nhostAliases:\n  - ip: 10.0.0.25\n hostnames: [a]\n```\n",
        "> ```yaml\n> hostAliases: [{ip: 10.0.0.256}]\n> ```\n",
        "    ```yaml\n    hostAliases:\n  - ip: 10.0.0.256\n    ```\n",
        "```yaml\n--- pod.yaml\nhostAliases: []\n```\n",
    ],
    ids=["fragment", "indentation", "quoted", "outdented line", "separator"],
)
def test_a_block_that_cannot_be_read_is_listed(block: str) -> None:
    """Never a syntax error: documentation shows parts of manifests."""
    result = check("page.md", f"text\n\n{block}")
    assert result.findings == []
    assert [(item.reason, item.count) for item in result.unread] == [("code blocks that are not YAML by themselves", 1)]


@pytest.mark.parametrize(
    "page",
    [
        f"```\n{BAD}```\n",
        f"```\n# pod.yaml\n---\n{BAD}```\n",
        f"```sh\n$ kubectl apply -f - <<EOF\n{BAD}EOF\n$ kubectl get pods\n```\n",
        f"```bash\ncat <<'EOF' | kubectl create -n x -f -\n{BAD}EOF\n```\n",
        f"```console\ncat > pod.yaml << EOF\n{BAD}EOF\ncat > x.txt << EOF\n{GOOD_POD.decode()}EOF\n```\n",
        f"- item\n\n  ```sh\n{indented(f'oc apply -f- <<-E{chr(10)}{BAD}E{chr(10)}', '  ')}  ```\n",
        f"{{{{< highlight yaml >}}}}\n{BAD}{{{{< /highlight >}}}}\n",
        f'{{{{< highlight yaml "linenos=table" >}}}}\n{BAD}{{{{< / highlight >}}}}\n',
        f"{{% highlight yaml %}}\n{BAD}{{% endhighlight %}}\n\n```yaml\n{BAD_LIST}```\n",
        f"Text:\n\n{indented(BAD, '    ')}\nmore text\n\n```yaml\n{BAD_LIST}```\n\n{indented(BAD, '    ')}",
    ],
)
def test_manifests_that_are_shown_otherwise(page: str) -> None:
    """Blocks of no language, here-documents for kubectl or a file, highlighted and indented text."""
    assert places("page.md", page) == addresses(page)
    assert places("page.mdx", page) == addresses(page)
    assert check("page.md", page).unread == []


@pytest.mark.parametrize(
    "block",
    [
        f"```\n{BAD_LIST}```\n",
        f"```text\n{BAD}```\n",
        f"```diff\n+{BAD_LIST}```\n",
        f"```sh\ncat <<EOF | envsubst\n{BAD}EOF\n```\n",
        f"```\n$ kubectl get pod web -o yaml\n{BAD}```\n",
    ],
)
def test_a_list_in_a_block_of_another_kind_is_listed(block: str) -> None:
    result = check("page.md", block)
    assert result.findings == []
    assert [(item.reason, item.count) for item in result.unread] == [("code blocks that are not YAML by themselves", 1)]


def test_asciidoc_blocks_without_a_language() -> None:
    page = f"= Title\n\n----\n{BAD}----\n\n[source,shell]\n----\n$ kubectl apply -f - <<EOF\n{BAD}EOF\n----\n"
    assert places("page.adoc", page) == addresses(page)


def test_placeholders_and_suppressions_in_a_fence() -> None:
    page = (
        "```yaml\nhostAliases:\n- ip: ${DB_IP}\n  hostnames: [a]\n"
        "- ip: 10.0.0.256  # podhosts: ignore[invalid-ip] shown on purpose\n  hostnames: [b]\n```\n"
    )
    result = check("page.md", page)
    assert result.findings == []
    assert len(result.suppressed) == 1
    assert [item.count for item in result.unread] == [1]


ASCIIDOC = """\
= Title

.A title
[source,yaml]
----
hostAliases:
- ip: 10.0.0.256 # <1>
  hostnames: [db.internal] <2> <3>
- ip: 10.0.0.25 <.>
  hostnames:
  - cache.internal <4>
- ip: {server-ip}
  hostnames: ["{name}.internal"]
----
<1> A callout.

[source%linenums, yaml, subs="attributes+"]
.A title
[[anchor]]
-----
hostAliases: [{ip: 10.0.0.256, hostnames: [a]}]
----
-----

[,yaml]
....
hostAliases: [{ip: 10.0.0.256, hostnames: [a]}]
....

[source,bash]
----
hostAliases: [{ip: 10.0.0.256, hostnames: [a]}]
----

[source,yaml]
A paragraph.

----
hostAliases: [{ip: 10.0.0.256, hostnames: [a]}]
----

```yaml
hostAliases: [{ip: 10.0.0.256, hostnames: [a]}]
```
"""


def test_asciidoc() -> None:
    """Callouts and attributes are marks of AsciiDoc; the report shows the page as it is."""
    result = check("page.adoc", ASCIIDOC)
    found = [finding.source.position(finding.span.start).line for finding in result.findings]
    assert found == [7, 27, 43]
    assert all(finding.source.text == ASCIIDOC for finding in result.findings)
    assert [(item.reason, item.count) for item in result.unread] == [
        ("values that a template or placeholder decides", 2),
        # One of them ends early, two are of another language or none and hold a list.
        ("code blocks that are not YAML by themselves", 3),
    ]


def test_folder_with_and_without_the_flag(tmp_path: Path) -> None:
    for name in ("a.md", "b.markdown"):
        (tmp_path / name).write_text(f"```yaml\n{BAD}```\n")
    for name in ("c.adoc", "d.ASCIIDOC"):
        (tmp_path / name).write_text(f"[source,yaml]\n----\n{BAD}----\n")
    (tmp_path / "e.yaml").write_text(GOOD_POD.decode())
    done = podhosts("check", "--markdown", ".", cwd=tmp_path)
    lines = done.stdout.decode().splitlines()
    assert [line.split(" ")[0] for line in lines] == ["a.md:7:9:", "b.markdown:7:9:", "c.adoc:8:9:", "d.ASCIIDOC:8:9:"]
    assert done.returncode == 1
    assert podhosts("check", ".", cwd=tmp_path).returncode == 0
    listed = podhosts("check", "--markdown", "--list-files", ".", cwd=tmp_path).stdout.decode().split()
    assert listed == ["a.md", "b.markdown", "c.adoc", "d.ASCIIDOC", "e.yaml"]


def test_named_page_and_stdin(tmp_path: Path) -> None:
    page = f"text: with a colon: here\n\n```yaml\n{BAD}```\n"
    (tmp_path / "page.md").write_text(page)
    assert b"page.md:9:9: error" in podhosts("check", "--markdown", "page.md", cwd=tmp_path).stdout
    # Without the flag nothing of it is YAML.
    without = podhosts("check", "page.md", cwd=tmp_path)
    assert (without.returncode, without.stdout) == (0, b"")
    assert b"not read: a page, whose code blocks `--markdown` reads" in without.stderr
    assert podhosts("check", "--strict", "page.md", cwd=tmp_path).returncode == 1
    (tmp_path / "other.md").write_text("# Nothing: about\n- it\n")
    assert podhosts("check", "--strict", "other.md", cwd=tmp_path).returncode == 0
    done = podhosts("check", "--markdown", "-", "--stdin-filename", "x.md", stdin=page.encode(), cwd=tmp_path)
    assert b"x.md:9:9: error" in done.stdout


def test_the_pages_of_rules() -> None:
    """docs/rules shows a bad example of each rule: reading a page finds it, and nothing in the good one."""
    everything = Options(selected=frozenset(rule.name for rule in RULES), markdown=True)
    found = set()
    for path in sorted((ROOT / "docs" / "rules").glob("*.md")):
        page = path.read_text("utf-8")
        lines = page.split("\n")
        for finding in lint(Source(path.name, page.encode()), everything).findings:
            line = finding.source.position(finding.span.start).line
            example = next(text for text in reversed(lines[:line]) if text.startswith("## "))
            # Whether Knative is asked to take the list, another object says; and a chart is more than one file.
            assert example == "## Bad" or finding.rule == "feature-disabled" or "unprinted" in path.name
            if path.stem == finding.rule:
                found.add(finding.rule)
    # What is not YAML is a fragment on a page, and other objects and files are looked up in files of manifests only.
    elsewhere = {"build-error", "shadowed-service", "inconsistent-alias", "unprinted-host-aliases"}
    assert {rule.name for rule in RULES} - found == {"syntax-error", *elsewhere}


def test_a_page_with_thousands_of_blocks() -> None:
    page = "[source,yaml]\n----\nhostAliases: [\n----\n" * 3000
    assert [item.count for item in check("page.adoc", page).unread] == [3000]
