"""`retoure explain RETURN`: the story of a return, from a journal and from event files."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from retoure import data_folder

from ..embedding.shop import Shop
from .conftest import Call

SHIPPED = data_folder("mappings") / "reveni_to_scayle"
GOLDEN = Path(__file__).resolve().parents[1] / "golden/explain"
PLAYED = (
    "--mapping",
    "reveni_to_scayle",
    "--answers",
    str(SHIPPED / "fixtures/answers"),
    "--now",
    "2026-04-12T10:00:00Z",
)


def events(*names: str) -> list[str]:
    return [part for name in names for part in ("--event", str(SHIPPED / "fixtures" / f"{name}.json"))]


def told(call: Call, *arguments: str) -> Any:
    result = call("explain", *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def queued(worked: Shop, call: Call) -> str:
    """The return whose refund SCAYLE refused."""
    (letter,) = json.loads(call("queue", "list", "--json").stdout)
    return str(letter["subject"])


@pytest.mark.parametrize(
    ("name", "played"),
    [
        ("corrected", ("accepted", "corrected-to-rejected")),
        ("late", ("all-rejected", "for-review")),
        ("held", ("no-mode",)),
    ],
)
def test_a_story_reads_well(
    call: Call, golden: Callable[[Path, str], None], name: str, played: tuple[str, ...]
) -> None:
    result = call("explain", *events(*played), *PLAYED, "--set", "restocks=engine")
    assert result.exit_code == 0, result.output
    golden(GOLDEN / f"{name}.expected", re.sub(r"(mapping \S+ \S+) [0-9a-f]{8}\b", r"\1 IDENTITY", result.stdout))


def test_amounts_and_long_texts_are_told_on_one_line(call: Call) -> None:
    mapping = SHIPPED.parent / "every_construct"
    two = [f"--event={mapping}/fixtures/exchange-{name}.json" for name in ("open", "accepted")]
    told = call("explain", "--mapping", f"{mapping}/exchanges.rmap", *two).stdout.splitlines()
    assert any(line.endswith("item.exchange.price = 79.9500 EUR") for line in told)
    assert any("template summary = " in line and "\\n" in line for line in told)
    assert not any("Decimal" in line for line in told)


def test_a_journal_tells_of_tries_and_of_what_was_given_up(queued: str, call: Call) -> None:
    result = call("explain", queued)
    assert result.exit_code == 0
    assert result.stdout.startswith(f"return {queued}\n")
    assert re.search(r"effect-\d+ scayle\.return_items\.send .*INVALID", result.stdout)
    assert "failed_refunds" in result.stdout
    assert "returns.rmap:" in result.stdout


def test_a_part_of_the_story(queued: str, call: Call) -> None:
    (letter,) = json.loads(call("queue", "list", "--json").stdout)
    whole, part = call("explain", queued).stdout, call("explain", letter["id"]).stdout
    assert letter["id"] in part
    assert len(part.splitlines()) < len(whole.splitlines())


def test_a_story_as_data(queued: str, call: Call) -> None:
    assert told(call, queued)["subject"] == queued


def test_personal_data_is_blanked(call: Call) -> None:
    address = "piet.niemand"
    played = (*events("exchange-accepted"), *PLAYED)
    assert address not in call("explain", *played, "--json").stdout.lower()
    assert address in call("explain", *played, "--json", "--personal").stdout.lower()
    assert re.search(r"customer +\d+ values ", call("explain", *played).stdout)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("effect-999",), "there is no effect-999 in this journal: `retoure explain RETURN` names"),
        (("nonsense",), "there is no code `nonsense`, and no return of that id in this journal"),
    ],
)
def test_what_is_not_in_the_journal(worked: Shop, call: Call, arguments: tuple[str, ...], told: str) -> None:
    result = call("explain", *arguments)
    assert result.exit_code == 2
    assert told in " ".join(result.stderr.split())


def test_the_beginning_of_an_id_is_completed(queued: str, call: Call) -> None:
    result = call("explain", queued[:8])
    assert result.exit_code == 2
    assert f"did you mean `{queued}`?" in result.stderr.replace("\n", "")


def test_nowhere_to_look(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = call("explain", "aa10f2c47b3d4e5f8091a2b3c4d5e6f7")
    assert result.exit_code == 2
    assert "say where it is recorded: --deployment FILE, --journal DATABASE or --event FILE" in result.stderr


def test_a_journal_that_is_not_there(call: Call, tmp_path: Path) -> None:
    result = call("explain", "x1", "--journal", str(tmp_path / "gone.db"))
    assert result.exit_code == 69
    assert "there is no database" in result.stderr


def test_events_need_a_mapping(call: Call) -> None:
    result = call("explain", *events("accepted"))
    assert result.exit_code == 2
    assert "--event needs --mapping" in result.stderr


def test_a_mapping_needs_events(call: Call) -> None:
    result = call("explain", "--mapping", str(SHIPPED))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "name what it shall play with --event FILE" in result.stderr
