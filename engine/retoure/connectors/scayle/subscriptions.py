"""Webhook subscriptions: which there are, and the credentials in them, the only place where SCAYLE takes any.

They come from the deployment and never stand in a call: what a mapping asks for is kept in the books.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from urllib.parse import quote, urlsplit, urlunsplit

from ..http import Ask
from ..places import at, listed
from ..port import Call, CallFailed, ErrorClass, Json
from ..secret import Secret
from ..subscribing import Subscriptions

_ADMIN, _PRODUCERS = "/webhooks/subscriptions", "/webhooks/producers/"


def with_credentials(ask: Ask, webhook: tuple[Secret, Secret] | None) -> Ask:
    """The request with user and password in its URL (`https://user:pass@host`), or beside it for producers.

    Other requests stay as they are. Raises CallFailed(INVALID) where none are configured: deliveries would be refused.
    """
    if not isinstance(ask.body, Mapping) or not ask.path.startswith((_ADMIN, _PRODUCERS)):
        return ask
    if webhook is None:
        needed = "a subscription needs the credentials `webhook_user` and `webhook_password` of the deployment"
        raise CallFailed(ErrorClass.INVALID, needed)
    user, password = (secret.reveal() for secret in webhook)
    if ask.path.startswith(_PRODUCERS):
        return replace(ask, body={**ask.body, "auth": {"username": user, "password": password}})
    return replace(ask, body={**ask.body, "url": _inside(ask.body.get("url"), user, password)})


def _inside(url: Json, user: str, password: str) -> str:
    parts = urlsplit(str(url))
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(user, safe='')}:{quote(password, safe='')}@{host}"))


async def subscriptions(send: Callable[[Call], Awaitable[Json]]) -> Subscriptions:
    """The events of the Admin API, and those with a subscription (scayle.md 6.2). Raises CallFailed."""
    offered = listed(await send(Call("webhook_events.list")), "entities")
    held: set[str] = set()
    cursor, seen = "", set[str]()
    while cursor not in seen:
        seen.add(cursor)
        page = await send(Call("webhook_subscriptions.list", (cursor,) if cursor else ()))
        held |= {str(each.get("event")) for each in listed(page, "entities")}
        cursor = str(at(page, "cursor.next") or "")
    return Subscriptions(frozenset(str(each.get("event")) for each in offered), frozenset(held))
