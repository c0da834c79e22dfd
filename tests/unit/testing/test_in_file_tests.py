"""The tests inside a mapping: what each step does, what each expectation says when it is missed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from retoure import Source, compile_mapping, data_folder
from retoure.testing import TestResult, run_tests

SHIPPED = data_folder("mappings") / "reveni_to_scayle"
RULES = (SHIPPED / "returns.rmap").read_text(encoding="utf-8").partition('test "')[0]
RECEIVED = 'answers from "fixtures/answers" given event reveni.return_updated from "fixtures/received.json"'
ACCEPTED = 'answers from "fixtures/answers" given event reveni.return_updated from "fixtures/accepted.json"'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SHIPPED / "fixtures", tmp_path / "fixtures")
    return tmp_path


def played(folder: Path, steps: str) -> TestResult:
    """One test with these steps, on the rules of the shipped mapping."""
    text = f'{RULES}test "the one" {{\n{steps}\n}}\n'
    (result,) = run_tests(compile_mapping(Source("small.rmap", text)), folder)
    return result


def failure(folder: Path, steps: str) -> tuple[str, str]:
    """What was expected and what was found, of the only expectation that failed."""
    result = played(folder, steps)
    assert (result.error, len(result.failures), result.passed) == ("", 1, False)
    return result.failures[0].expected, "\n".join(result.failures[0].found)


@pytest.mark.parametrize(
    ("given", "expectation", "expected", "found"),
    [
        (ACCEPTED, "expect do scayle.return_items.send 3 times",
         "do scayle.return_items.send 3 times", "sent 4 times\n"),
        (ACCEPTED, "expect do scayle.return_items.send 1 times with { unit = 7 }",
         'do scayle.return_items.send once with {"unit":7}', "sent 4 times, 0 of them as expected\n"),
        (ACCEPTED, "expect do scayle.orders.annotate", "do scayle.orders.annotate",
         "sent once by `keep`: expect keep scayle.orders.annotate\nall that was sent:"),
        (ACCEPTED, "expect keep scayle.stock.set", "keep scayle.stock.set", "never sent"),
        (ACCEPTED, "expect no scayle.orders.annotate", "no scayle.orders.annotate",
         'all that was sent:\n  {"name":"return-'),
        (ACCEPTED, "expect hold", "hold", "nothing is held"),
        (ACCEPTED, 'expect hold for returns_desk about "x"', 'hold for returns desk about "x"', "nothing is held"),
        (ACCEPTED, "expect stage received", "stage received", "it is in approved"),
        (ACCEPTED, "expect queue failed_refunds has 2", "queue failed_refunds has 2", "it has 0"),
        (RECEIVED, "expect do scayle.return_items.send", "do scayle.return_items.send",
         "): waits for approved"),
        ("", "expect stage received", "stage received", "it is in no stage"),
        (f'{ACCEPTED} with {{ instant = "ja" }}', "expect stage approved", "stage approved",
         "it is in no stage\n  held for integration: reveni.Return does not fit its schema: instant: "),
    ],
)  # fmt: skip
def test_a_missed_expectation_says_what_happened_instead(
    folder: Path, given: str, expectation: str, expected: str, found: str
) -> None:
    said, happened = failure(folder, f"{given}\n{expectation}")
    assert said == expected
    assert found in happened


@pytest.mark.parametrize(
    "expectation",
    [
        "expect do scayle.return_items.send 4 times",
        "expect do scayle.return_items.send",
        'expect do scayle.return_items.send 1 times with { unit = 70001001 returnReason = "wrong-size" }',
        "expect keep scayle.orders.annotate 1 times",
        "expect no scayle.stock.add",
        "expect no hold",
        "expect stage approved",
        "expect queue failed_refunds has 0",
    ],
)
def test_the_same_expectations_met(folder: Path, expectation: str) -> None:
    result = played(folder, f"{ACCEPTED}\n{expectation}")
    assert (result.passed, result.failures, result.error) == (True, (), "")


def test_a_hold_nobody_expected_is_shown(folder: Path) -> None:
    given = 'given event reveni.return_updated from "fixtures/received.json"'
    expected, found = failure(folder, f"{given}\nexpect no hold")
    assert expected == "no hold"
    assert found.startswith("  held for returns desk: SCAYLE does not know this order")


def test_an_amount_that_led_to_a_hold_is_told_with_its_currency(folder: Path) -> None:
    line = 'id = "a1" sku = "TEE-ORG-M-NAVY" quantity = 1 status = accepted exchange = { sku = "B" price = "79.951" }'
    steps = f"{ACCEPTED} with {{ return_items = [{{ {line} }}] }} expect no hold"
    assert "item.exchange.price = 79.951 EUR" in failure(folder, steps)[1]


def test_a_rule_that_skips_says_so(folder: Path) -> None:
    given = 'given event reveni.return_updated from "fixtures/open.json" with { status = "incomplete" }'
    _, found = failure(folder, f"{given}\nexpect keep scayle.orders.annotate")
    (line,) = [number for number, text in enumerate(RULES.splitlines(), 1) if text.strip().startswith("skip ")]
    assert f"rule draft (small.rmap:{line}): skips, the request is not finished: nothing to do yet" in found


def test_a_queue_shows_its_letters(folder: Path) -> None:
    steps = f"{ACCEPTED} answer scayle.return_items.send always INVALID expect queue failed_refunds has 1"
    _, found = failure(folder, steps)
    assert found.splitlines()[0] == "it has 4"
    assert "INVALID: told to fail so" in found


@pytest.mark.parametrize(("how_often", "calls"), [("once", 5), ("always", 36)])
def test_answers_fail_once_or_always_and_waits_take_no_time(folder: Path, how_often: str, calls: int) -> None:
    steps = f"{ACCEPTED} answer scayle.return_items.send {how_often} RATE_LIMITED"
    assert played(folder, f"{steps} expect do scayle.return_items.send {calls} times").passed


def test_two_failures_one_after_the_other(folder: Path) -> None:
    once = "answer scayle.orders.annotate once RATE_LIMITED"
    steps = f"{ACCEPTED} {once} {once} expect keep scayle.orders.annotate 3 times expect no hold"
    assert played(folder, steps).passed


@pytest.mark.parametrize(
    ("expectation", "passes"),
    [
        ("expect do scayle.orders.annotate 1 times", True),
        ("expect keep scayle.orders.annotate 1 times", True),
        ('expect do scayle.orders.annotate with { status = "accepted" }', False),
        ('expect keep scayle.orders.annotate with { status = "the replacement is sold out" }', False),
    ],
)
def test_what_was_done_and_what_was_kept_by_one_operation_are_told_apart(expectation: str, passes: bool) -> None:
    shown = data_folder("mappings") / "every_construct"
    rules = Source.read(shown / "exchanges.rmap").text.partition('test "')[0]
    given = 'answers from "fixtures/answers" answer scayle.orders.create always OUT_OF_STOCK'
    events = [
        f'given event reveni.return_updated from "fixtures/exchange-{name}.json"' for name in ("open", "accepted")
    ]
    text = f'{rules}test "the one" {{ {given} {" ".join(events)} {expectation} }}'
    (result,) = run_tests(compile_mapping(Source(str(shown / "exchanges.rmap"), text)), shown)
    assert result.passed is passes


def test_settings_hold_for_their_test_alone(folder: Path) -> None:
    tests = f'test "a" {{ given setting restocks = engine {ACCEPTED} expect keep scayle.stock.add 2 times }}\n'
    tests += f'test "b" {{ {ACCEPTED} expect no scayle.stock.add }}\n'
    results = list(run_tests(compile_mapping(Source("small.rmap", RULES + tests)), folder))
    assert [result.passed for result in results] == [True, True]


def test_settings_of_the_program_hold_for_every_test_that_gives_no_others(folder: Path) -> None:
    expects = "expect keep scayle.stock.add 2 times"
    tests = (
        f'test "a" {{ {ACCEPTED} {expects} }} test "b" {{ given setting restocks = elsewhere {ACCEPTED} {expects} }}'
    )
    program = compile_mapping(Source("small.rmap", RULES + tests), {"restocks": "engine"})
    assert [result.passed for result in run_tests(program, folder)] == [True, False]


def test_a_setting_without_a_default_may_be_left_to_the_tests(folder: Path) -> None:
    rules = RULES.replace('setting warehouse    : text default "main"', "setting warehouse : text")
    given = 'given setting restocks = engine given setting warehouse = "north"'
    expects = 'expect keep scayle.stock.add with { warehouse = "north" }'
    tests = f'test "a" {{ {given} {ACCEPTED} {expects} }} test "b" {{ {ACCEPTED} expect no hold }}'
    program = compile_mapping(Source("small.rmap", rules + tests), partly=True)
    first, second = run_tests(program, folder)
    assert first.passed
    assert second.error.startswith("setting `warehouse` has no value")


def test_the_moment_can_be_given(folder: Path) -> None:
    steps = f'given now "2026-07-01T22:30:00Z" {ACCEPTED} expect do scayle.return_items.send with'
    assert played(folder, steps + ' { received = "2026-07-02 00:30:00" }').passed


def test_one_answer_for_an_operation(folder: Path) -> None:
    given = 'given event reveni.return_updated from "fixtures/accepted.json"'
    answer = 'answer scayle.orders.get from "fixtures/answers/scayle.orders.get/70001.json"'
    assert played(folder, f"{answer} {given} expect do scayle.return_items.send 4 times").passed


def test_an_event_without_a_file_and_one_without_a_record(folder: Path) -> None:
    fields = 'id = "r1" status = "incomplete" currency = "EUR" updated_at = "2026-04-06T10:00:00Z"'
    given = f'given event reveni.return_updated with {{ {fields} order = {{ external_id = "1" }} return_items = [] }}'
    assert played(folder, f"{given} expect stage draft expect no hold").passed
    webhook = json.loads((folder / "fixtures/webhook-accepted.json").read_text())
    record = webhook["data"].pop("object")
    (folder / "bare.json").write_text(json.dumps(webhook))
    place = folder / "fixtures/answers/reveni.returns.get"
    place.mkdir()
    (place / f"{record['id']}.json").write_text(json.dumps(record))
    steps = 'answers from "fixtures/answers" given event reveni.return_updated from "bare.json"'
    assert played(folder, f"{steps} expect do scayle.return_items.send 4 times").passed


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ('given event reveni.return_updated from "nowhere.json"', "nowhere.json cannot be read: No such file"),
        ('answers from "nowhere"', "there is no folder"),
        ('answer scayle.orders.get from "nowhere.json"', "nowhere.json cannot be read: No such file"),
        ('answer scayle.orders.get from "broken.json"', "broken.json: this is not JSON, line 1"),
        ('given event reveni.return_updated from "broken.json"', "broken.json: this is not JSON, line 1"),
        ('given event reveni.return_updated from "list.json"', "list.json: expected a JSON object, found a list"),
        ('given event reveni.return_updated from "order.json"', "order.json: neither a webhook nor a Return"),
        ('given now "yesterday"', '"yesterday" is not an instant'),
        ("given the same event again", "needs an event before it"),
        ('answers from "broken" given event reveni.return_updated from "fixtures/accepted.json"',
         "70001.json: this is not JSON"),
    ],
)  # fmt: skip
def test_what_cannot_be_played_is_an_error_that_names_the_file(folder: Path, steps: str, why: str) -> None:
    (folder / "broken.json").write_text("{")
    (folder / "list.json").write_text("[]")
    (folder / "order.json").write_text('{"number": 5}')
    (folder / "broken/scayle.orders.get").mkdir(parents=True)
    (folder / "broken/scayle.orders.get/70001.json").write_text("{")
    result = played(folder, f"{steps}\nexpect no hold")
    assert result.passed is False
    assert why in result.error


def test_tests_are_chosen_by_a_part_of_their_name(folder: Path) -> None:
    text = RULES + 'test "Alpha one" { expect no hold } test "beta" { expect no hold }'
    program = compile_mapping(Source("small.rmap", text))
    assert [result.name for result in run_tests(program, folder, "ALPHA")] == ["Alpha one"]
    assert [result.name for result in run_tests(program, folder, "gamma")] == []
