"""The evaluator of a running program: generated functions first, the interpreter for what they give up on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..language import nodes as n
from ..runtime.decision import FieldTrace
from ..runtime.evaluate import Definitions, Evaluator
from ..runtime.later import Later
from ..runtime.scope import Env

if TYPE_CHECKING:
    from .code import Code


class QuickEvaluator(Evaluator):
    """An evaluator that makes records and tests conditions by generated functions.

    Whatever a function stumbles on, an outcome, a failed conversion, a value that no schema foresees, is evaluated
    anew by the interpreter, which knows what to say about it.
    """

    def __init__(self, definitions: Definitions, code: Code) -> None:
        super().__init__(definitions)
        self._code = code

    def holds(self, node: n.Expression, env: Env) -> bool:
        function = self._code.condition(node)
        if function is not None and _answer(function, env.now, env.reached, env.variables) is True:
            return True
        return super().holds(node, env)

    def quickly(self, node: n.Expression, env: Env) -> bool:
        """Whether a condition holds, and no word of why it does not."""
        function = self._code.condition(node)
        held = None if function is None else _answer(function, env.now, env.reached, env.variables)
        return super().holds(node, env) if held is None else bool(held)

    def made(self, node: n.MapNode, arguments: Sequence[Any], env: Env) -> tuple[dict[str, Any], Sequence[FieldTrace]]:
        function = self._code.map(node.name.text)
        record = _answer(function, env.now, env.reached, *arguments) if function is not None else None
        if record is None:
            return super().made(node, arguments, env)
        return record, Later(lambda: Evaluator(self._definitions).made(node, arguments, env)[1])


def maker(definitions: Definitions, code: Code, node: n.MapNode) -> Callable[..., dict[str, Any]]:
    """`make(now, …)`: the record a map makes of its arguments, without traces. Raises what the interpreter raises."""

    def interpreted(now: datetime, *arguments: Any) -> dict[str, Any]:
        return Evaluator(definitions).made(node, arguments, Env({}, now))[0]

    function = code.map(node.name.text)
    return interpreted if function is None else _first(function, interpreted)


def _first(function: Callable[..., Any], interpreted: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """The function, and the interpreter where it gives up."""
    nothing = frozenset[str]()

    def make(now: datetime, *arguments: Any) -> dict[str, Any]:
        try:
            record: dict[str, Any] = function(now, nothing, *arguments)
        except Exception:
            return interpreted(now, *arguments)
        return record

    return make


def _answer(function: Callable[..., Any], *given: Any) -> Any:
    """What a function answers, None where it gives up: on purpose, or because of a value that is not as usual."""
    try:
        return function(*given)
    except Exception:
        return None
