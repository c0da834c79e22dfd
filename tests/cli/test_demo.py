"""The demo: its books agree, and any damage to them shows."""

from __future__ import annotations

import copy
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from retoure import data_folder
from retoure_cli.commands.demo import command
from retoure_cli.demo import run as demo_run
from retoure_cli.demo.comparison import Books, Report, compare
from retoure_cli.demo.incidents import Scene
from retoure_cli.demo.plan import SET_PIECES, plan
from retoure_cli.demo.platforms import API_KEY, TOKEN, Platforms, simulated
from retoure_cli.demo.play import Player, Progress
from retoure_cli.demo.run import MAPPING, Outcome, read_books
from retoure_cli.demo.service import Pace, Service, serving

from ..plain import PLAIN
from ..telemetry.personal import lines, of_fixtures, seen_by, told

pytestmark = pytest.mark.slow

LAST_LINE = re.compile(r"books: (\d+) returns, (\d+) effects, 0 lost, 0 doubled")


@dataclass(frozen=True)
class Played:
    """A day that is over, both platforms still standing."""

    platforms: Platforms
    service: Service
    outcome: Outcome

    @property
    def books(self) -> Books:
        return self.outcome.books

    def scayle(self, method: str, path: str, body: Any) -> None:
        """A call to SCAYLE's real API, as anybody with the token could make it."""
        url = f"{self.platforms.scayle.url}/api/admin/v1{path}"
        headers = {"x-access-token": TOKEN}
        httpx.request(method, url, json=body, headers=headers, trust_env=False, verify=PLAIN).raise_for_status()


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """Every set piece once, with all incidents."""
    folder = tmp_path_factory.mktemp("demo")
    mapping = data_folder("mappings") / MAPPING
    with simulated(7) as platforms, serving(folder, platforms, mapping, Pace()) as service:
        day = plan(7, len(SET_PIECES) + 4)
        scene = Scene(platforms, service)
        player = Player(scene, day, _nothing, _silence)
        player.furnish()
        player.play(12.0)
        replayed = player.finish()
        books = read_books(platforms, service)
        outcome = Outcome(day, books, compare(books), player.stories, scene.struck, service.kills, replayed)
        yield Played(platforms, service, outcome)


def _nothing(_: Progress) -> None:
    """Nobody looks."""


def _silence(_: float, __: str) -> None:
    """Nobody listens."""


def test_a_day_of_returns_leaves_nobody_in_the_log(played: Played) -> None:
    """No name, address or e-mail that the engine saw, nor any of the fixtures', and no secret."""
    log = played.service.log.read_text(encoding="utf-8")
    texts = seen_by(played.service.deployment.with_name("retoure.db")) | of_fixtures()
    assert len(texts) > 100
    assert len({line["return_id"] for line in lines(log) if "return_id" in line}) >= len(SET_PIECES)
    assert told((*texts, TOKEN, API_KEY), log) == []


def damaged(books: Books, do: Callable[[Books], None]) -> Report:
    """The comparison after `do` has changed a copy of the books."""
    changed = copy.deepcopy(books)
    do(changed)
    return compare(changed)


def test_the_books_agree(played: Played) -> None:
    report = played.outcome.report
    assert (report.lost, report.doubled) == ((), ())
    assert LAST_LINE.fullmatch(report.last_line)
    assert played.outcome.kills == 1


def test_every_hold_has_a_story(played: Played) -> None:
    stories = {played.outcome.stories[hold.subject]: hold.team for hold in played.books.holds}
    assert stories["one verdict taken back after the refund"] == "finance"
    assert stories["the SKU has left the catalogue"] == "operations"
    assert stories["a SKU that was never in the order"] == "returns desk"
    assert stories["more units than were bought"] == "returns desk"
    assert stories["the replacement is sold out"] == "returns desk"
    assert stories["a status nobody documented"] == "integration"


