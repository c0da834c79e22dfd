"""A small mapping in Python, a clock that jumps, and a workbench that puts a runner together on a real file."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest
from msgspec.structs import replace

from retoure.connectors.memory import MemoryConnector
from retoure.connectors.port import Call, CallFailed, Connector, Event, Incoming, Rejected
from retoure.delivery.context import Options
from retoure.delivery.programs import Library
from retoure.delivery.store.port import Fired
from retoure.delivery.store.postgres import PostgresStore
from retoure.delivery.store.sql import SqlStore
from retoure.delivery.store.sqlite import SqliteStore
from retoure.runner import AsyncRunner
from retoure.runtime.decision import (
    Comparison,
    Decision,
    Difference,
    Ending,
    Entry,
    NeededRead,
    Occurrence,
    Outcome,
    Read,
    Reply,
    State,
    Stop,
    Wanted,
)
from retoure.runtime.differences import classified
from retoure.runtime.policy import Arm, Instead, Policy, Retry, Step
from retoure.runtime.program import Alert, Audit, Queue, Threshold, Tracked
from retoure.runtime.reply import ValuesInvalid
from retoure.source import Place
from retoure.testing.clock import JumpingClock
from retoure.types.kinds import Text
from retoure.types.manifest import EventKind, Kind, Manifest, Operation, OutcomeCheck, Parameter, SideEffect, Units

T = TypeVar("T")

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
PLACE = Place("returns.rmap", 12)
ON_CHANGE = Outcome(Ending.HOLD, "already reported", "finance")
RETRY = Step("retry", retry=Retry(3, 10, 60))
TO_QUEUE = (Step("queue", "failed"), Step("alert", "oncall"))
POLICY = Policy(
    "delivery",
    (
        Arm(("TIMEOUT",), (Step("check"), RETRY, *TO_QUEUE)),
        Arm(("RATE_LIMITED", "UNAVAILABLE"), (RETRY, *TO_QUEUE)),
        Arm(("GONE",), (Step("hold", "operations", "adjust by hand: {error}"),)),
        Arm(("HARMLESS",), (Step("skip", reason="nothing to do"),)),
        Arm((), TO_QUEUE),
    ),
)
MISSING = Outcome(Ending.HOLD, "SCAYLE does not know it", "finance")
LATE = Outcome(Ending.HOLD, "still received", "desk")
LOST = Outcome(Ending.HOLD, "the order was created, but its number is not known", "desk")

DESK = Manifest(
    "desk",
    "desk/1",
    "",
    {},
    {"returns.get": Operation("returns.get", Kind.READ)},
    {
        "return_updated": EventKind("return_updated", ("return.updated",), "Return", "id", "", reread="returns.get"),
        "return_noted": EventKind("return_noted", (), "Return", "id", ""),
        "claim_made": EventKind("claim_made", (), "Claim", "id", ""),
    },
    {},
)
NUMBER = Parameter("number", Text())
SHOP = Manifest(
    "shop",
    "shop/1",
    "",
    {},
    {
        "orders.get": Operation("orders.get", Kind.READ, parameters=(NUMBER,), units=Units("items", "id")),
        "refunds.send": Operation(
            "refunds.send",
            Kind.CREATE,
            check=OutcomeCheck("orders.get", ("{order}",)),
            side_effects=(SideEffect("refund"),),
        ),
        "mails.send": Operation("mails.send", Kind.CREATE, side_effects=(SideEffect("mail"),)),
        "orders.create": Operation("orders.create", Kind.CREATE, check=OutcomeCheck("orders.get", ("{number}",))),
        "vouchers.send": Operation("vouchers.send", Kind.CREATE),
        "notes.set": Operation("notes.set", Kind.SET, idempotent=True, identity=("order", "name"), undo="derived"),
        "stock.add": Operation(
            "stock.add", Kind.INCREMENT, additive="quantity", identity=("sku",), settles_itself=True
        ),
    },
    {"refunded": EventKind("refunded", (), "Order", "id", "", tells="refund", known_as="key={number}")},
    {},
)


class ReturnsMapping:
    """Wants what the record lists: `refund`, `mail`, `note`, `stock` per line; reads the order when there is one.

    `status: hold` stops every rule, `explode` breaks the mapping. `stage` moves it; with `hours`, it is held when it
    has been there for so long. `create` makes an order, whose number goes into a note; `voucher` is sent instead of
    what fails with GONE. `watched` is what `changes` would compare.
    """

    identity = "returns 1.0.0 abcd1234"
    tracked = Tracked("return", "desk", "desk.Return", "id", "version")
    queues: Mapping[str, Queue] = {"failed": Queue("failed", timedelta(days=90))}
    alerts: Mapping[str, Alert] = {"oncall": Alert("oncall", (Threshold(1, "queued"),), timedelta(minutes=30))}
    manifests: Mapping[str, Manifest] = {"desk": DESK, "shop": SHOP}
    audits: Mapping[str, Audit] = {
        "money": Audit(
            "money", timedelta(hours=1), timedelta(days=30), timedelta(hours=24), "oncall", "shop.orders.get", "finance"
        )
    }
    questions: tuple[str, ...] = ("returnable",)
    rules = frozenset({"refund", "mail", "note", "stock", "picked", "late", "create"})

    def __init__(self) -> None:
        self.seen: list[tuple[Occurrence, State]] = []

    def decide(self, occurrence: Occurrence, state: State) -> Decision:
        self.seen.append((occurrence, state))
        record = occurrence.record
        base = Decision(record["id"], str(record["version"]), self.identity)
        if record.get("explode"):
            raise ZeroDivisionError("the mapping broke")
        if state.version is not None and int(record["version"]) < int(state.version):
            return replace(base, stale=True)
        if record.get("status") == "hold":
            stop = Stop("refund", PLACE, Outcome(Ending.HOLD, str(record.get("why", "look at this")), "desk"))
            return replace(base, stops=(stop,))
        return self._timed(occurrence, state, self._ordered(occurrence, state, base))

    def compare(self, audit: str, occurrence: Occurrence, state: State) -> Comparison:
        """`amount` against the order's; `heal` and `missing` say what to do about an unknown order."""
        record = occurrence.record
        blank, read = Comparison(audit, record["id"]), Read("shop.orders.get", (record["paid_for"],))
        answer = occurrence.answers.get(read.key)
        if answer is None:
            return replace(blank, needs=(NeededRead(read, "", PLACE, POLICY),))
        if answer.error:
            told = (Difference("missing", "", "", PLACE, MISSING),) if "missing" in record else ()
            return replace(blank, missing=True, heal=bool(record.get("heal")), differences=told)
        left, right = str(record["amount"]), str(answer.value["amount"])
        outcome = Outcome(Ending(record.get("then", "hold")), f"amount: {left} / {right}", "finance")
        kind = classified(record["amount"], answer.value["amount"])
        found = Difference("amount", left, right, PLACE, outcome, kind)
        return replace(blank, differences=() if left == right else (found,))

    def reply(self, question: str, values: Mapping[str, Any], occurrence: Occurrence) -> Reply:
        """The items of an order that belong to nobody yet."""
        if not isinstance(values.get("order"), str):
            raise ValuesInvalid("`order`: text is wanted")
        read = Read("shop.orders.get", (values["order"],))
        answer = occurrence.answers.get(read.key)
        if answer is None:
            return Reply(question, needs=(NeededRead(read, "", PLACE, POLICY),))
        if answer.error or answer.value.get("email") != values.get("email"):
            return Reply(question, outcome=answer.outcome or Outcome(Ending.SKIP, "another address"))
        free = [item["id"] for item in answer.value["items"] if str(item["id"]) not in answer.claimed]
        return Reply(question, {"items": free})

    def _timed(self, occurrence: Occurrence, state: State, decision: Decision) -> Decision:
        """The move, what is remembered for `changes`, and the hold of a return that stays too long."""
        record, now = occurrence.record, occurrence.now
        stage = record.get("stage", "open")
        if stage != state.stage:
            decision = replace(decision, entry=Entry(state.stage, (stage,), decision.version, now))
        decision = replace(decision, stage=stage, seen={"watched": record.get("watched")})
        entered = now if decision.entry is not None else state.entries[-1].at
        if "hours" not in record or entered is None:
            return decision
        due = entered + timedelta(hours=record["hours"])
        if now < due:
            return replace(decision, wake_at=due)
        return replace(decision, stops=(*decision.stops, Stop("late", PLACE, LATE)), reviewed=self.rules - {"late"})

    def _ordered(self, occurrence: Occurrence, state: State, base: Decision) -> Decision:
        record = occurrence.record
        wanted, reviewed = tuple(self._wanted(occurrence)), self.rules
        if "create" in record:
            made, stops = self._created(record, state)
            base, wanted = replace(base, stops=stops), (*wanted, *made)
        if "order" not in record:
            return replace(base, wanted=wanted, reviewed=reviewed)
        read = Read("shop.orders.get", (record["order"],))
        answer = occurrence.answers.get(read.key)
        if answer is None:
            return replace(base, needs=(NeededRead(read, "picked", PLACE, POLICY),))
        if answer.error:
            stop = Stop("picked", PLACE, answer.outcome or Outcome(Ending.HOLD, answer.error, "desk"))
            return replace(base, wanted=wanted, stops=(stop,), reviewed=reviewed - {"picked"})
        mine = state.picks.get("line", ())
        free = [str(item["id"]) for item in answer.value["items"] if str(item["id"]) not in answer.claimed]
        units = (mine or tuple(free))[:1]
        if not units:
            stop = Stop("picked", PLACE, Outcome(Ending.HOLD, "no unit is left", "desk"))
            return replace(base, wanted=wanted, stops=(stop,), reviewed=reviewed - {"picked"})
        refund = self._effect(
            "do", "refunds.send", ("unit", *units), {"order": record["order"], "unit": units[0]}, "picked"
        )
        return replace(base, wanted=(*wanted, refund), reviewed=reviewed, picks={"line": units})

    def _wanted(self, occurrence: Occurrence) -> list[Wanted]:
        record = occurrence.record
        wanted = []
        if "refund" in record:
            wanted.append(self._effect("do", "refunds.send", (), {"order": "1", "reason": record["refund"]}, "refund"))
        if "mail" in record:
            wanted.append(self._effect("do", "mails.send", (), {"text": record["mail"]}, "mail"))
        if "note" in record:
            body = {"order": "1", "name": "return", "text": record["note"]}
            wanted.append(self._effect("keep", "notes.set", (), body, "note"))
        for sku, quantity in record.get("stock", {}).items():
            body = {"sku": sku, "quantity": quantity, "at": occurrence.now.isoformat()}
            wanted.append(self._effect("keep", "stock.add", (sku,), body, "stock"))
        policy = _instead(record) if "voucher" in record else POLICY
        return [replace(want, key=(record["id"], *want.key), policy=policy) for want in wanted]

    def _created(self, record: Mapping[str, Any], state: State) -> tuple[tuple[Wanted, ...], tuple[Stop, ...]]:
        """An order, and a note with its number once it is there."""
        key = (record["id"],)
        order = self._effect("do", "orders.create", key, {"what": record["create"]}, "create")
        order = replace(order, awaited=True)
        entry = state.ledger.get(f"shop.orders.create({record['id']})")
        if entry is None or entry.state != "applied":
            return (order,), ()
        if entry.answer is None:
            return (order,), (Stop("create", PLACE, LOST),)
        body = {"order": entry.answer["number"], "name": "return", "text": "exchanged"}
        return (order, self._effect("keep", "notes.set", (*key, "created"), body, "create")), ()

    def _effect(self, verb: str, operation: str, key: tuple[str, ...], body: Mapping[str, Any], rule: str) -> Wanted:
        on_change = ON_CHANGE if verb == "do" else None
        return Wanted(verb, f"shop.{operation}", key, body, rule, PLACE, POLICY, on_change)


