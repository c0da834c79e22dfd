"""What the journal knows of one return at the end of a period, in the words of finance. Plain, frozen data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from ..types.kinds import Money


class Verdict(StrEnum):
    """What became of a line; anything a platform says else is open."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    OPEN = "open"


class Standing(StrEnum):
    """Where a call stands at the end of the period."""

    DONE = "done"
    UNDER_WAY = "under way"
    BY_HAND = "by hand"  # held for a person, or in a dead-letter queue
    LET_GO = "let go"  # a person or a policy decided that it shall not happen
    VOID = "void"  # a newer version wants something else


class Purpose(StrEnum):
    """What a call does to money and goods."""

    STOCK = "stock"
    REFUND = "refund"
    SETTLED = "settled"  # records that somebody else pays
    ORDER = "order"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a return. `price` is that of one unit."""

    id: str
    sku: str
    quantity: int
    verdict: Verdict
    price: Money | None = None
    exchanged: bool = False

    @property
    def value(self) -> Money | None:
        """Price times quantity; None without a price."""
        return None if self.price is None else Money(self.price.amount * self.quantity, self.price.currency)


@dataclass(frozen=True, slots=True)
class Payout:
    """Money the returns platform has sent to the shopper, `way` bank_transfer, store_credit, …"""

    way: str
    amount: Money
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Call:
    """One call for a return. `line` is the line it is for, empty for the return as a whole.

    `at` is when it came to stand so. `quantity` counts units (negative takes back), `sku` and `warehouse` say of what
    and where; `unit` and `order` name a sold unit, `amount` is what was paid for it, as the order says.
    """

    id: int
    purpose: Purpose
    standing: Standing
    wanted_at: datetime
    at: datetime
    line: str = ""
    undo: bool = False
    sku: str = ""
    warehouse: str = ""
    quantity: int = 0
    order: str = ""
    unit: str = ""
    amount: Money | None = None
    error: str = ""
    queue: str = ""
    place: str = ""
    rule: str = ""
    operation: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A hold that was open at the end of the period. `effect` is the call it is about, 0 for none; `difference` the
    class of what an audit found, empty for other holds.
    """

    id: int
    kind: str
    rule: str
    reason: str
    team: str
    place: str
    opened_at: datetime
    effect: int = 0
    difference: str = ""


@dataclass(frozen=True)
class ReturnBooks:
    """One return: what the returns platform last said of it, and every call that was made for it.

    `received_at`, `approved_at` and `ended_at` are when the platform said so first. `trimmed` is true when the record
    is gone after the retention: then only the calls are known. `mapping` is the version that decided it last.
    """

    id: str
    order: str = ""
    status: str = ""
    approved: bool = False
    came_back: bool = False
    instant: bool | None = None
    way: str = ""
    currency: str = ""
    amount: Money | None = None
    lines: tuple[Line, ...] = ()
    payouts: tuple[Payout, ...] = ()
    calls: tuple[Call, ...] = ()
    questions: tuple[Question, ...] = ()
    heard_at: tuple[datetime, ...] = ()
    received_at: datetime | None = None
    approved_at: datetime | None = None
    ended_at: datetime | None = None
    mapping: str = ""
    trimmed: bool = False
    letters: tuple[str, ...] = field(default=())

    def done(self, purpose: Purpose) -> Iterator[Call]:
        """Calls of a purpose that took effect."""
        return (call for call in self.calls if call.purpose is purpose and call.standing is Standing.DONE)

    @property
    def unfinished(self) -> tuple[Call, ...]:
        """Calls that have not come to an end."""
        return tuple(call for call in self.calls if call.standing in (Standing.UNDER_WAY, Standing.BY_HAND))

    @property
    def value(self) -> Money | None:
        """Value of the lines that are or may be refunded in money; None where a price is not known."""
        return self._worth([line for line in self.lines if not line.exchanged])

    @property
    def worth(self) -> Money | None:
        """The same with the lines that are exchanged."""
        return self._worth(self.lines)

    def _worth(self, lines: Sequence[Line]) -> Money | None:
        values = [line.value for line in lines if line.verdict is not Verdict.REJECTED]
        known = [money.amount for money in values if money is not None]
        return Money(sum(known, Decimal(0)), self.currency) if len(known) == len(values) and self.currency else None
