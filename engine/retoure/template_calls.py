"""Is a filter or test of a template called with what it takes? Found when the template is read, not at night."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import Parameter, signature
from typing import Any

from jinja2 import nodes

from .diagnostics import did_you_mean

Known = Mapping[str, Any]


def misused(call: nodes.Filter | nodes.Test, known: Known) -> tuple[str, str | None]:
    """What is wrong with a call, empty when nothing is, and what to do."""
    word = "filter" if isinstance(call, nodes.Filter) else "test"
    function = known.get(call.name)
    if function is None:
        return f"there is no {word} `{call.name}`", did_you_mean(call.name, filter(str.isidentifier, known))
    if call.dyn_args is not None or call.dyn_kwargs is not None:
        return f"`*` is not allowed in a call of `{call.name}`", "write each value by itself"
    takes = _takes(function)
    given = [str(keyword.key) for keyword in call.kwargs]
    strange = next((name for name in given if name not in takes), None)
    if strange is not None:
        return f"{word} `{call.name}` takes no `{strange}`", did_you_mean(strange, takes) or "leave it out"
    return _counted(word, call, takes, given), None


def _counted(word: str, call: nodes.Filter | nodes.Test, takes: Mapping[str, Parameter], given: list[str]) -> str:
    """What is wrong with the number of values: those without a name come first, in the order of the parameters."""
    placed = list(takes)[: len(call.args)]
    least = [name for name, one in takes.items() if one.default is Parameter.empty]
    wrong = len(call.args) > len(takes) or set(placed) & set(given) or set(least) - {*placed, *given}
    if not wrong:
        return ""
    number, most = len(call.args) + len(given), len(takes)
    wanted = f"{len(least)} to {most}" if len(least) != most else f"{most or 'none'}"
    return f"{word} `{call.name}` is given {number} value{'s' if number != 1 else ''}, and takes {wanted}"


def _takes(function: Callable[..., Any]) -> dict[str, Parameter]:
    """The parameters behind the value itself, and behind what Jinja hands over by itself."""
    own = 2 if hasattr(function, "jinja_pass_arg") else 1
    return dict(list(signature(function).parameters.items())[own:])
