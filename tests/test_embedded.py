"""Manifests inside strings: findings at the true place of the outer file, whatever the string's style."""

from __future__ import annotations

import json

import pytest

from podhosts.engine import Options, default_selection, lint
from podhosts.source import Source

INNER = """\
apiVersion: v1
kind: Pod
metadata: {name: inner}
spec:
  hostAliases:
  - ip: 10.0.0.256
    hostnames: [a, a]
"""
OUTER = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: outer}\ndata:\n"


def findings(text: str) -> list[tuple[int, int, str, str]]:
    result = lint(Source("outer.yaml", text.encode()), Options(selected=default_selection()))
    found = []
    for finding in result.findings:
        at = finding.source.position(finding.span.start)
        found.append((at.line, at.column, finding.rule, finding.source.cut(finding.span)))
    return found


def indented(text: str, blanks: int) -> str:
    return "".join(f"{' ' * blanks}{line}" for line in text.splitlines(keepends=True))


@pytest.mark.parametrize("header", ["|", "|-", "|+", "|  # a comment", "&x |"])
def test_block_scalars(header: str) -> None:
    assert findings(f"{OUTER}  pod.yaml: {header}\n{indented(INNER, 4)}") == [
        (11, 13, "invalid-ip", "10.0.0.256"),
        (12, 24, "duplicate-hostname", "a"),
    ]


def test_quoted_string() -> None:
    text = f"{OUTER}  pod.yaml: {json.dumps(INNER)}\n"
    assert [(line, rule, marked) for line, _, rule, marked in findings(text)] == [
        (5, "invalid-ip", "10.0.0.256"),
        (5, "duplicate-hostname", "a"),
    ]


def test_json_string() -> None:
    text = json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "data": {"pod.yaml": INNER}})
    assert [(rule, marked) for _, _, rule, marked in findings(text)] == [
        ("invalid-ip", "10.0.0.256"),
        ("duplicate-hostname", "a"),
    ]


def test_streams_inside_a_string() -> None:
    stream = f"{INNER}---\n{INNER}"
    assert [line for line, *_ in findings(f"{OUTER}  pods.yaml: |\n{indented(stream, 4)}")] == [11, 12, 19, 20]


def test_a_suppression_on_the_key_covers_the_string() -> None:
    text = f"{OUTER}  pod.yaml: |  # podhosts: ignore[invalid-ip, duplicate-hostname] a sample\n{indented(INNER, 4)}"
    assert findings(text) == []


@pytest.mark.parametrize(
    "content",
    [
        "kubectl apply -f - <<EOF\nkind: Pod\nhostAliases: [\nEOF\n",
        "kind: of text\nhostAliases: [...{\n",
        "kind: Sample\nhostAliases:\n- ip: nope\n",
    ],
)
def test_other_text_is_passed_over(content: str) -> None:
    assert findings(f"{OUTER}  text: |\n{indented(content, 4)}") == []


