"""Puts the credentials of webhooks into a subscription, the only place where SCAYLE takes them.

They come from the deployment and never stand in a call: what a mapping asks for is kept in the books.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote, urlsplit, urlunsplit

from ..http import Ask
from ..port import CallFailed, ErrorClass, Json
from ..secret import Secret

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