def _instead(record: Mapping[str, Any]) -> Policy:
    """POLICY, but what fails with GONE or RATE_LIMITED (after retries) is replaced by a voucher."""
    voucher = Step("instead", instead=Instead("shop.vouchers.send", (record["id"],), {"text": record["voucher"]}))
    arms = (Arm(("GONE",), (voucher,)), Arm(("RATE_LIMITED",), (RETRY, voucher)), *POLICY.arms[:-1])
    otherwise = Arm((), (RETRY, voucher, *TO_QUEUE))
    return Policy("with_voucher", (*arms, otherwise))


class Desk(MemoryConnector):
    """The returns platform: takes webhooks `{"id", "return"}`, and answers reads from `records`."""

    def __init__(self) -> None:
        super().__init__("desk")
        self.records: dict[str, dict[str, Any]] = {}
        self.always("returns.get", self._record)

    def _record(self, call: Call) -> Any:
        if call.arguments[0] not in self.records:
            raise CallFailed("NOT_FOUND", "no such return")
        return self.records[call.arguments[0]]

    def accept(self, incoming: Incoming, now: datetime) -> Event:
        if incoming.headers.get("signature") != "right":
            raise Rejected("signature", "the signature is wrong")
        number, _, subject = incoming.body.decode().partition(" ")
        return Event("desk", "return_updated", number, subject, incoming.body)


