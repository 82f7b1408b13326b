"""The execution of one template, as Go's `text/template` (1.26) does it.

A `State` is one execution: of a file, of a `define` that is called, of a text given to `tpl`. Frames of Python's stack
go as deep as templates call each other; `evaluator` has the limits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from podhosts.helm.evaluate.arguments import (
    INVALID,
    REFLECT,
    Boxed,
    WrongArgument,
    can_be_nil,
    checked,
    element,
    held_type,
    missing_element,
    unboxed,
)
from podhosts.helm.evaluate.errors import Level, TemplateError, level_at
from podhosts.helm.language.quoting import quoted
from podhosts.helm.language.tree import (
    ActionNode,
    BlockNode,
    BoolConstant,
    BranchNode,
    Call,
    Chain,
    CommandNode,
    DotNode,
    FieldNode,
    Identifier,
    Leave,
    NilConstant,
    NumberConstant,
    Pipe,
    StringConstant,
    TextNode,
    VariableNode,
)
from podhosts.helm.model import (
    ANY,
    NIL,
    FunctionError,
    GoFunction,
    GoList,
    GoMap,
    GoObject,
    GoUnknown,
    Nil,
    Number,
    TooLarge,
    Unsupported,
    is_true,
)
from podhosts.helm.printing import shown, sorted_keys
from podhosts.helm.traced import PrintingAction, Traced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podhosts.helm.evaluate.arguments import Held
    from podhosts.helm.evaluate.evaluator import Evaluator
    from podhosts.helm.language import Definition
    from podhosts.helm.language.tree import Node
    from podhosts.helm.model import GoValue

#: What Go prints where there is nothing; Helm removes it at the end of a file.
NO_VALUE = Traced.own("<no value>")
_FLOAT_KINDS = ("float64", "float32")
_INTEGERS = ("int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64")


class State:
    """One execution of a template: its variables, the node it is at, and what it printed."""

    __slots__ = ("definition", "evaluator", "names", "node", "out", "values")

    def __init__(self, evaluator: Evaluator, definition: Definition, data: GoValue, out: list[Traced]) -> None:
        self.evaluator = evaluator
        self.definition = definition
        self.node: Node = definition.body
        self.names = ["$"]
        self.values: list[Held] = [data]
        self.out = out

    def run(self) -> None:
        """Print the template."""
        self.block(self.values[0], self.definition.body)

    def error(self, message: str, value: Held | None = None) -> TemplateError:
        """An error at the node that is executed, about a value that does not fit."""
        return TemplateError(level_at(self.definition, self.node, message), None if value is None else unboxed(value))

    # Nodes; each returns the word that leaves a loop, if one was met

    def block(self, dot: Held, block: BlockNode) -> str | None:
        """Print nodes one after the other."""
        try:
            return self.nodes(dot, block)
        except TemplateError as error:
            error.dots.append(unboxed(dot))
            raise

    def nodes(self, dot: Held, block: BlockNode) -> str | None:
        """Print nodes; the word that leaves a loop, if one was met."""
        step = self.evaluator.step
        for node in block.nodes:
            if node.__class__ is TextNode:
                self.out.append(node.text)
                continue
            step()
            self.node = node
            leaving = None
            if isinstance(node, ActionNode):
                self.action(dot, node)
            elif isinstance(node, BranchNode):
                leaving = self.branch(dot, node)
            elif isinstance(node, Call):
                self.call_template(dot, node)
            elif isinstance(node, Leave):
                leaving = node.word
            if leaving is not None:
                return leaving
        return None

    def action(self, dot: Held, node: ActionNode) -> None:
        """Print a value, unless variables get it."""
        value = self.pipeline(dot, node.pipe)
        if node.pipe.declared:
            return
        text = NO_VALUE if isinstance(value, Nil) else shown(value)
        if (path := self.definition.source.path) is not None:
            text = text.printed(PrintingAction(path, node.start, node.end))
        self.evaluator.count_text(text)
        self.out.append(text)

    def branch(self, dot: Held, node: BranchNode) -> str | None:
        """`if`, `with` and `range`."""
        marked = len(self.names)
        value = self.pipeline(dot, node.pipe)
        if node.word == "range":
            leaving = self.range(dot, node, value)
        elif is_true(value):
            leaving = self.block(value if node.word == "with" else dot, node.body)
        else:
            if self.evaluator.takes_all_branches and node.word == "if":
                self.evaluator.attempt(lambda: self.block(dot, node.body))
            leaving = self.block(dot, node.otherwise) if node.otherwise else None
        del self.names[marked:], self.values[marked:]
        return leaving

    def range(self, dot: Held, node: BranchNode, value: GoValue) -> str | None:
        """Print the body for each element, or what stands for none."""
        declared = node.pipe.declared
        marked = len(self.names)
        is_empty = True
        for index, item in self.elements(value, len(declared)):
            is_empty = False
            self.evaluator.step()
            if declared and node.pipe.is_assignment:
                self.assign(declared[0].name, index if len(declared) > 1 else item)
                if len(declared) > 1:
                    self.assign(declared[1].name, item)
            elif declared:
                self.values[marked - 1] = item
                if len(declared) > 1:
                    self.values[marked - 2] = index
            leaving = self.block(item, node.body)
            del self.names[marked:], self.values[marked:]
            if leaving == "break":
                return None
        return self.block(dot, node.otherwise) if is_empty and node.otherwise else None

    def elements(self, value: GoValue, variables: int) -> Iterator[tuple[Held, Held]]:
        """The indexes and elements that `range` goes through."""
        if isinstance(value, GoList):
            for index, item in enumerate(list(value.items)):
                yield Number("int", index), element(value, item)
        elif isinstance(value, GoMap):
            for name in sorted_keys(value):
                yield value.key(name), element(value, value.entries[name])
        elif isinstance(value, Number) and value.kind in _INTEGERS:
            if variables > 1:
                raise self.error(f"can't use {shown(value).text} to iterate over more than one variable")
            assert isinstance(value.value, int)  # the kind says so
            for index in range(value.value):
                yield NIL, Number(value.kind, index, value.origin)
        elif isinstance(value, GoUnknown):
            raise Unsupported(f"what is in {value.identity}")
        elif not isinstance(value, Nil):
            raise self.error(f"range can't iterate over {shown(value).text}", value)

    def call_template(self, dot: Held, node: Call) -> None:
        """Print a named template; it knows no variables but its own."""
        definition = self.evaluator.namespace.find(node.name)
        if definition is None:
            raise self.error(f"template {quoted(node.name)} not defined")
        data = self.pipeline(dot, node.pipe) if node.pipe else NIL
        self.evaluator.execute(definition, data, self.out)

    # Variables

    def assign(self, name: str, value: Held) -> None:
        """Give another value to the variable that was declared last with this name."""
        self.values[self.position(name)] = value

    def position(self, name: str) -> int:
        """Where a variable is on the stack."""
        for index in range(len(self.names) - 1, -1, -1):
            if self.names[index] == name:
                return index
        raise self.error(f"undefined variable: {name}")

    # Pipelines and commands

    def pipeline(self, dot: Held, pipe: Pipe) -> GoValue:
        """The value of a pipeline; its variables get it."""
        self.node = pipe
        value: Held | None = None
        for command in pipe.commands:
            value = self.command(dot, command, value)
            if value.__class__ is Boxed:
                value = value.value
        assert value is not None  # the parser refuses a pipeline without commands
        for variable in pipe.declared:
            if pipe.is_assignment:
                self.assign(variable.name, value)
            else:
                self.names.append(variable.name)
                self.values.append(value)
        return unboxed(value)

    def command(self, dot: Held, command: CommandNode, final: Held | None) -> Held:
        """The value of a command; `final` is what the command before it in the pipeline gave."""
        self.evaluator.step()
        words = command.words
        first = words[0]
        if isinstance(first, FieldNode):
            self.node = first
            return self.fields(dot, dot, first, first.names, words, final)
        if isinstance(first, Identifier):
            return self.function(dot, first, command, words, final)
        if isinstance(first, VariableNode):
            return self.variable(dot, first, words, final)
        if isinstance(first, Chain):
            return self.chain(dot, first, words, final)
        if isinstance(first, Pipe):
            self.refuse_arguments(words, final)
            return self.pipeline(dot, first)
        self.node = first
        self.refuse_arguments(words, final)
        if isinstance(first, NilConstant):
            raise self.error("nil is not a command")
        return self.constant(dot, first)

    def constant(self, dot: Held, node: Node) -> Held:
        """A constant, or the dot, where no type is asked for."""
        if isinstance(node, DotNode):
            return dot
        if isinstance(node, (StringConstant, BoolConstant)):
            return node.value
        assert isinstance(node, NumberConstant)  # there are no others
        self.node = node
        number = node.value.ideal
        if number is None:
            raise self.error(f"{node.value.text} overflows int")
        kind = "int" if isinstance(number, int) else "float64" if isinstance(number, float) else "complex128"
        return Number(kind, number, node.origin)

    def refuse_arguments(self, words: tuple[Node, ...], final: Held | None) -> None:
        """Refuse arguments of what is no function."""
        if len(words) > 1 or final is not None:
            raise self.error(f"can't give argument to non-function {words[0].shown()}")

    def variable(self, dot: Held, node: VariableNode, words: tuple[Node, ...], final: Held | None) -> Held:
        """A variable, or fields of it."""
        self.node = node
        value = self.values[self.position(node.name)]
        if node.fields:
            return self.fields(dot, value, node, node.fields, words, final)
        self.refuse_arguments(words or (node,), final)
        return value

    def chain(self, dot: Held, node: Chain, words: tuple[Node, ...], final: Held | None) -> Held:
        """Fields of something in parentheses."""
        self.node = node
        if isinstance(node.base, NilConstant):
            raise self.error(f"indirection through explicit nil in {node.shown()}")
        if isinstance(node.base, Pipe):
            base: Held = self.pipeline(dot, node.base)
        else:
            assert isinstance(node.base, Identifier)  # the parser refuses fields of constants
            base = self.function(dot, node.base, node.base, (), None)
        return self.fields(dot, base, node, node.fields, words, final)

    # Fields and methods

    def fields(
        self,
        dot: Held,
        receiver: Held,
        node: Node,
        names: tuple[str, ...],
        words: tuple[Node, ...],
        final: Held | None,
    ) -> Held:
        """The last of fields in fields; if that is a method, it gets the arguments."""
        for name in names[:-1]:
            receiver = self.field(dot, name, node, (), None, receiver)
        return self.field(dot, names[-1], node, words, final, receiver)

    def field(
        self, dot: Held, name: str, node: Node, words: tuple[Node, ...], final: Held | None, receiver: Held
    ) -> Held:
        """A field, an entry of a map, or what a method gives."""
        value = unboxed(receiver)
        if isinstance(value, Nil):
            if isinstance(receiver, Boxed):
                raise self.error(f"nil pointer evaluating {ANY}.{name}", receiver)
            return NIL
        if isinstance(value, GoUnknown):
            raise Unsupported(f"the field {name} of {value.identity}")
        if isinstance(value, (GoMap, GoList, GoObject)) and name in value.methods:
            return self.call(dot, value.methods[name], node, words, final)
        has_arguments = len(words) > 1 or final is not None
        if isinstance(value, GoObject) and name in value.fields:
            if has_arguments:
                raise self.error(f"{name} has arguments but cannot be invoked as function")
            return value.fields[name]
        if isinstance(value, GoMap):
            if has_arguments:
                raise self.error(f"{name} is not a method but has arguments")
            found = value.entries.get(name)
            return missing_element(value) if found is None else element(value, found)
        raise self.error(f"can't evaluate field {name} in type {held_type(receiver)}", receiver)

    # Functions

    def function(self, dot: Held, node: Identifier, command: Node, words: tuple[Node, ...], final: Held | None) -> Held:
        """What a function gives; `command` is what errors name."""
        self.node = node
        if node.name in ("and", "or"):
            return self.logic(dot, node.name, words, final)
        return self.call(dot, self.evaluator.functions[node.name], command, words, final)

    def logic(self, dot: Held, name: str, words: tuple[Node, ...], final: Held | None) -> GoValue:
        """`and` and `or`, which evaluate no more than they need."""
        arguments = words[1:]
        if not arguments and final is None:
            raise self.error(f"wrong number of args for {name}: want at least 1 got 0")
        value: GoValue = NIL
        for argument in arguments:
            value = unboxed(self.operand(dot, argument))
            if is_true(value) == (name == "or"):
                return value
        return value if final is None else unboxed(final)

    def call(self, dot: Held, function: GoFunction, node: Node, words: tuple[Node, ...], final: Held | None) -> GoValue:
        """Call a function or method with arguments of the right types."""
        name, parameters = function.name, function.parameters
        given = words[1:]
        count = len(given) + (final is not None)
        fixed = len(parameters)
        rest = ""
        if parameters and parameters[-1].startswith("..."):
            fixed -= 1
            rest = parameters[-1][3:]
            if count < fixed:
                raise self.error(f"wrong number of args for {name}: want at least {fixed} got {len(given)}")
        elif count != fixed:
            raise self.error(f"wrong number of args for {name}: want {fixed} got {count}")
        arguments = [
            self.argument(dot, parameters[index] if index < fixed else rest, word) for index, word in enumerate(given)
        ]
        if final is not None:
            arguments.append(self.checked(final, parameters[count - 1] if count <= fixed else rest))
        return self.result(function, node, arguments)

    def result(self, function: GoFunction, node: Node, arguments: list[GoValue]) -> GoValue:
        """What a function gives, or its error at the place of the call."""
        try:
            value = function.call(self.evaluator, arguments)
        except FunctionError as error:
            self.node = node
            calling = level_at(self.definition, node, f"error calling {function.name}: ")
            raise TemplateError(Level(str(error))).within(calling) from None
        except (Unsupported, TooLarge):
            self.node = node
            raise
        except TemplateError as error:
            self.node = node
            raise error.within(level_at(self.definition, node, f"error calling {function.name}: ")) from None
        if value.__class__ is Traced:
            self.evaluator.count_text(value)
        return value

    def checked(self, value: Held, kind: str) -> GoValue:
        """A value for a parameter of this type."""
        try:
            return checked(value, kind)
        except WrongArgument as wrong:
            raise self.error(str(wrong), value) from None

    def operand(self, dot: Held, word: Node) -> Held:
        """The value of an argument where any type is taken."""
        self.node = word
        if isinstance(word, Pipe):
            return self.pipeline(dot, word)
        if isinstance(word, FieldNode):
            return self.fields(dot, dot, word, word.names, (), None)
        if isinstance(word, VariableNode):
            return self.variable(dot, word, (), None)
        if isinstance(word, Identifier):
            return self.function(dot, word, word, (), None)
        if isinstance(word, Chain):
            return self.chain(dot, word, (), None)
        if isinstance(word, NilConstant):
            return Boxed(NIL)
        return self.constant(dot, word)

    def argument(self, dot: Held, kind: str, word: Node) -> GoValue:
        """An argument for a parameter of this type."""
        if isinstance(word, NilConstant):
            self.node = word
            if not can_be_nil(kind):
                raise self.error(f"cannot assign nil to {kind}")
            return INVALID if kind == REFLECT else NIL
        if isinstance(word, (StringConstant, BoolConstant, NumberConstant)):
            return self.typed_constant(kind, word)
        return self.checked(self.operand(dot, word), kind)

    def typed_constant(self, kind: str, word: StringConstant | BoolConstant | NumberConstant) -> GoValue:
        """A constant for a parameter of this type: numbers take the type that is asked for."""
        self.node = word
        if kind in (ANY, REFLECT):
            return unboxed(self.constant(NIL, word))
        expected = ""
        if kind == "string":
            if isinstance(word, StringConstant):
                return word.value
            expected = "string"
        elif kind == "bool":
            if isinstance(word, BoolConstant):
                return word.value
            expected = "bool"
        elif kind in _INTEGERS:
            is_unsigned = kind.startswith("u")
            if isinstance(word, NumberConstant):
                number = word.value.unsigned if is_unsigned else word.value.integer
                if number is not None:
                    return Number(kind, number, word.origin)
            expected = "unsigned integer" if is_unsigned else "integer"
        elif kind in _FLOAT_KINDS:
            if isinstance(word, NumberConstant) and word.value.floating is not None:
                return Number(kind, word.value.floating, word.origin)
            expected = "float"
        if expected:
            raise self.error(f"expected {expected}; found {word.shown()}")
        raise self.error(f"can't handle {word.shown()} for arg of type {kind}")
