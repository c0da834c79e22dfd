"""All returns of a store, page by page. That returns can be listed at all is an assumption (reveni.md 6)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime

from ...types import json_text
from ..envelope import instant_at
from ..places import at, listed
from ..polling import POLLED
from ..port import Call, CallFailed, ErrorClass, Event, Json

KIND = "return_updated"

Send = Callable[[Call], Awaitable[Json]]


async def returns_since(send: Send, system: str, begun: date) -> list[Event]:
    """As `Pollable.listed_since`. INVALID when a page has no `results` or brings nothing new: the platform does not
    page as assumed, and returns would be missed without a word."""
    found: dict[str, Event] = {}
    page = 1
    while True:
        answer = await send(Call("returns.list", ("", begun.isoformat(), str(page))))
        if not isinstance(at(answer, "results"), list | tuple):
            raise CallFailed(ErrorClass.INVALID, f"page {page} of the returns has no list `results`")
        before = len(found)
        found.update({event.id: event for event in _events(answer, system)})
        if not at(answer, "next"):
            return sorted(found.values(), key=lambda event: event.at or datetime.min.replace(tzinfo=UTC))
        if len(found) == before:
            words = f"page {page} of the returns brings nothing that the pages before did not have"
            raise CallFailed(ErrorClass.INVALID, f"{words}: the platform does not page by `page`")
        page += 1


def _events(answer: Json, system: str) -> list[Event]:
    return [_event(row, system) for row in listed(answer, "results") if isinstance(row.get("id"), str)]


def _event(row: Mapping[str, Json], system: str) -> Event:
    """The row as an event without a snapshot, since it has no lines: the return is read again."""
    changed = str(row.get("updated_at") or row.get("status") or "")
    raw = json_text.dump({"id": row["id"], "status": row.get("status"), "updated_at": row.get("updated_at")}).encode()
    key = str(row["id"])
    return Event(system, KIND, f"{POLLED}{key}:{changed}", key, raw, at=instant_at(row.get("updated_at")))
