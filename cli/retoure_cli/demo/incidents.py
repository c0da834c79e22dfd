"""What goes wrong in the course of the day, and what sets it right again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from .platforms import Platforms
from .service import Engine

RETURN_ITEMS: Final = "/fulfillment/return-items$"
NOTES: Final = "/legacy-custom-data$"


@dataclass(frozen=True)
class Scene:
    """What an incident can touch. `struck` counts the faults that hit a call, by kind."""

    platforms: Platforms
    service: Engine
    struck: Counter[str] = field(default_factory=Counter)

    def clear_faults(self) -> None:
        """Ends all faults, after counting whom they hit."""
        for platform in (self.platforms.scayle, self.platforms.reveni):
            for fault in platform.ask("GET", "/faults")["faults"]:
                name = str(fault["status"]) if fault["kind"] == "status" else fault["kind"].replace("_", " ")
                self.struck[name] += fault["hits"]
            platform.ask("DELETE", "/faults")


@dataclass(frozen=True)
class Incident:
    """Something that happens at an hour. `shown` is what the board says from now on, empty for nothing special."""

    at: float
    what: str
    do: Callable[[Scene], None]
    shown: str = ""


def _throttle(scene: Scene) -> None:
    scene.platforms.scayle.fault(kind="status", status=429, method="GET", times=6)


def _down(scene: Scene) -> None:
    scene.platforms.scayle.fault(kind="status", status=503, times=None)


def _up(scene: Scene) -> None:
    scene.clear_faults()


def _lose_answers(scene: Scene) -> None:
    scayle = scene.platforms.scayle
    scayle.fault(kind="drop_after", method="POST", path=RETURN_ITEMS, times=3)
    scayle.fault(kind="timeout_after", method="POST", path=RETURN_ITEMS, times=1, skip=1)
    scayle.fault(kind="drop_after", method="POST", path="/stocks$", times=2)
    scayle.fault(kind="timeout_after", method="POST", path="/orders$", times=1)
    scayle.fault(kind="drop_after", method="PATCH", path="/billing-status$", times=2)
    scene.platforms.reveni.fault(kind="timeout_before", method="GET", times=1)
    scene.platforms.reveni.fault(kind="html_502", method="GET", times=2)


def _refuse_note(scene: Scene) -> None:
    scene.platforms.scayle.fault(kind="status", status=400, method="PUT", path=NOTES, times=1)


def _kill(scene: Scene) -> None:
    scene.service.kill()


def _restart(scene: Scene) -> None:
    scene.service.launch()


def _hold_back(scene: Scene) -> None:
    scene.platforms.reveni.ask("PATCH", "/switches", {"hold_deliveries": True})


def _release(scene: Scene) -> None:
    scene.platforms.reveni.ask("PATCH", "/switches", {"hold_deliveries": False})
    scene.platforms.reveni.post("/webhooks/release", {"reversed": True})


INCIDENTS: Final = (
    Incident(9.5, "SCAYLE answers 429 to six calls", _throttle),
    Incident(10.5, "SCAYLE is down: every call gets 503", _down, "SCAYLE is down"),
    Incident(11.3, "SCAYLE is back", _up),
    Incident(12.0, "answers get lost: SCAYLE does its work, nobody hears of it", _lose_answers),
    Incident(14.5, "kill -9 of the running engine; webhooks find nobody", _kill, "engine killed"),
    Incident(15.0, "the engine starts again on the same database", _restart),
    Incident(16.0, "Reveni holds its webhooks back", _hold_back, "webhooks held back"),
    Incident(16.55, "SCAYLE refuses the next note with 400: that makes a dead letter", _refuse_note),
    Incident(16.6, "Reveni sends them, the newest first", _release),
)
