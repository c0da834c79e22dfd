"""What is shown in the end: both books side by side, every difference, and what is left for people."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .comparison import Books, Check, Report
from .run import Outcome

SHOWN = 10


def show(outcome: Outcome, console: Console) -> None:
    """Prints the summary; its last line is the verdict."""
    console.print()
    console.print(_checks(outcome.report))
    for text in _differences(outcome.report):
        console.print(text, style="red", soft_wrap=True)
    console.print(_holds(outcome) if outcome.books.holds else "Left for people: nothing")
    for line in _notes(outcome):
        console.print(line)
    console.print(outcome.report.last_line, style="bold red" if differs(outcome.report) else "bold green")


def differs(report: Report) -> bool:
    """Whether anything was lost or doubled."""
    return bool(report.lost or report.doubled)


def _checks(report: Report) -> Table:
    table = Table(title="What both platforms' books say", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for name in ("", "due", "booked", "lost", "doubled"):
        table.add_column(name, justify="right" if name else "left")
    for check in report.effect_checks:
        table.add_row(check.name, str(check.due), str(check.booked), *_found(check))
    table.add_section()
    for check in report.other_checks:
        table.add_row(check.name, str(check.due), str(check.booked), *_found(check))
    return table


def _found(check: Check) -> Iterator[Text]:
    for texts in (check.lost, check.doubled):
        yield Text(str(len(texts)), "bold red" if texts else "dim")


def _differences(report: Report) -> Iterator[str]:
    for word, texts in (("lost", report.lost), ("doubled", report.doubled)):
        yield from (f"{word}: {text}" for text in texts[:SHOWN])
        if len(texts) > SHOWN:
            yield f"{word}: and {len(texts) - SHOWN} more"


def _holds(outcome: Outcome) -> Table:
    """Open questions with the story behind each, so that one sees why it is one."""
    table = Table(title="Left for people", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for name in ("team", "return", "the story", "the question"):
        table.add_column(name, no_wrap=name in ("team", "return"))
    for hold in sorted(outcome.books.holds, key=lambda hold: hold.team):
        table.add_row(hold.team, hold.subject[:8], outcome.stories.get(hold.subject, ""), hold.reason)
    return table


def _notes(outcome: Outcome) -> Iterator[str]:
    yield f"Reveni's webhooks: {_webhooks(outcome.books)}."
    struck = ", ".join(f"{count} × {kind}" for kind, count in outcome.struck.items() if count)
    yield f"Faults that struck: {struck or 'none'}; engine killed {_times(outcome.kills)}."
    yield f"Dead letters: {outcome.replayed} replayed, {outcome.books.letters} left."
    yield "The effects below are the first five lines of the table, as SCAYLE's books show them."


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _webhooks(books: Books) -> str:
    deliveries = books.reveni["deliveries"]
    taken = [entry["eventId"] for entry in deliveries if 200 <= entry["answer"] < 300]
    return (
        f"{len(deliveries)} sent, {len(deliveries) - len(taken)} met nobody and were sent again, "
        f"{len(taken) - len(set(taken))} were duplicates, {len(set(taken))} events in all"
    )
