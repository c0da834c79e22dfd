"""`retoure test`: output and exit codes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from junitparser import Error, Failure, JUnitXml

from retoure import Runner, data_folder

from ..embedding.shop import Shop, until, webhook
from .conftest import RETOURE, Call

SHIPPED = data_folder("mappings") / "reveni_to_scayle"


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """The shipped mapping with another word in a table, so that one of its tests fails."""
    folder = tmp_path / "wrong"
    shutil.copytree(SHIPPED, folder)
    path = folder / "returns.rmap"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('wrong_size => "wrong-size"', 'wrong_size => "too-tight"'), encoding="utf-8")
    return folder


def test_all_tests_of_the_shipped_mapping(call: Call) -> None:
    result = call("test", "reveni_to_scayle")
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert "pass  an open return is checked against the order and noted there" in lines
    assert all(line.startswith("pass  ") for line in lines[:-1])
    assert lines[-1] == f"{len(lines) - 1} tests: {len(lines) - 1} passed"


def test_a_changed_table_row_names_the_test_that_changed(call: Call, wrong: Path) -> None:
    result = call("test", str(wrong))
    lines = result.stdout.splitlines()
    at = lines.index("FAIL  an approved return is refunded unit by unit")
    assert result.exit_code == 1
    assert lines[at + 1].startswith(f"      {wrong / 'tests/refunds.rmap'}:")
    assert "expected do scayle.return_items.send once with {" in lines[at + 1]
    assert lines[at + 2].strip() == "sent 4 times, 0 of them as expected"
    assert [line.split() for line in lines[at + 4 : at + 6]] == [
        ["field", "expected", "sent"],
        ["returnReason", '"wrong-size"', '"too-tight"'],
    ]
    assert '          return_reason[item.return_reason default other] = "too-tight"'.strip() in map(str.strip, lines)
    assert lines[-1].endswith(" passed, 4 failed"), "the three reasons of that row, and this one"


def test_only_some_tests(call: Call) -> None:
    result = call("test", "reveni_to_scayle", "--only", "unknown status")
    assert result.stdout.splitlines() == ["pass  an unknown status is held", "1 test: 1 passed"]


def test_no_test_at_all_is_a_failure(call: Call) -> None:
    result = call("test", "reveni_to_scayle", "--only", "nothing like this")
    assert (result.exit_code, result.stdout) == (1, "no test was found\n")


def test_json(call: Call, wrong: Path) -> None:
    result = call("test", str(wrong), "--json", "--only", "unit by unit")
    (found,) = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (found["name"], found["passed"], found["error"]) == (
        "an approved return is refunded unit by unit", False, "",
    )  # fmt: skip
    (failure,) = found["failures"]
    assert failure["expected"].startswith("do scayle.return_items.send once with ")
    assert failure["found"][0] == "sent 4 times, 0 of them as expected"
    assert failure["place"].startswith(f"{wrong / 'tests/refunds.rmap'}:")


def test_a_mapping_with_errors_is_not_played(call: Call, wrong: Path) -> None:
    path = wrong / "returns.rmap"
    path.write_text(path.read_text(encoding="utf-8").replace("only if refund_ok(", "only if refund_okay("))
    result = call("test", str(wrong))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "error[unknown-gate]" in result.stderr


def test_a_test_whose_file_is_missing_fails_with_its_name(call: Call, wrong: Path) -> None:
    (wrong / "fixtures/no-mode.json").unlink()
    result = call("test", str(wrong), "--only", "nobody knows who paid")
    assert result.exit_code == 1
    assert "no-mode.json cannot be read: No such file or directory" in result.stdout


@pytest.mark.parametrize(
    ("setting", "why"),
    [
        ("restocks=perhaps", "setting `restocks` takes one of engine, elsewhere"),
        ("colour=red", "there is no setting `colour` in the mapping"),
        ("order_key={return.nope}", "setting `order_key` reveni.Return has no field `nope`"),
        ("restocks", "write NAME=VALUE"),
    ],
)
def test_settings_that_do_not_fit_are_wrong_use(call: Call, setting: str, why: str) -> None:
    result = call("test", "reveni_to_scayle", "--set", setting)
    assert result.exit_code == 2
    assert why in result.stderr


def test_settings_of_the_command_line_hold_for_all_tests(call: Call) -> None:
    result = call("test", "reveni_to_scayle", "--only", "refunded unit by unit", "--set", "refund_payer=reveni")
    assert result.exit_code == 1
    assert "expected do scayle.return_items.send 4 times" in result.stdout


def test_a_setting_without_a_value_is_left_to_the_tests(call: Call, wrong: Path) -> None:
    path = wrong / "returns.rmap"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('text default "main" ', "text"), encoding="utf-8")
    played = call("test", str(wrong), "--only", "no refund before approval")
    assert "setting `warehouse` has no value" in played.stdout
    given = call("test", str(wrong), "--only", "no refund before approval", "--set", "warehouse=north")
    assert given.exit_code == 0, given.stdout


def test_a_process_prints_results_and_no_log() -> None:
    command = [*RETOURE, "test", "reveni_to_scayle", "--only", "a rate limit ends in the queue"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["pass  a rate limit ends in the queue after nine attempts", "1 test: 1 passed"]


# -- coverage and JUnit -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("least", "code"), [("0", 0), ("1", 0), ("99", 1)])
def test_min_decides_the_exit_code_and_names_what_is_missing(call: Call, least: str, code: int) -> None:
    result = call("test", "reveni_to_scayle", "--only", "before approval", "--coverage", "--min", least)
    lines = result.stdout.splitlines()
    assert result.exit_code == code
    assert any(re.fullmatch(r"not exercised: arm money: otherwise +\(.*returns\.rmap:\d+\)", line) for line in lines)
    assert any(line.startswith("not exercised: stage draft ") for line in lines)
    assert re.match(r"\d+ of \d+ declared things exercised: \d+%", lines[-1])
    assert lines[-1].endswith("and 99% are asked for") is (code == 1)


def test_junit_as_another_program_reads_it(call: Call, wrong: Path) -> None:
    file = wrong / "results.xml"
    (wrong / "fixtures/no-mode.json").unlink()
    result = call("test", str(wrong), "--only", "n", "--junit", str(file))
    assert result.exit_code == 1
    passed = result.stdout.count("pass  ")
    (suite,) = JUnitXml.fromfile(str(file))
    cases = {case.name: case for case in suite}
    assert (suite.tests, suite.failures, suite.errors) == (len(cases), 4, 1)
    assert passed == len(cases) - 5
    (failed,) = cases["an approved return is refunded unit by unit"].result
    assert isinstance(failed, Failure)
    assert failed.message.startswith("expected do scayle.return_items.send once with ")
    assert 'returnReason  "wrong-size"  "too-tight"' in failed.text
    (error,) = cases["money waits while nobody knows who paid"].result
    assert isinstance(error, Error)
    assert "no-mode.json cannot be read" in error.message
    assert cases["an unknown status is held"].result == []


# -- watch ------------------------------------------------------------------------------------------------------------


@contextmanager
def watching(folder: Path) -> Iterator[list[str]]:
    """A `retoure test --watch` process, and the lines it has printed so far."""
    command = [*RETOURE, "test", str(folder), "--only", "unknown status", "--watch"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    lines: list[str] = []

    def follow() -> None:
        assert running.stdout is not None
        for line in running.stdout:
            lines.append(line.rstrip())

    reader = threading.Thread(target=follow)
    reader.start()
    try:
        yield lines
    finally:
        running.terminate()
        running.wait()
        reader.join()
        if running.stdout is not None:
            running.stdout.close()


def test_watch_plays_again_when_a_file_changes_and_survives_mistakes(wrong: Path) -> None:
    path = wrong / "returns.rmap"
    good = path.read_text(encoding="utf-8")
    with watching(wrong) as lines:
        until(lambda: any(line.startswith("waiting for a change") for line in lines), "the first play", 90)
        assert lines[0] == "pass  an unknown status is held"
        path.write_text(good.replace("only if refund_ok(", "only if refund_okay("), encoding="utf-8")
        until(lambda: any("error[unknown-gate]" in line for line in lines), "the mistake", 90)
        path.write_text(good, encoding="utf-8")
        tests = wrong / "tests/stages.rmap"
        text = tests.read_text(encoding="utf-8")
        tests.write_text(text.replace('about "in_dispute"', 'about "in_court"'), encoding="utf-8")
        until(lambda: "FAIL  an unknown status is held" in lines, "the test that fails", 90)


# -- record -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A mapping of one's own: the shipped rules without their tests."""
    folder = tmp_path / "mine"
    folder.mkdir()
    shutil.copy(SHIPPED / "returns.rmap", folder)
    return folder


