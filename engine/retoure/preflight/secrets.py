"""Whether every secret is where the deployment file says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..deployment.alerts import channels
from ..deployment.model import Deployment
from ..deployment.secrets import SecretMissing, SecretRef
from .check import Check, Verdict, passed


def references(deployment: Deployment) -> Iterator[tuple[str, SecretRef]]:
    """Every reference to a secret, with its path in the file."""
    for name, system in deployment.systems.items():
        yield from ((f"systems.{name}.credentials.{key}", each) for key, each in system.credentials.items())
    for path, channel in channels(deployment):
        password = channel.mail.password if channel.mail else None
        named = (("url", channel.url), ("signing_secret", channel.signing_secret), ("password", password))
        yield from ((f"{path}.{key}", each) for key, each in named if each is not None)
    if isinstance(deployment.store.url, SecretRef):
        yield "store.url", deployment.store.url
    if deployment.web.questions_token is not None:
        yield "web.questions_token", deployment.web.questions_token
    if deployment.telemetry.headers is not None:
        yield "telemetry.headers", deployment.telemetry.headers


def secrets(deployment: Deployment, environment: Mapping[str, str]) -> Iterator[Check]:
    """A check for each of them. No value is shown."""
    for path, reference in references(deployment):
        try:
            reference.resolve(environment)
        except SecretMissing as problem:
            help = "set it where retoure is started, or correct the reference"
            place = str(deployment.place(path))
            yield Check(deployment.called(path), Verdict.FAILED, str(problem), help, place)
        else:
            yield passed(deployment.called(path), f"found at {reference}")