FLOW = """\
{apiVersion: v1, kind: Pod,
 metadata: {name: inner}, spec: {hostAliases: [
{ip: "10.0.0.256", hostnames: [a]}]}}
"""
ESCAPED_BREAKS = """\
"{apiVersion: v1, kind: Pod,\\
    spec: {hostAliases: [{ip: \\"10.0.0.256\\", hostnames: [a]}]}}"
"""
ESCAPED_LETTERS = r'"{apiVersion: v1, kind: Pod, spec: {h\u006fstAliases: [{ip: \"10.0.0.256\", hostnames: [a]}]}}"'
DOUBLED_QUOTES = """\
'{apiVersion: v1, kind: Pod, spec: {hostAliases: [{ip: ''10.0.0.256'', hostnames: [a]}]}}'
"""
CHART = """\
apiVersion: helm.cattle.io/v1
kind: HelmChart
metadata: {name: web}
spec:
  valuesContent: |
    hostAliases:
    - {ip: x, hostnames: [a]}
"""
#: A List with a bad pod, then a ConfigMap that holds the text to come.
LIST = """\
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Pod
  spec: {hostAliases: [{ip: x, hostnames: [a]}]}
- apiVersion: v1
  kind: ConfigMap
  data:
    x: |
"""


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(f">\n{indented(FLOW, 4)}", id="folded"),
        pytest.param(f">2-\n{indented(FLOW, 4)}", id="folded with an indicator"),
        pytest.param(f"|2\n{indented(FLOW, 4)}", id="literal with an indicator"),
        pytest.param(f"'{FLOW.replace(chr(10), chr(10) + '    ')}'\n", id="single-quoted over lines"),
        pytest.param(ESCAPED_BREAKS, id="escaped breaks"),
        pytest.param(ESCAPED_LETTERS, id="escaped letters"),
        pytest.param(DOUBLED_QUOTES, id="doubled quotes"),
        pytest.param("{apiVersion: v1}", id="no string"),
    ],
)  # fmt: skip
def test_the_place_is_exact_in_every_style(value: str) -> None:
    """Line and column of the address' own quotes in the outer file."""
    text = f"{OUTER}  pod.yaml: {value}"
    at = text.find("10.0.0.256")
    expected = []
    if at >= 0:
        # The quote before it may itself be written in two characters.
        begin = at - (2 if text[at - 2 : at] in {'\\"', "''"} else 1)
        line = text.count("\n", 0, begin) + 1
        expected = [(line, begin - text.rfind("\n", 0, begin), "invalid-ip")]
    assert [found[:3] for found in findings(text)] == expected


def nested(text: str, levels: int) -> str:
    """A manifest in a ConfigMap in a ConfigMap, and so on."""
    for _ in range(levels):
        text = f"{OUTER}  inner.yaml: |\n{indented(text, 4)}"
    return text


def test_strings_in_strings() -> None:
    text = nested(INNER, 3)
    at = text.index("10.0.0.256")
    place = (text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at), "invalid-ip", "10.0.0.256")
    assert place in findings(text)


def test_strings_in_strings_are_followed_down_to_five_levels() -> None:
    assert [rule for _, _, rule, _ in findings(nested(INNER, 5))] == ["invalid-ip", "duplicate-hostname"]
    assert findings(nested(INNER, 6)) == []
    assert findings(nested(INNER, 200)) == []


def test_a_long_string_is_read() -> None:
    stream = "---\n".join([INNER.replace("256", str(number)) for number in range(1500)])
    found = findings(f"{OUTER}  pods.yaml: |\n{indented(stream, 4)}")
    assert len([rule for _, _, rule, _ in found if rule == "invalid-ip"]) == 1500 - 256


@pytest.mark.parametrize(
    ("field", "content"),
    [
        ("spec: {valuesContent: TEXT}", "hostAliases:\n- ip: 10.0.0.25\n   hostnames: [a]\n"),
        ("spec: {source: {helm: {values: TEXT}}}", "hostAliases: [\n"),
        ("patches: [{patch: TEXT}]", "- op: add\n path: /spec/template/spec/hostAliases\n"),
        ("patchesStrategicMerge: [TEXT]", "spec:\n  hostAliases\n  - ip: x: y\n"),
        ("spec: {rules: [{mutate: {patchesJson6902: TEXT}}]}", "- op: add\n  path: '/spec/hostAliases\n"),
        ("spec: {content: TEXT}", "apiVersion: v1\nkind: Pod\nspec:\n  hostAliases: [\n"),
    ],
)
def test_text_that_must_be_yaml_and_is_none(field: str, content: str) -> None:
    """One finding inside the text; text of a template is listed as unread."""
    outer = f"apiVersion: example.com/v1\nkind: Sample\nmetadata: {{name: x}}\n{field.replace('TEXT', '&t X')}\n"
    text = outer.replace("&t X", json.dumps(content))
    (finding,) = lint(Source("outer.yaml", text.encode()), Options(selected=default_selection())).findings
    assert finding.rule == "syntax-error"
    assert finding.refused_by == ()
    assert (
        text.index(json.dumps(content))
        < finding.span.start
        <= text.index(json.dumps(content)) + len(json.dumps(content))
    )
    template = outer.replace("&t X", json.dumps(content + "{{ if .x }}\n"))
    result = lint(Source("outer.yaml", template.encode()), Options(selected=default_selection()))
    assert result.findings == []
    assert [item.count for item in result.unread] == [1]


