"""`retoure simulate`: a platform as a server on this machine."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import click

from retoure.connectors.simulators import (
    ReveniSimulator,
    ScayleSimulator,
    changed,
    serve_until_stopped,
    shown,
)
from retoure.connectors.simulators.days import Purchase, sent_back, sold
from retoure.connectors.simulators.days import days as generated
from retoure.connectors.simulators.simulator import Simulator

from ..failures import WrongUse
from ..output import say, show_table
from ..words import DAY

PLATFORMS = ("scayle", "reveni")


@click.command()
@click.argument("platform", type=click.Choice(PLATFORMS))
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on; 0, any free one.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed makes up the same numbers.")
@click.option("--token", default="", metavar="TEXT", help="The access token of SCAYLE, the API key of Reveni.")
@click.option("--switch", "switches", multiple=True, metavar="NAME=VALUE", help="Where the platform is silent.")
@click.option("--days", type=click.IntRange(0, 366), default=0, help="Begin with so many generated days.")
@click.option("--first-day", type=DAY, help="The first; by default they end yesterday.")
@click.option("--switches", "only_listed", is_flag=True, help="List the switches and their values, and end.")
def command(
    platform: str,
    port: int,
    seed: int,
    token: str,
    switches: tuple[str, ...],
    days: int,
    first_day: datetime | None,
    only_listed: bool,
) -> None:
    """Be SCAYLE or Reveni on this machine, with orders, returns, webhooks and books of its own, until it is stopped.

    Everything the platforms do not document is a switch. `/_sim/` is the admin side, without a token: add orders, ship,
    move a return, plan faults, let time pass, read the books. `/openapi.json` describes both sides. Listens on loopback
    only; use made-up tokens. Exit code 0: stopped. 2: there is no such switch, or it cannot have this value.

    With `--days`, SCAYLE begins with orders and Reveni with returns of them, if both are given the same seed and days:
    parts of lines, several returns of an order, vouchers, three currencies, bundles, unknown SKUs, guests.

    \b
    Examples:
      retoure simulate scayle
      retoure simulate reveni --switches
      retoure simulate scayle --seed 7 --days 3 --first-day 2026-11-02
      retoure simulate reveni --seed 7 --token made-up --switch signature=two_schemes
    """
    app = _simulator(platform, seed, token)
    try:
        app.state.switches = changed(app.state.switches, dict(map(_parsed, switches)))
    except ValueError as problem:
        raise WrongUse(f"error: {problem}") from problem
    if only_listed:
        show_table(("switch", "value"), ((name, _worded(value)) for name, value in shown(app.state.switches).items()))
        return
    _furnish(app, generated(seed, first_day.date() if first_day else _yesterday(days), days))
    serve_until_stopped(app, port=port, started=lambda url: say(f"{platform} is listening on {url}"))


def _simulator(platform: str, seed: int, token: str) -> Simulator[Any]:
    if platform == "scayle":
        return ScayleSimulator(seed=seed, tokens={token: None} if token else None)
    return ReveniSimulator(seed=seed, api_key=token) if token else ReveniSimulator(seed=seed)


def _yesterday(count: int) -> date:
    """The first of so many days that end yesterday."""
    return datetime.now(UTC).date() - timedelta(days=count)


def _furnish(app: Simulator[Any], purchases: Sequence[Purchase]) -> None:
    if isinstance(app, ScayleSimulator):
        sold(app.state, purchases)
    if isinstance(app, ReveniSimulator):
        sent_back(app.state, purchases)


def _worded(value: object) -> str:
    """A value as `--switch` takes it."""
    return value if isinstance(value, str) and value else json.dumps(value)


def _parsed(text: str) -> tuple[str, object]:
    """A switch with its value: a number, true, false or null as JSON has them, else a word."""
    name, mark, value = text.partition("=")
    if not mark:
        raise WrongUse(f"error: `{text}` is no switch with a value: write NAME=VALUE")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
