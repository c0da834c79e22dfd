"""Coverage of declared things, JUnit, and tests made from recorded cases."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from xml.etree import ElementTree as xml

from retoure import CompiledMapping, Event, Source, Story, compile_mapping, data_folder, files_of_tests
from retoure.delivery.store.port import Hold
from retoure.runtime.decision import State
from retoure.source import Place
from retoure.testing import Failure, TestResult, coverage, junit, read_event, record_case, run_tests
from retoure.testing.rehearsal import answers_in
from retoure.testing.run_tests import START
from retoure.testing.stage import Stage

FOLDER = data_folder("mappings") / "reveni_to_scayle"
MAPPING = FOLDER / "returns.rmap"


def shipped() -> CompiledMapping:
    return compile_mapping(Source.read(MAPPING), tests=files_of_tests(MAPPING))


def test_coverage_names_what_no_test_exercises() -> None:
    program = shipped()
    found = coverage(program, list(run_tests(program, FOLDER, "rate limit")))
    missing = {(item.kind, item.name) for item in found.missing}
    assert ("rule", "refund") not in missing
    assert ("arm", "money: RATE_LIMITED") not in missing
    assert ("row", "return_reason[too_small, too_big, wrong_size]") not in missing
    assert {("rule", "exchange_order"), ("arm", "money: otherwise"), ("stage", "draft")} <= missing
    assert 0 < found.percent < 100


def test_more_tests_cover_more() -> None:
    program = shipped()
    results = list(run_tests(program, FOLDER))
    assert coverage(program, results).percent > coverage(program, results[:1]).percent > coverage(program, []).percent


def test_a_requirement_is_exercised_when_it_fails() -> None:
    program = shipped()
    exercised = {mark for result in run_tests(program, FOLDER, "without lines") for mark in result.exercised}
    assert ("requirement", "purchase_ok: the return has lines") in exercised
    assert ("requirement", "purchase_ok: the currencies agree") not in exercised


def test_junit_tells_failures_from_errors() -> None:
    place = Place("m.rmap", 7)
    failed = TestResult("it fails", place, (Failure(place, "no hold", ("held for desk: <why>",)),))
    text = junit([TestResult("it passes", place), failed, TestResult("no file", place, error="there is no x")], "m")
    suite = xml.fromstring(text).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "1")
    assert [case.get("line") for case in suite] == ["7", "7", "7"]
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert "held for desk: <why>" in (failure.text or "")


def test_a_recorded_case_becomes_a_test_that_passes(tmp_path: Path) -> None:
    program = compile_mapping(Source.read(MAPPING))
    event = read_event((FOLDER / "fixtures" / "partly-accepted.json").read_bytes(), program)
    story = asyncio.run(_story(event))
    made = record_case(story, "a case from the journal", "reveni.return_updated", "mine.rmap")
    for path, content in {**made.files, "mine.rmap": MAPPING.read_text(encoding="utf-8")}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content, encoding="utf-8")
    (result,) = run_tests(compile_mapping(Source.read(tmp_path / made.tests)), tmp_path)
    assert (result.name, result.error, result.failures) == ("a case from the journal", "", ())
    assert made.head == 'test "a case from the journal" {'
    assert "mara.muster" not in "".join(made.files.values())
    assert "expect do scayle.return_items.send 3 times" in made.files[made.tests]


async def _story(event: Event) -> Story:
    program = compile_mapping(Source.read(MAPPING))
    answers = FOLDER / "fixtures" / "answers"
    stage = Stage(program, {system: {"files": answers_in(answers, system)} for system in program.manifests}, START)
    try:
        await stage.play(event)
        return stage.story(event.subject)
    finally:
        await stage.aclose()


SMALL = """
test "the note is refused" {
  answers from "fixtures/answers"
  answer scayle.orders.annotate always INVALID
  given event reveni.return_updated from "fixtures/accepted.json"
  expect queue failed_returns has 1
}
test "the order cannot be read" {
  answer scayle.orders.get once UNAVAILABLE
  given event reveni.return_updated from "fixtures/accepted.json"
  expect hold
}
"""


def exercised_by(name: str) -> frozenset[tuple[str, str]]:
    text = MAPPING.read_text(encoding="utf-8").partition('test "')[0] + SMALL
    (result,) = run_tests(compile_mapping(Source("small.rmap", text)), FOLDER, name)
    assert result.error == ""
    return result.exercised


def test_the_arm_that_counts_is_that_of_the_policy_the_call_followed() -> None:
    arms = {name for kind, name in exercised_by("the note is refused") if kind == "arm"}
    assert arms == {"delivery: otherwise"}


def test_a_rule_with_effects_counts_only_when_it_wanted_one() -> None:
    """Without an order the rules that would refund or note anything are held, and have shown nothing."""
    marks = exercised_by("the order cannot be read")
    assert {name for kind, name in marks if kind == "rule"} == set()
    assert {name for kind, name in marks if kind == "arm"} == {
        "reads: RATE_LIMITED, TIMEOUT, UNAVAILABLE",
        "reads: NOT_FOUND",
    }


def test_the_recorded_case_brings_settings_time_and_no_personal_data() -> None:
    record: dict[str, object] = {
        "id": "r1",
        "customer": {"first_name": "Mara", "email": "mara@shop.example", "phone": "0170 1234567"},
        "address": {"street": "Lange Gasse", "city": "Bremen"},
        "note": "x",
        "reason": "call +49 (0)421 998877, IBAN DE89 3704 0044 0532 0130 00, ask mara@shop.example",
    }
    story = Story(
        subject="r1",
        events=(),
        attempts=(),
        decisions=(
            {"as_of": "2026-04-01T10:00:00+00:00", "record": record, "answers": {}},
            {"as_of": "2026-04-01T10:00:20+00:00", "record": record, "answers": {}},
            {"as_of": "2026-04-03T10:00:01+00:00", "record": record, "answers": {}},
        ),
        state=cast(State, SimpleNamespace(stage="open")),
        effects=(),
        holds=(cast(Hold, SimpleNamespace(closed_at=None, reason="ask mara@shop.example about {this}")),),
    )
    settings = {"restocks": "engine", "warehouse": "main", "days": 3, "strict": True}
    made = record_case(story, 'the "odd" case', "reveni.return_updated", "returns.rmap", settings)
    assert (
        made.files[made.tests]
        == """tests for "../returns.rmap"

test "the \\"odd\\" case" {
  given setting restocks = "engine"
  given setting warehouse = "main"
  given setting days = 3
  given setting strict = true
  given now "2026-04-01T10:00:00+00:00"
  given event reveni.return_updated from "../fixtures/the-odd-case/1.json"
  given after 172801s
  expect stage open
  expect hold about "ask redacted@example.com about "
}
"""
    )
    text = "".join(made.files.values())
    for secret in ("Mara", "mara", "1234567", "Gasse", "Bremen", "998877", "3704"):
        assert secret not in text
