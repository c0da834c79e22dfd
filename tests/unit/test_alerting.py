"""What channels do with a notice: the log, webhooks, Slack, and mail through a real SMTP server."""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
import logging
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from standardwebhooks.webhooks import Webhook as Verifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from retoure.alerting import AlertChannels, MailChannel, Slack, Webhook
from retoure.alerting.words import Words
from retoure.connectors.secret import Secret
from retoure.connectors.simulators import SimulatorServer
from retoure.delivery.notices import NotTold
from retoure.delivery.store.port import Fired, Notice, NoticeKind
from retoure.deployment.model import Mail

AT = datetime(2026, 3, 2, 10, 15, tzinfo=UTC)
NOTICE = Notice(7, "oncall", NoticeKind.ALERT, 0, "1 queued <waiting>", AT - timedelta(hours=1), AT, 1)
KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


# --- posted


@dataclass
class Pager:
    """Takes alerts, and answers `status`."""

    url: str = ""
    status: int = 200
    taken: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)

    async def take(self, request: Request) -> Response:
        self.taken.append((dict(request.headers), await request.body()))
        return Response(status_code=self.status)

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, body in self.taken]


@pytest.fixture
def pager() -> Iterator[Pager]:
    found = Pager()
    with SimulatorServer(Starlette(routes=[Route("/hook-1234", found.take, methods=["POST"])])) as server:
        found.url = f"{server.url}/hook-1234"
        yield found


async def told(channel: Webhook | Slack | MailChannel, *notices: Notice) -> None:
    try:
        for notice in notices or (NOTICE,):
            await channel.tell(notice)
    finally:
        await channel.aclose()


def test_what_goes_off_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    AlertChannels({})(Fired(1, "oncall", "1 queued waiting", AT))
    assert [record.getMessage() for record in caplog.records] == ["alert oncall: 1 queued waiting"]


@pytest.mark.anyio
async def test_a_webhook_gets_json(pager: Pager) -> None:
    await told(Webhook(Secret(pager.url), Words(tenant="de")))
    said = {"alert": "oncall", "kind": "alert", "text": "1 queued <waiting>", "at": "2026-03-02T10:15:00+00:00"}
    assert pager.bodies == [{**said, "tenant": "de"}]


@pytest.mark.anyio
async def test_a_webhook_is_signed_and_known_again(pager: Pager) -> None:
    now = datetime.now(UTC)
    await told(Webhook(Secret(pager.url), Words(), Secret(KEY), lambda: now), NOTICE, NOTICE)
    (first, body), (second, _) = pager.taken
    assert Verifier(KEY).verify(body, dict(first))["alert"] == "oncall"
    assert first["webhook-id"] == second["webhook-id"]


@pytest.mark.anyio
async def test_slack_gets_the_words_escaped(pager: Pager) -> None:
    words = Words("{{ kind }} of {{ alert }} since {{ since }}: {{ text }}")
    await told(Slack(Secret(pager.url), words))
    text = "alert of oncall since 2026-03-02T09:15:00+00:00: 1 queued &lt;waiting&gt;"
    assert pager.bodies == [{"text": text}]


@pytest.mark.anyio
async def test_a_refusal_is_told(pager: Pager) -> None:
    pager.status = 503
    with pytest.raises(NotTold, match="answered 503"):
        await told(Slack(Secret(pager.url), Words()))


@pytest.mark.anyio
async def test_a_text_that_names_what_there_is_not(pager: Pager) -> None:
    with pytest.raises(NotTold, match="nothing_like_it"):
        await told(Slack(Secret(pager.url), Words("{{ nothing_like_it }}")))
    assert pager.taken == []


@pytest.mark.anyio
@pytest.mark.parametrize("url", ["http://127.0.0.1:9/hook-1234", "nonsense-1234", ""])
async def test_an_address_is_not_shown(caplog: pytest.LogCaptureFixture, url: str) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(NotTold) as problem:
        await told(Webhook(Secret(url), Words()))
    shown = [str(problem.value), *(each.getMessage() for each in caplog.records if each.levelno >= logging.INFO)]
    assert not any("1234" in text for text in shown)


# --- mailed


