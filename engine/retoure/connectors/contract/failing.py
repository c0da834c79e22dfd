"""Refusals, silence and lost connections: each has its error class, and an honest word about its outcome."""

from __future__ import annotations

from starlette.responses import JSONResponse

from ..port import Call, Connector, ErrorClass
from .rule import Rule
from .stand import Broken, NotApplicable, Stand, failure, reads

CLASSES: dict[int, ErrorClass] = {
    400: ErrorClass.INVALID,
    401: ErrorClass.UNAUTHORIZED,
    403: ErrorClass.UNAUTHORIZED,
    404: ErrorClass.NOT_FOUND,
    409: ErrorClass.CONFLICT,
    413: ErrorClass.TOO_LARGE,
    422: ErrorClass.INVALID,
    429: ErrorClass.RATE_LIMITED,
    500: ErrorClass.UNAVAILABLE,
    502: ErrorClass.UNAVAILABLE,
    503: ErrorClass.UNAVAILABLE,
}
"""What an answer of this status means, unless the manifest has a business code for it."""

SHORT = 0.3  # seconds a connector waits where the platform is to stay silent


async def errors_classified(stand: Stand) -> None:
    network, call = stand.network, stand.trials.read
    codes = {(error.status, error.code) for error in stand.operation(call).errors}
    for status, expected in CLASSES.items():
        network.instead = lambda _, status=status: JSONResponse({"message": "refused"}, status)
        async with stand.connector() as connector:
            failed = await failure(connector, call, f"an answer {status}")
        if failed.error != expected and (status, failed.error) not in codes:
            raise Broken(f"an answer {status} is {failed.error}, not {expected}")


async def absent_not_found(stand: Stand) -> None:
    if stand.trials.absent is None:
        raise NotApplicable("it reads nothing that could be missing")
    async with stand.connector() as connector:
        failed = await failure(connector, stand.trials.absent, "a record there is not")
    if failed.error != ErrorClass.NOT_FOUND:
        raise Broken(f"a record there is not is {failed.error}, not NOT_FOUND")


async def waits_told(stand: Stand) -> None:
    network = stand.network
    network.instead = lambda _: JSONResponse({"message": "slow down"}, 429, {"retry-after": "7"})
    async with stand.connector() as connector:
        failed = await failure(connector, stand.trials.read, "an answer 429")
    if failed.retry_after is None or not 6 <= failed.retry_after <= 7:
        raise Broken(f"`Retry-After: 7` became a wait of {failed.retry_after}")


async def silence_bounded(stand: Stand) -> None:
    stand.network.faults.add({"kind": "timeout_before", "times": None})
    async with stand.connector(read_timeout=SHORT, total_timeout=2 * SHORT) as connector:
        failed = await failure(connector, stand.trials.read, "a platform that says nothing")
    if failed.error != ErrorClass.TIMEOUT:
        raise Broken(f"a platform that says nothing is {failed.error}, not TIMEOUT")


async def nobody_there(stand: Stand) -> None:
    _ = stand.network
    call = stand.trials.writes[0] if stand.trials.writes else stand.trials.read
    stand.url = "http://127.0.0.1:9"
    async with stand.connector() as connector:
        failed = await failure(connector, call, "a closed port")
    if failed.error != ErrorClass.UNAVAILABLE or failed.outcome_unknown:
        raise Broken(f"a closed port is {failed.error} with outcome_unknown={failed.outcome_unknown}")


async def unknown_refused(stand: Stand) -> None:
    async with stand.connector() as connector:
        for call in (Call("nothing.like_this"), Call(stand.trials.read.operation)):
            await _refused(connector, call, stand)


async def _refused(connector: Connector, call: Call, stand: Stand) -> None:
    known = stand.specimen.manifest.operations.get(call.operation)
    if known is not None and not (reads(known) and known.parameters):
        return
    failed = await failure(connector, call, "a call without what it needs")
    if failed.error != ErrorClass.INVALID:
        raise Broken(f"{call.operation} without what it needs is {failed.error}, not INVALID")
    if stand.interposer is not None and stand.interposer.requests:
        raise Broken(f"{call.operation} without what it needs was sent all the same")


RULES = (
    Rule("errors-classified", "each refusal of the platform has its error class or business code", errors_classified),
    Rule("absent-not-found", "a record there is not is NOT_FOUND", absent_not_found),
    Rule("waits-told", "a wait the platform asks for is passed on", waits_told),
    Rule("silence-bounded", "a platform that says nothing costs no more than the time-out", silence_bounded),
    Rule("nobody-there", "a closed port is UNAVAILABLE, and nothing is in doubt", nobody_there),
    Rule("unknown-refused", "what cannot be sent is INVALID before anything is sent", unknown_refused),
)
