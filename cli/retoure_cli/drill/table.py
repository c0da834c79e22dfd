"""The table of the drill: damage, found or not, its class, healed or whose, and after how long."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table

from .run import Drilled
from .verdict import Row

COLUMNS = ("damage", "done to", "found", "class", "then", "after")


def show(drilled: Drilled, console: Console) -> None:
    """Prints the table, what is wrong, and the verdict as the last line."""
    table = Table(title="What was damaged, and what came of it", title_justify="left", box=box.SIMPLE_HEAD)
    for column in COLUMNS:
        table.add_column(column)
    for row in drilled.verdict.rows:
        table.add_row(*_cells(row))
    console.print(table)
    for row in drilled.verdict.rows:
        if row.wrong:
            console.print(f"wrong: {row.damage.name}: {row.wrong} ({', '.join(row.classes)})", soft_wrap=True)
    for text in drilled.verdict.false:
        console.print(f"false: {text}", soft_wrap=True)
    for text in drilled.verdict.unasked:
        console.print(f"not asked: {text}", soft_wrap=True)
    console.print(_times(drilled))
    console.print(drilled.verdict.last_line)


def _cells(row: Row) -> tuple[str, ...]:
    then = f"held for {', '.join(row.owners)}" if row.owners else row.damage.end
    after = "" if row.seconds is None else f"{row.seconds:.1f} s"
    return row.damage.name, row.damage.case.value, "yes" if row.found else "NO", ", ".join(row.classes), then, after


def _times(drilled: Drilled) -> str:
    quiet = f"{drilled.usual} undamaged returns: played in {drilled.played:.0f} s, audited in {drilled.quiet:.0f} s"
    return f"{quiet}; the audits after the damage took {drilled.found:.0f} s."
