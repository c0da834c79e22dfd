"""How a webhook is answered, over a real socket."""

from __future__ import annotations

import socket
from contextlib import closing, suppress
from urllib.parse import urlsplit

import httpx
import pytest

from retoure.web import webhooks

from ...plain import PLAIN
from .conftest import LIMIT, SECRET, Service


def post(service: Service, body: str, **headers: str) -> httpx.Response:
    return httpx.post(f"{service.url}/webhooks/reveni", content=body, headers=headers, verify=PLAIN)


def journal(service: Service) -> int:
    return sum(service.store.status().events.values())


def test_stored_before_it_is_answered(service: Service) -> None:
    answer = post(service, "a1")
    assert (answer.status_code, answer.json()) == (202, {"accepted": True, "duplicate": False})
    assert service.store.event(1).event.raw == b"a1"


def test_again_is_fine_and_stored_once(service: Service) -> None:
    answers = [post(service, "a1") for _ in range(3)]
    assert [(answer.status_code, answer.json()["duplicate"]) for answer in answers] == [
        (202, False),
        (202, True),
        (202, True),
    ]
    assert journal(service) == 1


@pytest.mark.parametrize(
    ("reason", "status"),
    [("SIGNATURE", 401), ("STALE", 400), ("MALFORMED", 400), ("TOO_LARGE", 413), ("UNKNOWN", 202)],
)
def test_rejected_messages_are_kept_and_told_by_status(service: Service, reason: str, status: int) -> None:
    answer = post(service, reason)
    assert answer.status_code == status
    assert SECRET not in answer.text
    assert (journal(service), service.store.status().rejected) == (0, 1)


def test_refusals_name_their_reason(service: Service) -> None:
    assert post(service, "STALE").json()["error"] == "stale"
    assert post(service, "SIGNATURE").json()["error"] == "signature"


def test_an_unknown_kind_is_not_called_accepted(service: Service) -> None:
    assert post(service, "UNKNOWN").json()["accepted"] is False


def test_the_connector_gets_the_exact_bytes_and_lower_case_headers(service: Service) -> None:
    post(service, "a1", **{"X-Reveni-Signature": "t=1"})
    (incoming,) = service.platform.seen
    assert (incoming.body, incoming.headers["x-reveni-signature"]) == (b"a1", "t=1")


def test_without_a_store_come_back_later(service: Service) -> None:
    service.store.failing = True
    answers = [post(service, "a1"), post(service, "SIGNATURE")]
    assert [answer.status_code for answer in answers] == [503, 503]
    assert all(int(answer.headers["retry-after"]) > 0 for answer in answers)
    assert not any(SECRET in answer.text for answer in answers)
    service.store.failing = False
    assert post(service, "a1").status_code == 202


def test_a_mistake_of_ours_tells_nothing(service: Service) -> None:
    answer = post(service, "broken")
    assert (answer.status_code, answer.json()["error"]) == (500, "internal")
    assert SECRET not in answer.text
    assert post(service, "a1").status_code == 202


@pytest.mark.parametrize("system", ["scayle", "nobody", "reveni/more"])
def test_other_systems_are_not_here_and_nothing_is_kept(service: Service, system: str) -> None:
    answer = httpx.post(f"{service.url}/webhooks/{system}", content="a1", verify=PLAIN)
    assert answer.status_code == 404
    assert (journal(service), service.store.status().rejected) == (0, 0)


def test_only_post(service: Service) -> None:
    answer = httpx.get(f"{service.url}/webhooks/reveni", verify=PLAIN)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


# -- size -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "status"), [(LIMIT, 202), (LIMIT + 1, 413)])
def test_the_limit_is_exact(service: Service, size: int, status: int) -> None:
    assert post(service, "a" * size).status_code == status
    assert len(service.platform.seen) == (status == 202)


def test_a_body_announced_as_too_large_is_not_read(service: Service) -> None:
    head = f"POST /webhooks/reveni HTTP/1.1\r\nHost: x\r\nContent-Length: {LIMIT * 1000}\r\n\r\n"
    assert answered(service, head.encode()).startswith(b"HTTP/1.1 413")


def test_a_body_without_end_is_cut_off(service: Service) -> None:
    head = b"POST /webhooks/reveni HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"3e8\r\n" + b"a" * 1000 + b"\r\n"
    assert answered(service, head + chunk * 3).startswith(b"HTTP/1.1 413")
    assert service.platform.seen == []


def test_a_body_that_ends_early_is_not_stored(service: Service) -> None:
    head = b"POST /webhooks/reveni HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc"
    with closing(connected(service)) as line:
        line.sendall(head)
    assert post(service, "a1").status_code == 202
    assert [incoming.body for incoming in service.platform.seen] == [b"a1"]


def test_a_body_that_never_ends_is_given_up(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "PATIENCE", 0.0)
    head = b"POST /webhooks/reveni HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc"
    assert answered(service, head).startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize("part", [b"x-more: " + b"a" * 990 + b"\r\n", b"a" * 1000], ids=["many", "one"])
def test_a_head_without_end_is_cut_off(service: Service, part: bytes) -> None:
    head = b"POST /webhooks/reveni HTTP/1.1\r\nHost: x\r\nx-long: "
    with closing(connected(service)) as line:
        line.sendall(head + part * 60)
        with suppress(ConnectionError):
            line.sendall(part * 10)
        assert line.recv(100).startswith(b"HTTP/1.1 400")
    assert post(service, "a1").status_code == 202


def test_trailers_without_end_are_cut_off(service: Service) -> None:
    head = b"POST /webhooks/reveni HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\na1\r\n0\r\n"
    assert answered(service, head + b"x-more: " + b"a" * 70_000).startswith(b"HTTP/1.1 400")
    assert service.platform.seen == []


def test_each_request_of_a_connection_has_a_head_of_its_own(service: Service) -> None:
    with httpx.Client(verify=PLAIN, headers={"x-long": "a" * 30_000}) as client:
        answers = [client.post(f"{service.url}/webhooks/reveni", content="a1") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [202] * 4


def connected(service: Service) -> socket.socket:
    url = urlsplit(service.url)
    return socket.create_connection((url.hostname, url.port), timeout=30)


def answered(service: Service, request: bytes) -> bytes:
    """What comes back although the request is not at its end."""
    with closing(connected(service)) as line:
        line.sendall(request)
        return line.recv(4096)
