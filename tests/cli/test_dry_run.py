"""`retoure dry-run`: events in, and what cannot be read as one. Its texts are golden files."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from retoure import data_folder

from .conftest import Call

SHIPPED = data_folder("mappings") / "reveni_to_scayle"
FIXTURES = SHIPPED / "fixtures"
NOW = ("--now", "2026-04-12T10:00:00Z")
ANSWERS = ("--answers", str(FIXTURES / "answers"))


BECAUSE = {"kind": "str", "what": "str", "value": "NoneType", "place": "NoneType"}


def runs(call: Call, *arguments: str) -> list[dict[str, Any]]:
    result = call("dry-run", "reveni_to_scayle", *NOW, *arguments, "--json")
    assert result.exit_code == 0, result.stderr
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def shape(value: Any) -> Any:
    """The keys of records and one shape for the elements of each list; kinds of everything else."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def test_the_shape_of_the_json(call: Call) -> None:
    (run,) = runs(call, "--event", str(FIXTURES / "no-mode.json"), *ANSWERS)
    effect = run["effects"][0]
    assert {key: shape(value) for key, value in run.items() if key != "effects"} == {
        "file": "str",
        "event": {"system": "str", "kind": "str", "subject": "str"},
        "ignored": "str",
        "stage": "str",
        "path": ["str"],
        "version": "str",
        "mapping": "str",
        "reads": [{"operation": "str", "arguments": ["str"], "source": "str"}],
        "unchanged": [],
        "holds": [{"team": "str", "reason": "str", "rule": "str", "at": "str", "because": [BECAUSE]}],
        "closed": [],
        "queued": [],
        "stops": [{"rule": "str", "at": "str", "ending": "str", "reason": "str", "team": "str", "key": []}],
        "notes": [{"rule": "str", "at": "str", "why": "str"}],
    }  # fmt: skip
    assert set(effect) == {"verb", "operation", "key", "rule", "at", "state", "command", "requests", "fields"}
    assert shape(effect["fields"]) == [{"field": "str", "at": "str", "from": ["str"]}]
    assert {"method", "path", "body", "note"} <= set(effect["requests"][0])


def test_values_of_the_json(call: Call) -> None:
    received, accepted = runs(
        call, "--event", str(FIXTURES / "received.json"), "--event", str(FIXTURES / "accepted.json"), *ANSWERS
    )
    assert (received["stage"], received["path"], accepted["path"]) == ("received", ["received"], ["approved"])
    sent = [effect for effect in accepted["effects"] if effect["operation"] == "scayle.return_items.send"]
    assert [effect["command"]["unit"] for effect in sent] == [70001001, 70001002, 70001003, 70001004]
    assert {effect["state"] for effect in sent} == {"applied"}
    assert sent[0]["requests"][0]["path"] == "/fulfillment/return-items"
    assert accepted["reads"][0]["source"] == str(FIXTURES / "answers")


def test_a_folder_of_events_is_played_in_the_order_of_names(call: Call, tmp_path: Path) -> None:
    shutil.copy(FIXTURES / "accepted.json", tmp_path / "2.json")
    shutil.copy(FIXTURES / "received.json", tmp_path / "1.json")
    found = runs(call, "--event", str(tmp_path), *ANSWERS)
    assert [(run["file"], run["stage"]) for run in found] == [
        (str(tmp_path / "1.json"), "received"),
        (str(tmp_path / "2.json"), "approved"),
    ]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{", "this is not JSON, line 1"),
        ("null", "found `null`"),
        ("[]", "expected a JSON object, found a list"),
        ("5", "expected a JSON object, found `5`"),
        ('{"number": 5}', "neither a webhook nor a Return: it has no `id` (its fields: number)"),
        ("{}", "it has no `id` (its fields: none)"),
        ('{"event": "return.exploded", "data": {}}', "a webhook of reveni, but "),
        ('{"payload": {}}', "a webhook of scayle, but "),
    ],
)
def test_a_file_that_is_no_event_is_named_and_the_others_are_played(
    call: Call, tmp_path: Path, content: str, why: str
) -> None:
    odd = tmp_path / "odd.json"
    odd.write_text(content)
    result = call(
        "dry-run", "reveni_to_scayle", "--event", str(odd), "--event", str(FIXTURES / "received.json"), *ANSWERS
    )
    assert result.exit_code == 1
    assert "first seen: received" in result.stdout
    assert result.stderr.startswith(f"{odd}: ")
    assert why in result.stderr


def test_missing_files_and_empty_folders(call: Call, tmp_path: Path) -> None:
    result = call("dry-run", "reveni_to_scayle", "--event", str(tmp_path), "--event", "nowhere.json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        f"{tmp_path}: holds no *.json file",
        "nowhere.json: cannot be read: No such file or directory",
    ]


def test_an_order_is_made_up_unless_that_is_refused(call: Call) -> None:
    event = ("--event", str(FIXTURES / "accepted.json"))
    assert len(runs(call, *event)[0]["effects"]) == 5
    (refused,) = runs(call, *event, "--no-stand-in")
    assert (refused["effects"], refused["reads"][0]["source"]) == ([], "")
    assert [hold["team"] for hold in refused["holds"]] == ["returns desk"]


def test_a_broken_answer_is_held_with_the_name_of_its_file(call: Call, tmp_path: Path) -> None:
    (tmp_path / "scayle.orders.get").mkdir()
    (tmp_path / "scayle.orders.get/70001.json").write_text("{")
    (run,) = runs(call, "--event", str(FIXTURES / "accepted.json"), "--answers", str(tmp_path))
    assert "70001.json: this is not JSON" in run["holds"][0]["reason"]


def test_a_webhook_without_a_record_says_how_to_give_it(call: Call, tmp_path: Path) -> None:
    webhook = json.loads((FIXTURES / "webhook-accepted.json").read_text())
    webhook["data"].pop("object")
    bare = tmp_path / "bare.json"
    bare.write_text(json.dumps(webhook))
    (run,) = runs(call, "--event", str(bare))
    subject = run["event"]["subject"]
    assert run["stage"] is None
    assert f"reveni.returns.get/{subject}.json (--answers)" in run["ignored"]
    place = tmp_path / "answers/reveni.returns.get"
    place.mkdir(parents=True)
    shutil.copy(FIXTURES / "accepted.json", place / f"{subject}.json")
    (run,) = runs(call, "--event", str(bare), "--answers", str(place.parent))
    assert (run["stage"], len(run["effects"])) == ("approved", 5)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--event", "x.json", "--now", "yesterday"), "--now"),
        (("--event", "x.json", "--answers", "nowhere"), "--answers"),
        ((), "--event"),
    ],
)
def test_wrong_use(call: Call, arguments: tuple[str, ...], why: str) -> None:
    result = call("dry-run", "reveni_to_scayle", *arguments)
    assert result.exit_code == 2
    assert why in result.stderr


def test_a_moment_that_is_none_is_shown_one(call: Call) -> None:
    result = call("dry-run", "reveni_to_scayle", "--event", "x.json", "--now", "2026-03-07 12:00")
    assert result.exit_code == 2
    assert "write it as in 2026-03-07T12:00:00Z, in UTC" in result.stderr