def test_what_belongs_to_the_outer_object() -> None:
    """Values and patches have the outer object's name and a path through its field; manifests have their own."""
    (finding,) = lint(Source("a.yaml", CHART.encode()), Options(selected=default_selection())).findings
    assert finding.object is not None
    assert (finding.object.kind, finding.object.name) == ("HelmChart", "web")
    assert finding.field == "spec.valuesContent.hostAliases[0].ip"
    pods = f"{LIST}{indented(INNER, 6)}"
    (_, finding, _) = lint(Source("a.yaml", pods.encode()), Options(selected=default_selection())).findings
    assert finding.object is not None
    assert (finding.object.kind, finding.object.name, finding.item) == ("Pod", "inner", 1)
    assert finding.field == "spec.hostAliases[0].ip"


def test_suppressions_inside_a_string() -> None:
    """A comment in the text covers its line of the text; an annotation of the inner object covers that object."""
    comment = INNER.replace("256", "256  # podhosts: ignore[invalid-ip] a sample")
    assert [rule for _, _, rule, _ in findings(f"{OUTER}  x: |\n{indented(comment, 4)}")] == ["duplicate-hostname"]
    unused = INNER.replace("256", "25  # podhosts: ignore[invalid-ip] a sample")
    text = f"{OUTER}  x: |\n{indented(unused, 4)}"
    assert (11, 24, "unused-suppression", "# podhosts: ignore[invalid-ip] a sample") in findings(text)
    annotated = INNER.replace("{name: inner}", "{name: inner, annotations: {podhosts/ignore: invalid-ip}}")
    assert [(line, rule) for line, _, rule, _ in findings(f"{LIST}{indented(annotated, 6)}")] == [
        (6, "invalid-ip"),
        (17, "duplicate-hostname"),
    ]


def test_a_placeholder_inside_a_string_is_counted_at_its_place() -> None:
    text = f"{OUTER}  x: |\n{indented(INNER.replace('10.0.0.256', '${DB_IP}'), 4)}"
    result = lint(Source("outer.yaml", text.encode()), Options(selected=default_selection()))
    (unread,) = result.unread
    assert unread.count == 1
    assert unread.span is not None
    assert text[unread.span.start : unread.span.end] == "${DB_IP}"


@pytest.mark.parametrize(
    "content",
    [
        "hostAliases:\n- ip: 10.0.0.256\n  hostnames: [a]\n",
        '{"hostAliases": [{"ip": "10.0.0.256", "hostnames": ["a"]}]}',
        "spec:\n  hostAliases:\n  - ip: 10.0.0.256\n    hostnames: [a]\n",
        "spec: {hostAliases: [{ip: 10.0.0.256, hostnames: [a]}]}",
        "agent:\n  template:\n    spec:\n      hostAliases:\n      - ip: 10.0.0.256\n",
    ],
)
def test_a_piece_of_a_pod_is_known_by_its_list(content: str) -> None:
    """Argo's `podSpecPatch` and `workflowDefaults`, Tekton's `default-pod-template`: no `kind` says what it is."""
    found = findings(f"{OUTER}  anything: {json.dumps(content)}\n")
    assert (5, "invalid-ip", "10.0.0.256") in [(line, rule, marked.strip('\\"')) for line, _, rule, marked in found]


