"""The fault matrix of docs/platforms.md, played row by row: connectors against both simulators over real sockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from retoure.connectors.port import CallFailed, Connector
from retoure.connectors.scayle.bulk import Pace
from retoure.connectors.simulators import ReveniSimulator, ScayleSimulator, SimulatorServer
from retoure.connectors.simulators.reveni.switches import Switches as ReveniSwitches
from retoure.connectors.simulators.scayle.switches import Switches as ScayleSwitches

from ..connectors.conftest import Platform, ReveniPlatform, ScaylePlatform
from .plays import REVENI, SCAYLE, Calls, prepare

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "platforms.md").read_text(encoding="utf-8")
QUICK = Pace(chunk=2, first=0.001, longest=0.05, patience=0.1)
SWITCHES = {"scayle": ScayleSwitches, "reveni": ReveniSwitches}


def rows(title: str) -> Sequence[Sequence[str]]:
    text = PAGE.partition(f"\n### {title}\n")[2].partition("\n#")[0]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
    return cells[2:]


FAULTS = [
    (wrong, play, said)
    for wrong, *ends in rows("Faults of the line")
    for play, said in zip(("an order is read", "a unit comes back", "a return is read", "a verdict"), ends, strict=True)
]
TURNED = [*rows("Switches of SCAYLE, turned"), *rows("Switches of Reveni, turned")]


@pytest.fixture(scope="module")
def scayle_server() -> Iterator[ScaylePlatform]:
    with SimulatorServer(ScayleSimulator(seed=5)) as server:
        platform = ScaylePlatform(server.url)
        prepare(platform)
        yield platform


@pytest.fixture(scope="module")
def reveni_server() -> Iterator[ReveniPlatform]:
    with SimulatorServer(ReveniSimulator(seed=5)) as server:
        yield ReveniPlatform(server.url)


@pytest.fixture
def platforms(scayle_server: ScaylePlatform, reveni_server: ReveniPlatform) -> tuple[ScaylePlatform, ReveniPlatform]:
    """Both, with nothing planned and nothing turned."""
    for platform in (scayle_server, reveni_server):
        platform.admin("DELETE", "/faults")
        platform.admin("PUT", "/switches", {})
    return scayle_server, reveni_server


def played(platforms: tuple[ScaylePlatform, ReveniPlatform], wrong: str, play: str) -> str:
    """How the last call of a play ends where this is wrong: `INVALID`, `TIMEOUT`, unknown, done."""
    scayle, reveni = platforms
    connector: Connector
    if play in SCAYLE:
        calls, connector = SCAYLE[play](scayle), scayle.connector(read_timeout=0.3, pace=QUICK)
    else:
        calls, connector = REVENI[play](reveni), impatient(reveni)
    turn(scayle if play in SCAYLE else reveni, wrong)
    return asyncio.run(ended(connector, calls))


def impatient(reveni: ReveniPlatform) -> Connector:
    """A connector that may call what nobody has published."""
    return reveni.connector(read_timeout=0.3, undocumented=True, instant_check="instant-check")


def turn(platform: Platform, wrong: str) -> None:
    """Plans a fault (`drop_after`, `status` 500) or turns a switch (`unknown_return_key` = 400)."""
    name, mark, value = wrong.replace("`", "").partition(" = ")
    if mark:
        platform.admin("PATCH", "/switches", {name: spoken(value)})
        return
    kind, _, status = name.partition(" ")
    platform.fault(kind, times=None, seconds=2.0, **({"status": int(status)} if status else {}))


def spoken(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


async def ended(connector: Connector, calls: Calls) -> str:
    said = ""
    for call in calls:
        try:
            await connector.send(call, await connector.plan(call))
            said = "done"
        except CallFailed as failed:
            said = f"`{failed.error}`{', unknown' if failed.outcome_unknown else ''}"
    await connector.aclose()
    return said


@pytest.mark.parametrize(("wrong", "play", "said"), FAULTS)
def test_faults_of_the_line(platforms: tuple[ScaylePlatform, ReveniPlatform], wrong: str, play: str, said: str) -> None:
    assert played(platforms, wrong, play) == said


@pytest.mark.parametrize(("wrong", "play", "said"), TURNED)
def test_switches_turned(platforms: tuple[ScaylePlatform, ReveniPlatform], wrong: str, play: str, said: str) -> None:
    assert played(platforms, wrong, play) == said


def test_every_play_is_in_the_matrix() -> None:
    assert {play for _, play, _ in (*FAULTS, *TURNED)} == {*SCAYLE, *REVENI}
