"""Alerts as mail, by SMTP."""

from __future__ import annotations

import asyncio
import logging
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime

from ..connectors.http import trusted
from ..connectors.secret import Secret
from ..delivery.notices import NotTold
from ..delivery.store.port import Notice
from ..deployment.model import Mail
from .words import Words

log = logging.getLogger("retoure.alerts")

TIMEOUT = 10.0  # seconds for each step


class MailChannel:
    """Sends a plain mail to all addresses. `password` belongs to `mail.user`."""

    def __init__(self, mail: Mail, password: Secret | None, words: Words) -> None:
        self._mail, self._password, self._words = mail, password, words

    async def tell(self, notice: Notice) -> None:
        """Sends it. Raises NotTold. Where some of the addresses are refused, the others shall not get it again."""
        message = self._message(notice)
        try:
            refused = await asyncio.to_thread(self._send, message)
        except (OSError, smtplib.SMTPException) as problem:
            raise NotTold(f"the mail server {self._mail.host}:{self._mail.port}: {_why(problem)}") from None
        if refused:
            where, many = self._mail.host, len(refused)
            log.warning("the mail server %s refuses %s of the addresses of alert %s", where, many, notice.alert)

    async def aclose(self) -> None:
        """Nothing to give back: each mail has a connection of its own."""

    def _message(self, notice: Notice) -> EmailMessage:
        text = self._words.of(notice)
        message = EmailMessage()
        message["From"], message["To"] = self._mail.sender, ", ".join(self._mail.to)
        message["Subject"] = " ".join(text.split())[:120]
        message["Date"] = format_datetime(notice.at)
        message["Message-ID"] = f"<{self._words.id(notice)}@{self._mail.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(f"{text}\n")
        return message

    def _send(self, message: EmailMessage) -> dict[str, tuple[int, bytes]]:
        with self._connected() as server:
            if self._mail.user and self._password is not None:
                server.login(self._mail.user, self._password.reveal())
            return server.send_message(message)

    def _connected(self) -> smtplib.SMTP:
        host, port = self._mail.host, self._mail.port
        if self._mail.security == "tls":
            return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=self._trusted())
        server = smtplib.SMTP(host, port, timeout=TIMEOUT)
        if self._mail.security == "starttls":
            try:
                server.starttls(context=self._trusted())
            except BaseException:
                server.close()
                raise
        return server

    def _trusted(self) -> ssl.SSLContext:
        return trusted(self._mail.ca_file)


def _why(problem: Exception) -> str:
    """What went wrong, without what the server said, which may repeat what it was told."""
    code = getattr(problem, "smtp_code", "")
    if isinstance(problem, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {problem.verify_message}; name its authority in `ca_file`"
    return f"{type(problem).__name__} {code}".strip()
