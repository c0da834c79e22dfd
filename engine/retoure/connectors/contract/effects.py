"""What a manifest claims of the operations that write: the same call twice, and what became of one in doubt."""

from __future__ import annotations

from ..port import Call, CallFailed, Settled
from .failing import SHORT
from .rule import Rule
from .stand import Broken, NotApplicable, Stand

WRITES = "(?!GET).*"


async def idempotency_true(stand: Stand) -> None:
    names = [call.operation for call in stand.writes() if stand.operation(call).idempotent]
    if not names:
        raise NotApplicable("it claims idempotency of nothing that was tried")
    for name in names:
        with stand.again() as fresh:
            first = await _after(fresh, name)
            if await _after(fresh, name) != first:
                raise Broken(f"{name} claims to be idempotent, and twice is not once")


async def _after(stand: Stand, name: str) -> object:
    async with stand.connector() as connector:
        call = stand.write(name)
        await connector.send(call, await connector.plan(call))
    return stand.books()


async def writes_take_effect(stand: Stand) -> None:
    for name in [call.operation for call in stand.writes()]:
        with stand.again() as fresh:
            before = fresh.books()
            if await _after(fresh, name) == before:
                raise Broken(f"{name} succeeded, and the platform holds what it held before")


async def doubt_admitted(stand: Stand) -> None:
    """A write that was cut off may have taken effect: whoever says otherwise would have it sent twice."""
    for name in [call.operation for call in stand.writes()]:
        for fault in ("timeout_after", "drop_after"):
            with stand.again() as fresh:
                failed, applied = await _cut_off(fresh, name, fault)
            if applied and failed is not None and not failed.outcome_unknown:
                raise Broken(f"{name} took effect, was cut off ({fault}), and says {failed.error} with a known outcome")


async def doubt_settled(stand: Stand) -> None:
    names = [call.operation for call in stand.writes() if _can_settle(stand, call)]
    if not names:
        raise NotApplicable("nothing that was tried can be looked up afterwards")
    for name in names:
        await _settled_without_doubt(stand, name)
        for fault in ("timeout_after", "timeout_before") if stand.interposer else ():
            await _settled(stand, name, fault)


async def _settled_without_doubt(stand: Stand, name: str) -> None:
    """Asks before a write, and after it."""
    with stand.again() as fresh:
        call = fresh.write(name)
        async with fresh.connector() as connector:
            plan = await connector.plan(call)
            before = await connector.settle(call, plan)
            await connector.send(call, plan)
            after = await connector.settle(call, plan)
    if before is Settled.APPLIED or after is Settled.NOT_APPLIED:
        raise Broken(f"{name} is said to be {before} before it is sent, and {after} afterwards")


def _can_settle(stand: Stand, call: Call) -> bool:
    operation = stand.operation(call)
    return operation.check is not None or operation.settles_itself


async def _cut_off(stand: Stand, name: str, fault: str) -> tuple[CallFailed | None, bool]:
    """How a write fails that is cut off, None where the connector found out by itself; and whether it took effect."""
    call, before = stand.write(name), stand.books()
    stand.network.faults.add({"kind": fault, "method": WRITES, "times": None})
    failure: CallFailed | None = None
    async with stand.connector(read_timeout=SHORT, total_timeout=4 * SHORT) as connector:
        try:
            await connector.send(call, await connector.plan(call))
        except CallFailed as failed:
            failure = failed
    stand.network.faults.clear()
    applied = stand.books() != before
    if failure is None and not applied:
        raise Broken(f"{name} was cut off ({fault}), did nothing, and is said to have succeeded")
    return failure, applied


async def _settled(stand: Stand, name: str, fault: str) -> None:
    """Cuts a write off, then asks what became of it."""
    with stand.again() as fresh:
        call = fresh.write(name)
        async with fresh.connector() as connector:
            plan = await connector.plan(call)
            failed, applied = await _cut_off(fresh, name, fault)
            found = await connector.settle(call, plan) if failed is not None else Settled.APPLIED
    if found is (Settled.NOT_APPLIED if applied else Settled.APPLIED):
        truth = "took effect" if applied else "did nothing"
        raise Broken(f"{name} {truth}, was cut off ({fault}), and is said to be {found}")


RULES = (
    Rule("writes-take-effect", "a write that succeeded changed something", writes_take_effect),
    Rule("doubt-admitted", "a write that was cut off has an unknown outcome", doubt_admitted),
    Rule("idempotency-true", "what is called idempotent has the effect of one call when sent twice", idempotency_true),
    Rule("doubt-settled", "what is said of a call in doubt is never the contrary of the truth", doubt_settled),
)
