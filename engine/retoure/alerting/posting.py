"""Alerts posted to a webhook, as JSON of ours or as Slack takes it."""

from __future__ import annotations

import binascii
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import httpx
from standardwebhooks.webhooks import Webhook as Signer

from ..connectors.secret import Secret
from ..delivery.notices import NotTold
from ..delivery.store.port import Notice
from .words import Words

TIMEOUT = httpx.Timeout(10.0)


class _Post:
    """Posts JSON to an address. It usually holds a secret, so it is never logged: the transport is used without a
    client, which logs addresses.
    """

    def __init__(self, url: Secret, words: Words) -> None:
        self._url, self.words = url, words
        self._transport: httpx.AsyncHTTPTransport | None = None

    async def aclose(self) -> None:
        """Closes the connections."""
        if self._transport is not None:
            await self._transport.aclose()

    async def post(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Raises NotTold for everything that is no success."""
        if self._transport is None:
            self._transport = httpx.AsyncHTTPTransport()
        said = {"content-type": "application/json", **headers}
        try:
            timeout = {"timeout": TIMEOUT.as_dict()}
            request = httpx.Request("POST", self._url.reveal(), content=body, headers=said, extensions=timeout)
            answer = await self._transport.handle_async_request(request)
            await answer.aclose()
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            raise NotTold(f"its address could not be posted to: {type(problem).__name__}") from None
        if not answer.is_success:
            raise NotTold(f"its address answered {answer.status_code}")


class Webhook(_Post):
    """`{alert, kind, text, at}` as JSON, with the `tenant` where there is one; `text` is what the template makes.

    With `key` it is signed as Standard Webhooks says. `webhook-id` is the same for every try. Raises ValueError for a
    key that is no base64.
    """

    def __init__(
        self,
        url: Secret,
        words: Words,
        key: Secret | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(url, words)
        self._now = now
        try:
            self._signer = Signer(key.reveal()) if key else None
        except binascii.Error:
            raise ValueError("is no key for Standard Webhooks") from None

    async def tell(self, notice: Notice) -> None:
        """Posts it. Raises NotTold."""
        tenant = {"tenant": self.words.tenant} if self.words.tenant else {}
        text = self.words.of(notice) if self.words.template else notice.text
        said = {"alert": notice.alert, "kind": notice.kind.value, "text": text, "at": notice.at.isoformat(), **tenant}
        body = json.dumps(said, ensure_ascii=False)
        await self.post(body.encode(), self._headers(notice, body))

    def _headers(self, notice: Notice, body: str) -> dict[str, str]:
        id, now = f"msg_{self.words.id(notice)}", self._now()
        headers = {"webhook-id": id, "webhook-timestamp": str(int(now.timestamp()))}
        return headers if self._signer is None else {**headers, "webhook-signature": self._signer.sign(id, now, body)}


class Slack(_Post):
    """An incoming webhook of Slack, Mattermost or Rocket.Chat: `{"text": …}`."""

    async def tell(self, notice: Notice) -> None:
        """Posts it. Raises NotTold."""
        await self.post(json.dumps({"text": escaped(self.words.of(notice))}).encode(), {})


def escaped(text: str) -> str:
    """The three characters that Slack reads as markup, as it wants them."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
