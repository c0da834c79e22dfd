"""`retoure holds`: questions that wait for a person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from retoure import Again, Hold, ReplayBy, Store, mapping_for
from retoure.planning import Books, again_plan, letter_plan

from .. import letter_text
from ..books import opened, team_shown
from ..failures import WrongUse
from ..options import (
    deployment_option,
    json_option,
    personal_option,
    rate_option,
    version_option,
    who_option,
    why_option,
)
from ..output import counted, plain, say, show_json, show_table, when
from ..words import HOLD

WORDS: Final = {"id": "hold", "subject": "return", "reason": "why", "team": "for", "opened_at": "since"}


@click.group()
def command() -> None:
    """What is held for a person to decide, by whom, and why.

    \b
    Examples:
      retoure holds list
      retoure holds close 1 --why "the order was merged into 100001"
      retoure holds assign 1 finance
    """


@command.command("list")
@deployment_option
@click.option("--team", default=None, metavar="NAME", help="Only what waits for this team.")
@click.option("--return", "subject", default=None, metavar="ID", help="Only this return.")
@click.option("--closed", is_flag=True, help="Also what was closed.")
@json_option
def list_holds(deployment_file: Path, team: str | None, subject: str | None, closed: bool, as_json: bool) -> None:
    """The holds, oldest first. Exit code 0, also when there are none.

    \b
    Examples:
      retoure holds list
      retoure holds list --team "returns desk" --closed
      retoure holds list --json
    """
    with opened(deployment_file) as (deployment, store):
        holds = store.holds(subject=subject, team=team, closed=closed)
    if as_json:
        show_json(holds)
        return
    if not holds:
        say("no holds", error=True)
    rows = [(each.id, team_shown(deployment, each.team), each.subject, each.reason, each.place, each.opened_at,
             each.closed_why) for each in holds]  # fmt: skip
    headers = ("hold", "for", "return", "why", "decided at", "since", "closed")
    shown = len(headers) if closed else len(headers) - 1
    show_table(headers[:shown], [row[:shown] for row in rows])


@command.command()
@click.argument("hold", type=HOLD)
@deployment_option
@personal_option
@json_option
def show(hold: int, deployment_file: Path, personal: bool, as_json: bool) -> None:
    """Everything about one hold: why, by which rule, and what deciding again would do.

    \b
    Examples:
      retoure holds show 1
    """
    with opened(deployment_file) as (deployment, store):
        found = _find(store, hold)
        program = mapping_for(deployment, store, found.subject)
        letter = f"effect-{found.effect}"
        plan = letter_plan(program, store, letter, personal=personal) if found.effect else None
        again = plan.again if plan else again_plan(program, store, found.subject, personal=personal)
    if as_json:
        show_json({"hold": found, "replay": plan, "again": again})
        return
    shown = {**plain(found), "key": ", ".join(found.key), "opened_at": when(found.opened_at)}
    for name in ("id", "subject", "kind", "rule", "key", "reason", "team", "place", "mapping", "opened_at"):
        if shown[name] not in (None, "", [], 0):
            say(f"{WORDS.get(name, name):12} {shown[name]}")
    if found.effect:
        say(f"{'call':12} {letter}")
    if plan:
        letter_text.tell(plan)
    else:
        letter_text.tell_again(again, program.identity)
        letter_text.tell_ways(_ways(found))


def _ways(hold: Hold) -> dict[str, str]:
    """How a hold that is about no call can come to an end: commands, and when each is right."""
    again = {} if hold.kind == "audit" else {f"retoure holds replay {hold.id}": "once the cause is mended"}
    return {
        **again,
        f"retoure holds assign {hold.id} TEAM": "where another team has to answer",
        f"retoure holds close {hold.id} --why TEXT": "where it is settled by hand",
    }


@command.command()
@click.argument("holds", nargs=-1, type=HOLD)
@deployment_option
@click.option("--team", default="", metavar="NAME", help="All holds of this team.")
@click.option("--return", "subject", default="", metavar="ID", help="All holds of this return.")
@click.option("--all", "everything", is_flag=True, help="All holds.")
@version_option
@rate_option
@who_option
def replay(
    holds: tuple[int, ...], deployment_file: Path, team: str, subject: str, everything: bool, by: str | None,
    per_second: float | None, who: str,
) -> None:  # fmt: skip
    """Let what is held go on: HOLDS by number, or those that fit --team and --return.

    A held call is sent again; an event that could not be decided is decided again; any other hold has its return
    decided again, with its reads made anew, and closes by itself when it is settled. With --rate so many a second.

    
    Examples:
      retoure holds replay 1
      retoure holds replay --team integration --version current --rate 2
    """
    if bool(holds) + bool(team or subject) + everything != 1:
        raise click.UsageError("say what to replay: holds by number, or --team, --return, or --all")
    with opened(deployment_file) as (_, store):
        fitting = store.holds(subject=subject or None, team=team or None)
        chosen = [_find(store, number) for number in holds] if holds else fitting
        now, how = datetime.now(UTC), ReplayBy(by) if by else None
        replays = [again for subject, what in _goings_on(chosen) for again in _replays(store, subject, what)]
        if per_second:
            store.replay_paced(replays, now, per_second, how, who)
        else:
            for again in replays:
                _go_on(store, again, now, how, who)
    if not chosen:
        say("nothing there to replay")
        return
    verb = "goes" if len(chosen) == 1 else "go"
    say(f"{counted(len(chosen), 'hold')} {verb} on; what is held again stays in `retoure holds list`")


def _goings_on(holds: Iterable[Hold]) -> list[tuple[str, str]]:
    """What to do about holds, each thing once: a call, or the events or the last decision of a return."""
    return list(dict.fromkeys((hold.subject, f"effect-{hold.effect}" if hold.effect else hold.kind) for hold in holds))


def _replays(store: Books, subject: str, what: str) -> list[Again]:
    if what.startswith("effect-"):
        return [Again(subject, what)]
    if what != "event":
        return [Again(subject)]
    return [Again(subject, f"event-{event['seq']}") for event in store.story(subject).events
            if event["state"] == "held"]  # fmt: skip


def _go_on(store: Books, again: Again, at: datetime, by: ReplayBy | None, who: str) -> None:
    if again.letter:
        store.replay(at, letter=again.letter, by=by, who=who)
    else:
        store.decide_again(again.subject, at, by, who)


@command.command()
@click.argument("hold", type=HOLD)
@deployment_option
@why_option
@who_option
def close(hold: int, deployment_file: Path, why: str, who: str) -> None:
    """Close a hold by hand. The same finding does not open it again; another one does.

    \b
    Examples:
      retoure holds close 1 --why "the order was merged into 100001"
    """
    with opened(deployment_file) as (_, store):
        found = _find(store, hold)
        if found.effect:
            call = f"effect-{found.effect}"
            remedy = f"`retoure queue replay {call}`, `queue done {call}` or `queue drop {call}` ends it"
            raise WrongUse(f"error: hold {hold} is about a call that waits for your word: {remedy}")
        store.close_hold(hold, why, datetime.now(UTC), who)
    say(f"hold {hold} is closed")


@command.command()
@click.argument("hold", type=HOLD)
@click.argument("team")
@deployment_option
@who_option
def assign(hold: int, team: str, deployment_file: Path, who: str) -> None:
    """Give a hold to another team.

    \b
    Examples:
      retoure holds assign 1 finance
    """
    with opened(deployment_file) as (_, store):
        store.assign_hold(hold, team, datetime.now(UTC), who)
    say(f"hold {hold} waits for {team}")


def _find(store: Store, number: int) -> Hold:
    found = next((hold for hold in store.holds() if hold.id == number), None)
    if found is None:
        raise WrongUse(f"error: no open hold {number}: `retoure holds list` shows those there are")
    return found