LOST: dict[str, Callable[[Books], Any]] = {
    "a unit is not reported": lambda books: books.scayle["returns"].pop(),
    "a unit is not refunded": lambda books: books.scayle["refunds"].pop(),
    "a unit is not settled": lambda books: books.scayle["billingOverrides"].clear(),
    "no exchange order": lambda books: books.scayle["ordersCreated"].pop(),
    "another item exchanged": lambda books: books.scayle["ordersCreated"][0]["items"][0].update(sku="TEE-S"),
    "stock one short": lambda books: books.scayle["stock"][0].update(sellable=books.scayle["stock"][0]["sellable"] - 1),
    "no notes": lambda books: books.scayle["customDataWrites"].clear(),
    "an event that was never acknowledged": lambda books: books.reveni["deliveries"].clear(),
}
DOUBLED: dict[str, Callable[[Books], Any]] = {
    "a unit reported twice": lambda books: books.scayle["returns"].append(books.scayle["returns"][0]),
    "a unit refunded twice": lambda books: books.scayle["refunds"].append(books.scayle["refunds"][0]),
    "refunded before the approval": lambda books: books.scayle["refunds"][0].update(at="2020-01-01T00:00:00+00:00"),
    "the order created twice": lambda books: books.scayle["ordersCreated"].append(books.scayle["ordersCreated"][0]),
    "stock one too many": lambda books: books.scayle["stock"][0].update(
        sellable=books.scayle["stock"][0]["sellable"] + 1
    ),
}


@pytest.mark.parametrize("name", LOST)
def test_what_is_lost_shows(played: Played, name: str) -> None:
    assert damaged(played.books, LOST[name]).lost


@pytest.mark.parametrize("name", DOUBLED)
def test_what_is_doubled_shows(played: Played, name: str) -> None:
    assert damaged(played.books, DOUBLED[name]).doubled


def test_a_question_nobody_was_asked_is_lost(played: Played) -> None:
    assert len(compare(replace(played.books, holds=())).lost) >= 6


def test_an_event_that_is_not_kept_is_lost(played: Played) -> None:
    assert len(compare(replace(played.books, kept=played.books.kept - 2)).lost) == 2


def test_an_early_correction_needs_finance(played: Played) -> None:
    """Without the hold, the unit that was taken back after its refund counts as refunded for nothing."""
    holds = tuple(hold for hold in played.books.holds if hold.team != "finance")
    report = compare(replace(played.books, holds=holds))
    assert any("without an approved return" in text for text in report.doubled)


@pytest.mark.parametrize("failed", ["lost", "doubled"])
def test_the_command_fails_when_the_books_differ(played: Played, monkeypatch: pytest.MonkeyPatch, failed: str) -> None:
    do = LOST["a unit is not reported"] if failed == "lost" else DOUBLED["a unit reported twice"]
    outcome = replace(played.outcome, report=damaged(played.books, do))
    monkeypatch.setattr(demo_run, "run", lambda *_: outcome)
    result = CliRunner().invoke(command, [])
    assert result.exit_code == 1
    assert not LAST_LINE.fullmatch(result.output.splitlines()[-1])
    assert f"{failed}: " in result.output


def test_a_return_recorded_by_hand_shows(played: Played) -> None:
    """Last, since it leaves its trace: somebody reports a unit that no return is about, and one a second time."""
    reported = [entry["orderItemId"] for entry in played.books.scayle["returns"]]
    items = [item for order in played.books.scayle["orders"] if not order["referenceKey"] for item in order["items"]]
    foreign = next(item["id"] for item in items if item["id"] not in reported)
    for number in (foreign, reported[0]):
        body = [{"returnKey": str(number), "received": "2026-01-01 10:00:00"}]
        played.scayle("POST", "/fulfillment/return-items", body)
    doubled = compare(read_books(played.platforms, played.service)).doubled
    assert f"unit {reported[0]} was reported 2 times" in doubled
    assert f"unit {reported[0]} was refunded 2 times" in doubled
    assert any("without an approved return" in text for text in doubled)


def test_the_command_from_the_shell(tmp_path: Path) -> None:
    """Piped: no colours, no control characters, and the last line as promised."""
    command = [sys.executable, "-m", "retoure_cli", "demo", "--fast", "--seed", "3", "--returns", "30"]
    found = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=120)
    assert (found.returncode, found.stderr) == (0, "")
    assert LAST_LINE.fullmatch(found.stdout.splitlines()[-1])
    assert "\x1b" not in found.stdout


def test_the_same_seed_plans_the_same_day() -> None:
    assert plan(5, 60) == plan(5, 60)
    assert plan(5, 60) != plan(6, 60)
    assert len(plan(5, 3).stories) == 3
