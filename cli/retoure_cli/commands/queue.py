"""`retoure queue`: dead letters, and how they go on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click

from retoure import Again, Letter, ReplayBy, Resolution, Store, mapping_for
from retoure.planning import (
    body_of,
    body_text,
    changed_cells,
    check_edit,
    letter_plan,
    requests_of,
    told_of_return,
    value_at,
    value_of,
    with_value,
)

from .. import letter_text, plan_text
from ..books import opened
from ..failures import WrongUse
from ..options import (
    deployment_option,
    json_option,
    personal_option,
    rate_option,
    reason_option,
    version_option,
    who_option,
    why_option,
)
from ..output import console, counted, plain, say, show_json, show_table, when
from ..progress import through

NAMES: Final = ("letter", "return", "key", "rule", "place", "mapping", "queue", "operation", "state")
"""What is nobody's personal data in a letter."""
MOMENTS: Final = frozenset({"due_at", "wanted_at", "changed_at", "received_at", "happened_at", "ended_at"})


UNTOLD: Final = frozenset({"id", "decision"})
"""What only programs want to know."""


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
@click.option("--cause", default=None, metavar="CODE", help="Only letters with this error: UNAVAILABLE, say.")
@click.option("--return", "subject", default=None, metavar="ID", help="Only this return.")
@json_option
def list_letters(
    deployment_file: Path, queue: str | None, cause: str | None, subject: str | None, as_json: bool
) -> None:
    """The letters, oldest first. Exit code 0, also when there are none.

    \b
    Examples:
      retoure queue list
      retoure queue list --queue failed_refunds
      retoure queue list --cause INVALID
      retoure queue list --return 018d8d18bef0c04bdead5dabafda4e58 --json
    """
    with opened(deployment_file) as (_, store):
        letters = store.letters(queue=queue, subject=subject, cause=cause)
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
@click.option("--plan/--no-plan", "with_plan", default=True, help="Also what a replay would do.")
@personal_option
@json_option
def show(letter: str, deployment_file: Path, with_plan: bool, personal: bool, as_json: bool) -> None:
    """Everything about one letter: what was to be sent, by which rule, every try, and what a replay would do.

    The plan is made from what is recorded: no platform is asked.

    \b
    Examples:
      retoure queue show effect-4
      retoure queue show effect-4 --json
    """
    with opened(deployment_file) as (deployment, store):
        found = _effect(store, letter) if letter.startswith("effect-") else _event(store, letter)
        said = {name: value for name, value in found.items() if name not in NAMES}
        found |= told_of_return(store, found["return"], said, personal=personal)
        plan = None
        if with_plan:
            program = mapping_for(deployment, store, found["return"])
            plan = letter_plan(program, store, letter, personal=personal)
    if as_json:
        show_json({**found, "replay": plan} if plan else found)
        return
    tries, edits = found.pop("attempts", ()), found.pop("changes", ())
    for name, value in found.items():
        if value not in (None, "", 0) and name not in UNTOLD:
            say(f"{name:12} {_when(value) if name in MOMENTS else _shown(value)}")
    show_table(("tried", "step", "outcome", "error", "message"), [_try(row) for row in tries])
    show_table(("changed", "by", "why"), [(_when(row["at"]), row["who"], row["why"]) for row in edits])
    if plan:
        letter_text.tell(plan)