@dataclass
class Bench:
    """A runner on a database, its platforms and its clock. `look` opens the database once more."""

    look: Callable[[], SqlStore]
    clock: JumpingClock = field(default_factory=lambda: JumpingClock(START))
    mapping: ReturnsMapping = field(default_factory=ReturnsMapping)
    desk: Desk = field(default_factory=Desk)
    shop: MemoryConnector = field(default_factory=lambda: MemoryConnector("shop"))
    fired: list[Fired] = field(default_factory=list)
    events: int = 0
    library: Library | None = None

    def runner(self, *, connectors: Mapping[str, Connector] | None = None, **options: Any) -> AsyncRunner:
        chosen = Options(jitter=random.Random(7), alert=self.fired.append, **options)
        systems = connectors or {"desk": self.desk, "shop": self.shop}
        return AsyncRunner(self.mapping, systems, self.look(), clock=self.clock, options=chosen, library=self.library)

    def returned(self, subject: str = "r1", version: int = 1, **content: Any) -> Event:
        """The platform's record is now so, and it sends an event about it."""
        self.desk.records[subject] = {"id": subject, "version": version, **content}
        self.events += 1
        return Event("desk", "return_updated", f"e{self.events}", subject, f"e{self.events} {subject}".encode())

    def run(self, story: Callable[[AsyncRunner], Awaitable[T]], **options: Any) -> T:
        """Runs one story with a runner and gives back what it returns."""

        async def told() -> T:
            async with self.runner(**options) as runner:
                return await story(runner)

        return asyncio.run(told())

    def deliver(self, *events: Event, wait: bool = False, until: datetime | None = None, **options: Any) -> None:
        """Submits events and drains, with a runner of its own."""

        async def story(runner: AsyncRunner) -> None:
            for event in events:
                await runner.submit(event)
            await runner.drain(wait=wait, until=until)

        self.run(story, **options)

    def ask(self, question: Callable[[SqlStore], T]) -> T:
        store = self.look()
        try:
            return question(store)
        finally:
            store.close()

    def sent(self, operation: str) -> list[Any]:
        """The bodies sent to the shop, in order."""
        return [call.body for call in self.shop.called(operation)]

    def effects(self, subject: str = "r1") -> list[str]:
        """The states of the subject's effects."""
        return [effect["state"] for effect in self.ask(lambda store: store.story(subject)).effects]

    def open_holds(self, subject: str = "r1") -> list[tuple[str, str, str]]:
        """Kind, reason and team of the open holds."""
        holds = self.ask(lambda store: store.holds(subject=subject))
        return [(hold.kind, hold.reason, hold.team) for hold in holds]


@pytest.fixture(params=["sqlite", "postgres"])
def opening(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], SqlStore]:
    """Opens one and the same database of either kind, empty at first: what is promised is promised by both."""
    if request.param == "sqlite":
        return partial(SqliteStore, tmp_path / "retoure.db")
    return partial(PostgresStore, request.getfixturevalue("postgres"))


@pytest.fixture
def file_bench(tmp_path: Path) -> Bench:
    return Bench(partial(SqliteStore, tmp_path / "retoure.db"))


@pytest.fixture
def bench(opening: Callable[[], SqlStore]) -> Bench:
    return Bench(opening)
