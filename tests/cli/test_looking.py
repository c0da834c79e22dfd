"""`status`, `queue` and `holds` on a database in which something was done, held and given up."""

from __future__ import annotations

import socket
from datetime import datetime

import pytest

from retoure import Runner

from ..embedding.shop import Shop, webhook
from .conftest import Call, letter, told

# -- status -----------------------------------------------------------------------------------------------------------


def test_status_as_text(worked: Shop, call: Call) -> None:
    result = call("status")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["done", "3"] in lines
    assert ["queued", "1"] in lines
    assert ["failed_refunds", "1"] in lines
    assert any(line[:2] == ["returns", "desk"] and "4711" in line for line in lines)
    assert any(line[:1] == ["finance"] for line in lines[lines.index(["alert", "last", "went", "off"]) :])


def test_status_as_json(worked: Shop, call: Call) -> None:
    found = told(call, "status")
    assert (found["events"], found["queues"], found["oldest_waiting"]) == ({"done": 3}, {"failed_refunds": 1}, None)
    (reason,) = found["open_holds"]
    assert (reason["team"], reason["count"]) == ("returns desk", found["holds"]["returns desk"])
    assert datetime.fromisoformat(found["alerts"]["finance"]).tzinfo is not None


def test_status_says_that_no_service_answers(worked: Shop, call: Call) -> None:
    with socket.socket() as taken:  # a port where certainly nobody speaks HTTP
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        text = worked.file.read_text(encoding="utf-8")
        worked.file.write_text(text.replace("port: 0", f"port: {port}"), encoding="utf-8")
        assert f"service         nobody answers at http://127.0.0.1:{port}\n" in call("status").stdout
        assert told(call, "status")["service"] == {
            "address": f"http://127.0.0.1:{port}", "answers": False, "ready": False, "why": "", "systems": {}
        }  # fmt: skip


def test_a_live_view_is_for_people_at_a_terminal(worked: Shop, call: Call) -> None:
    for arguments, words in ((("--live",), "needs a terminal"), (("--live", "--json"), "leave out --json and --check")):
        result = call("status", *arguments)
        assert (result.exit_code, words in result.stderr) == (2, True)


def test_status_needs_no_mapping_that_works(worked: Shop, call: Call) -> None:
    text = worked.file.read_text(encoding="utf-8").splitlines(keepends=True)
    worked.file.write_text("".join(["mapping: gone.rmap\n", *text[1:]]), encoding="utf-8")
    assert told(call, "status")["events"] == {"done": 3}


def test_status_tells_a_script_that_something_is_left(worked: Shop, call: Call) -> None:
    assert call("status", "--check").exit_code == 1


def test_teams_are_shown_by_the_name_people_know(worked: Shop, call: Call) -> None:
    with worked.file.open("a", encoding="utf-8") as file:
        file.write("teams: {finance: Accounts payable}\n")
    assert call("holds", "assign", "1", "finance").exit_code == 0
    assert "finance (Accounts payable)" in call("holds", "list").stdout
    assert [hold["id"] for hold in told(call, "holds", "list", "--team", "finance")] == [1]


# -- queue ------------------------------------------------------------------------------------------------------------


def test_the_letters_of_a_queue(worked: Shop, call: Call) -> None:
    (found,) = told(call, "queue", "list", "--queue", "failed_refunds")
    assert found["what"].startswith("scayle.return_items.send")
    assert found["id"] in call("queue", "list").stdout
    assert told(call, "queue", "list", "--queue", "failed_returns") == []
    assert told(call, "queue", "list", "--return", found["subject"]) == [found]


def test_an_empty_queue_says_so(worked: Shop, call: Call) -> None:
    result = call("queue", "list", "--queue", "failed_returns")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "no letters\n")


def test_a_letter_with_its_rule_body_and_tries(worked: Shop, call: Call) -> None:
    found = told(call, "queue", "show", letter(call))
    assert (found["rule"], found["operation"]) == ("refund", "scayle.return_items.send")
    assert found["body"]["returnReason"] == "wrong-size"
    assert [each["outcome"] for each in found["attempts"]] == ["failed"]
    text = call("queue", "show", letter(call)).stdout
    assert "returns.rmap:" in text
    assert "wrong-size" in text


def test_an_event_is_shown_too(worked: Shop, call: Call) -> None:
    assert told(call, "queue", "show", "event-1")["kind"] == "return_updated"


