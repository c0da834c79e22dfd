"""The log of the commands that work, on standard error: JSON for machines, text for people, and traces beside it."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from retoure import Deployment
from retoure.telemetry import TracingUnavailable, tracing, write_log

from .failures import Unavailable

F = TypeVar("F", bound=Callable[..., Any])


def log_option(function: F) -> F:
    """`--log json|text`, given to the command as `log`."""
    help = "How the log on standard error is written, instead of what the deployment file says."
    return click.option("--log", type=click.Choice(["json", "text"]), help=help)(function)


@contextmanager
def observed(deployments: tuple[Deployment, ...], log: str | None) -> Iterator[None]:
    """Inside, the log is written and traces are sent, as the options, the deployment and the environment say."""
    deployment = deployments[0] if len(deployments) == 1 else deployments[0].of_all()
    telemetry, terminal = deployment.telemetry, sys.stderr.isatty()
    wanted = log or telemetry.log
    quiet = terminal and not wanted  # a live line tells how things stand
    level = logging.WARNING if quiet else logging.INFO
    write_log(json=(wanted or ("text" if terminal else "json")) == "json", tenant=telemetry.tenant, level=level)
    try:
        with tracing(deployment):
            yield
    except TracingUnavailable as problem:
        raise Unavailable(f"error: {problem}") from problem
