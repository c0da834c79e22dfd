"""`instead do`: which effect takes the place of one that failed, judged against the ledger. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ..runtime.policy import Instead
from .ledger import Effect, Known, Replacement, Standing, effect_id
from .reconcile import same
from .steps import without_instead

ITSELF: Final = "its policy would replace it by itself"
KEPT: Final = "its policy would replace it by {name}, which this rule keeps under the same key"
OTHER: Final = "its policy would replace it by {name}, which was sent before with another command"


class CannotReplace(Exception):
    """Nothing may be sent instead; the text is the hold's reason."""


def replacement(ledger: Iterable[Known], effect: Effect, instead: Instead) -> Replacement:
    """The effect to send in place of a failed one: once per key, ever. Raises CannotReplace.

    A replacement that fails itself follows the `otherwise` of the same policy and is not replaced again: a chain of
    replacements would have no end that can be seen in the mapping.
    """
    name, policy = effect_id(instead.operation, instead.key), without_instead(effect.policy)
    known = next((entry for entry in ledger if _takes(entry, effect, instead)), None)
    if known is None:
        return Replacement(instead, policy)
    if known.id == effect.entry:
        raise CannotReplace(ITSELF)
    if known.verb != "do":
        raise CannotReplace(KEPT.format(name=name))
    last = next((sent for sent in reversed(known.sent) if sent.standing is not Standing.GONE), None)
    if last is not None and not same(last.body, instead.body):
        raise CannotReplace(OTHER.format(name=name))
    return Replacement(instead, policy, known.id, send=last is None)


def _takes(entry: Known, effect: Effect, instead: Instead) -> bool:
    """Whether an entry has the replacement's place: a `do` is once per key whatever the rule."""
    mine = entry.verb == "do" or entry.rule == effect.rule
    return mine and (entry.operation, entry.key) == (instead.operation, instead.key)
