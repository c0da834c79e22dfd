"""The connector `webhook`: signed messages that a receiver knows again."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from retoure.connectors.generic.receiver import OLD_SIGNING, SIGNING, Receiver
from retoure.connectors.generic.specimens import SAMPLES
from retoure.connectors.generic.webhook import KIND, WebhookConnector, message_id
from retoure.connectors.kit import Call, CallFailed, HttpOptions, Secret, Settled, Wiring, WiringInvalid
from retoure.connectors.simulators import SimulatorServer
from retoure.types.load import load_system

MANIFEST = load_system("receiver/v1", SAMPLES)
REPORT = Call("returns.report", body={"id": "R1", "status": "accepted"}, key="return:R1 ü")


def sent(receiver: Receiver, *calls: Call, keys: Sequence[str] = (SIGNING,)) -> None:
    async def whole(url: str) -> None:
        made = WebhookConnector(MANIFEST, HttpOptions(f"{url}/hooks/returns"), [Secret(key) for key in keys])
        try:
            for call in calls:
                assert await made.send(call) is None
                assert await made.settle(call) is Settled.UNKNOWN
        finally:
            await made.aclose()

    with SimulatorServer(receiver) as server:
        asyncio.run(whole(server.url))


def test_a_message_is_signed_and_the_same_for_every_try() -> None:
    receiver = Receiver()
    sent(receiver, REPORT, REPORT)
    assert receiver.messages == {message_id(REPORT.key): {"type": "returns.report", "data": REPORT.body}}


def test_other_keys_are_other_messages() -> None:
    receiver = Receiver()
    sent(receiver, REPORT, replace(REPORT, key="other"))
    assert len(receiver.messages) == 2


@pytest.mark.parametrize("known", [SIGNING, OLD_SIGNING])
def test_during_a_rotation_either_key_fits(known: str) -> None:
    receiver = Receiver(known)
    sent(receiver, REPORT, keys=(SIGNING, OLD_SIGNING))
    assert len(receiver.messages) == 1


def test_a_wrong_key_is_told_without_showing_it() -> None:
    wrong = "whsec_" + base64.b64encode(b"wrong-key-3f5c").decode()
    with pytest.raises(CallFailed) as caught:
        sent(Receiver(), REPORT, keys=(wrong,))
    assert caught.value.error == "UNAUTHORIZED"
    assert wrong not in str(caught.value)


@pytest.mark.parametrize("call", [replace(REPORT, key=""), Call("returns.forget", key="1")])
def test_what_cannot_be_sent(call: Call) -> None:
    receiver = Receiver()
    with pytest.raises(CallFailed) as caught:
        sent(receiver, call)
    assert (caught.value.error, receiver.messages) == ("INVALID", {})


def test_a_key_that_is_none_is_refused_at_the_start() -> None:
    wiring = Wiring("receiver", MANIFEST, {}, {"signing_secret": Secret("whsec_é")}, HttpOptions("http://h/x"), Path())
    with pytest.raises(WiringInvalid, match=r"credentials\.signing_secret: is no key"):
        KIND.build(wiring)
