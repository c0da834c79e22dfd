"""Small builders for reconciliation: operations, wanted effects, decisions, and a ledger in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from retoure.delivery.ledger import Change, Known, Sent, Standing
from retoure.delivery.reconcile import reconcile
from retoure.runtime.decision import Decision, Ending, Outcome, RuleNote, Wanted
from retoure.runtime.policy import Arm, Policy, Step
from retoure.source import Place
from retoure.types.manifest import Kind, Operation

PLACE = Place("returns.rmap", 7)
POLICY = Policy("p", (Arm((), (Step("queue", "failed"),)),))
THEN = datetime(2026, 3, 1, tzinfo=UTC)
ON_CHANGE = Outcome(Ending.HOLD, "already reported", "finance")

OPERATIONS = {
    "shop.refund": Operation("refund", Kind.CREATE),
    "shop.stock": Operation("stock", Kind.INCREMENT, additive="quantity", identity=("sku", "warehouse")),
    "shop.note": Operation("note", Kind.SET, identity=("order", "name"), undo="derived"),
    "shop.billing": Operation("billing", Kind.RECORD, identity=("order",)),
}


def want(operation: str, body: Mapping[str, Any], *key: str, rule: str = "", **more: Any) -> Wanted:
    verb = "do" if operation == "shop.refund" else "keep"
    policy, place = POLICY, PLACE
    return Wanted(
        verb, operation, key or ("r1",), body, rule or operation, place, policy, **{"on_change": None, **more}
    )


def refund(body: Mapping[str, Any], *key: str, **more: Any) -> Wanted:
    return want("shop.refund", body, *key, **{"on_change": ON_CHANGE, **more})


def stock(quantity: int, sku: str = "A", *key: str, **more: Any) -> Wanted:
    counted = more.pop("counted", "monday")
    return want("shop.stock", {"sku": sku, "warehouse": 1, "quantity": quantity, "at": counted}, *key, **more)


def note(text: str, **more: Any) -> Wanted:
    return want("shop.note", {"order": "1", "name": "return", "text": text}, **more)


def decision(*wanted: Wanted, reviewed: set[str] | None = None, notes: tuple[str, ...] = ()) -> Decision:
    rules = frozenset(OPERATIONS) if reviewed is None else frozenset(reviewed)
    spoken = tuple(RuleNote(rule, PLACE, "") for rule in notes)
    return Decision("r1", "1", "m 1 abc", wanted=wanted, reviewed=rules, notes=spoken)


@dataclass
class Ledger:
    """Does in memory what the store does with changes."""

    entries: list[Known] = field(default_factory=list)
    numbers: int = 0

    def follow(self, made: Decision) -> tuple[Change, ...]:
        changes = reconcile(self.entries, made, OPERATIONS.__getitem__)
        for change in changes:
            self.apply(change)
        return changes

    def apply(self, change: Change) -> None:
        if change.entry is None and change.wanted is None:
            return
        known = self._entry(change)
        kept = tuple(replace(s, standing=Standing.GONE) if s.id in change.drop else s for s in known.sent)
        known = replace(known, sent=(*kept, *(self._sent(call) for call in change.send)))
        others = (entry for entry in self.entries if entry.id != known.id)
        self.entries = sorted((*others, known), key=lambda entry: entry.id)

    def _entry(self, change: Change) -> Known:
        old = next((entry for entry in self.entries if entry.id == change.entry), None)
        made = change.wanted
        if made is None:
            assert old is not None
            return replace(old, body=None)
        number = old.id if old is not None else self._next()
        said = (made.verb, made.operation, made.key, made.rule, made.place, THEN, made.body, made.undo, made.on_change)
        return Known(number, *said, made.policy, "applied", old.sent if old is not None else ())

    def _next(self) -> int:
        self.numbers += 1
        return self.numbers

    def _sent(self, call: Any) -> Sent:
        return Sent(self._next(), call.body, Standing.OPEN, call.identity, call.undo)

    def mark(self, standing: Standing, *, only: Standing = Standing.OPEN) -> None:
        """Moves every call that stands `only` to `standing`."""
        self.turn(lambda sent: standing if sent.standing is only else sent.standing)

    def turn(self, standing: Any) -> None:
        self.entries = [
            replace(entry, sent=tuple(replace(sent, standing=standing(sent)) for sent in entry.sent))
            for entry in self.entries
        ]

    def calls(self, *standings: Standing) -> list[Sent]:
        return [sent for entry in self.entries for sent in entry.sent if sent.standing in standings]

    def sums(self) -> dict[str, int]:
        """Applied stock by SKU."""
        found: dict[str, int] = {}
        for sent in self.calls(Standing.APPLIED):
            if "quantity" in sent.body:
                found[sent.body["sku"]] = found.get(sent.body["sku"], 0) + int(sent.body["quantity"])
        return {sku: quantity for sku, quantity in found.items() if quantity}
