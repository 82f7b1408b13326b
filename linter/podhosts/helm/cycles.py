"""Named templates that include themselves whatever the values: Helm stops with an error when it renders one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.helm.pipelines import ActionPipeline, Constant, Fields, Function
from podhosts.helm.templates import Action, Block, Inclusion, actions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from podhosts.helm.pipelines import Operand
    from podhosts.helm.templates import NamedTemplate, Node

#: These look at their later arguments only if the earlier ones ask for it.
_LAZY = frozenset({"and", "or"})


def find_cycle(name: str, find: Callable[[str], NamedTemplate | None]) -> list[str] | None:
    """The names from `name` to the one that comes a second time; None where rendering comes to an end."""
    path = [name]
    waiting = [_used(name, find)]
    finished: set[str] = set()
    while waiting:
        following = next(waiting[-1], None)
        if following is None:
            waiting.pop()
            finished.add(path.pop())
        elif following in path:
            return [*path, following]
        elif following not in finished:
            path.append(following)
            waiting.append(_used(following, find))
    return None


def _used(name: str, find: Callable[[str], NamedTemplate | None]) -> Iterator[str]:
    definition = find(name)
    return always_included(definition.body if definition else ())


def always_included(body: Sequence[Node]) -> Iterator[str]:
    """The named templates that a body includes under no condition."""
    for node in body:
        if isinstance(node, Inclusion):
            yield node.name
            yield from _names_in(node.action)
        elif isinstance(node, Block):
            yield from _names_in(node.head)
        elif isinstance(node, Action):
            yield from _names_in(node)


def included(body: Sequence[Node]) -> Iterator[tuple[Action, str]]:
    """The named templates that a body includes anywhere, each with the action that does."""
    for node, action in actions(body):
        if isinstance(node, Inclusion):
            yield action, node.name
        yield from ((action, name) for name in _names_in(action))


def _names_in(action: Action) -> Iterator[str]:
    return iter(()) if action.pipeline is None else _names(action.pipeline)


def _names(operand: Operand) -> Iterator[str]:
    """The names that an expression includes whenever it is worked out. Its depth is bounded by the parser."""
    if isinstance(operand, Fields):
        yield from _names(operand.of)
    elif isinstance(operand, ActionPipeline):
        for command in operand.commands:
            if command[0] == Function("include") and len(command) > 1 and isinstance(command[1], Constant):
                yield str(command[1].value)
            is_lazy = isinstance(command[0], Function) and command[0].name in _LAZY
            for argument in command[:2] if is_lazy else command:
                yield from _names(argument)
