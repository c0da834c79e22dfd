"""Put into a process that works: each step of delivery says when it begins and is over. Nothing else changes."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any

import psycopg

from retoure import runner
from retoure.connectors.port import Call
from retoure.connectors.rest import RestConnector
from retoure.delivery import deciding
from retoure.delivery.ledger import Effect
from retoure.delivery.store.postgres import PostgresStore
from retoure.delivery.store.sql import SqlStore
from retoure.delivery.store.sqlite import SqliteStore
from retoure.delivery.store.sqlite_file import Connection

from .places import Place, Whereabouts

REFUSED = "INVALID"
"""The error of the faults that make letters: a call that had it before and is made again is a letter replayed."""

INTRANS = psycopg.pq.TransactionStatus.INTRANS
Function = Callable[..., Any]


def put_in(places: Whereabouts) -> None:
    """From now on this process says where it is."""
    _watch_commits(places)
    _watch_calls(places, Calls(places))
    _replace(runner.AsyncRunner, "accept", lambda found: _async_at(places, Place.ACCEPTING, found))
    _replace(deciding, "_decide", lambda found: _async_at(places, Place.DECIDING, found))
    _replace(SqlStore, "replay", lambda found: _at(places, Place.REPLAYING, found))
    _replace(runner.AsyncRunner, "start_work", lambda found: _started(places, found))


def _replace(owner: Any, name: str, made: Callable[[Function], Function]) -> None:
    setattr(owner, name, made(getattr(owner, name)))


def _at(places: Whereabouts, place: Place, function: Function) -> Function:
    @wraps(function)
    def placed(*args: Any, **kwargs: Any) -> Any:
        with places.at(place):
            return function(*args, **kwargs)

    return placed


def _async_at(places: Whereabouts, place: Place, function: Callable[..., Awaitable[Any]]) -> Function:
    @wraps(function)
    async def placed(*args: Any, **kwargs: Any) -> Any:
        with places.at(place):
            return await function(*args, **kwargs)

    return placed


def _started(places: Whereabouts, start: Function) -> Function:
    """It is starting from the beginning of the process until it has found again what was under way."""
    begun = threading.Event()

    @wraps(start)
    async def started(self: runner.AsyncRunner) -> None:
        await start(self)
        if not begun.is_set():
            begun.set()
            places.leave(Place.STARTING)

    return started


# --- committing -------------------------------------------------------------------------------------------------------


def _watch_commits(places: Whereabouts) -> None:
    """Every commit is one for a group of events or returns, as far as several wait."""

    def executed(execute: Function) -> Function:
        @wraps(execute)
        def one(self: Connection, sql: str, *values: Any) -> Any:
            with places.at(Place.COMMITTING) if sql == "COMMIT" else nullcontext():
                return execute(self, sql, *values)

        return one

    def committed(commit: Function) -> Function:
        @wraps(commit)
        def one(self: psycopg.Connection[Any]) -> None:
            with places.at(Place.COMMITTING) if self.info.transaction_status is INTRANS else nullcontext():
                commit(self)

        return one

    _replace(Connection, "execute", executed)
    _replace(psycopg.Connection, "commit", committed)


# --- calls ------------------------------------------------------------------------------------------------------------


class Calls:
    """Where each call is on its way from intent to mark."""

    def __init__(self, places: Whereabouts) -> None:
        self._places = places
        self._known: dict[str, Effect] = {}
        self._at: dict[int, tuple[Place, ...]] = {}

    def due(self, effects: tuple[Effect, ...]) -> None:
        self._known |= {effect.call_key: effect for effect in effects}

    def move(self, effect: int, *places: Place) -> None:
        before = self._at.pop(effect, ())
        if places:
            self._at[effect] = places
        for place in places:
            self._places.enter(place)
        for place in before:
            self._places.leave(place)

    def refused(self, subject: str) -> None:
        """The worker may not call for this return any more."""
        for effect in [effect.id for effect in self._known.values() if effect.subject == subject]:
            self.move(effect)

    def begins(self, call: Call) -> int | None:
        """The effect whose call goes out, None where it is a read."""
        effect = self._known.get(call.key)
        if effect is None or self._at.get(effect.id) != (Place.INTENT,):
            return None
        replayed = (Place.REPLAYING,) if effect.error.startswith(REFUSED) else ()
        self.move(effect.id, Place.CALLING, *replayed)
        return effect.id


def _watch_calls(places: Whereabouts, calls: Calls) -> None:
    _replace(SqlStore, "due_effects", lambda found: _seen(calls, found))
    _replace(SqlStore, "record", lambda found: _left(calls, found))
    _replace(SqlStore, "begin", lambda found: _begun(calls, found))
    _replace(SqlStore, "conclude", lambda found: _concluded(calls, found))
    for store in (SqliteStore, PostgresStore):
        _replace(store, "may_call", lambda found: _allowed(calls, found))
    _replace(RestConnector, "send", lambda found: _sent(calls, found))
    _replace(RestConnector, "settle", lambda found: _async_at(places, Place.SETTLING, found))


def _left(calls: Calls, record: Function) -> Function:
    """A decision, too, tells which calls are due, where it knows."""

    @wraps(record)
    def left(*args: Any) -> Any:
        found = record(*args)
        calls.due(found.calls if found is not None else ())
        return found

    return left


def _seen(calls: Calls, due_effects: Function) -> Function:
    @wraps(due_effects)
    def seen(*args: Any) -> Any:
        effects = due_effects(*args)
        calls.due(effects)
        return effects

    return seen


def _begun(calls: Calls, begin: Function) -> Function:
    @wraps(begin)
    def begun(self: SqlStore, effect: Effect, *args: Any) -> bool:
        done: bool = begin(self, effect, *args)
        if done:
            calls.move(effect.id, Place.INTENT)
        return done

    return begun


def _concluded(calls: Calls, conclude: Function) -> Function:
    @wraps(conclude)
    def concluded(self: SqlStore, effect: Effect, *args: Any) -> None:
        conclude(self, effect, *args)
        calls.move(effect.id)

    return concluded


def _allowed(calls: Calls, may_call: Function) -> Function:
    @wraps(may_call)
    def allowed(self: SqlStore, subject: str) -> None:
        try:
            may_call(self, subject)
        except Exception:
            calls.refused(subject)
            raise

    return allowed


def _sent(calls: Calls, send: Callable[..., Awaitable[Any]]) -> Function:
    @wraps(send)
    async def sent(self: RestConnector, call: Call, plan: Any = None) -> Any:
        effect = calls.begins(call)
        try:
            return await send(self, call, plan)
        finally:
            if effect is not None:
                calls.move(effect, Place.UNMARKED)

    return sent
