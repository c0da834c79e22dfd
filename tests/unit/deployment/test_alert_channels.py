"""The section `alerts` of a deployment file."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from retoure.deployment.load import read_deployment
from retoure.deployment.model import AlertChannel, Mail
from retoure.deployment.problems import DeploymentInvalid
from retoure.deployment.secrets import SecretRef

FILE = Path("/srv/retoure.yaml")
TEXT = """\
mapping: returns.rmap
systems: {shop: {connector: memory, schema: scayle/admin-v1}}
store: {path: books.db}
alerts:
  oncall: OUR
"""


def channel(written: str) -> AlertChannel:
    return read_deployment(TEXT.replace("OUR", written), FILE).alerts["oncall"]


def mistakes(written: str) -> list[tuple[str, str, str]]:
    with pytest.raises(DeploymentInvalid) as caught:
        channel(written)
    return [(problem.path.removeprefix("alerts.oncall."), problem.message, problem.help)
            for problem in caught.value.problems]  # fmt: skip


def secret(text: str) -> SecretRef:
    return SecretRef(text, Path("/srv"))


def test_slack_with_a_text() -> None:
    found = channel('{channel: slack, url: env:SLACK, text: "{{ alert }}!"}')
    assert found == AlertChannel("slack", secret("env:SLACK"), text="{{ alert }}!")


def test_a_signed_webhook() -> None:
    found = channel("{channel: webhook, url: env:URL, signing_secret: file:key}")
    assert found == AlertChannel("webhook", secret("env:URL"), secret("file:key"))


@pytest.mark.parametrize(("more", "port", "security"), [
    ("", 587, "starttls"), (", security: tls", 465, "tls"), (", security: none", 25, "none"),
    (", port: 2525", 2525, "starttls"),
])  # fmt: skip
def test_mail(more: str, port: int, security: str) -> None:
    found = channel(f"{{channel: smtp, host: mail.example, from: a@b.example, to: c@d.example{more}}}")
    assert found.mail == Mail("mail.example", "a@b.example", ("c@d.example",), port, security)


def test_mail_with_a_password_to_several() -> None:
    found = channel(
        "{channel: smtp, host: h, from: a@b, to: [c@d, e@f], user: me, password: env:MAIL, ca_file: own/ca.pem}"
    )
    assert found.mail == Mail(
        "h", "a@b", ("c@d", "e@f"), user="me", password=secret("env:MAIL"), ca_file="/srv/own/ca.pem"
    )


def test_escalation() -> None:
    found = channel(
        "{channel: log, recovery: false,"
        " escalate: [{after: 30m, channel: log}, {after: 2h, channel: slack, url: env:S}]}"
    )
    assert [each.after for each in found.escalate] == [timedelta(minutes=30), timedelta(hours=2)]
    assert (found.recovery, found.all[2].channel) == (False, "slack")


@pytest.mark.parametrize(("written", "path", "message"), [
    ("{channel: pigeon}", "channel", "`pigeon` is none of log, webhook, slack, smtp"),
    ("{channel: slack}", "url", "is missing"),
    ("{channel: slack, url: https://hooks.example/T0}", "url",
     "the value does not have the form it must have; it is not shown, as it may be a secret"),
    ("{channel: smtp, host: h, from: a@b}", "to", "is missing"),
    ("{channel: smtp, host: h, from: nobody, to: a@b}", "from", "`nobody` does not have the form it must have"),
    ("{channel: smtp, host: h, from: a@b, to: c@d, password: env:P}", "user", "is missing"),
    ("{channel: smtp, host: h, from: a@b, to: c@d, user: u, password: env:P, security: none}", "security",
     "would send the password unencrypted"),
    ("{channel: log, text: '{{ alert.upper() }}'}", "text",
     "is no template: line 1: `call` is not allowed in a template"),
    ("{channel: log, escalate: [{channel: log}]}", "escalate.0.after", "is missing"),
    ("{channel: log, escalate: [{channel: log, after: soon}]}", "escalate.0.after",
     "`soon` does not have the form it must have"),
    ("{channel: log, escalate: [{channel: log, after: 2h}, {channel: log, after: 30m}]}", "escalate.1.after",
     "is not after the step before"),
    ("{channel: log, recover: true}", "recover", "is not known here"),
])  # fmt: skip
def test_mistakes(written: str, path: str, message: str) -> None:
    ((found, said, help),) = mistakes(written)
    assert (found, said) == (path, message)
    assert help
