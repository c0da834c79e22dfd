"""A day of returns, played on both simulators in a few seconds: every step of the demo's plan, without its faults."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from retoure import Runner
from retoure_cli.demo.plan import DISCONTINUED, Day, Step, Story, catalogue, orders, plan, request
from retoure_cli.demo.platforms import API_KEY, STORE, TOKEN, Platforms, simulated

from ..embedding.shop import DEPLOYMENT, MAPPING, SECRETS, webhook

SETTINGS = "settings: {restocks: engine, exchanges: engine, warehouse: main-warehouse}\n"


@dataclass
class Played:
    """Both platforms after the day, and the deployment whose books hold it. `ids` names returns by their stories."""

    platforms: Platforms
    file: Path
    day: Day
    ids: dict[str, str] = field(default_factory=dict)

    def furnish(self) -> dict[str, int]:
        """The morning's catalogue and orders; the order of each story."""
        self.platforms.scayle.post("/variants", catalogue())
        made = {name: self.platforms.scayle.post("/orders", order)["id"] for name, order in orders(self.day)}
        self.platforms.scayle.post(f"/variants/{DISCONTINUED}/discontinue")
        return made

    def play(self) -> None:
        """Every step, its webhook accepted at once; a correction waits until what came before it is booked."""
        numbers = self.furnish()
        with Runner.from_deployment(self.file) as runner:
            for step, story in self.day.steps():
                if step.after_booked:
                    runner.drain(wait=True)
                made = self._step(step, story, numbers)
                if made is not None:
                    runner.accept("reveni", *webhook(made, event=made["updated_at"], key=API_KEY))
            runner.drain(wait=True)

    def _step(self, step: Step, story: Story, numbers: dict[str, int]) -> Any:
        """The return after it; None for steps that only deliver a webhook anew."""
        reveni, path = self.platforms.reveni, f"/returns/{self.ids.get(story.name)}"
        match step.do:
            case "create":
                made = reveni.post("/returns", request(story, numbers[story.shares or story.name]))
                self.ids[story.name] = made["id"]
                return made
            case "judge":
                items = reveni.ask("GET", path)["return_items"]
                judged = [
                    {"item_id": items[line]["id"], "quantity": count, "status": status}
                    for line, count, status in step.say["verdicts"]
                ]
                reveni.post(f"{path}/validate", {"items": judged})
            case "correct":
                item = reveni.ask("GET", path)["return_items"][step.say["line"]]["id"]
                reveni.post(f"{path}/correct", {"item_id": item, "status": step.say["status"]})
            case "move":
                return reveni.post(f"{path}/move", step.say)
            case _:
                return None
        return reveni.ask("GET", path)

    def books(self) -> Any:
        """What SCAYLE really booked."""
        return self.platforms.scayle.books()


@contextmanager
def played_day(folder: Path, returns: int, seed: int = 7) -> Iterator[Played]:
    """The day, played. The secrets of the deployment must be in the environment: see ENVIRONMENT."""
    with simulated(seed) as platforms:
        reveni = f"{platforms.reveni.url}/merchants/v0/stores/{STORE}"
        text = DEPLOYMENT.format(mapping=MAPPING, scayle=platforms.scayle.url, reveni=reveni) + SETTINGS
        file = folder / "retoure.yaml"
        text = text.replace("sim-store", STORE).replace("poll: 0.05", "poll: 0.05, pace: 100")
        file.write_text(text, encoding="utf-8")
        found = Played(platforms, file, plan(seed, returns))
        found.play()
        yield found


ENVIRONMENT = {**SECRETS, "SCAYLE_TOKEN": TOKEN, "REVENI_TOKEN": API_KEY}
