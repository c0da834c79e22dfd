"""The traffic that `retoure plan` plays: files of events, or the journal of a deployment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from retoure import CompiledMapping, Deployment, SqliteStore, open_store
from retoure.planning import (
    Journal,
    Journey,
    NotPlayed,
    event_files,
    event_journeys,
    recorded_journey,
    recorded_subjects,
    standing_journey,
)

from .failures import Unavailable
from .options import deployment_at
from .output import say
from .progress import with_bar


@dataclass(frozen=True)
class Given:
    """What was named on the command line: events, or one of journal and deployment; and which return of it."""

    events: tuple[Path, ...]
    journal: Path | None
    deployment: Deployment | None
    answers: Path | None
    now: datetime
    only: str = ""


def given_of(
    events: tuple[Path, ...], journal: Path | None, deployment_file: Path | None, answers: Path | None,
    now: datetime, only: str,
) -> Given:  # fmt: skip
    """The traffic to play. Ends the command unless exactly one kind of it is named."""
    if bool(events) + bool(journal) + bool(deployment_file) != 1:
        raise click.UsageError("say what to play: --event FILE, --journal DATABASE or --deployment FILE")
    deployment = deployment_at(deployment_file) if deployment_file else None
    return Given(events, journal, deployment, answers, now, only)


@dataclass(frozen=True)
class Traffic:
    """Return by return, and the files that cannot be played."""

    journeys: Iterator[Journey]
    refused: tuple[NotPlayed, ...] = ()


@contextmanager
def journeys(given: Given, program: CompiledMapping, *, all_of_it: bool) -> Iterator[Traffic]:
    """The traffic: with `all_of_it` everything recorded, else the last decision of each return once more."""
    if given.events:
        folder = event_files(program, given.events, given.answers)
        found = event_journeys(program, folder, given.now, given.answers)
        yield Traffic((journey for journey in found if given.only in ("", journey.subject)), folder.not_played)
        return
    with _opened(given) as store:
        yield Traffic(_recorded(store, given.only, recorded_journey if all_of_it else standing_journey))


@contextmanager
def _opened(given: Given) -> Iterator[Journal]:
    if given.journal is None and given.deployment is not None:
        with closing(open_store(given.deployment, create=False)) as store:
            yield store
        return
    path = given.journal or Path()
    if not path.is_file():
        raise Unavailable(f"error: there is no database {path}")
    with closing(SqliteStore(path)) as file:
        yield file


def _recorded(journal: Journal, only: str, journey: Callable[[Journal, str], Journey]) -> Iterator[Journey]:
    if only:
        yield journey(journal, only)
        return
    for subject in with_bar(recorded_subjects(journal), journal.decided_subjects(), "playing returns"):
        yield journey(journal, subject)


def told(refused: tuple[NotPlayed, ...]) -> None:
    """Says on standard error what was not played, and why."""
    for item in refused:
        say(f"{item.name}: {item.why}", style="bold red" if item.wrong else "", error=True)
