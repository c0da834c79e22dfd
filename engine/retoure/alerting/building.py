"""The channels of a deployment, with their secrets."""

from __future__ import annotations

from collections.abc import Callable

from ..connectors.secret import Secret
from ..delivery.notices import Route
from ..deployment.alerts import channels
from ..deployment.model import AlertChannel, Deployment
from ..deployment.problems import DeploymentInvalid
from ..deployment.secrets import SecretRef
from .channels import AlertChannels, Chain, Channel, Log
from .mail import MailChannel
from .posting import Slack, Webhook
from .words import Words

Resolve = Callable[[str, SecretRef], Secret]
"""Finds the secret of a path in the file. Raises DeploymentInvalid."""


def alert_channels(deployment: Deployment, resolve: Resolve) -> AlertChannels:
    """The channels of every alert that goes further than into the log. Raises DeploymentInvalid."""
    built = {path: _channel(deployment, path, each, resolve) for path, each in channels(deployment)}
    chains = {
        name: Chain(
            tuple(built[f"alerts.{name}"] if i < 0 else built[f"alerts.{name}.escalate.{i}"] for i in _steps(first)),
            Route(tuple(each.after for each in first.escalate), first.recovery),
        )
        for name, first in deployment.alerts.items()
        if first.channel != "log" or first.escalate
    }
    return AlertChannels(chains)


def _steps(first: AlertChannel) -> range:
    """The channel itself (-1), then the steps of its escalation."""
    return range(-1, len(first.escalate))


def _channel(deployment: Deployment, path: str, given: AlertChannel, resolve: Resolve) -> Channel:
    words = Words(given.text, deployment.telemetry.tenant)
    if given.mail is not None:
        password = given.mail.password
        return MailChannel(given.mail, resolve(f"{path}.password", password) if password else None, words)
    if given.url is None:
        return Log()
    url = resolve(f"{path}.url", given.url)
    if given.channel == "slack":
        return Slack(url, words)
    key = resolve(f"{path}.signing_secret", given.signing_secret) if given.signing_secret else None
    try:
        return Webhook(url, words, key)
    except ValueError as problem:
        help = "write what the receiver gave you: `whsec_` and base64"
        found = deployment.problem(f"{path}.signing_secret", str(problem), help)
        raise DeploymentInvalid((found,)) from None
