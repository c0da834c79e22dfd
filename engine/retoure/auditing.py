"""Audits on demand: what a platform has and nobody told of, then every audit of the mapping."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .connectors.polling import Pollable
from .connectors.port import CallFailed, Event
from .delivery.auditing import EVERYTHING
from .delivery.auditing import AuditRun as AuditRun
from .delivery.auditing import Manner as Manner
from .delivery.findings import Fate as Fate
from .delivery.findings import Finding as Finding
from .polling import BACK
from .runtime.differences import DifferenceClass as DifferenceClass

if TYPE_CHECKING:
    from .runner import AsyncRunner

Told = Callable[[str, int, int], None]
"""Is told which audit is at work, how many returns are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Audited:
    """What all audits found. `unheard` are records that no message had told of: they are taken in like events.
    `unasked` says why the followed system could not be asked for these, empty when it was.
    """

    runs: tuple[AuditRun, ...]
    unheard: tuple[Finding, ...] = ()
    unasked: str = ""

    @property
    def held(self) -> int:
        """Differences that a person has to look at."""
        return sum(run.different for run in self.runs)


async def audit_all(
    runner: AsyncRunner, names: Sequence[str] = (), told: Told | None = None, manner: Manner = EVERYTHING
) -> Audited:
    """Runs the audits of those names, all of the mapping when none is named. Raises KeyError for an unknown name."""
    unheard, unasked = await _unheard(runner)
    runs = []
    for name in names or tuple(runner.program.audits):
        runs.append(await runner.audit(name, None if told is None else _progress(told, name), manner))
    return Audited(tuple(runs), unheard, unasked)


def _progress(told: Told, name: str) -> Callable[[int, int], None]:
    return lambda done, total: told(name, done, total)


async def _unheard(runner: AsyncRunner) -> tuple[tuple[Finding, ...], str]:
    """Takes in the records of the followed system that nothing is known of here."""
    system = runner.program.tracked.system
    connector = runner.connector(system)
    if not isinstance(connector, Pollable):
        return (), f"no connector here can be asked for all records of `{system}`"
    try:
        listed = await connector.listed_since((runner.clock.now() - BACK).date())
    except CallFailed as failure:
        return (), str(failure)
    unknown = [event for event in listed if await runner.ask(runner.store.snapshot, event.subject) is None]
    taken = [event for event in unknown if not (await runner.submit(event)).duplicate]
    return tuple(_news(event) for event in taken), ""


def _news(event: Event) -> Finding:
    reason = "taken in like an event: no message had told of it"
    return Finding(event.subject, "record", DifferenceClass.MISSING_HERE, Fate.HEALED, reason=reason)
