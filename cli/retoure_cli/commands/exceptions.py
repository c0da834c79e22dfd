"""`retoure exceptions`: everything that waits for a person, in one list, and what people do about it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import click

from retoure import Act, Deed, Hold, Resolution
from retoure.planning import Books
from retoure.reports import Attention, Case, Severity, attended, attention, cases, period_of, read_returns
from retoure.upkeep import trail_entries

from ..books import opened
from ..deed_text import deed_told
from ..failures import WrongUse
from ..options import Words, deployment_option, json_option, who_option, why_option
from ..output import ago, counted, say, show_json, show_table, when

NOTHING: Final = "nothing waits for a person"
ENDINGS: Final = {"done": Resolution.APPLIED, "dropped": Resolution.LET_GO}


@click.group()
def command() -> None:
    """Holds, dead letters and differences in one list: whose they are, how old, what is at stake, what to do.

    An exception is called after what it is: hold-1, effect-7 or event-3. It disappears when it is settled, by whoever
    or whatever. What people say of one is kept in the audit trail.

    \b
    Examples:
      retoure exceptions list
      retoure exceptions comment hold-1 "asked the warehouse"
      retoure exceptions resolve effect-4 --as done --why "refunded by hand"
    """


@command.command("list")
@deployment_option
@click.option("--owner", metavar="NAME", help="Only what waits for this team, person or queue.")
@click.option("--severity", type=click.Choice([each.value for each in Severity]), help="Only these.")
@click.option("--all", "resting", is_flag=True, help="Also those that rest for a while.")
@json_option
def list_exceptions(
    deployment_file: Path, owner: str | None, severity: str | None, resting: bool, as_json: bool
) -> None:
    """The exceptions, the worst first. Exit code 0, also when there are none.

    \b
    Examples:
      retoure exceptions list
      retoure exceptions list --owner finance --severity high
      retoure exceptions list --all --json
    """
    now = datetime.now(UTC)
    with opened(deployment_file) as (_, books):
        found = attended(_cases(books, now), attention(trail_entries(books)), now, resting=resting)
    shown = [case for case in found if owner in (None, case.owner) and severity in (None, case.severity)]
    if as_json:
        show_json(shown)
        return
    if not shown:
        say(f"none of the {counted(len(found), 'exception')} is among these" if found else NOTHING, error=True)
    columns = ("exception", "class", "severity", "for", "return", "since", "at stake", "why", "what to do")
    show_table(columns, [_row(case, now) for case in shown])


@command.command()
@click.argument("name")
@deployment_option
@json_option
def show(name: str, deployment_file: Path, as_json: bool) -> None:
    """Everything about one exception, and what was said of it.

    \b
    Examples:
      retoure exceptions show hold-1
    """
    with opened(deployment_file) as (_, books):
        case, said = _one(books, name), attention(trail_entries(books)).get(name, Attention())
    if as_json:
        show_json({"exception": case, "said": said.said})
        return
    told = {"exception": case.id, "kind": case.kind, "class": case.difference, "severity": case.severity}
    told |= {
        "for": said.owner or case.owner,
        "return": case.subject,
        "order": case.order,
        "since": when(case.since),
        "at stake": case.at_stake,
    }
    told |= {"why": case.cause, "rule": case.rule, "place": case.place, "what to do": case.action}
    for word, text in told.items():
        if text:
            say(f"{word:12} {text}")
    rows = [(each.at, each.deed.who, each.deed.act, deed_told(each.deed)) for each in said.said]
    show_table(("at", "who", "did", "more"), rows)


@command.command()
@click.argument("name")
@click.argument("text", type=Words())
@deployment_option
@who_option
def comment(name: str, text: str, deployment_file: Path, who: str) -> None:
    """Say something about an exception.

    \b
    Examples:
      retoure exceptions comment hold-1 "asked the warehouse"
    """
    with opened(deployment_file) as (_, books):
        subject = _one(books, name).subject
        books.note(Deed(Act.COMMENTED, who, name, subject, detail={"text": text}), datetime.now(UTC))
    say(f"noted with {name}")


@command.command()
@click.argument("name")
@click.argument("owner", type=Words())
@deployment_option
@who_option
def assign(name: str, owner: str, deployment_file: Path, who: str) -> None:
    """Say who looks after an exception: a team or a person.

    \b
    Examples:
      retoure exceptions assign effect-4 Ann
    """
    now = datetime.now(UTC)
    with opened(deployment_file) as (_, books):
        case = _one(books, name)
        if name.startswith("hold-"):
            books.assign_hold(_number(name), owner, now, who)
        else:
            books.note(Deed(Act.ASSIGNED, who, name, case.subject, detail={"team": owner}), now)
    say(f"{name} waits for {owner}")


@command.command()
@click.argument("name")
@click.option("--days", type=click.IntRange(min=1), default=1, show_default=True, help="For so many days.")
@why_option
@deployment_option
@who_option
def snooze(name: str, days: int, why: str, deployment_file: Path, who: str) -> None:
    """Let an exception rest for some days: `list` leaves it out until then.

    \b
    Examples:
      retoure exceptions snooze hold-1 --days 3 --why "the carrier looks for the parcel"
    """
    now = datetime.now(UTC)
    until = now + timedelta(days=days)
    with opened(deployment_file) as (_, books):
        case = _one(books, name)
        said = {"until": until.isoformat(timespec="seconds"), "why": why}
        books.note(Deed(Act.SNOOZED, who, name, case.subject, detail=said), now)
    say(f"{name} rests until {when(until)}")


@command.command()
@click.argument("name")
@click.option("--as", "ending", type=click.Choice(list(ENDINGS)),
              help="Of a call: it was done by hand, or it shall not happen. An event can be dropped only.")  # fmt: skip
@why_option
@deployment_option
@who_option
def resolve(name: str, ending: str | None, why: str, deployment_file: Path, who: str) -> None:
    """End an exception by hand. What is to be tried again goes on with `retoure queue replay` or `holds replay`.

    \b
    Examples:
      retoure exceptions resolve hold-1 --why "the order was merged into 100001"
      retoure exceptions resolve effect-4 --as done --why "refunded by hand"
    """
    now = datetime.now(UTC)
    with opened(deployment_file) as (_, books):
        _one(books, name)
        hold = next((hold for hold in books.holds() if f"hold-{hold.id}" == name), None)
        letter = f"effect-{hold.effect}" if hold is not None and hold.effect else name
        if letter.startswith("hold-"):
            _close(books, hold, why, now, who)
        elif ending is None:
            about = f"{name} is a call" if letter == name else f"{name} is about the call {letter}"
            ways = "--as done if it was done by hand, or --as dropped if it shall not happen"
            raise WrongUse(f"error: {about}: say {ways}")
        elif letter.startswith("effect-"):
            books.resolve(_number(letter), ENDINGS[ending], why, now, who)
        elif ending == "done":
            raise WrongUse(f"error: {name} is an event: replay it, or say --as dropped")
        else:
            books.drop(letter, why, now, who)
    say(f"{name} is settled")


def _close(books: Books, hold: Hold | None, why: str, now: datetime, who: str) -> None:
    assert hold is not None
    books.close_hold(hold.id, why, now, who)


def _cases(books: Books, now: datetime) -> tuple[Case, ...]:
    """Of the returns that have something open alone: a long journal does not make it slow."""
    subjects = {hold.subject for hold in books.holds()} | {letter.subject for letter in books.letters()}
    return cases(list(read_returns(books, period_of(None, None, "UTC", now), sorted(subjects))))


def _one(books: Books, name: str) -> Case:
    found = next((case for case in _cases(books, datetime.now(UTC)) if case.id == name), None)
    if found is None:
        raise WrongUse(f"error: {_not_open(books, name)}")
    return found


def _not_open(books: Books, name: str) -> str:
    """Why there is no such exception: it is settled, or never was one."""
    kind, _, number = name.partition("-")
    with suppress(KeyError, ValueError):
        if kind == "hold":
            hold = {hold.id: hold for hold in books.holds(closed=True)}[int(number)]
            return f"{name} is settled: {hold.closed_why}; `retoure explain {hold.subject}` tells how it came"
        if kind == "effect":
            effect = books.effect(int(number))
            return (
                f"{name} waits for nobody: it is {effect.state}; `retoure explain {effect.subject}` tells how it came"
            )
    return f"no exception {name}: `retoure exceptions list --all` shows those there are"


def _number(name: str) -> int:
    return int(name.partition("-")[2])


def _row(case: Case, now: datetime) -> Sequence[object]:
    since = ago(case.since, now)
    told = (case.id, case.difference, case.severity, case.owner, case.subject, since)
    return *told, case.at_stake, case.cause, case.action
