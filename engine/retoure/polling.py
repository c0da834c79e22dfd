"""Asks a platform what has changed, and stores it as events: what a lost webhook would have told."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from .connectors.polling import Pollable
from .connectors.port import CallFailed, ErrorClass, Event
from .delivery.context import Context, PollPlan
from .delivery.tending import NotNow, Schedule

if TYPE_CHECKING:
    from .runner import AsyncRunner

log = logging.getLogger("retoure.delivery")

BACK: Final = timedelta(days=90)
"""How long ago a record may have been begun that is still asked for."""
OVERLAP: Final = timedelta(hours=1)
"""How much older than the newest known change one may be and still be taken: platforms list with a delay."""


class CannotPoll(Exception):
    """This system cannot be asked what has changed: it has no such call, or does not let us."""


class NotAnswered(Exception):
    """This system does not answer just now."""


@dataclass(frozen=True, slots=True)
class Polled:
    """What a look found: records in all, those that changed since the cursor, and those that nobody had told of."""

    listed: int
    changed: int
    new: int


async def poll(runner: AsyncRunner, system: str, back: timedelta = BACK) -> Polled:
    """Stores an event for each change that is not known. Raises CannotPoll, NotAnswered, StoreUnavailable.

    The cursor is the newest change among the events stored by earlier looks: it is saved with them, and never ahead of
    them. All is read before anything is stored, and stored oldest first, so that a look that breaks off loses nothing.
    """
    connector = runner.connector(system)
    if not isinstance(connector, Pollable):
        raise CannotPoll(f"no connector here can be asked what has changed in `{system}`")
    cursor = await runner.newest_polled(system)
    listed = await _listed(connector, system, (runner.clock.now() - back).date())
    since = cursor - OVERLAP if cursor else None
    changed = [event for event in listed if since is None or event.at is None or event.at >= since]
    taken = [await runner.submit(event) for event in changed]
    return Polled(len(listed), len(changed), sum(not accepted.duplicate for accepted in taken))


POLL: Final = "poll "
"""How the names of scheduled looks begin in the books, beside those of audits, which have no blank."""


def schedule(runner: AsyncRunner, plans: Mapping[str, PollPlan]) -> Schedule:
    """Asks each system when it is due: once, whatever the number of workers."""

    async def look(context: Context, name: str) -> None:
        system, began = name.removeprefix(POLL), context.clock.now()
        try:
            found = await poll(runner, system, plans[system].back)
        except (CannotPoll, NotAnswered) as problem:
            raise NotNow(str(problem)) from problem
        log.info("%s was asked: %s records listed, %s events new", system, found.listed, found.new)
        said = (name, context.program.identity, began, context.clock.now(), asdict(found), ())
        await context.thread(context.store.end_audit, *said)

    return Schedule(lambda _: {f"{POLL}{system}": plan.every for system, plan in plans.items()}, look)


async def _listed(connector: Pollable, system: str, begun: date) -> Sequence[Event]:
    try:
        return await connector.listed_since(begun)
    except CallFailed as failed:
        for_good = failed.error in (ErrorClass.INVALID, ErrorClass.NOT_FOUND, ErrorClass.UNAUTHORIZED)
        raise (CannotPoll if for_good else NotAnswered)(f"{system} could not be asked: {failed}") from failed
