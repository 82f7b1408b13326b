"""The types that `wrong-type` judges against the schema that editors and others are given."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from podhosts.document import Document, Mapping, split
from podhosts.kubernetes.schemas.field_types import SCALAR_FIELDS, type_errors
from podhosts.resources import schema
from podhosts.source import Source

VALIDATOR = Draft202012Validator(schema("pod-spec-hosts"))

leaves = st.none() | st.booleans() | st.integers(0, 9) | st.sampled_from(["", "a.corp", "10.0.0.1"])
any_value = st.recursive(leaves, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.just("ip"), inner))
names = st.lists(leaves, max_size=3) | any_value
entries = st.fixed_dictionaries({}, optional={"ip": leaves | any_value, "hostnames": names, "other": any_value})
aliases = st.lists(entries | any_value, max_size=3) | any_value
specs = st.fixed_dictionaries({}, optional={"hostAliases": aliases, **dict.fromkeys(SCALAR_FIELDS, any_value)})


def read(text: str) -> Mapping:
    source = Source("spec.json", text.encode())
    (root,) = (Document(source, piece).root for piece in split(source.text))
    assert isinstance(root, Mapping)
    return root


@given(specs)
def test_types_are_those_of_the_schema(spec: dict[str, Any]) -> None:
    wrong = {error.path for error in type_errors(read(json.dumps(spec)), "hostAliases")}
    assert wrong == {tuple(error.absolute_path) for error in VALIDATOR.iter_errors(spec)}


def test_only_the_list() -> None:
    spec = read('{"hostname": 1, "hosts": [{"ip": 1, "hostnames": "a"}]}')
    wrong = [(error.path, error.expected) for error in type_errors(spec, "hosts", list_only=True)]
    assert wrong == [(("hosts", 0, "ip"), "a string"), (("hosts", 0, "hostnames"), "a list")]
