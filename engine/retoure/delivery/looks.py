"""A look that an audit took at one subject, and storing what it found."""

from __future__ import annotations

from dataclasses import dataclass

from .context import Context
from .findings import Fate, Finding, hold_of
from .store.port import Audited, Snapshot


@dataclass(frozen=True, slots=True)
class Look:
    """What became of one subject: `how` is compared, under_way, stalled or unread; `problem` why it is unread."""

    how: str
    differences: tuple[Finding, ...] = ()
    healed: bool = False
    problem: str = ""


async def noted(
    context: Context, audit: str, found: Snapshot, told: tuple[Finding, ...], *, heal: bool = False
) -> Look:
    """Opens the holds of what is held, closes those of this audit that are not found any more, and with `heal` has the
    subject decided again. Nothing is stored when the subject was decided meanwhile.
    """
    holds = tuple(hold_of(audit, finding) for finding in told if finding.fate is Fate.HELD)
    audited = Audited(audit, found.subject, found.decision, context.program.identity, holds, heal)
    if not await context.thread(context.store.note_audited, audited, context.clock.now()):
        return Look("under_way")
    return Look("compared", told, heal)
