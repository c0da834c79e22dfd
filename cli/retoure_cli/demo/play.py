"""Plays the day: steps and incidents at their hours, then waits until the engine has nothing left to do."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from .comparison import APPROVED, by_scayle
from .incidents import INCIDENTS, Incident, Scene
from .plan import CLOSE, DISCONTINUED, OPEN, Day, Json, Step, Story, catalogue, orders, request

TICK: Final = 0.05
PATIENCE: Final = 45.0
"""Seconds a day waits for the engine before it says that something is stuck."""

WORK: Final = ("waiting", "sending")


class Stuck(Exception):
    """The engine did not come to an end; the text says what it still had to do."""


@dataclass
class Progress:
    """What there is to see at a moment. `statuses` are Reveni's, by return; `standing` are the engine's own counts."""

    hour: float = OPEN
    statuses: dict[str, str] = field(default_factory=dict)
    standing: Mapping[str, Any] = field(default_factory=dict)
    up: bool = True
    shown: str = ""
    deliveries: int = 0
    duplicates: int = 0
    waiting_for: str = ""

    @property
    def left(self) -> int:
        """Events and effects still to be worked off."""
        counts = [self.standing.get(what, {}) for what in ("events", "effects")]
        return sum(found.get(state, 0) for found in counts for state in WORK)

    @property
    def by_status(self) -> Counter[str]:
        """How many returns stand where."""
        return Counter(self.statuses.values())


class Player:
    """Drives both simulators through their admin APIs. `look` is called many times a second, `tell` for every event."""

    def __init__(
        self,
        scene: Scene,
        day: Day,
        look: Callable[[Progress], None],
        tell: Callable[[float, str], None],
        incidents: Sequence[Incident] = INCIDENTS,
        patience: float = PATIENCE,
    ) -> None:
        self._scene = scene
        self._day = day
        self._look = look
        self._tell = tell
        self._incidents = incidents
        self._patience = patience
        self._reveni = scene.platforms.reveni
        self._scayle = scene.platforms.scayle
        self._orders: dict[str, int] = {}
        self._ids: dict[str, str] = {}  # stories' names to Reveni's ids
        self._late: list[tuple[Step, Story]] = []
        self._looked = self._counted = 0.0
        self.progress = Progress()

    def furnish(self) -> None:
        """The morning: catalogue, stock, and the orders of the last week."""
        self._scayle.post("/variants", catalogue())
        for name, order in orders(self._day):
            self._orders[name] = self._scayle.post("/orders", order)["id"]
        self._scayle.post(f"/variants/{DISCONTINUED}/discontinue")

    @property
    def stories(self) -> dict[str, str]:
        """What each return is about, by Reveni's id."""
        return {self._ids[story.name]: story.what for story in self._day.stories if story.name in self._ids}

    def play(self, seconds: float) -> None:
        """The day in so many seconds. Raises Stuck, ServiceFailed."""
        agenda: list[tuple[float, Callable[[], None]]] = []
        agenda += [(step.at, partial(self._step, step, story)) for step, story in self._day.steps()]
        agenda += [(incident.at, partial(self._incident, incident)) for incident in self._incidents]
        begun = time.monotonic()
        for hour, act in sorted(agenda, key=lambda entry: entry[0]):
            while (now := _hour(begun, seconds)) < hour:
                self._pass_time(now)
            act()
        self._until(lambda: not self._late, "corrections wait until SCAYLE has booked the first verdict")

    def finish(self) -> int:
        """Waits for the end of all work, has dead letters replayed once, and waits again. How many were replayed."""
        self.settle()
        self._scene.clear_faults()
        replayed = 0
        for queue, count in dict(self.progress.standing.get("queues", {})).items():
            self._tell(CLOSE, f"operations replays {count} of {queue}")
            replay(self._scene.service.deployment, queue)
            replayed += count
        if replayed:
            time.sleep(2 * TICK)
            self.settle()
        return replayed

    def settle(self) -> None:
        """Returns once no webhook is under way and nothing waits in the engine. Raises Stuck."""
        self._until(self._idle, "the engine works off retries and what came in last")

    def _idle(self) -> bool:
        """First Reveni, then the engine: what was delivered last must be among what the engine counts."""
        told = self._reveni.post("/webhooks/wait", {"seconds": TICK})["idle"]
        if told:
            self._looked = 0.0
        self._refresh()
        return bool(told and self.progress.up and self.progress.standing and not self.progress.left)

    # --- steps

    def _step(self, step: Step, story: Story) -> None:
        if step.after_booked and not self._booked(story.name):
            self._late.append((step, story))
            return
        answer = self._create(story) if step.do == "create" else self._say(step, story)
        if isinstance(answer, dict) and "status" in answer:
            self.progress.statuses[story.name] = answer["status"]

    def _create(self, story: Story) -> Json:
        made: Json = self._reveni.post("/returns", request(story, self._orders[story.shares or story.name]))
        self._ids[story.name] = made["id"]
        return made

    def _say(self, step: Step, story: Story) -> Any:
        number = self._ids[story.name]
        path = f"/returns/{number}"
        match step.do:
            case "judge":
                return self._reveni.post(f"{path}/validate", {"items": self._verdicts(number, step)})
            case "correct":
                item = self._reveni.ask("GET", path)["return_items"][step.say["line"]]["id"]
                return self._reveni.post(f"{path}/correct", {"item_id": item, "status": step.say["status"]})
            case "late":
                return self._reveni.post(f"{path}/deliver", step.say)
            case "repeat":
                return self._repeat(number, step.say)
        return self._reveni.post(f"{path}/move", step.say)

    def _verdicts(self, number: str, step: Step) -> list[Json]:
        items = self._reveni.ask("GET", f"/returns/{number}")["return_items"]
        return [
            {"item_id": items[line]["id"], "quantity": count, "status": status}
            for line, count, status in step.say["verdicts"]
        ]

    def _repeat(self, number: str, say: Json) -> None:
        for event in self._reveni.books()["events"]:
            if event["resource_id"] == number:
                self._reveni.post(f"/webhooks/{event['id']}/redeliver", say)

    def _booked(self, name: str) -> bool:
        """Whether SCAYLE shows the newest status of a return, and every unit that is to be refunded as returned."""
        number, order = self._ids[name], self._orders[name]
        now = self._reveni.ask("GET", f"/returns/{number}")
        shop = self._scayle.ask("GET", f"/orders/{order}")
        note = ((shop.get("legacyCustomData") or {}).get("retoure") or {}).get(f"return-{number}", {})
        lines = [line for line in now["return_items"] if line["status"] == "accepted" and by_scayle(now, line)]
        due = sum(line["quantity"] for line in lines) if now["status"] in APPROVED else 0
        back = sum("returnedAt" in item for item in shop["items"])
        return bool(note.get("status") == now["status"] and back >= due)

    def _incident(self, incident: Incident) -> None:
        self._tell(incident.at, incident.what)
        incident.do(self._scene)
        self.progress.shown = incident.shown

    # --- time

    def _pass_time(self, hour: float) -> None:
        self.progress.hour = hour
        self._refresh()
        self._retry_late()
        self._look(self.progress)
        time.sleep(TICK)

    def _retry_late(self) -> None:
        waiting, self._late = self._late, []
        for step, story in waiting:
            self._step(step, story)

    def _until(self, done: Callable[[], bool], what: str) -> None:
        begun = time.monotonic()
        self.progress.waiting_for = what
        while not done():
            if time.monotonic() - begun > self._patience:
                raise Stuck(f"waited {self._patience:.0f} s: {what}; the engine says {dict(self.progress.standing)}")
            self._pass_time(CLOSE)
        self.progress.waiting_for = ""

    def _refresh(self) -> None:
        """Asks the engine how it stands a few times a second, and Reveni what it sent about once."""
        now = time.monotonic()
        if now - self._looked < 0.2:
            return
        self._looked = now
        standing = self._scene.service.status()
        self.progress.up = standing is not None
        self.progress.standing = standing or self.progress.standing
        self._scene.service.check()
        if now - self._counted > 1.0:
            self._counted = now
            self._count_deliveries()

    def _count_deliveries(self) -> None:
        taken = [entry["eventId"] for entry in self._reveni.books()["deliveries"] if 200 <= entry["answer"] < 300]
        self.progress.deliveries = len(taken)
        self.progress.duplicates = len(taken) - len(set(taken))


def replay(deployment: Any, queue: str) -> None:
    """`retoure queue replay --queue QUEUE`, as operations would type it."""
    command = [
        sys.executable,
        "-m",
        "retoure_cli",
        "queue",
        "replay",
        "--deployment",
        str(deployment),
        "--queue",
        queue,
    ]
    subprocess.run(command, check=True, capture_output=True)


def _hour(begun: float, seconds: float) -> float:
    return OPEN + (CLOSE - OPEN) * (time.monotonic() - begun) / seconds
