"""Whether the followed system knows more of a record than what was heard of it: a lost message, an edit by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from ..connectors.port import CallFailed, ErrorClass, Event, Json
from ..runtime.differences import DifferenceClass, classified
from ..types import json_text
from ..types.lift import lift
from ..types.manifest import EventKind, Operation
from .context import Context
from .findings import Fate, Finding
from .looks import Look, noted
from .reconcile import same
from .resting import patiently
from .store.port import Snapshot

FOUND: Final = "audit:"
"""How the ids of events begin that an audit made of news it found."""
GONE: Final = "no longer knows this record"
OLDER: Final = "shows another state of this record than the newest that was decided"


async def news_of(context: Context, audit: str, found: Snapshot) -> Look | None:
    """Reads the record anew. What is newer than what was decided is taken in like an event; what the system no longer
    knows, or shows as it was before, is held. None when there is no news, or the record cannot be read again.
    """
    kind = _kind(context)
    if kind is None or not context.options.reread:
        return None
    tracked = context.program.tracked
    name = f"{tracked.system}.{kind.reread.removeprefix(tracked.system + '.')}"
    try:
        record = await patiently(context, partial(context.ask, name, (found.subject,)))
    except CallFailed as failure:
        if failure.error != ErrorClass.NOT_FOUND:
            return Look("unread", problem=str(failure))
        gone = _finding(context, found, "record", DifferenceClass.MISSING_THERE, GONE)
        return await noted(context, audit, found, (gone,))
    changed = _changed(found.record, record, context.operation(name))
    return await _taken_in(context, audit, found, kind, record, changed) if changed else None


def _kind(context: Context) -> EventKind | None:
    """The event that tells of the followed record and has it read again."""
    tracked = context.program.tracked
    kinds = context.program.manifests[tracked.system].events.values()
    wanted = tracked.record.rpartition(".")[2]
    return next((kind for kind in kinds if kind.reread and kind.record.rpartition(".")[2] == wanted), None)


def _changed(before: Mapping[str, Any], now: Json, operation: Operation) -> tuple[str, DifferenceClass] | None:
    """A field that says something else than before, an amount if there is one, and the class of that."""
    old, new = _lifted(before, operation), _lifted(now, operation)
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return None
    fields = [name for name in {**old, **new} if not same(old.get(name), new.get(name))]
    amounts = (name for name in fields if classified(old.get(name), new.get(name)) is DifferenceClass.DIFFERENT_AMOUNT)
    name = next(amounts, fields[0] if fields else "")
    return (name, classified(old.get(name), new.get(name))) if name else None


def _lifted(record: Json, operation: Operation) -> Any:
    return record if operation.output is None else lift(record, operation.output, root=record)[0]


async def _taken_in(
    context: Context, audit: str, found: Snapshot, kind: EventKind, record: Json, changed: tuple[str, DifferenceClass]
) -> Look:
    """Stores the news as an event. When that happened before, and did not help, a person is asked."""
    label, change = changed
    newer = _version(context, record) != _version(context, found.record)
    event = _event(context, found.subject, kind, record, context.clock.now())
    accepted = await context.thread(context.store.accept, event, event.at or context.clock.now())
    if accepted.duplicate:
        return await noted(context, audit, found, (_finding(context, found, label, change, OLDER),))
    lost = DifferenceClass.MISSING_HERE if newer else change
    return Look("compared", (Finding(found.subject, label, lost, Fate.HEALED, reason="taken in like an event"),), True)


def _version(context: Context, record: Any) -> Any:
    for name in context.program.tracked.version.split("."):
        record = record.get(name) if isinstance(record, Mapping) else None
    return record


def _event(context: Context, subject: str, kind: EventKind, record: Json, now: datetime) -> Event:
    """Without a snapshot: the record is read again when it is decided."""
    text = json_text.dump({"id": subject, "version": str(_version(context, record))}).encode()
    digest = hashlib.sha256(json_text.dump(record).encode()).hexdigest()[:16]
    return Event(context.program.tracked.system, kind.name, f"{FOUND}{subject}:{digest}", subject, text, at=now)


def _finding(context: Context, found: Snapshot, label: str, kind: DifferenceClass, what: str) -> Finding:
    reason = f"{context.program.tracked.system} {what}"
    return Finding(found.subject, label, kind, Fate.HELD, "", "", reason, context.options.owner)
