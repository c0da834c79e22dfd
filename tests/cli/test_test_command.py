"""`retoure test`: output and exit codes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from retoure import data_folder

from .conftest import Call

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
    assert lines[0].startswith("pass  an open return is checked")
    assert all(line.startswith("pass  ") for line in lines[:-1])
    assert lines[-1] == f"{len(lines) - 1} tests: {len(lines) - 1} passed"


def test_a_changed_table_row_names_the_test_that_changed(call: Call, wrong: Path) -> None:
    result = call("test", str(wrong))
    lines = result.stdout.splitlines()
    at = lines.index("FAIL  an approved return is refunded unit by unit")
    assert result.exit_code == 1
    assert lines[at + 1].startswith(f"      {wrong / 'returns.rmap'}:")
    assert "expected do scayle.return_items.send once with {" in lines[at + 1]
    assert lines[at + 2].strip() == "sent 4 times, 0 of them as expected"
    assert '"returnReason":"too-tight"' in lines[at + 3]
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
    assert failure["place"].startswith(f"{wrong / 'returns.rmap'}:")


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
