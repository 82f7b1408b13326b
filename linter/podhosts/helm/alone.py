"""What can be said of a loop in a template without its chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.helm.language import ParseError, TemplateSource, parse
from podhosts.helm.language.tree import BranchNode, Identifier, NumberConstant
from podhosts.helm.mentions import FUNCTIONS
from podhosts.helm.model import TooLarge
from podhosts.helm.traced import Traced

if TYPE_CHECKING:
    from podhosts.document.branches import Branch

#: Functions that make a list or map of their arguments, and how many of these an element takes.
_MAKERS = {"list": 1, "tuple": 1, "dict": 2}
_NAME = "loop"


def may_repeat(text: str, branch: Branch) -> bool:
    """Whether a stretch of a template's text is the body of a loop that may have more than one turn."""
    if branch.keyword == "for":
        return True
    if branch.keyword != "range" or "break" in text[branch.start : branch.end]:
        return False
    loop = TemplateSource(_NAME, Traced.own(f"{text[slice(*branch.head)]}{{{{end}}}}"))
    try:
        (node,) = parse(loop, FUNCTIONS)[_NAME].body.nodes
    except (ParseError, TooLarge, ValueError):
        return False
    commands = node.pipe.commands if isinstance(node, BranchNode) else ()
    if len(commands) != 1:
        return True
    function, *arguments = commands[0].words
    if not isinstance(function, Identifier):
        return True
    if function.name == "until" and arguments and isinstance(arguments[0], NumberConstant):
        return arguments[0].value.text != "1"
    return function.name not in _MAKERS or len(arguments) > _MAKERS[function.name]
