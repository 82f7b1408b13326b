"""Which values the templates of a chart can read, seen from their texts alone: by name, and where a map is passed on.

A value is reached by naming each key on the way to it, or by something that takes a map above it as a whole. Of the
second kind are also the root of all data, where it is given to a function that can look into it. When in doubt,
everything may be read.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from podhosts.helm.builtins import functions
from podhosts.helm.evaluate.go_functions import GO_FUNCTIONS
from podhosts.helm.evaluate.helm_functions import HELM_FUNCTIONS
from podhosts.helm.language import ParseError, TemplateSource, parse
from podhosts.helm.language.tree import (
    ActionNode,
    BlockNode,
    BranchNode,
    Call,
    Chain,
    CommandNode,
    DotNode,
    FieldNode,
    Identifier,
    Pipe,
    StringConstant,
    VariableNode,
)
from podhosts.helm.model import TooLarge
from podhosts.helm.traced import TemplateText, Traced
from podhosts.patterns import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from podhosts.helm.language.tree import Node
    from podhosts.source import Source

_HELM_VERSION = 4
FUNCTIONS = {**functions(_HELM_VERSION), **GO_FUNCTIONS, **HELM_FUNCTIONS}
_VALUES = "Values"
#: What Helm's type of the values answers besides its keys; each gives all of them, or looks one up by its path.
_METHODS = frozenset({"AsMap", "Encode", "PathValue", "Table", "YAML"})
#: Parts of the data by which templates reach files, and the values of charts inside.
_SIDE_DOORS = frozenset({"Files", "Subcharts"})
#: What else the root of all data holds; nothing of it is a value.
_BESIDE_VALUES = frozenset({"Release", "Chart", "Capabilities", "Template", *_SIDE_DOORS})
#: Functions that say of what they are given only whether it is there, or of which type.
_TESTS = frozenset({"and", "or", "not", "eq", "ne", "empty", "hasKey", "kindIs", "kindOf", "typeIs", "typeOf"})
#: Functions that hand on what they are given, so that it is seen again where it is used.
_CARRIERS = frozenset({"dict", "list", "tuple", "set", "default", "ternary", "coalesce", "first", "last"})
#: Functions that make a text: for `include` and `tpl` what they run is looked at by itself.
_RUNNERS = frozenset({"include", "tpl"})
#: Stands for all named templates, where a name is put together.
_ANY_NAME = "*"
_WORDS = regex(r"\w+")


class ValuesReads:
    """What some templates, whose named ones are known to each other, read of their values."""

    def __init__(self, templates: Iterable[Source]) -> None:
        self._texts = [source.text for source in templates]
        #: Whether something in them may read any value.
        self.reads_anything = False
        #: The names under which the root of all data is handed on in a `dict`.
        self.root_names: set[str] = set()
        #: The templates that are given it.
        self.root_templates: set[str] = set()
        #: The templates that are called by their names.
        self.called: set[str] = set()
        self._defined: set[str] = set()
        self._paths: set[tuple[str, ...]] = set()
        #: Those paths whose value is more than tested.
        self._used: set[tuple[str, ...]] = set()
        self._is_read = False

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(word for text in self._texts for word in _WORDS.findall(text))

    def names(self, key: str) -> bool:
        """Whether a key may be named in them, be it in a comment."""
        return any(word in self._words for word in _WORDS.findall(key)) or not _WORDS.search(key)

    def may_read(self, path: Sequence[str]) -> bool:
        """Whether they may read the value at a path, or one inside it."""
        if all(map(self.names, path)):
            return True
        self._read()
        return self.reads_anything or any(one == tuple(path[: len(one)]) for one in self._used)

    def lacks_templates(self) -> bool:
        """Whether a named template is called that is not there, so that Helm, if all is here, refuses the chart."""
        self._read()
        return not self.called <= self._defined

    def read_paths(self) -> frozenset[tuple[str, ...]]:
        """The keys behind `.Values` wherever it stands, up to where they end."""
        self._read()
        return frozenset(self._paths)

    def _read(self) -> None:
        if self._is_read:
            return
        self._is_read = True
        definitions: list[tuple[str, BlockNode]] = []
        try:
            for number, text in enumerate(self._texts):
                source = TemplateSource(f"{number}", Traced.of(text, TemplateText(f"{number}", 0)))
                self.root_templates.add(source.name)
                definitions += [(name, found.body) for name, found in parse(source, FUNCTIONS).items()]
        except (ParseError, TooLarge, RecursionError):
            self.reads_anything = True
            return
        size = -1
        # A name that is found at the end may be used at the beginning.
        while size != (size := len(self.root_names) + len(self.root_templates)):
            for name, body in definitions:
                _TemplateReads(self, body).read(dot=not self.root_templates.isdisjoint({name, _ANY_NAME}))
        self._defined.update(name for name, _ in definitions)

    def add(self, names: Sequence[str], *, is_tested: bool = False) -> None:
        """Note a chain of names."""
        if not _SIDE_DOORS.isdisjoint(names):
            self.reads_anything = True
        if _VALUES in names:
            path = tuple(names[names.index(_VALUES) + 1 :])
            if path and path[0] in _METHODS:
                path = ()
            self._paths.add(path)
            if not is_tested:
                self._used.add(path)


class _TemplateReads:
    """One template: where the root of all data may stand in it, and what is done with it."""

    def __init__(self, reads: ValuesReads, body: BlockNode) -> None:
        self._reads = reads
        self._body = body
        #: Variables that may hold the root, or something that holds it.
        self._roots: set[str] = set()

    def read(self, *, dot: bool) -> None:
        """Note what it reads; `dot` says whether it may be given the root."""
        if dot:
            self._roots.add("$")
        size = -1
        while size != (size := len(self._roots)):
            self._block(self._body, dot=dot)

    def _block(self, block: BlockNode, *, dot: bool) -> None:
        for node in block.nodes:
            if isinstance(node, ActionNode):
                self._pipe(node.pipe, dot=dot)
                if not node.pipe.declared and self._is_root(node.pipe, dot=dot):
                    self._reads.reads_anything = True
            elif isinstance(node, Call):
                self._reads.called.add(node.name)
                if node.pipe is not None:
                    self._pipe(node.pipe, dot=dot)
                    if self._is_root(node.pipe, dot=dot):
                        self._reads.root_templates.add(node.name)
            elif isinstance(node, BranchNode):
                self._branch(node, dot=dot)

    def _branch(self, node: BranchNode, *, dot: bool) -> None:
        self._pipe(node.pipe, dot=dot, is_tested=node.word == "if" and not node.pipe.declared)
        is_root = self._is_root(node.pipe, dot=dot)
        if node.word == "range" and is_root:
            self._reads.reads_anything = True
        self._block(node.body, dot=dot if node.word == "if" else is_root)
        if node.otherwise is not None:
            self._block(node.otherwise, dot=dot)

    def _pipe(self, pipe: Pipe, *, dot: bool, is_tested: bool = False) -> None:
        """Note what a pipeline names, and whether a function in it looks into the root."""
        is_tested = is_tested and all(name in _TESTS for name in _called(pipe))
        for command in pipe.commands:
            for word in command.words:
                self._word(word, dot=dot, is_tested=is_tested)
        given: list[Node] = []
        for command in pipe.commands:
            self._command(command, given, dot=dot)
            given = [command]
        if self._is_root(pipe, dot=dot):
            self._roots.update(variable.name for variable in pipe.declared)

    def _word(self, word: Node, *, dot: bool, is_tested: bool) -> None:
        if isinstance(word, FieldNode):
            self._reads.add(word.names, is_tested=is_tested)
        elif isinstance(word, VariableNode):
            self._reads.add(word.fields, is_tested=is_tested)
        elif isinstance(word, Chain):
            self._reads.add(word.fields, is_tested=is_tested)
            self._word(word.base, dot=dot, is_tested=is_tested)
        elif isinstance(word, Pipe):
            self._pipe(word, dot=dot, is_tested=is_tested)
        elif isinstance(word, StringConstant) and not {_VALUES, *_SIDE_DOORS}.isdisjoint(
            _WORDS.findall(word.value.text)
        ):
            self._reads.reads_anything = True

    def _command(self, command: CommandNode, given: Sequence[Node], *, dot: bool) -> None:
        """Note whether a function looks into the root; `given` is what the pipeline hands to it."""
        function, *arguments = command.words
        if not isinstance(function, Identifier) or function.name in _TESTS:
            return
        callee: str | None = None
        if function.name == "include" and arguments and isinstance(name := arguments[0], StringConstant):
            callee = name.value.text
            self._reads.called.add(callee)
        if not any(self._is_root(one, dot=dot) for one in (*arguments, *given)):
            return
        if function.name in _RUNNERS:
            if function.name == "include":
                self._reads.root_templates.add(_ANY_NAME if callee is None else callee)
        elif function.name not in _CARRIERS:
            self._reads.reads_anything = True
        elif function.name in {"dict", "set"}:
            pairs = arguments if function.name == "dict" else arguments[1:]
            self._named([*pairs, *given], dot=dot)

    def _named(self, pairs: Sequence[Node], *, dot: bool) -> None:
        for name, value in zip(pairs[::2], pairs[1::2], strict=False):
            if not self._is_root(value, dot=dot):
                continue
            if isinstance(name, StringConstant):
                self._reads.root_names.add(name.value.text)
            else:
                self._reads.reads_anything = True

    def _is_root(self, node: Node, *, dot: bool) -> bool:
        """Whether a value may be the root, or a map or list that holds it."""
        if isinstance(node, DotNode):
            return dot
        if isinstance(node, FieldNode):
            return self._leads_to_root(node.names)
        if isinstance(node, VariableNode):
            return self._leads_to_root(node.fields) if node.fields else node.name in self._roots
        if isinstance(node, Chain):
            return self._leads_to_root(node.fields)
        if isinstance(node, Pipe):
            given = False
            for command in node.commands:
                given = self._gives_root(command, given=given, dot=dot)
            return given
        return isinstance(node, CommandNode) and self._gives_root(node, given=False, dot=dot)

    def _gives_root(self, command: CommandNode, *, given: bool, dot: bool) -> bool:
        first, *arguments = command.words
        if not isinstance(first, Identifier):
            return self._is_root(first, dot=dot)
        # Other functions that are given the root are noted as such.
        is_carrier = first.name in _CARRIERS or first.name in {"and", "or"}
        return is_carrier and (given or any(self._is_root(one, dot=dot) for one in arguments))

    def _leads_to_root(self, names: Sequence[str]) -> bool:
        if _VALUES in names or names[0] in _BESIDE_VALUES:
            return False
        return names[-1] in self._reads.root_names


def _called(pipe: Pipe) -> Iterator[str]:
    """The functions that a pipeline calls."""
    for command in pipe.commands:
        for word in command.words:
            while isinstance(word, Chain):
                word = word.base
            if isinstance(word, Identifier):
                yield word.name
            elif isinstance(word, Pipe):
                yield from _called(word)
