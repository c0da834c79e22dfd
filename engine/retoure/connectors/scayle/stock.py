"""`stock.add`: adds to a SCAYLE stock that can only be set.

SCAYLE's stock writes are absolute and ordered by `changedAt`: an older one changes nothing and still succeeds, showing
the stock as it is. There is no increment. So the addition is planned (what was read, what to write, and when), written
with a `changedAt` of its own, and proven by what comes back. A `changedAt` that no other writer used is the mark by
which the write is recognised later.

The quantity read leaves out what sales have reserved, and a write releases reservations older than its `changedAt`. So
`changedAt` is the time of the read, not the time the goods came back: an older one would subtract reservations twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from weakref import WeakValueDictionary

from ...types.exact import whole_of
from ...types.manifest import Operation
from ..failures import Effect
from ..http import Ask, HttpClient
from ..places import listed, segment
from ..port import Call, CallFailed, ErrorClass, Json, Request, Settled

SKU_DISCONTINUED = "SKU_DISCONTINUED"
NEW_LIMITS = 3
"""How often a stock is read back while the limit of reads is used up."""

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Stock:
    """One stock as SCAYLE holds it: absolute sellable quantity, and when that was counted (None: never written)."""

    quantity: int = 0
    changed_at: datetime | None = None
    extras: tuple[tuple[str, Json], ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Addition:
    """What a call asks: add `quantity` (negative takes away) to the stock of `variant` in `warehouse`."""

    variant: str
    warehouse: str
    quantity: int
    merchant: str = ""
    changed_at: datetime | None = None


class StockAdd:
    """Reads, plans, writes and proves. Additions to one stock wait for each other inside one process."""

    def __init__(self, client: HttpClient, operation: Operation | None = None, *, now: Clock | None = None) -> None:
        self._client = client
        self._errors = operation.errors if operation else ()
        self._now = now or _utc_now
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._marks: dict[str, datetime] = {}

    async def plan(self, call: Call) -> Json:
        """`{variant, warehouse, before, beforeChangedAt, quantity, changedAt, fields}`.

        `quantity` is the absolute target and `changedAt` the whole second it will carry: that of the read, but not
        before the one asked for, and after the stored one. Raises CallFailed; INVALID for a stock below zero.
        """
        wanted = _addition(call)
        return self._plan(wanted, await self._read(wanted))

    async def send(self, call: Call, plan: Json) -> Json:
        """The stock as stored. CONFLICT when somebody else wrote first: plan again and repeat.

        CONFLICT with `outcome_unknown` when the write was accepted and had been overwritten by the time it was read
        back, or the answer shows our `changedAt` with another quantity: whether the addition is in it, a person says.
        """
        wanted = _addition(call)
        async with self._lock(wanted):
            stored = await self._read(wanted)
            planned = _planned(plan) if plan is not None else _planned(self._plan(wanted, stored))
            if (stored.quantity, stored.changed_at) != (planned.before.quantity, planned.before.changed_at):
                raise CallFailed(ErrorClass.CONFLICT, f"the stock of {wanted.variant} changed since it was read")
            try:
                answer = (await self._client.exchange(self._write(wanted, planned))).body
            except CallFailed as failed:
                if failed.outcome_unknown and await self._landed(wanted, planned):
                    return {"quantity": planned.after.quantity, "changedAt": _iso(planned.changed_at)}
                raise
            _check_answer(wanted, planned, answer)
            await self._prove(wanted, planned)
        return answer

    async def settle(self, call: Call, plan: Json) -> Settled:
        """APPLIED when the stored stock is the planned one, NOT_APPLIED when it is older, UNKNOWN when it is newer."""
        if plan is None:
            return Settled.UNKNOWN
        planned = _planned(plan)
        stored = await self._read(_addition(call))
        if stored == planned.after:
            return Settled.APPLIED
        if stored.changed_at is None or stored.changed_at < planned.changed_at:
            return Settled.NOT_APPLIED
        return Settled.UNKNOWN

    async def stood(self, call: Call, own: Json, plans: Sequence[Json]) -> Json:
        """A StockBooking: the units are in the stock while every `changedAt` since `own` is one that we have set.

        A variant that has left the catalogue has no stock to be wrong about. Raises CallFailed.
        """
        wanted, mark = _addition(call), _planned(own).changed_at
        told: dict[str, Json] = {"variant": wanted.variant, "warehouse": wanted.warehouse, "booked": wanted.quantity}
        try:
            stored = await self._read(wanted)
        except CallFailed as failed:
            if failed.error != SKU_DISCONTINUED:
                raise
            return {**told, "standing": wanted.quantity}
        overwritten, at = _foreign(mark, stored, [_planned(plan) for plan in plans])
        standing = 0 if overwritten else wanted.quantity
        return {**told, "standing": standing, "setAt": _iso(at) if at is not None else None}

    def render(self, call: Call) -> tuple[Request, ...]:
        """The read and the write; the absolute quantity is known only after the read."""
        wanted = _addition(call)
        body = {"warehouseReferenceKey": wanted.warehouse, "quantity": f"(stored) {wanted.quantity:+d}"}
        return (
            Request("GET", _path(wanted), note="read the stock"),
            Request("POST", _path(wanted), body, note="write the sum, then read it back"),
        )

    def _plan(self, wanted: Addition, stored: Stock) -> dict[str, Json]:
        target = stored.quantity + wanted.quantity
        if target < 0:
            raise CallFailed(
                ErrorClass.INVALID,
                f"the stock of {wanted.variant} is {stored.quantity}: {-wanted.quantity} cannot be taken away",
            )
        changed_at = self._own(wanted, _mark(self._now(), wanted.changed_at, stored.changed_at))
        return {
            "variant": wanted.variant,
            "warehouse": wanted.warehouse,
            "before": stored.quantity,
            "beforeChangedAt": _iso(stored.changed_at) if stored.changed_at else None,
            "quantity": target,
            "changedAt": _iso(changed_at),
            "fields": dict(stored.extras),
        }

    def _own(self, wanted: Addition, mark: datetime) -> datetime:
        """`mark`, or the second after the last one planned for this stock: two plans must never look alike."""
        present = self._now().replace(microsecond=0)
        self._marks = {name: taken for name, taken in self._marks.items() if taken >= present}
        taken = self._marks.get(_name(wanted))
        if taken is not None and taken >= mark:
            mark = taken + timedelta(seconds=1)
        self._marks[_name(wanted)] = mark
        return mark

    async def _read(self, wanted: Addition) -> Stock:
        ask = Ask("GET", _path(wanted), errors=self._errors, scope="stocksRead")
        return _find((await self._client.exchange(ask)).body, wanted, self._now())

    def _write(self, wanted: Addition, planned: _Planned) -> Ask:
        body: dict[str, Json] = {
            **planned.fields,
            "quantity": planned.after.quantity,
            "warehouseReferenceKey": wanted.warehouse,
            "changedAt": _iso(planned.changed_at),
        }
        if wanted.merchant:
            body["merchantReferenceKey"] = wanted.merchant
        return Ask("POST", _path(wanted), body=body, effect=Effect.ONCE, errors=self._errors, scope="stocksWrite")

    async def _landed(self, wanted: Addition, planned: _Planned) -> bool:
        """Whether a write without an answer shows in the stock, looked up before anybody else here writes to it."""
        try:
            return await self._read_back(wanted) == planned.after
        except CallFailed:
            return False

    async def _prove(self, wanted: Addition, planned: _Planned) -> None:
        """Reads back. Fewer units under our own `changedAt` are sales since; anything else is another writer."""
        try:
            stored = await self._read_back(wanted)
        except CallFailed as failed:
            failed.outcome_unknown = True
            raise
        if stored.changed_at != planned.changed_at or stored.quantity > planned.after.quantity:
            raise CallFailed(
                ErrorClass.CONFLICT,
                f"the stock of {wanted.variant} was overwritten right after the addition",
                outcome_unknown=True,
            )

    async def _read_back(self, wanted: Addition) -> Stock:
        """The stock after a write. A limit that is used up is waited for: once somebody else has written, nobody can
        tell any more whether the addition is in it. Raises CallFailed.
        """
        for _ in range(NEW_LIMITS):
            try:
                return await self._read(wanted)
            except CallFailed as failed:
                if not failed.passes:
                    raise
                await self._client.budget.rest(failed.retry_after or 0.0)
        return await self._read(wanted)

    def _lock(self, wanted: Addition) -> asyncio.Lock:
        return self._locks.setdefault(_name(wanted), asyncio.Lock())


@dataclass(frozen=True, slots=True)
class _Planned:
    before: Stock
    after: Stock
    changed_at: datetime
    fields: Mapping[str, Json]


def _planned(plan: Json) -> _Planned:
    """Reads back a plan, which may have been stored and loaded since. Raises CallFailed(INVALID) for anything else."""
    given = plan if isinstance(plan, Mapping) else {}
    fields = given.get("fields")
    try:
        changed_at = datetime.fromisoformat(str(given["changedAt"])).astimezone(UTC)
        before = Stock(_whole(given["before"]), _instant(given.get("beforeChangedAt")))
        after = Stock(_whole(given["quantity"]), changed_at)
    except (KeyError, ValueError) as problem:
        raise CallFailed(ErrorClass.INVALID, "this is no plan of stock.add") from problem
    return _Planned(before, after, changed_at, fields if isinstance(fields, Mapping) else {})


def _foreign(mark: datetime, stored: Stock, plans: Sequence[_Planned]) -> tuple[bool, datetime | None]:
    """Whether somebody else has set the stock after `mark`, and when that was counted.

    Each plan shows what it found, so that what was set between two of ours is seen as well as what stands there now.
    """
    ours = {plan.changed_at for plan in plans}
    found = (plan.before.changed_at for plan in plans if plan.changed_at > mark)
    seen = [at for at in (*found, stored.changed_at) if at is not None and at not in ours and at > mark]
    gone = stored.changed_at is None or stored.changed_at < mark
    return gone or bool(seen), min(seen, default=None)


def _addition(call: Call) -> Addition:
    body = call.body or {}
    try:
        return Addition(
            str(body["variant"]),
            str(body["warehouse"]),
            _whole(body["quantity"]),
            str(body.get("merchantReferenceKey") or ""),
            _instant(body.get("changedAt")),
        )
    except (KeyError, ValueError) as problem:
        raise CallFailed(ErrorClass.INVALID, f"stock.add needs variant, warehouse, quantity: {problem}") from problem


def _name(wanted: Addition) -> str:
    """One stock, whichever merchant's."""
    return f"{wanted.variant}\n{wanted.warehouse}"


