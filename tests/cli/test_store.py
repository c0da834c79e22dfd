"""`retoure store` on a shop in which something was done, held and given up."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import stat
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from retoure import Runner, load_deployment, upkeep

from ..delivery.test_upgrade import old_file
from ..embedding.shop import Shop, webhook
from .conftest import Call, two_days_later

MAIL = "ada@example.org"
PAYS = "scayle.return_items.send"


def said(call: Call, *arguments: str, code: int = 0) -> str:
    result = call("store", *arguments)
    assert result.exit_code == code, result.output
    return result.output


def tries(at: Shop) -> list[tuple[str, str]]:
    """How the calls that pay were tried, of all returns."""
    with Runner.from_deployment(at.file) as runner:
        stories = [runner.store.story(subject) for subject in runner.store.subjects()]
    paying = {row["id"] for story in stories for row in story.effects if row["operation"] == PAYS}
    rows = [row for story in stories for row in story.attempts if row["effect"] in paying]
    return sorted((row["step"], row["outcome"]) for row in rows)


def worked_on(at: Shop, *made: Any) -> None:
    with Runner.from_deployment(at.file) as runner:
        for event, one in enumerate(made):
            runner.accept("reveni", *webhook(one, str(event)))
        runner.drain()


def refunded(at: Shop) -> list[int]:
    """How often each unit was paid back, by SCAYLE's own books."""
    return sorted(Counter(unit for unit, _ in at.refunds()).values())


# --- check


def test_books_in_order(worked: Shop, call: Call) -> None:
    assert said(call, "check") == "the books are in order\n"


