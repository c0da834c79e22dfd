"""A connector without a network: answers are scripted, calls are recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from ..types.manifest import Kind, Manifest
from .kind import ConnectorKind, Wiring
from .port import Call, CallFailed, ErrorClass, Json, Request, Settled
from .rest import request_of

Answer = Json | CallFailed | Callable[[Call], Json]
"""What a scripted call gives: JSON, a failure to raise, or a function of the call (which may raise CallFailed)."""

UNKNOWN_OUTCOME = frozenset({ErrorClass.TIMEOUT})


@dataclass(slots=True)
class _Script:
    answer: Answer
    arguments: tuple[str, ...] | None
    left: int | None


class MemoryConnector:
    """Stands in for any platform in tests and dry runs.

    The newest fitting script wins; a script for given arguments wins over one for any. An operation without a script
    answers None, a read without one fails with NOT_FOUND. `calls` holds every `send` in order. With a manifest,
    operations it does not know are refused with ValueError when scripted and CallFailed(INVALID) when called.
    """

    def __init__(self, system: str, manifest: Manifest | None = None) -> None:
        self.system = system
        self.manifest = manifest
        self.calls: list[Call] = []
        self.settled: list[Call] = []
        self._scripts: dict[str, list[_Script]] = {}
        self._plans: dict[str, Answer] = {}
        self._outcomes: dict[str, Settled] = {}

    def __repr__(self) -> str:
        return f"MemoryConnector({self.system!r})"

    def always(self, operation: str, answer: Answer, *, arguments: tuple[str, ...] | None = None) -> None:
        """From now on the operation answers so; `arguments` limits it to calls with exactly these."""
        self._script(operation, _Script(answer, arguments, None))

    def once(self, operation: str, answer: Answer, *, arguments: tuple[str, ...] | None = None, times: int = 1) -> None:
        """The next call (the next `times` calls) answer so, then what was scripted before holds again."""
        self._script(operation, _Script(answer, arguments, times))

    def fails(self, operation: str, error: str, *, times: int | None = None, retry_after: float | None = None) -> None:
        """The next `times` calls (None: all) fail with this class or business code; TIMEOUT leaves the outcome open."""
        failed = CallFailed(error, f"scripted for {operation}", error in UNKNOWN_OUTCOME, retry_after)
        self._script(operation, _Script(failed, None, times))

    def plans(self, operation: str, answer: Answer) -> None:
        """What `plan` gives for the operation."""
        self._known(operation)
        self._plans[operation] = answer

    def settles(self, operation: str, outcome: Settled) -> None:
        """What `settle` finds out for the operation; UNKNOWN when nothing is scripted."""
        self._known(operation)
        self._outcomes[operation] = outcome

    def called(self, operation: str) -> tuple[Call, ...]:
        """The calls of one operation, in order."""
        return tuple(call for call in self.calls if call.operation == operation)

    def counts(self) -> Counter[str]:
        """How often each operation was called."""
        return Counter(call.operation for call in self.calls)

    async def plan(self, call: Call) -> Json:
        """As scripted by `plans`, else None."""
        return _give(self._plans.get(call.operation), call)

    async def send(self, call: Call, plan: Json = None) -> Json:
        """Records the call, then answers as scripted."""
        self.calls.append(call)
        try:
            self._known(call.operation)
        except ValueError as problem:
            raise CallFailed(ErrorClass.INVALID, str(problem)) from problem
        script = self._next(call)
        if script is not None:
            return _give(script.answer, call)
        if self._reads(call.operation):
            raise CallFailed(ErrorClass.NOT_FOUND, f"no answer is scripted for {_shown(call)}", status=404)
        return None

    async def settle(self, call: Call, plan: Json = None) -> Settled:
        """As scripted by `settles`, else UNKNOWN."""
        self.settled.append(call)
        return self._outcomes.get(call.operation, Settled.UNKNOWN)

    def render(self, call: Call) -> tuple[Request, ...]:
        """The platform's request when the manifest has one, else the call by its name."""
        operation = self.manifest.operations.get(call.operation) if self.manifest else None
        if operation is None or operation.http is None:
            return (Request("CALL", _shown(call), call.body),)
        options = {name: name.upper() for name in ("shop", "country", "store")}
        return (request_of(operation, call, options),)

    async def aclose(self) -> None:
        """Nothing to give back."""

    def _script(self, operation: str, script: _Script) -> None:
        self._known(operation)
        self._scripts.setdefault(operation, []).append(script)

    def _next(self, call: Call) -> _Script | None:
        fitting = [script for script in self._scripts.get(call.operation, ()) if _fits(script, call)]
        found = next((s for s in reversed(fitting) if s.arguments is not None), fitting[-1] if fitting else None)
        if found is not None and found.left is not None:
            found.left -= 1
        return found

    def _known(self, operation: str) -> None:
        if self.manifest is not None and operation not in self.manifest.operations:
            raise ValueError(f"{self.system} has no operation `{operation}`")

    def _reads(self, operation: str) -> bool:
        if self.manifest is None:
            return operation.rpartition(".")[2] in ("get", "list", "status")
        return self.manifest.operations[operation].kind is Kind.READ


def _fits(script: _Script, call: Call) -> bool:
    return script.left != 0 and script.arguments in (None, call.arguments)


def _give(answer: Answer, call: Call) -> Json:
    if isinstance(answer, CallFailed):
        raise replace(answer)
    return answer(call) if callable(answer) else answer


def _shown(call: Call) -> str:
    return f"{call.operation}({', '.join(call.arguments)})"


def _built(wiring: Wiring) -> MemoryConnector:
    return MemoryConnector(wiring.system, wiring.manifest)


KIND = ConnectorKind(_built, "nothing leaves the process: for tests and rehearsals", any_schema=True)
