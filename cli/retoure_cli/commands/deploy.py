"""`retoure deploy`: what would another mapping version change, and from when on shall it decide?"""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import click

from retoure import CompiledMapping, Deployment, Scope, compile_for, program_of, put_in_force
from retoure.planning import Books, ReturnPlan, again_plan, recorded_subjects

from .. import plan_text
from ..books import opened
from ..failures import WrongUse
from ..options import deployment_option, json_option, personal_option, store_option, who_option
from ..output import console, counted, say, show_json
from ..progress import with_bar
from ..versions_text import FOR_WHOM, found_version

SOMETHING = 2


@dataclass(frozen=True)
class When:
    """From when on a version shall decide; `since` is the number of the first event, for Scope.EVENT."""

    scope: Scope
    since: int = 0


class WhenType(click.ParamType[When]):
    """`now`, `new-returns`, or an event such as `event-7`."""

    name = "when"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> When:
        """Fails for anything else."""
        if value in (Scope.NOW.value, Scope.NEW_RETURNS.value):
            return When(Scope(value))
        event = re.fullmatch(r"(?:event-)?([1-9][0-9]{0,17})", value)
        if event is None:
            self.fail("say now, new-returns, or the first event, such as event-7", param, ctx)
        return When(Scope.EVENT, int(event.group(1)))


@click.command()
@click.argument("mapping")
@deployment_option
@store_option
@click.option("--activate", "when", type=WhenType(), metavar="now|new-returns|EVENT",
              help="Put the version in force: for everything from now on, for returns that nothing was heard of before,"
                   " or for each return from its first event on that is EVENT (event-7) or a later one.")  # fmt: skip
@click.option("--yes", is_flag=True, help="Do not ask.")
@who_option
@personal_option
@json_option
@click.pass_context
def command(
    ctx: click.Context, mapping: str, deployment_file: Path, store: str | None, when: When | None, yes: bool, who: str,
    personal: bool, as_json: bool,
) -> None:  # fmt: skip
    """Show what MAPPING would change of the returns there are, and put it in force with --activate.

    MAPPING is a file or folder, or a version that is kept in the database, by its name or the hash at its end: that is
    how to go back. Each return is decided once more from what was recorded; no platform is asked.

    With --activate now the returns that change are decided again at once, with their reads made anew. A running worker
    needs no restart: it decides with the version that is in force at its next decision.

    Exit code 0: activated, or nothing would change. 2: something would, and nothing was activated. 1: the mapping has
    errors.

    \b
    Examples:
      retoure deploy released.rmap
      retoure deploy released.rmap --activate new-returns
      retoure deploy mappings/reveni_to_scayle --activate now --yes
    """
    with opened(deployment_file, store) as (deployment, books):
        program = _program(deployment, books, mapping)
        plan = _Plan(program, books, personal=personal)
        plan.show(as_json)
        if when is None:
            ctx.exit(SOMETHING if plan.changed else 0)
        if not _agreed(plan, when, yes=yes):
            say("nothing is activated", error=True)
            ctx.exit(SOMETHING)
        again = plan.changed if when.scope is Scope.NOW else []
        made = put_in_force(books, program, when.scope, datetime.now(UTC), who=who, since=when.since, again=again)
        told = f"{program.identity} is in force for {FOR_WHOM[made.scope].format(made.since)}"
        say(f"{told}; {counted(len(again), 'return')} will be decided again" if again else told, error=as_json)


def _program(deployment: Deployment, books: Books, mapping: str) -> CompiledMapping:
    path = Path(mapping)
    if path.exists():
        return compile_for(replace(deployment, mapping=path.resolve()))
    return program_of(found_version(books, mapping))


@dataclass
class _Plan:
    """What the version would do with each return that was ever decided, if it decided it again."""

    program: CompiledMapping
    books: Books
    personal: bool
    changed: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def show(self, as_json: bool) -> None:
        """Plays them all, and prints those that would change."""
        plans, out, total = [], console(), self.books.decided_subjects()
        for subject in with_bar(recorded_subjects(self.books), total, "deciding returns again"):
            plan = self._plan(subject)
            if plan.does_something and as_json:
                plans.append(plan)
            elif plan.does_something:
                plan_text.tell(plan, out)
        if as_json:
            show_json({"mapping": self.program.identity, "returns": plans, "totals": dict(self.counts)})
        else:
            say(f"{self.program.identity}: {plan_text.totals(self.counts)}", style="bold")

    def _plan(self, subject: str) -> ReturnPlan:
        plan = again_plan(self.program, self.books, subject, personal=self.personal)
        plan_text.count(plan, self.counts)
        if plan.does_something:
            self.changed.append(subject)
        return plan


def _agreed(plan: _Plan, when: When, *, yes: bool) -> bool:
    """Asks where something would change at once."""
    if yes or not plan.changed or when.scope is not Scope.NOW:
        return True
    if not sys.stdin.isatty():
        raise WrongUse("error: returns would change: look at the plan, and say --yes to activate it")
    return click.confirm("Put it in force, and decide these returns again now?", default=False)
