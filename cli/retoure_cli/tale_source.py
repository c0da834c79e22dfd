"""Where the story of a return is found: in the journal of a deployment, or by playing event files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import click

from retoure import CompiledMapping, Event, SqliteStore, Store, Story, open_store
from retoure.planning import Tale, told
from retoure.testing import EventUnreadable, read_event, rehearsed_stories

from .failures import Unavailable, WrongUse
from .mapping_files import compiled
from .options import deployment_at

HERE: Final = Path("retoure.yaml")
PART: Final = re.compile(r"(event|effect|hold)-([0-9]{1,18})")


@dataclass(frozen=True)
class Given:
    """What was named on the command line."""

    deployment: Path | None
    journal: Path | None
    events: tuple[Path, ...]
    mapping: Path | None
    answers: Path | None
    settings: tuple[str, ...]
    now: datetime

    @property
    def somewhere(self) -> bool:
        """Whether there is a place to look for a return."""
        return bool(self.journal or self.events or self.deployment) or HERE.is_file()


def told_of(what: str, given: Given, *, personal: bool) -> list[Tale]:
    """The tale of a return, or the part of one about `event-3`, `effect-7` or `hold-2`.

    Of events in files: without a name, of every return. Ends the command when there is no such return.
    """
    if given.events:
        return _played(what, given, personal=personal)
    if given.journal and given.deployment and not _from_environment():
        raise click.UsageError("say where to look: --deployment FILE or --journal DATABASE, not both")
    with _opened(given) as store:
        part = PART.fullmatch(what)
        subject = _subject(store, part, what) if part else what
        story = store.story(subject)
        if not story.events:
            raise WrongUse(_unknown(what, store))
    tale = told(story, personal=personal)
    return [tale.about(what) if part else tale]


def _from_environment() -> bool:
    """Whether the deployment was not named, but set for all commands: then --journal goes before it."""
    source = click.get_current_context().get_parameter_source("deployment_file")
    return source is click.core.ParameterSource.ENVIRONMENT


@contextmanager
def _opened(given: Given) -> Iterator[Store]:
    if given.journal is None:
        with closing(open_store(deployment_at(given.deployment or HERE), create=False)) as store:
            yield store
        return
    if not given.journal.is_file():
        raise Unavailable(f"error: there is no database {given.journal}")
    with closing(SqliteStore(given.journal)) as file:
        yield file


def _subject(store: Store, part: re.Match[str], what: str) -> str:
    """The return an event, a call or a hold belongs to."""
    kind, number = part[1], int(part[2])
    try:
        if kind == "event":
            return store.event(number).event.subject
        if kind == "effect":
            return store.effect(number).subject
        return next(hold.subject for hold in store.holds(closed=True) if hold.id == number)
    except (KeyError, StopIteration):
        remedy = "`retoure explain RETURN` names the events, calls and holds of a return"
        raise WrongUse(f"error: there is no {what} in this journal: {remedy}") from None


def _unknown(what: str, store: Store) -> str:
    """No such return: a longer id that begins like it is suggested."""
    like = next((subject for subject in store.subjects() if subject.startswith(what)), None)
    if like is not None:
        return f"error: no return `{what}` is in this journal: did you mean `{like}`?"
    remedy = "`retoure explain` lists the codes of findings, and a return goes by the id its platform gave it"
    return f"error: there is no code `{what}`, and no return of that id in this journal: {remedy}"


# --- event files


def _played(what: str, given: Given, *, personal: bool) -> list[Tale]:
    if given.mapping is None:
        raise click.UsageError("--event needs --mapping: the mapping that is played")
    if given.journal:
        raise click.UsageError("say where to look: --event FILE or --journal DATABASE, not both")
    program = compiled(given.mapping, given.settings)
    events = [_read(path, program) for path in given.events]
    stories = rehearsed_stories(program, events, now=given.now, answers=given.answers)
    tales = [told(story, personal=personal) for story in stories]
    return [_chosen(what, tales, stories)] if what else tales


def _read(path: Path, program: CompiledMapping) -> Event:
    try:
        return read_event(path.read_bytes(), program)
    except OSError as problem:
        raise WrongUse(f"error: {path} cannot be read: {problem.strerror}") from problem
    except EventUnreadable as problem:
        raise WrongUse(f"error: {path}: {problem}") from problem


def _chosen(what: str, tales: Sequence[Tale], stories: Sequence[Story]) -> Tale:
    for tale in tales:
        if tale.subject == what:
            return tale
        if any(what in happening.ids for happening in tale.happenings):
            return tale.about(what)
    names = ", ".join(story.subject for story in stories)
    raise WrongUse(f"error: the events given do not tell of `{what}`: they are about {names}")
