"""What can be said of one template without its chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.document.actions import action_tokens
from podhosts.helm.lists import printed_lists
from podhosts.helm.pipelines import Constant, Fields, Function, PipelineError, parse_pipeline
from podhosts.helm.rendering import KEY, ROOT, Renderer, TemplateBody, TooLongError
from podhosts.helm.templates import parse_template
from podhosts.helm.values import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podhosts.document import Document
    from podhosts.document.branches import Branch
    from podhosts.helm.lists import Misprint
    from podhosts.helm.templates import NamedTemplate, Node
    from podhosts.helm.values import Value

_NAMES = "hostnames"
#: Functions after which a list is still printed as one value.
_KEEPING = frozenset({"default", "quote", "squote", "toString"})
#: Functions that make a list or map of their arguments, and how many of these an element takes.
_MAKERS = {"list": 1, "tuple": 1, "dict": 2}


def misprints(document: Document) -> list[Misprint]:
    """The lists that a document prints wrongly, also in the named templates in it, which nothing here may use."""
    if document.template is None or KEY not in document.text:
        return []
    template = parse_template(document.source.text, *document.span)

    def find(name: str) -> tuple[TemplateBody, NamedTemplate] | None:
        definition = template.definitions.get(name)
        return (TemplateBody(document.source, definition), definition) if definition else None

    def render(body: Sequence[Node], definition: NamedTemplate | None, dot: Value) -> list[Misprint]:
        renderer = Renderer(TemplateBody(document.source, definition), find, lambda _: False)
        try:
            return printed_lists(renderer.render(body, dot)).misprints
        except TooLongError:
            return []

    found = render(template.body, None, ROOT)
    for definition in template.definitions.values():
        found += render(definition.body, definition, UNKNOWN)
    return found


def prints_names(text: str) -> bool:
    """Whether a value is one action that prints what is called `hostnames` as Go prints it."""
    tokens = action_tokens(text, go_only=True)
    if [token.span for token in tokens] != [(0, len(text))]:
        return False
    try:
        (first, *others) = parse_pipeline(text[slice(*tokens[0].inside)]).commands or ((),)
    except PipelineError:
        return False
    (operand,) = first if len(first) == 1 else (None,)
    is_named = isinstance(operand, Fields) and operand.names[-1] == _NAMES
    return is_named and all(isinstance(head, Function) and head.name in _KEEPING for head, *_ in others)


def may_repeat(text: str, branch: Branch) -> bool:
    """Whether a stretch of a template's text is the body of a loop that may have more than one turn."""
    if branch.keyword == "for":
        return True
    if branch.keyword != "range" or "break" in text[branch.start : branch.end]:
        return False
    head = text[branch.head.start + 2 : branch.head.end - 2].strip("- \t\r\n").removeprefix("range")
    try:
        commands = parse_pipeline(head.strip()).commands
    except PipelineError:
        return False
    if len(commands) != 1:
        return True
    function, *arguments = commands[0]
    if not isinstance(function, Function):
        return True
    if function.name == "until" and arguments and isinstance(arguments[0], Constant):
        return arguments[0].value != 1
    return function.name not in _MAKERS or len(arguments) > _MAKERS[function.name]