@pytest.mark.parametrize(
    "content",
    [
        "hostAliases: []\nimage: web\n",
        "hostAliases: see the manual\nimage: web\n",
        "hostAliases:\n- web: 10.0.0.256\n",
        "kind: Simple\napiVersion: k3d.io/v1alpha5\nhostAliases:\n- ip: 10.0.0.256\n  hostnames: [a]\n",
        "groups:\n- name: rules\n  rules:\n  - alert: hostAliases\n    expr: 'hostAliases: 1'\n",
        "The list looks like this:\n  hostAliases:\n  - ip: 10.0.0.256\n",
    ],
)
def test_what_only_names_the_list_is_passed_over(content: str) -> None:
    assert findings(f"{OUTER}  anything: {json.dumps(content)}\n") == []


RUNNER = """\
concurrent = 4
[[runners]]
  executor = "kubernetes"  # not [[runners]]
  [runners.kubernetes]
    namespace = '''
build'''
    [[runners.kubernetes.host_aliases]]
      ip = "10.0.0.256"
      hostname = ["git.example.com"]
    [[runners.kubernetes.host_aliases]]
      ip = '10.0.0.1'
      hostnames = [
        "Git.example.com",  # the new one
      ]
[[runners]]
  [runners.kubernetes]
    host_aliases = [{ip = "10.0.0.300", hostnames = []}]
    [[runners.kubernetes.pod_spec]]
      patch = '''
        hostAliases:
        - ip: 10.0.0.301
          hostnames: [a]
      '''
"""


def test_a_config_of_gitlab_runner() -> None:
    """TOML, with YAML in its strings: every finding at its place in the outer file."""
    found = findings(f"{OUTER}  config.toml: |\n{indented(RUNNER, 4)}")
    assert found == [
        (13, 16, "invalid-ip", '"10.0.0.256"'),
        (14, 11, "unknown-field", "hostname"),
        (18, 13, "invalid-hostname", '"Git.example.com"'),
        (22, 31, "invalid-ip", '"10.0.0.300"'),
        (22, 57, "empty-hostnames", "[]"),
        (26, 19, "invalid-ip", "10.0.0.301"),
    ]


def test_a_file_of_gitlab_runner_given_by_name() -> None:
    result = lint(Source("config.template.toml", RUNNER.encode()), Options(selected=default_selection()))
    found = [(finding.source.position(finding.span.start).line, finding.rule) for finding in result.findings]
    assert found == [
        (8, "invalid-ip"),
        (9, "unknown-field"),
        (13, "invalid-hostname"),
        (17, "invalid-ip"),
        (17, "empty-hostnames"),
        (21, "invalid-ip"),
    ]
    assert {(finding.refused_by, finding.fix) for finding in result.findings} == {((), None)}
    assert result.findings[1].field == "runners[0].kubernetes.host_aliases[0].hostname"
    assert result.findings[1].why == "GitLab Runner ignores the key, so its pods do not get it"


def test_a_toml_file_of_another_program() -> None:
    text = '[server]\nhostname = "a_b"\nip = "10.0.0.256"\n[[hosts]]\nip = "10.0.0.256"\nhostnames = []\n'
    for content in (text, f"{text}["):
        result = lint(Source("app.toml", content.encode()), Options(selected=default_selection()))
        assert (result.findings, result.unread) == ([], [])


@pytest.mark.parametrize("key", ["hostAliases", "host-aliases.yaml", "aliases"])
@pytest.mark.parametrize(
    "content",
    [
        "- ip: 10.0.0.256\n  hostnames: [a, a]\n",
        '[{"ip": "10.0.0.256", "hostnames": ["a", "a"]}]',
    ],
)
def test_a_bare_list_is_known_by_its_key_and_shape(key: str, content: str) -> None:
    text = f"{OUTER}  {key}: {json.dumps(content)}\n"
    result = lint(Source("outer.yaml", text.encode()), Options(selected=default_selection()))
    bad, twice = result.findings
    assert [finding.rule for finding in (bad, twice)] == ["invalid-ip", "duplicate-hostname"]
    assert bad.source.cut(bad.span).strip('\\"') == "10.0.0.256"
    name = f'["{key}"]' if "-" in key else f".{key}"
    assert bad.field == f"data{name}[0].ip"
    assert (bad.refused_by, bad.fix) == ((), None)
    assert result.pods == 1


