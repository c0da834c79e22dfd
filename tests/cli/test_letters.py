"""Letters and holds that go on by the command line, with the simulators' books as the judge."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from retoure import Runner

from ..embedding.shop import Shop, until, webhook
from .conftest import Call, letter, told


def given_up(shop: Shop, number: int, status: int = 400) -> None:
    """So many refunds that SCAYLE refuses, each of its own return."""
    with Runner.from_deployment(shop.file) as runner:
        shop.fault(shop.scayle, kind="status", status=status, path="return-items", times=number)
        for _ in range(number):
            runner.accept("reveni", *webhook(shop.returned(shop.ordered())))
        runner.drain()


# -- show -------------------------------------------------------------------------------------------------------------


def test_a_letter_is_shown_with_the_request_a_replay_sends(worked: Shop, call: Call) -> None:
    before = worked.refunds()
    found = told(call, "queue", "show", letter(call))
    (request,) = found["replay"]["requests"]
    assert (request["method"], request["path"].endswith("/return-items")) == ("POST", True)
    assert found["replay"]["finds_out"] is False
    text = call("queue", "show", letter(call)).stdout
    assert "A replay sends:\n  POST /" in text
    assert "nothing else would be wanted" in text
    assert worked.refunds() == before


def test_a_letter_is_shown_without_a_plan_where_the_mapping_is_gone(worked: Shop, call: Call) -> None:
    assert "replay" not in told(call, "queue", "show", letter(call), "--no-plan")


def test_a_hold_is_shown_with_what_deciding_again_would_do(worked: Shop, call: Call) -> None:
    (hold, *_) = told(call, "holds", "list")
    found = told(call, "holds", "show", str(hold["id"]))
    assert (found["hold"]["reason"], found["replay"]) == (hold["reason"], None)
    text = call("holds", "show", str(hold["id"])).stdout
    assert "4711" in text
    assert f"retoure holds close {hold['id']} --why TEXT" in text
    assert call("holds", "show", "999").exit_code == 2


# -- replay -----------------------------------------------------------------------------------------------------------


@contextmanager
def worker(shop: Shop) -> Iterator[subprocess.Popen[bytes]]:
    """`retoure run` as a process of its own."""
    command = (sys.executable, "-m", "retoure_cli", "run")
    running = subprocess.Popen(command, cwd=shop.file.parent, env=shop.environment, stderr=subprocess.DEVNULL)
    try:
        lock = shop.file.with_name("retoure.db.worker")
        until(lambda: lock.is_file() and lock.read_text() == str(running.pid), "the worker to begin")
        yield running
    finally:
        running.kill()
        running.wait()


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_a_paced_replay_survives_the_death_of_command_and_worker(running_shop: Shop, call: Call) -> None:
    """By SCAYLE's books nothing is lost and nothing is paid twice."""
    given_up(running_shop, 8)
    watching = (sys.executable, "-m", "retoure_cli", "queue", "replay", "--cause", "INVALID", "--rate", "1", "--watch")
    with worker(running_shop) as first:
        command = subprocess.Popen(watching, cwd=running_shop.file.parent, env=running_shop.environment)
        until(lambda: len(running_shop.refunds()) >= 2, "the first refunds")
        command.kill()
        command.wait()
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert len(running_shop.refunds()) < 8
    with worker(running_shop):
        until(lambda: told(call, "status")["effects"].get("applied") == 16, "the rest to go on")
    units = [unit for unit, _ in running_shop.refunds()]
    assert (len(units), len(set(units))) == (8, 8)
    assert told(call, "queue", "list") == []


def test_a_replay_tells_what_was_given_up_again(worked: Shop, call: Call) -> None:
    name = letter(call)
    worked.fault(worked.scayle, kind="status", status=400, path="return-items", times=1)
    with worker(worked):
        result = call("queue", "replay", name, "--watch")
        assert (result.exit_code, result.stdout.splitlines()[-1]) == (1, f"given up again: {name}")
        result = call("queue", "replay", "--all", "--watch")
        assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "none of them was given up again")
    assert len(worked.refunds()) == 2


def test_a_replay_says_how_long_it_takes(running_shop: Shop, call: Call) -> None:
    given_up(running_shop, 3)
    result = call("queue", "replay", "--all", "--rate", "0.5")
    assert result.stdout == "3 letters will go, 0.5 a second: the last one in 4 seconds\n"


def test_the_current_version_decides_before_a_letter_goes_on(worked: Shop, call: Call) -> None:
    name = letter(call)
    assert call("queue", "replay", name, "--version", "current").exit_code == 0
    assert call("run", "--until-idle").exit_code == 0
    found = told(call, "queue", "show", name)
    causes = [row["cause"] for row in _story(worked, found["return"]).decisions]
    assert (found["state"], causes[-1], len(worked.refunds())) == ("applied", "replay", 2)


def _story(shop: Shop, subject: str) -> Any:
    with Runner.from_deployment(shop.file) as runner:
        return runner.store.story(subject)


def test_held_returns_are_decided_again(worked: Shop, call: Call) -> None:
    (hold, *more) = told(call, "holds", "list")
    result = call("holds", "replay", "--return", hold["subject"])
    assert (result.exit_code, "on" in result.stdout) == (0, True)
    assert call("run", "--until-idle").exit_code == 0
    assert [row["cause"] for row in _story(worked, hold["subject"]).decisions] == ["event", "replay"]
    assert len(told(call, "holds", "list")) == 1 + len(more)
    assert call("holds", "replay").exit_code == 2