@pytest.mark.parametrize("how", ["letter", "queue", "return"])
def test_a_replayed_letter_is_sent_by_the_next_worker(worked: Shop, call: Call, how: str) -> None:
    (found,) = told(call, "queue", "list")
    before = worked.refunds()
    target = {"letter": [found["id"]], "queue": ["--queue", found["queue"]], "return": ["--return", found["subject"]]}
    result = call("queue", "replay", *target[how])
    assert (result.exit_code, result.stdout) == (0, "1 letter waiting again\n")
    assert told(call, "status")["effects"]["waiting"] == 1
    assert call("run", "--until-idle").exit_code == 0
    assert (len(before), len(worked.refunds())) == (1, 2)
    assert told(call, "queue", "list") == []


def test_nothing_to_replay_is_no_mistake(worked: Shop, call: Call) -> None:
    result = call("queue", "replay", "--queue", "failed_returns")
    assert (result.exit_code, result.stdout) == (0, "nothing there to replay\n")


@pytest.mark.parametrize(("word", "state"), [("drop", "skipped"), ("done", "applied")])
def test_a_persons_word_ends_a_letter(worked: Shop, call: Call, word: str, state: str) -> None:
    name = letter(call)
    assert call("queue", word, name, "--why", "refunded by bank transfer").exit_code == 0
    found = told(call, "queue", "show", name)
    assert (found["state"], found["attempts"][-1]["message"]) == (state, "refunded by bank transfer")
    assert told(call, "queue", "list") == []
    call("run", "--until-idle")
    assert len(worked.refunds()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("replay",),
        ("replay", "effect-3", "--queue", "failed_refunds"),
        ("replay", "effect-999"),
        ("replay", "letter"),
        ("show", "effect-999"),
        ("show", "event-999"),
        ("show", "effect-x"),
        ("show", "7"),
        ("drop", "effect-1", "--why", "it is applied already"),
        ("drop", "event-1", "--why", "it is decided already"),
        ("done", "event-1", "--why", "an event is no call"),
        ("drop", "effect-999", "--why", "unknown"),
        ("done", "effect-1"),
    ],
)
def test_what_cannot_be_done_with_letters(worked: Shop, call: Call, arguments: tuple[str, ...]) -> None:
    before = told(call, "status")
    result = call("queue", *arguments)
    assert result.exit_code == 2
    assert result.stderr.count("rror: ") == 1
    assert told(call, "status") == before


# -- holds ------------------------------------------------------------------------------------------------------------


def test_holds_say_why_and_where(worked: Shop, call: Call) -> None:
    holds = told(call, "holds", "list")
    assert {hold["team"] for hold in holds} == {"returns desk"}
    assert all("4711" in hold["reason"] and "returns.rmap:" in hold["place"] for hold in holds)
    assert told(call, "holds", "list", "--team", "finance") == []


def test_a_hold_goes_by_its_number_and_by_its_name(worked: Shop, call: Call) -> None:
    assert call("holds", "show", "hold-1").stdout == call("holds", "show", "1").stdout != ""
    assert "`effect-4` is no hold" in call("holds", "show", "effect-4").stderr


def test_a_closed_hold_keeps_its_reason(worked: Shop, call: Call) -> None:
    before = len(told(call, "holds", "list"))
    assert call("holds", "close", "1", "--why", "a test order").exit_code == 0
    assert len(told(call, "holds", "list")) == before - 1
    assert told(call, "holds", "list", "--closed")[0]["closed_why"] == "a test order"
    assert "a test order" in call("holds", "list", "--closed").stdout


@pytest.mark.parametrize("arguments", [("close", "999", "--why", "x"), ("close", "1"), ("assign", "999", "finance")])
def test_what_cannot_be_done_with_holds(worked: Shop, call: Call, arguments: tuple[str, ...]) -> None:
    assert call("holds", *arguments).exit_code == 2


def test_a_held_call_is_settled_and_not_merely_closed(running_shop: Shop, call: Call) -> None:
    running_shop.fault(running_shop.scayle, kind="status", status=409, path="return-items", times=1)
    with Runner.from_deployment(running_shop.file) as runner:
        runner.accept("reveni", *webhook(running_shop.returned(running_shop.ordered())))
        runner.drain()
    (hold,) = told(call, "holds", "list")
    result = call("holds", "close", str(hold["id"]), "--why", "checked")
    assert result.exit_code == 2
    assert f"retoure queue replay effect-{hold['effect']}" in result.stderr
    assert call("queue", "drop", f"effect-{hold['effect']}", "--why", "checked").exit_code == 0
    assert told(call, "holds", "list") == []
