"""`retoure explain`: what a finding means, and what happened to a return."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from retoure.diagnostics import did_you_mean
from retoure.diagnostics.codes import CODES
from retoure.diagnostics.page import described, overview, record

from .. import completing, tale_text
from ..completing import MappingPath
from ..failures import WrongUse
from ..options import json_option, personal_option, settings_option, tenant_option
from ..output import console, say, show_json, show_table
from ..tale_source import Given, told_of
from ..words import MOMENT


@click.command()
@click.argument("what", required=False, metavar="[CODE|RETURN|EVENT|CALL|HOLD]", shell_complete=completing.code)
@click.option("--deployment", "deployment_file", type=click.Path(path_type=Path, dir_okay=False, exists=True),
              envvar="RETOURE_DEPLOYMENT", show_envvar=True, metavar="FILE",
              help="Explain from the journal of this deployment; without it ./retoure.yaml, if there.")  # fmt: skip
@tenant_option
@click.option("--journal", type=click.Path(path_type=Path, dir_okay=False), metavar="DATABASE",
              help="Explain from this journal: the database of a deployment.")  # fmt: skip
@click.option("--event", "events", multiple=True, type=click.Path(path_type=Path), metavar="FILE",
              help="Explain what would happen with this event, without a network; repeat for the versions of a return,"
                   " in order. Needs --mapping.")  # fmt: skip
@click.option("--mapping", type=MappingPath(), help="With --event: the mapping that is played.")
@click.option("--answers", type=click.Path(path_type=Path, file_okay=False, exists=True), metavar="FOLDER",
              help="With --event: recorded answers to reads.")  # fmt: skip
@settings_option
@click.option("--now", type=MOMENT, help="With --event: the moment to play at, such as 2026-03-07T12:00:00Z.")
@personal_option
@json_option
def command(
    what: str | None, deployment_file: Path | None, journal: Path | None, events: tuple[Path, ...],
    mapping: Path | None, answers: Path | None, settings: tuple[str, ...], now: datetime | None, personal: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Explain a finding, or tell the story of a return.

    A CODE of `retoure check`: why it is reported, and what to do, with an example. Without anything: all of them.

    A RETURN by its id: what came and when, what was decided and why, where each field came from, every try of every
    call, what was held and by whom it was closed. An EVENT (event-3), a CALL (effect-7) or a HOLD (hold-2): the part of
    the story about it.

    \b
    Examples:
      retoure explain refund-before-approval
      retoure explain 018d8d18bef0c04bdead5dabafda4e58
      retoure explain effect-4 --deployment retoure.yaml
      retoure explain --mapping returns.rmap --event received.json --event accepted.json
    """
    if what is None and mapping is not None and not events:
        raise WrongUse("error: a mapping alone has no story: name what it shall play with --event FILE")
    moment = (now or datetime.now(UTC)).replace(tzinfo=UTC)
    given = Given(deployment_file, journal, events, mapping, answers, settings, moment)
    if what is None and not events:
        show_json([record(code) for code in CODES.values()]) if as_json else show_table(
            ("code", "kind", "what it says"), overview()
        )
    elif what is not None and what in CODES:
        show_json(record(CODES[what])) if as_json else say(described(CODES[what]))
    else:
        _tell(what or "", given, personal=personal, as_json=as_json)


def _tell(what: str, given: Given, *, personal: bool, as_json: bool) -> None:
    if not given.somewhere:
        help = did_you_mean(what, CODES) or "`retoure explain` lists them"
        traffic = "For a return, say where it is recorded: --deployment FILE, --journal DATABASE or --event FILE."
        raise WrongUse(f"error: there is no code `{what}`: {help}\n{traffic}")
    tales = told_of(what, given, personal=personal)
    if as_json:
        show_json(tales[0] if what else tales)
        return
    for tale in tales:
        tale_text.tell(tale, console())
