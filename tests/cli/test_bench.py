"""`retoure bench`: what it tells. How long anything takes is nothing that a test can say."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import Call, told

SUITE = Path(__file__).resolve().parents[1] / "conformance"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a mapping of three tests, which decide four times, and its schemas."""
    shutil.copytree(SUITE / "cases" / "tests" / "effects_are_expected", tmp_path, dirs_exist_ok=True)
    shutil.copytree(SUITE / "schemas", tmp_path / "schemas")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(found: Any, kind: str) -> set[str]:
    return {row["name"] for row in found["rows"] if row["kind"] == kind}


def test_decisions_parts_maps_and_rules_are_told(here: Path, call: Call) -> None:
    found = told(call, "bench", "mapping.rmap", "--rounds", "3")
    assert (found["decisions"], found["rounds"]) == (4, 3)
    assert (names(found, "map"), names(found, "rule")) == ({"note"}, {"note"})
    assert names(found, "part") == {"reading records as their schema says", "making records (maps)"}
    assert found["rows"][0]["name"] == "one decision"
    assert all(row["micros"] > 0 and row["yards"] > 0 for row in found["rows"])


def saved(here: Path, call: Call, change: Callable[[dict[str, Any]], None]) -> None:
    """A baseline, with each of its rows changed."""
    assert call("bench", "mapping.rmap", "--rounds", "3", "--save", "before.json").exit_code == 0
    data = json.loads((here / "before.json").read_text(encoding="utf-8"))
    for row in data["rows"]:
        change(row)
    (here / "before.json").write_text(json.dumps(data), encoding="utf-8")


@pytest.mark.parametrize(
    ("factor", "spread", "words"),
    [(0.001, 0.0, "slower"), (1000.0, 0.0, "faster"), (1.0, 1000.0, "within the noise")],
    ids=["slower", "faster", "noise"],
)
def test_a_baseline_says_what_changed_and_what_nobody_can_tell(
    factor: float, spread: float, words: str, here: Path, call: Call
) -> None:
    saved(here, call, lambda row: row.update(yards=row["yards"] * factor, spread=spread))
    result = call("bench", "mapping.rmap", "--rounds", "3", "--baseline", "before.json")
    rows = [line for line in result.output.splitlines() if " %: " in line]
    assert result.exit_code == 0
    assert len(rows) == 5
    assert all(words in line for line in rows), result.output


def test_what_is_new_and_what_is_gone_is_named(here: Path, call: Call) -> None:
    saved(here, call, lambda row: row.update(name=f"old {row['name']}"))
    result = call("bench", "mapping.rmap", "--rounds", "3", "--baseline", "before.json")
    assert result.output.count("not in the baseline") == 5
    assert "map old note" in result.output.partition("no longer there: ")[2]


@pytest.mark.parametrize("text", ["", "[]", '{"mapping": "x"}', '{"rows": [{}]}'])
def test_a_file_that_is_no_baseline(text: str, here: Path, call: Call) -> None:
    (here / "before.json").write_text(text, encoding="utf-8")
    result = call("bench", "mapping.rmap", "--baseline", "before.json")
    assert (result.exit_code, "before.json: this is no measurement" in result.output) == (2, True)


def test_a_mapping_without_tests_has_nothing_to_measure(here: Path, call: Call) -> None:
    text = (here / "mapping.rmap").read_text(encoding="utf-8")
    (here / "mapping.rmap").write_text(text.partition("\ntest ")[0], encoding="utf-8")
    result = call("bench", "mapping.rmap")
    assert (result.exit_code, "no test of the mapping makes a decision" in result.output) == (1, True)
