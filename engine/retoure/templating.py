"""Long texts: Jinja2 in a sandbox that reaches the given values and nothing else.

No attribute of a Python object can be reached, only the fields of records; no calls, no imports, no files. What is not
defined is an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError, TemplateError, UndefinedError
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeVisitor

from .runtime.values import shown

FILTERS = ("upper", "lower", "trim", "title", "capitalize", "join", "length", "first", "last", "default", "replace")
LOOP = ("index", "first", "last", "length")
ALLOWED = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr),
    *(nodes.For, nodes.If, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not),
    *(nodes.Filter, nodes.Concat, nodes.Keyword, nodes.Test),
)

PATHS = "write the whole path, and go through a list with `{% for … %}`"


class TemplateInvalid(Exception):
    """A template that cannot be used: line in its text, counted from 1, and why."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


class TemplateFailed(Exception):
    """A template that found nothing where it needed a value."""


class _Sandbox(ImmutableSandboxedEnvironment):
    """Dots reach into records only."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        if isinstance(obj, LoopContext) and attribute in LOOP:
            return getattr(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """What `join(", ", attribute="sku")` asks for; `[ ]` is refused when a template is read."""
        return self.getattr(obj, str(argument))


@cache
def _environment() -> _Sandbox:
    sandbox = _Sandbox(undefined=StrictUndefined, finalize=shown, autoescape=False, keep_trailing_newline=False)
    sandbox.globals.clear()
    sandbox.filters = {name: sandbox.filters[name] for name in FILTERS}
    sandbox.tests = {name: sandbox.tests[name] for name in ("defined", "undefined", "none")}
    return sandbox


def parsed(text: str) -> nodes.Template:
    """The tree of a template. Raises TemplateInvalid for bad syntax and for constructs that are not allowed."""
    try:
        tree = _environment().parse(text)
        _Guard().visit(tree)
        _environment().from_string(text)
    except TemplateSyntaxError as problem:
        raise TemplateInvalid(problem.lineno, problem.message or "cannot be read") from problem
    except (TemplateError, SecurityError, RecursionError) as problem:
        raise TemplateInvalid(1, str(problem) or "cannot be read") from problem
    return tree


class _Guard(NodeVisitor):
    """Refuses whatever is not on the list: calls, macros, imports, blocks."""

    def generic_visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(node, ALLOWED):
            words = "[ ]" if isinstance(node, nodes.Getitem) else type(node).__name__.lower()
            raise TemplateInvalid(node.lineno or 1, f"`{words}` is not allowed in a template")
        if isinstance(node, nodes.Getattr) and not isinstance(node.node, nodes.Name | nodes.Getattr):
            raise TemplateInvalid(node.lineno or 1, f"`.{node.attr}` does not follow a name: {PATHS}")
        return super().generic_visit(node, *args, **kwargs)


@cache
def _compiled(text: str) -> Template:
    return _environment().from_string(text)


def render(text: str, values: Mapping[str, Any]) -> str:
    """The text with the values put in. Raises TemplateFailed when something it names is missing."""
    try:
        return _compiled(text).render(values)
    except UndefinedError as problem:
        raise TemplateFailed(str(problem.message)) from problem
    except (TemplateError, SecurityError, TypeError, ValueError, ArithmeticError) as problem:
        raise TemplateFailed(str(problem)) from problem
