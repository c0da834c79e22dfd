"""Reveni's record of a return in the words of finance. Names of fields and statuses: reveni.md 2 and 3."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from ..types.exact import decimal_of
from ..types.kinds import Money
from .returns import Line, Payout, Verdict

APPROVED: Final = frozenset({"accepted", "partly_accepted", "completed"})
REFUSED: Final = frozenset({"rejected"})
CAME_BACK: Final = APPROVED | REFUSED | {"received", "for_review"}
ENDED: Final = APPROVED | REFUSED | {"cancelled", "expired"}

Record = Mapping[str, Any]


def status_of(record: Record) -> str:
    """The status in lower case: Reveni writes it both ways."""
    return str(record.get("status") or "").lower()


def moment_of(record: Record) -> datetime | None:
    """When it came to be so."""
    return _moment(record.get("updated_at"))


def lines_of(record: Record) -> tuple[Line, ...]:
    """Its lines. One that is accepted in part counts as two."""
    return tuple(line for item in record.get("return_items") or () for line in _lines(item, _currency(record)))


def _lines(item: Record, currency: str) -> list[Line]:
    quantity, verdict = int(item.get("quantity") or 0), _verdict(item)
    accepted = item.get("accepted_quantity")
    if verdict is not Verdict.ACCEPTED or accepted is None or int(accepted) >= quantity:
        return [_line(item, currency, quantity, verdict)]
    parts = ((int(accepted), Verdict.ACCEPTED), (quantity - int(accepted), Verdict.REJECTED))
    return [_line(item, currency, count, word) for count, word in parts]


def _line(item: Record, currency: str, quantity: int, verdict: Verdict) -> Line:
    price = _money(item.get("price"), currency)
    return Line(str(item.get("id")), str(item.get("sku") or ""), quantity, verdict, price, bool(item.get("exchange")))


def _verdict(item: Record) -> Verdict:
    word = str(item.get("status") or "").lower()
    return Verdict(word) if word in (Verdict.ACCEPTED, Verdict.REJECTED) else Verdict.OPEN


def payouts_of(record: Record) -> tuple[Payout, ...]:
    """The refunds that Reveni says it has completed."""
    done = (each for each in record.get("refunds") or () if str(each.get("status") or "").lower() == "completed")
    found = ((each, _money(each.get("amount"), str(each.get("currency") or _currency(record)))) for each in done)
    return tuple(
        Payout(str(each.get("method") or "").lower(), money, _moment(each.get("executed_at")))
        for each, money in found
        if money is not None
    )


def way_of(record: Record) -> str:
    """How the shopper gets the money: the method of the last refund, empty before there is one."""
    return next((str(each.get("method") or "").lower() for each in reversed(record.get("refunds") or ())), "")


def facts_of(record: Record) -> dict[str, Any]:
    """The fields of ReturnBooks that stand in the record itself."""
    status = status_of(record)
    return {
        "order": str((record.get("order") or {}).get("external_id") or ""),
        "status": status,
        "approved": status in APPROVED,
        "came_back": status in CAME_BACK,
        "instant": record.get("instant"),
        "way": way_of(record),
        "currency": _currency(record),
        "amount": _money(record.get("amount"), _currency(record)),
        "lines": lines_of(record),
        "payouts": payouts_of(record),
    }


def _currency(record: Record) -> str:
    return str(record.get("currency") or "")


def _money(value: object, currency: str) -> Money | None:
    amount = decimal_of(value) if isinstance(value, str) else None
    return None if amount is None or not currency else Money(amount, currency)


def _moment(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo else None
