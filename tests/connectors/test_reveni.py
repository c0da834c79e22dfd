"""Reveni's signature and envelope; the expected digests are computed here, not by the code under test."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from retoure.connectors.port import Event, Incoming, Json, Receiver, Rejected
from retoure.connectors.reveni.signature import Signature, digest, parse, verify
from retoure.connectors.secret import Secret
from retoure.connectors.simulators import ReveniSimulator, SimulatorServer

from ..plain import PLAIN
from .conftest import ReveniPlatform

KEY, OLD_KEY = "api-key-new", "api-key-old"
TIME = "1772446543.204118"
NOW = datetime.fromtimestamp(1772446560, UTC)
SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "reference" / "reveni-samples"

RETURN = "ee2e27dfb02799320d4fb59dc601c0db"


def body(**fields: Json) -> bytes:
    event: dict[str, Json] = {
        "id": "f45d",
        "event": "return.updated",
        "created": 1772446542,
        "data": {"resource": "return", "resource_id": RETURN, "object": {"id": RETURN, "amount": "76.4800"}},
    }
    return json.dumps({**event, **fields}, indent=1).encode()


def signed(raw: bytes, key: str = KEY, time: str = TIME, header: str = "t={t},v1={v}") -> Incoming:
    value = hmac.new(key.encode(), f"{time}.".encode() + raw, hashlib.sha256).hexdigest()
    return Incoming(raw, {"x-reveni-signature": header.format(t=time, v=value)})


def accept(incoming: Incoming, now: datetime = NOW, **fields: Any) -> Event:
    connector = ReveniPlatform("https://reveni.test").connector(KEY, previous=(Secret(OLD_KEY),), **fields)
    assert isinstance(connector, Receiver)
    return connector.accept(incoming, now)


def rejected(incoming: Incoming, now: datetime = NOW, **fields: Any) -> Rejected:
    with pytest.raises(Rejected) as caught:
        accept(incoming, now, **fields)
    return caught.value


# -- the signature ----------------------------------------------------------------------------------------------------


def test_a_digest_worked_out_by_hand() -> None:
    """HMAC by its definition: H((key ^ opad) + H((key ^ ipad) + message)), key padded to 64 bytes with zeros."""
    padded = KEY.encode().ljust(64, b"\0")
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in padded) + b"1.5.{}").digest()
    outer = hashlib.sha256(bytes(b ^ 0x5C for b in padded) + inner).hexdigest()
    assert digest(KEY, "1.5", b"{}") == outer


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples of the platform are not beside this checkout")
def test_the_published_kind_of_delivery() -> None:
    sample = json.loads((SAMPLES / "constructed-signed-delivery.json").read_text(encoding="utf-8"))
    header, raw = sample["headers"]["X-REVENI-SIGNATURE"], sample["raw_body"].encode()
    verify(header, raw, [sample["api_key"]], NOW)
    for broken in (raw + b" ", raw.replace(b": ", b":", 1)):
        with pytest.raises(Rejected, match="signature"):
            verify(header, broken, [sample["api_key"]], NOW)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples of the platform are not beside this checkout")
def test_the_published_header_is_read() -> None:
    sample = json.loads((SAMPLES / "real-webhook-signature-header.json").read_text(encoding="utf-8"))
    found = parse(sample["X-REVENI-SIGNATURE"])
    assert (found.time, len(found.digests)) == ("1654594965.749773", 1)


@pytest.mark.parametrize(
    "header",
    [
        "t={t},v1={v}",
        "v1={v},t={t}",
        " t = {t} , v1 = {v} ",
        "t={t},v0=abc,v1={v},v2=def,odd",
        "t={t},v1=" + "0" * 64 + ",v1={v}",
        "t={t},v1={v},v1=" + "0" * 64,
        "T={t},V1={v}",
    ],
)
def test_headers_that_are_understood(header: str) -> None:
    assert accept(signed(body(), header=header)).subject == RETURN


def test_upper_case_digits() -> None:
    value = digest(KEY, TIME, b"{}").upper()
    verify(f"t={TIME},v1={value}", b"{}", [KEY], NOW)
    assert parse(f"t=1,v1={value}") == Signature("1", (value.lower(),))


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("", "signature"),
        ("   ", "signature"),
        ("garbage", "malformed"),
        ("t={t}", "malformed"),
        ("v1={v}", "malformed"),
        ("t={t},v0={v}", "malformed"),
        ("t={t},v1=short", "malformed"),
        ("t={t},t=1,v1={v}", "malformed"),
        ("t=nan,v1={v}", "malformed"),
        ("t=-5,v1={v}", "malformed"),
        ("t=1e5,v1={v}", "malformed"),
        ("t=١٢٣,v1={v}", "malformed"),
        ("t={t},v1={v}" + "," * 5000, "malformed"),
        ("t={t},v1=" + "0" * 64, "signature"),
        ("t=1772446543.204119,v1={v}", "signature"),
    ],
)
def test_headers_that_are_refused(header: str, reason: str) -> None:
    assert rejected(signed(body(), header=header)).reason == reason


def test_no_header_at_all() -> None:
    assert rejected(Incoming(body())).reason == "signature"


def test_the_raw_bytes_count() -> None:
    raw = body()
    compact = json.dumps(json.loads(raw)).encode()
    incoming = signed(raw)
    assert rejected(Incoming(compact, incoming.headers)).reason == "signature"


@pytest.mark.parametrize("key", [KEY, OLD_KEY])
def test_during_a_rotation_both_keys_are_good(key: str) -> None:
    assert accept(signed(body(), key)).id == "f45d"


def test_other_keys_are_not() -> None:
    assert rejected(signed(body(), "another")).reason == "signature"
    with pytest.raises(Rejected, match="signature"):
        verify(f"t={TIME},v1={digest('', TIME, b'')}", b"", [""], NOW)


@pytest.mark.parametrize(("off", "fine"), [(0, True), (299, True), (301, False), (-299, True), (-301, False)])
def test_the_clock_may_differ_by_five_minutes_both_ways(off: int, fine: bool) -> None:
    now = datetime.fromtimestamp(1772446543 + off, UTC)
    if fine:
        assert accept(signed(body(), time="1772446543"), now).subject == RETURN
    else:
        assert rejected(signed(body(), time="1772446543"), now).reason == "stale"


def test_the_tolerance_is_a_setting() -> None:
    assert rejected(signed(body()), tolerance=10.0).reason == "stale"
    assert accept(signed(body()), datetime.fromtimestamp(1772450000, UTC), tolerance=7200.0).subject == RETURN


def test_a_forged_old_message_is_called_forged() -> None:
    assert rejected(signed(body(), "another"), datetime(2030, 1, 1, tzinfo=UTC)).reason == "signature"


# -- the envelope -----------------------------------------------------------------------------------------------------


def test_an_event_with_a_snapshot() -> None:
    raw = body()
    event = accept(signed(raw))
    assert (event.system, event.kind, event.id, event.subject) == ("reveni", "return_updated", "f45d", RETURN)
    assert event.record == {"id": RETURN, "amount": "76.4800"}
    assert event.at == datetime(2026, 3, 2, 10, 15, 42, tzinfo=UTC)
    assert event.raw == raw


@pytest.mark.parametrize("given", [None, {}, [], "x", {"amount": "1.0000"}])
def test_an_event_without_a_usable_snapshot(given: Json) -> None:
    event = accept(signed(body(data={"resource_id": RETURN, "object": given})))
    assert (event.subject, event.record) == (RETURN, {})


def test_the_id_may_stand_in_the_snapshot_alone() -> None:
    event = accept(signed(body(data={"object": {"id": RETURN}}, created=None, id=None, event="return.created")))
    assert (event.kind, event.subject, event.id, event.at) == ("return_created", RETURN, "", None)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"not json", "malformed"),
        (b"[]", "malformed"),
        (b'{"event": "return.updated", "data": {"amount": NaN}}', "malformed"),
        (body(event=None), "malformed"),
        (body(data=None), "malformed"),
        (body(data={"resource_id": ""}), "malformed"),
        (body(event="refund.created"), "unknown"),
    ],
)
def test_signed_but_not_taken(raw: bytes, reason: str) -> None:
    assert rejected(signed(raw)).reason == reason


def test_too_large_comes_before_everything() -> None:
    assert rejected(Incoming(b"x" * 2000), max_webhook_bytes=1999).reason == "too large"


def test_a_base_url_with_a_store_is_left_alone() -> None:
    url = "https://reveni.test/merchants/v0/stores/other"
    shown = [repr(ReveniPlatform(base).connector()) for base in (url, "https://reveni.test/", "https://reveni.test")]
    assert shown[0] == f"ReveniConnector({url!r})"
    assert shown[1] == shown[2] == "ReveniConnector('https://reveni.test/merchants/v0/stores/sim-store')"


def test_deliveries_of_the_simulator_are_accepted() -> None:
    taken: list[Incoming] = []

    async def receive(scope: Any, receive: Any, send: Any) -> None:
        while scope["type"] == "lifespan":
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
        raw = (await receive())["body"]
        taken.append(Incoming(raw, {name.decode(): value.decode() for name, value in scope["headers"]}))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    with SimulatorServer(receive) as receiver, SimulatorServer(ReveniSimulator(seed=1)) as server:
        platform = ReveniPlatform(server.url)
        httpx.post(
            f"{server.url}/merchants/v0/stores/sim-store/webhooks",
            json={"event_types": ["return.created", "return.updated"], "url": receiver.url},
            headers={"authorization": "Bearer sim-api-key"},
            verify=PLAIN,
        ).raise_for_status()
        items: Json = [{"sku": "TEE-S", "quantity": 1, "price": "9.9900"}]
        wanted: Mapping[str, Json] = {"order": {"external_id": "1"}, "items": items, "status": "in_progress"}
        made = platform.admin("POST", "/returns", wanted)
        platform.admin("POST", "/webhooks/wait", {"seconds": 5})
    connector = platform.connector()
    events = [connector.accept(incoming, datetime.now(UTC)) for incoming in taken]
    assert {event.kind for event in events} == {"return_created", "return_updated"}
    assert {event.subject for event in events} == {made["id"]}
    asyncio.run(connector.aclose())
