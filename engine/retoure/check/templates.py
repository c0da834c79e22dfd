"""Do templates name what their parameters have, and nothing that may be missing?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ..diagnostics import Finding, did_you_mean, error
from ..language import nodes as n
from ..source import Span
from ..types.kinds import ANYTHING, Anything, ListOf, Opaque, Optional, Record, Type
from .facts import Facts
from .map_targets import parameter_scope
from .typing.fit import bare, optional
from .typing.words import a

if TYPE_CHECKING:
    from jinja2 import nodes as j

Names = Mapping[str, Type]


def templates(facts: Facts) -> Iterator[Finding]:
    if not facts.templates:
        return
    from ..templating import TemplateInvalid, parsed

    for node in facts.templates.values():
        text = facts.module.source.text[node.text_span.start : node.text_span.end]
        try:
            tree = parsed(text)
        except TemplateInvalid as problem:
            message = f"template `{node.name}`: {problem.message}"
            yield error("template-invalid", message, _line(facts, node, problem.line), help=problem.help)
            continue
        yield from _Walk(facts, node).body(tree.body, parameter_scope(facts, node.parameters).variables, frozenset())


def _line(facts: Facts, node: n.TemplateNode, line: int) -> Span:
    """The span of a line of a template's text, without the spaces before it."""
    text = facts.module.source.text
    start = node.text_span.start
    for _ in range(line - 1):
        start = text.index("\n", start) + 1
    end = text.find("\n", start, node.text_span.end)
    end = node.text_span.end if end < 0 else end
    written = text[start:end]
    return Span(start + len(written) - len(written.lstrip()), start + max(1, len(written.rstrip())))


class _Walk:
    """Goes through one template with the types of the names in it. `sure` holds paths an `if` has found present."""

    def __init__(self, facts: Facts, node: n.TemplateNode) -> None:
        self._facts = facts
        self._node = node

    def body(self, items: list[j.Node], names: Names, sure: frozenset[str]) -> Iterator[Finding]:
        for item in items:
            yield from self._one(item, names, sure)

    def _one(self, item: j.Node, names: Names, sure: frozenset[str]) -> Iterator[Finding]:
        from jinja2 import nodes as j

        if isinstance(item, j.For):
            yield from self._for(item, names, sure)
        elif isinstance(item, j.If):
            yield from self._paths(item.test, names, sure, needed=False)
            yield from self.body(item.body, names, sure | _present(item.test))
            yield from self.body([*item.elif_, *item.else_], names, sure)
        elif isinstance(item, j.Output):
            for part in item.nodes:
                yield from self._paths(part, names, sure, needed=not _defaulted(part))
                yield from self._writable(part, names)

    def _writable(self, part: j.Node, names: Names) -> Iterator[Finding]:
        """A text holds values, and neither records nor lists nor what has no schema."""
        from jinja2 import nodes as j

        path = part.node if isinstance(part, j.Filter) and part.name == "default" and part.node else part
        kind = self._type(path, names) if dotted(path) else None
        if kind is not None and isinstance(bare(kind), Record | ListOf | Opaque):
            message = f"template `{self._node.name}`: a text cannot hold {a(bare(kind))}"
            yield error("template-invalid", message, _line(self._facts, self._node, path.lineno or 1))

    def _for(self, item: j.For, names: Names, sure: frozenset[str]) -> Iterator[Finding]:
        from jinja2 import nodes as j

        yield from self._paths(item.iter, names, sure, needed=True)
        found = self._type(item.iter, names)
        listed = bare(found) if found is not None else ANYTHING
        element = listed.item if isinstance(listed, ListOf) else ANYTHING
        inner = {**names, item.target.name: element} if isinstance(item.target, j.Name) else names
        yield from self.body(item.body, {**inner, "loop": ANYTHING}, sure)

    def _paths(self, part: j.Node, names: Names, sure: frozenset[str], *, needed: bool) -> Iterator[Finding]:
        for path in _outermost(part):
            words = dotted(path)
            at = _line(self._facts, self._node, path.lineno or 1)
            problem = self._unknown(words, names)
            if problem is not None:
                yield error("template-invalid", f"template `{self._node.name}`: {problem[0]}", at, help=problem[1])
            elif needed and words not in sure and isinstance(self._type(path, names), Optional):
                message = f"a text needs a value, and `{words}` may be missing"
                help = 'write `{{ … | default("…") }}`, or put it inside `{% if … %}`'
                yield error("maybe-missing", message, at, "optional in the schema", help=help)

    def _unknown(self, words: str, names: Names) -> tuple[str, str | None] | None:
        first, *rest = words.split(".")
        if first not in names:
            return f"`{first}` is not known here", did_you_mean(first, names)
        kind = names[first]
        for name in rest:
            record = bare(kind)
            if isinstance(record, Anything):
                return None
            if not isinstance(record, Record) or name not in record.fields:
                fields = record.fields if isinstance(record, Record) else ()
                return f"{record} has no field `{name}`", did_you_mean(name, fields)
            kind = record.fields[name].type
        return None

    def _type(self, path: j.Node, names: Names) -> Type | None:
        first, *rest = dotted(path).split(".")
        kind = names.get(first)
        missing = isinstance(kind, Optional)
        for name in rest:
            record = bare(kind) if kind is not None else None
            if not isinstance(record, Record) or name not in record.fields:
                return None
            missing = missing or not record.fields[name].required
            kind = record.fields[name].type
        return optional(kind) if kind is not None and missing else kind


def dotted(node: j.Node) -> str:
    """`return.order.external_id` of a chain of dots, empty for anything else."""
    from jinja2 import nodes as j

    if isinstance(node, j.Getattr):
        return f"{dotted(node.node)}.{node.attr}"
    return node.name if isinstance(node, j.Name) else ""


def _outermost(node: j.Node) -> Iterator[j.Node]:
    """The paths in an expression, each as long as it is written."""
    from jinja2 import nodes as j

    if isinstance(node, j.Getattr | j.Name) and dotted(node) and not dotted(node).startswith("."):
        yield node
        return
    for child in node.iter_child_nodes():
        yield from _outermost(child)


def _defaulted(node: j.Node) -> bool:
    from jinja2 import nodes as j

    return (
        isinstance(node, j.CondExpr)
        or any(item.name == "default" for item in node.find_all(j.Filter))
        or (isinstance(node, j.Filter) and node.name == "default")
    )


def _present(test: j.Node) -> frozenset[str]:
    """The paths that are there when a condition holds: `x`, `x is defined`, and both sides of `and`."""
    from jinja2 import nodes as j

    if isinstance(test, j.And):
        return _present(test.left) | _present(test.right)
    if isinstance(test, j.Test) and test.name == "defined":
        return frozenset({dotted(test.node)})
    return frozenset({dotted(test)} - {""})
