"""Every kind of damage the drill does: what stands before, what is done, and what has to come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import httpx

from retoure.auditing import DifferenceClass

from ..demo.platforms import TOKEN
from .shop import COUNTED, IMPORTED, LEFT, SENT_BACK, STOCK, Case, Shop, Subject

MISSING_THERE, MISSING_HERE = DifferenceClass.MISSING_THERE, DifferenceClass.MISSING_HERE
STATE, AMOUNT = DifferenceClass.DIFFERENT_STATE, DifferenceClass.DIFFERENT_AMOUNT
DUPLICATE, ORPHAN, STALLED = DifferenceClass.DUPLICATE, DifferenceClass.ORPHAN, DifferenceClass.STALLED

FINANCE: Final = "finance"
DESK: Final = "returns desk"
INTEGRATION: Final = "integration"
OPERATIONS: Final = "operations"
HEALED: Final = ""
TWICE: Final = "told twice"
"""Instead of a class: nothing is wrong, and the journal says that the same was told again."""
BILLED: Final = "billed twice"
"""Instead of a class: the settlement of Reveni's invoice names the return; finance reads it, and nothing is held."""
REPORTED: Final = {TWICE: "nothing", BILLED: "named by the settlement"}
"""What becomes of damage that is told without a hold."""

Strike = Callable[[Subject], Subject | None]
"""Does the damage; gives back another subject where the damage is about one that was not there before."""


@dataclass(frozen=True)
class Damage:
    """One kind. `owner` is the team that has to hold it in the end, empty where it has to be healed.

    `kind` is TWICE where the journal alone has to tell of it, BILLED where the settlement has. `also` are classes that
    the same damage may rightly show besides. `then` is done once the engine has nothing left to do after the strike.
    `sku` comes back. With `passes` it is over in the end: the team has to hold it once, and nobody any more then.
    """

    name: str
    case: Case
    strike: Strike
    kind: DifferenceClass | str
    owner: str
    also: frozenset[DifferenceClass] = frozenset()
    then: Callable[[Subject], None] | None = None
    sku: str = SENT_BACK
    passes: bool = False

    @property
    def end(self) -> str:
        """What has to become of it: `held for finance`, `healed`."""
        if self.owner == HEALED:
            return REPORTED.get(self.kind, "healed")
        return f"held for {self.owner}{', until it was over' if self.passes else ''}"


def _lost(subject: Subject) -> None:
    with subject.unheard():
        subject.moved("accepted")


def _unheard_of(subject: Subject) -> Subject:
    with subject.unheard():
        return Shop(subject.platforms).returned(subject.order, Case.REFUNDED)


def _taken_back(subject: Subject) -> None:
    with subject.unheard():
        subject.moved("for_review")


def _reject_after_refund(subject: Subject) -> None:
    item = subject.platforms.reveni.ask("GET", f"/returns/{subject.number}")["return_items"][0]["id"]
    with subject.unheard():
        subject.platforms.reveni.post(f"/returns/{subject.number}/correct", {"item_id": item, "status": "rejected"})


def _amount(subject: Subject) -> None:
    subject.platforms.reveni.post(f"/returns/{subject.number}/amount", {"amount": "29.90"})


def _deleted(subject: Subject) -> None:
    subject.platforms.scayle.ask("DELETE", f"/orders/{subject.order}")


def _exchange_deleted(subject: Subject) -> None:
    subject.platforms.scayle.ask("DELETE", f"/orders/key=REV-{subject.number}")


def _return_deleted(subject: Subject) -> None:
    subject.platforms.reveni.ask("DELETE", f"/returns/{subject.number}")


def _reported_twice(subject: Subject) -> None:
    """With a token of the shop, as a warehouse system would."""
    order = subject.platforms.scayle.ask("GET", f"/orders/{subject.order}")
    body = [{"returnKey": str(order["items"][0]["id"]), "received": "2026-01-20 09:30:15"}]
    url = f"{subject.platforms.scayle.url}/api/admin/v1/fulfillment/return-items"
    httpx.post(url, json=body, headers={"x-access-token": TOKEN}, trust_env=False).raise_for_status()


