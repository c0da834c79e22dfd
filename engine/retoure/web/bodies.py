"""Reading the body of a request, never more than is allowed."""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request


async def body_of(request: Request, limit: int) -> bytes | None:
    """The body; None as soon as it is known to be larger than the limit, the rest unread. Raises ClientDisconnect."""
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told) > limit:
        return None
    body, more = bytearray(), True
    while more:
        part = await request.receive()
        if part["type"] == "http.disconnect":
            raise ClientDisconnect
        body += part.get("body", b"")
        more = part.get("more_body", False)
        if len(body) > limit:
            return None
    return bytes(body)
