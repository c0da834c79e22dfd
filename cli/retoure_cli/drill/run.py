"""The drill from beginning to end: a quiet day, the damage, the audits, the verdict."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from retoure import data_folder

from ..demo.platforms import Platform, Platforms, simulated
from ..demo.play import Stuck
from ..demo.run import MAPPING
from ..demo.service import SECRETS, Pace, Service, serving
from .damages import DAMAGES, SILENCE, TWICE, Damage
from .looking import Watcher
from .quiet import Quiet, QuietDay, planned
from .shop import Shop, Subject
from .verdict import Verdict, judged

GRACE: Final = 1.0  # seconds that a return rests after its last change, before audits speak of it
PATIENCE: Final = 60.0
SHORT, USUAL = timedelta(seconds=GRACE), timedelta(hours=1)  # the least silence, on a short day and in a deployment
SILENCE_PATIENCE: Final = 600.0  # the watch waits for three times the longest pause of the day
ROUNDS: Final = 3  # audits after the damage: the first takes in news, the next heal, the last says whether it helped
PATIENT_ROUNDS: Final = 10
SENDERS: Final = 16  # webhooks on their way at a time
READ_TIMEOUT: Final = 30.0  # seconds: a platform that is busy with a day is not down
TOLD: Final = 1000  # a word after so many returns

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Drilled:
    """What the drill came to; `usual` are undamaged returns, and the seconds say what took how long."""

    verdict: Verdict
    usual: int
    played: float
    quiet: float
    found: float


def drill(seed: int, returns: int, tell: Tell) -> Drilled:
    """Plays a day with so many undamaged returns; its books stay where not all is as it should be. Raises
    ServiceFailed, Stuck.
    """
    folder, passed = Path(tempfile.mkdtemp(prefix="retoure-drill-")), False
    try:
        drilled = _drilled(folder, seed, returns, tell)
        passed = drilled.verdict.passed
        return drilled
    finally:
        if passed:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            tell(f"the books of this day stay in {folder}")


def _drilled(folder: Path, seed: int, returns: int, tell: Tell) -> Drilled:
    pace = Pace(grace=GRACE, poll=0.1, read_timeout=READ_TIMEOUT)
    mapping = data_folder("mappings") / MAPPING
    with simulated(seed) as platforms, serving(folder, platforms, mapping, pace) as service:
        platforms.subscribe_shop(service.url)
        for each in (platforms.reveni, platforms.scayle):
            each.ask("PATCH", "/switches", {"webhook_senders": SENDERS})
        return Drill(platforms, service, tell).run(seed, returns)


class Drill:
    """Both platforms, the service between them, and what is told on the way."""

    def __init__(self, platforms: Platforms, service: Service, tell: Tell) -> None:
        self._platforms, self._service, self._tell = platforms, service, tell
        self._watcher = Watcher(service.deployment, SECRETS)
        self._shop = Shop(platforms)

    def run(self, seed: int, returns: int) -> Drilled:
        """The day, the audits of it, the damage, and the audits after that."""
        began = time.monotonic()
        usual = self._quiet_day(seed, returns)
        before = datetime.now(UTC)
        subjects = [(damage, self._shop.made(damage.case, damage.sku)) for damage in DAMAGES]
        self._settle()
        played = time.monotonic() - began
        self._tell(f"{returns + len(subjects)} returns played in {played:.0f} s")
        silent = self._silence()
        quiet = self._timed(1)
        self._tell(f"nothing is damaged yet: {self._watcher.compared} comparisons in {quiet:.0f} s")
        done = [silent, *self._damaged(subjects)]
        found = self._timed(ROUNDS, before)
        self._watcher.silence(USUAL)
        self._watcher.settle(self._platforms.reveni.ask("GET", "/invoice")["lines"])
        asked = {each.number: each.asked for each in usual}
        verdict = judged(done, self._watcher.seen(), asked)
        self._explain(verdict, usual)
        return Drilled(verdict, returns, played, quiet, found)

    def _explain(self, verdict: Verdict, usual: list[Quiet]) -> None:
        """Says what a return is that something was told of without reason, and what people are asked about it."""
        ways = {each.number: each.what for each in usual}
        for subject in (text.partition(":")[0] for text in verdict.false):
            for reason in self._watcher.reasons(subject) or ["nothing is open any more"]:
                self._tell(f"{subject} ({ways.get(subject, 'none of the quiet day')}): {reason}")

    def _quiet_day(self, seed: int, returns: int) -> list[Quiet]:
        """All returns of the day, those that are corrected afterwards included."""
        day = QuietDay(self._platforms)
        self._shop.furnish()
        day.furnish()
        usual: list[Quiet] = []
        for each in day.play(planned(seed, returns)):
            usual.append(each)
            if len(usual) % TOLD == 0:
                self._tell(f"{len(usual)} of {returns} returns are at Reveni")
        self._settle()
        for each in usual:
            if each.afterwards is not None:
                each.afterwards()
        return usual

    def _silence(self) -> tuple[Damage, frozenset[str]]:
        """Waits until the watch over silence speaks, for a while."""
        self._watcher.began = time.monotonic()
        until = self._watcher.began + SILENCE_PATIENCE
        while "reveni" not in self._watcher.told and time.monotonic() < until:
            time.sleep(GRACE)
            self._watcher.silence(SHORT)
        return SILENCE, frozenset({"reveni"})

    def _damaged(self, subjects: list[tuple[Damage, Subject]]) -> list[tuple[Damage, frozenset[str]]]:
        """Does all the damage; each with the names of what it is about."""
        self._watcher.began = time.monotonic()
        done = []
        for damage, subject in subjects:
            other = damage.strike(subject)
            about = other or subject
            done.append((damage, frozenset({about.number, str(about.order)})))
        self._settle()
        for damage, subject in subjects:
            if damage.then is not None:
                damage.then(subject)
            if damage.kind == TWICE:
                self._watcher.look_at_repeats(subject.number)
        self._settle()
        self._watcher.look()
        return done

    def _timed(self, rounds: int, before: datetime | None = None) -> float:
        """Audits until there is nothing under way, at least so often; how many seconds that took.

        With `before` they compare what has happened since that moment, without it everything the first time.
        """
        began, first = time.monotonic(), datetime.now(UTC)
        for number in range(PATIENT_ROUNDS):
            time.sleep(GRACE)
            found = self._watcher.audit(before if before is not None or not number else first)
            self._settle()
            if number + 1 >= rounds and not any(run.under_way for run in found.runs):
                break
        self._watcher.look()
        return time.monotonic() - began

    def _settle(self) -> None:
        """Returns once no webhook is under way and nothing waits in the engine. Raises Stuck when that stands still.

        The slower the engine is to say how it stands, the less often it is asked.
        """
        until, before = time.monotonic() + PATIENCE, None
        while True:
            delivered = all(each.post("/webhooks/wait", {"seconds": 0.05})["idle"] for each in self._both)
            asked = time.monotonic()
            standing = self._service.status()
            took = time.monotonic() - asked
            if delivered and standing is not None and not _waits(standing):
                return
            if standing != before:
                until, before = time.monotonic() + PATIENCE, standing
            if time.monotonic() > until:
                raise Stuck(f"the engine did not come to an end: {standing}")
            self._service.check()
            time.sleep(min(5.0, 20 * took))

    @property
    def _both(self) -> tuple[Platform, Platform]:
        return self._platforms.reveni, self._platforms.scayle


def _waits(status: Mapping[str, Any]) -> bool:
    """Whether anything is still to be done in the engine."""
    counts = [status.get(what, {}) for what in ("events", "effects")]
    return any(found.get(state, 0) for found in counts for state in ("waiting", "sending"))
