"""The newest event that a platform was asked for, by both databases: the cursor of `retoure poll`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from retoure.connectors.port import Event
from retoure.delivery.store.sql import SqlStore

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def event(number: str, hour: int, system: str = "reveni") -> Event:
    return Event(system, "return_updated", number, "r1", b"{}", at=datetime(2026, 3, 1, hour, tzinfo=UTC))


def test_the_last_of_those_that_were_asked_for(opening: Callable[[], SqlStore]) -> None:
    store = opening()
    try:
        assert store.newest_polled("reveni") is None
        several = [event("poll:1", 9), event("poll:2", 10), event("w%1", 11), event("poll:3", 12, "other")]
        store.accept_all([(one, NOW) for one in several])
        assert store.newest_polled("reveni") == datetime(2026, 3, 1, 10, tzinfo=UTC)
    finally:
        store.close()
