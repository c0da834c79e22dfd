"""Whole functions: of a map, of a template among the settings, of a condition of a rule or a gate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..check.map_targets import parameter_scope
from ..check.typing import Scope
from ..language import nodes as n
from ..language.walk import walk
from ..source import Span
from ..types.kinds import Record
from .base import Types
from .loops import Loops
from .paths import path
from .writer import Line, Writer

NAME = "function"


@dataclass(frozen=True)
class Generated:
    """The text of one function, line by line with its places, and the objects it refers to."""

    what: str
    lines: tuple[Line, ...]
    bound: Mapping[str, Any]

    @property
    def text(self) -> str:
        return "".join(f"{line.text}\n" for line in self.lines)

    def made(self) -> Callable[..., Any]:
        """The function itself."""
        names = dict(self.bound)
        exec(compile(self.text, f"<{self.what}>", "exec"), names)
        found: Callable[..., Any] = names[NAME]
        return found


@dataclass(frozen=True)
class Condition:
    """A condition of a rule or a gate, and what may be named in it."""

    what: str
    node: n.Expression
    types: Types
    scope: Scope


def of_map(definitions: Any, node: n.MapNode) -> Generated:
    """`function(now, reached, …)`, which makes the record. Raises Unsupported."""
    types, scope = Types(definitions.facts), parameter_scope(definitions.facts, node.parameters)
    target = definitions.facts.type_of(node.target)
    if isinstance(target, Record):
        types.assignments(node.assignments, target, scope, node.name.span)
    writer = _writer(definitions, types, node.assignments)
    names = _parameters(node.parameters)
    with writer.out.at(node.span), writer.naming(names):
        _define(writer, names.values())
        with writer.out.indented():
            writer.out.line(f"return {writer.record(node.assignments)}")
    return _generated(f"map {node.name}", writer)


def of_template(definitions: Any, name: str) -> Generated:
    """`function(now, reached, …)`, which makes the text of a template setting. Raises Unsupported."""
    node: n.SettingNode = definitions.facts.settings[name]
    _, text = definitions.template(name)
    types = Types(definitions.facts)
    types.infer(text, parameter_scope(definitions.facts, node.parameters))
    writer = _writer(definitions, types, text)
    names = _parameters(node.parameters)
    with writer.naming(names):
        writer.out.span = node.span
        _define(writer, names.values())
        with writer.out.indented():
            writer.out.line(f"return {_somewhere(writer, text, node.span)}")
    return _generated(f"setting {name}", writer)


def of_condition(definitions: Any, condition: Condition) -> Generated:
    """`function(now, reached, variables)`: whether a condition holds. Raises Unsupported."""
    node, scope = condition.node, condition.scope
    condition.types.infer(node, scope)
    writer = _writer(definitions, condition.types, node)
    used = {part.name for part in walk(node) if isinstance(part, n.NameRef)}
    names = {name: f"a{place + 1}" for place, name in enumerate(sorted(used & set(scope.variables)))}
    with writer.out.at(node.span), writer.naming(names):
        _define(writer, ["variables"])
        with writer.out.indented():
            for name, local in names.items():
                writer.out.line(f"{local} = variables[{name!r}]")
            writer.out.line(f"return {writer.truth(node)}")
    return _generated(condition.what, writer)


def _somewhere(writer: Loops, text: n.TextLiteral, span: Span) -> str:
    """The code of a text of the settings, whose own places are in no file of the mapping."""
    first = len(writer.out.lines)
    expression = writer.expr(text)
    writer.out.lines[first:] = [Line(line.text, span) for line in writer.out.lines[first:]]
    return expression


def _writer(definitions: Any, types: Types, nodes: object) -> Loops:
    writer = Loops(definitions.facts, definitions, types, Writer())
    writer.uses = Counter(path(part) for part in walk(nodes) if isinstance(part, n.Member))
    return writer


def _parameters(parameters: Sequence[n.Parameter]) -> dict[str, str]:
    return {parameter.name.text: f"a{place + 1}" for place, parameter in enumerate(parameters)}


def _define(writer: Loops, names: Any) -> None:
    writer.out.line(f"def {NAME}({', '.join(['now', 'reached', *names])}):")


def _generated(what: str, writer: Loops) -> Generated:
    return Generated(what, tuple(writer.out.lines), writer.out.bound)
