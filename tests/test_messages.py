"""Each branch of each message, and each value in it, is a part of the message that some case expects.

The texts are found in the source of the rules: every string or f-string of several words that can get into a message.
One that is added without a case fails here. So does a case that expects the rule alone: a wrong number or a swapped
consequence would pass it.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

import podhosts
from tests import test_patch_drops_alias as overlays
from tests.expectations import marks, spoken
from tests.paths import CASES, EXAMPLES
from tests.test_rule_cases import load, manifests, run

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(podhosts.__file__).parent

#: Modules outside `rules/` that write parts of messages.
OTHERS = ("kubernetes/schemas/hosts_list.py", "suppressions.py", "engine/suppressing.py")
MODULES = [
    *sorted(path.relative_to(PACKAGE).as_posix() for path in (PACKAGE / "rules").glob("[a-z]*.py")),
    *OTHERS,
]
#: What needs more than a file, and the test that expects it.
ELSEWHERE = {
    "write why after the bracket": "test_config.py",
    "gives no reason": "test_config.py",
    "a Corefile taken in here": "test_lsp_repository.py",
    "a file taken in here": "test_lsp_repository.py",
    "GitLab Runner ignores the key, so its pods do not get it": "test_embedded.py",
    "c-ares up to 1.34.8": "test_advice.py",
    "Helm cannot load these values": "test_unparsed.py",
    "Helm refuses the whole chart": "test_unparsed.py",
    "legal, but it would take too long": "test_unparsed.py",
}
#: Modules that write no message: the documentation of rules, and what finds or removes.
SILENT = {"rules/base.py", "rules/documentation.py", "rules/acceptance.py", "rules/removal.py"}

_SEVERAL_WORDS = re.compile(r"[a-z`}] [a-z`{]|[a-z`] \Z|\A [a-z`]")
#: What is called with texts that are no message: titles of fixes, notes at related places, errors of programmers.
_OTHER_TEXTS = {
    "Related",
    "_place",
    "_places",
    "_note",
    "repair",
    "join",
    "AssertionError",
    "ValueError",
    "KeyError",
    "add_comment",
    "compile",
}


class Text(NamedTuple):
    """A string in the source: what a message looks like that holds it, with a group for each value in it."""

    line: int
    pattern: str
    values: tuple[str, ...]


class Said(NamedTuple):
    """A message, and where in it the parts stand that a case expects."""

    message: str
    spans: tuple[tuple[int, int], ...]


def texts(module: str) -> list[Text]:
    tree = ast.parse((PACKAGE / module).read_text("utf-8"))
    return [made for node in strings(tree) if (made := text_of(node)) is not None]


def strings(node: ast.AST) -> Iterator[ast.Constant | ast.JoinedStr]:
    """The strings that may get into a message; not docstrings, nor what only other texts are made of."""
    if isinstance(node, ast.Constant | ast.JoinedStr):
        yield from [node] if isinstance(node, ast.JoinedStr) or isinstance(node.value, str) else []
        for value in node.values if isinstance(node, ast.JoinedStr) else ():
            if isinstance(value, ast.FormattedValue):
                yield from strings(value.value)
        return
    if isinstance(node, ast.Compare | ast.pattern | ast.Subscript | ast.Raise | ast.Assert):
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.Call) and name_of(node.func) in _OTHER_TEXTS:
        return
    if isinstance(node, ast.keyword) and node.arg == "related":
        return
    if isinstance(node, ast.Assign) and name_of(node.targets[0]) == "title":
        return
    for child in ast.iter_child_nodes(node):
        yield from strings(child)


def name_of(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def test_what_is_expected_elsewhere_is() -> None:
    for words, name in ELSEWHERE.items():
        assert f'"{words}"' in Path(__file__).with_name(name).read_text("utf-8")


def text_of(node: ast.Constant | ast.JoinedStr) -> Text | None:
    pieces = node.values if isinstance(node, ast.JoinedStr) else [node]
    words = "".join(str(piece.value) if isinstance(piece, ast.Constant) else "{}" for piece in pieces)
    if not _SEVERAL_WORDS.search(words) or not re.search("[a-z]", words.replace("{}", "")):
        return None
    if any(told in words for told in ELSEWHERE):
        return None
    values = [ast.unparse(piece.value) for piece in pieces if isinstance(piece, ast.FormattedValue)]
    # What `str.format` fills in is a value as well.
    values += ["{}"] * (words.count("{}") - len(values))
    return Text(node.lineno, "(.*?)".join(re.escape(piece) for piece in words.split("{}")), tuple(values))


@cache
def said() -> list[Said]:
    """The messages of all cases of which a part is expected."""
    found: list[Said] = []
    for path in [*manifests(CASES), *manifests(EXAMPLES)]:
        case = load(path)
        wanted = [item for item in case.findings if item.parts]
        for finding in run(case).findings if wanted else ():
            place = (finding.source.position(finding.span.start).line, finding.rule)
            found += [
                heard(spoken(finding), item.parts)
                for item in wanted
                if (item.line, item.rule) == place and all(part in spoken(finding) for part in item.parts)
            ]
    for project in overlays.PROJECTS:
        files = overlays.files_of(project.read_text("utf-8"))
        parts = [
            mark.parts
            for text in files.values()
            for what, names in overlays._MARK.findall(text)
            for mark in marks(names)
            if what == "expect" and mark.parts
        ]
        results = overlays.lint_files({path: overlays._MARK.sub("", text) for path, text in files.items()})
        messages = [spoken(finding) for result in results.values() for finding in result.findings]
        found += [heard(text, holds) for text in messages for holds in parts if all(part in text for part in holds)]
    return found


def heard(message: str, parts: tuple[str, ...]) -> Said:
    return Said(message, tuple(found.span() for part in parts for found in re.finditer(re.escape(part), message)))


def unsaid(text: Text) -> list[str]:
    """What of a text no case expects: "the words", or its values."""
    pattern = re.compile(text.pattern, re.DOTALL)
    left = {0: "the words", **{number: f"{{{value}}}" for number, value in enumerate(text.values, 1)}}
    for item in said():
        for match in pattern.finditer(item.message):
            for group in list(left):
                start, end = match.span(group)
                # The last value of a text has no end.
                end = len(item.message) if group and match.end() == end else end
                if any(begin < end and start < stop for begin, stop in item.spans):
                    del left[group]
    return list(left.values())


@pytest.mark.parametrize("module", [module for module in MODULES if module not in SILENT])
def test_every_branch_of_every_message_is_expected_by_a_case(module: str) -> None:
    missing = {text.line: what for text in texts(module) if (what := unsaid(text))}
    assert missing == {}
