"""A small mapping on the real schemas, and a return for it to decide on."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from retoure.compile import compile_mapping
from retoure.runtime.decision import Answer, Decision, LedgerEntry, Occurrence, State
from retoure.source import Source

HEAD = """
mapping small {
  language 1
  version  "1"
  owner    "tests"
  system   reveni schema "reveni/merchants-v0"
  system   scayle schema "scayle/admin-v1"
  teams    care, desk
  assume   scayle.refunds_on_return_items is ON
  assume   scayle.restocks_on_return is OFF
  setting  boss : team default "the boss"
  setting  mode : one of (slow, fast) default slow
  setting  zone : text default "Europe/Berlin"
  setting  label : template (item : reveni.ReturnItem) default "<{item.sku default "none"}>"
}
track return : reveni.Return {
  key    id
  newest updated_at
  stage from status {
    open     = incomplete, in_progress, pending, on_hold, shipped
    received = received
    judged   = for_review
    approved = accepted, partly_accepted, completed
    refused  = rejected
    closed   = cancelled, expired
    unknown hold "unknown status {status}" for care
  }
  moves {
    open     -> received, judged via received, approved via received, refused, closed
    received -> open, judged, approved, refused, closed
    judged   -> received, approved, refused
    approved -> judged, closed
    refused  -> judged
  }
}
"""

TAIL = """
map note(return : reveni.Return, item : reveni.ReturnItem) -> scayle.OrderNote {
  order  = 1
  name   = item.id
  status = item.status
  text   = "{setting.label(item)} at {now}"
}
map stock(item : reveni.ReturnItem) -> scayle.StockIncrement {
  variant   = "key={item.sku default "none"}"
  warehouse = "main"
  quantity  = item.quantity
  changedAt = now
}
map unit_note(unit : scayle.OrderItem) -> scayle.OrderNote {
  order  = 1
  name   = "unit-{unit.id}"
  status = "picked"
}
policy quiet {
  on CONFLICT retry 3 times wait 1s to 5s then hold "{error}" for care
  otherwise   hold "{error}" for care
}
rule rest {
  when return becomes open, received, judged, approved, refused, closed
  skip "nothing else to do"
}
"""

NOW = datetime(2026, 4, 12, 10, 0, tzinfo=UTC)
RETURN: Mapping[str, Any] = {
    "id": "r1",
    "status": "received",
    "currency": "EUR",
    "updated_at": "2026-04-06T10:00:00.000000Z",
    "order": {"external_id": "70001"},
    "return_items": [
        {"id": "a", "sku": "TEE", "quantity": 1, "status": "accepted", "return_reason": "too_small", "price": "10.00"},
        {"id": "b", "sku": "SOCK", "quantity": 2, "status": "rejected", "return_reason": "other", "price": "2.50"},
    ],
}


class Small:
    """The small mapping with some rules, deciding on changes of one return."""

    def __init__(self, rules: str, settings: Mapping[str, object] | None = None) -> None:
        self.program = compile_mapping(Source("small.rmap", HEAD + rules + TAIL), settings)

    def line(self, text: str) -> int:
        """The line on which a text stands first."""
        source = self.program.source.text
        return source[: source.index(text)].count("\n") + 1

    def decide(
        self,
        state: State | None = None,
        answers: Mapping[str, Answer] | None = None,
        now: datetime = NOW,
        **changes: Any,
    ) -> Decision:
        record = {**copy.deepcopy(dict(RETURN)), **changes}
        return self.program.decide(Occurrence(record, now, answers or {}), state or State())


def after(decision: Decision, state: State | None = None, at: datetime = NOW) -> State:
    """The state that a decision leaves, with every effect applied."""
    before = state or State()
    entries = (*before.entries, decision.entry) if decision.entry else before.entries
    ledger = {
        f"{want.operation} {want.key}": LedgerEntry(want.verb, want.operation, want.key, want.rule, at, want.body)
        for want in decision.wanted
    }
    return State(decision.version, entries, {**before.ledger, **ledger}, {**before.picks, **decision.picks})


def told(decision: Decision) -> list[tuple[str, str]]:
    """Rule and reason of every stop that is not the mapping's own last word."""
    return [(stop.rule, stop.outcome.reason) for stop in decision.stops if stop.rule != "rest"]
