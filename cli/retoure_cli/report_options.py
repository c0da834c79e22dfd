"""The options all reports take, and how a report is shown or written."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import click

from retoure import TrailEntry
from retoure.reports import (
    Made,
    Period,
    PeriodInvalid,
    Report,
    ReturnBooks,
    as_json,
    csv_text,
    html_page,
    period_of,
    read_returns,
    shown,
)
from retoure.upkeep import trail_entries

from .books import opened
from .failures import WrongUse
from .options import deployment_option, store_option, who_option
from .output import say, show_table
from .progress import with_bar
from .words import DAY
from .writing import write_new

F = TypeVar("F", bound=Callable[..., Any])

FORMATS: Final = ("table", "csv", "json", "html")


@dataclass(frozen=True)
class Asked:
    """What a report is to be about, and how it is wanted."""

    deployment_file: Path
    store: str | None
    first: datetime | None
    last: datetime | None
    zone: str
    who: str
    form: str
    out: Path | None
    table: str | None

    def read(self) -> tuple[Made, list[ReturnBooks]]:
        """Who makes the report of what, and every return that was heard of before the end of the period.

        Ends the command for days or a zone that make no period.
        """
        now = datetime.now(UTC)
        period = self._period(now)
        with opened(self.deployment_file, self.store) as (deployment, books):
            subjects = books.subjects()
            found = (read_returns(books, period, (subject,)) for subject in subjects)
            returns = [one for each in with_bar(found, len(subjects), "reading returns") for one in each]
            return Made(self.who, now, period, trail=books.trail_head(), tenant=deployment.tenant), returns

    def trail(self, made: Made) -> tuple[TrailEntry, ...]:
        """What people did before the end of the period, as far as the report's head of the trail reaches."""
        last = int(made.trail.partition(":")[0] or 0)
        with opened(self.deployment_file, self.store) as (_, books):
            found = (entry for entry in trail_entries(books) if entry.number <= last)
            return tuple(entry for entry in found if made.period.began(entry.at))

    def _period(self, now: datetime) -> Period:
        first, last = (day.date() if day else None for day in (self.first, self.last))
        try:
            return period_of(first, last, self.zone, now)
        except PeriodInvalid as problem:
            raise WrongUse(f"error: {problem}") from problem


def report_options(function: F) -> F:
    """Period, format and place of a report, given to the command as one `asked`."""

    @wraps(function)
    def called(**options: Any) -> Any:
        names = Asked.__dataclass_fields__
        asked = Asked(**{name: options.pop(name) for name in names})
        return function(asked, **options)

    for option in reversed(_OPTIONS):
        called = option(called)
    return cast(F, called)


_OPTIONS: Final = (
    deployment_option,
    store_option,
    click.option("--from", "first", type=DAY, metavar="DAY", help="The first day; without it from the beginning."),
    click.option("--to", "last", type=DAY, metavar="DAY", help="The last day; without it today."),
    click.option("--zone", default="UTC", show_default=True, metavar="ZONE", help="Whose days: Europe/Berlin, say."),
    who_option,
    click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True),
    click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
                 help="Write it there instead of printing it."),
    click.option("--table", metavar="NAME", help="With --format csv: which table; without it the first."),
)  # fmt: skip


def deliver(report: Report, asked: Asked) -> None:
    """Prints or writes a report in the form that is wanted."""
    if asked.table is not None and asked.form != "csv":
        raise WrongUse("error: --table goes with --format csv: the other formats hold all tables")
    if asked.form == "table":
        _print(report, asked.out)
    else:
        _put(_text(report, asked), asked.out)


def _put(text: str, out: Path | None) -> None:
    if out is None:
        click.echo(text, nl=False)
        return
    write_new(out, text)
    say(f"wrote {out}", error=True)


def _text(report: Report, asked: Asked) -> str:
    if asked.form == "csv":
        return _csv(report, asked.table)
    if asked.form == "json":
        return json.dumps(as_json(report), indent=2, ensure_ascii=False) + "\n"
    try:
        return html_page(report)
    except ImportError as problem:
        remedy = f"pip install 'retoure[doc]' ({problem})"
        raise WrongUse(f"error: drawing the charts needs more packages: {remedy}") from None


def _csv(report: Report, name: str | None) -> str:
    tables = {table.name: table for table in report.tables}
    if name is not None and name not in tables:
        raise WrongUse(f"error: this report has no table `{name}`: it has {', '.join(tables)}")
    return csv_text(tables[name] if name else report.tables[0], report.made.zone)


def _print(report: Report, out: Path | None) -> None:
    if out is not None:
        raise WrongUse("error: --out writes CSV, JSON or HTML: say which with --format")
    made = report.made
    whose = f" of {made.tenant}" if made.tenant else ""
    say(f"{report.title}{whose}, {made.period}", style="bold")
    say(f"made {shown(made.at, made.zone)} by {made.who}; decided by {', '.join(made.mappings) or 'no mapping yet'}")
    for line in report.summary:
        say(line)
    for table in report.tables:
        if table.rows:
            say()
            say(table.title, style="bold")
            show_table(table.columns, [_cells(row, made) for row in (*table.rows, *table.totals)])


def _cells(row: Sequence[Any], made: Made) -> list[str]:
    return [shown(cell, made.zone) for cell in row]