def _refused_note(subject: Subject) -> None:
    subject.platforms.scayle.fault(kind="status", status=400, method="PUT", path="/legacy-custom-data$", times=1)
    subject.moved("completed")


def _refund_then_approval(subject: Subject) -> None:
    subject.in_scayle(refund=[0])
    subject.platforms.reveni.post("/webhooks/wait", {"seconds": 5})


def _told_twice(subject: Subject) -> None:
    """Reveni sends all it has told of the return once more."""
    for event in subject.platforms.reveni.books()["events"]:
        if event["resource_id"] == subject.number:
            subject.platforms.reveni.post(f"/webhooks/{event['id']}/redeliver", {"times": 3})


def _approved(subject: Subject) -> None:
    subject.moved("accepted")


def _refunded_by_hand(subject: Subject) -> None:
    """Somebody pays in SCAYLE, before Reveni has approved anything; and then it does."""
    subject.in_scayle(refund=[0])


def _gone(subject: Subject) -> None:
    """Goods that nobody can sell any more: the SKU leaves the catalogue, and then they are accepted."""
    subject.platforms.scayle.post(f"/variants/{LEFT}/discontinue")
    subject.moved("accepted")


def _stock_set(sku: str) -> Strike:
    """Another system sets the stock from before, as a full import does."""
    stock = {"variant": sku, "warehouse": "main-warehouse", "quantity": STOCK}
    return lambda subject: subject.platforms.scayle.post("/stock", stock) and None


def _booked_after(subject: Subject) -> None:
    """The next return of the same SKU is booked: the stock carries retoure's mark again."""
    Shop(subject.platforms).made(Case.REFUNDED, COUNTED)


def _by_hand(**deeds: Any) -> Strike:
    return lambda subject: subject.in_scayle(**deeds)


def _exchange(**deeds: Any) -> Strike:
    return lambda subject: subject.exchange_order(**deeds)


def _edited(**fields: Any) -> Strike:
    return lambda subject: subject.in_reveni(**fields)


def _note(subject: Subject) -> None:
    subject.in_scayle(notes={"retoure": {f"return-{subject.number}": {"status": "received"}}})


def _nothing(subject: Subject) -> None:
    """Nobody does anything, and so nothing comes."""