@pytest.mark.parametrize(
    ("key", "content"),
    [
        ("hosts", "- ip: 10.0.0.256\n  hostnames: [a]\n"),
        ("ssh-aliases", "- ip: 10.0.0.256\n  user: root\n"),
        ("aliases", "- ip: 10.0.0.256\n  hostnames: [a]\n  port: 1\n"),
        ("hostAliases", "- 10.0.0.256 a_b\n"),
        ("hostAliases", "10.0.0.256 a_b\n10.0.0.257 c\n"),
    ],
)
def test_lists_of_other_programs(key: str, content: str) -> None:
    assert findings(f"{OUTER}  {key}: {json.dumps(content)}\n") == []


def test_the_server_refuses_no_text_that_is_none_of_its_objects() -> None:
    text = f"{OUTER}  config.toml: |\n{indented(RUNNER, 4)}"
    result = lint(Source("outer.yaml", text.encode()), Options(selected=default_selection()))
    assert {finding.refused_by for finding in result.findings} == {()}
    (unknown,) = (finding for finding in result.findings if finding.rule == "unknown-field")
    assert unknown.field == 'data["config.toml"].runners[0].kubernetes.host_aliases[0].hostname'


@pytest.mark.parametrize("broken", ["ip = 10.0.0.256", "[[runners]", "ip = '10.0.0.256"])
def test_a_config_that_is_no_toml_is_passed_over(broken: str) -> None:
    assert findings(f"{OUTER}  config.toml: |\n{indented(RUNNER + broken, 4)}") == []


def unread(text: str) -> list[tuple[str, int, str]]:
    """Each reason for which something was not read, the line where first, and what stands there."""
    result = lint(Source("outer.yaml", text.encode()), Options(selected=default_selection()))
    assert result.findings == []
    found = []
    for item in result.unread:
        assert item.source is not None
        assert item.span is not None
        found.append((item.reason, item.source.position(item.span.start).line, item.source.cut(item.span)))
    return found


NO_FORM = "texts in strings that mention hosts and are of no known form"


@pytest.mark.parametrize(
    ("content", "line", "marked"),
    [
        ("kubectl apply -f - <<EOF\nkind: Pod\nhostAliases: [\nEOF\n", 8, "hostAliases"),
        ('#!/bin/sh\nkubectl patch deployment web -p \'{"hostAliases":[{"ip":"10.0.0.1"}]}\'\n', 7, "hostAliases"),
        ("hostAliases:\n- ip: {\n", 6, "hostAliases"),
        ("# hostAliases: [a]\n[\nhostAliases: [a]\n", 8, "hostAliases"),
        ("[[runners]]\n'''\nhostAliases:\n- ip: a\n", 8, "hostAliases"),
    ],
)
def test_a_text_that_mentions_hosts_and_is_of_no_known_form_is_said(content: str, line: int, marked: str) -> None:
    assert unread(f"{OUTER}  text: |\n{indented(content, 4)}") == [(NO_FORM, line, marked)]


@pytest.mark.parametrize(
    "content",
    [
        "Set hostAliases: the pod gets them.\n- [\n",
        "# hostAliases:\n# - ip: a\n{\n",
        "hostAliases: []\n{\n",
        "type: object\nproperties:\n  hostAliases: {type: array\n",
        "count(pod_spec_hostAliases{}) > 0\n",
    ],
)
def test_what_mentions_no_list_is_not_unread(content: str) -> None:
    assert unread(f"{OUTER}  text: |\n{indented(content, 4)}") == []


