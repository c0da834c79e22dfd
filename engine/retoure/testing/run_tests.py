"""Plays the tests of a mapping, one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..compile import CompiledMapping, SettingsInvalid, bind
from ..connectors.port import Event
from ..language import nodes as n
from ..language.cases import expanded
from ..runtime.reply import ValuesInvalid
from ..types import json_text
from ..types.moments import instant_of
from .coverage import exercised
from .event_files import EventUnreadable, event_of_record, read_event, with_record
from .expectations import missed, plain
from .rehearsal import AnswerUnreadable, Source, answer_in, answers_always, answers_in
from .results import Failure, TestResult
from .stage import Stage

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class TestUnplayable(Exception):
    """A test whose files or settings are wrong; the message says which."""


def run_tests(program: CompiledMapping, folder: Path, only: str = "") -> Iterator[TestResult]:
    """The result of every test whose name contains `only`. The settings of a test go before those of the program.

    Files that a test names are relative to the file it stands in; `folder` is that of the mapping.
    """
    for test in _tests(program):
        if only.lower() in test.name.lower():
            yield asyncio.run(_result(program, test, _folder(program, test, folder)))


def stages(program: CompiledMapping, folder: Path) -> Iterator[Stage]:
    """The stage of every test after it was played, whatever came of what it expects. Raises TestUnplayable."""
    for test in _tests(program):
        yield asyncio.run(_played(program, test, _folder(program, test, folder)))


async def _played(program: CompiledMapping, test: n.TestNode, folder: Path) -> Stage:
    stage = _stage(program, test, folder)
    try:
        await _play(stage, test, folder)
    finally:
        await stage.aclose()
    return stage


def _tests(program: CompiledMapping) -> Iterator[n.TestNode]:
    return (case for written in program.facts.module.of(n.TestNode) for case in expanded(written))


def _folder(program: CompiledMapping, test: n.TestNode, mapping: Path) -> Path:
    if not program.facts.module.in_tests(test.span):
        return mapping
    return Path(program.place(test.span).file).parent


async def _result(program: CompiledMapping, test: n.TestNode, folder: Path) -> TestResult:
    place = program.place(test.span)
    try:
        stage = _stage(program, test, folder)
    except TestUnplayable as problem:
        return TestResult(test.name, place, error=str(problem))
    try:
        failures = await _play(stage, test, folder)
        broken = [text for platform in stage.platforms.values() for text in platform.broken]
        if broken:
            raise TestUnplayable(broken[0])
        return TestResult(test.name, place, failures, exercised=exercised(stage))
    except TestUnplayable as problem:
        return TestResult(test.name, place, error=str(problem))
    finally:
        await stage.aclose()


def _stage(program: CompiledMapping, test: n.TestNode, folder: Path) -> Stage:
    given = {step.name.text: plain(step.value) for step in test.steps if isinstance(step, n.GivenSetting)}
    try:
        bound = CompiledMapping(program.facts, bind(program.facts, {**program.settings, **given}))
    except SettingsInvalid as problem:
        raise TestUnplayable(str(problem)) from problem
    stage = Stage(bound, {system: _sources(test, system, folder) for system in program.manifests}, _now(test))
    for step in test.steps:
        if isinstance(step, n.AnswerError):
            system, _, operation = str(step.operation).partition(".")
            stage.platforms[system].fail(operation, step.error.text, 1 if step.how_often.text == "once" else None)
    return stage


def _sources(test: n.TestNode, system: str, folder: Path) -> Mapping[str, Source]:
    found: dict[str, Source] = {}
    for step in test.steps:
        if isinstance(step, n.AnswerFrom) and str(step.operation).startswith(f"{system}."):
            operation = str(step.operation).partition(".")[2]
            found[step.file] = answers_always(operation, _answer(folder / step.file))
        elif isinstance(step, n.AnswersFrom):
            if not (folder / step.folder).is_dir():
                raise TestUnplayable(f"there is no folder {folder / step.folder}")
            found[step.folder] = answers_in(folder / step.folder, system)
    return found


def _answer(path: Path) -> Any:
    try:
        return answer_in(path)
    except AnswerUnreadable as problem:
        raise TestUnplayable(str(problem)) from problem


def _now(test: n.TestNode) -> datetime:
    for step in test.steps:
        if isinstance(step, n.GivenNow):
            moment = instant_of(step.text)
            if moment is None:
                raise TestUnplayable(f'"{step.text}" is not an instant: write for example "2026-03-07T12:00:00Z"')
            return moment
    return START


async def _play(stage: Stage, test: n.TestNode, folder: Path) -> tuple[Failure, ...]:
    """Plays the steps in order; what is expected is judged where it stands. The failures."""
    failures: list[Failure] = []
    last: Event | None = None
    for step in test.steps:
        if isinstance(step, n.GivenEvent):
            last = _event(stage, step, folder)
            await stage.play(last)
        elif isinstance(step, n.GivenAgain):
            if last is None:
                raise TestUnplayable("`the same event again` needs an event before it")
            await stage.replayed(last)
        elif isinstance(step, n.GivenAfter):
            await stage.pass_time(step.time)
        elif isinstance(step, n.GivenAudit):
            await stage.audit(step.audit.text)
        elif isinstance(step, n.GivenQuestion):
            await _ask(stage, step)
        elif failure := missed(step, stage):
            failures.append(failure)
    return tuple(failures)


async def _ask(stage: Stage, step: n.GivenQuestion) -> None:
    try:
        await stage.ask(step.answer.text, plain(step.values))
    except ValuesInvalid as problem:
        raise TestUnplayable(str(problem)) from problem


def _event(stage: Stage, step: n.GivenEvent, folder: Path) -> Event:
    changes = plain(step.changes) if step.changes is not None else {}
    try:
        if step.file is None:
            return event_of_record(changes, json_text.dump(changes).encode(), stage.program)
        event = read_event(_bytes(folder, step.file), stage.program)
    except EventUnreadable as problem:
        raise TestUnplayable(f"{step.file or 'the event'}: {problem}") from problem
    return _changed(event, step, changes, stage.program) if changes else event


def _changed(event: Event, step: n.GivenEvent, changes: Any, program: CompiledMapping) -> Event:
    try:
        return with_record(event, _merged(event.record, changes), program)
    except EventUnreadable as problem:
        raise TestUnplayable(f"{step.file}, changed: {problem}") from problem


def _merged(record: Any, changes: Any) -> Any:
    """The record with the changes put in: objects field by field, anything else as a whole."""
    if isinstance(record, Mapping) and isinstance(changes, Mapping):
        return {**record, **{name: _merged(record.get(name), value) for name, value in changes.items()}}
    return changes


def _bytes(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as problem:
        raise TestUnplayable(f"{folder / name} cannot be read: {problem.strerror}") from problem