@command.command()
@click.argument("letters", nargs=-1)
@deployment_option
@click.option("--queue", default="", metavar="NAME", help="All letters of this queue.")
@click.option("--cause", default="", metavar="CODE", help="All letters with this error: UNAVAILABLE, say.")
@click.option("--return", "subject", default="", metavar="ID", help="Everything queued or held of this return.")
@click.option("--all", "everything", is_flag=True, help="All letters.")
@version_option
@rate_option
@click.option("--watch", is_flag=True, help="Wait until none of them is under way any more, and tell how it ended.")
@who_option
def replay(
    letters: tuple[str, ...], deployment_file: Path, queue: str, cause: str, subject: str, everything: bool,
    by: str | None, per_second: float | None, watch: bool, who: str,
) -> None:  # fmt: skip
    """Put letters back to waiting, with fresh tries: LETTERS by id, or those that fit --queue, --cause and --return.

    A call whose outcome is unknown is checked before it is sent again, if its policy says so. All of it is stored in
    one step and worked off by the running worker, with --rate so many a second: when this command or the worker is
    killed, the rest goes on by itself, at the same pace, at the next start, and nothing has to be said twice. Until its
    turn a letter stays in its queue.

    Exit code 0: done. 1: with --watch, some of them were given up again.

    \b
    Examples:
      retoure queue replay effect-4
      retoure queue replay --queue failed_refunds
      retoure queue replay --return 018d8d18bef0c04bdead5dabafda4e58
      retoure queue replay --cause INVALID --rate 5
      retoure queue replay --all --version current
    """
    if bool(letters) + bool(queue or cause or subject) + everything != 1:
        raise click.UsageError("say what to replay: letters by id, or --queue, --cause, --return, or --all")
    how = ReplayBy(by) if by else None
    with opened(deployment_file) as (_, store):
        now = datetime.now(UTC)
        watched = letters or [each.id for each in _fitting(store, queue, cause, subject)] if watch else ()
        if letters:
            number = _one_by_one(store, letters, now, how, per_second, who)
        else:
            wanted = {"queue": queue, "cause": cause, "subject": subject}
            number = store.replay(now, **wanted, everything=everything, by=how, per_second=per_second, who=who)
        say(_replayed(number, per_second))
        if watch and number:
            _watched(store, watched, now)


def _fitting(store: Store, queue: str, cause: str, subject: str) -> tuple[Letter, ...]:
    return store.letters(queue=queue or None, cause=cause or None, subject=subject or None)


def _one_by_one(
    store: Store, letters: tuple[str, ...], now: datetime, by: ReplayBy | None, per_second: float | None, who: str
) -> int:
    if not per_second:
        return sum(store.replay(now, letter=letter, by=by, who=who) for letter in letters)
    replays = [Again(_subject(store, letter), letter) for letter in letters]
    return store.replay_paced(replays, now, per_second, by, who)


def _subject(store: Store, letter: str) -> str:
    kind, _, number = letter.partition("-")
    if kind not in ("effect", "event") or not number.isdecimal():
        raise WrongUse(f"error: no letter {letter}: they are called effect-7 or event-3")
    return store.event(int(number)).event.subject if kind == "event" else store.effect(int(number)).subject


@command.command()
@click.argument("letter")
@deployment_option
@click.option("--set", "changes", multiple=True, metavar="PATH=VALUE",
              help="A field and its new value, such as items[0].price=12.50; without it an editor opens.")  # fmt: skip
@why_option
@who_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@personal_option
def edit(
    letter: str, deployment_file: Path, changes: tuple[str, ...], why: str, who: str, yes: bool, personal: bool
) -> None:  # fmt: skip
    """Change what a call sends. It stays in its queue: `queue replay` sends it.

    What the mapping wanted is kept, with who changed it, when and why; later versions of the return are compared with
    that. A call that may have happened, or another thing to write to, is refused. Before it asks, it shows each field
    before and after, and what a replay would then send.

    \b
    Examples:
      retoure queue edit effect-4 --set returnReason=damaged --why "the shopper sent a photo" --yes
    """
    with opened(deployment_file) as (deployment, store):
        effect = store.effect(_number(letter, only="effect"))
        body = _changed(effect.body, changes) if changes else _from_editor(effect.body)
        program = mapping_for(deployment, store, effect.subject)
        check_edit(program, effect, body)
        say(f"{effect.operation} of return {effect.subject}, rule {effect.rule} at {effect.place}:")
        plan_text.tell_cells(changed_cells(store, effect, body, personal=personal), console())
        letter_text.tell_requests(requests_of(program, store, replace(effect, body=body), personal=personal))
        say("" if personal else "Personal data is blanked: --personal shows it.")
        if yes or click.confirm("Change it so?", default=False):
            store.edit(effect.id, body, who, why, datetime.now(UTC))
            say(f"{letter} is changed; `retoure queue replay {letter}` sends it")
        else:
            say("nothing is changed")


