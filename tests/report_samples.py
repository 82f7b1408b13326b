"""The findings that every output format is tried with: all severities, fixes, related places, and hostile text.

Their words and fixes are made here: no golden file of a format holds the text of a rule.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from podhosts.diagnostics import Severity
from podhosts.edits import Edit, Fix, Safety
from podhosts.engine import Options, Result, Unread, default_selection, lint
from podhosts.kubernetes import KubernetesVersion
from podhosts.records import replace
from podhosts.reporters.report import Repair, Report
from podhosts.source import Position, Source, Span

if TYPE_CHECKING:
    from podhosts.diagnostics import Diagnostic

#: Paths and values that some format must escape.
NAME = "k8s/ünï, 100% a:b.yaml"
HOSTILE_NAME = "k8s/new\nline <b>|`c`&.yaml"
MANIFEST = """\
apiVersion: v1
kind: Pod
metadata: {name: "wéb", namespace: shop}
spec:
  hostAliases:
  - {ip: 10.0.0.256, hostnames: [db.internal, db.internal]}
  - ip: "2001:DB8::25"
    hostnames: [cache.internal]  # 日本語
  - {ip: 10.0.0.9, hostnames: ["日本語", 日本.internal, ok.internal]}  # podhosts: ignore[invalid-hostname] *is* <known>
  containers: [{name: web, image: web}]
"""
HOSTILE = """\
apiVersion: v1
kind: List
items:
- apiVersion: apps/v1
  kind: Deployment
  metadata: {name: a</script><script>alert(1)</script>}
  spec:
    template:
      spec:
        hostAliases:
        - ip: "|`<img src=x onerror=alert(2)>`|\\e[31m]]>&amp;\\uFFFE"
          hostnames: [x.internal]
        - ip: ${ADDRESS}
          hostnames: [y.internal]
- {apiVersion: v1, kind: Pod, metadata: {name: clean}, spec: {hostAliases: [{ip: 10.0.0.1, hostnames: [z.internal]}]}}
---
{apiVersion: v1, kind: Pod, spec: {hostAliases: [
"""


#: The value in backticks at the beginning of a message.
_VALUE = re.compile(r"\A`.*`(?= )", re.DOTALL)


class SampleSettings(NamedTuple):
    version: KubernetesVersion = KubernetesVersion()
    fail_on: str = "warning"


def sample_result() -> Result:
    """What linting the samples gives, in words and with fixes that are no rule's own."""
    options = Options(selected=default_selection(), lists_objects=True)
    result = Result()
    for name, text in ((NAME, MANIFEST), (HOSTILE_NAME, HOSTILE)):
        result.extend(lint(Source(name, text.encode()), options))
    fixes = {"duplicate-hostname": remove_second_name(), "non-canonical-ip": canonical_spelling()}
    result.findings = [replace(in_other_words(finding), fix=fixes.get(finding.rule)) for finding in result.findings]
    result.suppressed = [replace(item, finding=in_other_words(item.finding)) for item in result.suppressed]
    result.unread.append(Unread("missing, \x1b[31m.yaml", "cannot be opened: No such file or directory", 1, None, None))
    result.sort()
    return result


def in_other_words(finding: Diagnostic) -> Diagnostic:
    """The finding with words of the samples; the value in its message stays, as formats must escape it."""
    value = _VALUE.search(finding.message)
    shown = value[0] if value else "this"
    return replace(
        finding,
        message=f"{shown} is wrong",
        why=f"nobody reads {shown}" if finding.why else "",
        help="write `something else`, or remove it" if finding.help else "",
        related=tuple(replace(related, message="the other one") for related in finding.related),
    )


def sample_report() -> Report:
    repair = Repair("k8s/web.yaml", Position(7, 5, 90), "duplicate-hostname", "Remove the second `a.example.com`")
    return Report(sample_result(), SampleSettings(), "/srv/repository", (repair,))


def remove_second_name() -> Fix:
    at = MANIFEST.index(", db.internal")
    return Fix("Remove the second `db.internal`", (Edit(Span(at, at + len(", db.internal")), ""),))


def canonical_spelling() -> Fix:
    """Two edits, of which the second stands behind wide characters."""
    at, comment = MANIFEST.index("2001:DB8::25"), MANIFEST.index("本語\n")
    edits = (Edit(Span(at, at + 12), "2001:db8::25"), Edit(Span(comment, comment + 1), "x\ny"))
    return Fix("Write `2001:db8::25`", edits, Safety.UNSAFE)


def many_findings(count: int) -> Report:
    """A report of one finding, many times."""
    result = sample_result()
    finding = next(item for item in result.findings if item.severity is Severity.ERROR)
    result.findings = [replace(finding, message=f"message {number}") for number in range(count)]
    return Report(result, SampleSettings(), "/srv/repository")
