"""`retoure connector`: which connectors there are, and whether one keeps what connectors promise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import click

from retoure.connectors.contract import Outcome, Verdict, verdicts
from retoure.connectors.kit import ConnectorBroken, ConnectorKind, Known, connector_kind, known_connectors
from retoure.diagnostics import did_you_mean

from ..failures import Told, WrongUse
from ..options import json_option
from ..output import say, show_json, show_table

STYLES = {Outcome.BROKEN: "broken", Outcome.KEPT: "kept", Outcome.NOT_APPLICABLE: "–"}


@click.group()
def command() -> None:
    """Look at the connectors there are, those of installed packages too, and try them.

    \b
    Examples:
      retoure connector list
      retoure connector check rest
    """


@command.command("list")
@json_option
def listed(as_json: bool) -> None:
    """List every connector a deployment file may name, and the package it comes from.

    Exit code 1 when one of them cannot be loaded.

    \b
    Examples:
      retoure connector list
      retoure connector list --json
    """
    found = [(known, _told(known)) for known in known_connectors()]
    if as_json:
        keys = ("name", "package", "schema", "summary", "problem")
        show_json([dict(zip(keys, (known.name, known.origin, *told), strict=True)) for known, told in found])
    else:
        rows = [(known.name, known.origin, schema, problem or summary) for known, (schema, summary, problem) in found]
        show_table(("connector", "package", "schema", "what it is"), rows)
    if any(problem for _, (_, _, problem) in found):
        raise SystemExit(1)


def _told(known: Known) -> tuple[str, str, str]:
    """Its schema, what it says of itself, and why it cannot be used."""
    try:
        kind = connector_kind(known.name)
    except ConnectorBroken as problem:
        return "", "", str(problem)
    assert kind is not None
    return kind.schema, kind.summary, ""


@command.command()
@click.argument("name")
@json_option
def check(name: str, as_json: bool) -> None:
    """Try every rule of the contract on a connector and its simulator, over real sockets on this machine.

    Refusals, silence, lost connections, bodies that are none, redirects, credentials that a platform echoes, the same
    write twice: each rule on a fresh simulator. No real platform is asked. Exit code 0: every rule that applies is
    kept. 1: a rule is broken, or the connector cannot be loaded. 2: there is no such connector, or it brings nothing
    to try it on.

    \b
    Examples:
      retoure connector check rest
      retoure connector check scayle --json
    """
    found = list(_tried(_kind(name), quiet=as_json))
    if as_json:
        show_json(found)
    else:
        show_table(("rule", "", "what it promises", ""), [_row(verdict) for verdict in found])
        say(f"\n{name}: {_counted(found)}")
    if any(verdict.outcome is Outcome.BROKEN for verdict in found):
        raise SystemExit(1)


def _kind(name: str) -> ConnectorKind:
    try:
        kind = connector_kind(name)
    except ConnectorBroken as problem:
        raise Told(f"error: {problem}") from problem
    if kind is None:
        help = did_you_mean(name, [known.name for known in known_connectors()]) or "`retoure connector list` shows them"
        raise WrongUse(f"error: there is no connector `{name}`: {help}")
    if kind.specimen is None:
        raise WrongUse(f"error: the connector `{name}` brings nothing to try it on: give its KIND a `specimen`")
    return kind


def _tried(kind: ConnectorKind, *, quiet: bool) -> Iterator[Verdict]:
    """The verdicts; what is broken is told as it turns up, as the whole takes a while."""
    for verdict in verdicts(kind):
        if verdict.outcome is Outcome.BROKEN and not quiet:
            say(f"{verdict.rule}: {verdict.detail}", style="bold red", error=True)
        yield verdict


def _row(verdict: Verdict) -> tuple[str, str, str, str]:
    return verdict.rule, STYLES[verdict.outcome], verdict.promise, verdict.detail


def _counted(found: list[Verdict]) -> str:
    many = Counter(verdict.outcome for verdict in found)
    return ", ".join(f"{many[outcome]} {outcome}" for outcome in Outcome)
