"""The channels of alerts in a deployment file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from .model import AlertChannel, Deployment, Mail
from .problems import Problem
from .secrets import SecretRef
from .systems import loopback

_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def span(text: str) -> timedelta:
    """`30m` as a duration. The schema of the file allows whole numbers of s, m, h and d."""
    return timedelta(**{_UNITS[text[-1]]: int(text[:-1])})


def alert_channel(given: Mapping[str, Any], folder: Path) -> AlertChannel:
    """A channel that fits the schema; the files of secrets are relative to `folder`."""
    return AlertChannel(
        given["channel"],
        _secret(given, "url", folder),
        _secret(given, "signing_secret", folder),
        _mail(given, folder) if given["channel"] == "smtp" else None,
        given.get("text", ""),
        span(given["after"]) if "after" in given else timedelta(0),
        tuple(alert_channel(each, folder) for each in given.get("escalate") or ()),
        given.get("recovery", True),
    )


def _mail(given: Mapping[str, Any], folder: Path) -> Mail:
    to = given["to"] if isinstance(given["to"], list) else [given["to"]]
    security = given.get("security", "starttls")
    port = given.get("port", {"starttls": 587, "tls": 465, "none": 25}[security])
    ca_file = str(folder / given["ca_file"]) if "ca_file" in given else ""
    user, password = given.get("user", ""), _secret(given, "password", folder)
    return Mail(given["host"], given["from"], tuple(to), port, security, user, password, ca_file)


def _secret(given: Mapping[str, Any], name: str, folder: Path) -> SecretRef | None:
    return SecretRef(given[name], folder) if name in given else None


def check_alerts(deployment: Deployment) -> Iterator[Problem]:
    """What the schema of the file cannot see: texts that are no templates, passwords sent in the clear."""
    for path, channel in channels(deployment):
        yield from _text(deployment, path, channel)
        mail = channel.mail
        if mail and mail.security == "none" and mail.user and not loopback(mail.host):
            message, help = "would send the password unencrypted", "write `security: starttls` or `security: tls`"
            yield deployment.problem(f"{path}.security", message, help)
    yield from _order(deployment)


def _order(deployment: Deployment) -> Iterator[Problem]:
    for name, first in deployment.alerts.items():
        for i, (before, each) in enumerate(pairwise(first.escalate), 1):
            if each.after <= before.after:
                message, help = "is not after the step before", "write the steps in their order"
                yield deployment.problem(f"alerts.{name}.escalate.{i}.after", message, help)


def channels(deployment: Deployment) -> Iterator[tuple[str, AlertChannel]]:
    """Every channel, with its path in the file."""
    for name, first in deployment.alerts.items():
        yield f"alerts.{name}", first
        yield from ((f"alerts.{name}.escalate.{i}", each) for i, each in enumerate(first.escalate))


def _text(deployment: Deployment, path: str, channel: AlertChannel) -> Iterator[Problem]:
    if not channel.text:
        return
    from ..templating import TemplateInvalid, parsed

    try:
        parsed(channel.text)
    except TemplateInvalid as problem:
        message = f"is no template: line {problem.line}: {problem.message}"
        yield deployment.problem(f"{path}.text", message, problem.help or "write for example `{{ alert }}: {{ text }}`")
