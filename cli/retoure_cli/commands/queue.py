"""`retoure queue`: dead letters, and how they go on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from retoure import Resolution, Store

from ..books import opened
from ..failures import WrongUse
from ..options import deployment_option, json_option, why_option
from ..output import counted, plain, say, show_json, show_table, when


@click.group()
def command() -> None:
    """Dead letters: calls and events whose policy gave them up.

    A letter is called `effect-7` (a call) or `event-3` (an event whose reads failed). A running worker sees what is
    changed here at its next look.

    \b
    Examples:
      retoure queue list
      retoure queue show effect-4
      retoure queue replay --queue failed_refunds
    """


@command.command("list")
@deployment_option
@click.option("--queue", default=None, metavar="NAME", help="Only this queue.")
@click.option("--return", "subject", default=None, metavar="ID", help="Only this return.")
@json_option
def list_letters(deployment_file: Path, queue: str | None, subject: str | None, as_json: bool) -> None:
    """The letters, oldest first. Exit code 0, also when there are none.

    \b
    Examples:
      retoure queue list
      retoure queue list --queue failed_refunds
      retoure queue list --return 018d8d18bef0c04bdead5dabafda4e58 --json
    """
    with opened(deployment_file) as (_, store):
        letters = store.letters(queue=queue, subject=subject)
    if as_json:
        show_json(letters)
        return
    if not letters:
        say("no letters", error=True)
    rows = [(each.id, each.queue, each.subject, each.what, _error(each.error, each.unsettled), each.at)
            for each in letters]  # fmt: skip
    show_table(("letter", "queue", "return", "what", "why", "since"), rows)


@command.command()
@click.argument("letter")
@deployment_option
@json_option
def show(letter: str, deployment_file: Path, as_json: bool) -> None:
    """Everything about one letter: what was to be sent, by which rule, and every try.

    \b
    Examples:
      retoure queue show effect-4
      retoure queue show effect-4 --json
    """
    with opened(deployment_file) as (_, store):
        found = _effect(store, letter) if letter.startswith("effect-") else _event(store, letter)
    if as_json:
        show_json(found)
        return
    tries = found.pop("attempts", ())
    for name, value in found.items():
        if value not in (None, "", 0):
            say(f"{name:12} {_shown(value)}")
    show_table(("tried", "step", "outcome", "error", "message"), [_try(row) for row in tries])


@command.command()
@click.argument("letters", nargs=-1)
@deployment_option
@click.option("--queue", default="", metavar="NAME", help="All letters of this queue.")
@click.option("--return", "subject", default="", metavar="ID", help="Everything queued or held of this return.")
def replay(letters: tuple[str, ...], deployment_file: Path, queue: str, subject: str) -> None:
    """Put letters back to waiting, with fresh tries: LETTERS by id, a whole queue, or all of a return.

    A call whose outcome is unknown is checked before it is sent again, if its policy says so.

    \b
    Examples:
      retoure queue replay effect-4
      retoure queue replay --queue failed_refunds
      retoure queue replay --return 018d8d18bef0c04bdead5dabafda4e58
    """
    if bool(letters) + bool(queue) + bool(subject) != 1:
        raise click.UsageError("say what to replay: letters by id, or --queue NAME, or --return ID")
    with opened(deployment_file) as (_, store):
        now = datetime.now(UTC)
        targets = [{"letter": letter} for letter in letters] or [{"queue": queue, "subject": subject}]
        number = sum(store.replay(now, **target) for target in targets)
    say(f"{counted(number, 'letter')} waiting again" if number else "nothing there to replay")


@command.command()
@click.argument("letter")
@deployment_option
@why_option
def drop(letter: str, deployment_file: Path, why: str) -> None:
    """Let a call go: it shall not happen. The reason is kept.

    \b
    Examples:
      retoure queue drop effect-4 --why "the shopper keeps the shirt"
    """
    _resolve(deployment_file, letter, Resolution.LET_GO, why)
    say(f"{letter} is let go")


@command.command()
@click.argument("letter")
@deployment_option
@why_option
def done(letter: str, deployment_file: Path, why: str) -> None:
    """Say that a call did happen, or was done by hand. It counts as applied; the reason is kept.

    \b
    Examples:
      retoure queue done effect-4 --why "refunded by hand in the backend"
    """
    _resolve(deployment_file, letter, Resolution.APPLIED, why)
    say(f"{letter} counts as applied")


def _resolve(deployment_file: Path, letter: str, how: Resolution, why: str) -> None:
    kind, _, number = letter.partition("-")
    if kind != "effect" or not number.isdecimal():
        raise WrongUse(f"error: `{letter}` is no call: only calls (effect-7) can be settled; events are replayed")
    with opened(deployment_file) as (_, store):
        store.resolve(int(number), how, why, datetime.now(UTC))


def _effect(store: Store, letter: str) -> dict[str, Any]:
    number = _number(letter)
    subject = store.effect(number).subject
    story = store.story(subject)
    found = next(row for row in story.effects if row["id"] == number)
    tries = [row for row in story.attempts if row["effect"] == number]
    return {"letter": letter, "return": subject, **plain(found), "attempts": plain(tries)}


def _event(store: Store, letter: str) -> dict[str, Any]:
    if not letter.startswith("event-"):
        raise WrongUse(f"error: no letter {letter}: they are called effect-7 or event-3")
    event = store.event(_number(letter))
    found = next(row for row in store.story(event.event.subject).events if row["seq"] == event.seq)
    return {"letter": letter, "return": event.event.subject, **plain(found)}


def _number(letter: str) -> int:
    number = letter.partition("-")[2]
    if not number.isdecimal():
        raise WrongUse(f"error: no letter {letter}: they are called effect-7 or event-3")
    return int(number)


def _try(row: Mapping[str, Any]) -> tuple[object, ...]:
    return when(datetime.fromisoformat(row["began_at"])), row["step"], row["outcome"], row["error"], row["message"]


def _error(error: str, unsettled: bool) -> str:
    return f"{error} (may have happened)" if unsettled else error


def _shown(value: object) -> str:
    if isinstance(value, dict) and value.keys() == {"file", "line", "column"}:
        return f"{value['file']}:{value['line']}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
