"""`retoure import`: files of events of any size."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from retoure import SqliteStore

from ..embedding.shop import DEPLOYMENT, MAPPING, SECRETS
from .conftest import Call, told

RECORD = json.loads((MAPPING.parent / "fixtures" / "received.json").read_bytes())
NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a deployment whose platforms nobody asks."""
    monkeypatch.chdir(tmp_path)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    text = DEPLOYMENT.format(mapping=MAPPING, scayle=NOBODY, reveni=NOBODY)
    (tmp_path / "retoure.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def record(number: int, **more: Any) -> dict[str, Any]:
    return {**RECORD, "id": f"{number:032x}", **more}


def waiting(folder: Path) -> list[str]:
    """What is stored for a worker: the amounts as they were written."""
    with closing(SqliteStore(folder / "retoure.db")) as store:
        events = [store.waiting_events(subject) for subject in store.subjects()]
        return [str(each.event.record["amount"]) for found in events for each in found if each.event.record]


def lines(file: Path, records: Iterator[dict[str, Any]]) -> Path:
    with file.open("w", encoding="utf-8") as written:
        written.writelines(f"{json.dumps(each)}\n" for each in records)
    return file


@pytest.mark.parametrize("shape", ["lines", "array", "array for people", "marked array"])
def test_a_file_of_records_waits_for_a_worker(shape: str, here: Path, call: Call) -> None:
    records = [record(number, amount=f"{number}.10") for number in range(1200)]
    if shape == "lines":
        lines(here / "in", iter(records))
    else:
        text = json.dumps(records, indent=2 if shape == "array for people" else None)
        (here / "in").write_text(text, encoding="utf-8-sig" if shape == "marked array" else "utf-8")
    assert call("import", "in").output == "1200 events stored, 0 known before\n"
    assert waiting(here) == [f"{number}.10" for number in range(1200)]
    assert call("import", "in").output == "0 events stored, 1200 known before\n"


@pytest.mark.parametrize("mark", ["", "\ufeff\r\n"])
@pytest.mark.parametrize("count", [1, 3])
def test_records_written_for_people_need_no_array(count: int, mark: str, here: Path, call: Call) -> None:
    text = "\n".join(json.dumps(record(number, amount=f"{number}.10"), indent=2) for number in range(count))
    (here / "in").write_text(f"{mark}{text}\n", encoding="utf-8", newline="\r\n")
    assert call("import", "in").output == f"{count} event{'s' * (count > 1)} stored, 0 known before\n"
    assert waiting(here) == [f"{number}.10" for number in range(count)]


def test_a_record_that_breaks_off_is_one_mistake(here: Path, call: Call) -> None:
    (here / "in").write_text(f"{json.dumps(record(1), indent=2)}\n{{\n", encoding="utf-8")
    result = call("import", "in")
    assert (result.exit_code, len(waiting(here))) == (1, 1)
    assert "after object 1" in result.output


def test_what_is_no_event_is_told_by_its_number_and_the_rest_is_taken(here: Path, call: Call) -> None:
    texts = [json.dumps(record(1)), "{", "", json.dumps({"a": 1}), json.dumps(record(2)), "[1]"]
    (here / "in").write_text("\n".join(texts), encoding="utf-8")
    result = call("import", "in")
    assert (result.exit_code, len(waiting(here))) == (1, 2)
    assert re.findall(r"in: number (\d): ([\w ]+)", result.output) == [
        ("2", "this is not JSON"),
        ("4", "neither a webhook nor a Return"),
        ("6", "expected a JSON object"),
    ]


def test_an_array_that_breaks_off_is_taken_up_to_there(here: Path, call: Call) -> None:
    (here / "in").write_text(f"[{json.dumps(record(1))}, {json.dumps(record(2))}, {{", encoding="utf-8")
    result = call("import", "in")
    assert (result.exit_code, len(waiting(here))) == (1, 2)
    assert "after element 2 of the array" in result.output


def test_an_id_that_comes_again_with_other_content_is_told(here: Path, call: Call) -> None:
    webhook = json.loads((MAPPING.parent / "fixtures" / "webhook-accepted.json").read_bytes())
    other = {**webhook, "data": {**webhook["data"], "amount": "0.0100"}}
    lines(here / "in", iter([webhook, other]))
    result = call("import", "in")
    assert (result.exit_code, "other content" in result.output) == (1, True)


def test_a_file_that_is_not_there(here: Path, call: Call) -> None:
    result = call("import", "nowhere.json")
    assert (result.exit_code, "nowhere.json" in result.output) == (69, True)


def test_numbers_are_for_programs_too(here: Path, call: Call) -> None:
    lines(here / "in", iter([record(1), record(1), record(2)]))
    assert told(call, "import", "in") == {
        "new": 2,
        "known": 1,
        "conflicts": 0,
        "refused": 0,
        "problems": [],
        "broken": "",
    }


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells how much memory a process had")
@pytest.mark.parametrize("shape", ["lines", "array"])
def test_ten_times_the_file_takes_no_more_memory(shape: str, here: Path) -> None:
    few, many = (most(here, shape, number) for number in (120, 900))
    assert many - few < 5, "megabytes; the larger file has 8 more than the smaller one"


PEAK = """
import atexit, sys
atexit.register(lambda: print(open("/proc/self/status").read()))
from retoure_cli.main import main
main()
"""


def most(here: Path, shape: str, number: int) -> float:
    """The most megabytes that a process had which imported so many records of some 11 kB."""
    records = (record(number * 10_000 + each, notes=f"{each} " * 2000) for each in range(number))
    file = lines(here / f"{number}", records)
    if shape == "array":
        file.write_text(f"[{','.join(file.read_text(encoding='utf-8').splitlines())}]", encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-c", PEAK, "import", file.name], cwd=here, capture_output=True, text=True, check=True
    )
    assert f"{number} events stored" in ended.stdout
    found = re.search(r"VmHWM:\s+(\d+) kB", ended.stdout)
    assert found is not None
    return int(found.group(1)) / 1024
