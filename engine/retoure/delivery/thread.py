"""The store's blocking methods, called from asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Any, Final, ParamSpec, TypeVar

from .store.port import Store

P = ParamSpec("P")
T = TypeVar("T")

LONGEST: Final = 100  # calls that are made together at most

Outcome = tuple[Any, BaseException | None]
_Waiting = tuple[Callable[[], Any], asyncio.Future[Any]]


class StoreThread:
    """Calls the store's blocking methods from threads of its own, in the caller's context: as many threads as the store
    has a use for. Calls that come while all of these are busy are made together, as one group of the store. With
    `inline` they are made in place.
    """

    def __init__(self, store: Store, *, inline: bool = False) -> None:
        self._store = store
        self._free = store.threads
        self._starting = False
        self._pool = None if inline else ThreadPoolExecutor(store.threads, thread_name_prefix="retoure-store")
        self._waiting: list[_Waiting] = []

    @property
    def ordered(self) -> bool:
        """Whether calls are made in the order in which they come, those of a group included."""
        return self._store.threads == 1

    async def __call__(self, method: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.soon(method, *args, **kwargs)

    def soon(self, method: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> asyncio.Future[T]:
        """Begins a call; what comes of it."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        if self._pool is None:
            _settle(future, *_outcome(partial(method, *args, **kwargs)))
        else:
            self._waiting.append((partial(copy_context().run, method, *args, **kwargs), future))
            self._start_soon(self._pool)
        return future

    def _start_soon(self, pool: ThreadPoolExecutor) -> None:
        """Once all who are ready to call have called."""
        if self._free and self._waiting and not self._starting:
            self._starting = True
            asyncio.get_running_loop().call_soon(self._start, pool)

    def _start(self, pool: ThreadPoolExecutor) -> None:
        """Hands what waits to the free threads, to each its share. Nobody waits for a call that was cancelled."""
        self._starting = False
        self._waiting = [(call, future) for call, future in self._waiting if not future.cancelled()]
        while self._free and self._waiting:
            share = min(-(-len(self._waiting) // self._free), LONGEST)
            calls, self._waiting = self._waiting[:share], self._waiting[share:]
            self._free -= 1
            self._hand_over(pool, calls)

    def _hand_over(self, pool: ThreadPoolExecutor, calls: Sequence[_Waiting]) -> None:
        loop, made = asyncio.get_running_loop(), pool.submit(self._make, [call for call, _ in calls])
        made.add_done_callback(lambda done: loop.call_soon_threadsafe(self._made, pool, calls, done))

    def _made(self, pool: ThreadPoolExecutor, calls: Sequence[_Waiting], done: Future[list[Outcome]]) -> None:
        """Tells each caller what came of its call; all of them, where the thread itself came to its end."""
        broken = done.exception()
        outcomes = done.result() if broken is None else [(None, broken) for _ in calls]
        for (_, future), (result, problem) in zip(calls, outcomes, strict=True):
            _settle(future, result, problem)
        self._free += 1
        self._start_soon(pool)

    def _make(self, calls: Sequence[Callable[[], Any]]) -> list[Outcome]:
        """What came of each call. Where one of a group fails nothing of it is stored, and all are made anew, each by
        itself. Where the commit fails, nobody knows whether they are stored, and they are not made again.
        """
        made: list[Outcome] = []
        if len(calls) > 1:
            try:
                with self._store.together() as finish:
                    outcomes: list[Outcome] = [(call(), None) for call in calls]
                    finish()
                    made = outcomes
            except Exception as problem:
                made = [(None, problem) for _ in made]
        return made or [_outcome(call) for call in calls]

    async def end(self, last: Callable[[], None]) -> None:
        """Waits for the calls that have begun, makes no others, then the last one: never in one group with a call whose
        caller was cancelled.
        """
        if self._pool is None:
            last()
            return
        await asyncio.to_thread(self.close)
        await asyncio.to_thread(last)

    def close(self) -> None:
        """Waits for the calls that have begun."""
        if self._pool is not None:
            self._pool.shutdown()


def _settle(future: asyncio.Future[Any], result: Any, problem: BaseException | None) -> None:
    if future.done():
        return
    if problem is None:
        future.set_result(result)
    else:
        future.set_exception(problem)


def _outcome(call: Callable[[], Any]) -> Outcome:
    try:
        return call(), None
    except Exception as problem:
        return None, problem
