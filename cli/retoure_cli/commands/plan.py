"""`retoure plan`: what would a mapping send, and what would change with another version of it?"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from retoure import CompiledMapping
from retoure.planning import Journey, NotPlayed, Player, ReturnDifference, ReturnPlan, compared, file_finder, planned

from .. import plan_text
from ..completing import MappingPath
from ..failures import TO_DO
from ..mapping_files import compiled_for
from ..options import json_option, personal_option, settings_option, tenant_option
from ..output import console, plain, say
from ..traffic_source import Given, given_of, journeys, told
from ..words import MOMENT

SOMETHING = 2


@click.command()
@click.argument("mapping", type=MappingPath())
@click.option("--event", "events", multiple=True, type=click.Path(path_type=Path), metavar="FILE|FOLDER",
              help="A webhook body or a record as JSON, or a folder of them; repeat for several.")  # fmt: skip
@tenant_option
@click.option("--journal", type=click.Path(path_type=Path, dir_okay=False), metavar="DATABASE",
              help="Recorded traffic: the database of a deployment.")  # fmt: skip
@click.option("--deployment", "deployment_file", type=click.Path(path_type=Path, dir_okay=False, exists=True),
              metavar="FILE", help="The database and the settings of this deployment file.")  # fmt: skip
@click.option("--against", type=MappingPath(), metavar="MAPPING",
              help="Show only what differs from this mapping over the same traffic.")  # fmt: skip
@click.option("--answers", type=click.Path(path_type=Path, file_okay=False, exists=True), metavar="FOLDER",
              help="Recorded answers to reads that the traffic does not hold.")  # fmt: skip
@click.option("--stand-in/--no-stand-in", default=True, help="With --event: make up an order where none is recorded.")
@settings_option
@click.option("--return", "only", default="", metavar="ID", help="Only this return.")
@click.option("--now", type=MOMENT, help="With --event: the moment to play at, such as 2026-03-07T12:00:00Z.")
@personal_option
@json_option
@click.pass_context
def command(
    ctx: click.Context, mapping: Path, events: tuple[Path, ...], journal: Path | None, deployment_file: Path | None,
    against: Path | None, answers: Path | None, stand_in: bool, settings: tuple[str, ...], only: str,
    now: datetime | None, personal: bool, as_json: bool,
) -> None:  # fmt: skip
    """Show what a mapping would send, field by field, before and after; nothing is sent and no platform is asked.

    With --event, before is what an earlier event of the same return wanted. With a journal, the last decision of every
    return is made once more by this mapping, and before is what was applied. With --against, all traffic is played
    through both mappings from its beginning, and only differences are shown.

    Exit code 0: nothing would change. 2: something would. 1: an event or an answer cannot be read.

    \b
    Examples:
      retoure plan mappings/reveni_to_scayle --event received.json --event accepted.json
      retoure plan returns.rmap --deployment retoure.yaml
      retoure plan returns.rmap --against released.rmap --journal retoure.db
    """
    moment = (now or datetime.now(UTC)).replace(tzinfo=UTC)
    given = given_of(events, journal, deployment_file, answers, moment, only)
    program = compiled_for(mapping, given.deployment, settings)
    other = compiled_for(against, given.deployment, settings, strict=False) if against else None
    plan = _Plan(given, stand_in=stand_in, personal=personal)
    something = plan.compare(other, program, as_json) if other else plan.plan(program, as_json)
    told(plan.refused)
    for why in plan.broken:
        say(why, style="bold red", error=True)
    unreadable = plan.broken or any(item.wrong for item in plan.refused)
    ctx.exit(TO_DO if unreadable else SOMETHING if something else 0)


@dataclass
class _Plan:
    """One run of the command: plays return by return, so that a journal of any length fits into memory."""

    given: Given
    stand_in: bool
    personal: bool
    counts: Counter[str] = field(default_factory=Counter)
    refused: tuple[NotPlayed, ...] = ()
    broken: dict[str, None] = field(default_factory=dict)
    """Why files that should hold answers cannot be read, each told once."""

    def plan(self, program: CompiledMapping, as_json: bool) -> bool:
        """Prints the plan; whether there is something to do."""
        player, out = self._player(program), console()

        def play(journey: Journey) -> ReturnPlan | None:
            found = planned(player, journey, personal=self.personal)
            plan_text.count(found, self.counts)
            return found if found.does_something else None

        self._run(program, play, lambda found: plan_text.tell(found, out), as_json, all_of_it=False)
        if not as_json:
            say(plan_text.totals(self.counts), style="bold")
        return self.counts["touched"] > 0

    def compare(self, before: CompiledMapping, after: CompiledMapping, as_json: bool) -> bool:
        """Prints what differs; whether anything does."""
        old, new, out = self._player(before), self._player(after), console()

        def play(journey: Journey) -> ReturnDifference | None:
            found = compared(old, new, journey, personal=self.personal)
            plan_text.count_differences(found, self.counts)
            return found

        if not as_json:
            say(f"- only {before.source.name} ({before.identity})\n+ only {after.source.name} ({after.identity})\n")
        self._run(after, play, lambda found: plan_text.tell_difference(found, out), as_json, all_of_it=True)
        if not as_json:
            say(plan_text.totals_of_differences(self.counts), style="bold")
        return self.counts["touched"] > 0

    def _player(self, program: CompiledMapping) -> Player:
        made_up = self.stand_in and bool(self.given.events)
        finder = file_finder(
            program, self.given.answers, stand_in=made_up, broken=lambda why: self.broken.update({why: None})
        )
        return Player(program, program.care, finder)

    def _run(
        self, program: CompiledMapping, play: Callable[[Journey], Any], tell: Callable[[Any], None], as_json: bool,
        *, all_of_it: bool,
    ) -> None:  # fmt: skip
        with journeys(self.given, program, all_of_it=all_of_it) as traffic, _shown(self.counts, as_json) as show:
            self.refused = traffic.refused
            for journey in traffic.journeys:
                result = play(journey)
                if result is not None:
                    show(result) if as_json else tell(result)


@contextmanager
def _shown(counts: Counter[str], as_json: bool) -> Iterator[Callable[[Any], None]]:
    """Writes results as one JSON document while they come."""
    if not as_json:
        yield lambda result: None
        return
    separator = '{\n"returns": [\n'

    def show(result: Any) -> None:
        nonlocal separator
        sys.stdout.write(separator + json.dumps(plain(result), ensure_ascii=False))
        separator = ",\n"

    yield show
    head = separator if separator.startswith("{") else "\n"
    totals = {name: number for name, number in counts.items() if number}
    sys.stdout.write(f'{head}],\n"totals": {json.dumps(totals)}\n}}\n')
