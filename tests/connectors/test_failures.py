"""Every failure ends in one error class, with what is known about its effect."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import httpx
import pytest

from retoure.connectors.failures import (
    MESSAGE_LIMIT,
    Effect,
    effect_of,
    from_network,
    from_status,
    read_problem,
    retry_after,
)
from retoure.connectors.port import ErrorClass
from retoure.types.load import load_system
from retoure.types.manifest import BusinessError

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "error", "unknown"),
    [
        (400, "INVALID", ""),
        (401, "UNAUTHORIZED", ""),
        (403, "UNAUTHORIZED", ""),
        (404, "NOT_FOUND", ""),
        (408, "TIMEOUT", "once repeatable"),
        (409, "CONFLICT", ""),
        (410, "NOT_FOUND", ""),
        (412, "INVALID", ""),
        (413, "TOO_LARGE", ""),
        (418, "INVALID", ""),
        (422, "INVALID", ""),
        (424, "UNAVAILABLE", "once"),
        (429, "RATE_LIMITED", ""),
        (500, "UNAVAILABLE", "once"),
        (502, "UNAVAILABLE", "once"),
        (503, "UNAVAILABLE", ""),
        (504, "UNAVAILABLE", "once"),
        (301, "INVALID", ""),
        (303, "INVALID", "once"),
    ],
)
def test_statuses(status: int, error: str, unknown: str) -> None:
    for effect in Effect:
        failed = from_status(status, {}, b"", effect=effect)
        assert (failed.error, failed.outcome_unknown) == (error, effect in unknown.split()), effect
        assert failed.status == status


@pytest.mark.parametrize(
    ("problem", "error", "unknown"),
    [
        (httpx.ConnectError("x"), "UNAVAILABLE", False),
        (httpx.ConnectTimeout("x"), "UNAVAILABLE", False),
        (httpx.PoolTimeout("x"), "UNAVAILABLE", False),
        (httpx.ProxyError("x"), "UNAVAILABLE", False),
        (httpx.ReadTimeout("x"), "TIMEOUT", True),
        (httpx.WriteTimeout("x"), "TIMEOUT", True),
        (TimeoutError(), "TIMEOUT", True),
        (httpx.ReadError("x"), "TIMEOUT", True),
        (httpx.WriteError("x"), "TIMEOUT", True),
        (httpx.RemoteProtocolError("x"), "TIMEOUT", True),
        (httpx.DecodingError("x"), "UNAVAILABLE", True),
        (httpx.UnsupportedProtocol("x"), "INVALID", False),
        (httpx.LocalProtocolError("x"), "INVALID", False),
        (OSError("x"), "UNAVAILABLE", True),
        (httpx.InvalidURL("x"), "INVALID", False),
    ],
)
def test_network_problems(problem: Exception, error: str, unknown: bool) -> None:
    assert from_network(problem, Effect.ONCE, "POST /x").error == error
    assert from_network(problem, Effect.ONCE, "POST /x").outcome_unknown is unknown
    assert from_network(problem, Effect.NONE, "GET /x").outcome_unknown is False


def test_every_class_of_the_port_but_the_business_one_is_in_the_table() -> None:
    statuses = {from_status(status, {}, b"").error for status in range(300, 600)}
    assert statuses == set(ErrorClass) - {ErrorClass.DUPLICATE}


def test_the_effect_follows_from_the_manifest() -> None:
    operations = load_system("scayle/admin-v1").operations
    found = {name: effect_of(operations[name]) for name in ("orders.get", "stock.set", "return_items.send")}
    assert found == {"orders.get": "none", "stock.set": "repeatable", "return_items.send": "once"}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-reset": "12"}, 12.0),
        ({"retry-after": "7"}, 7.0),
        ({"x-ratelimit-reset": "12", "retry-after": "7"}, 12.0),
        ({"x-ratelimit-reset": "soon", "retry-after": "7"}, 7.0),
        ({"retry-after": "Mon, 02 Mar 2026 10:01:30 GMT"}, 90.0),
        ({"retry-after": "Mon, 02 Mar 2026 09:00:00 GMT"}, 0.0),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "whenever"}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == seconds
    assert from_status(429, headers, b"", now=NOW).retry_after == seconds


def scayle_error(key: str, context: object = None) -> bytes:
    return json.dumps({"errors": [{"errorKey": key, "message": "No.", "context": context}]}).encode()


ERRORS = (
    BusinessError("ALREADY_RETURNED", 409),
    BusinessError("OUT_OF_STOCK", 409, "NO_STOCK"),
    BusinessError("SKU_DISCONTINUED", 404, "VARIANT_NOT_FOUND"),
)


@pytest.mark.parametrize(
    ("status", "key", "error"),
    [
        (409, "NO_STOCK", "OUT_OF_STOCK"),
        (409, "no_stock", "OUT_OF_STOCK"),
        (409, "ELSE", "ALREADY_RETURNED"),
        (404, "VARIANT_NOT_FOUND", "SKU_DISCONTINUED"),
        (404, "ORDER_NOT_FOUND", "NOT_FOUND"),
        (400, "VARIANT_NOT_FOUND", "INVALID"),
    ],
)
def test_business_codes_come_first_and_exact_ones_before_general_ones(status: int, key: str, error: str) -> None:
    failed = from_status(status, {}, scayle_error(key), effect=Effect.ONCE, errors=ERRORS)
    assert (failed.error, failed.outcome_unknown) == (error, False)


def test_a_business_code_is_said_once() -> None:
    failed = from_status(409, {}, scayle_error("SOLD"), errors=(BusinessError("SOLD", 409, "SOLD"),))
    assert str(failed).startswith("SOLD: No.")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (scayle_error("KEY", {}), "KEY: No."),
        (scayle_error("KEY", []), "KEY: No."),
        (scayle_error("KEY", {"field": "quantity"}), "KEY: No. (field: quantity)"),
        (b'{"detail": "Not found."}', "Not found."),
        (b'{"items": [{"quantity": ["Too many."]}]}', "items[0].quantity: Too many."),
        (b'{"errors": []}', ""),
        (b'["a", "b"]', "[0]: a; [1]: b"),
        (b"plain  text\n", "plain text"),
        (b"", ""),
        (b"<html><head><title>502 Bad\nGateway</title></head>", "an HTML page: 502 Bad Gateway"),
        (b"<h1>Oops &amp; more</h1>", "an HTML page: Oops & more"),
        (b"<p>nothing", "an HTML page without a title"),
        (b'{"detail": "jo@example.org is no customer"}', "redacted@example.com is no customer"),
        (b'{"iban": ["DE89 3704 0044 0532 0130 00 is closed."]}', "iban: [redacted] is closed."),
        (b"\xff\xfe", "��"),
        (b"[" * 100_000, "[" * (MESSAGE_LIMIT - 1) + "…"),
    ],
)
def test_error_texts(body: bytes, text: str) -> None:
    assert read_problem(body).text == text


def test_long_texts_are_cut() -> None:
    failed = from_status(400, {}, json.dumps({"detail": "x" * 5000}).encode())
    assert len(failed.message) == MESSAGE_LIMIT
    assert failed.message.endswith("…")


def test_an_answer_without_a_word_says_its_status() -> None:
    assert from_status(503, {}, b"").message == "HTTP 503 without an explanation"
