"""The guard against paying twice: another system tells of a refund, and what nobody here asked for is held at once."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

from ..connectors.places import PlaceMissing, fill
from ..connectors.port import Event
from ..runtime.differences import DifferenceClass
from ..runtime.program import Audit
from ..types.manifest import EventKind, Kind
from .alerts import ring
from .auditing import compared, deciding
from .context import Context
from .errors import StoreError
from .findings import UNASKED, Fate, Finding, findings, hold_of
from .looks import Look

log = logging.getLogger("retoure.delivery")

NOBODY: Final = "{system} tells of a refund for {subject}, and no return here is about that"


async def guard(context: Context, event: Event) -> None:
    """Compares the subjects that an event about a refund concerns; where it concerns none, that is held.

    Only what happened twice or unasked is held: what is missing is left to the audits, since it may be on its way.
    """
    kind = context.program.manifests[event.system].events.get(event.kind) if _is_system(context, event) else None
    plans = [plan for plan in context.program.audits.values() if plan.pairs.startswith(f"{event.system}.")]
    if kind is None or kind.tells != "refund" or not plans:
        return
    subjects = await context.thread(context.store.readers, _reads(context, event, kind))
    for subject in subjects:
        for plan in plans:
            await _guarded(context, plan, subject)
    if not subjects:
        await _open(context, plans[0], _orphan(context, plans[0], event))
    await ring(context)


def _is_system(context: Context, event: Event) -> bool:
    return event.system in context.program.manifests


def _reads(context: Context, event: Event, kind: EventKind) -> Sequence[str]:
    """The reads by which a subject may know the record."""
    names = [event.subject]
    if kind.known_as:
        try:
            names.append(fill(kind.known_as, event.record))
        except PlaceMissing:
            log.debug("%s has no other name", event.subject)
    operations = context.program.manifests[event.system].operations.values()
    reads = [each.name for each in operations if each.kind is Kind.READ and len(each.parameters) == 1]
    return [f"{event.system}.{read}({name})" for read in reads for name in names]


async def _guarded(context: Context, plan: Audit, subject: str) -> None:
    """A comparison that breaks down is left to the audits, which say so."""
    try:
        await _look(context, plan, subject)
    except StoreError:
        raise
    except Exception:
        log.exception("the guard cannot compare a return", extra={"return_id": subject})


async def _look(context: Context, plan: Audit, subject: str) -> None:
    """Nothing is said while work on the subject is under way: the next audit looks again."""
    found = await context.thread(context.store.snapshot, subject)
    if found is None or found.waiting_since is not None:
        return
    context = await deciding(context, plan.name, subject)
    comparison = await compared(context, plan.name, found)
    if isinstance(comparison, Look):
        return
    for finding in findings(comparison, context.options.owner, heal=False, explained=found.explained):
        if finding.kind in UNASKED:
            await _open(context, plan, finding)


async def _open(context: Context, plan: Audit, finding: Finding) -> None:
    said = (finding.subject, hold_of(plan.name, finding), context.program.identity, context.clock.now())
    await context.thread(context.store.note_orphan, *said)


def _orphan(context: Context, plan: Audit, event: Event) -> Finding:
    reason = NOBODY.format(system=event.system, subject=event.subject)
    team = plan.team or context.options.owner
    return Finding(event.subject, "refund", DifferenceClass.ORPHAN, Fate.HELD, reason=reason, team=team)
