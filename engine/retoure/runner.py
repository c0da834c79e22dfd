"""The runner: takes events in, works them off, and tells where things stand."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from anyio.from_thread import BlockingPortal, start_blocking_portal
from msgspec.structs import replace

from . import tracing
from .connectors.breaker import Breaker, Guarded
from .connectors.port import Connector, Event, Incoming, Receiver, Rejected
from .connectors.secret import Secret
from .delivery.auditing import EVERYTHING, AuditRun, Manner, Progress, audit
from .delivery.clock import Clock, SystemClock
from .delivery.context import Context, Options
from .delivery.deciding import decide_waiting
from .delivery.dispatch import Dispatcher
from .delivery.facts import EventTaken, MessageRejected, Observer, tell
from .delivery.incidents import tend_incidents
from .delivery.programs import Library, Programs
from .delivery.questions import answer
from .delivery.sending import send_waiting
from .delivery.silence import LEAST, watch_silence
from .delivery.slots import Slots
from .delivery.store.port import Accepted, Status, Store
from .delivery.tending import tend, tend_queues
from .delivery.thread import StoreThread
from .delivery.writing import write
from .kept import Kept
from .polling import schedule
from .runtime.decision import Reply
from .runtime.program import Program
from .stopping import stopped_by_signals
from .tenancy import working_for

if TYPE_CHECKING:
    from .deployment.model import Deployment

log = logging.getLogger("retoure.delivery")


class AsyncRunner:
    """A mapping at work, for asyncio. Use it with `async with`; it closes the connectors and the store it was given.

    With a `library` the store says which version of the mapping decides which return; without one it is `program`.
    `tenant` names whose work it is, in the log, in traces and metrics; runners of several tenants in one process share
    `slots`: see Tenants.

    Accepting stores events and needs no worker. The first `drain` or `run` makes this process a worker. A database
    file has one: WorkerRunning is raised when there is another. A PostgreSQL database may have many.
    """

    def __init__(
        self,
        program: Program,
        connectors: Mapping[str, Connector],
        store: Store,
        *,
        clock: Clock | None = None,
        options: Options | None = None,
        library: Library | None = None,
        tenant: str = "",
        slots: Slots | None = None,
    ) -> None:
        chosen = options or Options()
        self.store = store
        self.tenant = tenant
        self.clock: Clock = clock or SystemClock()
        self._thread = StoreThread(store, inline=not chosen.threads)
        self._receivers = connectors
        self._taking = {name: each for name, each in connectors.items() if isinstance(each, Receiver)}
        self._stopping = asyncio.Event()
        self._observers: list[Observer] = [write]
        calling = _guarded(connectors, chosen, self.clock)
        self._library = library
        self._programs = Programs(program, store, self._thread, library)
        self._context = Context(
            self._programs, calling, store, self._thread, self.clock, chosen, self._stopping, self._observers
        )
        self._dispatcher = Dispatcher(self._context, self._work, slots or Slots(chosen.concurrency), tenant)
        self.questions_token: Secret | None = None
        self._started = False
        self._starting = asyncio.Lock()
        self._working = 0
        self._resting = asyncio.Event()
        self._resting.set()
        self._inbox: list[tuple[Event, asyncio.Future[Accepted]]] = []
        self._filing: asyncio.Task[None] | None = None
        self._standing = Kept(self.status)
        self._polls = schedule(self, chosen.polls)

    @classmethod
    def from_deployment(
        cls,
        deployment: Deployment | Path | str,
        *,
        environment: Mapping[str, str] | None = None,
        clock: Clock | None = None,
        slots: Slots | None = None,
    ) -> Self:
        """The runner a deployment file describes: mapping, settings, connectors, store, alerts.

        `environment` holds the secrets; the process's own when not given. Raises DeploymentInvalid, CompileFailed,
        StoreError. Nothing is called yet, and no worker is started.
        """
        from .embed import assemble, deployment_of

        parts = assemble(deployment_of(deployment), environment)
        runner = cls(
            parts.program,
            parts.connectors,
            parts.store,
            clock=clock,
            options=parts.options,
            library=parts.library,
            tenant=parts.tenant,
            slots=slots,
        )
        runner.questions_token = parts.questions_token
        runner._observers += parts.observers
        return runner

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Stops, waits for calls in flight and events being stored, and closes connectors and store."""
        self.stop()
        await self._resting.wait()
        if self._filing is not None:
            await self._filing
        if self._context.options.notifier is not None:
            await self._context.options.notifier.aclose()
        for connector in self._context.connectors.values():
            await connector.aclose()
        await self._thread.end(self.store.close)

    # --- taking in

    async def accept(self, system: str, body: bytes, headers: Mapping[str, str]) -> Accepted:
        """Verifies a webhook and stores it durably; answer the platform once this returns.

        Raises Rejected (its body is kept), StoreUnavailable (answer 503), StoreDamaged.
        """
        names = {name.lower(): value for name, value in headers.items()}
        within = tracing.of_request(names)
        with working_for(self.tenant), tracing.span(f"accept {system}", within=within, kind=tracing.SERVER) as span:
            event = await self._verified(system, Incoming(body, names))
            accepted = await self.submit(event)
            span.set_attributes(
                {"retoure.return_id": event.subject, "retoure.event_id": event.id, "retoure.event": accepted.seq}
            )
            return accepted

    async def _verified(self, system: str, incoming: Incoming) -> Event:
        now = self.clock.now()
        try:
            return self._receiver(system).accept(incoming, now)
        except Rejected as rejected:
            await self._thread(self.store.keep_rejected, system, incoming.body, rejected.reason, now, rejected.message)
            tell(self._observers, MessageRejected(system, rejected.reason))
            raise

    def receives(self, system: str) -> bool:
        """Whether webhooks of this system are taken here."""
        return system in self._taking

    def _receiver(self, system: str) -> Receiver:
        if system not in self._taking:
            raise Rejected("unknown", f"no connector here takes webhooks of `{system}`")
        return self._taking[system]

    async def submit(self, event: Event) -> Accepted:
        """Stores an event durably. Events that arrive together share one commit, and the moment it begins at. Raises
        StoreUnavailable.

        What follows from it belongs to the trace the event names, else to the present one.
        """
        future: asyncio.Future[Accepted] = asyncio.get_running_loop().create_future()
        if not event.trace and (carrier := tracing.carrier()):
            event = replace(event, trace=carrier)
        self._inbox.append((event, future))
        if self._filing is None or self._filing.done():
            self._filing = asyncio.create_task(self._file())
        return await future

    async def _file(self) -> None:
        while self._inbox:
            batch, self._inbox = self._inbox, []
            now = self.clock.now()
            try:
                accepted = await self._thread(self.store.accept_all, [(event, now) for event, _ in batch])
            except Exception as problem:
                for _, future in batch:
                    _fail(future, problem)
            else:
                for (event, future), result in zip(batch, accepted, strict=True):
                    tell(self._observers, EventTaken(event, result))
                    if not future.done():
                        future.set_result(result)
                self._dispatcher.wake()

    def connector(self, system: str) -> Connector | None:
        """The connector of a system, as it was given; None where there is none."""
        return self._receivers.get(system)

    async def newest_polled(self, system: str) -> datetime | None:
        """When the thing happened that the last stored event tells of, among those that a platform was asked for."""
        return await self._thread(self.store.newest_polled, system)

    # --- working

    async def drain(self, *, wait: bool = False, until: datetime | None = None) -> None:
        """Works until nothing is due. With `wait` it also sleeps on its clock through every future retry, with `until`
        through everything that falls due up to that moment (returns decided again because time passed, too), and
        ends then.

        Raises WorkerRunning, StoreUnavailable, StoreDamaged.
        """
        await self.start_work()
        with working_for(self.tenant), self._at_work():
            await self._dispatcher.drain(wait=wait, until=until)

    async def run(self) -> None:
        """Works until `stop` is called; audits run, and platforms are asked what has changed, when that is due. Raises
        WorkerRunning.
        """
        await self.start_work()
        with working_for(self.tenant), self._at_work():
            tending = asyncio.create_task(tend(self._context, self._polls.run_due), name="tending")
            try:
                await self._dispatcher.run()
            finally:
                tending.cancel()
                await asyncio.gather(tending, return_exceptions=True)

    def stop(self) -> None:
        """Makes `run` and `drain` return after the calls in flight; what is left is found again at the next start."""
        self._stopping.set()

    @contextmanager
    def stopped_by_signals(self) -> Iterator[None]:
        """Inside, the first SIGINT or SIGTERM is a `stop`; the second cancels the task that entered.

        Calls that are cut off count as unknown outcomes and are settled at the next start.
        """
        with stopped_by_signals(self._stopping.is_set, self.stop):
            yield

    def wake(self) -> None:
        """Tells the runner to look for work now: after a replay, say."""
        self._dispatcher.wake()

    async def start_work(self) -> None:
        """Makes this process a worker of the database, as `drain` and `run` do. Raises WorkerRunning."""
        async with self._starting:
            if not self._started:
                with working_for(self.tenant):
                    await self._begin_work()
                self._started = True

    async def _begin_work(self) -> None:
        loop = asyncio.get_running_loop()
        self.store.listen(partial(_soon, loop, self._dispatcher.wake))
        await self._thread(self.store.start_work, self.clock.now())
        if self._library is not None:
            await self._start_with(self._library)

    async def _start_with(self, library: Library) -> None:
        """The database says which version decides; where nobody ever deployed one, it is the one this starts with."""
        who = f"{socket.gethostname()}/{os.getpid()}"
        in_force = await self._thread(self.store.start_with, library.own, who, self.clock.now())
        if in_force != library.own.identity:
            log.warning("%s is in force, not %s of the deployment: `retoure deploy` changes that", in_force,
                        library.own.identity)  # fmt: skip
        await self._programs.refresh()

    @property
    def program(self) -> Program:
        """The mapping version in force, as far as this runner knows."""
        return self._context.program

    @property
    def working(self) -> bool:
        """Whether `run` or `drain` is under way."""
        return self._working > 0

    @property
    def stopping(self) -> bool:
        """Whether `stop` was called."""
        return self._stopping.is_set()

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        self._working += 1
        self._resting.clear()
        try:
            yield
        finally:
            self._working -= 1
            if not self._working:
                self._resting.set()

    async def _work(self, subject: str) -> None:
        calls = await decide_waiting(self._context, subject)
        while await send_waiting(self._context, subject, calls):
            calls = await decide_waiting(self._context, subject)

    # --- comparing and answering

    async def audit(self, name: str, progress: Progress | None = None, manner: Manner = EVERYTHING) -> AuditRun:
        """Compares both systems now, as the mapping's audit says, and opens and closes its holds; what it has decided
        again is left to the worker. Needs no worker, and may run beside one.

        `progress` is told how many returns are done, and how many there are; `manner` says whether all are compared,
        and whether a run that was interrupted is gone on with. Raises KeyError for an unknown name.
        """
        with working_for(self.tenant):
            await self._programs.refresh()
            return await audit(self._context, name, progress, manner)

    async def watch_silence(self, least: timedelta = LEAST) -> timedelta | None:
        """How long nothing has come from the followed system, where that is longer than `least` and than is usual at
        this hour: then it is held, too, until something comes. `run` looks every few minutes by itself.
        """
        with working_for(self.tenant):
            return await watch_silence(self._context, least)

    async def tend_queues(self) -> None:
        """Holds letters that lay too long, and replays those of an outage that is over, as `run` does by itself."""
        await tend_queues(self._context)

    async def poll_due(self) -> None:
        """Asks the platforms what has changed that are due to be asked, as `run` does by itself."""
        await self._polls.run_due(self._context)

    async def tend_incidents(self) -> None:
        """Escalates alerts that nobody acted on, and tells of those whose cause has gone, as `run` does by itself."""
        await tend_incidents(self._context)

    async def ask_question(self, name: str, values: Mapping[str, Any]) -> Reply:
        """Answers a question of the mapping at once: reads what it needs, once each, stores nothing.

        Raises NoSuchQuestion, and ValuesInvalid for values of the wrong type.
        """
        with working_for(self.tenant):
            await self._programs.refresh()
            return await answer(self._context, name, values)

    # --- looking

    def observe(self, observer: Observer) -> None:
        """Has `observer` told of everything that is done from now on, in the runner's event loop: it must be quick."""
        self._observers.append(observer)

    @property
    def unreachable(self) -> tuple[str, ...]:
        """Systems that the mapping works with, and no connector is configured for."""
        return tuple(system for system in self.program.manifests if system not in self._receivers)

    def breakers(self) -> dict[str, Breaker]:
        """The circuit breaker of each system, where there are any."""
        calling = self._context.connectors.items()
        return {system: connector.breaker for system, connector in calling if isinstance(connector, Guarded)}

    async def status(self) -> Status:
        """Where everything stands."""
        return await self._thread(self.store.status)

    async def recent_status(self) -> Status:
        """The same of a few seconds ago, for those who ask again and again: it counts every row."""
        return await self._standing.get()

    async def ask(self, question: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Calls a method of the store on its thread: `await runner.ask(runner.store.holds, team="finance")`."""
        return await self._thread(question, *args, **kwargs)


def _guarded(connectors: Mapping[str, Connector], options: Options, clock: Clock) -> Mapping[str, Connector]:
    """The connectors as calls reach them."""
    pace = options.breaker
    if pace is None:
        return connectors
    return {name: Guarded(connector, Breaker(name, pace, clock.now)) for name, connector in connectors.items()}


def _soon(loop: asyncio.AbstractEventLoop, act: Callable[[], None]) -> None:
    loop.call_soon_threadsafe(act)


def _fail(future: asyncio.Future[Accepted], problem: Exception) -> None:
    if not future.done():
        future.set_exception(problem)


class Runner:
    """AsyncRunner for code without asyncio: an event loop runs in a thread of its own between enter and exit.

    `build` is called inside that loop and returns the runner to use.
    """

    def __init__(self, build: Callable[[], AsyncRunner]) -> None:
        self._build = build
        self._stack = ExitStack()
        self._inside: tuple[BlockingPortal, AsyncRunner] | None = None

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            portal = stack.enter_context(start_blocking_portal())
            runner = portal.call(self._built)
            stack.callback(portal.call, runner.aclose)
            self._inside = portal, runner
            self._stack = stack.pop_all()
        return self

    @classmethod
    def from_deployment(
        cls, deployment: Deployment | Path | str, *, environment: Mapping[str, str] | None = None
    ) -> Self:
        """As AsyncRunner.from_deployment; what it raises comes from entering `with`."""
        return cls(lambda: AsyncRunner.from_deployment(deployment, environment=environment))

    async def _built(self) -> AsyncRunner:
        return self._build()

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._inside = None
        self._stack.close()

    @property
    def _entered(self) -> tuple[BlockingPortal, AsyncRunner]:
        if self._inside is None:
            raise RuntimeError("use the runner inside `with`")
        return self._inside

    @property
    def store(self) -> Store:
        """The store, whose methods may be called from any thread."""
        return self._entered[1].store

    def accept(self, system: str, body: bytes, headers: Mapping[str, str]) -> Accepted:
        """As AsyncRunner.accept."""
        portal, runner = self._entered
        return portal.call(runner.accept, system, body, headers)

    def submit(self, event: Event) -> Accepted:
        """As AsyncRunner.submit."""
        portal, runner = self._entered
        return portal.call(runner.submit, event)

    def drain(self, *, wait: bool = False) -> None:
        """As AsyncRunner.drain."""
        portal, runner = self._entered

        async def drained() -> None:
            await runner.drain(wait=wait)

        portal.call(drained)

    def run(self) -> None:
        """Blocks until `stop` is called from another thread."""
        portal, runner = self._entered
        portal.call(runner.run)

    def stop(self) -> None:
        """As AsyncRunner.stop; may be called from any thread."""
        portal, runner = self._entered
        portal.call(runner.stop)

    def status(self) -> Status:
        """As AsyncRunner.status."""
        portal, runner = self._entered
        return portal.call(runner.status)
