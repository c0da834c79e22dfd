"""What goes first when much is due: money and goods before notes.

The class of a call comes from what the manifest of its platform says that the operation sets off. A mail or an invoice
alone moves nothing; whatever else is declared does.
"""

from __future__ import annotations

from datetime import timedelta
from enum import IntEnum
from typing import Final

from ..types.manifest import Operation

NOTES: Final = frozenset({"mail", "invoice"})
HANDICAP: Final = timedelta(minutes=5)
"""How much longer a call of each lower class waits than one before it. Whatever is due for that long goes first in any
case, so that nothing waits for ever.
"""


class Priority(IntEnum):
    """Classes, the most urgent first. What is not decided yet may turn out to move something."""

    MOVES = 0
    NOTES = 1


def priority_of(operation: Operation) -> Priority:
    """The class of calls of an operation, whatever the tenant's facts are: `may move` is enough to go first."""
    moves = any(effect.name not in NOTES for effect in operation.side_effects)
    return Priority.MOVES if moves else Priority.NOTES
