"""Long texts: Jinja2 in a sandbox that reaches the given values and nothing else.

No attribute of a Python object can be reached, only the fields of records; no calls, no imports, no files. What is not
defined is an error. What a template may cost is bounded: its length and depth, the turns of its loops, and the text it
makes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, StrictUndefined, Template, TemplateSyntaxError, nodes, pass_context, pass_environment
from jinja2.exceptions import SecurityError, TemplateError, UndefinedError
from jinja2.filters import make_attrgetter
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeVisitor

from .runtime.values import shown
from .template_calls import misused

FILTERS = ("upper", "lower", "trim", "title", "capitalize", "join", "length", "first", "last", "default", "replace")
LONGEST = 20_000
"""The most characters of a template."""
LONGEST_MADE = 200_000
"""The most characters of the text it makes."""
MOST_TURNS = 100_000
"""The most turns of all its loops together."""
TOO_DEEP = "this is nested too deeply"
DEEPEST = 60
DEEPEST_LOOP = 5
TURNS = "turns left"  # no name of a template: it has a blank
LOOP = ("index", "first", "last", "length")
ALLOWED = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr),
    *(nodes.For, nodes.If, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not),
    *(nodes.Filter, nodes.Concat, nodes.Keyword, nodes.Test),
)

PATHS = "write the whole path, and go through a list with `{% for … %}`"


class TemplateInvalid(Exception):
    """A template that cannot be used: line in its text, counted from 1, why, and what to do."""

    def __init__(self, line: int, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.message = message
        self.help = help


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
    sandbox.filters = {name: sandbox.filters[name] for name in FILTERS} | {"join": _join, "replace": _replace}
    sandbox.filters[TURNS] = _turns
    sandbox.tests = {name: sandbox.tests[name] for name in ("defined", "undefined", "none")}
    return sandbox


def parsed(text: str) -> nodes.Template:
    """The tree of a template. Raises TemplateInvalid for bad syntax and for constructs that are not allowed."""
    if len(text) > LONGEST:
        raise TemplateInvalid(1, f"it has {len(text)} characters, and may have {LONGEST}")
    try:
        tree = _environment().parse(text)
        _Guard().visit(tree)
        _compiled(text)
    except TemplateSyntaxError as problem:
        raise TemplateInvalid(problem.lineno, problem.message or "cannot be read") from problem
    except RecursionError as problem:
        raise TemplateInvalid(1, TOO_DEEP) from problem
    except (TemplateError, SecurityError) as problem:
        raise TemplateInvalid(1, str(problem) or "cannot be read") from problem
    return tree


class _Guard(NodeVisitor):
    """Refuses whatever is not on the list: calls, macros, imports, blocks; and what is nested too deeply."""

    def __init__(self) -> None:
        self._depth = 0
        self._loops = 0

    def visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> Any:
        loops = isinstance(node, nodes.For)
        self._depth, self._loops = self._depth + 1, self._loops + loops
        if self._depth > DEEPEST or self._loops > DEEPEST_LOOP:
            raise TemplateInvalid(node.lineno or 1, TOO_DEEP)
        super().visit(node, *args, **kwargs)
        self._depth, self._loops = self._depth - 1, self._loops - loops

    def generic_visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(node, ALLOWED):
            words = "[ ]" if isinstance(node, nodes.Getitem) else type(node).__name__.lower()
            raise TemplateInvalid(node.lineno or 1, f"`{words}` is not allowed in a template")
        if isinstance(node, nodes.Getattr) and not isinstance(node.node, nodes.Name | nodes.Getattr):
            raise TemplateInvalid(node.lineno or 1, f"`.{node.attr}` does not follow a name: {PATHS}")
        if isinstance(node, nodes.Filter | nodes.Test):
            _called_rightly(node)
        return super().generic_visit(node, *args, **kwargs)


def _called_rightly(node: nodes.Filter | nodes.Test) -> None:
    known = _environment().filters if isinstance(node, nodes.Filter) else _environment().tests
    problem, help = misused(node, known)
    if problem:
        raise TemplateInvalid(node.lineno or 1, problem, help)


@cache
def _compiled(text: str) -> Template:
    tree = _environment().parse(text)
    for loop in tree.find_all(nodes.For):
        loop.iter = nodes.Filter(loop.iter, TURNS, [], [], None, None)
    code = _environment().compile(tree)
    return Template.from_code(_environment(), code, _environment().globals)


@pass_context
def _turns(context: Context, items: Any) -> Any:
    """What a loop goes through, once its turns are counted."""
    if not isinstance(items, list | tuple | Mapping | str):
        raise TemplateFailed(f"a loop needs a list, and `{shown(items)[:40]}` is none")
    left = context[TURNS]
    left[0] -= len(items)
    if left[0] < 0:
        raise TemplateFailed(f"its loops take more than {MOST_TURNS} turns")
    return items


@pass_environment
def _join(environment: Environment, items: Iterable[Any], d: Any = "", attribute: str | None = None) -> str:
    """The items, or a field of each, with a text between them, as the filter of Jinja does it; bounded."""
    parts = items if attribute is None else map(make_attrgetter(environment, attribute), items)
    words, between = [shown(part) for part in parts], shown(d)
    _bounded(sum(map(len, words)) + len(between) * len(words))
    return between.join(words)


def _replace(value: Any, old: str, new: str) -> str:
    """The text with another in the place of a piece of it, as the filter of Jinja does it; bounded."""
    text = shown(value)
    _bounded(len(text) + text.count(str(old)) * len(str(new)))
    return text.replace(str(old), str(new))


def _bounded(length: int) -> None:
    if length > LONGEST_MADE:
        raise TemplateFailed(f"it makes a text of more than {LONGEST_MADE} characters")


def render(text: str, values: Mapping[str, Any]) -> str:
    """The text with the values put in. Raises TemplateFailed when something it names is missing."""
    try:
        return "".join(_pieces(_compiled(text), {**values, TURNS: [MOST_TURNS]}))
    except UndefinedError as problem:
        raise TemplateFailed(str(problem.message)) from problem
    except (TemplateError, SecurityError, TypeError, ValueError, ArithmeticError) as problem:
        raise TemplateFailed(str(problem)) from problem
    except RecursionError as problem:
        raise TemplateFailed(TOO_DEEP) from problem


def _pieces(template: Template, values: Mapping[str, Any]) -> Iterator[str]:
    made = 0
    for piece in template.generate(values):
        made += len(piece)
        _bounded(made)
        yield piece
