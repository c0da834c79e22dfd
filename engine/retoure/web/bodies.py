"""Reading the body of a request, never more than is allowed."""

from __future__ import annotations

from starlette.requests import Request


async def body_of(request: Request, limit: int) -> bytes | None:
    """The body; None as soon as it is known to be larger than the limit, the rest unread. Raises ClientDisconnect."""
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told) > limit:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            return None
    return bytes(body)
