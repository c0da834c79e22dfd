"""Posts each effect to one address, signed as Standard Webhooks (standardwebhooks.com) says."""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from standardwebhooks.webhooks import Webhook

from ...types import json_text
from ...types.manifest import Kind, Manifest, Operation
from ..budget import RateBudget
from ..failures import effect_of
from ..http import Ask, HttpClient, HttpOptions
from ..kind import ConnectorKind, Wiring, WiringInvalid
from ..port import Call, CallFailed, ErrorClass, Json, Request, Settled
from ..secret import Secret
from .address import split

if TYPE_CHECKING:
    from ..contract.subject import Specimen


class WebhookConnector:
    """Sends `{"type": "returns.report", "data": {…}}` for each call; the answer's body says nothing.

    The id of a message (`webhook-id`) comes from the effect's key, so that a message sent again is known as the same.
    `keys` sign it, all of them: during a rotation the receiver may know either. Raises ValueError for a key that is no
    base64.
    """

    def __init__(
        self,
        manifest: Manifest,
        http: HttpOptions,
        keys: Sequence[Secret],
        *,
        budget: RateBudget | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        origin, self._path = split(http.base_url)
        self.system, self.manifest, self._now = manifest.system, manifest, now
        self._signers = [Webhook(key.reveal()) for key in keys]
        self._client = HttpClient(replace(http, base_url=origin), dict, budget=budget, hidden=keys)

    def __repr__(self) -> str:
        return f"WebhookConnector({self.system!r})"

    async def plan(self, call: Call) -> Json:
        """None: nothing is read."""
        return None

    async def send(self, call: Call, plan: Json = None) -> Json:
        """None once the receiver has taken the message. Raises CallFailed."""
        operation = self._operation(call)
        if not call.key:
            raise CallFailed(ErrorClass.INVALID, f"`{call.operation}` needs a key, which becomes the message's id")
        body = json_text.dump(message(call))
        ask = Ask(
            "POST",
            self._path,
            effect=effect_of(operation),
            errors=operation.errors,
            headers=self._signed(message_id(call.key), body),
            content=body.encode(),
            answers=False,
        )
        await self._client.exchange(ask)
        return None

    async def settle(self, call: Call, plan: Json = None) -> Settled:
        """UNKNOWN: a receiver cannot be asked. It knows a message sent again by its id."""
        return Settled.UNKNOWN

    def render(self, call: Call) -> tuple[Request, ...]:
        """The message, without its signature. Raises CallFailed(INVALID)."""
        return (Request("POST", self._path, message(call), self._operation(call).summary),)

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    def _operation(self, call: Call) -> Operation:
        operation = self.manifest.operations.get(call.operation)
        if operation is None:
            raise CallFailed(ErrorClass.INVALID, f"{self.system} has no operation `{call.operation}`")
        if operation.kind is Kind.READ:
            raise CallFailed(ErrorClass.INVALID, f"`{call.operation}` reads, and a webhook only tells")
        return operation

    def _signed(self, id: str, body: str) -> Mapping[str, str]:
        now = self._now()
        return {
            "webhook-id": id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signer.sign(id, now, body) for signer in self._signers),
            "content-type": "application/json",
        }


def message(call: Call) -> Mapping[str, Json]:
    """What a call is as a message."""
    return {"type": call.operation, "data": call.body or {}}


def message_id(key: str) -> str:
    """The id of the message that an effect's key stands for: the same for every try."""
    return "msg_" + hashlib.sha256(key.encode()).hexdigest()[:32]


def _built(wiring: Wiring) -> WebhookConnector:
    keys = [wiring.secrets[name] for name in ("signing_secret", "previous_signing_secret") if name in wiring.secrets]
    try:
        return WebhookConnector(wiring.required(), wiring.http, keys, budget=wiring.budget)
    except (binascii.Error, ValueError):
        help = "write what the receiver gave you: `whsec_` and base64"
        raise WiringInvalid("credentials.signing_secret", "is no key for Standard Webhooks", help) from None


def _specimen(folder: Path) -> Specimen:
    from .specimens import webhook

    return webhook()


KIND = ConnectorKind(
    _built,
    "posts each effect to one address, signed as Standard Webhooks says",
    http=True,
    credentials=("signing_secret",),
    more_credentials=("previous_signing_secret",),
    specimen=_specimen,
)
