"""`retoure dry-run`: what would a mapping do with these events?"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from retoure import CompiledMapping, Event
from retoure.testing import EventUnreadable, dry_run, read_event

from .. import dry_run_text
from ..completing import MappingPath
from ..mapping_files import compiled
from ..output import console, say, show_json
from ..words import MOMENT


@click.command("dry-run")
@click.argument("mapping", type=MappingPath())
@click.option(
    "--event", "events", multiple=True, required=True, type=click.Path(path_type=Path), metavar="FILE",
    help="A webhook body or a record as JSON, or a folder of them; repeat for the versions of one return, in order.",
)  # fmt: skip
@click.option("--answers", type=click.Path(path_type=Path, file_okay=False, exists=True), metavar="FOLDER",
              help="Recorded answers to reads: FOLDER/scayle.orders.get/100234.json.")  # fmt: skip
@click.option("--stand-in/--no-stand-in", default=True, help="Make up a fitting order where no answer is recorded.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A setting of the mapping.")
@click.option("--now", type=MOMENT, help="The moment to play at, such as 2026-03-07T12:00:00Z.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def command(
    mapping: Path, events: tuple[Path, ...], answers: Path | None, stand_in: bool, settings: tuple[str, ...],
    now: datetime | None, as_json: bool,
) -> None:  # fmt: skip
    """Show what events would do, without a network: stages, effects with full requests, holds, and where each field
    comes from.

    MAPPING is an *.rmap file or a folder that holds one. Exit code 0: played. 1: a file cannot be read as an event
    (the others are still played).

    \b
    Examples:
      retoure dry-run mappings/reveni_to_scayle --event accepted.json
      retoure dry-run returns.rmap --event received.json --event accepted.json --set restocks=engine
    """
    program = compiled(mapping, settings)
    readable, unreadable = _read(program, events)
    moment = (now or datetime.now(UTC)).replace(tzinfo=UTC)
    runs = dry_run(program, readable, now=moment, answers=answers, stand_in=stand_in)
    if as_json:
        show_json([dry_run_text.as_data(run) for run in runs])
    else:
        for run in runs:
            dry_run_text.tell(run, program, console())
    for name, why in unreadable:
        say(f"{name}: {why}", style="bold red", error=True)
    if unreadable:
        raise SystemExit(1)


def _read(program: CompiledMapping, paths: tuple[Path, ...]) -> tuple[list[tuple[str, Event]], list[tuple[str, str]]]:
    readable: list[tuple[str, Event]] = []
    unreadable: list[tuple[str, str]] = []
    for path in paths:
        if path.is_dir() and not _files(path):
            unreadable.append((str(path), "holds no *.json file"))
    for path in (file for given in paths for file in _files(given)):
        try:
            readable.append((str(path), read_event(path.read_bytes(), program)))
        except OSError as problem:
            unreadable.append((str(path), f"cannot be read: {problem.strerror}"))
        except EventUnreadable as problem:
            unreadable.append((str(path), str(problem)))
    return readable, unreadable


def _files(path: Path) -> list[Path]:
    return sorted(path.glob("*.json")) if path.is_dir() else [path]