def personal(order: Any) -> list[str]:
    """Names, addresses and the like of the person who ordered."""
    customer, address = order["customer"], order["address"]["shipping"]
    names = [customer[name] for name in ("firstName", "lastName", "email")]
    return [*names, address["street"], address["city"], address["zipCode"], address["recipient"]["lastName"]]


def test_record_makes_fixtures_and_a_test_that_passes(call: Call, running_shop: Shop, mine: Path) -> None:
    order = running_shop.ordered()
    made = running_shop.returned(order, instant=False)
    with Runner.from_deployment(running_shop.file) as runner:
        runner.accept("reveni", *webhook(made))
        runner.drain()
    arguments = ("test", "record", made["id"], "--to", str(mine), "--name", "the missing sock")
    result = call(*arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[-1] == "pass  the missing sock"
    written = [path.read_text(encoding="utf-8") for path in mine.rglob("*") if path.is_file()]
    assert any("[redacted]" in text for text in written)
    assert [secret for secret in personal(order) if any(secret in text for text in written)] == []
    assert "expect do scayle.return_items.send 1 times" in (mine / "tests/the-missing-sock.rmap").read_text(
        encoding="utf-8"
    )
    assert (mine / "returns.rmap").read_bytes() == (SHIPPED / "returns.rmap").read_bytes()
    assert call("test", str(mine)).stdout.splitlines()[-1] == "1 test: 1 passed"
    before = {path: path.read_bytes() for path in mine.rglob("*") if path.is_file()}
    again = call(*arguments)
    assert again.exit_code == 2
    assert "give the test another --name" in again.stderr
    assert before == {path: path.read_bytes() for path in mine.rglob("*") if path.is_file()}


def test_record_of_a_return_that_nobody_knows(call: Call, running_shop: Shop, mine: Path) -> None:
    with Runner.from_deployment(running_shop.file):
        pass
    before = (mine / "returns.rmap").read_bytes()
    result = call("test", "record", "nobody", "--to", str(mine), "--name", "x")
    assert result.exit_code == 2
    assert "nobody" in result.stderr
    assert ((mine / "returns.rmap").read_bytes(), list(mine.iterdir())) == (before, [mine / "returns.rmap"])
