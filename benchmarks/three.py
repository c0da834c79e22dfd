"""What the benchmarks of delivery work with: a program that wants three calls for each version of a return."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from retoure.connectors.port import Event
from retoure.runtime.decision import Decision, Occurrence, State, Wanted
from retoure.runtime.policy import Policy
from retoure.runtime.program import Tracked
from retoure.source import Place
from retoure.types.manifest import EventKind, Kind, Manifest, Operation

KEYS = 100
CALLS = 3
PLACE, POLICY = Place("bench.rmap", 1), Policy("p", ())


class Three:
    """Wants three calls per version of a return."""

    identity = "bench 1"
    tracked = Tracked("return", "desk", "desk.Return", "id", "version")
    queues: ClassVar[dict[str, Any]] = {}
    alerts: ClassVar[dict[str, Any]] = {}
    audits: ClassVar[dict[str, Any]] = {}
    questions: tuple[str, ...] = ()
    manifests: ClassVar[dict[str, Manifest]] = {
        "desk": Manifest("desk", "d", "", {}, {}, {"noted": EventKind("noted", (), "Return", "id", "")}, {}),
        "shop": Manifest("shop", "s", "", {}, {"call": Operation("call", Kind.CREATE)}, {}, {}),
    }

    def decide(self, occurrence: Occurrence, state: State) -> Decision:
        record = occurrence.record
        wanted = tuple(
            Wanted("do", "shop.call", (record["id"], str(record["version"]), str(n)), body, "r", PLACE, POLICY, None)
            for n, body in enumerate(bodies(record))
        )
        return Decision(record["id"], str(record["version"]), self.identity, wanted=wanted, reviewed=frozenset())


def bodies(record: dict[str, Any]) -> list[dict[str, Any]]:
    """What the calls for a version of a return say: one for each of its lines."""
    return [
        {
            "return": record["id"],
            "order": record["order"],
            "sku": line["sku"],
            "quantity": line["quantity"],
            "amount": line["amount"],
            "reason": line["reason"],
        }
        for line in record["lines"]
    ]


def event(number: int, keys: int = KEYS) -> Event:
    """The event of that number; the returns take turns."""
    subject = f"r{number % keys}"
    lines = [
        {"sku": f"sku-{number % 7}-{n}", "quantity": n + 1, "amount": f"{19 + n}.90", "reason": "too small"}
        for n in range(CALLS)
    ]
    record = {"id": subject, "version": number // keys, "order": f"order-{number % keys}", "lines": lines}
    raw = json.dumps({"id": f"e{number}", "event": "return.updated", "data": {"object": record}}).encode()
    return Event("desk", "noted", f"e{number}", subject, raw, record)
