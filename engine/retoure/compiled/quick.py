"""The evaluator of a running program: generated functions first, the interpreter for what they give up on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, overload

from ..language import nodes as n
from ..runtime.decision import FieldTrace
from ..runtime.evaluate import Definitions, Evaluator
from ..runtime.scope import Env
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

    def made(self, node: n.MapNode, arguments: Sequence[Any], env: Env) -> tuple[dict[str, Any], Sequence[FieldTrace]]:
        function = self._code.map(node.name.text)
        record = _answer(function, env.now, env.reached, *arguments) if function is not None else None
        if record is None:
            return super().made(node, arguments, env)
        return record, Trace(lambda: Evaluator(self._definitions).made(node, arguments, env)[1])


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


class Trace(Sequence[FieldTrace]):
    """The traces of a record's fields, which the interpreter works out when somebody asks."""

    def __init__(self, ask: Callable[[], Sequence[FieldTrace]]) -> None:
        self._ask: Callable[[], Sequence[FieldTrace]] | None = ask
        self._found: tuple[FieldTrace, ...] = ()

    @property
    def found(self) -> tuple[FieldTrace, ...]:
        if self._ask is not None:
            self._found, self._ask = tuple(self._ask()), None
        return self._found

    @overload
    def __getitem__(self, at: int) -> FieldTrace: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[FieldTrace, ...]: ...
    def __getitem__(self, at: int | slice) -> FieldTrace | tuple[FieldTrace, ...]:
        return self.found[at]

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Iterator[FieldTrace]:
        return iter(self.found)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self.found == tuple(other)

    def __hash__(self) -> int:
        return hash(self.found)

    def __repr__(self) -> str:
        return repr(self.found)