def _path(wanted: Addition) -> str:
    return f"/variants/{segment(wanted.variant)}/stocks"


def _find(found: Json, wanted: Addition, now: datetime) -> Stock:
    """The stock of the warehouse (and merchant, where one is named); an unwritten one when there is none yet."""
    for entity in listed(found, "entities"):
        merchant = str(entity.get("merchantReferenceKey") or "")
        if str(entity.get("warehouseReferenceKey")) == wanted.warehouse and wanted.merchant in ("", merchant):
            return _with_extras(entity, now)
    return Stock()


def _with_extras(entity: Mapping[str, Json], now: datetime) -> Stock:
    """With the fields a write must repeat so that it does not clear them."""
    kept: dict[str, Json] = {}
    for name in ("sellableWithoutStock", "merchantReferenceKey", "expectedAvailabilityAt"):
        value = entity.get(name)
        past = name == "expectedAvailabilityAt" and str(value)[:10] <= now.date().isoformat()
        if value is not None and not past:
            kept[name] = value
    stock = _stock(entity)
    return Stock(stock.quantity, stock.changed_at, tuple(kept.items()))


def _check_answer(wanted: Addition, planned: _Planned, answer: Json) -> None:
    """SCAYLE answers an ignored write with success and the stock it kept: only a newer `changedAt` proves that."""
    try:
        kept = _stock(answer)
    except CallFailed as failed:
        failed.outcome_unknown = True
        raise
    if kept != planned.after:
        newer = kept.changed_at is not None and kept.changed_at > planned.changed_at
        raise CallFailed(
            ErrorClass.CONFLICT, f"another stock of {wanted.variant} was kept than this one", outcome_unknown=not newer
        )