@command.command()
@click.argument("letters", nargs=-1, required=True)
@deployment_option
@reason_option
@who_option
def drop(letters: tuple[str, ...], deployment_file: Path, why: str, who: str) -> None:
    """Let LETTERS go: a call that shall not happen, an event that shall not be decided. The reason is kept.

    \b
    Examples:
      retoure queue drop effect-4 --reason "the order was cancelled"
    """
    with opened(deployment_file) as (_, store):
        for letter in letters:
            store.drop(letter, why, datetime.now(UTC), who)
            say(f"{letter} is let go")


@command.command()
@click.argument("letter")
@deployment_option
@why_option
@who_option
def done(letter: str, deployment_file: Path, why: str, who: str) -> None:
    """Say that a call did happen, or was done by hand. It counts as applied; the reason is kept.

    \b
    Examples:
      retoure queue done effect-4 --why "refunded by hand in the backend"
    """
    with opened(deployment_file) as (_, store):
        store.resolve(_number(letter, only="effect"), Resolution.APPLIED, why, datetime.now(UTC), who)
    say(f"{letter} counts as applied")


# --- what is shown


def _effect(store: Store, letter: str) -> dict[str, Any]:
    number = _number(letter)
    subject = store.effect(number).subject
    story = store.story(subject)
    found = next(row for row in story.effects if row["id"] == number)
    tries = [row for row in story.attempts if row["effect"] == number]
    return {"letter": letter, "return": subject, **plain(found), "attempts": plain(tries),
            "changes": plain(store.edits(number))}  # fmt: skip


def _event(store: Store, letter: str) -> dict[str, Any]:
    event = store.event(_number(letter, only="event"))
    found = next(row for row in store.story(event.event.subject).events if row["seq"] == event.seq)
    return {"letter": letter, "return": event.event.subject, **plain(found)}


def _number(letter: str, only: str = "") -> int:
    kind, _, number = letter.partition("-")
    if kind not in ("effect", "event") or not number.isdecimal():
        raise WrongUse(f"error: no letter {letter}: they are called effect-7 or event-3")
    if only == "effect" and kind != only:
        raise WrongUse(f"error: `{letter}` is no call: an event is read anew when it is replayed, or dropped")
    return int(number)


def _try(row: Mapping[str, Any]) -> tuple[object, ...]:
    return _when(row["began_at"]), row["step"], row["outcome"], row["error"], row["message"]


def _when(stamp: str) -> str:
    return when(datetime.fromisoformat(stamp))


def _error(error: str, unsettled: bool) -> str:
    return f"{error} (may have happened)" if unsettled else error


def _shown(value: object) -> str:
    if isinstance(value, dict) and value.keys() == {"file", "line", "column"}:
        return f"{value['file']}:{value['line']}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _replayed(number: int, per_second: float | None) -> str:
    if not number:
        return "nothing there to replay"
    letters = counted(number, "letter")
    if not per_second or number < 2:
        return f"{letters} waiting again"
    return f"{letters} will go, {per_second:g} a second: the last one in {(number - 1) / per_second:.0f} seconds"


def _watched(store: Store, letters: Sequence[str], began: datetime) -> None:
    """Ends the command with exit code 1 when some were given up again."""
    again = through(store, letters, began)
    if again:
        say(f"given up again: {', '.join(again)}")
        click.get_current_context().exit(1)
    say("none of them was given up again")


# --- changes


def _changed(body: Mapping[str, Any], changes: tuple[str, ...]) -> Mapping[str, Any]:
    found: Any = body
    for change in changes:
        path, equals, text = change.partition("=")
        if not equals:
            raise WrongUse(f"error: write --set PATH=VALUE, not `{change}`")
        found = with_value(found, path, value_of(text, value_at(found, path)))
    return dict(found)


def _from_editor(body: Mapping[str, Any]) -> Mapping[str, Any]:
    text = click.edit(body_text(body), extension=".json")
    if text is None:
        raise WrongUse("error: nothing was saved, so nothing is changed")
    return body_of(text)
