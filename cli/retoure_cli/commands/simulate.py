"""`retoure simulate`: a platform as a server on this machine."""

from __future__ import annotations

import json
from typing import Any

import click

from retoure.connectors.simulators import (
    ReveniSimulator,
    ScayleSimulator,
    changed,
    serve_until_stopped,
    shown,
)
from retoure.connectors.simulators.simulator import Simulator

from ..failures import WrongUse
from ..output import say, show_table

PLATFORMS = ("scayle", "reveni")


@click.command()
@click.argument("platform", type=click.Choice(PLATFORMS))
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on; 0, any free one.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed makes up the same numbers.")
@click.option("--token", default="", metavar="TEXT", help="The access token of SCAYLE, the API key of Reveni.")
@click.option("--switch", "switches", multiple=True, metavar="NAME=VALUE", help="Where the platform is silent.")
@click.option("--switches", "only_listed", is_flag=True, help="List the switches and their values, and end.")
def command(platform: str, port: int, seed: int, token: str, switches: tuple[str, ...], only_listed: bool) -> None:
    """Be SCAYLE or Reveni on this machine, with orders, returns, webhooks and books of its own, until it is stopped.

    Everything the platforms do not document is a switch. `/_sim/` is the admin side, without a token: add orders, ship,
    move a return, plan faults, let time pass, read the books. Listens on loopback only; use made-up tokens. Exit code
    0: stopped. 2: there is no such switch, or it cannot have this value.

    \b
    Examples:
      retoure simulate scayle
      retoure simulate reveni --switches
      retoure simulate reveni --seed 7 --token made-up --switch signature=two_schemes
    """
    app = _simulator(platform, seed, token)
    try:
        app.state.switches = changed(app.state.switches, dict(map(_parsed, switches)))
    except ValueError as problem:
        raise WrongUse(f"error: {problem}") from problem
    if only_listed:
        show_table(("switch", "value"), shown(app.state.switches).items())
        return
    serve_until_stopped(app, port=port, started=lambda url: say(f"{platform} is listening on {url}"))


def _simulator(platform: str, seed: int, token: str) -> Simulator[Any]:
    if platform == "scayle":
        return ScayleSimulator(seed=seed, tokens={token: None} if token else None)
    return ReveniSimulator(seed=seed, api_key=token) if token else ReveniSimulator(seed=seed)


def _parsed(text: str) -> tuple[str, object]:
    """A switch with its value: a number, true, false or null as JSON has them, else a word."""
    name, mark, value = text.partition("=")
    if not mark:
        raise WrongUse(f"error: `{text}` is no switch with a value: write NAME=VALUE")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
