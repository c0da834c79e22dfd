"""The published returns and webhooks, read as events and played on the shipped mapping."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from retoure import CompiledMapping, Source, compile_mapping, data_folder
from retoure.testing import DryRun, dry_run, read_event

from .shelf import ABSENT, SAMPLES, named, sample

pytestmark = ABSENT
NOW = datetime(2026, 4, 12, 10, 0, tzinfo=UTC)
NOT_HERE = [pytest.param("", marks=ABSENT)]


@pytest.fixture(scope="module")
def program() -> CompiledMapping:
    return compile_mapping(Source.read(data_folder("mappings") / "reveni_to_scayle" / "returns.rmap"))


def play(program: CompiledMapping, raw: bytes) -> DryRun:
    (run,) = dry_run(program, [("sample", read_event(raw, program))], now=NOW)
    return run


def content(name: str) -> bytes:
    return (SAMPLES / f"{name}.json").read_bytes()


def understood(run: DryRun) -> None:
    """The record, and everything read for it, fits; what is held is held for a reason of the business."""
    assert run.decision is not None
    assert run.decision.stage is not None
    held = [hold.reason for hold in run.holds]
    assert [reason for reason in held if "schema" in reason or "cannot be decided" in reason] == []
    assert run.letters == ()


@pytest.mark.parametrize("name", named("reveni-samples/constructed-return-*") or NOT_HERE)
def test_returns(program: CompiledMapping, name: str) -> None:
    run = play(program, content(name))
    assert run.event.subject == sample(name)["id"]
    understood(run)


@pytest.mark.parametrize("name", named("reveni-samples/constructed-webhook-return-*") or NOT_HERE)
def test_webhooks_of_reveni(program: CompiledMapping, name: str) -> None:
    run = play(program, content(name))
    assert (run.event.id, run.event.subject) == (sample(name)["id"], sample(name)["data"]["resource_id"])
    understood(run)


def test_the_published_webhook_carries_no_record_and_says_so(program: CompiledMapping) -> None:
    run = play(program, content("reveni-samples/real-webhook-return-created"))
    assert (run.event.kind, run.decision) == ("return_created", None)
    assert run.ignored.startswith("it carries no record")


def test_the_body_of_a_signed_delivery(program: CompiledMapping) -> None:
    body = sample("reveni-samples/constructed-signed-delivery")["raw_body"]
    run = play(program, body.encode())
    assert run.event.subject == json.loads(body)["data"]["resource_id"]
    understood(run)


@pytest.mark.parametrize("name", named("scayle-samples/webhook-delivery.*") or NOT_HERE)
def test_webhooks_of_scayle_are_read_and_not_followed(program: CompiledMapping, name: str) -> None:
    run = play(program, content(name))
    payload = sample(name)["payload"]
    assert run.event.system == "scayle"
    assert run.event.subject == str(payload.get("order", payload)["id"])
    assert run.decision is None
    assert "this mapping follows Return" in run.ignored