@pytest.mark.parametrize("key", ["README.md", "description"])
def test_a_text_for_people_is_not_unread(key: str) -> None:
    assert unread(f"{OUTER}  {key}: |\n    Like this:\n      hostAliases: [\n    {{\n") == []


HEREDOC = f"kubectl apply -f - <<EOF\n{INNER}EOF\n"
HEREDOC_FINDINGS = [("invalid-ip", "10.0.0.256"), ("duplicate-hostname", "a")]


@pytest.mark.parametrize(
    ("script", "line"),
    [
        (HEREDOC, 12),
        (f"#!/bin/sh\nset -e\n{HEREDOC}echo done\n", 14),
        (f"if true; then\n  cat <<'E' | kubectl create -f -\n{indented(INNER, 2)}E\nfi\n", 13),
        (f"cat > /tmp/pod.yaml <<-EOF\n---\n{INNER}EOF\nkubectl apply -f /tmp/pod.yaml\n", 13),
        (f"kubectl apply -f - <<A\nkind: Pod\nA\n{HEREDOC}", 15),
    ],
)
def test_here_documents_for_kubectl(script: str, line: int) -> None:
    found = findings(f"{OUTER}  setup.sh: |\n{indented(script, 4)}")
    assert [(rule, marked) for _, _, rule, marked in found] == HEREDOC_FINDINGS
    assert found[0][0] == line


@pytest.mark.parametrize(
    "script",
    [
        f"cat <<EOF\n{INNER}EOF\n",
        f"cat > pod.txt <<EOF\n{INNER}EOF\n",
        "kubectl apply -f - <<EOF\nkind: Pod\nhostAliases: []\nEOF\n",
    ],
)
def test_here_documents_for_others(script: str) -> None:
    assert findings(f"{OUTER}  setup.sh: |\n{indented(script, 4)}") == []


PATCH = '{"spec": {"hostAliases": [{"ip": "10.0.0.1", "hostnames": ["a"]}]}}'


def test_a_patch_among_the_arguments_of_a_command_is_unread() -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a-1}\nspec:\n  containers:\n  - name: a\n    image: a\n"
    command = f"    command: [kubectl, patch, deployment/web, -p, {json.dumps(PATCH)}]\n"
    assert unread(f"{pod}{command}") == [(NO_FORM, 8, '\\"hostAliases\\"')]
    assert unread(f"{pod}{command.replace('hostAliases', 'others')}") == []


def test_plain_text_overriders_of_karmada() -> None:
    policy = (
        "apiVersion: policy.karmada.io/v1alpha1\nkind: OverridePolicy\nmetadata: {name: a}\nspec:\n  overrideRules:\n"
        "  - overriders:\n      plaintext:\n"
        "      - path: /spec/template/spec/hostAliases\n        operator: add\n        value:\n"
        "        - ip: 10.0.0.256\n          hostnames: [a]\n"
        "      - path: /spec/template/spec/hostAliases/0/ip\n        operator: replace\n        value: 10.0.0.257\n"
        "      - path: /spec/template/spec/hostAliases/0/ip\n        operator: remove\n        value: 10.0.0.258\n"
    )
    assert [(line, rule) for line, _, rule, _ in findings(policy)] == [(11, "invalid-ip"), (15, "invalid-ip")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("spec:\n  template:\n    spec:\n      hostAliases:\n        ip: 10.0.0.1\n        hostnames: [a]\n", 1),
        ("spec:\n  template:\n    spec:\n      hostAliases:\n        web: 10.0.0.1\n", 0),
        ("web:\n  hostAliases:\n    ip: 10.0.0.1\n    hostnames: [a]\n", 0),
    ],
)
def test_an_entry_in_the_place_of_the_list_in_a_patch_without_a_kind(text: str, found: int) -> None:
    assert [rule for _, _, rule, _ in findings(text)] == ["wrong-type"] * found