@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        ("UPDATE effects SET subject = 'another' WHERE id = 1", "effect-1 belongs to no entry of the ledger"),
        ("UPDATE effects SET state = 'lost' WHERE id = 1", "effect-1 is in an unknown state"),
        ("UPDATE attempts SET ended_at = NULL WHERE id = 1", "has a try under way, but is not being sent"),
        ("UPDATE effects SET queue = '' WHERE state = 'queued'", "is in a queue without a name"),
        ("DELETE FROM effects WHERE state = 'applied'; DELETE FROM attempts", "does not add up to what is wanted"),
        ("DELETE FROM events WHERE seq = 1", "was made for an event that is missing"),
        ("DELETE FROM events WHERE seq = 1", "refers to a row of events that is missing"),
        ("DROP INDEX effects_by_state", "index effects_by_state is missing"),
        ("ALTER TABLE holds DROP COLUMN by_hand", "holds.by_hand is missing"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found(worked: Shop, call: Call, damage: str, finding: str) -> None:
    with closing(sqlite3.connect(worked.file.with_name("retoure.db"))) as db:
        db.executescript(damage)
    found = said(call, "check", code=1)
    assert finding in found
    assert "the books are not in order: " in found


# --- backup and restore


def test_nothing_is_paid_twice_after_a_restore(worked: Shop, call: Call) -> None:
    """A refund lay in a queue when the copy was made, and a return came later. Both were carried out, then the books
    were put back: the refund is replayed once more, and the return is heard of again.
    """
    assert "verified" in said(call, "backup", "copy.db")
    later = worked.returned(worked.ordered())
    assert call("queue", "replay", "--queue", "failed_refunds").exit_code == 0
    worked_on(worked, later)
    assert refunded(worked) == [1, 1, 1]
    assert "retoure.db holds books already: --overwrite" in said(call, "restore", "copy.db", code=2)
    assert "1 call will be looked up before anything is sent" in said(call, "restore", "copy.db", "--overwrite")
    assert tries(worked) == [("send", "applied"), ("send", "failed")]
    assert call("queue", "replay", "--queue", "failed_refunds").exit_code == 0
    worked_on(worked, later)
    assert refunded(worked) == [1, 1, 1]
    assert tries(worked) == [("send", "applied"), ("send", "failed"), ("settle", "applied")]
    assert said(call, "check") == "the books are in order\n"


def test_what_was_there_is_kept(worked: Shop, call: Call) -> None:
    said(call, "backup", "copy.db")
    told = said(call, "restore", "copy.db", "--overwrite")
    aside = Path(told.splitlines()[-1].removeprefix("what was there before is now "))
    assert aside.read_bytes()[:15] == b"SQLite format 3"


def test_lost_books_are_put_back(worked: Shop, call: Call) -> None:
    said(call, "backup", "copy.db")
    for file in worked.file.parent.glob("retoure.db*"):
        file.unlink()
    said(call, "restore", "copy.db")
    assert json.loads(call("status", "--json").stdout)["events"] == {"done": 3}


def test_a_backup_is_for_its_owner(worked: Shop, call: Call) -> None:
    said(call, "backup", "copy.db")
    assert stat.S_IMODE(os.stat("copy.db").st_mode) == 0o600
    assert "copy.db is there already: name a new file" in said(call, "backup", "copy.db", code=2)
    assert not list(worked.file.parent.glob("*.part*"))


def test_a_copy_that_is_not_sound_gets_no_name(worked: Shop, call: Call) -> None:
    with closing(sqlite3.connect(worked.file.with_name("retoure.db"))) as db:
        db.executescript("DELETE FROM decisions WHERE id = 1")
    assert "is no sound copy" in said(call, "backup", "copy.db", code=69)
    assert not list(worked.file.parent.glob("copy.db*"))


def test_a_place_that_cannot_be_written(worked: Shop, call: Call) -> None:
    assert "cannot be written" in said(call, "backup", "nowhere/copy.db", code=69)


def test_what_is_no_backup_is_not_put_back(worked: Shop, call: Call) -> None:
    Path("copy.db").write_bytes(b"dear diary, " * 1000)
    assert "not a database" in said(call, "restore", "copy.db", "--overwrite", code=69)
    assert "no such file" in said(call, "restore", "gone.db", "--overwrite", code=69)
    assert json.loads(call("status", "--json").stdout)["events"] == {"done": 3}


def test_books_move_into_postgresql(worked: Shop, call: Call, postgres: str) -> None:
    said(call, "backup", "copy.db")
    assert "put back" in said(call, "restore", "copy.db", "--store", postgres)
    assert said(call, "check", "--store", postgres) == "the books are in order\n"
    assert "holds books already" in said(call, "restore", "copy.db", "--store", postgres, code=2)
    said(call, "backup", "again.db", "--store", postgres)
    said(call, "restore", "again.db", "--store", "again-in-use.db")
    assert said(call, "check", "--store", "again-in-use.db") == "the books are in order\n"


# --- upgrade


def test_an_old_layout_tells_what_to_do_and_is_upgraded(running_shop: Shop, call: Call) -> None:
    old_file(running_shop.file.with_name("retoure.db"), 5)
    for command in (("run", "--until-idle"), ("status",), ("store", "check")):
        result = call(*command)
        assert (result.exit_code, "run `retoure store upgrade`" in result.output) == (69, True), result.output
    assert "verified" in said(call, "backup", "before.db")
    assert said(call, "upgrade").startswith("upgraded from layout 5 to ")
    assert said(call, "upgrade").endswith("already, nothing to do\n")
    assert call("status").exit_code == 0


@pytest.mark.parametrize("where", ["file", "postgres"])
def test_backups_of_older_layouts_are_upgraded_when_they_are_put_back(
    running_shop: Shop, call: Call, where: str, request: pytest.FixtureRequest
) -> None:
    old_file(Path("old.db"), 4)
    store = ("--store", request.getfixturevalue("postgres")) if where == "postgres" else ()
    assert "3 calls will be looked up" in said(call, "restore", "old.db", *store)
    assert "8 returns" in said(call, "export", "books", *store)
    with closing(sqlite3.connect("old.db")) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (4,), "the backup itself stays as it is"


def test_there_is_nothing_to_upgrade_yet(running_shop: Shop, call: Call) -> None:
    assert "there is no database yet" in said(call, "upgrade", code=69)
    assert not running_shop.file.with_name("retoure.db").exists()


# --- export


@pytest.fixture
def ada(running_shop: Shop, call: Call) -> Shop:
    """A return whose customer is known by name, and a hold that mentions the address."""
    order = running_shop.ordered()
    made = running_shop.returned(order, customer={"email": MAIL, "first_name": "Ada"})
    worked_on(running_shop, made, running_shop.returned({"id": 4711}))
    with Runner.from_deployment(running_shop.file) as runner:
        (hold, *_) = runner.store.holds()
        runner.store.close_hold(hold.id, f"=told {MAIL}", datetime.now(UTC))
    return running_shop


def test_rows_as_json_lines(ada: Shop, call: Call) -> None:
    told = said(call, "export", "books")
    rows = {file.stem: list(map(json.loads, file.read_text().splitlines())) for file in Path("books").iterdir()}
    assert told == f"books: {', '.join(f'{len(rows[t])} {t}' for t in ('returns', 'effects', 'attempts', 'holds'))}\n"
    assert {row["stage"] for row in rows["returns"]} >= {"approved"}
    (refund,) = [row for row in rows["effects"] if row["operation"] == PAYS]
    assert (refund["state"], refund["verb"], refund["unsettled"]) == ("applied", "do", False)
    assert {row["effect"] for row in rows["attempts"]} <= {row["effect"] for row in rows["effects"]}
    assert rows["holds"]


def test_an_export_tells_how_far_it_is(ada: Shop) -> None:
    told: list[tuple[int, int]] = []
    rows = list(upkeep.export(load_deployment(ada.file), told=lambda done, total: told.append((done, total))))
    assert told == [(0, 2), (1, 2)]
    assert sum(row.table == "returns" for row in rows) == 2


def test_personal_data_is_blanked_unless_asked_for(ada: Shop, call: Call) -> None:
    said(call, "export", "blank")
    said(call, "export", "full", "--personal")
    assert MAIL not in "".join(file.read_text() for file in Path("blank").iterdir())
    assert MAIL in Path("full/holds.jsonl").read_text()
    assert {stat.S_IMODE(file.stat().st_mode) for file in Path("full").iterdir()} == {0o600}


def test_spreadsheets_do_not_calculate(ada: Shop, call: Call) -> None:
    said(call, "export", "books", "--format", "csv", "--personal")
    with Path("books/holds.csv").open(newline="", encoding="utf-8") as file:
        whys = [row["closed_why"] for row in csv.DictReader(file)]
    assert f"'=told {MAIL}" in whys
    with Path("books/effects.csv").open(newline="", encoding="utf-8") as file:
        assert all(isinstance(json.loads(row["body"]), dict) for row in csv.DictReader(file))


def test_files_are_not_overwritten(ada: Shop, call: Call) -> None:
    said(call, "export", "books")
    assert "not empty" in said(call, "export", "books", code=2)


# --- retention


def test_the_story_of_a_return_is_told_after_the_retention(worked: Shop, call: Call) -> None:
    """As far as it is kept; and a later version of the return goes on from there."""
    two_days_later(worked)
    with Runner.from_deployment(worked.file) as runner:
        runner.store.compact(datetime(2100, 1, 1, tzinfo=UTC))
        (subject,) = (one for one in runner.store.subjects() if runner.store.story(one).decisions[0]["record"] is None)
    told = call("explain", subject)
    assert (told.exit_code, "the rest was removed after the retention" in told.output) == (0, True), told.output
    found = json.loads(call("explain", subject, "--json").stdout)
    assert {each["removed"] for each in found["happenings"] if each["what"] == "decided"} == {True}
    assert call("test", "record", subject, "--to", "fixtures", "--name", "old").exit_code != 70
    assert call("plan", "--journal", "retoure.db", "--return", subject).exit_code != 70
    worked_on(worked, worked.moved({"id": subject}, "completed"))
    told = call("explain", subject)
    assert (told.exit_code, "removed after the retention" in told.output) == (0, True), told.output
    assert refunded(worked) == [1]
    assert said(call, "check") == "the books are in order\n"