def _stock(entity: Json) -> Stock:
    """Quantity and instant of an answer. Raises CallFailed where it has neither."""
    given = entity if isinstance(entity, Mapping) else {}
    try:
        return Stock(_whole(given["quantity"]), _instant(given.get("changedAt")))
    except (KeyError, ValueError) as problem:
        raise CallFailed(ErrorClass.UNAVAILABLE, "the answer is no stock") from problem


def _whole(value: Json) -> int:
    """A whole number. Raises ValueError; units of goods are never rounded."""
    number = whole_of(value)
    if number is None:
        raise ValueError(f"{value!r} is no whole number")
    return number


def _instant(value: Json) -> datetime | None:
    """An instant in UTC; text without a zone is read as UTC. None for null. Raises ValueError."""
    if value is None:
        return None
    given: object = value
    when = datetime.fromisoformat(given.isoformat() if isinstance(given, datetime) else str(given))
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)


def _mark(read: datetime, wanted: datetime | None, stored: datetime | None) -> datetime:
    """The whole second of the read, moved on until it is not before `wanted` and lies after `stored`."""
    mark = read.replace(microsecond=0)
    if wanted is not None:
        mark = max(mark, _ceiling(wanted))
    if stored is not None and mark <= stored:
        mark = stored.replace(microsecond=0) + timedelta(seconds=1)
    return mark


def _ceiling(when: datetime) -> datetime:
    whole = when.replace(microsecond=0)
    return whole if whole == when else whole + timedelta(seconds=1)


def _iso(when: datetime) -> str:
    return when.astimezone(UTC).isoformat()


def _utc_now() -> datetime:
    return datetime.now(UTC)
