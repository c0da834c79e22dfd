"""`retoure connector` and `retoure simulate`: what they refuse, and what they show."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from dataclasses import replace
from typing import Any

import httpx
import pytest

from retoure.connectors.generic import folder
from retoure.connectors.generic.folder import FolderConnector
from retoure.connectors.kit import Call as Made
from retoure.connectors.kit import Json, Settled, Wiring

from ..plain import PLAIN
from .conftest import Call


def test_every_connector_says_what_it_is(call: Call) -> None:
    found = json.loads(call("connector", "list", "--json").stdout)
    assert {"scayle", "reveni", "rest", "webhook", "folder", "sql"} <= {row["name"] for row in found}
    assert all(row["summary"] and not row["problem"] for row in found)


@pytest.mark.parametrize(
    ("name", "said"), [("scale", "did you mean `scayle`?"), ("memory", "brings nothing to try it on")]
)
def test_what_cannot_be_checked(call: Call, name: str, said: str) -> None:
    result = call("connector", "check", name)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_check_as_a_table(call: Call) -> None:
    result = call("connector", "check", "folder")
    assert result.exit_code == 0
    assert "idempotency-true" in result.stdout
    assert "it speaks no HTTP" in result.stdout
    assert re.fullmatch(r"folder: \d+ kept, 0 broken, \d+ not applicable", result.stdout.splitlines()[-1])


class Hopeful(FolderConnector):
    """Takes what it does not know for done."""

    async def settle(self, call: Made, plan: Json = None) -> Settled:
        return Settled.APPLIED


def test_a_broken_rule_ends_with_1(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def build(wiring: Wiring) -> Hopeful:
        return Hopeful(wiring.required(), wiring.folder / wiring.option("folder"))

    monkeypatch.setattr(folder, "KIND", replace(folder.KIND, build=build))
    result = call("connector", "check", "folder")
    assert result.exit_code == 1
    assert "doubt-settled: bookings.add is said to be applied before it is sent" in result.stderr


@pytest.mark.parametrize(
    ("switch", "said"),
    [("sgnature=valid", "is not a switch"), ("signature=maybe", "cannot be 'maybe'"), ("signature", "NAME=VALUE")],
)
def test_a_switch_there_is_not(call: Call, switch: str, said: str) -> None:
    result = call("simulate", "reveni", "--switch", switch)
    assert result.exit_code == 2
    assert said in result.stderr


def test_switches_are_listed_as_they_would_be(call: Call) -> None:
    shown = call("simulate", "scayle", "--switches", "--switch", "unknown_variant=410", "--switch", "webhook_lost=true")
    lines = dict(line.split(maxsplit=1) for line in shown.stdout.splitlines() if line[:1].strip())
    assert (lines["unknown_variant"], lines["webhook_lost"]) == ("410", "true")


def simulated(platform: str) -> dict[str, Any]:
    """The books of a simulator that began with a generated day."""
    command = [sys.executable, "-m", "retoure_cli", "simulate", platform, "--days", "1", "--first-day", "2026-11-02"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        try:
            books: dict[str, Any] = httpx.get(f"{url}/_sim/books", verify=PLAIN).json()
        finally:
            process.send_signal(signal.SIGTERM)
    return books


def test_generated_days_of_both_platforms_fit_together() -> None:
    orders = {str(order["id"]) for order in simulated("scayle")["orders"]}
    returned = {made["order"]["external_id"] for made in simulated("reveni")["returns"]}
    assert len(orders) == 20
    assert len(returned) > 10
    assert returned < orders
