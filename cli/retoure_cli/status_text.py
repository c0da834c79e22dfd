"""Where everything stands, as lines and tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from retoure import Deployment, Hold, Status, Store, StoreUnavailable, alert_names, open_store

from .books import team_shown
from .output import ago, counted, when
from .service import Service, ask_service

Part = tuple[tuple[str, ...], Sequence[Sequence[object]]]
"""The head of a table, and its rows."""


@dataclass(frozen=True)
class Standing:
    """All figures of one moment; `alerts` says when each last went off, the newest first."""

    deployment: Deployment
    found: Status
    holds: tuple[Hold, ...]
    alerts: Mapping[str, datetime]
    service: Service | None

    @property
    def open_holds(self) -> list[dict[str, object]]:
        """Open holds by team and reason, the most frequent first."""
        counts = Counter((hold.team, hold.reason) for hold in self.holds)
        return [{"team": team, "reason": reason, "count": number} for (team, reason), number in counts.most_common()]


def look(deployment: Deployment, store: Store) -> Standing:
    """Asks the database, and the service when there is one."""
    last = {name: store.last_fired(name) for name in alert_names(deployment)}
    known = [(name, at) for name, at in last.items() if at is not None]
    fired = dict(sorted(known, key=lambda pair: pair[1], reverse=True))
    return Standing(deployment, store.status(), store.holds(), fired, ask_service(deployment))


def look_all(deployments: Sequence[Deployment]) -> tuple[list[Standing], dict[str, str]]:
    """All deployments, and by tenant why a database cannot be looked into. Raises StoreUnavailable for a single one."""
    seen: list[Standing] = []
    missing: dict[str, str] = {}
    for deployment in deployments:
        try:
            with closing(open_store(deployment, create=False)) as store:
                seen.append(look(deployment, store))
        except StoreUnavailable as problem:
            if not deployment.tenant:
                raise
            missing[deployment.tenant] = str(problem)
    return seen, missing


def headlines(seen: Standing) -> Iterator[str]:
    """What is asked first, a line each."""
    found = seen.found
    if seen.deployment.tenant:
        yield f"tenant          {seen.deployment.tenant}"
    if seen.service is not None:
        yield f"service         {seen.service.told}"
    oldest = f"{when(found.oldest_waiting)} ({ago(found.oldest_waiting)})" if found.oldest_waiting else "nothing waits"
    yield f"oldest waiting  {oldest}"
    if found.next_due:
        yield f"next due        {when(found.next_due)} ({ago(found.next_due)})"
    for one in found.stuck:
        returns = counted(one.returns, "return")
        yield f"stuck           {returns} wait for a worker that can run {one.mapping}: {one.why}"
    for each in found.untold:
        yield f"not told        {each.alert} {ago(each.at)}: {each.text} ({each.why})"
    if found.paced:
        yield f"replaying       {counted(found.paced, 'letter')} wait for their turn"
    if found.rejected:
        yield f"rejected        {counted(found.rejected, 'message')}, kept aside"


def parts(seen: Standing) -> Iterator[Part]:
    """The tables, those without rows too."""
    found = seen.found
    yield ("events", "number"), sorted(found.events.items())
    yield ("effects", "number"), sorted(found.effects.items())
    held = ((team_shown(seen.deployment, str(row["team"])), row["count"], row["reason"]) for row in seen.open_holds)
    yield ("held for", "number", "why"), list(held)
    yield ("queue", "letters"), sorted(found.queues.items())
    yield ("alert", "last went off"), list(seen.alerts.items())
    systems = seen.service.systems.items() if seen.service is not None else ()
    yield ("system", "circuit breaker", "since"), [_system(name, told) for name, told in systems]


def _system(name: str, told: Mapping[str, str]) -> Sequence[object]:
    return name, told.get("breaker", ""), datetime.fromisoformat(told["since"]) if "since" in told else None
