"""Traffic from files: webhooks or records, put together by return."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from ..connectors.places import at
from ..connectors.port import Call, Event
from ..delivery.deciding import unfollowed
from ..runtime.decision import Answer, Read
from ..runtime.program import Program
from ..testing.event_files import EventUnreadable, read_event
from ..testing.rehearsal import AnswerUnreadable, Source, answers_in, stand_in_orders
from .traffic import Finder, Found, Journey, Moment


@dataclass(frozen=True, slots=True)
class EventFile:
    """A file that can be played: about which return, and which version of it."""

    path: Path
    subject: str
    version: str


@dataclass(frozen=True, slots=True)
class NotPlayed:
    """A file that is not played, and why. `wrong` is false where the mapping just does not follow such events."""

    name: str
    why: str
    wrong: bool = True


@dataclass(frozen=True)
class EventFolder:
    """Files of events in the order in which they are played, and those that cannot be."""

    files: tuple[EventFile, ...]
    not_played: tuple[NotPlayed, ...]


def event_files(program: Program, paths: Iterable[Path], answers: Path | None = None) -> EventFolder:
    """The events in files and folders: files in the order given, those of a folder in the order of their versions."""
    found: list[EventFile] = []
    refused: list[NotPlayed] = []
    for path in paths:
        listed = sorted(path.glob("*.json")) if path.is_dir() else [path]
        if not listed:
            refused.append(NotPlayed(str(path), "holds no *.json file"))
        read = [_file(program, file, answers) for file in listed]
        refused += [item for item in read if isinstance(item, NotPlayed)]
        good = [item for item in read if isinstance(item, EventFile)]
        found += sorted(good, key=lambda file: file.version) if path.is_dir() else good
    return EventFolder(tuple(found), tuple(refused))


def event_journeys(
    program: Program, folder: EventFolder, now: datetime, answers: Path | None = None
) -> Iterator[Journey]:
    """The events of each return as a journey; their files are read again, so that one return at a time is held."""
    by_return: dict[str, list[EventFile]] = {}
    for file in folder.files:
        by_return.setdefault(file.subject, []).append(file)
    for subject, files in by_return.items():
        moments = (Moment(str(file.path), _record(program, file.path, answers), now) for file in files)
        yield Journey(subject, tuple(moments))


def file_finder(
    program: Program, answers: Path | None, *, stand_in: bool = True, broken: Callable[[str], None] = lambda why: None
) -> Finder:
    """Answers from a folder of recorded ones, else, with `stand_in`, an order made up to fit the return.

    `broken` is told of every file that should hold an answer and cannot be read; there is no answer then.
    """

    def find(read: Read, record: Mapping[str, Any]) -> Found | None:
        system, _, operation = read.operation.partition(".")
        for name, source in _sources(system, answers, record, stand_in=stand_in):
            try:
                value = source(Call(operation, read.arguments))
            except AnswerUnreadable as problem:
                broken(str(problem))
                return None
            if value is not None:
                return Found(Answer(value), name)
        return None

    return find


def _sources(
    system: str, answers: Path | None, record: Mapping[str, Any], *, stand_in: bool
) -> Iterator[tuple[str, Source]]:
    if answers is not None:
        yield str(answers), answers_in(answers, system)
    if stand_in and system == "scayle":
        yield "a stand-in that fits the return", stand_in_orders(lambda: record)


def _file(program: Program, path: Path, answers: Path | None) -> EventFile | NotPlayed:
    try:
        event = _event(program, path, answers)
    except OSError as problem:
        return NotPlayed(str(path), f"cannot be read: {problem.strerror}")
    except (EventUnreadable, AnswerUnreadable) as problem:
        return NotPlayed(str(path), str(problem))
    if reason := unfollowed(program, event):
        return NotPlayed(str(path), reason, wrong=False)
    if not event.record:
        return NotPlayed(str(path), _no_record(program, event))
    return EventFile(path, event.subject, str(at(event.record, program.tracked.version)))


def _record(program: Program, path: Path, answers: Path | None) -> Mapping[str, Any]:
    return _event(program, path, answers).record or {}


def _event(program: Program, path: Path, answers: Path | None) -> Event:
    """The event with its record: its own, or the one recorded as the answer to the read it asks for."""
    event = read_event(path.read_bytes(), program)
    kind = program.manifests[event.system].events.get(event.kind)
    if event.record or kind is None or not kind.reread or answers is None:
        return event
    answer = answers_in(answers, event.system)(Call(kind.reread, (event.subject,)))
    return replace(event, snapshot=answer, part=()) if isinstance(answer, Mapping) else event


def _no_record(program: Program, event: Event) -> str:
    kind = program.manifests[event.system].events.get(event.kind)
    read = f"{event.system}.{kind.reread}/{event.subject}.json" if kind and kind.reread else "the record"
    return f"it carries no record: give the record itself as an event, or record it as {read} (--answers)"