# -- edit and drop ----------------------------------------------------------------------------------------------------


def test_a_changed_letter_shows_before_and_after_and_is_sent_so(worked: Shop, call: Call) -> None:
    name = letter(call)
    arguments = ("queue", "edit", name, "--set", "returnReason=damaged", "--why", "photo sent", "--by", "mira", "--yes")
    result = call(*arguments)
    assert result.exit_code == 0, result.output
    assert 'returnReason  "wrong-size" → "damaged"' in result.stdout
    found = told(call, "queue", "show", name)
    assert (found["body"]["returnReason"], found["original"]["returnReason"]) == ("damaged", "wrong-size")
    (change,) = found["changes"]
    assert (change["who"], change["why"]) == ("mira", "photo sent")
    assert "A replay sends:\n  POST /" in result.stdout
    assert '"returnReason": "damaged"' in result.stdout
    call("queue", "replay", name)
    assert call("run", "--until-idle").exit_code == 0
    assert (told(call, "queue", "list"), len(worked.refunds())) == ([], 2)
    shown = call("queue", "show", name).stdout
    assert "It is applied: there is nothing to replay." in shown
    assert "A replay sends" not in shown


def test_the_story_of_a_return_tells_what_was_wanted_then_and_who_changed_it(worked: Shop, call: Call) -> None:
    name = letter(call)
    call("queue", "edit", name, "--set", "returnReason=damaged", "--why", "photo sent", "--by", "mira", "--yes")
    text = call("explain", told(call, "queue", "show", name)["return"]).stdout
    then, failed, queued, changed, after = (
        text.index(words)
        for words in (
            'returnReason  "wrong-size"  ',
            f"{name} scayle.return_items.send was sent: it failed",
            "put into queue failed_refunds\n",
            f"mira changed what {name} scayle.return_items.send sends: photo sent",
            'returnReason  "wrong-size" → "damaged"',
        )
    )
    assert then < failed < queued < changed < after
    assert ('sends {"' in text, "settled" in text) == (False, False)


def test_a_call_that_is_done_is_refused_before_anything_is_shown(worked: Shop, call: Call) -> None:
    result = call("queue", "edit", "effect-1", "--set", "text=x", "--why", "x", "--yes")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "effect-1 is applied: only a call that is queued or held can be changed" in result.stderr


def test_a_letter_shows_no_personal_data_unless_it_is_asked_for(running_shop: Shop, call: Call) -> None:
    exchanged = {"sku": "TEE-S", "quantity": 1, "price": "10.0000", "return_reason": "too_small"}
    exchanged["exchange"] = {"sku": "JEANS", "quantity": 1, "price": "12.3400"}
    running_shop.fault(running_shop.scayle, kind="status", status=400, method="POST", path="orders$", times=1)
    with Runner.from_deployment(running_shop.file) as runner:
        runner.accept("reveni", *webhook(running_shop.returned(running_shop.ordered(), items=[exchanged])))
        runner.drain()
    name = letter(call)
    call("queue", "edit", name, "--set", "customer.firstName=Otto", "--why", "a typo", "--yes")
    open_, blanked = call("queue", "show", name, "--personal").stdout, call("queue", "show", name).stdout
    assert ("@shopper.example" in open_, "@shopper.example" in blanked) == (True, False)
    assert ("Otto" in open_, "Otto" in blanked) == (True, False)
    assert "@shopper.example" not in call("queue", "show", name, "--json").stdout
    assert "@shopper.example" not in call("explain", name).stdout


def test_an_editor_changes_a_letter(worked: Shop, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "sed -i s/wrong-size/damaged/")
    name = letter(call)
    assert call("queue", "edit", name, "--why", "photo sent", "--yes").exit_code == 0
    assert told(call, "queue", "show", name)["body"]["returnReason"] == "damaged"


def test_an_unconfirmed_change_changes_nothing(worked: Shop, call: Call) -> None:
    result = call("queue", "edit", letter(call), "--set", "returnReason=damaged", "--why", "photo sent")
    assert "nothing is changed" in result.output or result.exit_code == 1
    assert told(call, "queue", "show", letter(call))["body"]["returnReason"] == "wrong-size"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("returnReason=wrong-size", "nothing is changed"),
        ("returnReson=damaged", "is not known here"),
        ("items[0].price=1", "leads nowhere"),
        ("returnReason", "write --set PATH=VALUE"),
    ],
)
def test_what_a_letter_cannot_become(worked: Shop, call: Call, change: str, said: str) -> None:
    result = call("queue", "edit", letter(call), "--set", change, "--why", "x", "--yes")
    assert (result.exit_code, said in result.stderr) == (2, True), result.stderr
    assert told(call, "queue", "show", letter(call))["changes"] == []


def test_letters_are_dropped_with_a_reason(worked: Shop, call: Call) -> None:
    name = letter(call)
    assert call("queue", "drop", name, "--reason", "refunded by bank transfer").exit_code == 0
    assert (told(call, "queue", "list"), len(worked.refunds())) == ([], 1)
