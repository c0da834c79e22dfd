"""Runs the conformance suite: each case is files, and only public functions are used."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from retoure import Severity, Source, check_source, compile_mapping, files_of_tests
from retoure.testing import DryRun, dry_run, read_event, run_tests

from .stage import file_of, played, without_words

SUITE = Path(__file__).parent
CASES = sorted(path.parent for path in SUITE.glob("cases/*/*/mapping.rmap"))
PLAYED = [case for case in CASES if (case / "input.json").exists()]
TESTED = [case for case in CASES if '"tests"' in (case / "expected.json").read_text(encoding="utf-8")]
REFUSED = [case for case in CASES if case not in (*PLAYED, *TESTED)]


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)


def has_steps(case: Path) -> bool:
    return "steps" in read(case / "input.json")


def name_of(case: Path) -> str:
    return f"{case.parent.name}/{case.name}"


@pytest.mark.parametrize("case", REFUSED, ids=name_of)
def test_what_must_not_compile(case: Path) -> None:
    mapping = case / "mapping.rmap"
    checked = check_source(Source.read(mapping), SUITE / "schemas", tests=files_of_tests(mapping))
    errors = [finding for finding in checked.findings if finding.severity is Severity.ERROR]
    places = [checked.source.place(finding.at.span) for finding in errors]
    found = [
        {"code": finding.code, "line": place.line} | file_of(place, case)
        for finding, place in zip(errors, places, strict=True)
    ]
    assert found == read(case / "expected.json")["findings"]


@pytest.mark.parametrize("case", TESTED, ids=name_of)
def test_what_comes_of_tests(case: Path) -> None:
    mapping = case / "mapping.rmap"
    program = compile_mapping(Source.read(mapping), schemas=SUITE / "schemas", tests=files_of_tests(mapping))
    results = list(run_tests(program, case))
    assert [result.error for result in results if result.error] == []
    assert {result.name: result.passed for result in results} == read(case / "expected.json")["tests"]


@pytest.mark.parametrize("case", [case for case in PLAYED if has_steps(case)], ids=name_of)
def test_what_comes_of_steps(case: Path) -> None:
    given, expected = read(case / "input.json"), read(case / "expected.json")
    source = Source.read(case / "mapping.rmap")
    program = compile_mapping(source, given.get("settings"), schemas=SUITE / "schemas")
    assert without_words(asyncio.run(played(program, given)), expected) == expected


@pytest.mark.parametrize("case", [case for case in PLAYED if not has_steps(case)], ids=name_of)
def test_what_comes_of_events(case: Path, tmp_path: Path) -> None:
    given, expected = read(case / "input.json"), read(case / "expected.json")
    program = compile_mapping(Source.read(case / "mapping.rmap"), schemas=SUITE / "schemas")
    events = [(f"event {number}", read_event(raw(record), program)) for number, record in enumerate(given["events"], 1)]
    now = datetime.fromisoformat(given["now"])
    runs = dry_run(program, events, now=now, answers=written(given["answers"], tmp_path), stand_in=False)
    assert [seen(run, wanted) for run, wanted in zip(runs, expected, strict=True)] == expected


def raw(record: Any) -> bytes:
    return json.dumps(record, default=str).encode()


def written(answers: Any, folder: Path) -> Path:
    """The answers as the files that recorded answers are."""
    for operation, by_argument in answers.items():
        (folder / operation).mkdir()
        for argument, answer in by_argument.items():
            (folder / operation / f"{argument}.json").write_bytes(raw(answer))
    return folder


def seen(run: DryRun, wanted: Any) -> dict[str, Any]:
    """What came of an event, in the form of `expected.json`."""
    decision = run.decision
    found: dict[str, Any] = {
        "stage": decision.stage if decision else None,
        "effects": [
            {"verb": sent.verb, "operation": sent.operation, "key": list(sent.key), "body": sent.body}
            for sent in run.sent
        ],
        "holds": [{"team": hold.team, "reason": hold.reason} for hold in run.holds],
    }
    for hold, told in zip(found["holds"], wanted["holds"], strict=False):
        hold["reason"] = hold["reason"] if told["reason"] is not None else None
    found |= {"closed": len(run.closed)} if run.closed else {}
    return found | ({"stale": True} if decision and decision.stale else {})


def test_the_suite_is_there() -> None:
    assert len(REFUSED) >= 100
    assert len(PLAYED) >= 180
    assert len(TESTED) >= 6
