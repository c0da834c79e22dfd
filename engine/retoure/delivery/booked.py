"""What has become of additions to something that can only be set: retoure's own books against what stands there now."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ..connectors.booked import Booked
from ..connectors.port import Call, CallFailed, ErrorClass, Json
from ..types.exact import whole_of
from ..types.manifest import Operation
from .context import Context, short
from .store.port import Addition


async def booked(context: Context, name: str, operation: Operation, subject: str) -> Json:
    """`{bookings: [...]}`: the answer to the read `name`, which `books` an increment. Raises CallFailed."""
    increment = f"{name.partition('.')[0]}.{operation.books}"
    additive = context.operation(increment).additive
    found = await context.thread(context.store.additions, subject, increment)
    return {"bookings": [stood for each in found if (stood := await _stood(context, increment, additive, each))]}


async def _stood(context: Context, increment: str, additive: str, added: Addition) -> Json:
    """What has become of all additions of a subject to one thing; None where nothing of them is left."""
    left = sum((Decimal(str(body[additive])) for body in added.bodies), Decimal(0))
    if not left:
        return None
    connector = context.connector(increment)
    if not isinstance(connector, Booked):
        raise CallFailed(ErrorClass.INVALID, f"no connector here can tell what has become of {increment}")
    body: dict[str, Any] = {**added.bodies[-1], additive: whole_of(left) if whole_of(left) is not None else left}
    plans = await context.thread(context.store.plans, added.identity)
    with context.timed(increment, "read"):
        return await connector.stood(Call(short(increment), body=body), added.plan, plans)
