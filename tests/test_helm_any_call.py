"""Any function with any arguments has an outcome: a text, Helm's error, or unknown; never an exception of ours."""

from __future__ import annotations

from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from podhosts.helm.builtins import functions
from podhosts.helm.evaluate import NotEvaluated, NotKnown, ParsedTemplates, Refused, RenderedFile, evaluate
from podhosts.helm.loading import Installation, LoadOptions, load
from podhosts.helm.loading.load import DEFAULT_KUBERNETES
from tests.effort import examples

VALUES = r"""
s: hello
e: ""
n: 3
f: 1.5
big: 12345678
huge: 1e300
t: true
nul: null
l: [a, 1, null, [2], {k: v}]
el: []
m: {a: A, b: {c: 1}, z: null}
em: {}
u: "\u00e9<&\n\u2028 \ttab"
y: "a: 1\nb: [1, 2]\n"
j: '{"a": [1, {"b": null}]}'
v: "1.2.3"
d: "2020-01-02T03:04:05Z"
"""
VALUE_NAMES = [*(line.partition(":")[0] for line in VALUES.strip().splitlines()), "nope"]
#: These take long, as they should, or ask the system for numbers.
SLOW = {"bcrypt", "htpasswd", "derivePassword", "genCA", "genSelfSignedCert", "genSignedCert", "genPrivateKey"}
NAMES = sorted(
    set(functions(4)) | {"eq", "lt", "index", "len", "print", "printf", "html", "js", "include", "tpl"} - SLOW
)
arguments = st.one_of(
    st.sampled_from(VALUE_NAMES).map(lambda name: f".Values.{name}"),
    st.sampled_from(
        [
            *("1", "0", "-1", "3", "1.5", '"a"', '"%s"', '"[a-z]+"', '"("', '"2006-01-02"', "true", "nil", '"^1.x"'),
            *(".Values", ".", ".Chart", ".Files", ".Capabilities", ".Release.Name", ".Capabilities.APIVersions"),
            *(
                '(list 1 2 "a")',
                "(list nil)",
                '(dict "a" 1)',
                "(now)",
                '(split "," "a,b")',
                '(lookup "v1" "Pod" "" "")',
            ),
            *(
                '"\\xc3"',
                '"a: \\xff\\xfe"',
                "99999999",
                "-99999999",
                '(.Files.GetBytes "Chart.yaml")',
                "(int64 3)",
                '"a.b.c"',
                '"1h"',
                '" "',
            ),
        ]
    ),
)
ends = st.sampled_from(["", " | toYaml", " | toJson", " | quote", " | toString", " | default 1"])
calls = st.builds(
    lambda name, given_arguments, end: f"{{{{ {name} {' '.join(given_arguments)}{end} }}}}",
    st.sampled_from(NAMES),
    st.lists(arguments, max_size=4),
    ends,
)


@cache
def _chart() -> Installation:
    files = {"Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\n", "values.yaml": VALUES, "templates/t.yaml": "x"}
    return load({name: text.encode() for name, text in files.items()}, LoadOptions())


@examples(600)
@given(calls)
def test_any_call(text: str) -> None:
    template = _chart().templates[0]._replace(text=text)
    answers = evaluate([template], ParsedTemplates(functions(4), 4), DEFAULT_KUBERNETES)
    assert isinstance(answers[template.name], (RenderedFile, Refused, NotKnown, NotEvaluated))