@dataclass
class Postman:
    """What a mail server does with its mail."""

    mails: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    refuses: str = ""

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address == self.refuses:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.mails.append((list(envelope.rcpt_tos), message))
        return "250 OK"


def known(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    assert isinstance(data, LoginPassword)
    return AuthResult(success=(data.login, data.password) == (b"alerts", b"p4ss"), handled=False)


@asynccontextmanager
async def mail_server(postman: Postman, tls: ssl.SSLContext | None = None, **how: Any) -> AsyncIterator[int]:
    """A mail server on this machine; with `tls` from the start. Its port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(postman, loop=loop, **how), "127.0.0.1", 0, ssl=tls)
    async with server:
        yield server.sockets[0].getsockname()[1]


def mail(port: int, **how: Any) -> Mail:
    return Mail("localhost", "retoure@shop.example", ("a@shop.example", "b@shop.example"), port, **how)


@pytest.mark.anyio
async def test_a_mail_reaches_all_addresses() -> None:
    postman = Postman()
    async with mail_server(postman) as port:
        await told(MailChannel(mail(port, security="none"), None, Words(tenant="de")), NOTICE, NOTICE)
    (to, first), (_, second) = postman.mails
    assert to == ["a@shop.example", "b@shop.example"]
    assert first["Subject"] == "de: oncall: 1 queued <waiting>"
    assert first.get_content() == "de: oncall: 1 queued <waiting>\r\n"
    assert first["Message-ID"] == second["Message-ID"]


@pytest.mark.anyio
async def test_words_of_several_lines_have_a_subject_of_one() -> None:
    postman = Postman()
    async with mail_server(postman) as port:
        await told(MailChannel(mail(port, security="none"), None, Words("{{ alert }}\nBcc: x@y.example\nü")))
    ((to, message),) = postman.mails
    assert (message["Subject"], message["Bcc"], len(to)) == ("oncall Bcc: x@y.example ü", None, 2)


@pytest.fixture
def secured(tmp_path: Path) -> tuple[ssl.SSLContext, str]:
    """A certificate for localhost, and the file of its authority."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return context, str(tmp_path / "ca.pem")


@pytest.mark.anyio
async def test_with_a_password_over_tls(secured: tuple[ssl.SSLContext, str]) -> None:
    context, ca_file = secured
    postman = Postman()
    how: dict[str, Any] = {
        "tls_context": context,
        "require_starttls": True,
        "authenticator": known,
        "auth_required": True,
    }
    async with mail_server(postman, **how) as port:
        await told(MailChannel(mail(port, user="alerts", ca_file=ca_file), Secret("p4ss"), Words()))
        assert len(postman.mails) == 1
        with pytest.raises(NotTold, match="SMTPAuthenticationError 535") as problem:
            await told(MailChannel(mail(port, user="alerts", ca_file=ca_file), Secret("wr0ng"), Words()))
        assert "wr0ng" not in str(problem.value)
        with pytest.raises(NotTold, match="its certificate is not trusted"):
            await told(MailChannel(mail(port, user="alerts"), Secret("p4ss"), Words()))


@pytest.mark.anyio
async def test_over_tls_from_the_start(secured: tuple[ssl.SSLContext, str]) -> None:
    context, ca_file = secured
    postman = Postman()
    async with mail_server(postman, context) as port:
        await told(MailChannel(mail(port, security="tls", ca_file=ca_file), None, Words()))
    assert len(postman.mails) == 1


@pytest.mark.anyio
async def test_one_address_that_is_refused_does_not_mail_the_others_again(caplog: pytest.LogCaptureFixture) -> None:
    postman = Postman(refuses="b@shop.example")
    async with mail_server(postman) as port:
        await told(MailChannel(mail(port, security="none"), None, Words()))
    assert [to for to, _ in postman.mails] == [["a@shop.example"]]
    assert "the mail server localhost refuses 1 of the addresses of alert oncall" in caplog.text


@pytest.mark.anyio
@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
async def test_a_mail_server_that_is_not_there(security: str) -> None:
    with pytest.raises(NotTold, match="the mail server localhost:9: ConnectionRefusedError"):
        await told(MailChannel(mail(9, security=security), None, Words()))