SILENCE: Final = Damage("no webhook comes any more", Case.ORDER, _nothing, MISSING_HERE, INTEGRATION, passes=True)
"""Done first, for as long as it takes until the watch says so: a short day has short pauses. Then webhooks come."""
DAMAGES: Final = (
    Damage("webhook lost: goods approved", Case.RECEIVED, _lost, MISSING_HERE, HEALED),
    Damage("all webhooks of a return lost", Case.ORDER, _unheard_of, MISSING_HERE, HEALED),
    Damage("webhook lost: inspected again", Case.REFUNDED, _taken_back, MISSING_HERE, DESK),
    Damage("webhook lost: rejected after the refund", Case.REFUNDED, _reject_after_refund, MISSING_HERE, FINANCE,
           frozenset({STALLED})),
    Damage("amount changed at validation", Case.REFUNDED, _amount, AMOUNT, FINANCE),
    Damage("amount edited without a word", Case.REFUNDED, _edited(amount="29.90"), AMOUNT, FINANCE),
    Damage("wrong currency", Case.REFUNDED, _edited(currency="CHF"), AMOUNT, FINANCE),
    Damage("status set by hand in Reveni", Case.REFUNDED, _edited(status="shipped"), STATE, INTEGRATION),
    Damage("return deleted in Reveni", Case.REFUNDED, _return_deleted, MISSING_THERE, INTEGRATION),
    Damage("order deleted in SCAYLE", Case.REFUNDED, _deleted, MISSING_THERE, INTEGRATION),
    Damage("unit set back to delivered", Case.REFUNDED, _by_hand(not_returned=[0]), MISSING_THERE, FINANCE,
           frozenset({ORPHAN})),
    Damage("custom data wiped", Case.REFUNDED, _by_hand(notes=None), MISSING_THERE, HEALED),
    Damage("note overwritten by somebody", Case.REFUNDED, _note, STATE, FINANCE),
    Damage("billing status reset, paid by Reveni", Case.INSTANT, _by_hand(billing="billing_completed"),
           MISSING_THERE, HEALED),
    Damage("billing status reset after a refund", Case.REFUNDED, _by_hand(billing="billing_completed"),
           MISSING_THERE, FINANCE),
    Damage("unit reported twice", Case.REFUNDED, _reported_twice, DUPLICATE, FINANCE),
    Damage("credit note made twice", Case.REFUNDED, _by_hand(credit=[0]), DUPLICATE, FINANCE),
    Damage("unit in the order twice", Case.REFUNDED, _by_hand(double=[0]), ORPHAN, FINANCE,
           frozenset({MISSING_THERE})),
    Damage("another unit returned by hand", Case.REFUNDED, _by_hand(returned=[1]), ORPHAN, FINANCE),
    Damage("unit returned by hand before approval", Case.RECEIVED, _by_hand(returned=[0]), ORPHAN, FINANCE),
    Damage("refund by hand before approval", Case.RECEIVED, _refund_then_approval, ORPHAN, FINANCE),
    Damage("billing status set to refunded", Case.RECEIVED, _by_hand(billing="billing_refunded"), ORPHAN, FINANCE),
    Damage("credit note by hand before approval", Case.RECEIVED, _by_hand(credit=[0]), ORPHAN, FINANCE),
    Damage("paid by Reveni, returned in SCAYLE too", Case.INSTANT, _by_hand(returned=[0]), ORPHAN, FINANCE),
    Damage("refund by hand, no return", Case.ORDER, _by_hand(refund=[0]), ORPHAN, FINANCE),
    Damage("credit note by hand, no return", Case.ORDER, _by_hand(credit=[0]), ORPHAN, FINANCE),
    Damage("price changed after the refund", Case.REFUNDED, _by_hand(price={"0": 1490}), AMOUNT, FINANCE),
    Damage("disbursement billed twice", Case.INSTANT, _edited(billings=2), BILLED, HEALED),
    Damage("exchange order cancelled", Case.EXCHANGED, _exchange(cancelled=[0]), STATE, DESK),
    Damage("exchange order deleted", Case.EXCHANGED, _exchange_deleted, MISSING_THERE, DESK),
    Damage("exchange order doubled", Case.EXCHANGED, _exchange(double=[0]), DUPLICATE, DESK),
    Damage("exchange order emptied", Case.EXCHANGED, _exchange(remove=[0]), MISSING_THERE, DESK),
    Damage("note refused: a dead letter", Case.REFUNDED, _refused_note, STALLED, "failed_returns"),
    Damage("approved after a refund by hand", Case.RECEIVED, _refunded_by_hand, ORPHAN, FINANCE,
           frozenset({STALLED}), then=_approved),
    Damage("every webhook told again", Case.REFUNDED, _told_twice, TWICE, HEALED),
    Damage("SKU left the catalogue before the booking", Case.RECEIVED, _gone, STALLED, OPERATIONS, sku=LEFT),
    Damage("stock set by an import", Case.REFUNDED, _stock_set(IMPORTED), MISSING_THERE, OPERATIONS, sku=IMPORTED),
    Damage("stock set between two bookings", Case.REFUNDED, _stock_set(COUNTED), MISSING_THERE, OPERATIONS,
           then=_booked_after, sku=COUNTED),
)  # fmt: skip
