"""Several tenants at work in one process: each has a runner of its own, and they share the places to work."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from .delivery.slots import Slots
from .delivery.store.port import Status, total
from .deployment.model import Deployment
from .runner import AsyncRunner
from .stopping import stopped_by_signals
from .tenancy import working_for

log = logging.getLogger("retoure.delivery")


class Tenants:
    """Runners by the name of their tenant, to be used with `async with`: it closes them. One alone has no name.

    They share nothing but the process: each has its own books, connectors, credentials and alerts. When the work of one
    breaks down for good, the others go on.
    """

    def __init__(self, runners: Mapping[str, AsyncRunner]) -> None:
        self.runners = dict(runners)

    @classmethod
    async def from_deployments(
        cls, deployments: Sequence[Deployment], *, environment: Mapping[str, str] | None = None
    ) -> Self:
        """The runners of the tenants of a deployment file, which share `worker.concurrency` places fairly.

        Raises as AsyncRunner.from_deployment; nothing is left open then.
        """
        slots = Slots(deployments[0].worker.concurrency, shared=len(deployments) > 1)
        opened = cls({})
        try:
            for deployment in deployments:
                runner = AsyncRunner.from_deployment(deployment, environment=environment, slots=slots)
                opened.runners[deployment.tenant] = runner
        except BaseException:
            await opened.aclose()
            raise
        return opened

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """As AsyncRunner.aclose, for all of them."""
        await self._all(AsyncRunner.aclose)

    @property
    def named(self) -> bool:
        """Whether they have names: then addresses and figures are told apart by them."""
        return set(self.runners) != {""}

    async def start_work(self) -> None:
        """As AsyncRunner.start_work, one after the other."""
        for runner in self.runners.values():
            await runner.start_work()

    async def run(self) -> None:
        """Works until `stop` is called. Raises what ended the work of the last one that was at work."""
        broken: list[Exception] = []
        await self._all(lambda runner: self._working(runner, broken))
        if len(broken) == len(self.runners):
            raise broken[-1]

    async def _working(self, runner: AsyncRunner, broken: list[Exception]) -> None:
        try:
            await runner.run()
        except Exception as problem:
            broken.append(problem)
            if len(self.runners) > 1:
                with working_for(runner.tenant):
                    log.exception("the work of a tenant broke down, that of the others goes on")

    async def drain(self) -> None:
        """Works until nothing is due."""
        await self._all(AsyncRunner.drain)

    def stop(self) -> None:
        """As AsyncRunner.stop, for all of them."""
        for runner in self.runners.values():
            runner.stop()

    @contextmanager
    def stopped_by_signals(self) -> Iterator[None]:
        """As AsyncRunner.stopped_by_signals, for all of them."""
        with stopped_by_signals(lambda: any(runner.stopping for runner in self.runners.values()), self.stop):
            yield

    async def status(self) -> Status:
        """Where everything stands, all of them together."""
        return total([await runner.status() for runner in self.runners.values()])

    async def recent_status(self) -> Status:
        """As AsyncRunner.recent_status."""
        return total([await runner.recent_status() for runner in self.runners.values()])

    @property
    def mappings(self) -> tuple[str, ...]:
        """The mapping versions in force, each once."""
        return tuple(dict.fromkeys(runner.program.identity for runner in self.runners.values()))

    async def _all(self, do: Callable[[AsyncRunner], Awaitable[None]]) -> None:
        """For all of them at the same time; raises the first problem when all have ended."""
        ended = await asyncio.gather(*map(do, self.runners.values()), return_exceptions=True)
        for problem in ended:
            if problem is not None:
                raise problem
