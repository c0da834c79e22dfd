"""What every part of delivery works with: the program, the connectors, the store on its thread, the clock."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Final

from .. import tracing
from ..connectors.breaker import BreakerPace
from ..connectors.port import Call, CallFailed, Connector, ErrorClass, Json
from ..runtime.program import Program, operation_of
from ..types.manifest import Operation
from .clock import Clock
from .facts import Fact, Observer, PlatformAsked, tell
from .programs import Programs
from .store.port import Figures, Fired, Store
from .thread import StoreThread

if TYPE_CHECKING:
    from .notices import Notifier

OWNER: Final = "integration"


@dataclass(frozen=True, slots=True)
class PollPlan:
    """How often a system is asked what has changed, and how long ago a record may have been begun that is asked for."""

    every: timedelta
    back: timedelta


@dataclass(frozen=True)
class Options:
    """How a runner works.

    `concurrency` is how many subjects are worked on at a time, `poll` the seconds between looks for work that other
    processes stored. With `reread` off, events count as they came (recorded or test data): use it where no platform
    can be asked. `pace` makes the waits of policies pass so many times faster than written: for demos and drills.
    `breaker` spares a platform that is down; None asks it each time.
    `polls` are the systems that are asked what has changed, without being told by webhooks.
    `retention` is how long closed returns keep more than their books; None: for ever. `figures` makes of a record and
    the answers to reads what is kept of them for ever.
    `grace` is how long a return rests after its last change before an audit says anything about it.
    `owner` is the team for holds that name none. `alert` is told of every alert that goes off, and `notifier` has what
    is stored of them told by channels.
    With `threads` off the store is called in place, which suits tests that let a virtual clock run.
    """

    concurrency: int = 32
    poll: float = 1.0
    reread: bool = True
    pace: float = 1.0
    owner: str = OWNER
    jitter: random.Random = field(default_factory=random.Random)
    alert: Callable[[Fired], None] | None = None
    notifier: Notifier | None = None
    breaker: BreakerPace | None = None
    retention: timedelta | None = None
    figures: Figures | None = None
    polls: Mapping[str, PollPlan] = field(default_factory=dict)
    grace: timedelta = timedelta(0)
    threads: bool = True


@dataclass(frozen=True)
class Context:
    """Shared by everything that works on the events of a mapping."""

    programs: Programs
    connectors: Mapping[str, Connector]
    store: Store
    thread: StoreThread
    clock: Clock
    options: Options
    stopping: asyncio.Event
    observers: Sequence[Observer] = ()
    chosen: Program | None = None
    versions: dict[str, Context] = field(default_factory=dict, compare=False)

    @property
    def program(self) -> Program:
        """The mapping: the version that was chosen for the case at hand, else the one in force."""
        return self.chosen or self.programs.current

    async def with_version(self, identity: str) -> Context:
        """The same with the mapping version of that name. Raises OtherVersion when it cannot be run here."""
        program = await self.programs.find(identity)
        if program is self.chosen:
            return self
        known = self.versions.get(program.identity)
        if known is None or known.chosen is not program:
            known = self.versions[program.identity] = replace(self, chosen=program)
        return known

    def connector(self, operation: str) -> Connector:
        """The connector of a full operation name (`scayle.stock.add`). Raises CallFailed when there is none."""
        system = operation.partition(".")[0]
        if system not in self.connectors:
            raise CallFailed(ErrorClass.INVALID, f"no connector for system `{system}` is configured")
        return self.connectors[system]

    def operation(self, name: str) -> Operation:
        """The manifest's operation. Raises KeyError."""
        return operation_of(self.program.manifests, name)

    async def ask(self, operation: str, arguments: tuple[str, ...]) -> Json:
        """The answer to a read. Raises CallFailed."""
        with self.timed(operation, "read"):
            return await self.connector(operation).send(Call(short(operation), arguments))

    def tell(self, fact: Fact) -> None:
        """Tells those who observe this runner."""
        tell(self.observers, fact)

    def timed(self, operation: str, step: str) -> Timed:
        """Around what a connector does: a span, and how long it took."""
        return Timed(self, operation, step)


class Timed:
    """Tells the observers of a step at a platform once it has ended."""

    __slots__ = ("_began", "_context", "_operation", "_span", "_step")

    def __init__(self, context: Context, operation: str, step: str) -> None:
        self._context, self._operation, self._step = context, operation, step

    def __enter__(self) -> None:
        self._began = time.monotonic()
        self._span = tracing.span(f"{self._step} {self._operation}", attributes={"retoure.operation": self._operation})
        self._span.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._span.__exit__(kind, problem, trace)
        error = problem.error if isinstance(problem, CallFailed) else ""
        self._context.tell(PlatformAsked(self._operation, self._step, error, time.monotonic() - self._began))


def short(operation: str) -> str:
    """The operation as its connector knows it: `stock.add` of `scayle.stock.add`."""
    return operation.partition(".")[2]
