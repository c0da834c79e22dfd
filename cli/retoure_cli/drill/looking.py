"""What the product says: its audits, run as `retoure audit` runs them, and the questions that are open."""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from retoure import AsyncRunner, Hold, load_deployment, open_store
from retoure.auditing import Audited, Finding, Manner, audit_all
from retoure.reports import Made, period_of, read_returns
from retoure.settlement import Terms, read_invoice, settlement

from ..mapping_files import read_mapping
from .damages import BILLED, TWICE
from .verdict import Seen

BILLED_ONCE: Final = "b"
"""The check of the settlement that each return has one line of a kind. What a damaged return comes to in others is not
looked at: they add up what was damaged, too.
"""


class Watcher:
    """Collects what is told of each subject, and when; `began` is the moment of the damage."""

    def __init__(self, deployment: Path, secrets: Mapping[str, str]) -> None:
        self._deployment, self._secrets = deployment, secrets
        self.told: defaultdict[str, dict[str, float]] = defaultdict(dict)
        self._asked: defaultdict[str, set[str]] = defaultdict(set)
        self.began = time.monotonic()
        self.compared = 0

    def audit(self, changed: datetime | None = None) -> Audited:
        """Runs all audits once, beside the service: of everything, or of what has changed since a moment."""
        found = asyncio.run(self._audited(Manner(changed)))
        self.compared += sum(run.compared for run in found.runs)
        for finding in _findings(found):
            self._note(finding.subject, finding.kind)
        return found

    def silence(self, least: timedelta) -> None:
        """Has the watch over silence look, to which no silence is shorter than `least`."""
        asyncio.run(self._silent(least))
        self.look()

    async def _silent(self, least: timedelta) -> None:
        async with AsyncRunner.from_deployment(self._deployment, environment=self._secrets) as runner:
            await runner.watch_silence(least)

    def look(self) -> None:
        """Notes the questions that audits, or the guard, have opened by now."""
        for hold in self._holds():
            if hold.difference:
                self._note(hold.subject, hold.difference)
                self._asked[hold.subject].add(hold.team)

    def look_at_repeats(self, subject: str) -> None:
        """Notes whether the journal says that something was told of a return more than once."""
        with closing(open_store(load_deployment(self._deployment), create=False)) as store:
            if any(event["repeats"] for event in store.story(subject).events):
                self._note(subject, TWICE)

    def settle(self, lines: list[dict[str, str]]) -> None:
        """Holds an invoice of Reveni with these lines against the journal: notes what was billed more than once."""
        file = self._deployment.with_name("invoice.json")
        file.write_text(json.dumps(lines), encoding="utf-8")
        invoice, now = read_invoice([file], read_mapping(Path("reveni_invoice"))), datetime.now(UTC)
        period = period_of(None, None, "UTC", now)
        with closing(open_store(load_deployment(self._deployment), create=False)) as store:
            returns = list(read_returns(store, period, store.subjects()))
        report = settlement(invoice, returns, Made("drill", now, period), Terms())
        for check, subject, *_ in report.table("findings").rows:
            if check == BILLED_ONCE:
                self._note(str(subject), BILLED)

    def seen(self) -> dict[str, Seen]:
        """All that was told of each subject, and whose the questions and letters are that are open now."""
        owners = defaultdict(set)
        for subject, owner in self._open():
            owners[subject].add(owner)
        return {
            each: Seen(self.told.get(each, {}), frozenset(owners[each]), frozenset(self._asked[each]))
            for each in {*self.told, *owners}
        }

    def reasons(self, subject: str) -> list[str]:
        """Why people are asked about a subject now, and what lies in queues of it."""
        with closing(open_store(load_deployment(self._deployment), create=False)) as store:
            asked = [f"{hold.kind} {hold.rule}: {hold.reason}" for hold in store.holds(subject=subject)]
            return asked + [f"{letter.id} {letter.what}: {letter.error}" for letter in store.letters(subject=subject)]

    def _note(self, subject: str, kind: str) -> None:
        self.told[subject].setdefault(str(kind), time.monotonic() - self.began)

    async def _audited(self, manner: Manner) -> Audited:
        async with AsyncRunner.from_deployment(self._deployment, environment=self._secrets) as runner:
            return await audit_all(runner, manner=manner)

    def _holds(self) -> tuple[Hold, ...]:
        with closing(open_store(load_deployment(self._deployment), create=False)) as store:
            return store.holds()

    def _open(self) -> Iterator[tuple[str, str]]:
        with closing(open_store(load_deployment(self._deployment), create=False)) as store:
            yield from ((hold.subject, hold.team) for hold in store.holds())
            yield from ((letter.subject, letter.queue) for letter in store.letters() if letter.queue)


def _findings(found: Audited) -> Iterable[Finding]:
    yield from found.unheard
    for run in found.runs:
        yield from run.differences
