"""Carries alerts that went off to the channels a deployment names."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

import httpx

from .connectors.secret import Secret
from .delivery.store.port import Fired

log = logging.getLogger("retoure.alerts")

PAUSES = (0.0, 2.0, 10.0)  # seconds before each try to post an alert
FAREWELL = 5.0  # seconds that closing waits for posts under way


class AlertChannels:
    """Writes every alert into the log, and posts those with an address: `{alert, text, at}` as JSON, with the `tenant`
    where there is one.

    Call it from an event loop. An address usually holds a secret, so it is never logged.
    """

    def __init__(
        self, addresses: Mapping[str, Secret], pauses: tuple[float, ...] = PAUSES, *, tenant: str = ""
    ) -> None:
        self._addresses = addresses
        self._tenant = {"tenant": tenant} if tenant else {}
        self._pauses = pauses
        self._transport: httpx.AsyncHTTPTransport | None = None
        self._posts: set[asyncio.Task[None]] = set()

    def __call__(self, fired: Fired) -> None:
        """Tells of an alert; returns at once."""
        log.warning("alert %s: %s", fired.alert, fired.text, extra={"alert": fired.alert})
        if fired.alert in self._addresses:
            post = asyncio.get_running_loop().create_task(self._post(fired, self._addresses[fired.alert]))
            self._posts.add(post)
            post.add_done_callback(self._posts.discard)

    async def aclose(self) -> None:
        """Waits a little for posts under way, then gives them up."""
        if self._posts:
            _, late = await asyncio.wait(set(self._posts), timeout=FAREWELL)
            for post in late:
                post.cancel()
        if self._transport is not None:
            await self._transport.aclose()

    async def _post(self, fired: Fired, address: Secret) -> None:
        why = ""
        for pause in self._pauses:
            await asyncio.sleep(pause)
            why = await self._try(fired, address)
            if not why:
                return
        log.error("alert %s could not be posted to its webhook: %s", fired.alert, why)

    async def _try(self, fired: Fired, address: Secret) -> str:
        """What went wrong, empty when it was taken. The transport is used without a client, which logs addresses."""
        if self._transport is None:
            self._transport = httpx.AsyncHTTPTransport()
        body = {"alert": fired.alert, "text": fired.text, "at": fired.at.isoformat(), **self._tenant}
        try:
            timeout = {"timeout": httpx.Timeout(10.0).as_dict()}
            request = httpx.Request("POST", address.reveal(), json=body, extensions=timeout)
            answer = await self._transport.handle_async_request(request)
            await answer.aclose()
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            return type(problem).__name__
        return "" if answer.is_success else f"it answered {answer.status_code}"
